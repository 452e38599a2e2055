"""The line above a quotation: "On Monday, Jane Doe wrote:", in the languages and shapes of mail programs.

Wrapped attributions are put together first. Every test looks at a bounded number of bounded lines, and what decides is
plain word search, so the time is linear whatever the text.
"""

import re
from itertools import islice
from typing import Final

from pipeline.mail import phrases

MOST_LINES: Final = 6  # an attribution wrapped over more lines than this is prose
LONGEST: Final = 600  # characters
MOST_TRIES: Final = 3  # sentences of one line behind which an attribution is looked for

_VERB = re.compile(
    r"(?:^|[\s>\"'’»*_,|\]):])(?:"
    + "|".join(map(re.escape, phrases.WROTE))
    + r")(?=$|[\s:<\"“*_,.\-])|"
    + "|".join(map(re.escape, phrases.WROTE_UNPARTED))
)
_LONGEST_WORDS: Final = tuple(
    {max(phrase.split(), key=len) for phrase in phrases.WROTE} | set(phrases.WROTE_UNPARTED) | {"wrote"}
)
STRONG: Final = frozenset(phrases.OPENERS)
OPENERS: Final = STRONG | frozenset(phrases.WEAK_OPENERS)
_DATE = re.compile(
    r"\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}"  # 2026-11-20, 20.11.26, 2026年11月20日
    r"|\b\d{1,2}[.,]?\s(?:de\s)?[^\W\d_]{3,12}[.,]?,?\s(?:de\s)?\d{2,4}\b"  # 20 Nov 2026, 20 de novembro de 2026
    r"|\b[^\W\d_]{3,12}[.,]?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:\d{4}|at\b)"  # November 20, 2026
    r"|\b\d{1,2}[:.]\d{2}(?::\d{2})?\b"  # 10:01
)
_START_DATE = re.compile(
    r"[\s*_\"(]{0,8}(?:\d{4}[-/.年]\d{1,2}|\d{4}\.\s\d{1,2}\.|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}\.\s\d{1,2}\.\s\d{2,4}|\d{1,2}:\d{2}|\d{1,2}\.?\s[^\W\d_]{3,12}\.?\s\d{4}"
    r"|[^\W\d_]{3,9}\.?\s\d{1,2},\s\d{4},?\s\d{1,2}:\d{2})"
)
_SENTENCE_END = re.compile(r"[.!?]\s{1,4}([^\W\d_]{2,4})(?=\s)")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}")
_MARKS: Final = "*_ \u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_ZOHO = re.compile(r"-{2,4}\s?[^-\s].{5,400}[^-\s]\s?-{2,4}\Z")
_QUOTING: Final = tuple(f"{phrase} " for phrase in phrases.QUOTING)


def verbs_in(lines: list[str]) -> tuple[str, ...]:
    """The longest words of the phrases for "wrote" that occur in a text: without one it holds no attribution."""
    text = "\n".join(lines).lower()
    return tuple(word for word in _LONGEST_WORDS if word in text)


def find(lines: list[str], at: int, verbs: tuple[str, ...] = _LONGEST_WORDS) -> int:
    """How many lines, from ``at`` on, are one attribution; 0 where none begins there.

    ``verbs`` are those of ``verbs_in``, so that a text without quotation is not searched line by line.
    """
    first = _bare(lines[at])
    if not first or len(first) > LONGEST:
        return 0
    if _is_ruled(lines[at].strip()) or _is_above_quotation(first, lines, at):
        return 1
    if not verbs or not any(verb in line.lower() for line in lines[at : at + MOST_LINES] for verb in verbs):
        count = _dated(lines, at)
        return count if count and _may_begin(first) else 0
    if not _may_begin(first):
        return 0
    joined = ""
    for number, line in enumerate(lines[at : at + MOST_LINES], 1):
        bare, open_bracket = _bare(line), joined.count("<") > joined.count(">")
        if number > 1 and not open_bracket and (_is_new(line, lines[at]) or not _goes_on(lines, at + number - 1)):
            break
        joined = f"{joined} {line.strip() if open_bracket else bare}".strip()
        if len(joined) > LONGEST:
            break
        if is_attribution(joined) and not (_is_own(joined) and not _quotation_follows(lines, at + number)):
            return number + _rest(lines, at + number, joined)
    return _dated(lines, at)


def _is_ruled(line: str) -> bool:
    """ ">>> Jane <jane@buyer.example> 20.11.2026 10:01 >>>" of GroupWise, "-----Jane wrote: -----" of Notes."""
    if line.startswith(">>> ") and line.endswith(">>>"):
        return _CLOCK.search(line[-24:]) is not None
    if not (line.startswith("----") and line.endswith(": -----")):
        return False
    said = line.strip("-: ").lower()
    return said.endswith(phrases.NOTES)


def _is_above_quotation(line: str, lines: list[str], at: int) -> bool:
    """In whatever language: an address in brackets, a date and a colon at the end, right above a quotation."""
    if not (line.endswith((":", "：")) and "@" in line and ">" in line) or lines[at].lstrip().startswith(">"):
        return False
    dated = sum(char.isdigit() for char in line) >= 4
    return dated and _ADDRESS.search(line) is not None and _quotation_follows(lines, at + 1)


def _is_new(line: str, first: str) -> bool:
    """Whether ``line`` begins something else: a quotation, or an attribution of its own."""
    quoted = line.lstrip().startswith(">") and not first.lstrip().startswith(">")
    lowered = _bare(line).lower()
    return quoted or (_opens(lowered) and _DATE.search(lowered) is not None)


