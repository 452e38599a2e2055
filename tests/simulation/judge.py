"""Compares the database and the relay with what the oracle says must be, and asks every invariant."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from maild.domain.ticket import Status
from maild.store import doctor, spool
from maild.store.tables import COMMENT, DELIVERY, HISTORY, LETTER, MESSAGE, TASK, TICKET, TICKET_TAG, TIMER
from maild.store.tx import Tx
from tests.simulation.model import STAFF, Oracle
from tests.simulation.people import Deed, People
from tests.simulation.relay import Relay
from tests.simulation.service import Service

TICK = timedelta(minutes=2)  # of lateness without a reason; a store in trouble is asked again after a pause
HELD = frozenset({"shipment_state", "so_number", "carrier", "tracking_number", "ship_date"})


class Judge:
    """Follows the history in the order of its commits; ``outages`` are spans in which things may be late."""

    def __init__(self, people: People, relay: Relay, outages: list[tuple[datetime, datetime]], cap: int) -> None:
        self.oracle = Oracle()
        self.service = Service(self.oracle)
        self.people = people
        self.relay = relay
        self.outages = outages
        self.cap = cap
        self.ambiguous: Counter[int] = Counter()  # letters that were at their dot when something happened
        self.timers = 0
        self.latest = timedelta()
        self._last = 0
        self._told: set[int] = set()
        self._seen_raw: set[str] = set()

    def judge(self, tx: Tx) -> list[str]:
        """Everything that is not as it must be; asked when the world is at rest."""
        self._follow(tx)
        found = [*self.oracle.wrong, *doctor.check(tx, drained=True)]
        for look in (
            self._mails,
            self._tickets,
            self.service.judge,
            self._letters,
            self._copies,
            self._pending,
            self._reminders,
            self._caps,
        ):
            found += look(tx)
        return found

    # What happened, in the order of its commits

    def _follow(self, tx: Tx) -> None:
        rows = tx.execute(select(HISTORY).where(HISTORY.c.id > self._last).order_by(HISTORY.c.id)).all()
        mails = {m.mail.id: m.mail for m in self.people.sendings}
        known = {r.id: r.message_id for r in tx.execute(select(MESSAGE.c.id, MESSAGE.c.message_id))}
        letters = {
            r.message_id: (r.ticket_id, r.to_address)
            for r in tx.execute(select(LETTER.c.message_id, LETTER.c.ticket_id, LETTER.c.to_address))
        }
        for row in rows:
            self._deeds(tx, row.id - 1)
            self._last = row.id
            source, _, rest = row.key.partition(":")
            if row.kind in ("Doubted", "TaskAdded", "TaskDone"):
                continue
            if row.kind == "WorkOffered":
                self.service.offered(row.ticket_id, _assigned(row.steps))
            elif source == "mail":
                mail = mails[known[int(rest.partition(":")[0])]]
                theirs = row.ticket_id in self.service.requests or mail.kind == "request"
                if theirs:
                    self.service.mail(row.kind, row.ticket_id, row.at, mail, letters.get(mail.letter))
                    continue
                self.oracle.mail(row.key, row.kind, row.ticket_id, row.at, mail, letters.get(mail.letter))
            elif source == "timer":
                self._timer(row)
            else:
                deed = self.people.deeds[int(rest.removeprefix("deed"))]
                self._told.add(deed.number)
                if row.ticket_id in self.service.requests:
                    self.service.hand(row.ticket_id, row.at, deed.what, deed.value, deed.actor)
                else:
                    self.oracle.hand(row.key, row.ticket_id, row.at, deed.what, deed.value)
        self._deeds(tx, self._last)

    def _timer(self, row: Any) -> None:
        due = datetime.fromisoformat(row.data["due_iso"])
        self.timers += 1
        self.latest = max(self.latest, row.at - due)
        if not self._excused(due, row.at):
            self.oracle.wrong.append(
                f"V8 timer {row.data['rule']} of ticket {row.ticket_id}, due {due}, fired at {row.at}"
            )
        if row.ticket_id in self.service.requests:
            self.service.timer(row.ticket_id, row.data["rule"], due, row.at)
        else:
            self.oracle.timer(row.key, row.ticket_id, row.data["rule"], row.data["step"], due, row.at)

    def _excused(self, due: datetime, at: datetime) -> bool:
        """Whether it is no later than outages explain."""
        down = sum((max(timedelta(), min(at, end) - max(due, start)) for start, end in self.outages), timedelta())
        return at - due <= down + TICK

    def _deeds(self, tx: Tx, entry: int) -> None:
        """Deeds that leave no entry of their own: what was refused, letters released, tasks done."""
        open_deeds = [deed for deed in self.people.deeds if deed.number not in self._told and 0 <= deed.ran <= entry]
        for deed in sorted(open_deeds, key=lambda deed: (deed.ran, deed.at, deed.number)):
            if deed.what in ("macro", "move", "set", "seen", "reply", "note", "walk", "force"):
                self._answered(deed)
            elif self._happened(tx, deed):
                self._told.add(deed.number)
                if deed.what == "release":
                    self._release(tx, deed)
                elif deed.what == "task" and deed.at is not None:
                    self.oracle.task_done(self._which_task(tx, int(deed.value)), deed.at)
            else:
                self._told.add(deed.number)

    def _which_task(self, tx: Tx, task: int) -> int:
        """Its place among those of orders, counted from 1."""
        earlier = tx.execute(select(TASK.c.id, TASK.c.ticket_id).where(TASK.c.id <= task))
        return len(self._of_orders(earlier))

    def _answered(self, deed: Deed) -> None:
        if deed.answer == "refused" and deed.ran <= self._last:
            self._told.add(deed.number)
            service = deed.ticket in self.service.requests
            must = (
                self.service.may_refuse(deed.ticket, deed.what, deed.value, deed.actor)
                if service
                else self.oracle.refuses(deed.ticket, deed.what, deed.value)
            )
            if not must:
                self.oracle.wrong.append(f"{deed.what} {deed.value} on ticket {deed.ticket} was refused without reason")

    def _release(self, tx: Tx, deed: Deed) -> None:
        letter = tx.execute(select(LETTER).where(LETTER.c.id == int(deed.value))).one()
        cause = (letter.key.partition("|")[0], letter.ticket_id, letter.template, letter.to_address)
        fates = {(e.cause, e.ticket, e.template, e.to): e.fate for e in self.oracle.letters}
        self.oracle.release(deed.ticket, fates.get(cause, ""))

    @staticmethod
    def _happened(tx: Tx, deed: Deed) -> bool:
        if deed.answer != "none":
            return deed.answer == "done"
        if deed.what == "release":
            phase = tx.scalar(select(LETTER.c.phase).where(LETTER.c.id == int(deed.value)))
            return bool(phase != "held")
        if deed.what == "task":
            return bool(tx.scalar(select(TASK.c.done_at).where(TASK.c.id == int(deed.value))) == deed.at)
        return False

    # What is

    def _mails(self, tx: Tx) -> list[str]:
        found = []
        rows = {r.message_id: r for r in tx.execute(select(MESSAGE)).all()}
        deliveries = select(DELIVERY.c.message_id, func.count().label("n")).group_by(DELIVERY.c.message_id)
        counts = {r.message_id: r.n for r in tx.execute(deliveries)}
        if len(rows) != tx.scalar(select(func.count(MESSAGE.c.id))):
            found.append("V1 a mail was stored twice")
        for sending in self.people.sendings:
            mail, row = sending.mail, rows.get(sending.mail.id)
            if row is None:
                if sending.acked:
                    found.append(f"V1 {mail.id} was acknowledged and is not there")
                continue
            if sending.refused and not sending.acked:
                found.append(f"V2 {mail.id} was refused and is there")
            if not sending.acked <= counts.get(row.id, 0) <= sending.tries:
                found.append(
                    f"V1 {mail.id}: {counts.get(row.id)} deliveries, {sending.acked} of {sending.tries} said yes"
                )
            if mail.id not in self._seen_raw:
                self._seen_raw.add(mail.id)
                if spool.raw(tx, row.id) != mail.raw:
                    found.append(f"V1 {mail.id} is not stored as it was sent")
            wanted = self.oracle.outcomes.get(mail.id, ("ignored", None))
            if (row.outcome, row.ticket_id) != wanted:
                found.append(
                    f"V4 {mail.id} ({mail.kind}) ended as {row.outcome} {row.ticket_id} {row.code}, expected {wanted}"
                )
        return found

    def _tickets(self, tx: Tx) -> list[str]:
        found = []
        rows = {r.id: r for r in tx.execute(select(TICKET)).all() if r.id not in self.service.requests}
        tags: dict[int, set[str]] = {}
        for row in tx.execute(select(TICKET_TAG.c.ticket_id, TICKET_TAG.c.tag)):
            tags.setdefault(row.ticket_id, set()).add(row.tag)
        said = {
            (r.ticket_id, r.public): r.n
            for r in tx.execute(
                select(COMMENT.c.ticket_id, COMMENT.c.public, func.count().label("n")).group_by(
                    COMMENT.c.ticket_id, COMMENT.c.public
                )
            )
        }
        for number, t in self.oracle.tickets.items():
            r = rows.pop(number)
            is_ = {
                "status": Status(r.status).word,
                "status_at": r.status_changed_at,
                "priority": r.priority,
                "assignee": r.assignee,
                "tags": tags.get(number, set()),
                "verified": r.verified,
                "follow_up_of": r.follow_up_of,
                "public": said.get((number, True), 0),
                "private": said.get((number, False), 0),
                "fields": {name: value for name, value in r.fields.items() if name in HELD},
            }
            for name, value in is_.items():
                must = {k: v for k, v in t.fields.items() if k in HELD} if name == "fields" else getattr(t, name)
                if value != must:
                    found.append(f"V13 ticket {number}: {name} is {value}, expected {must}")
        return found + [f"ticket {number} came from nowhere" for number in rows]

    def _letters(self, tx: Tx) -> list[str]:
        found = []
        columns = ("id", "key", "ticket_id", "template", "to_address", "phase", "code", "envelope_from")
        rows = self._of_orders(tx.execute(select(*(LETTER.c[name] for name in columns))))
        is_ = Counter((r.key.partition("|")[0], r.ticket_id, r.template, r.to_address) for r in rows)
        tasks = [e for e in is_ if e[0].startswith("task:")]
        for entry in tasks:
            del is_[entry]
        must = Counter((e.cause, e.ticket, e.template, e.to) for e in self.oracle.letters)
        found += [f"V5 a letter too many: {entry}" for entry in (is_ - must)]
        found += [f"V5 a letter is missing: {entry}" for entry in (must - is_)]
        fates = {(e.cause, e.ticket, e.template, e.to): e.fate for e in self.oracle.letters}
        released = {int(d.value) for d in self.people.deeds if d.what == "release" and d.ran >= 0}
        for r in rows:
            fate = fates.get((r.key.partition("|")[0], r.ticket_id, r.template, r.to_address), "queued")
            if not self._fits(r, fate, r.id in released):
                found.append(f"V7 letter {r.id} {r.template} to {r.to_address} is {r.phase} {r.code}, expected {fate}")
        return found

    def _of_orders(self, rows: Any) -> list[Any]:
        return [row for row in rows if row.ticket_id not in self.service.requests]

    def _fits(self, row: Any, fate: str, released: bool) -> bool:
        if fate.startswith("held") and not (released and row.phase != "held"):
            return bool(f"{row.phase} {row.code}" == fate)
        if row.phase == "failed":
            return any(_of_letter(sender, row.id) for sender in self.relay.refused)
        return row.phase in ("sent", "queued", "deferred", "unknown")

    def _copies(self, tx: Tx) -> list[str]:
        found = []
        arrived = Counter(letter.message_id for letter in self.relay.taken)
        for r in tx.execute(select(LETTER.c.id, LETTER.c.message_id, LETTER.c.phase, LETTER.c.to_address)).all():
            copies = arrived.pop(r.message_id, 0)
            most = 1 + self.relay.unsaid[r.message_id] + self.ambiguous[r.id]
            if copies > most or (r.phase == "sent" and not copies) or (r.phase in ("held", "dropped") and copies):
                found.append(f"V6 letter {r.id} is {r.phase} and arrived {copies} times, at most {most} are explained")
        taken = self.relay.taken
        found += [f"V7 {one.message_id} went to {one.recipients}" for one in taken if one.recipients != (one.to,)]
        return found + [f"V5 the relay has {ident}, which is no letter of ours" for ident in arrived]

    def _pending(self, tx: Tx) -> list[str]:
        rows = self._of_orders(tx.execute(select(TIMER).where(TIMER.c.state == "pending")))
        is_ = {(r.ticket_id, r.rule, r.step): r.due_at for r in rows}
        must = {
            (t.id, rule, step): timer.due
            for t in self.oracle.tickets.values()
            for (rule, step), timer in t.timers.items()
            if not timer.fired
        }
        return [
            f"V8 timer {key} is due {is_.get(key)}, expected {must.get(key)}"
            for key in sorted(is_.keys() | must.keys())
            if is_.get(key) != must.get(key)
        ]

    def _reminders(self, tx: Tx) -> list[str]:
        found = []
        query = select(LETTER.c.key, LETTER.c.created_at, LETTER.c.to_address).where(LETTER.c.key.startswith("task:"))
        sent = {int(r.key[5:].partition("|")[0]): r for r in tx.execute(query)}
        rows = self._of_orders(tx.execute(select(TASK.c.id, TASK.c.ticket_id, TASK.c.state)))
        if [(r.ticket_id, r.state == "done") for r in rows] != [
            (t.ticket, t.done is not None) for t in self.oracle.tasks
        ]:
            found.append("the tasks are not those expected")
        for number, task in zip((row.id for row in rows), self.oracle.tasks, strict=False):
            letter, due = sent.pop(number, None), task.remind
            if letter is None:
                if due is not None and due + TICK < tx.now and not (task.done and task.done <= due + timedelta(days=1)):
                    found.append(f"task {number} was not reminded of at {due}")
            elif due is None or letter.created_at < due or not self._excused(due, letter.created_at):
                found.append(f"task {number} was reminded of at {letter.created_at}, due {due}")
            elif letter.to_address != STAFF[task.owner]:
                found.append(f"task {number}: {letter.to_address} was reminded instead of {task.owner}")
        return found

    def _caps(self, tx: Tx) -> list[str]:
        """No address gets more automatic letters within an hour than allowed."""
        query = select(LETTER.c.to_address, LETTER.c.dialled_at).where(
            LETTER.c.automatic, LETTER.c.dialled_at.is_not(None)
        )
        dialled: dict[str, list[datetime]] = {}
        for row in tx.execute(query.order_by(LETTER.c.dialled_at)):
            dialled.setdefault(row.to_address, []).append(row.dialled_at)
        return [
            f"cap: {address} got more than {self.cap} letters in the hour from {at}"
            for address, times in dialled.items()
            for at, later in zip(times, times[self.cap :], strict=False)
            if later - at < timedelta(hours=1)
        ]


def _assigned(steps: list[dict[str, Any]]) -> str | None:
    """Whom a trace gave the ticket to."""
    done = [effect for step in steps for effect in step.get("effects", ()) if effect.startswith("assignee ")]
    return done[0].removeprefix("assignee ").partition(",")[0] if done else None


def _of_letter(sender: str, letter: int) -> bool:
    """Whether a bounce address is this letter's."""
    tag = sender.partition("+b-")[2].partition("-")[0]
    return bool(tag) and int(tag, 36) == letter
