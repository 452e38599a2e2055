"""Orders as PDF pages: letterheads, blocks of fields and addresses, ruled and open tables over several pages."""

import io
from pathlib import Path

from reportlab.lib.pagesizes import A4, letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.pipeline.orders.layouts.columns import RIGHT, Table, decoy_of, heading_of, sums_of, table_of
from tests.pipeline.orders.layouts.drawn import Drawn, mail_of, subject_of, truth_of
from tests.pipeline.orders.layouts.facts import Facts, Party
from tests.pipeline.orders.layouts.printing import Printer, printer_for

_FONTS = Path("/usr/share/fonts/truetype/dejavu")
FONTS_THERE = (_FONTS / "DejaVuSans.ttf").exists()
_SHARE = {
    "goods": 4.2,
    "line": 0.8,
    "unit": 1.0,
    "quantity": 1.3,
    "per": 1.0,
    "discount": 1.2,
    "tax": 1.0,
    "due": 2.4,
    "price": 1.6,
    "amount": 1.8,
}


def draw_pdf(seed: int, facts: Facts) -> Drawn:
    printer = printer_for(facts)
    data = _Paper(facts, printer).drawn()
    if facts.chance(0.5):
        return Drawn(seed, "pdf", facts.language, truth_of(facts), document=("order.pdf", data))
    subject = subject_of(facts)
    text = "\n".join([facts.pick("hello"), "", facts.pick("thanks"), facts.pick("people"), facts.buyer.company]) + "\n"
    return Drawn(
        seed,
        "pdf",
        facts.language,
        truth_of(facts),
        mail_of(facts, subject, text, files=(("order.pdf", "application/pdf", data),)),
    )


