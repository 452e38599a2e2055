"""Which fields of a form stay when a ticket's texts are taken away: figures, dates, choices, and numbers of orders."""

from collections.abc import Mapping

from rules.model import Field, FieldKind

_FIGURES = frozenset(FieldKind) - {FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.REGEXP}
_NUMBERS = frozenset({"po_number", "so_number", "currency"})


def kept_fields(fields: Mapping[str, Field]) -> frozenset[str]:
    """Their names; free texts go, whatever they may hold."""
    return frozenset(name for name, field in fields.items() if field.kind in _FIGURES) | _NUMBERS
