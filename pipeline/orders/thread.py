"""What of a mail's text is new, what is quoted below it, and what was forwarded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.orders.labels import normal, quote_words
from pipeline.orders.layout import Row

LONGEST_NAMING = 220  # characters of a row that says who wrote what follows
MOST_LEVELS = 6  # of mails forwarded in one another
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Thread:
    """The rows of the newest text and of what hangs below; ``author`` is who wrote the latter ("Name <address>")."""

    new: tuple[Row, ...]
    below: tuple[Row, ...] = ()
    author: str = ""
    subject: str = ""
    sent: str = ""


def split(rows: Sequence[Row]) -> Thread:
    """The thread at its first quotation; rows that start with ">" are never new."""
    for at, row in enumerate(rows):
        text = row.text.strip()
        if text.startswith(">"):
            if all(r.text.strip().startswith(">") for r in rows[at : at + 2]):
                return Thread(tuple(rows[:at]), tuple(rows[at:]))
            continue
        header = _header(rows, at)
        if header is not None:
            return header
        if _attribution(rows, at):
            return Thread(tuple(rows[:at]), tuple(rows[at + 1 :]), author=text)
    return Thread(tuple(rows))


def forwarded(top: Thread) -> Iterator[Thread]:
    """The mails below, from the newest on, as long as each but the last was itself forwarded; ``new`` are its rows."""
    here = replace(top, new=top.below)
    for _ in range(MOST_LEVELS):
        deeper = split(here.new)
        if deeper.new or not deeper.author:
            yield replace(here, new=deeper.new or here.new)
            if not is_forward(here.subject):
                return
        if not deeper.below:
            return
        here = replace(
            deeper,
            new=deeper.below,
            author=deeper.author or here.author,
            subject=deeper.subject or here.subject,
        )


def is_forward(subject: str) -> bool:
    """Whether the subject's first mark says forwarded."""
    match = re.match(r"\s*(?:\[[^\]]{0,30}\]\s*)?([^\W\d_]{1,8})\s?[:：]", subject)
    return match is not None and normal(match.group(1)) in quote_words("forward_marks")


def is_automatic(subject: str) -> bool:
    """Whether the subject begins by saying that a program answers ("Out of office: ...")."""
    mark, colon, _ = subject[:80].replace("：", ":").partition(":")
    return bool(colon) and normal(mark) in quote_words("automatic_marks")


def is_reply(subject: str) -> bool:
    """Whether the subject's first mark says reply."""
    match = re.match(r"\s*([^\W\d_]{1,6})\s?(?:\[\d+\])?\s?[:：]", subject)
    return match is not None and normal(match.group(1)) in quote_words("reply_marks")


def bare_subject(subject: str) -> str:
    """The subject without reply and forward marks."""
    marks = quote_words("forward_marks") | quote_words("reply_marks")
    while True:
        match = re.match(r"\s*([^\W\d_]{1,8})\s?(?:\[\d+\])?\s?[:：]\s*", subject)
        if not match or normal(match.group(1)) not in marks:
            return subject.strip()
        subject = subject[match.end() :]


def _header(rows: Sequence[Row], at: int) -> Thread | None:
    """A block of From, Sent, To, Subject, or a line that announces one."""
    text = rows[at].text.strip()
    announced = len(text) < 90 and _announces(normal(text))
    if not announced and ":" not in text and "：" not in text:
        return None
    first = at + 1 if announced else at
    labels: dict[str, str] = {}
    end = first
    for row in rows[first : first + 9]:
        match = re.match(r"\W{0,3}([^\W\d_][^:：]{0,18}?)\s*\W?\s*[:：]\s*(.*)", row.text.strip())
        kind = _kind(match.group(1)) if match else ""
        if row.gap and not kind and _told(labels) and "@" not in row.text:
            break  # what stands below an empty line has labels of its own
        if kind and match:
            labels[kind] = match.group(2)
        elif (labels and not (match and len(match.group(1)) < 14)) or (not labels and not announced):
            break
        end += 1
    if _told(labels) or announced:
        if not labels:
            end = at + 1
            if named := _names_author(rows[end : end + 1]):
                return Thread(tuple(rows[:at]), tuple(rows[end + 1 :]), named)
        return Thread(
            tuple(rows[:at]),
            tuple(rows[end:]),
            labels.get("from", ""),
            labels.get("subject", ""),
            labels.get("sent", ""),
        )
    return None


def _names_author(rows: Sequence[Row]) -> str:
    """Who is named by a row that says whose mail follows and when ("25.11.2026, 17:40, Ann <ann@firm.example>:")."""
    text = rows[0].text.strip() if rows else ""
    if not text.endswith((":", "：")) or len(text) > LONGEST_NAMING or (found := _ADDRESS.search(text)) is None:
        return ""
    name = text[: found.start()].rstrip("<([ ").rpartition(", ")[2]
    return f"{name} <{found[0]}>"


def _told(labels: Mapping[str, str]) -> bool:
    """Whether these labels make the head of a mail."""
    return "from" in labels and ("sent" in labels or "subject" in labels)


def _announces(text: str) -> bool:
    """Whether a normal text says that a mail follows; one without a telling word costs a look-up."""
    if text.isascii() and not _telling_words().intersection(text.split()):
        return False
    return any(start in text for start in quote_words("starts"))


@cache
def _telling_words() -> frozenset[str]:
    return frozenset(word for start in quote_words("starts") for word in start.split())


def _kind(label: str) -> str:
    name = normal(label)
    for kind in ("from", "subject", "sent"):
        if name in quote_words(kind):
            return kind
    return ""


def _attribution(rows: Sequence[Row], at: int) -> bool:
    """ "On 29 Oct, X wrote:" on one row or broken over two."""
    own, last = rows[at].text.strip(), rows[min(at + 1, len(rows) - 1)].text.rstrip()
    if not own.endswith((":", "：")) and not last.endswith((":", "：")):
        return False
    if own.endswith((":", "：")):
        return _attributes(own)
    both = " ".join(row.text for row in rows[at : at + 2]).strip()
    return _attributes(both) and not _attributes(last)


def _attributes(text: str) -> bool:
    """Whether a text says who wrote what follows, and when."""
    if not text.endswith((":", "：")) or len(text) > 220:
        return False
    words = f" {normal(text)} "
    if any(f" {wrote} " in words for wrote in quote_words("wrote")):
        return bool(re.search(r"\d{1,2}[:.h]\d{2}|\d{4}", text))
    return False
