"""Customers and agents: what they do, drawn from the seed, and what they know of the outcome."""

import asyncio
import random
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import aiosmtplib

from maild.control.operation import Request
from maild.control.registry import OPERATIONS
from maild.errors import DataError, MaildError
from maild.store.tx import Tx
from pipeline.furniture import Desk
from tests.simulation.daemon import PORT
from tests.simulation.faults import DESK
from tests.simulation.life import Life
from tests.simulation.model import STAFF
from tests.simulation.service import AGENTS, LEAD, WAYS
from tests.simulation.store import SimDatabase
from tests.simulation.writing import AGENT, CUSTOMERS, STRANGER, Customer, Letter, Mail, Writer, wanted

PATIENCE = (60, 300, 900, 1800, 3600)  # seconds between the tries of a sending mail server
MACROS = {
    "approve": "Orders :: Approve",
    "confirm": "Orders :: Confirm processing",
    "shipped": "Orders :: Shipped",
    "info": "Orders :: Need more info",
    "problem": "Orders :: Problem",
    "ring": "Orders :: Ring",
}


@dataclass
class Sending:
    """What a sending mail server knows of one mail."""

    mail: Mail
    tries: int = 0
    acked: int = 0
    refused: bool = False


@dataclass
class Deed:
    """What an agent asked for. ``after`` is the last history entry before it happened, or was refused."""

    number: int
    what: str
    value: str
    ticket: int
    actor: str
    answer: str = "none"  # done, refused, or none: nobody heard
    after: int = -1
    at: datetime | None = None
    ran: int = -1


HAND: ContextVar[Deed | None] = ContextVar("hand", default=None)


class Town(Protocol):
    """What people see of the world."""

    life: Life
    desk: Desk

    @property
    def db(self) -> SimDatabase: ...

    def now(self) -> datetime: ...

    def tell(self, what: str, *more: object) -> None: ...

    def letters(self, to_staff: bool) -> list[Letter]: ...

    def open_tickets(self) -> list[tuple[int, str]]: ...

    def requests(self) -> list[tuple[int, str, str | None]]:
        """Requests for service: number, state, owner."""

    def tags(self, ticket: int) -> set[str]: ...

    def held(self) -> list[tuple[int, int]]:
        """Letters that wait for a person, and their tickets."""

    def open_tasks(self) -> list[int]: ...

    def revised(self) -> list[int]:
        """Tickets whose order was revised since somebody looked."""

    def last_entry(self, tx: Tx) -> int: ...


