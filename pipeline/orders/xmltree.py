"""XML as orders come in it: no entities, no network, bounded depth and size, looked up by local names."""

import re
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from maild.domain.problem import Problem
from pipeline.orders.numbers import decimal

MAX_BYTES = 12 * 1024 * 1024
MAX_ENTITIES = 64


def parse(name: str, data: bytes) -> "etree._Element | Problem":
    """The root element; a problem where the file is refused or malformed."""
    if len(data) > MAX_BYTES:
        return Problem("xml.refused", f"{name!r} is larger than {MAX_BYTES} bytes")
    if data.count(b"<!ENTITY") > MAX_ENTITIES or re.search(rb"<!ENTITY[^>]{0,200}(?:SYSTEM|PUBLIC)", data[:65536]):
        return Problem("xml.refused", f"{name!r} declares entities")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(data.lstrip(b"\r\n\t "), parser)
    except etree.XMLSyntaxError as error:
        return Problem("xml.refused", f"{name!r}: {str(error)[:160]}")
    except (ValueError, LookupError) as error:
        return Problem("xml.refused", f"{name!r}: {type(error).__name__}")


def local(element: "etree._Element") -> str:
    """The name without its namespace."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: "etree._Element | None", name: str) -> Iterator["etree._Element"]:
    """The direct children of that local name."""
    if element is not None:
        for child in element:
            if local(child) == name:
                yield child


def find(element: "etree._Element | None", path: str) -> "etree._Element | None":
    """The first element down a path of local names ("Item/SellersItemIdentification/ID")."""
    for name in path.split("/"):
        element = next(children(element, name), None)
        if element is None:
            return None
    return element


def text(element: "etree._Element | None", *paths: str) -> str | None:
    """The first text any of the paths leads to."""
    for path in paths:
        found = find(element, path) if path else element
        if found is not None:
            value = " ".join("".join(found.itertext()).split())
            if value:
                return value
    return None


def figure(element: "etree._Element | None", *paths: str) -> Decimal | None:
    """The first decimal any of the paths leads to."""
    return decimal(text(element, *paths))


def line_of(element: "etree._Element | None") -> int | None:
    """Where it stands in the file."""
    return element.sourceline if element is not None else None
