"""Positions written out in Chinese, each part behind its own word: "胶带 60mm(编号 JD-60),120卷,单价4.50元"."""

import re
from decimal import Decimal

from pipeline.orders import codes
from pipeline.orders.found import Line
from pipeline.orders.mentions import measures, unit_behind
from pipeline.orders.numbers import FIGURE, Style, parse

LONGEST = 400  # characters of a position
LONGEST_SENTENCE = 3_000
LONG_NUMBER = 6  # digits of a bare number that is an item's
NUMBERED = re.compile(r"\s*(?:[(（]\d{1,3}[)）]|\d{1,3}[)）.．、])\s?(?=[\u3040-\u9fff])")  # "1、", "（2）", "3)"
_CODE = re.compile(
    r"[(（\[【]?\s?(?:编号|編號|货号|貨號|型号|型號|料号|料號|品号|品號|品番|(?:物料|商品|产品|產品)(?:编码|編碼|编号|編號)|SKU)"
    r"(?:\s?[:：]\s?|\s|为|是)?\s?([A-Za-z0-9][A-Za-z0-9./\-]{1,30})\s?[)）\]】]?"
)
_PRICE = re.compile(
    rf"(?:(?:含税|未税|不含税)?(?:单价|單價|単価|价格|價格)|@|每[\u4e00-\u9fff])(?:\s?[:：]\s?|\s|为|是)?\s?[¥￥]?\s?({FIGURE.pattern})"
)
_PRICE_PER = re.compile(rf"({FIGURE.pattern})\s?元\s?(?:一|每|/)\s?[\u4e00-\u9fff]")  # "18元一包"
_LATIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9./\-]{2,30}")
_AMOUNT = re.compile(rf"(?:金额|金額|小计|小計)(?:\s?[:：]\s?|\s|为|是)?\s?[¥￥]?\s?({FIGURE.pattern})\s?(?:元|円|$)")
_COUNT = re.compile(rf"(?:^|[\s,，;；:：、。)）\]】共]|数量|數量)({FIGURE.pattern})(?=\s?[\u3040-\u9fff])")
_TIGHT = re.compile(r"(?<!\d)[,，](?=\d)")  # no figure begins behind a bare comma
_BEFORE_PRICE = re.compile(r"(?<=\d)[,，](?=\d{1,8}(?:\.\d{1,4})?元)")  # "×40，35.5元": a count and its price
_TIMES = re.compile(r"[×xX*]\s?(\d{1,6})(?!\d|\.\d|\s?元)")
_NAMED_COUNT = re.compile(rf"([\u4e00-\u9fff]{{1,10}})\s?({FIGURE.pattern})\s?[\u4e00-\u9fff]{{1,2}}")
LEAST_LISTED = 3
_PUNCTUATION = " ,，;；:：、。|"


def east_item(text: str, style: Style | None) -> Line | None:
    """The position, where it has an item number, a price and one counted quantity, each told by a word."""
    text = _BEFORE_PRICE.sub(", ", _TIGHT.sub(", ", text))
    code = _code(text) if len(text) <= LONGEST else None
    price = (_PRICE.search(text) or _PRICE_PER.search(text)) if code else None
    if code is None or price is None:
        return None
    counts = [
        (value, unit, match.start(1))
        for match in _COUNT.finditer(text)
        if not (code.start() <= match.start(1) < code.end() or price.start() <= match.start(1) < price.end())
        and (unit := unit_behind(text, match.end(1))) is not None
        and unit not in ("元", "円")
        and not measures(unit)
        and (value := parse(match[1], style)) is not None
        and value > 0
    ]
    if not counts and len(times := list(_TIMES.finditer(text))) == 1 and times[0].start() > code.end():
        counts = [(Decimal(times[0][1]), "", times[0].start())]
    if len(counts) != 1:
        return None
    quantity, unit, at = counts[0]
    described = text[: min(code.start(), at, price.start())].strip(_PUNCTUATION)
    return Line(
        quantity=quantity,
        unit=unit or None,
        price=parse(price[1], style),
        amount=_amount(text, price.end(), style),
        sku=code[code.re.groups],
        description=described.removesuffix("共").removesuffix("数量").strip(_PUNCTUATION)[:500] or None,
    )


def _code(text: str) -> re.Match[str] | None:
    """The item number by its label, else the only word in Latin letters and digits that is written like one."""
    if labelled := _CODE.search(text):
        return labelled
    found = [match for match in _LATIN.finditer(text) if codes.looks_like_code(match[0], LONG_NUMBER)]
    return found[0] if len(found) == 1 else None


def east_positions(sentence: str, style: Style | None) -> list[Line]:
    """The positions of a sentence that semicolons part; none where one of them is not told in full."""
    pieces = [piece for piece in re.split(r"[；;。]", sentence[:LONGEST_SENTENCE].rpartition("：")[2]) if piece.strip()]
    lines = [east_item(piece, style) for piece in pieces]
    told = [line for line in lines if line is not None]
    missed = [piece for piece, line in zip(pieces, lines, strict=True) if line is None and _code(piece) is not None]
    return told if len(told) > 1 and not missed else []


def east_list(sentence: str, style: Style | None) -> list[Line]:
    """Three goods and more with their counts, between commas and no item numbers ("土豆50斤、白菜30斤、鸡蛋10盘")."""
    found: list[Line] = []
    for clause in re.split(r"[。；;！!？?]", sentence[:LONGEST_SENTENCE].replace("：", "。")):
        named = [_NAMED_COUNT.fullmatch(piece.strip()) for piece in re.split(r"[、，,]", clause)]
        units = [match and unit_behind(match[0], match.end(2)) for match in named]
        lines = [
            Line(quantity=parse(match[2], style), unit=unit, description=match[1])
            for match, unit in zip(named, units, strict=True)
            if match and unit and unit not in ("元", "円")
        ]
        found += lines if len(lines) == len(named) >= LEAST_LISTED else []
    return found


def _amount(text: str, behind: int, style: Style | None) -> Decimal | None:
    match = _AMOUNT.search(text, behind)
    return parse(match[1], style) if match else None
