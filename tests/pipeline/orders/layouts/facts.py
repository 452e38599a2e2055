"""What one drawn order says, before anybody prints it: its parties, days, lines and sums."""

# ruff: noqa: E501 (what is printed stays on its line)

import random
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

CENT = Decimal("0.01")
LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pt", "pl", "ru", "zh")
_HERE = Path(__file__).parent
_TAX = {"US": 7, "GB": 20, "AU": 10, "DE": 19, "AT": 20, "CH": 8, "FR": 20, "BE": 21, "IT": 22, "ES": 21, "MX": 16,
        "NL": 21, "PT": 23, "BR": 18, "PL": 23, "RU": 20, "KZ": 12, "CN": 13}  # fmt: skip
_CURRENCY = {"US": "USD", "GB": "GBP", "AU": "AUD", "CH": "CHF", "MX": "MXN", "BR": "BRL", "PL": "PLN", "RU": "RUB",
             "KZ": "KZT", "CN": "CNY"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    company: str
    street: str
    code: str
    city: str
    country: str

    @property
    def place(self) -> str:
        """The row with postcode and city, as the country writes it."""
        if self.country == "US":
            state, zipped = self.code.split()
            return f"{self.city}, {state} {zipped}"
        if self.country in ("GB", "AU"):
            return f"{self.city} {self.code}"
        if self.country in ("RU", "KZ"):
            return f"{self.code}, г. {self.city}"
        if self.country == "CN":
            return f"{self.city}{self.street}"
        return f"{self.city} - {self.code}" if self.country == "BR" else f"{self.code} {self.city}"

    @property
    def rows(self) -> list[str]:
        if self.country == "CN":
            return [self.company, self.place, *([f"邮编：{self.code}"] if self.code else [])]
        return [self.company, self.street, self.place]

    @property
    def spoken(self) -> str:
        """The address in one row, as a sentence holds it."""
        if self.country == "CN":
            return f"{self.place} {self.company}" if not self.code else f"{self.company}，{self.place}，邮编{self.code}"
        if self.country in ("RU", "KZ"):
            return f"{self.code}, г. {self.city}, {self.street}"
        return f"{self.company}, {self.street}, {self.place}"


@dataclass(frozen=True, slots=True)
class Item:
    """One line; ``discount`` in percent, ``price`` for ``per`` units, as printed before it."""

    number: int
    theirs: str
    ours: str
    goods: str
    more: str
    quantity: Decimal
    unit: str
    price: Decimal
    per: int
    discount: int
    amount: Decimal


@dataclass(slots=True)
class Facts:
    language: str
    dice: random.Random
    words: dict[str, Any]
    buyer: Party
    ship: Party
    bill: Party
    seller: Party
    po: str
    day: date
    wanted: date
    items: list[Item]
    currency: str
    freight: Decimal
    discount: Decimal
    tax: Decimal
    rate: int
    shown: set[str] = field(default_factory=set)  # the fields that were printed, as the truth names them

    @property
    def goods(self) -> Decimal:
        return sum((item.amount for item in self.items), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods - self.discount + self.freight + self.tax

    def pick(self, name: str) -> str:
        """One of the wordings for this."""
        return str(self.dice.choice(self.words[name]))

    def chance(self, share: float) -> bool:
        return self.dice.random() < share


@cache
def tongues() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in ("tongues_west.toml", "tongues_south_east.toml"):
        found |= tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
    return found


def draw_facts(language: str, dice: random.Random, plain: bool = False) -> Facts:
    """An order's facts; ``plain`` for people who write by hand: few lines, whole figures, no price basis."""
    words = tongues()[language]
    buyer = Party(*dice.choice(words["buyers"]))
    others = [Party(*each) for each in words["buyers"] if each[4] == buyer.country and each[0] != buyer.company]
    ship = buyer
    if others and dice.random() < 0.3:
        other = dice.choice(others)
        ship = Party(buyer.company, other.street, other.code, other.city, other.country)
    if buyer.country == "CN" and dice.random() < 0.6:
        buyer, ship = replace(buyer, code=""), replace(ship, code="")
    seller = Party(*dice.choice(words["sellers"]))
    day = date(2026, 1, 5) + timedelta(days=dice.randint(0, 340))
    items = _items(words, dice, plain)
    rate = _TAX[buyer.country]
    goods = sum((item.amount for item in items), Decimal(0))
    freight = (
        Decimal(dice.randint(9, 180)) + Decimal(dice.choice((0, 50, 90))) * CENT if dice.random() < 0.2 else Decimal(0)
    )
    discount = (
        (goods * dice.choice((2, 3, 5)) / 100).quantize(CENT, ROUND_HALF_UP) if dice.random() < 0.08 else Decimal(0)
    )
    taxed = dice.random() < 0.4
    tax = ((goods - discount + freight) * rate / 100).quantize(CENT, ROUND_HALF_UP) if taxed else Decimal(0)
    if plain:
        freight = discount = tax = Decimal(0)
    return Facts(
        language, dice, words, buyer, ship, buyer, seller, _po(dice, day), day,
        day + timedelta(days=dice.randint(5, 45)), items, _CURRENCY.get(buyer.country, "EUR"), freight, discount, tax, rate,
    )  # fmt: skip


def _po(dice: random.Random, day: date) -> str:
    n = dice.randint
    return dice.choice((
        f"PO-{n(1000, 99999)}", f"{n(10000, 999999)}", f"45000{n(10000, 99999)}", f"{day.year}-{n(100, 9999)}", f"B{n(10000, 99999)}",
        f"{n(1, 999)}/{day.year}", f"{day.year % 100}-{n(1000, 9999)}", f"PO{n(100000, 999999)}-01", f"AK/{n(10, 999)}/{day.month:02d}/{day.year}",
        f"P{day.year}{day.month:02d}{n(100, 999)}", f"{n(100, 9999)}", f"ZK-{day.year % 100}/{n(100, 999)}",
    ))  # fmt: skip


def _items(words: dict[str, Any], dice: random.Random, plain: bool) -> list[Item]:
    count = dice.choice((1, 2, 3, 4, 5)) if plain else dice.choice((1, 2, 3, 4, 6, 9, 15, 34))
    step = 1 if plain else dice.choice((1, 1, 1, 10))
    style = dice.choice(_CODES)
    both, basis, reduced = dice.random() < 0.35, dice.random() < 0.12, dice.random() < 0.1
    fine = dice.random() < 0.15
    goods = dice.sample(words["goods"], min(count, len(words["goods"])))
    items = []
    for number in range(1, count + 1):
        per = dice.choice((100, 1000)) if basis and not plain else 1
        loose = dice.random() < 0.08
        quantity = Decimal(
            dice.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 40, 48, 50, 60, 75, 100, 144, 150, 200, 250))
        )
        if not plain and dice.random() < 0.15:
            quantity = Decimal(dice.choice((500, 1000, 1200, 2500, 5000, 12000)))
        if loose and not plain:
            quantity = Decimal(dice.choice(("2.5", "12.75", "7.25", "0.5", "112.5")))
        if per > 1:
            quantity = Decimal(dice.choice((200, 500, 1000, 2000, 5000, 12500)))
        price = Decimal(dice.randint(25, 3000) if quantity > 99 and per == 1 else dice.randint(60, 48000)) * CENT
        if plain and dice.random() < 0.4:
            price = Decimal(dice.randint(2, 90)) + Decimal(dice.choice((0, 50, 90, 95))) * CENT
        if fine and not plain:
            price = Decimal(dice.randint(1001, 99999)) / 10000
        discount = dice.choice((0, 5, 10, 15)) if reduced and not plain else 0
        amount = (quantity * price / per * (100 - discount) / 100).quantize(CENT, ROUND_HALF_UP)
        if amount < CENT * 10:
            price, amount = (
                Decimal("4.20"),
                (quantity * Decimal("4.20") / per * (100 - discount) / 100).quantize(CENT, ROUND_HALF_UP),
            )
        items.append(Item(
            number * step, style(dice), f"{dice.randint(10000, 99999)}" if both and not plain else "",
            goods[(number - 1) % len(goods)], dice.choice(words["more_goods"]) if dice.random() < 0.35 else "", quantity,
            dice.choice(words["measures"] if loose and not plain else words["units"]), price, per, discount, amount,
        ))  # fmt: skip
    return items


def _lettered(dice: random.Random) -> str:
    return f"{dice.choice(('AB', 'KX', 'TR', 'W', 'HD'))}-{dice.randint(100, 99999)}"


def _dotted(dice: random.Random) -> str:
    return f"{dice.randint(10, 99)}.{dice.randint(100, 999)}.{dice.randint(10, 99)}"


def _long(dice: random.Random) -> str:
    return f"{dice.randint(1000000, 99999999)}"


def _dashed(dice: random.Random) -> str:
    return f"{dice.randint(1000, 9999)}-{dice.randint(10, 999)}"


def _mixed(dice: random.Random) -> str:
    return f"{dice.choice(('GL', 'VAL', 'BRG', 'LP'))}{dice.randint(10, 9999)}{dice.choice(('', '-L', '/2', 'BK'))}"


def _ean(dice: random.Random) -> str:
    body = f"40{dice.randint(10**9, 10**10 - 1)}"
    odd = sum(int(d) * (3 if at % 2 == 0 else 1) for at, d in enumerate(reversed(body)))
    return body + str((10 - odd % 10) % 10)


_CODES = (_lettered, _lettered, _dotted, _long, _dashed, _mixed, _mixed, _ean)
