"""Where the goods go and who is invoiced: by labelled blocks, else by the sentence that holds a postcode."""

import itertools
import re
from collections.abc import Sequence
from functools import cache

from maild.domain.order import Party
from pipeline.orders import dates, parties
from pipeline.orders.labels import longest_prefix, normal, vocabulary
from pipeline.orders.layout import Layout, Row
from pipeline.orders.pairs import Pair
from pipeline.orders.sentence_ends import sentences_of
from pipeline.orders.spoken_places import place_in, without_phrase

_SENTENCE_END = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=\d{4}))[.!?](?=\s+[A-ZÀ-ÝА-Я])|[。；]")
_INVOICED = re.compile(
    r"(?i)\b(?:rechnung|invoic|bill(?:ed|ing)?\b|factur|fattur|faktur|nota fiscal|счет|счёт|laskutus|számláz|fatura)"
    r"|[发發开開]票"
)
_DELIVERED = re.compile(
    r"(?i)\b(?:deliver|ship|send|drop|liefer|livr|consegn|entreg|enviar|env[ií]o|lever|bezorg|dostaw|dostarcz|достав"
    r"|привез|dod[aá]|teslim|toimit|szállít|livrare)|[送收交][货貨]"
)
MOST_ORDERING = 20  # rows that order, or of lists, which are looked into for an address
_AFTER_SUMS = re.compile(
    r"(?<=[^\W\d_]{3})[.!?](?=\s+[^\W\d_])|(?:(?<=[\d€$£])|(?<=zł|kr|Kč|TL|Ft))[.!?](?=\s+[^\W\d_])|[。；]"
)
_GOES_ON = re.compile(
    r"(?i)(?:d[eioau]l?l?|d[aeo]s|di|sul?|in|sur|sous|en|les?|la|am|an der|im|ob der|bei|vor der|upon|on|de los|nad)"
    r"\s+[^\W\d_]{3,}[^\d]{0,20}$"
)
_HOUSE_NUMBER = re.compile(r"(?i)\b(?:no|nr|kat|daire|d|apt|č)\.?:\s?(?=\d)")  # its colon ends no label
_EAST_LEAD = re.compile(
    r"\A.{0,12}?(?:日前|之前)?(?:请|請|需)?(?:[送发發寄运運交](?:货|貨)?|配送|直送)(?:[到至往抵]|给)"
)  # "12月1日前送到成都市"
_EAST_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{2,8}?[省市区县][\u4e00-\u9fff\w]{0,24}?[路街道巷村][\u4e00-\u9fff]{0,6}\d{1,5}号?[^\s，,。；;]{0,12}"
)


def labelled_address(name: str, found: Sequence[Pair]) -> Party | None:
    """The address of the best labelled block: one with a postcode before one without."""
    best: tuple[int, Party] | None = None
    for pair in found:
        if name not in pair.fields or dates.find(pair.value[:24]):
            continue
        party = _party(_to_postcode(pair.block))
        if party is None or ("requested_date" in pair.fields and not (party.postcode or party.city)):
            continue
        worth = (
            4 * bool(party.postcode)
            + 2 * bool(party.company and party.street)
            + (pair.weight >= 2)
            + (pair.below and pair.row.box is not None)  # another's address may stand beside the label
            + (pair.name not in ("delivery", "location", "ship", "store"))
        )
        if (party.postcode or party.street or pair.weight >= 2) and (best is None or worth > best[0]):
            best = (worth, party)
    return best[1] if best else None


def _party(lines: Sequence[str]) -> Party | None:
    """The address of these rows, without the phrase that leads to it in a sentence ("an die Praxis: Marktplatz 5")."""
    if not lines or not lines[0][:1].islower():
        return parties.party(lines)
    first, code = lines[0].rpartition(": ")[2], parties.postcode_in(lines[0])
    return place_in(first, code) if code and code in first else parties.party([without_phrase(first), *lines[1:]])


def _to_postcode(block: Sequence[str]) -> Sequence[str]:
    """The rows up to the one with the postcode, and a city or country behind it."""
    at = parties.postcode_row(block[:6])
    if not at:
        return block[:1] if at == 0 and len(block[0]) > 24 else block
    behind = block[at + 1 : at + 2]
    if behind and _GOES_ON.match(behind[0]):
        return [*block[:at], f"{block[at]} {behind[0]}"]  # "36061 BASSANO" over "DEL GRAPPA"
    short = behind and len(behind[0].split()) <= 4 and not any(c.isdigit() for c in behind[0])
    return block[: at + 2] if short else block[: at + 1]


def spoken_address(
    layout: Layout, taken: set[int], numbers: Sequence[str] = (), goods: Sequence[str] = ()
) -> Party | None:
    """The first sentence of the letter, before its closing, that holds a postcode and no ordered item.

    ``numbers`` are those of the order, which may look like a postcode; ``goods`` the ordered items'.
    """
    for text in _paragraphs(body_rows(layout.rows), taken):
        for sentence in sentences_of(text, _SENTENCE_END):
            sentence = _without_numbers(sentence, numbers)
            code = parties.postcode_in(sentence)
            if code and not (_in_number(code, numbers, sentence) or _of_another(sentence, code)):
                party = place_in(_around_postcode(sentence), code)
                named = party and party.city and len(re.findall(r"[^\W\d_]", party.city)) > 1
                if (
                    party
                    and party.postcode
                    and (party.street or party.company or party.city)
                    and (named or not party.city)
                ):
                    return party
    return _beside_lines(layout.rows, taken, goods) or _east_address(layout, taken, goods)


