"""Numbers as requests bring them. ``isdigit`` says yes to ``²`` and to five thousand digits, and ``int`` then fails."""

import re

from maild.web.trouble import Problem, Refused

LARGEST = 10**18 - 1
"""What the database can hold, as a decimal number of 18 digits."""
_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)


def number(said: object, what: str, most: int = LARGEST) -> int:
    """A whole number from 0 to ``most`` in ASCII digits; raises Refused (400), which calls it ``what``."""
    found = int(said) if isinstance(said, str) and _WHOLE.fullmatch(said) else None
    if found is None or found > most:
        shown = str(said)[:20] + ("..." if len(str(said)) > 20 else "")
        raise Refused(Problem(400, f"{what} {shown!r} is no number from 0 to {most}", "open the page again"))
    return found


def maybe_number(said: object, what: str, most: int = LARGEST) -> int | None:
    """The same; None where nothing was said."""
    return None if said in (None, "") else number(said, what, most)
