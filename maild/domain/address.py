"""A postal address on one line, the town as its country writes it: "24103 Kiel", "Austin, TX 78701"."""

import re
from collections.abc import Mapping

_NAMES = """
    us usa unitedstates unitedstatesofamerica ca canada gb uk unitedkingdom greatbritain england scotland wales
    northernireland ie ireland au australia nz newzealand in india za southafrica br brazil brasil sg singapore
    hk hongkong tw taiwan th thailand id indonesia jp japan kr korea southkorea
"""
_AFTER = frozenset(_NAMES.split())
"""Countries, by ISO 3166 code or name, whose postcode stands behind the town."""
_BRITISH = re.compile(r"[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}")
_CANADIAN = re.compile(r"[A-Za-z][0-9][A-Za-z] ?[0-9][A-Za-z][0-9]")
_STATE = re.compile(r"[^,]{1,80},? [A-Z]{2}")


def one_line(place: Mapping[str, object]) -> str:
    """``place`` has company, street, postcode, city and country, as far as they are known."""
    company, street, country = (_part(place, name) for name in ("company", "street", "country"))
    town = town_of(_part(place, "postcode"), _part(place, "city"), country)
    return ", ".join(part for part in (company, street, town, country) if part)


def town_of(postcode: str, city: str, country: str) -> str:
    """Where no country is known, British and Canadian postcodes and American states are known by their shape."""
    pair = (city, postcode) if _behind(postcode, city, country) else (postcode, city)
    return " ".join(part for part in pair if part)


def _behind(postcode: str, city: str, country: str) -> bool:
    if named := re.sub(r"[^a-z]", "", country[:80].lower()):
        return named in _AFTER
    return bool(
        _BRITISH.fullmatch(postcode)
        or _CANADIAN.fullmatch(postcode)
        or (_STATE.fullmatch(city) and re.fullmatch(r"[0-9]{5}(-[0-9]{4})?", postcode))
    )


def _part(place: Mapping[str, object], name: str) -> str:
    return str(place.get(name) or "").strip()
