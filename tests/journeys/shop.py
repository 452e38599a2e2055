"""One running desk for many journeys: each brings orders of its own, and the clock goes on from one to the next."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maild.errors import MaildError
from tests.journeys.conftest import TOP, people, workflow
from tests.journeys.customer import ORDER, Customer
from tests.journeys.daemon import Daemon, amend
from tests.journeys.relay import Received, Relay

HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
SUPPORT = """
[[group]]
name = "Support"
lead = "lead"
[[user]]
name = "helper"
address = "helper@shop.example"
groups = ["Support"]
[[group]]
name = "Orders"
"""


@dataclass
class Shop:
    daemon: Daemon
    relay: Relay
    customer: Customer
    orders: int = 0
    first: dict[int, Received] = field(default_factory=dict)

    @classmethod
    def opened(cls, folder: Path, *changes: tuple[str, str], more: str = "") -> "Shop":
        relay = Relay().start()
        text = TOP.format(port=relay.port, people=people()) + workflow() + more
        (folder / "config.toml").write_text(text)
        amend(folder, ('[[group]]\nname = "Orders"\n', SUPPORT), *changes)
        daemon = Daemon(folder)
        return cls(daemon.start(), relay, Customer(daemon, "Mia Okafor", "mia@blueharbor.example"))

    def close(self) -> None:
        """Every invariant must hold at the end."""
        try:
            self.daemon.quiet()
            assert self.daemon.check() == []
            assert self.daemon.stop() == 0
        finally:
            self.daemon.end()
            self.relay.stop()

    def order(self, text: str = ORDER, subject: str = "Purchase order") -> int:
        """A new order; its ticket."""
        self.orders += 1
        before = len(self.relay.letters)
        number = f"PO-6{self.orders:04}"
        self.customer.order(f"{subject} {number}", text.replace("PO-70231", number))
        ticket: int = self.daemon.tickets()[0]["id"]
        self.first[ticket] = next(
            letter for letter in self.relay.letters[before:] if self.customer.address in letter.recipients
        )
        return ticket

    def answer(self, ticket: int, text: str = "Thank you!", **headers: str) -> None:
        """The customer replies to the first letter of a ticket."""
        message = self.customer.answer(self.first[ticket], text)
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        self.customer.send(message)
        self.daemon.quiet()

    def do(self, verb: str, ticket: int, actor: str = "orders-agent", **how: Any) -> None:
        """What a colleague does at the desk."""
        self.daemon.ask(f"ticket.{verb}", actor, id=ticket, **how)
        self.daemon.quiet()

    def ship(self, ticket: int) -> None:
        """From the approval to the solved order."""
        for macro in ("approve", "confirm-processing", "shipped"):
            self.do("macro", ticket, macro=macro)

    def fill(self, ticket: int, actor: str = "orders-agent", **fields: str) -> None:
        self.do("set", ticket, actor, changes=list(fields.items()))

    def refused(self, verb: str, ticket: int, actor: str = "orders-agent", **how: Any) -> str:
        """Why it is refused; nothing must have changed."""
        version = self.show(ticket)["version"]
        with pytest.raises(MaildError) as refusal:
            self.do(verb, ticket, actor, **how)
        assert self.show(ticket)["version"] == version
        return refusal.value.what

    def show(self, ticket: int) -> dict[str, Any]:
        return self.daemon.ticket(ticket)

    def written(self, ticket: int) -> list[tuple[str, str]]:
        """Letters of a ticket: template and to whom, oldest first."""
        self.daemon.quiet()
        return [(letter["template"], letter["to_address"].split("@")[0]) for letter in self.daemon.letters(ticket)]

    def steps(self, ticket: int, rule: str) -> list[dict[str, Any]]:
        """What a rule did on a ticket, oldest first; misses left out."""
        found = [step for entry in self.show(ticket)["history"] for step in entry["steps"]]
        return [step for step in found if step["rule"] == rule and step["what"] != "miss"]

    def views(self, ticket: int) -> set[str]:
        names = [view["name"] for view in self.daemon.ask("view.list")]
        return {
            name for name in names if any(r["id"] == ticket for r in self.daemon.ask("view.page", name=name, limit=999))
        }

    def wait(self, span: timedelta) -> None:
        self.daemon.advance(span)
