"""Positions written out in Chinese, each part behind its own word: "胶带 60mm(编号 JD-60),120卷,单价4.50元"."""

import re
from decimal import Decimal

from pipeline.orders.found import Line
from pipeline.orders.mentions import measures, unit_behind
from pipeline.orders.numbers import FIGURE, Style, parse

LONGEST = 400  # characters of a position
NUMBERED = re.compile(r"\s*(?:[(（]\d{1,3}[)）]|\d{1,3}[)）.．、])\s?(?=[\u3040-\u9fff])")  # "1、", "（2）", "3)"
_CODE = re.compile(
    r"[(（\[【]?\s?(?:编号|編號|货号|貨號|型号|型號|料号|料號|品号|品號|品番|(?:物料|商品|产品|產品)(?:编码|編碼|编号|編號)|SKU)"
    r"(?:\s?[:：]\s?|\s|为|是)?\s?([A-Za-z0-9][A-Za-z0-9./\-]{1,30})\s?[)）\]】]?"
)
_PRICE = re.compile(
    rf"(?:(?:含税|未税|不含税)?(?:单价|單價|単価|价格|價格)|@|每[\u4e00-\u9fff])(?:\s?[:：]\s?|\s|为|是)?\s?[¥￥]?\s?({FIGURE.pattern})"
)
_AMOUNT = re.compile(rf"(?:金额|金額|小计|小計)(?:\s?[:：]\s?|\s|为|是)?\s?[¥￥]?\s?({FIGURE.pattern})\s?(?:元|円|$)")
_COUNT = re.compile(rf"(?:^|[\s,，;；:：、。)）\]】共]|数量|數量)({FIGURE.pattern})(?=\s?[\u3040-\u9fff])")
_TIGHT = re.compile(r"(?<!\d)[,，](?=\d)")  # no figure begins behind a bare comma
_PUNCTUATION = " ,，;；:：、。|"


def east_item(text: str, style: Style | None) -> Line | None:
    """The position, where it has an item number, a price and one counted quantity, each told by a word."""
    text = _TIGHT.sub(", ", text)
    code = _CODE.search(text) if len(text) <= LONGEST else None
    price = _PRICE.search(text) if code else None
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
    if len(counts) != 1:
        return None
    quantity, unit, at = counts[0]
    described = text[: min(code.start(), at, price.start())].strip(_PUNCTUATION)
    return Line(
        quantity=quantity,
        unit=unit,
        price=parse(price[1], style),
        amount=_amount(text, price.end(), style),
        sku=code[1],
        description=described.removesuffix("共").removesuffix("数量").strip(_PUNCTUATION)[:500] or None,
    )


def _amount(text: str, behind: int, style: Style | None) -> Decimal | None:
    match = _AMOUNT.search(text, behind)
    return parse(match[1], style) if match else None
