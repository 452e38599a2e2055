"""Outlook .msg files (MS-OXMSG): subject, sender, text, HTML and attachments, out of the compound file they are."""

import io
import struct
from dataclasses import dataclass
from typing import Final

import olefile

from pipeline.mail import charsets

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_BYTES: Final = 64 * 1024 * 1024
MOST_FILES: Final = 200

# Property ids (MS-OXPROPS).
SUBJECT, BODY, HTML, HEADERS, SENDER_NAME, SENDER_SMTP, SENDER_ADDRESS = (
    0x0037,
    0x1000,
    0x1013,
    0x007D,
    0x0C1A,
    0x5D01,
    0x0C1F,
)
DISPLAY_TO, DATA, LONG_NAME, NAME, TYPE, CONTENT_ID = 0x0E04, 0x3701, 0x3707, 0x3704, 0x370E, 0x3712


@dataclass(frozen=True, slots=True)
class File:
    """One attached file: its name, MIME type ("" where none is given) and content."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutlookMessage:
    """A message as Outlook saved it. ``headers`` is the Internet header, "" for a mail that never travelled."""

    subject: str
    sender_name: str
    sender_address: str
    to: str
    text: str
    html: str
    headers: str
    files: tuple[File, ...]


def read(data: bytes) -> OutlookMessage | None:
    """The message in ``data``; None where it is none, or damaged beyond reading."""
    if not data.startswith(SIGNATURE) or len(data) > MOST_BYTES:
        return None
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return _message(ole) if ole.exists("__properties_version1.0") else None
    except (OSError, ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError, struct.error):
        return None  # olefile meets damage with whatever comes first


def _message(ole: olefile.OleFileIO) -> OutlookMessage:
    html = _binary(ole, "", HTML)
    folders = sorted({path[0] for path in ole.listdir() if path[0].startswith("__attach_version1.0_")})
    files = [_file(ole, f"{folder}/") for folder in folders[:MOST_FILES]]
    return OutlookMessage(
        subject=_string(ole, "", SUBJECT),
        sender_name=_string(ole, "", SENDER_NAME),
        sender_address=_string(ole, "", SENDER_SMTP) or _string(ole, "", SENDER_ADDRESS),
        to=_string(ole, "", DISPLAY_TO),
        text=_string(ole, "", BODY).replace("\r\n", "\n"),
        html=charsets.decode(html, None)[0] if html else _string(ole, "", HTML),
        headers=_string(ole, "", HEADERS),
        files=tuple(file for file in files if file.content),
    )


def _file(ole: olefile.OleFileIO, folder: str) -> File:
    name = _string(ole, folder, LONG_NAME) or _string(ole, folder, NAME)
    return File(name, _string(ole, folder, TYPE).lower(), _binary(ole, folder, DATA))


def _string(ole: olefile.OleFileIO, folder: str, number: int) -> str:
    """A string property: UTF-16 (type 001F), or octets in the writer's code page (type 001E)."""
    wide = _stream(ole, f"{folder}__substg1.0_{number:04X}001F")
    if wide:
        return charsets.storable(wide.decode("utf-16-le", "replace")).strip()
    return charsets.decode(_stream(ole, f"{folder}__substg1.0_{number:04X}001E"), None)[0].strip()


def _binary(ole: olefile.OleFileIO, folder: str, number: int) -> bytes:
    return _stream(ole, f"{folder}__substg1.0_{number:04X}0102")


def _stream(ole: olefile.OleFileIO, path: str) -> bytes:
    if not ole.exists(path) or ole.get_size(path) > MOST_BYTES:
        return b""
    with ole.openstream(path) as stream:
        return bytes(stream.read())
