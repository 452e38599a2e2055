"""What one daemon of several on a PostgreSQL database does; by default all of it."""

from maild.errors import UsageError

ROLES = ("smtp", "imap", "worker", "courier", "ticker", "web")


def parse(text: str) -> tuple[str, ...]:
    """Roles from a list with commas. Raises UsageError for words that are none."""
    asked = [word.strip() for word in text.split(",") if word.strip()]
    unknown = sorted(set(asked) - set(ROLES))
    if unknown or not asked:
        what = f"no role {', '.join(map(repr, unknown))}" if unknown else "no role is given"
        raise UsageError(what, f"roles are {', '.join(ROLES)}")
    return tuple(role for role in ROLES if role in asked)
