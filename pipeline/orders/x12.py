"""ANSI X12 850 purchase orders and 860 changes (ASC X12 004010 and its neighbours), as lenient as real files need."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from maild.domain.order import OrderType, Party, Place
from maild.domain.problem import Problem
from pipeline.orders import dates
from pipeline.orders.context import Context
from pipeline.orders.detect import decoded
from pipeline.orders.found import Document, Draft, Line, Value
from pipeline.orders.numbers import decimal, plain
from pipeline.orders.segments import Segment, x12_segments

ORDERS = frozenset({"850", "860"})
PURPOSES = {
    "00": OrderType.NEW,
    "01": OrderType.CANCEL,
    "03": OrderType.CANCEL,
    "04": OrderType.CHANGE,
    "05": OrderType.REPLACE,
}
OURS = ("VN", "VP", "VC", "VS", "SK", "MG", "MF", "PI", "VA", "MN", "CR", "ST")
THEIRS = ("BP", "IN", "CB", "PO", "BO", "PL", "ZZ", "PN", "CN")
GLOBAL = ("UP", "EN", "UK", "UI", "UA", "GT", "UD", "EO")
PER = {
    "HP": Decimal(100),
    "PH": Decimal(100),
    "TP": Decimal(1000),
    "HU": Decimal(100),
    "TH": Decimal(1000),
    "C": Decimal(100),
    "M": Decimal(1000),
}
WANTED = ("002", "106", "017", "077", "010", "118", "063", "064", "067", "068", "074")
BUYERS = ("BY", "OB", "SO", "LW", "BT", "EY", "ST")


def read_x12(name: str, data: bytes, context: Context) -> Document:
    """Every order message of the file; other messages and files without one say why there is none."""
    segments = x12_segments(decoded(data))
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for kind, message in _messages(segments):
        if kind not in ORDERS:
            problems.append(Problem("po.other_document", f"X12 {kind} is no purchase order"))
            continue
        head = next((s for s in message if s.tag in ("BEG", "BCH")), None)
        if head is None:
            problems.append(
                Problem("edi.structure", f"X12 {kind} without its {'BEG' if kind == '850' else 'BCH'} segment")
            )
            continue
        drafts.append(_draft(name, message, head, kind))
    if not drafts and not problems:
        problems.append(Problem("edi.structure", f"{name!r}: no X12 message"))
    return Document(tuple(drafts), tuple(problems))


def _messages(segments: Sequence[Segment]) -> Iterator[tuple[str, list[Segment]]]:
    current: list[Segment] | None = None
    kind = ""
    for segment in segments:
        if segment.tag == "ST":
            if current is not None:
                yield kind, current
            kind, current = segment.get(1), [segment]
        elif current is not None:
            current.append(segment)
            if segment.tag == "SE":
                yield kind, current
                current = None
    if current is not None:
        yield kind, current


def _draft(name: str, message: Sequence[Segment], head: Segment, kind: str) -> Draft:
    first_line = next((n for n, s in enumerate(message) if s.tag in ("PO1", "POC")), len(message))
    header, body = message[:first_line], message[first_line:]
    draft = Draft(
        "x12", strict=True, type=PURPOSES.get(head.get(1), OrderType.NEW if kind == "850" else OrderType.CHANGE)
    )
    draft = _header(draft, name, header, head)
    lines = tuple(_line(name, group, draft) for group in _groups(body))
    draft = replace(draft, lines=lines)
    draft = _sums(draft, name, message)
    return _checked(draft, message)


def _header(draft: Draft, name: str, header: Sequence[Segment], head: Segment) -> Draft:
    draft = _value(draft, "po_number", head.get(3), name, head)
    release = head.get(4)
    if release and release.isalnum() and len(release) <= 10 and any(c.isdigit() for c in release):
        draft = _value(draft, "revision", release, name, head)
    day = _iso(head.get(5)) or _iso(head.get(6))
    draft = _value(draft, "order_date", day, name, head)
    parties = _parties(header)
    for segment in header:
        if segment.tag == "CUR":
            draft = _value(draft, "currency", segment.get(2), name, segment)
        elif segment.tag == "DTM" and segment.get(1) == "004" and not day:
            draft = _value(draft, "order_date", _iso(segment.get(2)), name, segment)
        elif segment.tag == "TD5":
            draft = _value(draft, "ship_method", segment.get(5) or segment.get(3), name, segment)
        elif segment.tag == "FOB":
            draft = _value(
                draft, "freight_terms", " ".join(filter(None, (segment.get(1), segment.get(3)))), name, segment
            )
        elif segment.tag == "ITD":
            terms = segment.get(12) or (f"NET {segment.get(7)}" if segment.get(7) else "")
            draft = _value(draft, "payment_terms", terms, name, segment)
        elif segment.tag == "PER":
            draft = _value(draft, "contact", segment.get(2), name, segment)
        elif segment.tag == "MSG":
            draft = _value(draft, "notes", segment.get(1), name, segment)
        elif segment.tag == "REF" and segment.get(1) in ("11", "CR7", "FA"):
            draft = _value(draft, "freight_account", segment.get(2), name, segment)
    for code in WANTED:
        for segment in header:
            if segment.tag == "DTM" and segment.get(1) == code:
                draft = _value(draft, "requested_date", _iso(segment.get(2)), name, segment)
    buyer = next(((parties[code][0].company, parties[code][1]) for code in BUYERS if code in parties), None)
    if buyer:
        draft = _value(draft, "buyer", buyer[0] or buyer[1].get(4), name, buyer[1])
    ship, bill = parties.get("ST"), parties.get("BT")
    end = parties.get("EN") or parties.get("UC")
    if end:
        draft = _value(draft, "end_user", end[0].company, name, end[1])
    return replace(draft, ship_to=ship[0] if ship else None, bill_to=bill[0] if bill else None)


def _parties(segments: Sequence[Segment]) -> dict[str, tuple[Party, Segment]]:
    found: dict[str, tuple[Party, Segment]] = {}
    code = ""
    for segment in segments:
        if segment.tag == "N1":
            code = segment.get(1)
            if code not in found:
                found[code] = (Party(company=segment.get(2) or None), segment)
            else:
                code = ""
        elif code and segment.tag in ("N2", "N3", "N4"):
            party, head = found[code]
            found[code] = (_with_address(party, segment), head)
        elif segment.tag in ("PO1", "PER", "REF", "DTM") and segment.tag == "PO1":
            break
    return found


def _with_address(party: Party, segment: Segment) -> Party:
    if segment.tag == "N4":
        city = ", ".join(filter(None, (segment.get(1), segment.get(2)))) or None
        return replace(party, city=city, postcode=segment.get(3) or None, country=segment.get(4) or None)
    text = ", ".join(e for e in segment.elements if e)
    return replace(party, street=", ".join(filter(None, (party.street, text))) or None)


def _groups(body: Sequence[Segment]) -> Iterator[list[Segment]]:
    group: list[Segment] = []
    for segment in body:
        if segment.tag in ("PO1", "POC"):
            if group:
                yield group
            group = [segment]
        elif segment.tag in ("CTT", "SE"):
            break
        elif group:
            group.append(segment)
    if group:
        yield group


def _line(name: str, group: Sequence[Segment], draft: Draft) -> Line:
    head = group[0]
    shift = 2 if head.tag == "POC" else 0
    unit, price, basis = (
        (head.get(3 + shift), head.get(4 + shift), head.get(5 + shift))
        if not shift
        else (head.get(5), head.get(6), head.get(7))
    )
    quantity = decimal(head.get(3)) if shift else decimal(head.get(2))
    pairs = list(zip(head.elements[(7 if shift else 5) :: 2], head.elements[(8 if shift else 6) :: 2], strict=False))
    place = _place(name, head)
    return Line(
        quantity=quantity,
        price=decimal(price) if price else _priced(group),
        amount=None,
        per=PER.get(basis),
        number=head.get(1) or None,
        sku=_code(pairs, OURS),
        customer_sku=_code(pairs, THEIRS),
        gtin=_code(pairs, GLOBAL),
        description=" ".join(s.get(5) for s in group if s.tag == "PID" and s.get(5)) or None,
        unit=unit or None,
        requested_date=_wanted(group),
        places=tuple((field, place) for field in ("quantity", "unit_price", "sku", "customer_sku")),
        at=head.number,
    )


def _priced(group: Sequence[Segment]) -> Decimal | None:
    """A price that only a CTP segment gives; suggested retail prices are none of ours."""
    return next(
        (decimal(s.get(3)) for s in group if s.tag == "CTP" and s.get(2) not in ("MSR", "RES", "SRP", "RTL")), None
    )


def _code(pairs: Sequence[tuple[str, str]], wanted: Sequence[str]) -> str | None:
    return next((code.strip() for kind in wanted for key, code in pairs if key.strip() == kind and code.strip()), None)


def _wanted(group: Sequence[Segment]) -> str | None:
    for segment in group:
        if segment.tag == "DTM" and segment.get(1) in WANTED:
            return _iso(segment.get(2))
        if segment.tag == "SCH":
            return _iso(segment.get(6))
    return None


def _sums(draft: Draft, name: str, message: Sequence[Segment]) -> Draft:
    charges: list[Decimal] = []
    for segment in message:
        if segment.tag == "AMT" and segment.get(1) in ("TT", "1", "GT") and draft.best("total") is None:
            figure = decimal(segment.get(2))
            draft = _value(draft, "total", plain(figure) if figure is not None else None, name, segment)
        elif segment.tag == "SAC" and decimal(segment.get(5)):
            charges.append((decimal(segment.get(5)) or Decimal(0)) / 100)
        elif segment.tag in ("TXI", "TAX") and decimal(segment.get(2)) and segment.tag == "TXI":
            charges.append(decimal(segment.get(2)) or Decimal(0))
    return replace(draft, charges=tuple(charges))


def _checked(draft: Draft, message: Sequence[Segment]) -> Draft:
    counted = next((s.get(1) for s in message if s.tag == "CTT"), "")
    if counted.isdigit() and int(counted) != len(draft.lines):
        return draft.doubt(
            Problem("edi.structure", f"CTT counts {counted} lines, there are {len(draft.lines)}", "lines")
        )
    return draft


def _iso(text: str) -> str | None:
    day = dates.compact(text)
    return day.isoformat() if day else None


def _value(draft: Draft, field: str, text: str | None, name: str, segment: Segment) -> Draft:
    return draft.with_values(field, Value(text, _place(name, segment), 4)) if text else draft


def _place(name: str, segment: Segment) -> Place:
    return Place(part=name, line=segment.number, text=f"{segment.tag}*{'*'.join(segment.elements)}"[:200])
