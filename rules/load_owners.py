"""Who may take a transition or stands outside of a blueprint's rules: `who` and `exempt`."""

from maild.domain.people import Role
from rules.blueprint_model import Owners
from rules.load_actions import Surroundings
from rules.table import Table, near

FIXED_OWNERS = ("agents", "assignee", "requester", "rules")
WORKING_ROLES = tuple(role.value for role in Role if role not in (Role.CUSTOMER, Role.LIGHT))


def read_owners(table: Table, key: str, around: Surroundings) -> Owners:
    kinds: dict[str, set[str]] = {"user": set(), "group": set(), "role": set(), "department": set()}
    words = table.words(key)
    for index, word in enumerate(words):
        kind, name = _owner(word, around)
        if kind in kinds:
            kinds[kind].add(name)
        elif kind:
            table.wrong((key, index), f"{word!r} is nobody", kind)
    return Owners(
        users=frozenset(kinds["user"]),
        groups=frozenset(kinds["group"]),
        roles=frozenset(kinds["role"]),
        departments=frozenset(kinds["department"]),
        assignee="assignee" in words,
        requester="requester" in words,
        rules="rules" in words,
        anyone="agents" in words,
        words=words,
    )


def _owner(word: str, around: Surroundings) -> tuple[str, str]:
    """user, group, role or department with its name; "" for a word of its own, and a hint for nobody."""
    if word in FIXED_OWNERS:
        return "", word
    named = {
        "user": around.users,
        "group": around.groups,
        "role": WORKING_ROLES,
        "department": around.departments,
    }
    kind, colon, name = word.partition(":")
    if colon and kind in named:
        return (kind, name) if name in named[kind] else (near(name, named[kind]) or f"no {kind} has that name", "")
    found = next((kind for kind, all_names in named.items() if word in all_names), None)
    everybody = [*FIXED_OWNERS, *(f"{kind}:{name}" for kind, several in named.items() for name in several)]
    return (found, word) if found else (near(word, everybody) or "write user:, group:, role: or department:", "")
