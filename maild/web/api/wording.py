"""Mistakes in a body or a query, as sentences: what stands there, and what is wanted instead."""

from collections.abc import Mapping
from typing import Any

from maild.domain.plurals import counted

_PATTERNS = {
    r"^[0-9]{1,12}(\.[0-9]{1,6})?$": "is no quantity: write a number that is not negative, like 12 or 12.5",
    "^[A-Z]{3}$": "is no ISO 4217 code: write three capital letters, like EUR",
}


def sentence(kind: str, context: Mapping[str, Any], otherwise: str) -> str:
    """``kind`` is a type of pydantic's errors, ``context`` its limits; ``otherwise`` is for types not known here."""
    match kind:
        case "missing":
            return "is missing"
        case "string_type":
            return "is no text"
        case "int_type" | "int_parsing" | "int_from_float":
            return "is no whole number"
        case "bool_type" | "bool_parsing":
            return "is neither true nor false"
        case "tuple_type" | "list_type":
            return "is no list"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "is no object"
        case "too_short":
            return f"is too short: at least {counted(context['min_length'], 'entry', 'entries')}"
        case "too_long":
            return f"is too long: at most {counted(context['max_length'], 'entry', 'entries')}"
        case "string_too_short":
            least = context["min_length"]
            return "is empty" if least == 1 else f"is too short: at least {counted(least, 'character')}"
        case "string_too_long":
            return f"is too long: at most {counted(context['max_length'], 'character')}"
        case "greater_than_equal":
            return f"is too small: at least {context['ge']}"
        case "less_than_equal":
            return f"is too large: at most {context['le']}"
        case "literal_error" | "enum":
            return f"is not possible: it is {context['expected']}"
        case "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"], "is not written as it has to be")
    return otherwise