class People:
    def __init__(self, seed: int, town: Town) -> None:
        self.town = town
        self.sendings: list[Sending] = []
        self.deeds: list[Deed] = []
        self.under_way = 0
        self._dice = random.Random(f"{seed}:people")
        self._writer = Writer(random.Random(f"{seed}:writer"))
        self._orders: list[Mail] = []
        self._reported: set[str] = set()

    # Customers

    async def write(self) -> None:
        """A customer, machine or mail server writes something, and its server brings it."""
        mail = self._mail()
        if mail is None:
            return
        sending = Sending(mail)
        self.sendings.append(sending)
        self.town.tell("mail", mail.kind, mail.id, mail.verdict)
        await self._send(sending)
        if sending.acked and self._dice.random() < 0.03:  # a server that forgot that it was taken
            await self._send(Sending(mail), copies=sending)

    def _mail(self) -> Mail | None:
        dice, now = self._dice, self.town.now()
        who = dice.choice(CUSTOMERS)
        verdict = "yes" if who.proved else "no"
        if who.proved and dice.random() < 0.04:
            verdict = dice.choice(("no", "failed"))
        kind = dice.choices(
            (
                "order",
                "again",
                "revised",
                "question",
                "answer",
                "cancel",
                "foreign",
                "staff",
                "away",
                "report",
                "machine",
                "own",
                "lost",
                "request",
            ),
            (40, 6, 8, 5, 24, 1.5, 3, 2, 4, 0.7, 3, 1, 1, 24),
        )[0]
        match kind:
            case "order":
                return self._order(who, verdict)
            case "again" | "revised":
                return self._order_again(kind == "revised")
            case "question":
                return self._writer.question(who, now, verdict)
            case "request":
                return self._writer.request(who, now, verdict)
            case "machine":
                return self._writer.machine(who, now)
            case "own":
                return self._writer.own(now)
            case "lost":
                return self._writer.lost(who, now)
            case _:
                return self._about_a_letter(kind)

    def _order(self, who: Customer, verdict: str) -> Mail:
        number = f"PO-{10001 + 7 * len(self._orders)}"
        day = wanted(self.town.now(), self._dice.randint(2, 15))
        mail = self._writer.order(who, self.town.now(), number, self._dice.randint(1, 90), day, verdict)
        self._orders.append(mail)
        return mail

    def _order_again(self, revised: bool) -> Mail | None:
        if not self._orders:
            return None
        old = self._dice.choice(self._orders[-20:])
        who = next(one for one in CUSTOMERS if one.address == old.author)
        content = old.content % 90 + 1 if revised else old.content
        return self._writer.order(who, self.town.now(), old.po, content, old.wanted, "yes" if who.proved else "no")

    def _about_a_letter(self, kind: str) -> Mail | None:
        dice, now = self._dice, self.town.now()
        seen = self.town.letters(kind == "staff")[-25:]
        if not seen:
            return None
        letter = dice.choice(seen)
        if kind == "report":
            if letter.message_id in self._reported:
                return None
            self._reported.add(letter.message_id)
            return self._writer.report(now, letter)
        reader = AGENT if kind == "staff" else STRANGER if kind == "foreign" else self._reader(letter)
        if kind == "away":
            return self._writer.away(reader, now, letter)
        verdict = "yes" if reader.proved else "no"
        if reader is not AGENT and dice.random() < 0.05:
            verdict = "failed"
        return self._writer.answer(reader, now, letter, verdict, cancel=kind == "cancel")

    def _reader(self, letter: Letter) -> Customer:
        """Whoever got the letter, or somebody of the same company."""
        domain = letter.to.rpartition("@")[2]
        return self._dice.choice([one for one in CUSTOMERS if one.domain == domain])

    async def _send(self, sending: Sending, copies: Sending | None = None) -> None:
        self.under_way += 1
        kept = copies or sending
        try:
            while True:
                kept.tries += 1
                answer = await self._try(sending.mail)
                self.town.tell("sent", sending.mail.id, kept.tries, answer)
                if answer.startswith("2"):
                    kept.acked += 1
                    return
                if answer.startswith("5"):
                    kept.refused = True
                    return
                await asyncio.sleep(PATIENCE[min(kept.tries, len(PATIENCE)) - 1])
        finally:
            self.under_way -= 1

    async def _try(self, mail: Mail) -> str:
        """The server's last word, or how the conversation broke off."""
        client = aiosmtplib.SMTP(
            hostname=DESK, port=PORT, timeout=60, start_tls=False, local_hostname="mx.customer.example"
        )
        try:
            await client.connect()
            await client.ehlo()
            await client.mail(mail.sender)
            await client.rcpt(mail.to)
            reply = await client.data(mail.raw)
            await client.quit()
            return f"{reply.code}"
        except aiosmtplib.SMTPResponseException as error:
            return f"{error.code}"
        except aiosmtplib.SMTPRecipientsRefused as error:
            return f"{error.recipients[0].code}"
        except (aiosmtplib.SMTPException, OSError) as error:
            return type(error).__name__
        finally:
            client.close()

    # Agents

    async def act(self) -> None:
        """An agent does something at the desk."""
        deed = self._deed()
        if deed is not None:
            await self.do(deed)

    async def do(self, deed: Deed) -> None:
        self.deeds.append(deed)
        self.town.tell("deed", deed.number, deed.what, deed.value, deed.ticket)
        if not self.town.life.ready or self.town.life.dead:
            return
        self.under_way += 1
        work = self.town.life.start(self._carry_out(deed, self.town.db), f"deed {deed.number}")
        await asyncio.wait({work})
        self.under_way -= 1
        self.town.tell("done", deed.number, deed.answer)

    async def _carry_out(self, deed: Deed, db: SimDatabase) -> None:
        operation, arguments = _asked(deed)
        request = Request(operation, arguments, deed.actor)
        HAND.set(deed)

        def run(tx: Tx) -> list[Any]:
            deed.ran, deed.at = self.town.last_entry(tx), tx.now
            return list(OPERATIONS[operation].run(tx, self.town.desk, request))

        try:
            await db.write(run)
            deed.answer, deed.after = "done", deed.ran
        except DataError:
            deed.answer, deed.after = "refused", deed.ran
        except MaildError:
            deed.answer = "none"

    def deed(self, what: str, value: str, ticket: int, actor: str = "orders-agent") -> Deed:
        return Deed(len(self.deeds), what, value, ticket, actor)

    def _deed(self) -> Deed | None:
        dice, known = self._dice, self.town.open_tickets()
        if dice.random() < 0.3 and (requests := self.town.requests()):
            return self._service(*dice.choice(requests[-8:]))
        roll = dice.random()
        if roll < 0.06 and (held := self.town.held()):
            letter, ticket = dice.choice(held)
            return self.deed("release", str(letter), ticket)
        if roll < 0.12 and (tasks := self.town.open_tasks()):
            return self.deed("task", str(dice.choice(tasks)), 0)
        if roll < 0.18 and (revised := self.town.revised()):
            return self.deed("seen", "", dice.choice(revised))
        if not known:
            return None
        number, status = dice.choice(known[-12:] if dice.random() < 0.7 else known)
        if status == "closed":
            return self.deed("move", dice.choice(("open", "pending")), number)
        what, value = self._step(status)
        if what == "macro" and dice.random() < 0.6:  # they mostly know what comes next
            value = self._next(number, value)
        return self.deed(what, value, number, dice.choice(sorted(STAFF)))

    def _service(self, ticket: int, state: str, owner: str | None) -> Deed:
        """A step along the way of a request, mostly one of those that there are, by whom it is for; or a way round."""
        dice = self._dice
        actor = owner if owner and dice.random() < 0.7 else dice.choice((*AGENTS, LEAD, "orders-agent"))
        if dice.random() < 0.1:
            return self.deed("force", dice.choice(("status=solved", "status=closed", "status=open")), ticket, actor)
        ways = [name for name, (states, _) in WAYS.items() if state in states and name not in ("again", "give-up")]
        name = dice.choice(ways) if ways and dice.random() < 0.8 else dice.choice((*WAYS, "answered", "solved"))
        given = {"repair": "|serial", "ask": "|comment", "answer": "|comment"}.get(name, "")
        return self.deed("walk", name + (given if dice.random() < 0.85 else ""), ticket, actor)

    def _next(self, ticket: int, otherwise: str) -> str:
        tags = self.town.tags(ticket)
        if "order_processed" in tags:
            return "shipped"
        if "order_ready_to_process" in tags:
            return "confirm"
        return "approve" if "open_order" in tags else otherwise

    def _step(self, status: str) -> tuple[str, str]:
        dice = self._dice
        what = dice.choices(("macro", "set", "move", "seen", "reply", "note"), (50, 25, 12, 3, 8, 5))[0]
        match what:
            case "macro":
                return what, dice.choices(tuple(MACROS), (25, 25, 25, 14, 6, 6))[0]
            case "set":
                number = dice.randint(1000, 9999)
                return what, dice.choice(
                    (
                        f"so_number={number}",
                        f"so_number={number}",
                        "carrier=DHL",
                        f"tracking_number=JD{number}",
                        "shipment_state=ready-to-collect",
                        "shipment_state=delivered",
                    )
                )
            case "move":
                return what, dice.choices(("open", "pending", "on-hold", "solved", "closed"), (3, 3, 2, 3, 1))[0]
            case "seen":
                return what, ""
        return what, "We are looking into it."


def _asked(deed: Deed) -> tuple[str, dict[str, Any]]:
    ticket: dict[str, Any] = {"id": deed.ticket}
    match deed.what:
        case "macro":
            return "ticket.macro", ticket | {"macro": MACROS[deed.value]}
        case "walk":
            name, *given = deed.value.split("|")
            more: dict[str, Any] = {"inputs": [["serial_number", "S-4711"]]} if "serial" in given else {}
            more |= {"comment": "Is it the seal of the shaft?"} if "comment" in given else {}
            return "ticket.move", ticket | {"status": name} | more
        case "set" | "force":
            return "ticket.set", ticket | {"changes": [deed.value.split("=", 1)]}
        case "move":
            return "ticket.move", ticket | {"status": deed.value}
        case "seen":
            return "ticket.seen", ticket
        case "release":
            return "outbox.release", {"id": int(deed.value)}
        case "task":
            return "task.done", {"id": int(deed.value)}
        case "retry":
            return "mail.retry", {"id": int(deed.value)}
    return f"ticket.{deed.what}", ticket | {"text": deed.value}
