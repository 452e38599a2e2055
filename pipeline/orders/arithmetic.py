"""The document's own arithmetic: quantity times price is the amount, amounts make the total."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MOST = Decimal(10) ** 15  # larger figures are codes, not quantities or prices
_UNITS = {places: Decimal(1).scaleb(-places) for places in (2, 3, 4)}
_FARTHEST = Decimal("0.015")  # a hundredth, after rounding to one
_ROUGHLY = 0.016, 1e-12  # what rounded quantities in floating point may lie apart: absolute, and of their size
_ONE = Decimal(1)
BASES = (_ONE, Decimal(100), Decimal(1000), Decimal(10), Decimal(12), Decimal(50))


@dataclass(frozen=True, slots=True)
class Product:
    """How quantity and price make the amount: the base of the price, and what else had to be counted in."""

    per: Decimal
    by: str = "product"


_PLAIN = Product(_ONE)


def places(value: Decimal) -> int:
    """Decimal places as printed."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def same(a: Decimal, b: Decimal) -> bool:
    """Equal within the rounding of the coarser of the two, at most a hundredth."""
    apart = abs(a - b)
    if not apart:
        return True
    if apart > _FARTHEST:
        return False
    unit = _UNITS[min(max(places(b), 2), 4)]
    if apart <= unit / 2:
        return True
    return abs(a.quantize(unit, ROUND_HALF_UP) - b) <= unit if abs(a) < Decimal(10) ** 15 else False


def product(
    quantity: Decimal,
    price: Decimal,
    amount: Decimal,
    per: Decimal | None = None,
    extras: Iterable[Decimal] = (),
) -> Product | None:
    """How the three agree; None where they do not. ``extras`` are other figures of the row: tax, discount percent."""
    if quantity == 0 or max(abs(quantity), abs(price), abs(amount)) >= _MOST:
        return Product(per or _ONE) if amount == 0 and quantity == 0 else None
    whole = quantity * price
    if (not per or per == 1) and same(whole, amount):
        return _PLAIN
    for base in (per,) if per else BASES[1:]:
        if _may_be_same(whole, base, amount) and same(whole / base, amount) and (per or amount):
            return Product(base)
    plain = whole / (per or _ONE)
    for extra in list(extras)[:12]:
        if extra and same(plain + extra, amount):
            return Product(per or _ONE, "tax")
        if extra and same(plain - extra, amount):
            return Product(per or _ONE, "discount")
        if 0 < extra < 100 and same(plain * (100 - extra) / 100, amount):
            return Product(per or _ONE, "discount")
        if 0 < extra < 100 and same(plain * (100 + extra) / 100, amount):
            return Product(per or _ONE, "rate")
    return None


def _may_be_same(whole: Decimal, base: Decimal, amount: Decimal) -> bool:
    """A look in floating point, since nearly all that is tried differs by far and decimals are slow to divide."""
    wanted = float(amount)
    return abs(float(whole) / float(base) - wanted) <= _ROUGHLY[0] + _ROUGHLY[1] * abs(wanted)


def sums(parts: Sequence[Decimal], total: Decimal, charges: Sequence[Decimal] = ()) -> bool:
    """Whether the parts, with any choice of the charges added or taken off, make the total."""
    base = sum(parts, Decimal(0))
    slack = Decimal("0.011") if len(parts) < 3 else Decimal("0.02")
    reachable = {base}
    for charge in list(charges)[:6]:
        reachable |= {value + charge for value in reachable} | {value - charge for value in reachable}
    return any(abs(value - total) <= slack for value in reachable)
