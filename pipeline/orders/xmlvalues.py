"""What an XML element says, as a value of a draft with its place; days and addresses by their parts."""

from lxml import etree

from maild.domain.order import Party, Place
from pipeline.orders import dates
from pipeline.orders.found import Draft, Value
from pipeline.orders.xmltree import line_of, text


def valued(draft: Draft, field: str, value: str | None, part: str, element: "etree._Element | None") -> Draft:
    """The draft with a field's value; as before where there is none."""
    if not value:
        return draft
    return draft.with_values(field, Value(value[:300], Place(part=part, line=line_of(element), text=value[:200]), 4))


def wanted(draft: Draft, part: str, element: "etree._Element | None") -> Draft:
    """The draft, wanted on the first day of its lines where its head names none."""
    days = sorted(line.requested_date for line in draft.lines if line.requested_date)
    return (
        draft if not days or draft.best("requested_date") else valued(draft, "requested_date", days[0], part, element)
    )


def day(value: str | None) -> str | None:
    """An ISO day, also out of a time stamp or in the basic form (20261113T09:00:00); None where it may be two."""
    found = dates.find((value or "").partition("T")[0][:10])
    return found[0].readings[0].isoformat() if found and not found[0].swappable else None


def first(element: "etree._Element | None", name: str) -> "etree._Element | None":
    """The first element of that local name at any depth."""
    return next(element.iter("{*}" + name), None) if element is not None else None


def within(element: "etree._Element | None", *names: str) -> str | None:
    """The text of the element found by going down from name to name, at any depth each."""
    for name in names:
        element = first(element, name)
    return text(element, "") if element is not None else None


def address(element: "etree._Element | None", company: str, street: str, postcode: str, city: str) -> Party | None:
    """An address by the names that its format gives to the parts."""
    if element is None:
        return None
    parts = {
        "company": within(element, company),
        "street": within(element, street),
        "postcode": within(element, postcode),
        "city": within(element, city),
    }
    return Party(**parts) if any(parts.values()) else None
