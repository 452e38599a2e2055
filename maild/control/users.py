"""Our own people's sign-in to the web: who has a password, giving one, and ending sessions. Passwords come hashed."""

from collections.abc import Iterable
from functools import partial

import structlog

from maild import passwords
from maild.control import assignments
from maild.control.operation import Operation, Request, Row, actor
from maild.domain.people import Role
from maild.errors import DataError, Missing, NotPermitted
from maild.store import sign_ins
from maild.store.tx import Tx
from pipeline.furniture import Desk
from rules.model import Colleague

log = structlog.get_logger("maild.web")


def list_users(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Those of the configuration."""
    since, sessions = sign_ins.with_password(tx), sign_ins.sessions(tx)
    present = assignments.present(tx, desk.ruleset, request.hidden)
    for user in desk.ruleset.people:
        yield {
            "name": user.name,
            "address": user.address,
            "role": user.role.value,
            "groups": list(user.groups),
            **present[user.name],
            "password_since": since.get(user.name),
            "sessions": sessions.get(user.name, 0),
        }


def set_password(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Keep the Argon2id ``hash``; every session of that user ends."""
    user = named(desk, request.text("name"))
    ours_alone(desk, request, user.name)
    hashed = request.text("hash")
    if not passwords.is_hash(hashed):
        raise DataError("this is no Argon2id hash")
    ended = sign_ins.set_password(tx, user.name, hashed)
    tx.tell(partial(log.info, "user.password_set", user=user.name, by=str(actor(desk, request)), sessions=ended))
    return [{"name": user.name, "sessions_ended": ended}]


def drop_password(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Nobody signs in under that name any more, and whoever is signed in no longer is."""
    name = request.text("name")
    colleague = desk.ruleset.colleague(name)
    ours_alone(desk, request, name)
    ended = sign_ins.drop_password(tx, colleague.name if colleague else name)
    tx.tell(partial(log.info, "user.password_dropped", user=name, by=str(actor(desk, request)), sessions=ended))
    return [{"name": name, "sessions_ended": ended}]


def named(desk: Desk, name: str) -> Colleague:
    """One of our own people; raises Missing."""
    user = desk.ruleset.colleague(name)
    if user is None:
        known = ", ".join(colleague.name for colleague in desk.ruleset.people)
        raise Missing(f"{name!r} is none of the desk's people", f"there are {known}" if known else "configure [[user]]")
    return user


def ours_alone(desk: Desk, request: Request, name: str) -> None:
    """Admins and operators at the command line may change anybody's sign-in; everybody else their own."""
    asker = desk.ruleset.colleague(request.actor) if request.actor else None
    if asker is not None and asker.role is not Role.ADMIN and asker.name != name:
        raise NotPermitted(f"{asker.name} may not change the sign-in of others", "an admin may")


OPERATIONS = {
    "user.list": Operation(list_users),
    "user.password": Operation(set_password, writes=True),
    "user.drop_password": Operation(drop_password, writes=True),
}
