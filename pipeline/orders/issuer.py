"""Who issues a paper and whom it is addressed to, told by its make: sender's line, window, greeting, footer."""

# ruff: noqa: E501 (patterns stay on their lines)

import re
from collections.abc import Iterator, Sequence

from pipeline.orders import parties
from pipeline.orders.labels import field_of, normal
from pipeline.orders.layout import Cell, Layout, Row

TOP_ROWS = 14
MOST_CELLS = 20
FOOT_ROWS = 6  # of each page
WINDOW_ROWS = 7
EDGE = 6.0  # points that the lines of one window may begin apart
GREETING = re.compile(
    r"(?i)\s*(?:dear|hello|hi|messrs\.?|good (?:morning|day|afternoon)|bonjour|ch[eè]re?s?|hallo|guten tag|liebe[sr]?|sehr geehrte[rs]?"
    r"|gentil[ei]|egregi[oa]?|spett(?:abile|\.?\s?le)?\.?|estimad[oa]s?|apreciad[oa]s?|geachte|beste|prezad[oa]s?|caro[as]?"
    r"|ex\.?mos?\.?|szanowni|уважаемые|уважаемый|hej|hei|v[aá]žen[ií]|say[ıi]n|stimat[aă]|tisztelt)\s+(\S.*)"
)
_SALUTATION = frozenset(
    {"firma", "herrn", "herr", "frau", "an", "an die", "an die firma", "fa", "to", "a", "m s", "messrs"}
)
# What a company's registration is printed with, in a footer.
_REGISTERED = re.compile(
    r"(?i)\b(?:HR\s?[AB]\s?\d|amtsgericht|handelsregister|registergericht|IBAN|BIC|ust\.?-?id|steuer-?nr|st\.-nr|kvk|btw|siret|siren|r\.?c\.?s\b"
    r"|n°\s?tva|c\.?i\.?f\b|n\.?i\.?f\b|p\.?\s?iva|partita iva|cap\. soc|registered (?:in|office|no|number)|company (?:no|reg)|reg\.? no"
    r"|vat (?:no|reg|id|number)|org\.?\s?nr|momsreg|bankgiro|cvr|foretaksreg|y-tunnus|nip|regon|krs|bdo|инн|огрн|cnpj|gstin|cin"
    r"|abn|acn|ič[o]?|dič|geschäftsführer|spisová značka|vergi no|cui|adószám)\b"
)
_MARKS = re.compile(r"\s[·•|∙]\s?|\s[-–—]\s|,\s|;\s")


def issuers(layout: Layout) -> list[str]:
    """Names of whoever issues the paper: from the sender's line over the window, and from a footer's registration."""
    found = [name for name, _ in _sender_lines(layout)]
    for row in _foot(layout.rows):
        if len(row.text) <= 400 and _REGISTERED.search(row.text):
            name = parties.company_in(row.text) or _first_part(row.cells[0].text)
            if name:
                found.append(name)
    return found


def addressees(layout: Layout) -> list[str]:
    """Names of whomever the paper is addressed to: those it greets, and those in a window."""
    found = [name for _, name in _sender_lines(layout) if name]
    for at, row in enumerate(layout.levels[: 3 * TOP_ROWS]):
        for cell in row.cells[:MOST_CELLS]:
            greeted = GREETING.match(cell.text) if len(cell.text) <= 90 else None
            if greeted:
                found.append(greeted[1].strip(" ,:;!."))
            elif normal(cell.text) in _SALUTATION and ":" not in cell.text:
                found += column_below(layout.levels, at, cell)[:1]
    return found


def same_name(one: str, other: str) -> bool:
    """Whether two names are one company's: equal, or one the beginning of the other."""
    a, b = normal(one), normal(other)
    return min(len(a), len(b)) >= 4 and (a == b or a.startswith(b + " ") or b.startswith(a + " "))


def _sender_lines(layout: Layout) -> Iterator[tuple[str, str]]:
    """(sender, addressee) of each line that holds a name with its whole address, over the lines of a window."""
    for at, row in enumerate(layout.rows[:TOP_ROWS]):
        cell = row.cells[0]
        if row.box is None or len(cell.text) > 160 or ":" in cell.text or not _MARKS.search(cell.text):
            continue
        party = parties.party([cell.text])
        if party is None or not (party.company and party.postcode):
            continue
        window = column_below(layout.rows, at, cell)
        while window and normal(window[0]) in _SALUTATION:
            window = window[1:]
        if len(window) > 1 and any(parties.postcode_in(line) for line in window[1:]) and not field_of(window[0]):
            yield _first_part(cell.text) or party.company, window[0]


def column_below(rows: Sequence[Row], at: int, cell: Cell) -> list[str]:
    """The next lines below a cell that begin where it does."""
    found = []
    for row in rows[at + 1 : at + 1 + WINDOW_ROWS]:
        if row.page != rows[at].page:
            break
        found += [other.text for other in row.cells if abs(other.x0 - cell.x0) <= EDGE][:1]
    return found


def _first_part(text: str) -> str | None:
    """What stands before the first mark between the parts of a line, where it may be a name."""
    name = _MARKS.split(text)[0].strip()
    return name if 4 <= len(name) <= 80 and not any(c.isdigit() for c in name) and ":" not in name else None


def _foot(rows: Sequence[Row]) -> Iterator[Row]:
    """The last rows of each page, else of the whole."""
    for page in sorted({row.page for row in rows}):
        yield from [row for row in rows if row.page == page][-FOOT_ROWS:]
