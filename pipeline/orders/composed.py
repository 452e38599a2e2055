"""Labels that no list holds, understood by their words: "Nasz nr zamówienia zakupu" is own + number + order.

A label is composed of parts only where each of its words is a word of the parts that its meaning allows; one strange
word and it means nothing here.
"""

# ruff: noqa: E501 (tables and patterns stay on their lines)

import tomllib
import unicodedata
from functools import cache
from pathlib import Path

MOST_WORDS = 6

# meaning: (parts of which one combination must be there, parts that may stand beside)
_FIELDS: tuple[tuple[str, tuple[frozenset[str], ...], frozenset[str]], ...] = (
    ("po_number", (frozenset({"order", "number"}), frozenset({"order", "own"})), frozenset({"own", "filler", "number"})),
    ("order_date", (frozenset({"date", "order"}), frozenset({"date", "issue"})), frozenset({"filler", "issue", "own"})),
    ("requested_date", (
        frozenset({"date", "delivery"}), frozenset({"date", "wanted"}), frozenset({"delivery", "until"}),
        frozenset({"delivery", "wanted"}),
    ), frozenset({"filler", "wanted", "until", "date"})),
    ("ship_to", (frozenset({"delivery", "place"}), frozenset({"delivery", "to"})), frozenset({"filler", "to", "goods"})),
    ("bill_to", (frozenset({"invoice", "place"}), frozenset({"invoice", "to"})), frozenset({"filler", "to"})),
    ("subtotal", (frozenset({"total", "net"}), frozenset({"amount", "net"}), frozenset({"total", "goods"})),
     frozenset({"filler", "amount", "tax", "goods", "total", "order"})),
    ("total", (frozenset({"total", "order"}), frozenset({"total", "amount"}), frozenset({"total", "gross"}),
               frozenset({"amount", "gross"}), frozenset({"order", "amount"})),
     frozenset({"filler", "amount", "tax", "order", "gross"})),
)  # fmt: skip
_COLUMNS: tuple[tuple[str, tuple[frozenset[str], ...], frozenset[str]], ...] = (
    ("sku", (frozenset({"supplier", "number"}), frozenset({"supplier", "item"})), frozenset({"filler", "item", "number"})),
    ("customer_sku", (frozenset({"own", "number"}), frozenset({"own", "item"})), frozenset({"filler", "item", "number"})),
    ("item", (frozenset({"item", "number"}),), frozenset({"filler"})),
    ("quantity", (frozenset({"quantity", "order"}), frozenset({"quantity", "delivery"})), frozenset({"filler"})),
    ("price", (frozenset({"price", "net"}), frozenset({"price", "unit"}), frozenset({"price", "gross"})),
     frozenset({"filler", "tax", "net", "unit"})),
    ("amount", (frozenset({"amount", "net"}), frozenset({"total", "net"}), frozenset({"total", "line"}),
                frozenset({"amount", "line"}), frozenset({"total", "price"}), frozenset({"amount", "gross"})),
     frozenset({"filler", "tax", "line", "amount", "net"})),
    ("date", (frozenset({"date", "delivery"}), frozenset({"date", "wanted"})), frozenset({"filler", "wanted"})),
    ("description", (frozenset({"item", "name"}), frozenset({"goods", "name"})), frozenset({"filler"})),
)  # fmt: skip


def field_by_parts(name: str) -> frozenset[str]:
    """The fields that a normal text of several words may label by its words alone."""
    return _meanings(name, _FIELDS)


def columns_by_parts(name: str) -> frozenset[str]:
    """The columns that it may head."""
    return _meanings(name, _COLUMNS)


def _meanings(name: str, rules: tuple[tuple[str, tuple[frozenset[str], ...], frozenset[str]], ...]) -> frozenset[str]:
    words = name.split()
    known = _parts_of()
    if not 1 < len(words) <= MOST_WORDS or not all(word in known for word in words):
        return frozenset()
    meanings = [known[word] for word in words]
    if sum("number" in parts and not parts & {"item", "own", "order"} for parts in meanings) > 1:
        return frozenset()  # two heads side by side
    for meaning, needed, allowed in rules:
        if meaning == "po_number" and any("supplier" in parts for parts in meanings):
            continue  # "your order reference" on a buyer's paper is the seller's
        for combination in needed:
            if all(parts & (combination | allowed) for parts in meanings) and _cover(meanings, combination):
                return frozenset({meaning})
    return frozenset()


def is_yours(word: str) -> bool:
    """Whether a normal word says that what it names is the seller's, on a paper that a buyer writes."""
    return "supplier" in _parts_of().get(word, frozenset())


def _cover(meanings: list[frozenset[str]], needed: frozenset[str]) -> bool:
    """Whether different words stand for the needed parts."""
    first, second = sorted(needed)
    return any(
        first in a and second in b for at, a in enumerate(meanings) for other, b in enumerate(meanings) if at != other
    )


@cache
def composing(kinds: frozenset[str], heads: bool = False) -> frozenset[str]:
    """The words of which two at least make a label of these fields, or a head of these columns ({"*"}: of any)."""
    rules = _COLUMNS if heads else _FIELDS
    needed = {part for meaning, needs, _ in rules if kinds & {meaning, "*"} for parts in needs for part in parts}
    return frozenset(word for word, parts in _parts_of().items() if parts & needed and len(word) > 1)


@cache
def _parts_of() -> dict[str, frozenset[str]]:
    """Normal word to the parts it may play."""
    with (Path(__file__).parent / "parts.toml").open("rb") as file:
        table = tomllib.load(file)["part"]
    found: dict[str, set[str]] = {}
    for part, words in table.items():
        for word in words:
            found.setdefault(_bare(str(word)), set()).add(part)
    return {word: frozenset(parts) for word, parts in found.items()}


def _bare(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().replace("ł", "l").replace("ß", "ss").replace("ø", "o"))
    return "".join(c for c in letters if not unicodedata.combining(c))