def _beside_lines(rows: Sequence[Row], taken: set[int], goods: Sequence[str]) -> Party | None:
    """The whole address in a sentence of a paragraph that also orders, or in a list item that orders nothing."""
    own = body_rows(rows)
    looked = [at for at, row in enumerate(own) if row.grid <= 0 and (at in taken) != bool(row.bullet)]
    for at in looked[:MOST_ORDERING]:
        row = own[at]
        for sentence in sentences_of(row.text[:3000], _AFTER_SUMS):
            code = parties.postcode_in(sentence)
            if not code or any(number in sentence for number in goods) or _of_another(sentence, code):
                continue
            party = place_in(_around_postcode(sentence), code)
            if party and party.postcode and party.city and party.street and re.search(r"\d", party.street):
                return party
    return None


def _of_another(sentence: str, code: str) -> bool:
    """Whether what looks like a postcode is another code, or of the address that is invoiced."""
    before = sentence[: sentence.find(code)]
    invoiced = [match.start() for match in _INVOICED.finditer(before)]
    delivered = [match.start() for match in _DELIVERED.finditer(before)]
    return bool(invoiced and invoiced[-1] > max(delivered, default=-1)) or parties.labelled_postcode(sentence)


def _without_numbers(sentence: str, numbers: Sequence[str]) -> str:
    """A sentence without the order's number where that looks like a postcode ("2026-318")."""
    code = parties.postcode_in(sentence)
    whole = next((number for number in numbers if code and code in number and number in sentence), None)
    return sentence.replace(whole, "#") if whole else sentence


def _in_number(code: str, numbers: Sequence[str], sentence: str) -> bool:
    """Whether what looks like a postcode is part of an order's number, or a year."""
    return any(code in number for number in numbers) or any(code in day.text for day in dates.find(sentence))


def _east_address(layout: Layout, taken: set[int], goods: Sequence[str]) -> Party | None:
    """A Chinese address said in a sentence: province or city, then a street and its number."""
    rows = body_rows(layout.rows)
    ordering = (rows[at].text[:3000] for at in sorted(taken)[:MOST_ORDERING] if at < len(rows) and not rows[at].grid)
    said = (part for text in ordering if not text.isascii() for part in re.split("[。；;]", text))
    own = (part for part in said if _EAST_ADDRESS.search(part) and not any(code in part for code in goods))
    for text in itertools.chain(_paragraphs(rows, taken), own):
        match = _EAST_ADDRESS.search(text)
        if match:
            return parties.party([_EAST_LEAD.sub("", match[0])])
    return None


def _behind_label(before: str) -> int:
    """Where the last words that say "deliver to" end, 0 where none do."""
    words = list(re.finditer(r"\S+", before))
    for at in range(len(words) - 1, -1, -1):
        size, _ = longest_prefix(tuple(w.group(0) for w in words[at : at + 6]), frozenset({"ship_to"}))
        if size >= 2:
            return words[at + size - 1].end()
    return 0


def _around_postcode(sentence: str) -> str:
    """The address in a sentence: from the last colon or bracket before the postcode to the bracket behind it."""
    code = parties.postcode_in(sentence) or ""
    at = sentence.find(code)
    labelled = _behind_label(sentence[:at])
    before = _HOUSE_NUMBER.sub(lambda house: house[0].replace(":", " "), sentence[:at])
    start = max((before.rfind(mark) for mark in (":", "：", "(")), default=-1) + 1
    start = max(start, labelled)
    end = re.compile(r"[);]|\s-\s").search(sentence, at + len(code))
    return sentence[start : end.start() if end else None]


def _paragraphs(rows: Sequence[Row], taken: set[int]) -> list[str]:
    """Running text joined over its line ends; list items, table rows and rows with order lines left out."""
    texts: list[str] = []
    for at, row in enumerate(rows):
        if row.grid > 0 or row.bullet or at in taken:
            texts.append("")
        elif row.gap or not texts:
            texts.append(row.text)
        else:
            texts[-1] += (", " if row.text[:1].isupper() and len(texts[-1].split("\n")[-1]) < 45 else " ") + row.text
    return [text[:3000] for text in texts if text]


@cache
def _closings() -> frozenset[str]:
    return frozenset(normal(str(w)) for w in vocabulary()["closings"]["all"])  # type: ignore[attr-defined]


def body_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows before the closing of a letter."""
    closings = _closings()
    for at, row in enumerate(rows):
        name = normal(row.text)
        if at and (name in closings or row.text.strip() in ("--", "-- ")):
            return list(rows[:at])
    return list(rows)
