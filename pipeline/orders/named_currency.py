"""The currency that a sentence about prices names in words: "prices in euro", "Цены в рублях", "价格为人民币"."""

import re

_PRICES = (
    r"prices?|pricing|amounts?|preise?|betr[äa]ge|prix|montants?|prezz[io]|importi|precios?|importes?|preços?|valores|prijzen|bedragen"
    r"|cen[yay]|kwoty|цен[аы]|сумм[аы]|ceny|priser(?:na|ne)?|hinnat|prețuri(?:le)?|fiyatlar|árak"
)
_LINK = r"(?:[^\S\n]+[^\W\d_]{1,12}){0,3}[^\S\n]+(?:in|im|en|em|w|в|v|i|în)[^\S\n]+"
_WORDS = {
    r"euros?|eura(?:ch)?|евро|eurot?": "EUR",
    r"us[ -]dollars?|us-dollar|dólares americanos|dollars américains|долларах(?: сша)?|dolarach": "USD",
    r"pounds(?: sterling)?|sterling|фунтах": "GBP",
    r"schweizer franken|swiss francs|francs suisses|franchi svizzeri": "CHF",
    r"złotych|zlotych|złotówkach|polish zloty|zloty": "PLN",
    r"рублях|rubles|roubles": "RUB",
    r"reais|real brasileiro": "BRL",
    r"korunách|českých korunách": "CZK",
    r"svenska kronor": "SEK",
    r"danske kroner": "DKK",
    r"norske kroner": "NOK",
    r"гривнах|гривнях": "UAH",
    r"тенге": "KZT",
    r"forintban": "HUF",
}
_SAID = re.compile(
    rf"(?i)(?<!\w)(?:{_PRICES}){_LINK}(?:" + "|".join(f"({words})" for words in _WORDS) + r")(?!\w)",
)
_ALONE = {
    r"us[ -]?dollars?|u\.s\. dollars?|dollaro usa|dólar(?:es)?(?: americano)?|доллар сша": "USD",
    r"real|reais": "BRL",
    r"pesos? mexicanos?": "MXN",
    r"рубл[ьи]|российский рубль": "RUB",
    r"złot[ey]": "PLN",
    r"人民币|人民幣": "CNY",
}
_LABELLED = re.compile(r"(?i)(?:" + "|".join(f"({words})" for words in (*_WORDS, *_ALONE)) + ")")
_EAST = re.compile(
    r"(?:价格|價格|单价|單價|金额|金額|报价|報價|货币|币种)(?:均|都|全部)?(?:为|為|以|是|按|用)?\s?(?:(人民币|人民幣)|(欧元|歐元)|(美元|美金)|(日元|日圆)|(港币|港幣|港元))"
)
_EAST_CODES = ("CNY", "EUR", "USD", "JPY", "HKD")


def named_currency(text: str) -> str | None:
    """The one currency that such sentences name, None where none or several do."""
    codes = tuple(_WORDS.values())
    found = {codes[match.lastindex - 1] for match in _SAID.finditer(text) if match.lastindex}
    found |= {_EAST_CODES[match.lastindex - 1] for match in _EAST.finditer(text) if match.lastindex}
    return found.pop() if len(found) == 1 else None


def labelled_currency(value: str) -> str | None:
    """The currency whose name stands alone beside a label: "EURO", "US Dollar", "REAL"."""
    match = _LABELLED.fullmatch(value.strip(" .()"))
    return (*_WORDS.values(), *_ALONE.values())[match.lastindex - 1] if match and match.lastindex else None
