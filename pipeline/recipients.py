"""Who reads a letter: the people that an effect names, how they are written to, and what they may do with it."""

from maild.domain.people import NOBODY, Actor, Person, Role
from maild.domain.ticket import Snapshot
from maild.store import links as editions
from maild.store import people
from maild.store.tx import Tx
from notifications import links, rating
from pipeline.furniture import Desk
from pipeline.pinned import in_force
from rules.blueprint import outside
from rules.departments import unseen


def named(tx: Tx, desk: Desk, ticket: Snapshot, to: str) -> list[Person]:
    """The people an effect's ``to`` names: requester, assignee, group, lead, a user, group:NAME or an address.

    None for the requester of a ticket whose customer cannot be told. Of colleagues those who see the ticket: where the
    assignee or the lead does not, the group hears it. A single user or address that is named hears it all the same.
    """
    match to:
        case "requester":
            return [ticket.requester] if ticket.requester.address != NOBODY else []
        case "assignee":
            found = seeing(desk, ticket, _found(desk.user(tx, ticket.assignee)))
            return found or named(tx, desk, ticket, "group")
        case "group":
            return _members(tx, desk, ticket, ticket.group)
        case "lead":
            lead = _found(desk.lead(tx, ticket.group))
            return seeing(desk, ticket, lead) or (_members(tx, desk, ticket, ticket.group) if lead else [])
        case _ if to.startswith("group:"):
            return _members(tx, desk, ticket, to.removeprefix("group:"))
        case _:
            name = to.removeprefix("user:")
            return [people.meet(tx, name.lower(), "")] if "@" in name else _found(desk.user(tx, name))


def seeing(desk: Desk, ticket: Snapshot, readers: list[Person]) -> list[Person]:
    """Without those of our own people who do not see the ticket."""
    return [reader for reader in readers if unseen(desk.ruleset, ticket, reader.address) is None]


def _members(tx: Tx, desk: Desk, ticket: Snapshot, group: str | None) -> list[Person]:
    return seeing(desk, ticket, _found(*(desk.user(tx, name) for name in desk.members(group))))


def _found(*readers: Person | None) -> list[Person]:
    return [reader for reader in readers if reader is not None]


def heard(tx: Tx, desk: Desk, ticket: Snapshot, reader: Person) -> bool:
    """Whether the customer hears what a reader answers to a letter."""
    colleague = desk.ruleset.colleague(reader.address)
    if colleague is None:
        return True
    if ticket.requester.is_nobody or colleague.role is Role.LIGHT:
        return False
    rules = in_force(tx, desk, ticket)
    return outside(rules, ticket, Actor("agent", colleague.name), "customers are written to") is None


def page_of(tx: Tx, desk: Desk, ticket: Snapshot, reader: Person) -> str | None:
    """Where a reader finds the ticket: the requester by a signed link, colleagues in the console; others nowhere."""
    base, lifetime = desk.config.site.base_url, desk.config.web.link_lifetime
    if not desk.config.web.enabled or not base:
        return None
    if reader.id == ticket.requester.id:
        edition = editions.edition(tx, reader.id)
        return base + links.path(desk.keys, links.order(reader.id, ticket.id, tx.now, lifetime, edition))
    return f"{base}/tickets/{ticket.id}" if reader.role is not Role.CUSTOMER else None


def rating_link(desk: Desk, ticket: Snapshot) -> str:
    """Where the requester says how content they were; "" where no page of ours answers."""
    base = desk.config.site.base_url if desk.config.web.enabled else ""
    return rating.link(desk.keys, base, ticket.id, ticket.requester.id)


def languages(desk: Desk, ticket: Snapshot, reader: Person) -> list[str]:
    """What a reader may want to be written in: their own language, their company's, that of their mail, the desk's."""
    wanted = [dict(reader.fields).get("language", "")]
    if reader.id == ticket.requester.id:
        wanted += [dict(ticket.organization.fields).get("language", "") if ticket.organization else "", ticket.language]
    return [*wanted, desk.config.letters.language]
