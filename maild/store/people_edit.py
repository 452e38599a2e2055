"""Changes to people and organizations by hand or from a list; what the configuration names is kept by it alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update

from maild.store import people
from maild.store.tables import ORGANIZATION, ORGANIZATION_DOMAIN, ORGANIZATION_SITE, PERSON
from maild.store.tx import Tx


def organization_id(tx: Tx, name: str) -> int | None:
    found = tx.scalar(select(ORGANIZATION.c.id).where(ORGANIZATION.c.name == name))
    return None if found is None else int(found)


def change_person(tx: Tx, person_id: int, **columns: Any) -> None:
    """Set columns of the table."""
    tx.execute(update(PERSON).where(PERSON.c.id == person_id).values(**columns))


def make_organization(tx: Tx, name: str) -> int:
    return tx.insert(ORGANIZATION, name=name, tags=[], fields={}, trust_unauthenticated=False)


def change_organization(tx: Tx, organization: int, **columns: Any) -> None:
    tx.execute(update(ORGANIZATION).where(ORGANIZATION.c.id == organization).values(**columns))


def list_domains(tx: Tx, organization: int, domains: Iterable[str]) -> None:
    """Exactly these domains and addresses belong to it; people under them follow, as do those under what it gave up."""
    wanted = set(domains)
    listed = select(ORGANIZATION_DOMAIN.c.domain).where(ORGANIZATION_DOMAIN.c.organization_id == organization)
    held = set(tx.execute(listed).scalars())
    for domain in sorted(held ^ wanted):
        tx.execute(ORGANIZATION_DOMAIN.delete().where(ORGANIZATION_DOMAIN.c.domain == domain))
        if domain in wanted:
            tx.insert_all(ORGANIZATION_DOMAIN, [{"domain": domain, "organization_id": organization}])
        people.adopt(tx, domain)


def keep_site(tx: Tx, organization: int, name: str, address: Mapping[str, str]) -> None:
    """Make or change a ship-to site; parts that are not given stay."""
    tx.insert_new(ORGANIZATION_SITE, organization_id=organization, name=name)
    if address:
        mine = update(ORGANIZATION_SITE).where(ORGANIZATION_SITE.c.organization_id == organization)
        tx.execute(mine.where(ORGANIZATION_SITE.c.name == name).values(**address))


def drop_site(tx: Tx, organization: int, name: str) -> bool:
    mine = ORGANIZATION_SITE.delete().where(ORGANIZATION_SITE.c.organization_id == organization)
    return tx.execute(mine.where(ORGANIZATION_SITE.c.name == name)).rowcount == 1
