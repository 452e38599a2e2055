"""EDIFACT ORDERS and ORDCHG (UN/EDIFACT directories D.93A and later, EANCOM), with or without envelopes."""

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
from pipeline.orders.segments import Segment, edifact_segments

FUNCTIONS = {
    "1": OrderType.CANCEL,
    "3": OrderType.CANCEL,
    "4": OrderType.CHANGE,
    "5": OrderType.REPLACE,
    "9": OrderType.NEW,
}
RESPONSES = frozenset({"231", "320", "351", "380", "310", "311"})
GLOBAL, OURS, THEIRS = (
    ("EN", "SRV", "SRS", "UP", "EAN"),
    ("SA", "VN", "MF", "GN", "SN", "VS"),
    ("IN", "BP", "BS", "PN", "CU"),
)
WANTED = ("2", "69", "76", "63", "64", "10", "67", "358")


def read_edifact(name: str, data: bytes, context: Context) -> Document:
    """Every order message of the file, repeated ones too."""
    segments = edifact_segments(decoded(data))
    drafts: list[Draft] = []
    problems: list[Problem] = []
    broken = _stray(segments)
    for kind, message in _messages(segments):
        if kind not in ("ORDERS", "ORDCHG") or any(s.tag == "BGM" and s.part(1) in RESPONSES for s in message):
            problems.append(Problem("po.other_document", f"EDIFACT {kind or 'message'} is no order"))
            continue
        draft = _draft(name, message, kind)
        drafts.append(draft.doubt(*broken))
    if not drafts and not problems:
        problems.append(Problem("edi.structure", f"{name!r}: no EDIFACT order message"))
    return Document(tuple(drafts), (*problems, *(broken if not drafts else ())))


def _stray(segments: Sequence[Segment]) -> tuple[Problem, ...]:
    """Order segments outside any message: a message header is damaged."""
    inside = False
    for segment in segments:
        if segment.tag == "UNH":
            inside = True
        elif segment.tag == "UNT":
            inside = False
        elif segment.tag in ("BGM", "LIN") and not inside:
            return (Problem("edi.structure", f"{segment.tag} outside a message: a header is damaged"),)
    return ()


def _messages(segments: Sequence[Segment]) -> Iterator[tuple[str, list[Segment]]]:
    current: list[Segment] | None = None
    kind = ""
    for segment in segments:
        if segment.tag == "UNH":
            if current is not None:
                yield kind, current
            kind, current = segment.part(2), [segment]
        elif segment.tag in ("UNZ", "UNB", "UNE", "UNG"):
            if current is not None:
                yield kind, current
            current = None
        elif current is not None:
            current.append(segment)
            if segment.tag == "UNT":
                yield kind, current
                current = None
    if current is not None:
        yield kind, current


def _draft(name: str, message: Sequence[Segment], kind: str) -> Draft:
    first = next((n for n, s in enumerate(message) if s.tag == "LIN"), len(message))
    end = next((n for n, s in enumerate(message) if s.tag == "UNS"), len(message))
    header, body = message[: min(first, end)], message[first:end]
    draft = Draft("edifact", strict=True, type=OrderType.CHANGE if kind == "ORDCHG" else OrderType.NEW)
    draft = _header(draft, name, header, kind)
    draft = replace(draft, lines=tuple(_line(name, group) for group in _groups(body)))
    draft = _sums(draft, name, message[end:] if end < len(message) else header)
    return _checked(draft, message)


def _header(draft: Draft, name: str, header: Sequence[Segment], kind: str) -> Draft:
    for segment in header:
        if segment.tag == "BGM":
            draft = _value(draft, "po_number", segment.part(2), name, segment)
            draft = replace(
                draft,
                type=FUNCTIONS.get(segment.part(3), draft.type)
                if kind == "ORDERS" or segment.part(3) in ("1", "5")
                else draft.type,
            )
        elif segment.tag == "RFF" and segment.part(1) == "ON" and kind == "ORDCHG":
            draft = replace(
                draft, values={**draft.values, "po_number": (Value(segment.part(1, 2), _place(name, segment), 4),)}
            )
        elif segment.tag == "CUX" and segment.part(1) in ("2", "1"):
            draft = _value(draft, "currency", segment.part(1, 2), name, segment)
        elif segment.tag == "FTX":
            draft = _value(draft, "notes", " ".join(filter(None, segment.get(4).split("\x1f"))), name, segment)
        elif segment.tag == "TOD":
            draft = _value(draft, "freight_terms", segment.part(3) or segment.part(3, 4), name, segment)
        elif segment.tag == "CTA":
            draft = _value(draft, "contact", segment.part(2, 2), name, segment)
        elif segment.tag == "TDT":
            draft = _value(draft, "ship_method", segment.part(5, 4) or segment.part(5), name, segment)
        elif segment.tag == "DTM" and segment.part(1) in ("137", "4") and not draft.best("order_date"):
            draft = _value(draft, "order_date", _day(segment), name, segment)
        elif segment.tag == "NAD":
            draft = _party(draft, name, segment)
    for code in WANTED:
        for segment in header:
            if segment.tag == "DTM" and segment.part(1) == code:
                draft = _value(draft, "requested_date", _day(segment), name, segment)
    return draft


