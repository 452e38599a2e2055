"""The oracle: what must become of mails, hands and time, in plain Python. It knows neither rules nor tables."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation import hours
from tests.simulation.writing import Mail

STAFF = {
    "orders-agent": "agent@shop.example",
    "approver": "approver@shop.example",
    "lead": "lead@shop.example",
    "escalation-agent": "escalations@shop.example",
}
SHARED = frozenset({"abc.example"})  # companies whose people speak for each other
WORK = ("new", "open", "pending", "on-hold")
PROCESS = ("po_number", "so_number", "ship_to", "order_details", "total_cost", "ship_method", "freight_charge_to")
SHIP = ("ship_date", "carrier", "tracking_number")
UNSEEN, CANCELLATION = "revision_unseen", "cancellation_requested"
ASK, COLLECT = "Ask again for missing information", "Collect the order"


@dataclass
class Timer:
    due: datetime
    fired: bool = False


@dataclass
class Ticket:
    id: int
    requester: str
    created: datetime
    verified: bool
    status: str = "open"
    status_at: datetime = datetime.min
    priority: str = "normal"
    assignee: str = "orders-agent"
    tags: set[str] = field(default_factory=lambda: {"open_order"})
    fields: dict[str, str] = field(default_factory=dict)
    follow_up_of: int | None = None
    public: int = 1
    private: int = 0
    timers: dict[tuple[str, int], Timer] = field(default_factory=dict)

    @property
    def work(self) -> bool:
        return self.status in WORK


@dataclass(frozen=True)
class Expected:
    """A letter; ``fate`` is queued, dropped, or held with its code."""

    cause: str
    ticket: int
    template: str
    to: str
    fate: str


@dataclass
class Task:
    ticket: int
    owner: str
    remind: datetime | None
    done: datetime | None = None


@dataclass
class Oracle:
    tickets: dict[int, Ticket] = field(default_factory=dict)
    letters: list[Expected] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    outcomes: dict[str, tuple[str, int | None]] = field(default_factory=dict)  # by Message-ID of the mail
    orders: dict[str, tuple[int, int]] = field(default_factory=dict)  # number: newest ticket, content
    bounced: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    # Mails

    def mail(self, key: str, event: str, number: int, now: datetime, mail: Mail, about: tuple[int, str] | None) -> None:
        """A settled mail. ``about`` are the ticket and the reader of the letter of ours that it names."""
        how, ticket = self._place(mail, about)
        known = {"new": "TicketCreated", "bounce": "LetterBounced", "said": "CommentWritten"}.get(how, "MailArrived")
        if event != known or (ticket is not None and how != "new" and ticket != number):
            self.wrong.append(f"V10 mail {mail.id} ({mail.kind}): {event} on {number}, expected {how} on {ticket}")
            return
        if how == "new":
            self._open(key, number, now, mail, ticket)
        else:
            self._append(key, how, self.tickets[number], now, mail, about)

    def _place(self, mail: Mail, about: tuple[int, str] | None) -> tuple[str, int | None]:
        """What happens and on which ticket; beside "new" the closed ticket that it follows."""
        if mail.kind == "order" and mail.po in self.orders:
            ticket, content = self.orders[mail.po]
            if content == mail.content:
                return "duplicate", ticket
            if self.tickets[ticket].status == "closed":
                return "new", ticket
            return ("revision" if mail.verdict != "failed" else "private"), ticket
        if mail.kind in ("order", "question") or about is None:
            return "new", None
        ticket = about[0]
        if mail.kind == "report":
            return "bounce", ticket
        if mail.author in STAFF.values():  # an answer to a notification goes to the customer
            return "said", ticket
        if mail.kind == "away" or not self._speaks(mail, self.tickets[ticket]):
            return "private", ticket
        return ("new" if self.tickets[ticket].status == "closed" else "public"), ticket

    @staticmethod
    def _speaks(mail: Mail, ticket: Ticket) -> bool:
        domain = mail.author.rpartition("@")[2]
        part = mail.author == ticket.requester or (domain in SHARED and ticket.requester.endswith(f"@{domain}"))
        return part and mail.verdict != "failed"

    def _open(self, key: str, number: int, now: datetime, mail: Mail, follows: int | None) -> None:
        if number in self.tickets:
            self.wrong.append(f"V3 ticket {number} was opened twice")
        ticket = Ticket(number, mail.author, now, mail.verdict == "yes", status_at=now, follow_up_of=follows)
        self.tickets[number] = ticket
        self.outcomes[mail.id] = ("ticket", number)
        if follows is not None:
            ticket.fields = dict(self.tickets[follows].fields)
        if mail.kind == "order":
            self.orders[mail.po] = (number, mail.content)
            for name in ("po_number", "ship_to", "order_details", "total_cost"):
                ticket.fields.setdefault(name, mail.po)
            ticket.fields.setdefault("ship_date", mail.wanted)
        ticket.fields.setdefault("ship_method", "ground")
        ticket.fields.setdefault("freight_charge_to", "prepaid")
        template = "order_received" if mail.kind == "order" else "order_received_plain"
        self._letter(key, ticket, template, "requester", verdict=mail.verdict)
        self._keep(ticket, now)

    def _append(
        self, key: str, how: str, ticket: Ticket, now: datetime, mail: Mail, about: tuple[int, str] | None
    ) -> None:
        said = "duplicate" if how == "duplicate" else "comment"
        self.outcomes[mail.id] = (said, ticket.id)
        speaks = how in ("public", "revision")
        if how == "bounce" and about is not None:
            self.bounced.add(about[1])
        revised = how == "revision" and mail.verdict == "yes"
        if revised:
            self.orders[mail.po] = (ticket.id, mail.content)
        if how == "said":
            ticket.public += 1
            self._letter(key, ticket, "reply", "requester", automatic=False)
        elif not speaks:
            ticket.private += 1
        else:
            ticket.public += 1
            ticket.verified |= mail.verdict == "yes" and how == "public"
            self._heard(key, ticket, now, mail, revised)
        self._keep(ticket, now, answered=speaks)

    def _heard(self, key: str, ticket: Ticket, now: datetime, mail: Mail, revised: bool) -> None:
        """The customer has spoken."""
        if ticket.status in ("pending", "on-hold", "solved"):
            self._status(ticket, "open", now)
        if revised:
            self._revised(key, ticket)
        if mail.kind == "cancel" and CANCELLATION not in ticket.tags:
            ticket.tags.add(CANCELLATION)
            self._task(key, ticket, None)
        ticket.tags.discard("onhold_need_more_info")
        if "problem_notice" in ticket.tags:
            ticket.tags.remove("problem_notice")
            ticket.tags.add("fulfilment_escalation")
            ticket.assignee = "escalation-agent"
            self._letter(key, ticket, "notify_agent", "assignee")
        if "order_shipped" in ticket.tags:
            ticket.tags.add("fulfilment_escalation")
            self._letter(key, ticket, "notify_agent", "assignee")

    def _revised(self, key: str, ticket: Ticket) -> None:
        """Nothing is approved any more until somebody has looked at the order as it is now."""
        ticket.tags.add(UNSEEN)
        if "order_ready_to_process" in ticket.tags:
            ticket.tags.remove("order_ready_to_process")
            ticket.tags.add("open_order")
        if "order_processed" in ticket.tags:
            ticket.tags.add("confirm_again")
        self._letter(key, ticket, "notify_agent", "assignee")
        self._letter(key, ticket, "order_revised", "requester", verdict="yes")

    # Hands

    def refuses(self, number: int, what: str, value: str) -> bool:
        """Whether this must be refused as things stand."""
        ticket = self.tickets[number]
        unseen = UNSEEN in ticket.tags
        if what == "seen":
            return not unseen
        if what == "move":
            done = value in ("solved", "closed") and value != ticket.status
            return (ticket.status == "closed" and value != "closed") or (unseen and done)
        return what == "macro" and self._out_of_place(ticket, value)

    @staticmethod
    def _out_of_place(ticket: Ticket, macro: str) -> bool:
        """One step after the other, each once, and none on an order that is done or was revised unseen."""
        tags = ticket.tags
        missing = {"confirm": PROCESS, "shipped": SHIP}.get(macro, ())
        if any(name not in ticket.fields for name in missing):
            return True
        if macro in ("approve", "confirm", "shipped") and (UNSEEN in tags or not ticket.work):
            return True
        match macro:
            case "approve":
                return "open_order" not in tags or bool(tags & {"order_ready_to_process", "order_processed"})
            case "confirm":
                return "confirm_again" not in tags and (
                    "order_ready_to_process" not in tags or "order_processed" in tags
                )
            case "shipped":
                return "order_processed" not in tags
            case "info":
                return not ticket.work or "onhold_need_more_info" in tags
            case "problem":
                return ticket.status == "closed" or "problem_notice" in tags
        return False

    def hand(self, key: str, number: int, now: datetime, what: str, value: str) -> None:
        ticket = self.tickets[number]
        if self.refuses(number, what, value):
            self.wrong.append(f"{what} {value} on ticket {number} was done, and had to be refused")
        match what:
            case "macro":
                getattr(self, f"_{value}")(key, ticket, now)
            case "move":
                self._status(ticket, value, now)
            case "set":
                self._set(ticket, value.partition("=")[0], value.partition("=")[2], now)
            case "seen":
                ticket.tags.discard(UNSEEN)
            case "reply":
                ticket.public += 1
                self._letter(key, ticket, "reply", "requester", automatic=False)
            case "note":
                ticket.private += 1
        self._keep(ticket, now)

    def release(self, number: int, fate: str) -> None:
        """A person let a letter go; where nothing proved its reader, the person vouches for them."""
        self.tickets[number].verified |= fate.startswith("held auth.")

    def task_done(self, number: int, now: datetime) -> None:
        task = self.tasks[number - 1]
        task.done = now
        self.tickets[task.ticket].private += 1

    def _approve(self, key: str, ticket: Ticket, now: datetime) -> None:
        ticket.assignee = "orders-agent"
        self._status(ticket, "open", now)
        ticket.private += 1
        ticket.tags -= {"open_order", "onhold_need_more_info", "problem_notice", "fulfilment_escalation"}
        ticket.tags |= {"order_ready_to_process"}

    def _confirm(self, key: str, ticket: Ticket, now: datetime) -> None:
        self._status(ticket, "on-hold", now)
        ticket.tags -= {"order_ready_to_process", "open_order", "confirm_again", "onhold_need_more_info"}
        ticket.tags |= {"order_processed"}
        self._letter(key, ticket, "order_processed", "requester", automatic=False)

    def _shipped(self, key: str, ticket: Ticket, now: datetime) -> None:
        ticket.tags = {CANCELLATION, "order_shipped"} & (ticket.tags | {"order_shipped"})
        ticket.fields["shipment_state"] = "shipped"
        ticket.private += 1
        self._letter(key, ticket, "order_shipped", "requester", automatic=False)
        self._status(ticket, "solved", now)

    def _info(self, key: str, ticket: Ticket, now: datetime) -> None:
        self._status(ticket, "on-hold", now)
        ticket.tags |= {"onhold_need_more_info"}
        self._letter(key, ticket, "need_more_info", "requester", automatic=False)
        for step, length in enumerate((1, 3, 4)):
            ticket.timers[ASK, step] = Timer(hours.business_days(now, length))

    def _problem(self, key: str, ticket: Ticket, now: datetime) -> None:
        ticket.tags |= {"problem_notice"}
        self._letter(key, ticket, "problem_notice", "requester", automatic=False)

    def _ring(self, key: str, ticket: Ticket, now: datetime) -> None:
        self._task(key, ticket, hours.business_hours(now, 4))

    def _task(self, key: str, ticket: Ticket, remind: datetime | None) -> None:
        ticket.private += 1
        self.tasks.append(Task(ticket.id, ticket.assignee, remind))
        self._letter(key, ticket, "notify_agent", "assignee")

    def _set(self, ticket: Ticket, name: str, value: str, now: datetime) -> None:
        before, ticket.fields[name] = ticket.fields.get(name), value
        if name == "shipment_state" and value == "ready-to-collect" != before:
            for step, length in enumerate((0, 2, 3)):
                ticket.timers[COLLECT, step] = Timer(hours.days(now, length) if length else now)

    @staticmethod
    def _status(ticket: Ticket, status: str, now: datetime) -> None:
        if ticket.status != status:
            ticket.status, ticket.status_at = status, now

    # Time

    def timer(self, key: str, number: int, rule: str, step: int, due: datetime, now: datetime) -> None:
        ticket = self.tickets[number]
        timer = ticket.timers.get((rule, step))
        if timer is None or timer.fired or timer.due != due or now < due:
            self.wrong.append(f"V8 ticket {number}: {rule} {step} due {due} fired at {now}, expected {timer}")
            return
        timer.fired = True
        if self._still(ticket, rule, now):
            self._act(key, ticket, rule, step, now)
        self._keep(ticket, now)

    def _still(self, ticket: Ticket, rule: str, now: datetime) -> bool:
        if rule in (ASK, COLLECT):
            return self._going_on(ticket, rule)
        since = self._promises(ticket).get(rule)
        return since is not None and since <= now

    def _act(self, key: str, ticket: Ticket, rule: str, step: int, now: datetime) -> None:
        match rule.partition(":")[0], step:
            case "Urgent", _:
                self._letter(key, ticket, "notify_approver", "approver")
            case "Escalate", _:
                ticket.priority = "high"
                self._letter(key, ticket, "escalation", "lead")
            case (("Promise at risk" | "Past the ship date without tracking" | "limit.order.open"), _):
                self._letter(key, ticket, "notify_agent", "assignee")
            case (("Promise broken" | "limit.order.pending"), _):
                self._letter(key, ticket, "notify_lead", "lead")
            case "system.close", _:
                self._status(ticket, "closed", now)
            case str(name), (0 | 1) if name == ASK:
                self._letter(key, ticket, "reminder", "requester")
            case str(name), _ if name == COLLECT:
                self._letter(key, ticket, "reply", "requester")
        if (rule, step) in ((ASK, 2), (COLLECT, 2)):
            self._task(key, ticket, None)

    def _promises(self, ticket: Ticket) -> dict[str, datetime]:
        """Rules that act by time alone, and since when each may."""
        t, tags, found = ticket, ticket.tags, dict[str, datetime]()
        waiting = t.work and t.status != "on-hold" and "open_order" in tags
        approved = t.work and "order_ready_to_process" in tags and "onhold_need_more_info" not in tags
        if waiting and t.assignee == "orders-agent":
            found["Urgent: waiting for approval for 24 hours"] = t.created + timedelta(hours=24)
        if waiting:
            found["Escalate: not approved for 2 working days"] = hours.business_days(t.created, 2)
        if approved:
            at_risk, broken = hours.business_days(t.created, 2), hours.business_days(t.created, 3)
            found["Promise at risk: approved, not processed for 2 working days"] = at_risk
            found["Promise broken: approved, not processed for 3 working days"] = broken
        if t.work and "order_processed" in tags and "tracking_number" not in t.fields and "ship_date" in t.fields:
            found["Past the ship date without tracking"] = hours.days(hours.midnight(t.fields["ship_date"]), 1)
        if t.status == "solved":
            found["system.close"] = hours.days(t.status_at, 28)
        if t.status == "open":
            found["limit.order.open"] = hours.business_hours(t.status_at, 12)
        if t.status == "pending":
            found["limit.order.pending"] = hours.business_days(t.status_at, 3)
        return found

    @staticmethod
    def _going_on(ticket: Ticket, sequence: str) -> bool:
        if sequence == ASK:
            return ticket.status == "on-hold" and "onhold_need_more_info" in ticket.tags
        return ticket.status != "closed" and ticket.fields.get("shipment_state") == "ready-to-collect"

    def _keep(self, ticket: Ticket, now: datetime, *, answered: bool = False) -> None:
        """Once each time that the conditions begin to hold: what waits, moves or is taken back."""
        promises = self._promises(ticket)
        for rule, step in list(ticket.timers):
            over = rule not in promises
            if rule in (ASK, COLLECT):
                over = not self._going_on(ticket, rule) or (rule == ASK and answered)
            if over:
                del ticket.timers[rule, step]
        for rule, since in promises.items():
            timer = ticket.timers.get((rule, 0))
            if timer is None or (since > now and timer != Timer(since)):
                ticket.timers[rule, 0] = Timer(max(since, now))
            elif since <= now and not timer.fired:
                timer.due = min(timer.due, now)

    # Letters

    def _letter(
        self, cause: str, ticket: Ticket, template: str, to: str, *, verdict: str = "no", automatic: bool = True
    ) -> None:
        if to == "requester":
            address, fate = ticket.requester, self._fate(ticket, verdict) if automatic else "queued"
        else:
            address, fate = STAFF[ticket.assignee if to == "assignee" else to], "queued"
        self.letters.append(Expected(cause, ticket.id, template, address, fate))

    def _fate(self, ticket: Ticket, verdict: str) -> str:
        if ticket.requester in self.bounced:
            return "held addr.bounced"
        if verdict == "failed":
            return "held auth.failed"
        return "queued" if verdict == "yes" or ticket.verified else "held auth.stranger"
