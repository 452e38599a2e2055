"""Erasing a person at their wish, in steps that nobody waits for, with a report."""

from collections.abc import Iterable

from maild.control.operation import Operation, Request, Row, actor
from maild.domain.people import NOBODY, Role
from maild.domain.plurals import counted
from maild.domain.spellings import Spellings
from maild.errors import DataError, MaildError, NotPermitted
from maild.store import forget
from maild.store.db import Database
from maild.store.tx import Tx
from pipeline.attachments import Inside, inside
from pipeline.forgetting import Forgetting, demand_finished
from pipeline.furniture import Desk
from pipeline.mail.addresses import canonical
from rules.erasing import kept_fields

PICTURES = "pictures in mails: nothing reads what is drawn in them"
MOST_NAMED = 10
BACKUPS = "backups and copies of the database made before: they hold what they held"


def may_begin(tx: Tx, desk: Desk, request: Request) -> Iterable[Row]:
    """Raises NotPermitted; but for a dry run, which tells them, DataError where work of theirs is left and TryAgain
    while something is under way.
    """
    _administrator(desk, request)
    address = _address(request)
    _not_ours(desk, address)
    if not request.arguments.get("dry_run"):  # a rehearsal tells what is in the way
        demand_finished(forget.unfinished(tx, Spellings(address)))
    return ()


async def person(db: Database, desk: Desk, request: Request) -> list[Row]:
    """How much of what was erased (``dry_run``: would be), and what is not covered.

    With ``attachments`` also the mails with a file whose text names the address; without, they are told.
    """
    address = _address(request)
    forgetting = Forgetting(db, address, kept_fields(desk.ruleset.fields), desk.config.relay.folder)
    seen = await inside(db, desk.config.workers, address, await forgetting.mails())
    if taken := bool(request.arguments.get("attachments")):
        forgetting.take(seen.mails)
    rehearsal = bool(request.arguments.get("dry_run"))
    done = await (forgetting.rehearse() if rehearsal else forgetting.run(by=str(actor(desk, request))))
    left = await db.read(lambda tx: _in_the_way(tx, address)) if rehearsal else []
    files = {"looked_into": seen.looked_into, "naming": _files(seen.found), "unread": _files(seen.unread)}
    open_ = [*left, *_unsought(seen, taken=taken), PICTURES, BACKUPS, *_named(desk, address)]
    named = {"resumed": done.resumed, "attachments": files, "not_covered": open_}
    return [{"address": address, "dry_run": rehearsal, **done.found, **named}]


def _files(found: list[tuple[int, str]]) -> list[Row]:
    return [{"mail": mail, "file": name} for mail, name in found]


def _unsought(seen: Inside, *, taken: bool) -> Iterable[str]:
    """Files that name the person, or may, and stay."""
    if seen.found and not taken:
        yield f"{_list(seen.found, 'names', 'name')} them: with --attachments these mails go too"
    if seen.unread:
        yield f"{_list(seen.unread, 'was', 'were')} not looked into: encrypted, broken, or pages that are pictures"


def _list(files: list[tuple[int, str]], one: str, many: str) -> str:
    named = ", ".join(f"{name!r} of mail {mail}" for mail, name in files[:MOST_NAMED])
    more = f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
    return f"{counted(len(files), 'file')} ({named}{more}) {one if len(files) == 1 else many}"


def _in_the_way(tx: Tx, address: str) -> list[str]:
    """Why it would be refused now."""
    try:
        demand_finished(forget.unfinished(tx, Spellings(address)))
    except MaildError as error:
        return [f"it would be refused now: {error.told}"]
    return []


def _address(request: Request) -> str:
    address = canonical(request.text("address"))
    if address is None or address == NOBODY:
        raise DataError(f"{request.text('address')!r} is no mail address of a person")
    return address


def _administrator(desk: Desk, request: Request) -> None:
    """It reaches into every department and cannot be undone: an operator at the machine may, and administrators."""
    colleague = desk.ruleset.colleague(request.actor) if request.actor else None
    if colleague is not None and colleague.role is not Role.ADMIN:
        raise NotPermitted(f"{colleague.name} is no administrator, and only they erase people")


def _not_ours(desk: Desk, address: str) -> None:
    if desk.ruleset.colleague(address) is not None:
        raise DataError(f"{address} is one of our own people", "take the [[user]] out of the configuration first")
    if desk.config.is_intake(address):
        raise DataError(f"{address} is an order address", "name the person's own address")


def _named(desk: Desk, address: str) -> list[str]:
    """Where the configuration names the address: only people change that file."""
    config = desk.config
    lists = {"organization": [a for o in config.organizations for a in o.domains], "intake": config.machine_senders}
    named = [name for name, held in lists.items() if address in {word.lower() for word in held}]
    return [f"the configuration names the address under {name}: take it out there" for name in named]


OPERATIONS = {"forget": Operation(may_begin, writes=True, steps=person)}
