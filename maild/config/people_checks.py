"""What single keys cannot show of people: our own, their groups, customer companies, and letters that would circle."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from maild.config.mistakes import Loc, Mistake, duplicates, meant, shown
from maild.config.schema import GroupEntry, Intake, OrganizationEntry, UserEntry
from maild.config.section import Section
from maild.config.values import untagged
from maild.locales import Unknown, language, time_zone

Kind = TypeVar("Kind", bound=Section)


def colleagues(found: Mapping[Loc, Section]) -> Iterator[Mistake]:
    users, groups = _every(found, UserEntry), _every(found, GroupEntry)
    yield from duplicates([((*loc, "name"), user.name) for loc, user in users], "a user")
    yield from duplicates([((*loc, "address"), user.address) for loc, user in users], "a user's address")
    yield from duplicates([((*loc, "name"), group.name) for loc, group in groups], "a group")
    group_names, user_names = [group.name for _, group in groups], [user.name for _, user in users]
    for loc, user in users:
        for number, name in enumerate(user.groups):
            if name not in group_names:
                yield Mistake((*loc, "groups", number), f"there is no group {shown(name)}", _nearest(name, group_names))
    for loc, group in groups:
        if group.lead and "@" not in group.lead and group.lead not in user_names:
            yield Mistake((*loc, "lead"), f"there is no user {shown(group.lead)}", _nearest(group.lead, user_names))


def _nearest(name: str, names: list[str]) -> str:
    folded = {known.lower(): known for known in names}
    hint = meant(name, list(folded))
    near = hint.removeprefix("did you mean ").removesuffix("?")
    return (
        f"did you mean {folded[near]}?"
        if near in folded and hint.startswith("did")
        else hint
        if names
        else "none is defined"
    )


def organizations(found: Mapping[Loc, Section]) -> Iterator[Mistake]:
    companies = _every(found, OrganizationEntry)
    yield from duplicates([((*loc, "name"), company.name) for loc, company in companies], "an organization")
    for key in ("domains", "addresses"):
        claimed = [((*loc, key, n), value) for loc, entry in companies for n, value in enumerate(getattr(entry, key))]
        yield from duplicates(claimed, "claimed")
    for loc, entry in companies:
        for name, known in (("language", language), ("timezone", time_zone)):
            wrong = known(entry.fields[name]) if name in entry.fields else ""
            if isinstance(wrong, Unknown):
                yield Mistake((*loc, "fields", name), wrong.what, wrong.hint)


def circles(found: Mapping[Loc, Section]) -> Iterator[Mistake]:
    """Letters to our own people must not come back in as orders, nor may a program be our own order address."""
    intake = found.get(("intake",))
    if not isinstance(intake, Intake):
        return
    own = {untagged(address) for address in intake.addresses}
    yield from duplicates(
        [(("intake", "addresses", n), address) for n, address in enumerate(intake.addresses)], "listed"
    )
    recipients = [((*loc, "address"), user.address) for loc, user in _every(found, UserEntry)]
    recipients += [
        ((*loc, "lead"), group.lead) for loc, group in _every(found, GroupEntry) if group.lead and "@" in group.lead
    ]
    recipients += [(("intake", "machine_senders", n), address) for n, address in enumerate(intake.machine_senders)]
    for loc, address in recipients:
        if untagged(address) in own:
            yield Mistake(loc, f"{address} is an order address, so letters to it would circle", "give another mailbox")


def _every(found: Mapping[Loc, Section], kind: type[Kind]) -> list[tuple[Loc, Kind]]:
    return [(loc, section) for loc, section in found.items() if isinstance(section, kind)]
