"""Item numbers that typed lines agree on: each stands at the same place of its phrase."""

import re
from dataclasses import replace

from pipeline.orders import codes
from pipeline.orders.found import Line


def with_agreed_codes(lines: list[Line]) -> list[Line]:
    """Lines whose item number stands at the same place of each phrase: first, in brackets, last, or behind a comma."""
    if len(lines) < 2 or all(line.sure and line.sku for line in lines):
        return lines
    for pick in (_bracketed, _first, _last, _between_commas):
        found = codes.agreed([pick(line.description or "") for line in lines], one_in=3)
        if found and len(set(found)) == len(lines):
            return [replace(line, sku=code, sure=True) for line, code in zip(lines, found, strict=True)]
    return lines


def _bracketed(text: str) -> str | None:
    found = [code for code in re.findall(r"\(([^()\s]{3,30})\)", text) if _is_code(code)]
    return found[0] if len(found) == 1 else None


def _first(text: str) -> str | None:
    return _code_at(text.split()[:1])


def _last(text: str) -> str | None:
    return _code_at(text.split()[-1:])


def _between_commas(text: str) -> str | None:
    found = [code for part in re.split(r",\s|，|\s[-–—]\s|:\s", text) if (code := _code_at(part.split()))]
    return found[0] if len(found) == 1 else None


def _code_at(words: list[str]) -> str | None:
    word = words[0].strip(".,;:()-–") if len(words) == 1 else ""
    return word if _is_code(word) else None


def _is_code(word: str) -> bool:
    return codes.looks_like_code(word) or codes.may_be_code(word)
