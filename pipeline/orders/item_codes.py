"""Which of the codes of a table row is whose: the seller's, the buyer's, the GTIN."""

import re
from dataclasses import replace

from pipeline.orders import codes
from pipeline.orders.found import Line
from pipeline.orders.labels import normal, units

_BOXED = re.compile(r"\[([^\s\[\]]{2,40})\]")


def take_codes(role: str, text: str, found: dict[str, str], wide: bool) -> None:
    if role == "gtin":
        long_number = next((word for word in text.split() if word.isdigit() and 8 <= len(word) <= 14), None)
        if long_number:
            found.setdefault("gtin", long_number)
        return
    parts = [part.strip() for part in text.split("\n") if part.strip()]
    for number, part in enumerate(parts):
        for kind, code in codes.labelled(part):
            found.setdefault(kind, code)
            break
        else:
            words = part.split()
            if part[0] == "[" and number == 0 and (boxed := _boxed(part)):
                found.setdefault(role, boxed)
                continue
            if wide and not (len(words) == 1 or codes.looks_like_code(words[0])):
                continue
            if number == 0 or not wide:
                code = _code_of(words, wide)
                if not wide and _two_numbers(words):
                    found.setdefault("gtin" if codes.is_gtin(words[1]) else "second", words[1])
                if any(c.isdigit() for c in code) or (not wide and (len(words) == 1 or not found)):
                    found.setdefault(role if number == 0 and role not in found else "second", code)


def _boxed(text: str) -> str | None:
    """The item number in square brackets that a text begins with: "[FR-DESK] Desk, oak"."""
    match = _BOXED.match(text)
    return match[1] if match and (match[1].isupper() or any(map(str.isdigit, match[1]))) else None


def _code_of(words: list[str], wide: bool) -> str:
    """The code a cell holds: its first word, with the second where both belong to it ("7010 ZX44")."""
    if wide or len(words) == 1 or len(words) > 2:
        return words[0]
    if words[0].isdigit() and len(words[0]) <= 3 and codes.looks_like_code(words[1]):
        return words[1]  # behind the line's number
    if _two_numbers(words):
        return words[0]
    if _all_digits(words):
        return "".join(words)
    if all(any(c.isdigit() for c in word) for word in words):
        return " ".join(words)
    own = any(c.isdigit() for c in words[0]) and not _is_variant(words[1])
    return words[0] if own else " ".join(words)


def _is_variant(word: str) -> bool:
    """Whether capitals behind a number belong to it ("2x6x12 SYP"): short, and no unit that strayed into the column."""
    return word.isalpha() and word.isupper() and 2 <= len(word) <= 4 and normal(word) not in units()


def _two_numbers(words: list[str]) -> bool:
    """Whether a cell holds two item numbers and not one set apart."""
    return len(words) == 2 and all(len(word) >= 5 and codes.looks_like_code(word) for word in words)


def _all_digits(words: list[str]) -> bool:
    """Whether two words are one number set apart ("4711 0815"); longer ones are two numbers."""
    return len(words) == 2 and all(word.isdigit() and len(word) <= 6 for word in words)


def opening(text: str) -> tuple[str, str, str] | None:
    """(number, code, description) of a row that opens a position: "00010 88001234 PALLET 48X40"; None for others."""
    match = re.match(r"\s*(0*[1-9]\d{0,4})[.)]?\s+(\S+)\s*(.*)", text)
    return match.groups() if match and codes.looks_like_code(match.group(2)) else None  # type: ignore[return-value]


def take_second(text: str, found: dict[str, str]) -> None:
    if codes.looks_like_code(text, 3) and text not in found.values():
        found.setdefault("second", text)


def with_described_codes(lines: list[Line]) -> list[Line]:
    """Lines of a table without a column for item numbers: where each description begins or ends with one, that is it.

    A word that only looks like one in some of the descriptions tells nothing against the place that all agree on.
    """
    if any(line.gtin or line.customer_sku for line in lines) or len(lines) < 1:
        return lines
    boxed = (_boxed,) if (lines[0].description or "").startswith("[") else ()
    for pick in (*boxed, _first_word, _last_word, _bracketed):
        picked = [pick(line.description or "") for line in lines]
        if all(picked) and (len(lines) > 1 or lines[0].sku is None):
            return [replace(line, sku=code, sure=True) for line, code in zip(lines, picked, strict=True)]
    return lines


def _first_word(text: str) -> str | None:
    glued = re.match(r"([A-Za-z0-9][A-Za-z0-9./\-]{2,30})(?=[\u4e00-\u9fff])", text)
    if glued and codes.looks_like_code(glued[1]):
        return glued[1]
    word = text.split(None, 1)[0].strip(".,;:()[]") if text else ""
    return word if codes.looks_like_code(word) else None


def _last_word(text: str) -> str | None:
    word = words[-1].strip(".,;:()[]") if (words := codes.without_others(text)) else ""
    return word if codes.looks_like_code(word, 5) else None


def _bracketed(text: str) -> str | None:
    found = [word for word in re.findall(r"[(\[]([^()\[\]\s]{3,30})[)\]]", text) if codes.looks_like_code(word)]
    return found[0] if len(found) == 1 else None


def three_codes(found: dict[str, str]) -> tuple[str | None, str | None, str | None]:
    """Codes to the three places an order line has: ours, theirs, GTIN."""
    sku, customer, gtin = found.get("sku"), found.get("customer_sku"), found.get("gtin")
    item, second = found.get("item"), found.get("second")
    for code in (item, second):
        if not code or code in (sku, customer, gtin):
            continue
        if codes.is_gtin(code) and gtin is None:
            gtin = code
        elif sku is None:
            sku = code
        elif customer is None:
            customer = code
    return sku, customer, gtin
