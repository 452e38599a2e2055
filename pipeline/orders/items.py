"""Order lines out of running text: list items, rows that start with a quantity, and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.orders import codes, identity
from pipeline.orders.agreed import with_agreed_codes
from pipeline.orders.cells import BARE_POINT
from pipeline.orders.changed_quantities import instead
from pipeline.orders.counted_phrases import counted_phrases
from pipeline.orders.east import SCRIPT, SIGN
from pipeline.orders.east_items import NUMBERED, east_item, east_list, east_positions
from pipeline.orders.enumeration import groupings
from pipeline.orders.found import Line
from pipeline.orders.item_price import price_and_amount, priced_figure
from pipeline.orders.item_rows import COUNT, COUNTED, paragraphs, wrapped
from pipeline.orders.language import language_of
from pipeline.orders.layout import Layout, Row
from pipeline.orders.mentions import (
    LONG_NUMBER,
    Mention,
    before_price,
    counted_last,
    ending,
    labelled_quantity,
    leading,
    mentions_in,
    multiplied,
    times_price,
)
from pipeline.orders.money import Amount, amounts
from pipeline.orders.numbers import Style, plain
from pipeline.orders.sentence_ends import sentences_of
from pipeline.orders.spelled import in_figures

MAX_ITEMS = 5_000
_STANDARD_BEFORE = re.compile(r"(?<!\w)(?:EN|DIN|ISO|UNI|NF|BS|PN|ГОСТ)\s$")  # its number is neither count nor price
_PRICE_WORD = re.compile(
    r"(?i)[\s,;:–-]+(?:[aàá@]|at|zu|zum|je|per|par|por|po|по|la|de|voor|tegen|preț|pret|preis|price|prix|prezzo|precio|preço|cena|цена|pris)$"
)
_GOODS = re.compile(rf"[^\W\d_]{{3,}}|[{SCRIPT}]{{2,}}")
_LEAD = re.compile(r"^\s*(?:[-*•·–—▪►●○◦+]\s+|\(?\d{1,3}[.)]\s+|\d{1,2}\s?、\s?)")
_BETWEEN_ITEMS = re.compile(
    r",\s+|;\s*|，|、|；|\s(?:and|und|et|ed?|y|en|i|oraz|и|och|og|ja|și|si|és|ve|та|sowie|samt|as well as|plus)\s(?=\d)"
)
_WORDS = re.compile(rf"[^\s,;(){SCRIPT}，；（）、]{{3,40}}")
_SENTENCE_END = re.compile(r"(?<=[a-zà-ÿ\u0100-\u017f)\d\"'я€$£%])[.!?;](?=\s+[A-ZÀ-ÝА-Я«\"(])|[。；！？]")


def list_items(layout: Layout, style: Style | None) -> list[Line]:
    """Lines out of rows that are list items or start with a quantity and a unit, with their wrapped rest."""
    found = []
    language = _spoken(layout)
    for row, typed, at in wrapped(layout.rows):
        text = in_figures(typed, language) if _LEAD.match(typed) else typed
        line = item(text, style)
        several, enumerated = _several(text, style), _enumerated(text, style)
        listed = max(enumerated, several, key=len) or ([line] if line is not None else [])
        found += [_placed(line, layout, row, at) for line in listed]
        if len(found) > MAX_ITEMS:
            break
    return with_agreed_codes(found)


def sentences(layout: Layout, style: Style | None) -> list[Line]:
    """Lines out of sentences: each quantity with a unit begins one, up to the next."""
    found: list[Line] = []
    language = _spoken(layout)
    for row, spelled, at in paragraphs(layout.rows):
        if len(spelled) > 6000:
            continue
        text = in_figures(spelled, language)
        east = (east_positions(text, style) or east_list(text, style)) if language == "zh" else []
        if several := _several(text, style) or east:
            found += [_placed(line, layout, row, at) for line in several]
            continue
        for sentence in sentences_of(text, _SENTENCE_END):
            listed = _counted(sentence, style) or _enumerated(sentence, style) or list(_in_sentence(sentence, style))
            found += [_placed(line, layout, row, at) for line in listed]
    return found[:MAX_ITEMS]


def _spoken(layout: Layout) -> str | None:
    """The language that numbers are spelled in; of a few Chinese words nothing else tells it."""
    text = layout.text
    return language_of(text) or ("zh" if SIGN.search(text) else None)


def _several(text: str, style: Style | None) -> list[Line]:
    """The positions that stand in one row; none where it cannot be cut so that each has its own item number."""
    for groups in groupings(text):
        lines = with_agreed_codes([line for group in groups if (line := item(group, style)) is not None])
        if len(lines) == len(groups) and all(line.sku for line in lines) and len({x.sku for x in lines}) == len(lines):
            return lines
    return []


def _enumerated(sentence: str, style: Style | None) -> list[Line]:
    """The lines of an enumeration ("5 x A-1, 3 x B-2 and 2 x C-3"), where each of its pieces is a position."""
    pieces: list[str] = []
    for piece in _outside_brackets(sentence.rpartition(": ")[2] if ": " in sentence else sentence):
        if pieces and not _counts(piece):
            pieces[-1] = f"{pieces[-1]}, {piece}"
        elif piece.strip():
            pieces.append(piece)
    if len(pieces) < 2:
        return []
    found: list[Line] = []
    for piece in pieces:
        line, cut = item(piece, style), item(_from_count(piece), style)
        if line is None and cut is None:
            return []
        found.append(_shorter(line, cut))
    agreed = with_agreed_codes(found)
    return agreed if all(line.sku for line in agreed) else []


def _outside_brackets(sentence: str) -> Iterator[str]:
    """The pieces of a sentence, cut at the commas and words between positions; brackets stay whole."""
    start = 0
    for cut in _BETWEEN_ITEMS.finditer(sentence):
        if sentence.rfind("(", start, cut.start()) <= sentence.rfind(")", start, cut.start()):
            yield sentence[start : cut.start()]
            start = cut.end()
    yield sentence[start:]


def _counted(sentence: str, style: Style | None) -> list[Line]:
    """The positions of a sentence, where each has a count and an item number of its own; a lone one a price too."""
    lines = [item(phrase, style) for phrase in counted_phrases(sentence, style)]
    told = [line for line in with_agreed_codes([line for line in lines if line is not None]) if line.sku]
    if not lines or len(told) < len(lines) or len({line.sku for line in told}) < len(told):
        return []
    return told if len(told) > 1 or told[0].price is not None else []


def _shorter(line: Line | None, cut: Line | None) -> Line:
    """The position from its count on, where the words in front of that say no more of it ("we need 5 x BV-12")."""
    if line is None or cut is None:
        return line or cut or Line()
    same = (cut.sku, cut.quantity, cut.price) == (line.sku, line.quantity, line.price)
    return cut if same and cut.description else line


def _from_count(piece: str) -> str:
    """A piece from its first count on ("pls send 5x BV-12")."""
    match = COUNT.search(piece)
    return piece[match.start() :] if match else piece


def _counts(piece: str) -> bool:
    """Whether a piece of an enumeration names a quantity."""
    return COUNT.search(piece) is not None


def item(text: str, style: Style | None) -> Line | None:
    """One position written in one phrase ("10 boxes WS-50 wood screw @ £8.90"); None where no quantity is named."""
    lead = NUMBERED.match(text) or _LEAD.match(text)
    body = text[lead.end() :] if lead else text
    if not body.isascii() and (told := east_item(body, style)) is not None:
        return told
    counted = COUNTED.match(body)
    body = body[counted.end() :] if counted and leading(body[counted.end() :], style) else body
    if "." in body:
        body = BARE_POINT.sub("0.", body)
    figures = [figure for figure in amounts(body, style) if not _STANDARD_BEFORE.search(body[: figure.start][-6:])]
    priced = priced_figure(body, figures)
    mention = (
        instead(body, style)
        or multiplied(body, style)
        or _not_a_code(leading(body, style), body, figures, priced, style)
        or _later(body, figures, priced, style)
    )
    if mention is None or mention.value <= 0:
        return None
    price, amount = price_and_amount(body, figures, priced, mention)
    return _item_line(body, mention, price, amount)


def _not_a_code(
    first: Mention | None, body: str, figures: Sequence[Amount], priced: int | None, style: Style | None
) -> Mention | None:
    """The figure a phrase begins with, unless it is a long bare number and a quantity with its unit follows.

    The goods may be called what is a unit elsewhere ("4099000739771 tube copper - 2 pcs").
    """
    if first is None or first.value < (10 ** (LONG_NUMBER - 1) if first.unit else 1000):
        return first
    if not body[first.start :].split(None, 1)[0].isdigit():
        return first
    later = _later(body, figures, priced, style)
    return None if later is not None and later.start > first.start else first


def _later(body: str, figures: Sequence[Amount], priced: int | None, style: Style | None) -> Mention | None:
    """The quantity a phrase names behind its goods; a mere "x" in front of a figure is rather a size than its label."""
    labelled = times_price(body, figures) or labelled_quantity(body, figures, style)
    if labelled is None or body[: labelled.start].rstrip()[-1:] in "x×":
        last = ending(body, figures, priced) or counted_last(body, style)
        return last or labelled or before_price(body, figures, priced, style)
    return labelled


def _item_line(body: str, mention: Mention, price: Amount | None, amount: Amount | None) -> Line | None:
    rest = body[: mention.start] + " " + body[mention.end :] if not price else (
        body[: mention.start] + " " + body[mention.end : max(price.start, mention.end)]
        if mention.end <= price.start
        else body[: mention.start]
    )  # fmt: skip
    described = re.sub(r"(?i)^\s*(?:of the|of|de la|de|d'|di|von|van|the|x|×)\s+", "", " ".join(rest.split())).strip(
        " ,;:-–—@="
    )
    described = _PRICE_WORD.sub("", described) if price else described
    found, sure = _codes_of(body, price)
    if not re.search(r"[^\W\d_]{2,}", described) and not found:
        return None
    if (
        mention.unit is None
        and price is None
        and (not found or mention.value > 99999 or found[0] == plain(mention.value))
    ):
        return None
    return Line(
        quantity=mention.value,
        price=price.value if price else None,
        amount=amount.value if amount else None,
        sku=found[0] if found else None,
        customer_sku=found[1] if len(found) > 1 else None,
        description=described[:500] or None,
        unit=mention.unit,
        sure=sure,
    )


def _codes_of(body: str, price: Amount | None) -> tuple[list[str], bool]:
    """The item numbers of a phrase, and whether there was no choice between several."""
    own = list(dict.fromkeys(code for _, code in codes.labelled(body)))
    if own:
        return own[:2], len(own) <= 2
    in_brackets = re.findall(r"\(([^()\s]{3,30})\)", body)
    bracketed = [t for t in in_brackets if codes.looks_like_code(t)]
    spoken = re.findall(r"(?i)(?:that's|that is|das ist|c'est|es el|è il|to jest|это)\s+([\w./-]{3,30})", body)
    tokens = [t for t in _WORDS.findall(body[: price.start if price else None]) if codes.looks_like_code(t, 5)]
    candidates = [
        t.strip(".,;:") for t in bracketed + [s for s in spoken if codes.looks_like_code(s.strip("."))] + tokens
    ]
    unique = list(dict.fromkeys(candidates))
    if len(unique) > 1:
        numbers = {number for number, _ in identity.spoken(body)}
        unique = [code for code in unique if code not in numbers]
    unique = unique or [t for t in in_brackets if codes.may_be_code(t)]
    return unique[:1], len(unique) <= 1


def _in_sentence(sentence: str, style: Style | None) -> Iterator[Line]:
    mentions = list(mentions_in(sentence, style))
    if not mentions and labelled_quantity(sentence, amounts(sentence, style), style):
        line = item(sentence, style)
        if line is not None and line.sku:
            yield line
    if len(mentions) == 1 and instead(sentence, style):
        line = item(sentence.rpartition(": ")[2], style)
        if line is not None and line.sku:
            yield line
            return
    for number, mention in enumerate(mentions):
        end = mentions[number + 1].start if number + 1 < len(mentions) else len(sentence)
        segment = sentence[mention.start : end]
        line = item(segment, style)
        if line is None:
            body = sentence[mention.end : end]
            line = (
                _item_line(segment, Mention(mention.value, mention.unit, 0, mention.end - mention.start), None, None)
                if body.strip()
                else None
            )
        if line is not None and _worth(line):
            yield line


def _worth(line: Line) -> bool:
    return bool(line.sku or (line.description and _GOODS.search(line.description)))


def _placed(line: Line, layout: Layout, row: Row, at: int) -> Line:
    place = layout.place(row)
    return replace(
        line, places=tuple((n, place) for n in ("quantity", "unit_price", "amount", "sku", "description")), at=at
    )
