"""Who signs a letter: the rows behind its closing that name the house the sender's address tells of."""

# ruff: noqa: E501 (patterns stay on their lines)

import re
from collections.abc import Iterator, Sequence

from pipeline.orders.addresses import body_rows
from pipeline.orders.labels import field_of, normal
from pipeline.orders.layout import Row

MOST_ROWS = 14
LAST_ROWS = 5  # of a letter without a closing
LONGEST = 70
HOUSE = 0.5  # what a word for a house that signs counts for, which the address may not tell of
LEAST = 4  # letters of a word that an address may hold
_NUMBERED = re.compile(r"(?i)\s*(?:№|n[ro°º]?\.?)\s?\d{1,4}(?=\W|$)")  # "Szkoła Podstawowa nr 4"
_NO_NAME = re.compile(r"[\d@:：]|www\.|https?|[.!?]\s+\S+\s+\S+|[.!?。！？]$")
_EAST_HOUSE = re.compile(
    r"[\u4e00-\u9fff]{2,12}(?:幼儿园|幼兒園|学校|學校|小学|中学|大学|医院|醫院|诊所|診所|餐厅|餐廳|面馆|饭店|飯店|酒店|宾馆"
    r"|超市|商店|书店|藥局|药店|合作社|工作室|工厂|工廠|园|院|店|厂|廠|馆|館|校|铺|行|社|坊|中心)"
)
# Houses that bear no legal form: "Гимназия «Лада»", "Szkoła Podstawowa nr 4", "Escola Básica de Fafe".
_HOUSE = re.compile(
    r"(?i)(?:(?:[^\W\d_.]{2,16}[^\S\n]){0,3}(?:гимназия|лицей|школа|школа-интернат|детский сад|больница|поликлиника|клиника|санаторий"
    r"|университет|институт|колледж|библиотека|музей|szkoła|przedszkole|żłobek|liceum|technikum|szpital|przychodnia|muzeum"
    r"|escola|jardim de infância|colégio|hospital|clínica|schule|grundschule|realschule|gymnasium|kindergarten|krankenhaus"
    r"|klinik|klinikum|stadtwerke|school|primary school|academy|college|nursery|clinic|école|lycée|collège|crèche|hôpital"
    r"|clinique|mairie|colegio|escuela|instituto|ayuntamiento|scuola|asilo|liceo|istituto|ospedale|clinica|comune|ziekenhuis"
    r"|basisschool|gemeente|škola|nemocnice|skola|skole|sygehus|sjukhus|fondazione|associazione|parrocchia|fundación|asociación"
    r"|fundação|associação|prefeitura|câmara municipal|município|fundacja|stowarzyszenie|spółdzielnia|urząd|gmina|parafia|stiftung"
    r"|verein|gemeinde|stadtverwaltung|stichting|vereniging|fondation|association|asbl|vzw|commune de|ville de|council|parish"
    r"|администрация|фонд|(?:м|г|ф|ч|мб|гб|мк|гк|ма|фг|фгб)(?:оу|доу|уз|ук|уп|соу))(?![^\W\d_]))"
    r"|(?:[^\W\d_-]+[ -])?[^\W\d_-]{2,24}(?:schule|gymnasium|krankenhaus|klinikum|kindergarten)(?![^\W\d_])"
)
_ROLE = re.compile(
    r"(?i)[,;:]|директор|завхоз|учител|leiter|lehrer|teacher|manager|head of|director|dyrektor|nauczyciel|contact"
)


def signed(rows: Sequence[Row], author: str) -> Iterator[tuple[str, Row, float]]:
    """(name, row, how much of it the sender's address knows, 0 to 1) of what may be the house that signs."""
    address = author.rpartition("@")[2] if "@" in author else ""
    domain = re.sub(r"[\W_]+", "", normal(address.rstrip("> ").rpartition(".")[0]))
    person = normal(author.split("<")[0])
    behind = list(rows[len(body_rows(rows)) :]) or list(rows[-LAST_ROWS:])
    for row in behind[:MOST_ROWS]:
        text = row.text.strip(" *_-–|,")
        if house := _EAST_HOUSE.match(text):
            yield house[0], row, 0.5
            continue
        if len(row.cells) > 1 or not _may_name(text) or normal(text) == person:
            continue
        known = max(_known(text, domain), HOUSE * (_HOUSE.match(text) is not None and not _ROLE.search(text)))
        if known:
            yield text, row, known


def _may_name(text: str) -> bool:
    return (
        2 < len(text) <= LONGEST
        and len(text.split()) <= 8
        and text[0].isupper()
        and not _NO_NAME.search(_NUMBERED.sub("", text, count=1))
        and not field_of(text)
    )


def _known(name: str, domain: str) -> float:
    """The share of a name's letters that the words have which the address holds."""
    words = [word for word in normal(name).split() if len(word) > 1]
    held = [word for word in words if len(word) >= LEAST and word in domain]
    return sum(map(len, held)) / max(sum(map(len, words)), 1)
