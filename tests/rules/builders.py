"""Tickets, events and rules for the tests of this room; all companies are invented."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from maild.config import Config, load
from maild.domain.condition_syntax import Vocabulary, parse
from maild.domain.conditions import Conditions
from maild.domain.events import MailArrived, MailFacts, TicketCreated
from maild.domain.mail import MailKind
from maild.domain.order import Order, OrderLine, Party
from maild.domain.people import Actor, Organization, Person
from maild.domain.terms import Kind, Term
from maild.domain.ticket import Snapshot, Status
from rules.load import load_rules
from rules.model import Ruleset
from rules.triggers import Outcome

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Berlin
CUSTOMER = Actor("customer", "pat@buyer.example")
AGENT = Actor("agent", "orders-agent")
LEAD = Actor("agent", "lead")
PAT = Person(1, "Pat Lee", "pat@buyer.example", organization_id=1, tags=frozenset({"buyer"}))
BUYER = Organization(1, "Buyer Works", ("buyer.example",), frozenset({"vip"}), (("net_terms", "30"),))
ORDER = Order(
    po_number="PO-4711",
    currency="EUR",
    total="1250.00",
    requested_date="2026-12-01",
    ship_to=Party(company="Buyer Works", street="Dock 4", city="Arlington"),
    ship_method="UPS Overnight",
    lines=(
        OrderLine(line="1", sku="AX-1", description="Axle", quantity="10", unit="pcs", unit_price="100.00"),
        OrderLine(line="2", sku="BX-2", description="Bolt", quantity="500", unit="pcs", unit_price="0.50"),
    ),
    needs_review=False,
)


def ticket(**changes: Any) -> Snapshot:
    """A ticket that came just now with one order."""
    now: datetime = changes.get("now", NOW)
    stamps = {name: changes.pop(name, now) for name in ("created", "updated", "status_changed")}
    stamps |= {name: changes.pop(name) for name in ("assigned", "customer_reply", "agent_reply") if name in changes}
    given: dict[str, Any] = {
        "id": 7,
        "version": 1,
        "now": now,
        "subject": "Purchase order PO-4711",
        "status": Status.NEW,
        "priority": "normal",
        "order_address": "orders@shop.example",
        "channel": "smtp",
        "requester": PAT,
        "organization": BUYER,
        "orders": (ORDER,),
        "stamps": tuple(stamps.items()),
        "counters": (("customer_mails", 1), ("agent_mails", 0), ("reopens", 0)),
    }
    if "fields" in changes:
        changes["fields"] = tuple(sorted(changes["fields"].items()))
    if "tags" in changes:
        changes["tags"] = frozenset(changes["tags"])
    return Snapshot(**{**given, **changes})


def facts(**changes: Any) -> MailFacts:
    given = {
        "message": 1,
        "kind": MailKind.REPLY,
        "subject": "Re: your order",
        "from_address": "pat@buyer.example",
        "order_address": "orders@shop.example",
    }
    return MailFacts(**{**given, **changes})


def created(*orders: Order, **mail: Any) -> TicketCreated:
    return TicketCreated(CUSTOMER, facts(**{"kind": MailKind.ORDER, **mail}), orders)


def reply(public: bool = True, orders: tuple[Order, ...] = (), **mail: Any) -> MailArrived:
    return MailArrived(CUSTOMER, facts(**mail), public, orders)


def rules(toml: str, **tables: Any) -> Ruleset:
    """A ruleset with the people of the example and the rules of ``toml``."""
    return load_rules(config(toml, **tables))


def config(toml: str, **tables: Any) -> Config:
    people = {
        "group": [{"name": "Orders", "lead": "lead"}, {"name": "Support"}],
        "user": [
            {"name": "orders-agent", "address": "agent@shop.example", "groups": ["Orders"]},
            {"name": "lead", "address": "lead@shop.example", "role": "lead", "groups": ["Orders"]},
            {"name": "watcher", "address": "watcher@shop.example", "role": "light", "groups": ["Orders"]},
            {"name": "helper", "address": "helper@shop.example", "groups": ["Support"]},
        ],
    }
    return Config.default(**people, **tomllib.loads(toml), **tables)


_SHIPPED: list[Ruleset] = []


def shipped() -> Ruleset:
    """The order workflow of config.example.toml."""
    if not _SHIPPED:
        _SHIPPED.append(load_rules(load(EXAMPLE)))
    return _SHIPPED[0]


VOCABULARY = Vocabulary(
    fields={
        "po_number": Term("field.po_number", Kind.TEXT),
        "ship_date": Term("field.ship_date", Kind.DATE),
        "total_cost": Term("field.total_cost", Kind.NUMBER),
        "rush": Term("field.rush", Kind.FLAG),
        "extras": Term("field.extras", Kind.TAGS),
        "ship_method": Term("field.ship_method", Kind.OPTION, options=("ground", "2-day", "overnight")),
    },
    words={"group": ("Orders", "Support")},
)


def conditions(*every: str, any: Iterable[str] = (), vocabulary: Vocabulary = VOCABULARY) -> Conditions:
    return Conditions(
        tuple(parse(source, vocabulary) for source in every), tuple(parse(source, vocabulary) for source in any)
    )


def hits(outcome: Outcome) -> list[str]:
    """The rules that fired, in order, system rules apart."""
    return [step.rule for step in outcome.steps if step.what == "hit" and not step.rule.startswith("system.")]


def letters(outcome: Outcome) -> list[tuple[str, str]]:
    return [(p.effect.template, p.effect.to) for p in outcome.effects if hasattr(p.effect, "template")]


def later(snapshot: Snapshot, **span: float) -> Snapshot:
    return replace(snapshot, now=snapshot.now + timedelta(**span))
