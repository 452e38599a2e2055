"""What is left of a ticket whose texts are taken away: figures, dates, numbers of orders, and what was done when."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from maild.domain.spellings import Spellings

ERASED = "(erased)"
KEPT_OF_ORDERS = frozenset(
    {
        *("type", "po_number", "revision", "order_date", "requested_date", "currency", "total", "subtotal", "tax"),
        *("ship_method", "freight_terms", "payment_terms", "lines", "format", "confidence", "needs_review", "prices"),
    }
)
"""Of a purchase order: what was ordered, how much of it and for how much; not who, where to, or any remark."""

_TEXTS = frozenset({"subject", "text", "from_address", "reason", "comment", "attachment", "title", "outsider", "words"})
_LISTS = frozenset({"orders", "recipients", "changes", "inputs"})
_PLAIN = (
    *("status ", "priority ", "tags ", "form ", "group ", "assignee ", "timer ", "letter ", "sla ", "state ", "+", "-"),
)
"""How the effects begin that say nothing of anybody; reports count by them."""


def order_left(data: Mapping[str, Any]) -> dict[str, Any]:
    """A purchase order, as it is stored, without people, places and remarks."""
    return {name: value for name, value in data.items() if name in KEPT_OF_ORDERS}


def event_left(data: Any) -> Any:
    """An event, as histories keep it, with the same shape and nothing that anybody wrote."""
    match data:
        case {"kind": "customer", "name": str()}:
            return {**data, "name": ERASED}
        case dict():
            return {name: _left(name, value) for name, value in data.items()}
        case list():
            return [event_left(value) for value in data]
    return data


def _left(name: str, value: Any) -> Any:
    if name in _TEXTS:
        return "" if isinstance(value, str) else value
    if name in _LISTS:
        return []
    return event_left(value)


def steps_left(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The trace of an event: which rules were asked and fired, without the values that they saw."""
    return [_step(step) for step in steps]


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    left = {name: step[name] for name in ("what", "rule", "condition") if name in step}
    if "effects" in step:
        left["effects"] = [effect if effect.startswith(_PLAIN) else ERASED for effect in step["effects"]]
    return left


class Stroke:
    """Strikes an address out of texts, in all its spellings; a full name only where the address stands too."""

    def __init__(self, spellings: Spellings, name: str, stand_in: str) -> None:
        self._spellings = spellings
        whole = rf"(?<!\w){re.escape(name.strip())}(?!\w)"
        self._name = re.compile(whole, re.IGNORECASE) if " " in name.strip() else None
        self._stand_in = stand_in

    def text(self, text: str) -> str:
        if not self._spellings.in_text(text):
            return text
        if self._name is not None:
            text = self._name.sub(ERASED, text)
        return self._spellings.replaced(text, self._stand_in)

    def value(self, value: Any) -> Any:
        """The same for all texts inside a JSON value, names of keys included."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(name): self.value(inner) for name, inner in value.items()}
            case list():
                return [self.value(inner) for inner in value]
        return value
