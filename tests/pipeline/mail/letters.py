"""Mails written for these tests, and the counting of steps."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

HEAD = (
    b"From: Jane Roe <jane@buyer.example>\r\nTo: orders@shop.example\r\nSubject: Order 4711\r\n"
    b"Message-ID: <1@buyer.example>\r\nDate: Fri, 20 Nov 2026 10:01:02 +0100\r\nMIME-Version: 1.0\r\n"
)


def mail(body: bytes = b"hello\r\n", *fields: bytes, head: bytes = HEAD) -> bytes:
    """A mail of ``head``, more ``fields`` and a ``body``."""
    return head + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def without(name: bytes, *fields: bytes, body: bytes = b"hello\r\n") -> bytes:
    """The usual mail with field ``name`` left out and ``fields`` put in its place."""
    kept = b"".join(line + b"\r\n" for line in HEAD.split(b"\r\n") if line and not line.startswith(name + b":"))
    return mail(body, *fields, head=kept)


def multipart(*parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"frontier") -> bytes:
    """A multipart of ``parts``, each with its own header."""
    inner = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return mail(
        inner + b"--" + boundary + b"--\r\n", b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"'
    )


def steps(work: Callable[[], Any]) -> int:
    """Lines of Python that ``work`` runs through: the same on every machine."""
    counted = 0

    def count(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal counted
        counted += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


def codes(found: Any) -> list[str]:
    """The problem codes of a mail."""
    return [problem.code for problem in found.problems]