def _goes_on(lines: list[str], at: int) -> bool:
    """A blank line ends an attribution, unless its address follows in brackets."""
    return bool(_bare(lines[at])) or (at + 1 < len(lines) and lines[at + 1].strip().startswith("<"))


def _is_own(text: str) -> bool:
    """ "On 3 March I wrote:" is prose, unless a quotation follows."""
    lowered = text.lower()
    return any(said in lowered for said in (" i wrote", " we wrote", "schrieb ich", "schrieben wir", "j'ai écrit"))


def _quotation_follows(lines: list[str], at: int) -> bool:
    return any(line.lstrip().startswith(">") for line in lines[at : at + 2])


def is_attribution(text: str) -> bool:
    """Whether one unwrapped line says who wrote, and when or from which address."""
    lowered = text.lower()
    verb = _VERB.search(lowered)
    dated = _DATE.search(lowered) is not None
    if not verb:
        return False
    if dated and _ZOHO.match(lowered):
        return True
    if not (_opens(lowered) or "@" in text or _START_DATE.match(text)):
        return dated and _tells_when(text, lowered[: verb.start()], lowered[verb.end() :])
    if not dated and "@" not in text and not (_opens(lowered) and any(char.isdigit() for char in text)):
        return False
    end = text.rstrip(_MARKS + ">").rstrip()
    return end.endswith((":", "：")) or not lowered[verb.end() :].strip(' -*_"')


def split_off(line: str) -> tuple[str, str] | None:
    """An answer and the attribution that a program put on the same line; None where the line is but one of them."""
    ends = (end for end in _SENTENCE_END.finditer(line[:LONGEST]) if end.group(1).lower() in STRONG)
    for end in islice(ends, MOST_TRIES):
        if is_attribution(_bare(line[end.start(1) :])):
            return line[: end.start() + 1], line[end.start(1) :]
    return None


def _tells_when(text: str, name: str, rest: str) -> bool:
    """ "Jane Roe wrote on 20.11.2026 10:01:", a name, the verb, a date and a clock; or "10:01, you wrote:"."""
    if not text.endswith((":", "：")) or not _CLOCK.search(text):
        return False
    around = f"{name} {rest}"
    return len(name.split()) <= 9 and len(rest.split()) <= 6 and not any(mark in around for mark in ("! ", "? ", ";"))


def _may_begin(line: str) -> bool:
    """A cheap look before lines are joined: it opens like an attribution and names a number, a day or an address."""
    lowered = line.lower()
    if lowered.startswith("http"):
        return False
    word = lowered.lstrip("-*_ ").partition(" ")[0].strip(".,")
    if word in STRONG or lowered.startswith(_QUOTING) or "@" in lowered:
        return True
    return any(char.isdigit() for char in lowered) and (word in OPENERS or _DATE.search(lowered) is not None)


def _opens(lowered: str) -> bool:
    return lowered.lstrip("-*_ ").partition(" ")[0].strip(".,") in OPENERS or lowered.startswith("在")


def _rest(lines: list[str], at: int, joined: str) -> int:
    """Lines after the verb that still belong to it: Dutch "schreef X het / volgende geschreven:", a lost ":"."""
    if joined.rstrip().endswith((":", "：")) or at >= len(lines):
        return 0
    tail = _bare(lines[at])
    return 1 if tail in (":", "：", ">:") else 0


def _dated(lines: list[str], at: int) -> int:
    """Attributions without a verb: a date, a name and an address, or a date and a name that stand alone."""
    first = _bare(lines[at])
    if first.lower().startswith(_QUOTING) and "@" in first and first.endswith(":"):
        return 1
    starts = _START_DATE.match(first) is not None
    if (
        not starts
        and not first.endswith("]:")
        and not (_CLOCK.search(first) and (_opens(first.lower()) or _quotation_follows(lines, at + 1)))
    ):
        return 0
    for number in (1, 2):
        text = " ".join(_bare(line) for line in lines[at : at + number]).strip()
        if len(text) < 300 and _names_author(text, starts):
            colon = text.endswith((":", "："))
            stands = at + number >= len(lines) or not lines[at + number].strip()
            return number if colon or stands or _quotation_follows(lines, at + number) else 0
    alone = (at == 0 or not lines[at - 1].strip()) and (at + 1 >= len(lines) or not lines[at + 1].strip())
    zoned = re.match(r"\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} (?:GMT|UTC)[+-]\d{1,2}:\d{2} \S", first)
    dated = first.endswith("]:") and "@" in first and _DATE.search(first.rpartition("[")[2].lower())
    return 1 if (alone and zoned) or (dated and _quotation_follows(lines, at + 1)) else 0


def _names_author(text: str, starts: bool) -> bool:
    """Whether a line ends with an address as attributions do; one that does not start with its date, just so."""
    if not _ADDRESS.search(text):
        return False
    if not ("<" in text or '"' in text):  # "20 Nov 2026, 10:01 by jane@buyer.example:"
        return starts and text.endswith(":") and _is_short(text)
    if starts:
        return text.endswith((":", ">", "："))
    return text.rstrip(_MARKS + ":：").endswith(">") and text.endswith((":", "：")) and bool(_DATE.search(text.lower()))


def _is_short(text: str) -> bool:
    return _CLOCK.search(text) is not None and len(text.split()) <= 7


def _bare(line: str) -> str:
    """Without quotation marks, bold and blanks around."""
    return line.strip().lstrip(">|").strip(_MARKS)
