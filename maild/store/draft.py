"""A draft: what is to change on a ticket, gathered and written once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, update

from maild.domain.sla import Sla
from maild.domain.stand import STAMPS as STAND_STAMPS
from maild.domain.ticket import Snapshot, Status
from maild.domain.walk import Walk, walked
from maild.store import slas, stands
from maild.store.columns import storable
from maild.store.prepared import Prepared
from maild.store.tables import TICKET, TICKET_TAG
from maild.store.tx import Tx

_MARK_TAGS = Prepared(
    update(TICKET_TAG)
    .where(TICKET_TAG.c.ticket_id == bindparam("ticket"), TICKET_TAG.c.unsolved != bindparam("left"))
    .values(unsolved=bindparam("left"))
)
_CHANGE = Prepared(update(TICKET).where(TICKET.c.id == bindparam("ticket")).values(version=TICKET.c.version + 1))


class Draft:
    """Changes to one ticket, gathered and written by one UPDATE; ``flush`` must be called once at the end.

    What sets a value that is there already changes nothing, neither stamp nor version.
    """

    def __init__(self, tx: Tx, before: Snapshot) -> None:
        self._tx = tx
        self._id = before.id
        self._held: dict[str, Any] = {
            "status": int(before.status),
            "priority": before.priority,
            "subject": before.subject,
            "form": before.form,
            "unread": before.unread,
            "group_name": before.group,
            "assignee": before.assignee,
            "fields": dict(before.fields),
            "needs_review": before.needs_review,
            "review_reasons": list(before.review_reasons),
            "reopens": before.counter("reopens"),
            **stands.held(before),
            "department": before.department,
            "queue": before.queue,
            "queue_told": before.queue_told,
        }
        self._stand = before.blueprint
        self._columns: dict[str, Any] = {}
        self._before = before
        self._sla = before.sla
        self._old_tags = before.tags
        self._tags = before.tags
        self._retagged = False

    def set(self, **columns: Any) -> None:
        """Set plain columns."""
        for name, value in columns.items():
            if self._held[name] != value:
                self._held[name] = self._columns[name] = value

    def set_status(self, status: Status) -> None:
        old = self._held["status"]
        if status == old:
            return
        if old >= Status.SOLVED > status:
            self.set(reopens=self._held["reopens"] + 1)
        self.set(status=int(status))
        self._columns["status_changed_at"] = self._tx.now

    def assign(self, group: str | None, assignee: str | None) -> None:
        """None leaves that half as it is, "" clears it."""
        if group is not None:
            self.set(group_name=group or None)
        if assignee is not None:
            if assignee and assignee != self._held["assignee"]:
                self._columns["assigned_at"] = self._tx.now
            self.set(assignee=assignee or None)

    def set_field(self, name: str, value: str) -> None:
        """Set a form field; "" clears it."""
        others = {key: held for key, held in self._held["fields"].items() if key != name}
        self.set(fields=others | {name: value} if value else others)

    def walk(self, effect: Walk) -> None:
        """A step along a blueprint."""
        held = {name: self._held[f"{name}_at"] for name in STAND_STAMPS}
        self._stand, fresh = walked(self._stand, held, effect, self._tx.now)
        self.set(**stands.columns(self._stand, fresh))

    def review(self, on: bool, reason: str) -> None:
        """Raise the needs_review mark, or lower it and forget the reasons."""
        reasons = self._held["review_reasons"]
        if on and reason and reason not in reasons:
            reasons = [*reasons, reason]
        self.set(needs_review=on, review_reasons=reasons if on else [])

    def set_sla(self, sla: Sla) -> None:
        """The clocks have rows of their own, and change no version."""
        self._sla = sla

    def add_tags(self, tags: Iterable[str]) -> None:
        self._retag(self._tags | _short(tags))

    def remove_tags(self, tags: Iterable[str]) -> None:
        self._retag(self._tags - _short(tags))

    def set_tags(self, tags: Iterable[str]) -> None:
        self._retag(_short(tags))

    def _retag(self, tags: frozenset[str]) -> None:
        if tags != self._tags:
            self._tags, self._retagged = tags, True

    def flush(self) -> None:
        """Write what changed; the version goes up by one if anything did."""
        if self._sla is not None and self._sla != self._before.sla:
            slas.keep(self._tx, self._before, self._sla, self._held["department"])
        if not self._columns and not self._retagged:
            return
        gone, fresh = self._old_tags - self._tags, self._tags - self._old_tags
        if gone:
            mine = TICKET_TAG.delete().where(TICKET_TAG.c.ticket_id == self._id)
            self._tx.execute(mine.where(TICKET_TAG.c.tag.in_(sorted(gone))))
        unsolved = self._held["status"] < Status.SOLVED
        rows = ({"ticket_id": self._id, "tag": tag, "unsolved": unsolved} for tag in sorted(fresh))
        self._tx.insert_all(TICKET_TAG, rows)
        if "status" in self._columns and self._old_tags & self._tags:
            self._tx.execute(_MARK_TAGS, {"ticket": self._id, "left": unsolved})
        self._tx.execute(_CHANGE, {**self._columns, "updated_at": self._tx.now, "ticket": self._id})


def _short(tags: Iterable[str]) -> frozenset[str]:
    """Tags as the table holds them: two that agree in so many characters are one."""
    return frozenset(storable(tag)[:100] for tag in tags)