class _Paper:
    """A cursor on a canvas, and the choices of one house."""

    def __init__(self, facts: Facts, printer: Printer) -> None:
        self.facts, self.printer, self.dice = facts, printer, facts.dice
        self.size = letter if facts.buyer.country == "US" else A4
        self.font, self.bold = _fonts(facts.language, self.dice.random())
        self.points = self.dice.choice((7.5, 8, 9, 10))
        self.pitch = self.points * self.dice.choice((1.2, 1.35, 1.6))
        self.out = io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=self.size, invariant=1)
        self.left = self.dice.choice((30.0, 42.0, 56.0))
        self.right = self.size[0] - self.left
        self.y = self.size[1] - 45
        self.page = 1
        self.ruled = self.dice.choice(("none", "none", "rows", "boxes", "head"))

    def drawn(self) -> bytes:
        parts = [self._head, self._fields, self._parties]
        if self.facts.chance(0.25):
            parts = [self._head, self._parties, self._fields]
        for part in parts:
            part()
        table = table_of(self.facts, self.printer)
        self._table(table)
        self._sums()
        self._tail()
        self._foot()
        self.canvas.save()
        return self.out.getvalue()

    def say(self, x: float, text: str, right: bool = False, bold: bool = False, points: float = 0) -> None:
        text = text.replace("\u202f", "\u00a0")
        self.canvas.setFont(self.bold if bold else self.font, points or self.points)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, self.y, text)

    def down(self, rows: float = 1.0) -> None:
        self.y -= self.pitch * rows

    def wide(self, text: str, bold: bool = False) -> float:
        return float(pdfmetrics.stringWidth(text, self.bold if bold else self.font, self.points))

    def _head(self) -> None:
        facts = self.facts
        if facts.chance(0.7):
            x, right = self.dice.choice(((self.left, False), (self.right, True)))
            self.say(x, facts.buyer.company, right, bold=True, points=self.points + 5)
            self.down(1.4)
            if facts.chance(0.6):
                self.say(x, " · ".join(facts.bill.rows[1:]), right, points=self.points - 1)
                self.down()
                self.say(x, "Tel. +00 555 0155-12   purchasing@buyer.example", right, points=self.points - 1)
                self.down()
        self.down()
        self.say(
            self.dice.choice((self.left, self.left + 150, 330)), facts.pick("title"), bold=True, points=self.points + 6
        )
        self.down(2)

    def _fields(self) -> None:
        fields = heading_of(self.facts, self.printer)
        shape = self.dice.choice(("beside", "colon", "above", "boxes", "pairs"))
        x = self.dice.choice((self.left, self.size[0] * 0.55))
        bold = self.facts.chance(0.4)
        if shape in ("above", "boxes"):
            step = (self.right - self.left) / max(len(fields), 3)
            for at, (label, _) in enumerate(fields):
                self.say(self.left + at * step, label, bold=bold, points=self.points - (1 if shape == "boxes" else 0))
            self.down(1.1)
            for at, (_, value) in enumerate(fields):
                self.say(self.left + at * step, value)
            if shape == "boxes":
                for at in range(len(fields)):
                    self.canvas.rect(self.left + at * step - 3, self.y - 4, step, self.pitch * 2.3, fill=0)
            self.down(2)
            return
        if shape == "pairs":
            middle = (self.left + self.right) / 2
            for at, (label, value) in enumerate(fields):
                column = self.left if at % 2 == 0 else middle
                self.say(column, label + ":", bold=bold)
                self.say(column + max(95, self.wide(label + ":", True) + 8), value)
                if at % 2 or at == len(fields) - 1:
                    self.down(1.2)
            self.down()
            return
        wide = max(self.wide(label, True) for label, _ in fields)
        for label, value in fields:
            if shape == "colon":
                self.say(x, f"{label}: {value}")
            else:
                self.say(x, label, bold=bold)
                self.say(x + max(110, wide + 12), value)
            self.down(1.15)
        if self.facts.chance(0.6):
            self.say(x, decoy_of(self.facts, self.printer))
            self.down()
        self.down()

    def _parties(self) -> None:
        facts = self.facts
        facts.shown.add("ship")
        blocks: list[tuple[str, Party]] = [(facts.pick("seller"), facts.seller), (facts.pick("ship"), facts.ship)]
        if facts.chance(0.6):
            blocks.append((facts.pick("bill"), facts.bill))
        self.dice.shuffle(blocks)
        across = self.dice.choice((2, 3, 1))
        step = (self.right - self.left) / across
        for start in range(0, len(blocks), across):
            top, low = self.y, self.y
            for at, (label, party) in enumerate(blocks[start : start + across]):
                self.y = top
                self._block(self.left + at * step, label, party, beside=across == 1 and self.facts.chance(0.3))
                low = min(low, self.y)
            self.y = low
            self.down(1.2)

    def _block(self, x: float, label: str, party: Party, beside: bool) -> None:
        self.say(x, label + self.dice.choice(("", ":")), bold=self.facts.chance(0.6))
        shift = self.wide(label, True) + 14 if beside else 0
        if not beside:
            self.down()
        rows = list(party.rows)
        if self.facts.chance(0.3):
            rows.append(self.dice.choice(("Tel. 555 0188", "Attn: Goods In", party.country)))
        for row in rows:
            self.say(x + shift, row)
            self.down()

    def _table(self, table: Table) -> None:
        shares = [_SHARE.get(column.role, 2.2) for column in table.columns]
        scale = (self.right - self.left) / sum(shares)
        edges = [self.left]
        for share in shares:
            edges.append(edges[-1] + share * scale)
        self._heads(table, edges)
        at = table.at("goods")
        for number, (cells, more) in enumerate(zip(table.rows, table.more, strict=True)):
            wrapped = self._wrapped(cells[at], edges[at + 1] - edges[at] - 6)
            wrapped += [more] if more else []
            if self.y - self.pitch * len(wrapped) < 95:
                self._turn(table, edges, number)
            self._row(table, cells, wrapped, edges)

    def _row(self, table: Table, cells: tuple[str, ...], wrapped: list[str], edges: list[float]) -> None:
        at = table.at("goods")
        for number, column in enumerate(table.columns):
            text = wrapped[0] if number == at else cells[number]
            right = column.role in RIGHT
            self.say(edges[number + 1] - 5 if right else edges[number] + 1, text, right)
        for text in wrapped[1:]:
            self.down()
            self.say(edges[at] + 1, text)
        if self.ruled in ("rows", "boxes"):
            self.canvas.line(self.left, self.y - 3, self.right, self.y - 3)
        self.down(1.3)

    def _heads(self, table: Table, edges: list[float]) -> None:
        tiers = [
            self._wrapped(column.head, edges[n + 1] - edges[n] - 4, True) for n, column in enumerate(table.columns)
        ]
        top = self.y
        for tier in range(max(map(len, tiers))):
            for number, column in enumerate(table.columns):
                if tier < len(tiers[number]):
                    right = column.role in RIGHT
                    self.say(
                        edges[number + 1] - 5 if right else edges[number] + 1, tiers[number][tier], right, bold=True
                    )
            self.down()
        if self.ruled != "none":
            self.canvas.line(self.left, self.y + self.pitch - 3, self.right, self.y + self.pitch - 3)
        if self.ruled == "boxes":
            self.canvas.rect(self.left, self.y + self.pitch - 3, self.right - self.left, top - self.y, fill=0)
        self.down(0.4)

    def _wrapped(self, text: str, width: float, bold: bool = False) -> list[str]:
        parts = text.split(" ")
        if len(parts) == 1 and self.facts.language == "zh" and self.wide(text) > width:
            half = len(text) // 2
            return [text[:half], text[half:]]
        rows = [parts[0]]
        for part in parts[1:]:
            if self.wide(f"{rows[-1]} {part}", bold) <= width:
                rows[-1] = f"{rows[-1]} {part}"
            else:
                rows.append(part)
        return rows

    def _turn(self, table: Table, edges: list[float], done: int) -> None:
        facts = self.facts
        if facts.chance(0.3):
            self.say(self.left + 200, str(facts.words["carried"]))
            self.say(
                self.right - 5,
                self.printer.figure(sum((i.amount for i in facts.items[:done]), facts.freight * 0)),
                right=True,
            )
        self._foot()
        self.canvas.showPage()
        self.page += 1
        self.y = self.size[1] - 50
        if facts.chance(0.7):
            self.say(self.left, f"{facts.words['number'][0]} {facts.po}")
            self.down(2)
        if facts.chance(0.8):
            self._heads(table, edges)

    def _sums(self) -> None:
        if self.y < 170:
            self._foot()
            self.canvas.showPage()
            self.page += 1
            self.y = self.size[1] - 60
        self.down(0.5)
        x = self.dice.choice((self.size[0] * 0.55, self.size[0] * 0.65))
        for label, value in sums_of(self.facts, self.printer):
            self.say(x, label + self.dice.choice(("", ":")), bold=self.facts.chance(0.4))
            self.say(self.right - 5, value, right=True)
            self.down(1.15)
        self.down()

    def _tail(self) -> None:
        facts = self.facts
        if facts.chance(0.25):
            self.say(self.left, ": ".join(facts.words["words"]))
            self.down(1.5)
        for row in self.dice.sample(facts.words["legal"], self.dice.choice((0, 1, 2))):
            self.say(self.left, row)
            self.down()
        self.say(self.left, facts.pick("people"))

    def _foot(self) -> None:
        self.y = 40
        page = self.facts.pick("page").replace("{at}", str(self.page)).replace("{of}", str(max(self.page, 2)))
        self.say(self.right, page, right=True, points=7)
        if self.facts.chance(0.4):
            self.say(self.left, str(self.facts.words["legal"][2]), points=6.5)


def _fonts(language: str, toss: float) -> tuple[str, str]:
    if language == "zh":
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        return "STSong-Light", "STSong-Light"
    if language in ("pl", "ru") or (toss < 0.3 and FONTS_THERE):
        pdfmetrics.registerFont(TTFont("DejaVu", str(_FONTS / "DejaVuSans.ttf")))
        pdfmetrics.registerFont(TTFont("DejaVu-Bold", str(_FONTS / "DejaVuSans-Bold.ttf")))
        return "DejaVu", "DejaVu-Bold"
    return ("Helvetica", "Helvetica-Bold") if toss < 0.7 else ("Times-Roman", "Times-Bold")
