"""How a house prints figures, money and days: one choice for each document."""

# ruff: noqa: E501 (what is printed stays on its line)

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.pipeline.orders.layouts.facts import Facts

_SIGNS = {
    "USD": "$",
    "AUD": "$",
    "MXN": "$",
    "GBP": "£",
    "EUR": "€",
    "PLN": "zł",
    "RUB": "руб.",
    "CNY": "¥",
    "BRL": "R$",
    "CHF": "CHF",
    "KZT": "тг",
}
_COMMA = {"DE", "AT", "FR", "BE", "IT", "ES", "NL", "PT", "BR", "PL", "RU", "KZ"}


@dataclass(frozen=True, slots=True)
class Printer:
    """``money`` is where the currency stands: none, before, after, code before, code after."""

    thousands: str
    mark: str
    day_format: str
    money: str
    currency: str
    months: tuple[str, ...]
    places: int

    def figure(self, value: Decimal, places: int = 2) -> str:
        shown = f"{value:,.{places}f}"
        return shown.replace(",", "\0").replace(".", self.mark).replace("\0", self.thousands)

    def quantity(self, value: Decimal) -> str:
        if value != value.to_integral():
            return self.figure(value, len(str(value).partition(".")[2]))
        return self.figure(value, self.places)

    def price(self, value: Decimal) -> str:
        return self.figure(value, max(2, -int(value.normalize().as_tuple().exponent)))

    def sum(self, value: Decimal) -> str:
        """An amount with its currency, where this house prints one."""
        text, sign = self.figure(value), _SIGNS[self.currency]
        return {
            "none": text, "before": f"{sign}{text}" if sign != "CHF" else f"{sign} {text}", "after": f"{text} {sign}",
            "code before": f"{self.currency} {text}", "code after": f"{text} {self.currency}",
        }[self.money]  # fmt: skip

    def day(self, value: date) -> str:
        return (
            self.day_format.replace("DD", f"{value.day:02d}").replace("MM", f"{value.month:02d}").replace("YYYY", str(value.year))
            .replace("YY", f"{value.year % 100:02d}").replace("{m}", self.months[value.month - 1])
            .replace("{mmm}", self.months[value.month - 1][:3]).replace("{M}", str(value.month)).replace("D", str(value.day))
        )  # fmt: skip


_DAYS = {
    "US": ("MM/DD/YYYY", "MM/DD/YYYY", "{m} D, YYYY", "D-{mmm}-YYYY", "MM/DD/YY", "{mmm} D, YYYY"),
    "GB": ("DD/MM/YYYY", "D {m} YYYY", "DD-{mmm}-YY", "DD.MM.YYYY", "YYYY-MM-DD"),
    "AU": ("DD/MM/YYYY", "D {m} YYYY", "DD-{mmm}-YYYY"),
    "de": ("DD.MM.YYYY", "DD.MM.YYYY", "D. {m} YYYY", "DD.MM.YY", "YYYY-MM-DD"),
    "fr": ("DD/MM/YYYY", "DD/MM/YYYY", "D {m} YYYY", "DD/MM/YY", "DD.MM.YYYY"),
    "it": ("DD/MM/YYYY", "D {m} YYYY", "DD/MM/YY", "DD.MM.YYYY"),
    "es": ("DD/MM/YYYY", "D de {m} de YYYY", "DD-MM-YYYY", "DD/MM/YY"),
    "nl": ("DD-MM-YYYY", "D {m} YYYY", "DD/MM/YYYY", "DD-MM-YY"),
    "pt": ("DD/MM/YYYY", "D de {m} de YYYY", "DD-MM-YYYY", "YYYY-MM-DD", "DD.MM.YYYY"),
    "pl": ("DD.MM.YYYY", "YYYY-MM-DD", "D {m} YYYY r.", "DD.MM.YYYY r.", "DD-MM-YYYY"),
    "ru": ("DD.MM.YYYY", "D {m} YYYY г.", "DD.MM.YYYY г.", "DD.MM.YY"),
    "zh": ("YYYY-MM-DD", "YYYY年{M}月D日", "YYYY/MM/DD", "YYYY.MM.DD"),
}


def printer_for(facts: Facts) -> Printer:
    dice, country = facts.dice, facts.buyer.country
    if country in _COMMA:
        mark, thousands = (
            ",",
            dice.choice(
                {"PL": (" ", " ", "\u00a0", ""), "RU": (" ", "\u00a0", ""), "FR": (" ", "\u202f", "")}.get(
                    country, (".", ".", "", " ")
                )
            ),
        )
    elif country == "CH":
        mark, thousands = ".", dice.choice(("'", "’", "'"))
    else:
        mark, thousands = ".", dice.choice((",", ",", ",", ""))
    days = _DAYS.get(country) or _DAYS[facts.language]
    return Printer(
        thousands, mark, dice.choice(days), dice.choice(_places(facts.currency, dice)), facts.currency,
        tuple(facts.words["months"]), dice.choice((0, 0, 0, 0, 2, 3)),
    )  # fmt: skip


def _places(currency: str, dice: random.Random) -> tuple[str, ...]:
    if currency in ("PLN", "RUB", "KZT"):
        return ("none", "after", "after", "code after")
    if currency in ("USD", "GBP", "AUD", "MXN", "BRL", "CNY"):
        return ("none", "before", "before", "code before", "code after")
    return ("none", "before", "after", "after", "code before", "code after")
