"""What one of the desk's own people asks for by mail: lines that begin with "#" at the top, and the words below them.

Pure, in linear time. A line that looks like a command and is none is a mistake that stops the whole mail: left
standing it would be read by the customer.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, cast

Word = Literal["macro", "status", "move", "assign", "field"]
Hearers = Literal["public", "private"]

WORDS: dict[str, str] = {
    "macro": "#macro NAME",
    "status": "#status STATUS",
    "move": "#move TRANSITION",
    "assign": "#assign USER",
    "field": "#field NAME VALUE",
}
PRESENT = {"online": True, "offline": False}
"""The author takes work from now on, or none; nothing stands behind these words."""
HEARERS: dict[str, Hearers] = {"public": "public", "reply": "public", "private": "private", "note": "private"}
MOST = 20  # commands in one mail
LONGEST_LINE = 2000

_INVISIBLE = str.maketrans({"\u00a0": " ", "\u200b": None, "\ufeff": None, "\uff03": "#"})


@dataclass(frozen=True, slots=True)
class Command:
    """``name`` is the macro, status, transition, user or field; ``value`` what the field shall hold, "" to clear it."""

    word: Word
    name: str
    value: str
    line: str


@dataclass(frozen=True, slots=True)
class Said:
    """``hearers`` is None where the mail does not say who may read it; ``mistakes`` hold what is wrong, with why.

    ``present`` says that the author goes on or off line; None where the mail says neither.
    """

    commands: tuple[Command, ...]
    hearers: Hearers | None
    text: str
    mistakes: tuple[str, ...]
    present: bool | None = None

    @property
    def orders(self) -> bool:
        """Whether any line of it asks for something."""
        return bool(self.commands or self.hearers or self.mistakes or self.present is not None)

    @property
    def only_presence(self) -> bool:
        """Whether all it says is that its author is there, or not."""
        return self.present is not None and not (self.commands or self.hearers or self.mistakes or self.text)


def read(text: str) -> Said:
    """The commands at the top of what somebody newly wrote, in their order, and the text that follows them."""
    lines = text.splitlines()
    commands, mistakes, hearers = list[Command](), list[str](), list[Hearers]()
    first = _first_of_text(lines)
    for line in lines[:first]:
        if said := _plain(line):
            _take(said, commands, hearers, mistakes)
    present = {PRESENT[word] for line in lines[:first] if (said := _plain(line)) and (word := _word(said)) in PRESENT}
    if len(present) > 1:
        mistakes.append("#online and #offline in one mail")
    if len(commands) > MOST:
        mistakes.append(f"{len(commands)} commands in one mail; at most {MOST}")
    if sum(command.word == "move" for command in commands) > 1:
        mistakes.append("one #move in a mail: what comes with it belongs to that one")
    if len(set(hearers)) > 1:
        mistakes.append("#note and #public in one mail: it is for one of both")
    mistakes += [
        f"{said[:80]}: commands stand at the very top, before the text"
        for line in lines[first:]
        if (said := _plain(line)) and _word(said) in (*WORDS, *HEARERS, *PRESENT)
    ]
    return Said(
        tuple(commands),
        hearers[0] if hearers else None,
        "\n".join(lines[first:]).strip(),
        tuple(mistakes[:MOST]),
        next(iter(present), None),
    )


def _first_of_text(lines: list[str]) -> int:
    """Where the words begin: the first line that is neither blank nor a "#" with a letter after it."""
    return next((n for n, line in enumerate(lines) if (said := _plain(line)) and not _word(said)), len(lines))


def _plain(line: str) -> str:
    return line[:LONGEST_LINE].translate(_INVISIBLE).strip()


def _word(line: str) -> str:
    """The word right behind a leading "#", in lower case; "" for everything else, such as "#4711"."""
    head = line.split(maxsplit=1)[0]
    word = head[1:].rstrip(":").lower()
    return word if head[0] == "#" and word[:1].isalpha() else ""


def _take(line: str, commands: list[Command], hearers: list[Hearers], mistakes: list[str]) -> None:
    word, rest = _word(line), " ".join(line.split()[1:])
    if word in HEARERS or word in PRESENT:
        hearers += [HEARERS[word]] if word in HEARERS else []
        if rest:
            mistakes.append(f"{line[:80]}: nothing may stand behind #{word}; the text begins in the next line")
    elif word not in WORDS:
        mistakes.append(f"{line[:80]}: there is no #{word[:40]}{_meant(word)}")
    elif not rest or (word == "field" and not _field(rest)[0]):
        mistakes.append(f"{line[:80]}: write {WORDS[word]}")
    else:
        name, value = _field(rest) if word == "field" else (rest, "")
        commands.append(Command(cast(Word, word), name, value, line))


def _field(rest: str) -> tuple[str, str]:
    """ "so_number 4711", "so_number = 4711" and "so_number: 4711" say the same."""
    end = next((n for n, char in enumerate(rest) if char in " =:"), len(rest))
    value = rest[end:].lstrip()
    return rest[:end], value[1:].strip() if value[:1] in ("=", ":") and value else value.strip()


def _meant(word: str) -> str:
    near = get_close_matches(word[:40], [*WORDS, *HEARERS, *PRESENT], n=1)
    return (
        f"; did you mean #{near[0]}?"
        if near
        else f"; there are {', '.join('#' + w for w in (*WORDS, *PRESENT, 'note', 'public'))}"
    )
