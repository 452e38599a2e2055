"""People and the companies they order for."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from maild.config import Config
from maild.domain.people import Organization, Person, Role
from maild.store.prepared import Prepared
from maild.store.tables import ORGANIZATION, ORGANIZATION_DOMAIN, PERSON
from maild.store.tx import Tx

# Asked for every mail, so built once: putting a statement together costs more than running it.
_BY_ADDRESS = Prepared(select(PERSON).where(PERSON.c.address == bindparam("address")))
_BY_ID = Prepared(select(PERSON).where(PERSON.c.id == bindparam("id")))
_DOMAINS = Prepared(
    select(ORGANIZATION_DOMAIN.c.domain).where(ORGANIZATION_DOMAIN.c.organization_id == bindparam("id"))
)
_ORGANIZATION = Prepared(
    select(ORGANIZATION, ORGANIZATION_DOMAIN.c.domain)
    .outerjoin(ORGANIZATION_DOMAIN, ORGANIZATION_DOMAIN.c.organization_id == ORGANIZATION.c.id)
    .where(ORGANIZATION.c.id == bindparam("id"))
)


def meet(tx: Tx, address: str, name: str) -> Person:
    """The person with this canonical address, made as a customer when unknown; a name is learned once."""
    row = tx.execute(_BY_ADDRESS, {"address": address}).one_or_none()
    if row is None:
        tx.insert_new(
            PERSON,
            address=address,
            name=name,
            role=Role.CUSTOMER,
            organization_id=organization_of(tx, address),
            created_at=tx.now,
        )
        row = tx.execute(_BY_ADDRESS, {"address": address}).one()
    elif name and not row.name:
        tx.execute(update(PERSON).where(PERSON.c.id == row.id).values(name=name))
        return _person(row, name[:200])
    return _person(row, row.name)


def by_id(tx: Tx, person_id: int) -> Person:
    row = tx.execute(_BY_ID, {"id": person_id}).one()
    return _person(row, row.name)


def by_address(tx: Tx, address: str) -> Person | None:
    row = tx.execute(_BY_ADDRESS, {"address": address}).one_or_none()
    return _person(row, row.name) if row else None


def _person(row: Any, name: str) -> Person:
    return Person(
        row.id,
        name,
        row.address,
        Role(row.role),
        row.organization_id,
        frozenset(row.tags),
        tuple(sorted(row.fields.items())),
        row.bounced_at is not None,
    )


def organization_of(tx: Tx, address: str) -> int | None:
    """Whose address this is: the exact address beats a subdomain, a subdomain beats its domain."""
    names = _names(address)
    rows = tx.execute(_owners(len(names)), {f"name_{n}": name for n, name in enumerate(names)})
    found = {row.domain: row.organization_id for row in rows}
    return next((found[name] for name in names if name in found), None)


@lru_cache(maxsize=16)
def _owners(names: int) -> Prepared:
    """A list of changing length cannot be prepared; most addresses have three or four names."""
    listed = (ORGANIZATION_DOMAIN.c.domain == bindparam(f"name_{n}") for n in range(names))
    return Prepared(select(ORGANIZATION_DOMAIN).where(or_(*listed)))


def _names(address: str) -> list[str]:
    """Under what an address may be listed, the closest first; a top-level domain alone never is."""
    domain = address.rpartition("@")[2]
    labels = domain.split(".")
    return [address, domain, *(".".join(labels[i:]) for i in range(1, len(labels) - 1))]


def organization(tx: Tx, organization_id: int) -> Organization:
    rows = tx.execute(_ORGANIZATION, {"id": organization_id}).all()
    row = rows[0]
    return Organization(
        row.id,
        row.name,
        tuple(sorted(one.domain for one in rows if one.domain is not None)),
        frozenset(row.tags),
        tuple(sorted(row.fields.items())),
        row.trust_unauthenticated,
    )


def keep_all(tx: Tx, config: Config) -> None:
    """Make the organizations and users that a config names exist as it says; others stay as they are.

    Whoever is no user of it any more loses their sessions and tokens.
    """
    from maild.store.dismissal import dismiss_others  # its tables are made for nobody who only reads of people

    for entry in config.organizations:
        keep_organization(
            tx,
            entry.name,
            (*entry.domains, *entry.addresses),
            entry.tags,
            dict(entry.fields),
            entry.trust_unauthenticated,
        )
    for user in config.users:
        keep_user(tx, user.address.lower(), user.name, Role(user.role))
    dismiss_others(tx, {user.name for user in config.users})


def keep_organization(
    tx: Tx, name: str, domains: Iterable[str], tags: Iterable[str], fields: dict[str, str], trust_unauthenticated: bool
) -> int:
    """Make or update an organization by name; domains that it lists now belong to it, people at them join it."""
    values = {"tags": sorted(tags), "fields": fields, "trust_unauthenticated": trust_unauthenticated}
    new_id = tx.insert_new(ORGANIZATION, returning="id", name=name, **values)
    if new_id is None:
        new_id = tx.execute(
            update(ORGANIZATION).where(ORGANIZATION.c.name == name).values(**values).returning(ORGANIZATION.c.id)
        ).scalar_one()
    for domain in sorted(set(domains) - _listed(tx, int(new_id))):
        tx.execute(ORGANIZATION_DOMAIN.delete().where(ORGANIZATION_DOMAIN.c.domain == domain))
        tx.insert_all(ORGANIZATION_DOMAIN, [{"domain": domain, "organization_id": new_id}])
        adopt(tx, domain)
    return int(new_id)


def _listed(tx: Tx, organization_id: int) -> set[str]:
    return set(tx.execute(_DOMAINS, {"id": organization_id}).scalars())


def adopt(tx: Tx, domain: str) -> None:
    """People under a domain (or at an address) that changed hands go to whom the closest name belongs now."""
    at_it = or_(
        PERSON.c.address == domain,
        PERSON.c.address.endswith(f"@{domain}", autoescape=True),
        PERSON.c.address.endswith(f".{domain}", autoescape=True),
    )
    known = select(PERSON.c.id, PERSON.c.address, PERSON.c.organization_id).where(at_it)
    for row in tx.execute(known).all():
        owner = organization_of(tx, row.address)
        if owner != row.organization_id:
            tx.execute(update(PERSON).where(PERSON.c.id == row.id).values(organization_id=owner))


def keep_user(tx: Tx, address: str, name: str, role: Role) -> int:
    """Make or update one of the desk's own people."""
    new_id = tx.insert_new(PERSON, returning="id", address=address, name=name, role=role, created_at=tx.now)
    if new_id is None:
        known = update(PERSON).where(PERSON.c.address == address).values(name=name, role=role).returning(PERSON.c.id)
        new_id = tx.execute(known).scalar_one()
    return int(new_id)


def flag_bounced(tx: Tx, addresses: Iterable[str]) -> None:
    """A hard bounce: no automatic letter goes there until somebody clears the flag."""
    tx.execute(update(PERSON).where(PERSON.c.address.in_(list(addresses))).values(bounced_at=tx.now))
