"""Which columns of a table hold item numbers, told by what stands in them where the heads leave it open."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.orders import codes
from pipeline.orders.entries import Entry
from pipeline.orders.heads import Column
from pipeline.orders.labels import field_of

CODE_ROLES = frozenset({"sku", "customer_sku", "item", "gtin"})
OPEN_ENDS = ("-", "/", "_", "–")
MOST_BELOW = 3  # rows over which a narrow column breaks a code
STEPS = frozenset({1, 5, 10, 100, 1000})
MOST_COUNTED = 6  # digits
_ORDERS = frozenset({"po_number", "order_date", "requested_date"})
_NO_CODES = frozenset({"unit", "date", "price_per", "ignore"})


def with_code_columns(
    columns: Sequence[Column], entries: Sequence[Entry], mains: Sequence[int], used: Collection[int]
) -> Sequence[Column]:
    """The columns with the roles that their texts prove.

    A column that counts the lines is none of item numbers where another holds codes, nor is one that repeats the
    order's number; one that may head names or numbers holds numbers where all its texts are such and another holds the
    names; where no head names item numbers, a column that holds one in each row of figures is theirs. ``used`` are the
    columns of figures.
    """
    texts = [[_text(entries, n, at) for n in mains] for at in range(len(columns))]
    refined = [_refined(at, columns, texts[at]) for at in range(len(columns))]
    refined = [_uncounted(at, refined, texts) for at in range(len(columns))]
    if any(column.roles & CODE_ROLES for column in refined):
        return refined
    for at, column in enumerate(refined):
        own = texts[at]
        if at in used or column.roles & _NO_CODES or not own or field_of(column.text) & _ORDERS:
            continue
        if len(set(own)) == 1 < len(own) or _count(own):
            continue  # the same on each row: it is the order's
        told = (
            _are_codes(own)
            if "line" in column.roles or _beside_names(at, refined, texts)
            else all(codes.looks_like_code(t, 5) and " " not in t for t in own)
        )
        if told:
            return [replace(c, roles=frozenset({"item"})) if n == at else c for n, c in enumerate(refined)]
    return refined


def _refined(at: int, columns: Sequence[Column], texts: Sequence[str]) -> Column:
    column = columns[at]
    filled = [text for text in texts if text]
    if not column.roles & CODE_ROLES or not filled:
        return column
    others = [other for n, other in enumerate(columns) if n != at]
    if "line" in column.roles and all(text.isdigit() and len(text) < 4 for text in filled):
        return replace(column, roles=frozenset({"line"}))
    if _is_orders(column, others) and len(set(filled)) == 1:
        return replace(column, roles=frozenset())
    named = any("description" in other.roles and not other.roles & CODE_ROLES for other in others)
    if "description" in column.roles and named and _are_codes(texts):
        return replace(column, roles=column.roles - {"description"})
    return column


def _uncounted(at: int, columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> Column:
    """The column; that of the lines' numbers alone where its texts count them and another column holds codes."""
    column = columns[at]
    if not column.roles & CODE_ROLES or not _count(texts[at]):
        return column
    others = [n for n in range(len(columns)) if n != at and _may_hold_codes(columns[n]) and not _count(texts[n])]
    padded = "line" in column.roles and len(texts[at]) > 1 and all(text[0] == "0" for text in texts[at][:9])
    if padded or any(_are_codes(texts[n]) for n in others):
        return replace(column, roles=frozenset({"line"}))
    return column


def _may_hold_codes(column: Column) -> bool:
    return bool(column.roles & (CODE_ROLES | {"description"}))


def _count(texts: Sequence[str]) -> bool:
    """Whether texts count: 1, 2, 3 or 10, 20, 30 or 0001, 0002."""
    numbers = [text.rstrip(".)") for text in texts]
    if not numbers or not all(number.isdecimal() and len(number) <= MOST_COUNTED for number in numbers):
        return False
    step = int(numbers[0])
    return step in STEPS and all(int(number) == step * place for place, number in enumerate(numbers, 1))


def _beside_names(at: int, columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> bool:
    """Whether a column headed as one of names stands beside another that holds them ("Product", "Description")."""
    named = [n for n, column in enumerate(columns) if "description" in column.roles]
    return at in named and any(n != at and any(" " in text for text in texts[n]) for n in named)


def _is_orders(column: Column, others: Sequence[Column]) -> bool:
    """Whether a head may name the order's number, and another one names the items' beyond doubt."""
    if "po_number" not in field_of(column.text):
        return False
    return any(other.roles & CODE_ROLES and "po_number" not in field_of(other.text) for other in others)


def _are_codes(texts: Sequence[str]) -> bool:
    return bool(texts) and codes.agreed(list(texts)) is not None and not any(t.isdigit() and len(t) < 5 for t in texts)


def _are_long_codes(texts: Sequence[str]) -> bool:
    return all(codes.looks_like_code(text, 5) and " " not in text for text in texts)


def _text(entries: Sequence[Entry], main: int, at: int) -> str:
    """The text of a column in a row of figures, with what a narrow column broke off it into the rows below."""
    text = entries[main].cells.get(at, "").strip()
    for below in entries[main + 1 : main + 1 + MOST_BELOW]:
        if not text.endswith(OPEN_ENDS):
            break
        text += below.cells.get(at, "").strip()
    return text