def _party(draft: Draft, name: str, segment: Segment) -> Draft:
    role = segment.get(1)
    title = " ".join(filter(None, segment.get(4).split("\x1f"))) or " ".join(
        filter(None, segment.get(3).split("\x1f")[:2])
    )
    identity = segment.part(2)
    party = Party(
        company=title or identity or None,
        street=" ".join(filter(None, segment.get(5).split("\x1f"))) or None,
        city=segment.get(6) or None,
        postcode=segment.get(8) or None,
        country=segment.get(9) or None,
    )
    if role in ("BY", "OB"):
        draft = _value(draft, "buyer", title or identity, name, segment)
    elif role in ("UD", "UC"):
        draft = _value(draft, "end_user", title or identity, name, segment)
    if role in ("DP", "ST", "CN") and (draft.ship_to is None or role == "DP"):
        draft = replace(draft, ship_to=party)
    if role in ("IV", "BT"):
        draft = replace(draft, bill_to=party)
    return draft


def _groups(body: Sequence[Segment]) -> Iterator[list[Segment]]:
    group: list[Segment] = []
    for segment in body:
        if segment.tag == "LIN":
            if group:
                yield group
            group = [segment]
        elif segment.tag == "UNT":
            break
        elif group:
            group.append(segment)
    if group:
        yield group


def _line(name: str, group: Sequence[Segment]) -> Line:
    head = group[0]
    codes = [(head.part(3, 2), head.part(3))]
    for segment in group:
        if segment.tag == "PIA":
            codes += [(segment.part(at, 2), segment.part(at)) for at in range(2, 7) if segment.part(at)]
    ordered = next((s for s in group if s.tag == "QTY" and s.part(1) == "21"), None) or next(
        (s for s in group if s.tag == "QTY"), None
    )
    place = _place(name, head)
    price, per = _price(group)
    return Line(
        quantity=decimal(ordered.part(1, 2)) if ordered else None,
        price=price,
        amount=next(
            (
                decimal(s.part(1, 2))
                for kind in ("203", "66", "128")
                for s in group
                if s.tag == "MOA" and s.part(1) == kind
            ),
            None,
        ),
        per=per,
        number=head.get(1) or None,
        sku=_code(codes, OURS),
        customer_sku=_code(codes, THEIRS),
        gtin=_code(codes, GLOBAL) or (codes[0][1] if codes[0][0] == "" and codes[0][1] else None),
        description=_described(group),
        unit=ordered.part(1, 3) or None if ordered else None,
        requested_date=next((_day(s) for s in group if s.tag == "DTM" and s.part(1) in WANTED), None),
        figures=tuple(d for s in group if s.tag == "MOA" and (d := decimal(s.part(1, 2))) is not None),
        places=tuple((field, place) for field in ("quantity", "unit_price", "amount", "sku")),
        at=head.number,
    )


def _price(group: Sequence[Segment]) -> tuple[Decimal | None, Decimal | None]:
    """Net before gross price, with the quantity it is for (C509 5284)."""
    for kind in ("AAA", "CAL", "AAB", "AAE", "INV", ""):
        for segment in group:
            if segment.tag == "PRI" and (segment.part(1) == kind or not kind):
                return decimal(segment.part(1, 2)), decimal(segment.part(1, 5)) or None
    return None, None


def _code(codes: Sequence[tuple[str, str]], wanted: Sequence[str]) -> str | None:
    return next((code for kind, code in codes if kind in wanted and code), None)


def _described(group: Sequence[Segment]) -> str | None:
    texts = [" ".join(filter(None, s.get(3).split("\x1f")[3:])) for s in group if s.tag == "IMD"]
    return " ".join(filter(None, texts)) or None


def _sums(draft: Draft, name: str, summary: Sequence[Segment]) -> Draft:
    charges: list[Decimal] = []
    for kind in ("86", "9", "77", "39", "128"):
        for segment in summary:
            figure = decimal(segment.part(1, 2)) if segment.tag == "MOA" and segment.part(1) == kind else None
            if figure is not None and draft.best("total") is None:
                draft = _value(draft, "total", plain(figure), name, segment)
    for segment in summary:
        figure = decimal(segment.part(1, 2)) if segment.tag == "MOA" else None
        if figure is None:
            continue
        if segment.part(1) in ("79", "125"):
            draft = _value(draft, "subtotal", plain(figure), name, segment)
            if draft.best("total") is None:
                draft = _value(draft, "total", plain(figure), name, segment)
        elif segment.part(1) in ("124", "176", "150"):
            draft = _value(draft, "tax", plain(figure), name, segment)
            charges.append(figure)
        elif segment.part(1) in ("8", "23", "204", "131", "259", "260"):
            charges.append(figure)
    return replace(draft, charges=tuple(charges))


def _checked(draft: Draft, message: Sequence[Segment]) -> Draft:
    counted = next((s.part(1, 2) for s in message if s.tag == "CNT" and s.part(1) == "2"), "")
    if counted.isdigit() and int(counted) != len(draft.lines):
        draft = draft.doubt(
            Problem("edi.structure", f"CNT counts {counted} lines, there are {len(draft.lines)}", "lines")
        )
    return draft


def _day(segment: Segment) -> str | None:
    """DTM in formats 101, 102, 203, 204 and ranges that begin with a day (ISO 9735 code list 2379)."""
    text, form = segment.part(1, 2), segment.part(1, 3)
    day = dates.compact(text[:6] if form == "101" else text[:8])
    return day.isoformat() if day else None


def _value(draft: Draft, field: str, text: str | None, name: str, segment: Segment) -> Draft:
    return draft.with_values(field, Value(text, _place(name, segment), 4)) if text else draft


def _place(name: str, segment: Segment) -> Place:
    body = "+".join((segment.tag, *segment.elements)).replace("\x1f", ":")
    return Place(part=name, line=segment.number, text=body[:200])
