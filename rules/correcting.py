"""Fields that were filled from an order follow a person's correction of it, but for what was typed over the order."""

from collections.abc import Mapping
from dataclasses import dataclass

from maild.domain.order import Order
from maild.domain.ticket import Snapshot
from rules.fields import read_from, spoken
from rules.model import Field


@dataclass(frozen=True, slots=True)
class Following:
    """``changes`` are fields and what they are to hold now, as typed; ``kept`` says in a sentence each why others, that
    the correction is about too, stay as they are."""

    changes: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()


def following(fields: Mapping[str, Field], ticket: Snapshot, before: Order, after: Order) -> Following:
    """What the correction of ``before`` to ``after`` means for the ticket's fields."""
    old, new = read_from(before, fields), read_from(after, fields)
    changes: list[tuple[str, str]] = []
    kept: list[str] = []
    for name, field in fields.items():
        wanted, held = spoken(field, after), ticket.value(name)
        if wanted == spoken(field, before) or held == new.get(name):
            continue
        if held is None:
            changes += [(name, new[name])] if name in new else []
        elif held == old.get(name):
            changes.append((name, wanted))  # checked where it is set: what does not fit the field is refused there
        else:
            says = _short(new.get(name, wanted)) or "nothing"
            kept.append(f"{field.label or name} keeps {_short(held)}, typed by hand; the order says {says}")
    return Following(tuple(changes), tuple(kept))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
