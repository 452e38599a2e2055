"""Draws purchase orders of fictional buyers as PDF in many layouts and languages, each with its truth.

A layout is drawn from a seed: which labels, which columns in which order, how numbers and dates are printed, where the
addresses stand, whether rows wrap, carry a second item number, a price basis, tax, freight, or run over pages.
"""

import io
import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from reportlab.lib.pagesizes import A4, letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.pipeline.orders.letters import Truth
from tests.pipeline.orders.wording import WORDINGS, Wording

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
LANGUAGES = tuple(WORDINGS) if DEJAVU.exists() else tuple(w for w in WORDINGS if w not in ("pl", "ru"))
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Drawing:
    seed: int
    language: str
    data: bytes
    truth: Truth


@dataclass(frozen=True, slots=True)
class _Item:
    number: int
    own: str
    theirs: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    per: int
    amount: Decimal


def draw(seed: int) -> Drawing:
    """The order of this seed: always the same bytes and truth."""
    dice = random.Random(seed)
    language = LANGUAGES[seed % len(LANGUAGES)]
    return _Sheet(dice, language, WORDINGS[language], seed).drawing()


class _Sheet:
    """One document being drawn: a cursor on a canvas and the choices its seed made."""

    def __init__(self, dice: random.Random, language: str, words: Wording, seed: int) -> None:
        self.dice, self.language, self.words, self.seed = dice, language, words, seed
        self.size = letter if language == "en" else A4
        self.font = _font(language)
        self.points = dice.choice((8, 9, 10))
        self.pitch = self.points * dice.choice((1.3, 1.5, 1.8))
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=self.size, invariant=1)
        self.left = dice.choice((36, 50, 60))
        self.y = self.size[1] - 50
        self.items = self._items()
        self.po = dice.choice(("{}", "PO-{}", "{}-01", "B{}", "45{}")).format(dice.randint(10000, 999999))
        self.day = date(2026, 1, 1) + timedelta(days=dice.randint(0, 330))
        self.wanted = self.day + timedelta(days=dice.randint(14, 40))
        self.goods = sum((item.amount for item in self.items), Decimal(0))
        self.freight = Decimal(dice.randint(900, 9000)) * _CENT if dice.random() < 0.2 else Decimal(0)
        self.tax = (
            ((self.goods + self.freight) * words.tax / 100).quantize(_CENT, ROUND_HALF_UP)
            if dice.random() < 0.4
            else Decimal(0)
        )

    def drawing(self) -> Drawing:
        self._letterhead()
        self._facts()
        self._parties()
        self._table()
        self._totals()
        self._small_print()
        self.canvas.save()
        total = self.goods + self.freight + self.tax
        company, _, _, city, code = self.words.buyer
        lines = tuple((item.theirs or item.own, str(item.quantity), str(item.price)) for item in self.items)
        truth = Truth(
            self.po,
            lines,
            str(total),
            self.words.currency,
            self.day.isoformat(),
            self.wanted.isoformat(),
            company,
            (code, city),
        )
        return Drawing(self.seed, self.language, self.out.getvalue(), truth)

    def _items(self) -> list[_Item]:
        count = self.dice.choice((1, 2, 3, 5, 8, 14, 40))
        step = self.dice.choice((1, 1, 10))
        both, basis = self.dice.random() < 0.5, self.dice.random() < 0.15
        items = []
        for number in range(1, count + 1):
            per = self.dice.choice((1, 100)) if basis else 1
            quantity = Decimal(self.dice.choice((1, 2, 4, 12, 25, 60, 144, 500, 1200)) * (10 if per > 1 else 1))
            price = Decimal(self.dice.randint(35, 39999)) * _CENT
            amount = (quantity * price / per).quantize(_CENT, ROUND_HALF_UP)
            own = f"{self.dice.choice(('MAT', 'ZX', 'K'))}-{self.dice.randint(1000, 99999)}"
            theirs = f"{self.dice.randint(100, 999)}.{self.dice.randint(100, 999)}" if both else ""
            items.append(
                _Item(
                    number * step,
                    own,
                    theirs,
                    self.dice.choice(self.words.goods),
                    quantity,
                    self.dice.choice(self.words.units),
                    price,
                    per,
                    amount,
                )
            )
        return items

    def text(self, x: float, value: str, right: bool = False, big: bool = False) -> None:
        self.canvas.setFont(self.font, self.points + (5 if big else 0))
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, self.y, value)

    def down(self, rows: float = 1.0) -> None:
        self.y -= self.pitch * rows

    def _letterhead(self) -> None:
        if self.dice.random() < 0.6:
            self.text(self.left, self.words.buyer[0], big=True)
            self.down(1.4)
        self.text(self.dice.choice((self.left, 300)), self.words.title, big=True)
        self.down(2)

    def _facts(self) -> None:
        number, day, wanted = (
            self.dice.choice(options) for options in (self.words.number, self.words.day, self.words.wanted)
        )
        facts = [
            (number, self.po),
            (day, self._date(self.day)),
            (wanted, self._date(self.wanted)),
            (self.words.terms, "30"),
        ]
        shape = self.dice.choice(("beside", "colon", "above"))
        x = self.dice.choice((self.left, 320))
        if shape == "above":
            for at, (label, _) in enumerate(facts):
                self.text(self.left + at * 130, label)
            self.down()
            for at, (_, value) in enumerate(facts):
                self.text(self.left + at * 130, value)
            self.down()
        else:
            for label, value in facts:
                self.text(x, f"{label}: {value}" if shape == "colon" else label)
                if shape == "beside":
                    self.text(x + 130, value)
                self.down()
        self.down(1.5)

    def _parties(self) -> None:
        blocks = [
            (self.words.seller_label, self.words.seller),
            (self.words.ship_label, self.words.buyer),
            (self.words.bill_label, self.words.office),
        ]
        self.dice.shuffle(blocks)
        if self.dice.random() < 0.3:
            blocks = [block for block in blocks if block[0] != self.words.bill_label]
        top = self.y
        for at, (label, lines) in enumerate(blocks):
            self.y = top
            x = self.left + at * 175
            self.text(x, label + self.dice.choice(("", ":")))
            for line in self._address(lines):
                self.down()
                self.text(x, line)
        self.y = top
        self.down(7)

    def _address(self, party: tuple[str, str, str, str, str]) -> list[str]:
        company, street, country, city, code = party
        place = {"en": f"{city}, {code}", "zh": f"{city} {code}", "ru": f"{code}, {city}"}.get(
            self.language, f"{code} {city}"
        )
        return [company, street, place, *([country] if self.dice.random() < 0.5 else [])]

    def _columns(self) -> list[tuple[str, str, float, bool]]:
        """(role, head, width, right aligned) in the order they stand."""
        words = self.words
        both = any(item.theirs for item in self.items)
        columns = [("own", words.own if both else words.item, 70, False)]
        if both:
            columns.append(("theirs", words.theirs, 75, False))
        description = ("description", words.description, 135, False)
        columns = [*columns, description] if self.dice.random() < 0.7 else [description, *columns]
        measures = [("quantity", words.quantity, 45, True), ("unit", words.unit, 38, False)]
        columns = [*columns, *measures] if self.dice.random() < 0.8 else [*measures, *columns]
        if self.dice.random() < 0.7:
            columns.insert(0, ("number", words.line, 26, False))
        columns.append(("price", words.price, 55, True))
        if any(item.per > 1 for item in self.items):
            columns.append(("per", words.per, 30, True))
        return [*columns, ("amount", words.amount, 60, True)]

    def _table(self) -> None:
        columns = self._columns()
        wrap = self.dice.random() < 0.4
        self._head(columns)
        for item in self.items:
            if self.y < 90:
                self._page(columns)
            self._row(columns, item)
            self.down()
            if wrap:
                self.text(self._x(columns, "description")[0], self.words.remark)
                self.down()
        self.down(0.6)

    def _head(self, columns: list[tuple[str, str, float, bool]]) -> None:
        for part in (0, 1):
            for role, head, _, right in columns:
                start, end = self._x(columns, role)
                lines = self._broken(head, end - start)
                if part < len(lines):
                    self.text(end if right else start, lines[part], right=right)
            self.down(0.9 if part == 0 else 1.3)

    def _broken(self, head: str, width: float) -> list[str]:
        """A head over two rows where it is wider than its column."""
        if pdfmetrics.stringWidth(head, self.font, self.points) <= width or " " not in head:
            return [head]
        first, _, last = head.rpartition(" ")
        return [first, last]

    def _x(self, columns: list[tuple[str, str, float, bool]], wanted: str) -> tuple[float, float]:
        at = float(self.left) - 10
        scale = min(1.0, (self.size[0] - self.left - 20) / sum(width + 6 for _, _, width, _ in columns))
        for role, _, width, _ in columns:
            if role == wanted:
                return at, at + width * scale
            at += (width + 6) * scale
        raise KeyError(wanted)

    def _row(self, columns: list[tuple[str, str, float, bool]], item: _Item) -> None:
        values = {
            "number": str(item.number), "own": item.own, "theirs": item.theirs, "description": item.description,
            "quantity": self._figure(item.quantity, 0), "unit": item.unit, "price": self._figure(item.price, 2),
            "per": str(item.per), "amount": self._figure(item.amount, 2),
        }  # fmt: skip
        for role, _, _, right in columns:
            start, end = self._x(columns, role)
            self.text(end if right else start, values[role], right=right)

    def _page(self, columns: list[tuple[str, str, float, bool]]) -> None:
        self.text(self.left, self.words.page)
        self.canvas.showPage()
        self.y = self.size[1] - 60
        self.text(self.left, f"{self.words.number[0]} {self.po}")
        self.down(2)
        self._head(columns)

    def _totals(self) -> None:
        if self.y < 130:
            self.canvas.showPage()
            self.y = self.size[1] - 60
        rows = []
        if self.tax or self.freight:
            rows.append((self.words.subtotal, self.goods))
        if self.freight:
            rows.append((self.words.freight, self.freight))
        if self.tax:
            rows.append((f"{self.words.vat} {self.words.tax} %", self.tax))
        rows.append((self.words.total, self.goods + self.freight + self.tax))
        for label, value in rows:
            self.text(330, label)
            self.text(self.size[0] - 45, f"{self.words.currency} {self._figure(value, 2)}", right=True)
            self.down()

    def _small_print(self) -> None:
        self.down(1.5)
        for line in self.words.small_print:
            self.text(self.left, line)
            self.down()

    def _figure(self, value: Decimal, places: int) -> str:
        text = f"{value:,.{places}f}"
        thousands, mark = self.words.marks
        return text.replace(",", "\0").replace(".", mark).replace("\0", thousands)

    def _date(self, day: date) -> str:
        return day.strftime(self.words.date_format)


def _font(language: str) -> str:
    if language == "zh":
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        return "STSong-Light"
    if language in ("pl", "ru"):
        pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
        return "DejaVu"
    return "Helvetica"
