"""Who buys: by label, letterhead, signature and the addresses, never the seller."""

import re
from collections.abc import Iterator, Sequence

from maild.domain.order import Party
from pipeline.orders import parties, titles
from pipeline.orders.context import Context
from pipeline.orders.found import Value
from pipeline.orders.issuer import addressees, column_below, issuers, same_name
from pipeline.orders.labels import field_of, normal
from pipeline.orders.layout import Layout, Row
from pipeline.orders.names import is_name
from pipeline.orders.pairs import Pair
from pipeline.orders.signature import signed

_ADDRESSED = re.compile(r"(?i)\W*(?:to|an|spett\.?le|proveedor|dear|fournisseur|vendor|supplier|leverancier)\b")

MOSTLY = 0.7  # of the letters of a name
SIGNED = 1.7  # what it counts to stand behind the closing of a letter
ISSUED = 2.0  # what it counts to stand in the sender's line or with the registration
LETTERHEAD_ROWS = 4
CLOSE = 0.35  # what a company may count less than the buyer and still be it

# On a printed form these may stand over the seller's address as well.
_ANY_COMPANY = frozenset(
    {"company", "company name", "firma", "firm", "societe", "empresa", "bedrijf", "компания", "公司"}
)
_FROM = frozenset({"from", "von", "de", "da", "van", "od", "от"})

Scored = tuple[float, Value]
"""A name that may be the buyer's, and how much speaks for it."""


def buyer_of(
    layout: Layout, found: Sequence[Pair], ship: Party | None, bill: Party | None, context: Context
) -> tuple[Value | None, str | None]:
    """(the buyer, another company that is nearly as likely to be it)."""
    sellers = [pair for pair in found if "seller" in pair.fields and not pair.fields & {"bill_to", "ship_to", "buyer"}]
    selling = {normal(line) for pair in sellers for line in pair.block[:2]}
    issuing = [] if context.mail else issuers(layout)
    addressed = [] if context.mail else addressees(layout)
    issuing += [] if context.mail else _at_home(layout, ship, bill)
    hints = _hints(ship, bill, context)
    scored = [*_labelled(layout, found, hints, not context.mail), *_companies(layout, sellers, selling, hints, context)]
    if not context.mail:
        scored += [
            (2.7 + 0.5 * at_home + _shared(name, hints), value)
            for name, value, at_home in _letterhead(layout)
            if normal(name) not in selling
        ]
    scored += [*_delivered_to(layout, ship, bill, selling, context), *_author(layout, hints, context)]
    if context.mail:
        signers = signed(layout.rows, context.author)
        scored += [(SIGNED + _worth(known), Value(name, layout.place(row), 2)) for name, row, known in signers]
    scored = [each for each in scored if not any(same_name(each[1].text, name) for name in addressed)] or scored
    return _best([_issued(each, issuing) for each in scored])


def _best(scored: Sequence[Scored]) -> tuple[Value | None, str | None]:
    if not scored:
        return None, None
    weight, buyer = max(scored, key=lambda each: each[0])
    close = [
        (other, value.text)
        for other, value in scored
        if other > weight - CLOSE and parties.company_in(value.text) and not _alike(value.text, buyer.text)
    ]
    return buyer, max(close)[1] if close else None


def _alike(one: str, other: str) -> bool:
    """Whether two names may be one company's: a telling word, or the first letters, of one are in the other."""
    if normal(one) == normal(other):
        return True
    words = [word for word in normal(one).split() if len(word) >= 4]
    initials = "".join(word[0] for word in normal(other).split())
    return any(word in normal(other) for word in words) or normal(one).partition(" ")[0] in initials


def _at_home(layout: Layout, *places: Party | None) -> list[str]:
    """The names in the first rows of a paper to which the goods or the invoice go."""
    named = [place.company for place in places if place and place.company]
    tops = [
        text for row in layout.levels[:LETTERHEAD_ROWS] for cell in row.cells[:2] for text in cell.lines or (cell.text,)
    ]
    return [text for text in tops if len(text) < 90 and any(same_name(text, name) for name in named)]


def _worth(known: float) -> float:
    """A name that the address knows but in part may be a person's."""
    return 2 * known if known >= MOSTLY else known


def _issued(each: Scored, issuing: Sequence[str]) -> Scored:
    """More for who issues the paper."""
    return each[0] + ISSUED * any(same_name(each[1].text, name) for name in issuing), each[1]


