"""The table of lines as a house prints it: which columns, under which heads, in which order, what each cell says."""

# ruff: noqa: E501 (what is printed stays on its line)

from dataclasses import dataclass

from tests.pipeline.orders.layouts.facts import Facts, Item
from tests.pipeline.orders.layouts.printing import Printer

RIGHT = frozenset({"quantity", "price", "amount", "per", "discount", "tax"})


@dataclass(frozen=True, slots=True)
class Column:
    role: str
    head: str


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of cells; a row of a position may be followed by rows that only say more of it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    more: tuple[str, ...]  # what stands below each row in the goods column, "" where nothing does

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(column.head for column in self.columns)

    def at(self, role: str) -> int:
        return next(at for at, column in enumerate(self.columns) if column.role == role)


def table_of(facts: Facts, printer: Printer, sheet: bool = False) -> Table:
    """``sheet`` is for formats whose cells hold figures: nothing is glued to them."""
    chance = facts.chance
    glued = not sheet and chance(0.12)
    unit = "glued" if glued else "own" if chance(0.75) else "none"
    code = "goods" if chance(0.1) and not any(item.ours for item in facts.items) else "own"
    roles = _roles(facts, unit, code, sheet)
    columns = tuple(Column(role, _head(facts, role)) for role in roles)
    signed = not sheet and chance(0.2) and printer.money in ("before", "after")
    facts.shown |= {"codes"}
    if "price" in roles:
        facts.shown |= {"prices"}
    if signed:
        facts.shown |= {"currency"}
    below = chance(0.6)
    rows, more = [], []
    for item in facts.items:
        cells = {
            "line": str(item.number), "theirs": item.theirs, "ours": item.ours, "code": item.theirs,
            "goods": _goods(item, code, below), "quantity": printer.quantity(item.quantity) + _glue(item, unit, facts),
            "unit": item.unit, "price": printer.sum(item.price) if signed and "price" in roles and item.price.as_tuple().exponent == -2 else printer.price(item.price),
            "per": str(item.per), "amount": printer.sum(item.amount) if signed else printer.figure(item.amount),
            "due": printer.day(facts.wanted), "discount": str(item.discount), "tax": f"{facts.rate}%",
        }  # fmt: skip
        rows.append(tuple(cells[role] for role in roles))
        more.append(item.more if below else "")
    return Table(columns, tuple(rows), tuple(more))


def _goods(item: Item, code: str, below: bool) -> str:
    text = item.goods if below or not item.more else f"{item.goods}, {item.more}"
    return f"{item.theirs} {text}" if code == "goods" else text


def _glue(item: Item, unit: str, facts: Facts) -> str:
    return "" if unit != "glued" else f" {item.unit}"


def _roles(facts: Facts, unit: str, code: str, sheet: bool) -> list[str]:
    chance, dice = facts.chance, facts.dice
    both = any(item.ours for item in facts.items)
    roles = ["goods"]
    codes = [] if code == "goods" else ["theirs", "ours"] if both else ["code"]
    dice.shuffle(codes)
    roles = [*codes, "goods"] if chance(0.75) else ["goods", *codes]
    measure = ["quantity", "unit"] if chance(0.8) else ["unit", "quantity"]
    if unit != "own":
        measure.remove("unit")
    roles = [*roles, *measure] if chance(0.8) else [*measure, *roles]
    if chance(0.65):
        roles.insert(0, "line")
    if chance(0.12):
        roles.insert(roles.index("goods") + 1, "due")
    roles.append("price")
    if any(item.per > 1 for item in facts.items):
        roles.append("per")
    if any(item.discount for item in facts.items):
        roles.append("discount")
    if facts.tax and chance(0.2):
        roles.append("tax")
    if chance(0.92) or "discount" in roles:
        roles.append("amount")
    return roles


def _head(facts: Facts, role: str) -> str:
    name = {"goods": "goods_head", "discount": "discount_head"}.get(role, role)
    if role == "tax":
        return f"{facts.pick('tax')} %"
    return facts.pick(name)


def sums_of(facts: Facts, printer: Printer) -> list[tuple[str, str]]:
    """The rows below the table: label and printed amount."""
    charged = bool(facts.freight or facts.discount or facts.tax)
    rows = []
    if charged:
        rows.append((facts.pick("subtotal"), printer.sum(facts.goods)))
    if facts.discount:
        rows.append((facts.pick("discount"), "-" + printer.sum(facts.discount)))
    if facts.freight:
        rows.append((facts.pick("freight"), printer.sum(facts.freight)))
    if facts.tax:
        label = facts.pick("tax")
        rows.append(
            (facts.dice.choice((f"{label} {facts.rate}%", f"{label} ({facts.rate} %)", label)), printer.sum(facts.tax))
        )
    label = facts.pick("total")
    if any(label == name for name, _ in rows):
        label = next(each for each in facts.words["total"] if all(each != name for name, _ in rows))
    rows.append((label, printer.sum(facts.total)))
    facts.shown |= {"total"} | ({"currency"} if printer.money != "none" else set())
    return rows


def heading_of(facts: Facts, printer: Printer, with_number: bool = True) -> list[tuple[str, str]]:
    """The fields at the head: label and value, the number first."""
    rows = [(facts.pick("number"), facts.po)] if with_number else []
    rest = []
    if facts.chance(0.85):
        rest.append((facts.pick("day"), printer.day(facts.day)))
        facts.shown.add("day")
    if facts.chance(0.8):
        rest.append((facts.pick("wanted"), printer.day(facts.wanted)))
        facts.shown.add("wanted")
    if facts.chance(0.4):
        rest.append((facts.pick("terms"), facts.dice.choice(("30", "30 days net", "14 / 30", "60"))))
    if printer.money == "none" and facts.chance(0.5):
        rest.append(({"de": "Währung", "fr": "Devise", "it": "Valuta", "es": "Moneda", "nl": "Valuta", "pt": "Moeda", "pl": "Waluta",
                      "ru": "Валюта", "zh": "币种"}.get(facts.language, "Currency"), facts.currency))  # fmt: skip
        facts.shown.add("currency")
    facts.shown |= {"po"} if with_number else set()
    return rows + rest


def decoy_of(facts: Facts, printer: Printer) -> str:
    """A number or day that is none of the order's own."""
    from datetime import timedelta

    other = facts.day - timedelta(days=facts.dice.randint(5, 60))
    return facts.pick("decoys").replace("{other}", printer.day(other))
