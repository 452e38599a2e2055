"""On a terminal nothing from a mail may move the cursor or ring the bell."""

from typing import Any

from maild.domain.people import NOBODY


def cell(value: Any) -> str:
    """A value as a table shows it: one line, markup and control characters harmless."""
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, dict):
        return escape(shown(", ".join(f"{name}: {inner}" for name, inner in value.items())))
    if isinstance(value, list):
        return escape(shown(", ".join(map(str, value))))
    text = str(value)
    return escape(shown(moment(text) if _is_time(text) else text))


def moment(instant: str, *, seconds: bool = True) -> str:
    """An instant out of an answer, for people: ``2026-11-23 09:00:00Z``, in UTC and saying so."""
    return instant[: 19 if seconds else 16].replace("T", " ") + "Z"


def _is_time(text: str) -> bool:
    return len(text) > 19 and text[4:5] == "-" and text[10:11] == "T" and text.endswith("Z")


def shown(text: str, longest: int = 300) -> str:
    """Remote text made harmless for a terminal: control and format characters are shown as codes, lines are joined."""
    if text == NOBODY:
        return "an unknown sender"
    clean = "".join(_visible(char) for char in " ".join(text.split()))
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def shown_lines(text: str) -> str:
    """The same for text of several lines."""
    return "\n".join(shown(line, 2000) for line in text.splitlines())


def _visible(char: str) -> str:
    if char.isprintable() or char == " ":
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
