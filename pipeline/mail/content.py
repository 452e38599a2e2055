"""Which parts are the text of a mail, and which are attachments."""

import mimetypes
import re
from dataclasses import dataclass, field

from maild.domain.mail import Attachment
from maild.domain.problem import Problem
from pipeline.mail import charsets, html_text, labels, tnef, transfer
from pipeline.mail.parts import Part, Tree

TEXT = frozenset({"text/plain", "text/html"})
ENRICHED = frozenset({"text/enriched", "text/richtext"})
MARKED_DOWN = frozenset({"text/markdown", "text/x-markdown"})
STAND_IN = 400  # characters; a plain part longer than this is the letter itself, not a "please view as HTML"
FAR_LONGER = 3
COMPARED = 50_000  # characters
SAME = 60  # letters and digits by which one text is known in another
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff \t\r\n\xa0"
LONGEST_TEXT = 4 * 1024 * 1024  # octets of one text part that are read; more is no letter

_ENRICHMENT = re.compile(r"</?[A-Za-z][A-Za-z-]{0,59}>")  # RFC 1896


@dataclass(frozen=True, slots=True)
class Told:
    """One text of the letter: whether it is HTML, and the place of the multipart/alternative it is in, "" for none."""

    text: str
    html: bool
    choice: str


@dataclass(slots=True)
class Content:
    """What a mail holds: plain texts and HTML texts in order, ``told`` how they stand to each other, attachments, and
    what was damaged."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def plain_says(self) -> bool:
        """Whether a plain part says anything."""
        return any(_says(text) for text in self.plain)


def read(raw: bytes, tree: Tree) -> Content:
    """Sort the leaves of the tree. Where text and HTML are alternatives, both are kept; else they add up."""
    content = Content()
    for part in tree.parts:
        if part.children:
            continue
        if is_attachment(part):
            _add_attachment(raw, part, content)
        else:
            _add_text(raw, part, content)
    return content


def is_attachment(part: Part) -> bool:
    """RFC 2183: what is not text, what says so, and text that carries a file name."""
    if part.parent is None and part.type in ENRICHED | MARKED_DOWN:
        return part.disposition == "attachment"
    if part.type not in TEXT:
        return not part.type.startswith("multipart/")
    if part.disposition == "attachment":
        return True
    if part.parent is None:
        return False
    beside = part.parent.type == "multipart/related" and part is not _root_of(part.parent)
    return bool(part.name) or beside or _behind_damage(part)


def _root_of(related: Part) -> Part:
    """RFC 2387, 3.2: the part that ``start`` names by its Content-ID is the text, and without one the first."""
    start = related.params.get("start", "").strip("<> ")
    named = (part for part in related.children if start and part.text("content-id").strip("<> ") == start)
    return next(named, related.children[0])


def _behind_damage(part: Part) -> bool:
    """Whether the part before it lost its end, so that nobody knows whether this one still belongs to the letter."""
    at = int(part.path.rpartition(".")[2]) - 1
    if part.parent is None or at == 0:
        return False
    before = part.parent.children[at - 1]
    return bool(before.children) and not before.closed


def octets(raw: bytes, part: Part) -> tuple[bytes, bool]:
    """Content of a leaf with its transfer encoding undone, and whether it came through undamaged."""
    encoding = part.header.first("content-transfer-encoding") or b""
    return transfer.decode(raw[part.start : part.end], encoding.decode("ascii", "replace"))


def _add_attachment(raw: bytes, part: Part, content: Content) -> None:
    data, intact = octets(raw, part)
    if _is_winmail(part) and _add_winmail(part, data, content):
        return
    taken = {item.name for item in content.attachments}
    name = labels.given(part) or labels.numbered(labels.made_up(raw, part), taken)
    if not intact:
        problem = Problem("mime.bad_encoding", f"{name} is damaged in transfer.", f"part:{part.path}")
        content.problems.append(problem)
    content.attachments.append(
        Attachment(
            name=name,
            type=part.type,
            size=len(data),
            part=part.path,
            content_id=part.text("content-id").strip("<> ") or None,
            inline=part.disposition == "inline"
            or (not part.disposition and part.header.first("content-id") is not None),
            content=data,
        )
    )


def _is_winmail(part: Part) -> bool:
    return part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or part.name.lower() == "winmail.dat"


def _add_winmail(part: Part, data: bytes, content: Content) -> bool:
    """Put the files and the text of a winmail.dat in its place; False where nothing could be read of it."""
    found = tnef.read(data)
    if found is None or not (found.files or found.text or found.html):
        content.problems.append(Problem("mime.tnef", "A winmail.dat could not be read.", f"part:{part.path}"))
        return False
    if not content.plain_says and not content.html:
        content.plain += [found.text.replace("\r\n", "\n")] if found.text else []
        content.html += [found.html] if found.html else []
    for number, file in enumerate(found.files, 1):
        _add_file(f"{part.path or '0'}.{number}", file.name, file.type, file.content, content)
    return True


def _add_file(place: str, name: str, kind: str, data: bytes, content: Content) -> None:
    """Attach a file that was found inside a part."""
    shown = labels.clean(name) or f"file{len(content.attachments) + 1}"
    kind = kind or mimetypes.guess_type(shown)[0] or "application/octet-stream"
    content.attachments.append(Attachment(shown, kind, len(data), place, content=data))


def _add_text(raw: bytes, part: Part, content: Content) -> None:
    data, intact = octets(raw, part)
    if not intact:
        problem = Problem("mime.bad_encoding", "The text is damaged in transfer.", f"part:{part.path}")
        content.problems.append(problem)
    data = data[:LONGEST_TEXT]
    label = part.params.get("charset") or (html_text.charset(data) if part.type == "text/html" else None)
    text, exact = charsets.decode(data, label)
    if not exact:
        content.problems.append(
            Problem("mime.charset", "The text is not in the charset it claims; some letters may be wrong.")
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if part.type == "text/plain" and "\nbegin " in f"\n{text}":
        text = _without_uuencoded(text, part, content)
    if part.type in ENRICHED:
        text = _ENRICHMENT.sub("", text)
    rich = part.type == "text/html"
    (content.html if rich else content.plain).append(text)
    content.told.append(Told(text, rich, _choice(part)))


def _choice(part: Part) -> str:
    above = part.parent
    while above is not None and above.type != "multipart/alternative":
        above = above.parent
    return f"/{above.path}" if above is not None else ""


def _without_uuencoded(text: str, part: Part, content: Content) -> str:
    """The text without the uuencoded files in it, as Outlook and old systems send them; these become attachments."""
    rest, files = transfer.uuencoded_files(text)
    for number, (name, data) in enumerate(files, 1):
        _add_file(f"{part.path or '0'}.{number}", name, "", data, content)
    return rest


def as_text(content: Content) -> str:
    """The body as plain text: of alternatives the plain one, or the HTML as text where that only stands in for it.

    HTML without a plain twin keeps its title as the first line, since orders printed to HTML carry their number there.
    """
    if not content.told or not (content.html and content.plain_says):
        return _chosen(content.plain, content.html)
    choices: dict[str, tuple[list[str], list[str]]] = {}
    for told in content.told:
        plain, html = choices.setdefault(told.choice, ([], []))
        (html if told.html else plain).append(told.text)
    beside = [told for told in content.told if not told.choice]
    if len(choices) == 1 and not (beside and _parted(content)):
        return _chosen(content.plain, content.html)
    texts: dict[str, str] = {}
    for number, told in enumerate(content.told):
        place = told.choice or str(number)
        if place not in texts:
            texts[place] = _chosen(*choices[told.choice]) if told.choice else _chosen(*_alone(told))
    return "\n".join(text for text in texts.values() if _says(text))


def _alone(told: Told) -> tuple[list[str], list[str]]:
    return ([], [told.text]) if told.html else ([told.text], [])


def _parted(content: Content) -> bool:
    """Whether plain text and HTML beside each other differ: a letter and a footer, not one letter twice."""
    plain = _letters("".join(content.plain)[:COMPARED])
    rich = _letters(html_text.to_text("".join(content.html)[:COMPARED]))
    return plain[:SAME] not in rich and rich[:SAME] not in plain


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).lower()


def _says(text: str) -> bool:
    return bool(text.strip().strip(UNSEEN))


def _chosen(plains: list[str], htmls: list[str]) -> str:
    """The text of one letter that was sent as plain text, as HTML or as both."""
    plain = "\n".join(text for text in plains if text.strip())
    if not htmls:
        return plain
    if not _says(plain):
        return "\n".join(html_text.to_text(html, title=True) for html in htmls)
    if len(plain) >= STAND_IN:
        return plain
    rich = "\n".join(html_text.to_text(html) for html in htmls)
    return rich if len(rich) > STAND_IN and len(rich) > FAR_LONGER * len(plain) else plain
