"""The price and the amount of a position written in one phrase ("10 boxes WS-50 @ 8.90 = 89.00")."""

import re
from collections.abc import Sequence
from decimal import Decimal

from pipeline.orders.arithmetic import product
from pipeline.orders.mentions import Mention
from pipeline.orders.money import Amount

MOST_SUMS = 30  # figures of a position that may be its price and amount
_PRICE_BEFORE = re.compile(
    r"(?:@|(?<!\w)(?:à|at|zu|zum|je|a|por|de|per|au|für|cada|tegen|voor|za|po|по|за|цена|cena|price|prix|preis|precio|prezzo|prijs|preço|preco|单价|單價|每\w?|для))\s*"
    r"(?:preis von|price of|prix de|cenie|цене|po cenie|ao preço de|al prezzo di|einzelpreis|stück|stk\.?|unit price)?"
    r"[\s:]*$",
    re.I,
)


def priced_figure(body: str, figures: Sequence[Amount]) -> int | None:
    """Which figure is the price: with a currency, or after "@" and the like."""
    for number, figure in enumerate(figures):
        before = body[max(0, figure.start - 24) : figure.start]
        if (figure.currency is not None and number > 0) or (_PRICE_BEFORE.search(before) and number > 0 and (
            "," in figure.figure or "." in figure.figure or "@" in before or figure.currency is not None
        )):  # fmt: skip
            return number
    for number, figure in enumerate(figures):
        if figure.currency is not None and _is_money(figure):
            return number
        if (
            number
            and re.match(r"\s*(?:each|ea|apiece|per|/)\b", body[figure.end :], re.I)
            and re.search(r"[.,]\d", figure.figure)
        ):
            return number
    return None


def price_and_amount(
    body: str, figures: Sequence[Amount], priced: int | None, mention: Mention
) -> tuple[Amount | None, Amount | None]:
    """The price of one and the amount of the position, None where not named."""
    money = [f for f in figures if f.start >= mention.end or f.end <= mention.start]
    sums = [f for f in money if _is_money(f)][:MOST_SUMS]
    for a in reversed(sums):
        for p in sums:
            if p.start < a.start and p is not a and product(mention.value, p.value, a.value, Decimal(1)):
                return p, a
    if priced is None:
        return _last_decimal(body, money, mention), None
    price = figures[priced]
    if price not in money:
        return None, None
    later = [f for f in money if f.start > price.end and (f.currency is not None or "=" in body[price.end : f.start])]
    amount = later[-1] if later else None
    if amount and "=" not in body[price.end : amount.start] and not product(mention.value, price.value, amount.value):
        amount = None
    return price, amount


def _is_money(figure: Amount) -> bool:
    return figure.currency is not None or bool(re.search(r"[.,]\d", figure.figure))


def _last_decimal(body: str, money: Sequence[Amount], mention: Mention) -> Amount | None:
    """A bare last figure with two decimals, where a row ends in its price."""
    if (
        money
        and money[-1].start >= mention.end
        and re.search(r"[.,]\d{2,4}$", money[-1].figure)
        and not body[money[-1].end :].strip()
    ):
        return money[-1]
    return None