def _labelled(layout: Layout, found: Sequence[Pair], hints: str, printed: bool) -> Iterator[Scored]:
    """What stands behind a label for the buyer."""
    for pair in found:
        if "buyer" not in pair.fields or not pair.block or re.match(r"^[\W\d]", pair.value) or len(pair.value) >= 90:
            continue
        name = parties.company_in(pair.value) or (parties.company_in(pair.block[1]) if len(pair.block) > 1 else None)
        if field_of(pair.value):
            continue
        with_address = any(parties.postcode_in(line) for line in pair.block[1:5])
        person = "contact" in pair.fields or (pair.name in _FROM and not with_address)
        company_like = name or (None if person else pair.value.split(",")[0])
        if company_like and not any(c.isdigit() for c in company_like[:3]):
            weight = (1.7 if pair.name in _ANY_COMPANY and printed else 3.5) + 1.5 * bool(name)
            weight += _shared(company_like, hints)
            yield weight, Value(company_like.strip(), layout.place(pair.row), 3)


def _companies(
    layout: Layout, sellers: Sequence[Pair], selling: set[str], hints: str, context: Context
) -> Iterator[Scored]:
    """Companies that are named anywhere but the seller: in a mail the last one signs, a document begins with it."""
    seller_rows = {id(pair.row): pair for pair in sellers}
    count = len(layout.rows)
    for at, row in enumerate(layout.rows):
        for cell in row.cells if parties.may_name_company(row.text) else ():
            for text in cell.lines or (cell.text,):
                name = parties.company_in(text) if len(text) < 400 else None
                if not name or normal(name) in selling or _names_label(name) or _ADDRESSED.match(text.strip()):
                    continue
                if id(row) in seller_rows and normal(name) in normal(seller_rows[id(row)].value):
                    continue
                position = at / count if context.mail else 1 - at / count
                yield 2.0 + position + 2 * _shared(name, hints), Value(name, layout.place(row, text), 2)


def _delivered_to(
    layout: Layout, ship: Party | None, bill: Party | None, selling: set[str], context: Context
) -> Iterator[Scored]:
    """Who is billed, or gets the goods."""
    for party, other, weight in ((bill, ship, 2.0), (ship, bill, 2.4)):
        company = party.company if party else None
        phrase = company and context.mail and not parties.company_in(company) and not is_name(company)
        if company and not (phrase or company[0].isdigit()) and len(company) < 70 and normal(company) not in selling:
            own = _hints(other, None, context)
            yield weight + _shared(company, own), Value(company, layout.place(Row(()), company), 1)


def _author(layout: Layout, hints: str, context: Context) -> Iterator[Scored]:
    """The name in the mail's From line."""
    author = re.sub(r"<[^>]*>|\"", "", context.author).strip()
    if author and "@" not in author:
        yield 1.0 + _shared(author, hints), Value(author, layout.place(Row(()), context.author), 0)


def _letterhead(layout: Layout) -> list[tuple[str, Value, bool]]:
    """The name in the first rows of a page, words alone, no label and no title; whether its address follows it."""
    found = []
    rows = layout.levels
    for at, row in enumerate(rows[:LETTERHEAD_ROWS]):
        for cell in row.cells[:2]:
            text = cell.text.strip()
            words = re.findall(r"[^\W\d_]{2,}", text)
            if (
                2 <= len(words) <= 8
                and not re.search(r"[:：@\d]|www|http", text)
                and not field_of(text)
                and not titles.names_title(text)
                and text[0].isupper()
            ) and (text.isupper() or text.istitle() or parties.company_in(text)):
                at_home = any(parties.postcode_in(line) for line in column_below(rows, at, cell))
                found.append((text, Value(text, layout.place(row, text), 1), at_home))
    return found[:2]


def _names_label(name: str) -> bool:
    return bool(field_of(name))


def _hints(ship: Party | None, bill: Party | None, context: Context) -> str:
    """The letters of all that the sender's address and the addresses in the order say of the company."""
    author = context.author.split("<")[0] if context.mail else ""
    domain = context.author.rpartition("@")[2].rstrip("> ").rpartition(".")[0]
    said = (author, domain, *(party.company for party in (ship, bill) if party))
    return re.sub(r"[\W_]+", "", normal(" ".join(filter(None, said))))


def _shared(name: str, hints: str) -> float:
    """How much of a name's telling words the sender's address or the delivery block know."""
    words = [w for w in normal(name).split() if len(w) >= 4]
    return (
        min(1.0, sum(w in hints for w in words) / max(len(words), 1) + 0.3 * any(w in hints for w in words))
        if words
        else 0.0
    )
