"""What somebody wants to see of a mail, and what the child says of it."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter


class What(StrEnum):
    CONTENTS = "contents"  # texts and the list of attachments
    FILE = "file"  # one attachment as it came
    NAMING = "naming"  # which files name an address (``part``), and which cannot be read
    PAGE = "page"  # one page of a PDF as a picture


@dataclass(frozen=True, slots=True)
class Wish:
    """``part`` is the name of an attachment as `Place.part` has it; ``page`` counts from 1."""

    what: What
    part: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class File:
    """An attachment in a list. ``type`` is what its sender says it is."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class View:
    """The answer. The bytes of a file or a picture (PNG) come beside it.

    ``text`` is the mail's text as orders are read from it, so that lines count alike; ``html`` is cleaned: no script,
    no style, no address outside but links. ``width`` and ``height`` of a page are in points, ``pages`` is how many
    there are (of a search: files); ``unread`` are those that a search could not read. ``missing`` says why there is
    nothing.
    """

    missing: str = ""
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    unread: tuple[File, ...] = ()
    file: File | None = None
    pages: int = 0
    width: float = 0.0
    height: float = 0.0


WISH: TypeAdapter[Wish] = TypeAdapter(Wish)
VIEW: TypeAdapter[View] = TypeAdapter(View)
