"""What may be the name of a house, and what is a phrase."""

from datetime import date

from pipeline.orders import dates, parties
from pipeline.orders.east import SIGN
from pipeline.orders.labels import longest_prefix, normal, says, word_set

_ANY_DAY = date(2024, 1, 1)  # what year a day without one lies in does not matter here


def is_name(text: str) -> bool:
    """Whether what stands before an address may be a name: no phrase ("the office please"), day, street, label."""
    if not text or not (text[0].isupper() or SIGN.match(text)) or says(text, "polite"):
        return False
    if dates.find(text, _ANY_DAY) or parties.postcode_in(text):
        return False
    if any(map(str.isdigit, text)) and not word_set("streets").isdisjoint(normal(text).split()):
        return False
    size, fields = longest_prefix(tuple(text.split()[:6]))
    return not (size and size < len(text.split()) and fields & {"ship_to", "requested_date"})
