"""Steps along a blueprint: what each of them makes of where a ticket stands."""

from dataclasses import replace
from datetime import datetime

from maild.domain.effects import AdoptVersion, EnterBlueprint, LeaveBlueprint, MoveState
from maild.domain.stand import STAMPS, Stand

Walk = EnterBlueprint | MoveState | AdoptVersion | LeaveBlueprint
Stamps = dict[str, datetime | None]


def walked(stand: Stand | None, held: Stamps, effect: Walk, now: datetime) -> tuple[Stand | None, Stamps]:
    """Where the ticket stands afterwards, and the stamps that change; None as a stamp takes it away.

    ``held`` are those of STAMPS that it has. Without a stand only entering a blueprint means anything.
    """
    match effect:
        case EnterBlueprint(name, version, state):
            fresh = _came(effect.state_due, effect.final, now)
            return Stand(name, version, state), {"blueprint_entered": now, "blueprint_due": effect.due, **fresh}
        case MoveState(_, to) if stand is not None:
            return replace(stand, state=to), _came(effect.state_due, effect.final, now)
        case AdoptVersion(version, state) if stand is not None:
            stamps: Stamps = {"blueprint_due": effect.due, "state_due": effect.state_due}
            if state != stand.state:
                stamps |= _came(effect.state_due, effect.final, now)
            else:
                stamps["blueprint_completed"] = (held.get("blueprint_completed") or now) if effect.final else None
            return replace(stand, version=version, state=state), stamps
        case LeaveBlueprint() if stand is not None:
            return None, dict.fromkeys(STAMPS)
    return stand, {}


def _came(due: datetime | None, final: bool, now: datetime) -> Stamps:
    return {"state_entered": now, "state_due": due, "blueprint_completed": now if final else None}
