"""What a reader found before it is judged: values with places and weights, lines with figures still apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from maild.domain.order import OrderType, Party, Place
from maild.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Value:
    """One candidate for a field.

    ``weight`` is 4 for a format's own field, 3 beside its label, 2 below it, 1 in prose, 0 implied.

    ``name`` is the normal label it stood beside, "" for none.
    """

    text: str
    place: Place
    weight: int = 3
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One position as read; ``figures`` are further numbers of its row (tax, discount) that its amount may count in.

    ``apart`` is what its row says under heads of other things (tariff numbers, tax rates). ``sure`` says that quantity
    and item stand under their own heads or labels, not guessed out of prose.
    """

    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    per: Decimal | None = None
    number: str | None = None
    sku: str | None = None
    customer_sku: str | None = None
    gtin: str | None = None
    description: str | None = None
    unit: str | None = None
    requested_date: str | None = None
    figures: tuple[Decimal, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()
    sure: bool = True
    apart: tuple[str, ...] = ()
    at: int = 0

    def placed(self, name: str) -> Place | None:
        """Where one of its values stood."""
        return next((place for key, place in self.places if key == name), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """One order as found, not yet judged.

    ``values`` holds candidates by field, best first. ``strict`` is True for formats whose fields are unambiguous.
    ``charges`` are printed amounts (tax, freight, discount) that may stand between the lines' sum and the total.
    ``way`` tells how the lines were found: table, records, bare, list or sentences.
    ``sums`` are all printed totals, the chosen one too.
    """

    format: str
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    ship_to: Party | None = None
    bill_to: Party | None = None
    charges: tuple[Decimal, ...] = ()
    type: OrderType = OrderType.NEW
    type_why: str = ""
    strict: bool = False
    problems: tuple[Problem, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()
    way: str = ""
    sums: tuple[Decimal, ...] = ()

    def best(self, name: str) -> Value | None:
        """The first candidate of a field."""
        values = self.values.get(name, ())
        return values[0] if values else None

    def text(self, name: str) -> str | None:
        """The text of the first candidate."""
        value = self.best(name)
        return value.text if value else None

    def with_values(self, name: str, *values: Value) -> "Draft":
        """The same with further candidates for a field, heaviest first, equal texts once."""
        merged: list[Value] = []
        for value in sorted((*self.values.get(name, ()), *values), key=lambda v: -v.weight):
            if all(value.text != other.text for other in merged):
                merged.append(value)
        return replace(self, values={**self.values, name: tuple(merged)})

    def doubt(self, *problems: Problem) -> "Draft":
        """The same with further problems."""
        return replace(self, problems=(*self.problems, *problems))


@dataclass(frozen=True, slots=True)
class Document:
    """What one part held: orders as drafts, or the reason why none.

    ``beside`` is what a letter says that is no order by itself, for the one that is attached to it.
    """

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    beside: Draft | None = None
