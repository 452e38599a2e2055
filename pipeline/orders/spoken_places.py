"""An address taken out of the words of its sentence: "to the hotel by 4 December, Rua das Flores 210" is a street."""

import re
from dataclasses import replace
from datetime import date

from maild.domain.order import Party
from pipeline.orders import dates, parties
from pipeline.orders.labels import longest_prefix, normal, word_set
from pipeline.orders.names import is_name

_ANY_DAY = date(2024, 1, 1)  # what year a day without one lies in does not matter here
_HOUR = re.compile(
    r"(?i)^\W*(?:(?:avant|before|by|vor|bis|do|przed|до|före|innan|inden|før)\s)?(?:\d{1,2}[.:h]?\d{0,2}\s?(?:h|uhr|am|pm|godz)\b)?\W*"
)
_SMALL_BEHIND = re.compile(r"\s+((?!(?:le|la|les|l|s|d|den|der|el|il|o|a|os|as|the|am|an|im|in)\b)[a-zà-ÿ]{2,})\b")
_POLITE = re.compile(
    r"(?i)\s(?:stp|svp|pls|plz|please|thx|thanks|tks|bitte|danke|merci|grazie|gracias|por favor|obrigad[oa]|prosz[eę]"
    r"|dzi[eę]ki|aub|alstublieft|prosím|tack|tak|пожалуйста|спасибо)\b"
)
_LEADS = frozenset(
    {"an", "in", "zur", "zum", "bei", "to", "at", "aan", "naar", "para", "chez", "na", "do", "w", "в", "на"}
)
_OPEN_BRACKET = re.compile(r"\s*\([^()]*$")
_WEEK = re.compile(
    r"(?i)\b(?:semaine|semana|settimana|kw|week|vecka|uge|uke|viikko\w*|tydzień|tygodniu|týden|týdnu|hét|hafta)\s?\d{1,2}\b"
)
_SHIP = frozenset({"ship_to", "requested_date"})
_OPENED = re.compile(
    r"(?<=[^\W\d_]),?\s(?=(?:C/|Rua|Via|Viale|Corso|Piazza|Calle|Avenida|Av\.|Avda|Rue|ul\.|al\.|Str\.|ул\.|г\.)\s?[\w«\"'])"
)


def place_in(text: str, postcode: str) -> Party | None:
    """The address in the words around a postcode, without the phrase that leads to it and what is said behind."""
    at = text.find(postcode)
    before = without_phrase(text[:at])
    behind = text[at:]
    small = _SMALL_BEHIND.match(
        behind, len(postcode)
    )  # words that name no city: "Santos SP, 11013-560 where we open at 8"
    behind = postcode if small and normal(small[1]) not in word_set("streets") else _POLITE.split(behind, maxsplit=1)[0]
    city_first = bool(small) or (before.rstrip()[-1:].isalpha() and before.split()[-1][:1].isupper())
    if any(map(str.isdigit, before)) or city_first:
        behind = _first_part(behind, postcode, city_first)
    behind = _OPEN_BRACKET.sub("", behind)
    found = parties.party([f"{before} {behind}"])
    if found and found.company and _is_phrase(found.company):
        return replace(found, company=None)
    if found and found.company and not (parties.company_in(found.company) or is_name(found.company)):
        street = ", ".join(filter(None, (found.company, found.street)))
        return Party(street=street, city=found.city, postcode=found.postcode, country=found.country)
    return found


def _is_phrase(company: str) -> bool:
    """Whether what stands before a street is rather a phrase than a name: most of its words are small."""
    words = [word for word in company.split() if word[:1].isalpha()]
    led = bool(words) and normal(words[0]) in _LEADS
    return not parties.company_in(company) and (led or 2 * sum(word[:1].islower() for word in words) > len(words))


def without_phrase(text: str) -> str:
    """A text from its name or street on: no label, day, hour or small words before it."""
    days = dates.find(text, _ANY_DAY)
    if days and re.search(r"[^\W\d_]{3}", text[days[-1].end :]):
        text = _HOUR.sub("", text[days[-1].end :], count=1)
    text = _led(_WEEK.sub(" ", text))
    opened = list(_OPENED.finditer(text))
    return _led(text[opened[0].end() :]) if opened and not is_name(text[: opened[0].start()].strip()) else text


def _led(text: str) -> str:
    """A text without the label and the small words that it begins with."""
    words = text.split()
    size, fields = longest_prefix(tuple(words[:6]))
    if size and fields & _SHIP:
        words = words[size:]
    while words and (_small(words[0]) or not words[0].strip(" ,.:;-")):
        words = words[1:]
    return " ".join(words)


def _small(word: str) -> bool:
    """Whether a word in small letters begins no street ("ul.", "rue")."""
    bare = word.strip(" ,.:;()")
    return bare[:1].islower() and normal(bare) not in word_set("streets")


def _first_part(text: str, postcode: str, city_first: bool) -> str:
    """The postcode with its city: up to the comma behind it, or behind the next word where it stands alone."""
    parts = re.split(r",\s+|\.\s+(?=\w)", text)
    alone = parts[0].strip() == postcode and not city_first
    return ", ".join(parts[: 2 if alone and len(parts) > 1 and len(parts[1].split()) < 4 else 1])
