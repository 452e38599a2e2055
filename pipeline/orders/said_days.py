"""Days that a letter says from where it stands: "we need it tomorrow", "deliver by Friday", "本周五送货"."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from pipeline.orders.day_words import weekdays
from pipeline.orders.east import SCRIPT
from pipeline.orders.labels import normal, vocabulary

LONGEST = 600  # characters of a sentence
NEAR = 24  # characters around a weekday in which a day of the month would tell more
_ENDS = re.compile(r"(?<=[^\W\d_]{3})[.!?;](?=\s|$)|[。！？；]")
_WANTED = re.compile(
    r"(?i)\b(?:deliver|send|ship|need|drop|bring|truck|(?:your|the) van\b|on site"
    r"|liefer|anliefer|br[aä]uch|benötig|schick|livr|faudrait|besoin|exp[eé]di|envoy|consegn|serv[eo]|spedi|mand"
    r"|entreg|necesit|env[ií]|precis|recib|lever|nodig|bezorg|stuur|dostaw|dostarcz|potrzeb|przyw|zawie|wysł|wrzu"
    r"|постав|достав|привез|нужн|отгруз|надо|dod(?:at|ejte|ání)|potřeb|přive|doru|behöv|skick|sipariş|teslim"
    r"|livrați|livrare|szállít|toimit)"
    r"|[送发發]|[交到][货貨]|要|納品|配送"
)
_GOODS = re.compile(
    r"(?i)\b(?:deliver|ship\b|drop|truck|liefer|anliefer|livr|consegn|entreg|lever|bezorg|dostaw|dostarcz|przyw|постав"
    r"|достав|привез|отгруз|dod(?:at|ejte|ání)|teslim|szállít|toimit)|[送发發交][货貨]|納品|配送"
)
_PAPERS = re.compile(
    r"(?i)\b(?:invoice|confirmation|quot|offer|price|proforma|pro forma|rechnung|\w{0,10}bestätigung|angebot|preis"
    r"|facture|devis|tarif|fattura|conferma|preventivo|offerta|prezz|factura|confirmaci|presupuesto|cotiza|preci[oa]s?\b"
    r"|fatura|confirmaç|orçamento|preço|factuur|bevestiging|offerte|prijs|faktur|potwierdz|ofert|wycen|cen[aęny]\b"
    r"|сч[её]т|подтвержд|предложени|цен[аыу]\b|nabídk|potvrzen)|报价|報價|发票|發票|确认|確認"
)
_NOT = re.compile(
    r"(?i)(?:\b(?:not|don['’]t|can['’]t|cannot|nicht|nie|niet|pas|non|não|ne|не|ikke|inte)\b"
    r"(?! (?:later|sp[aä]ter|oltre|mais tarde|później|позднее|позже|senere|senare)\b)|不|别|別)"
)
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_EAST = re.compile(
    rf"(?P<next>下(?:周|週|星期|礼拜))?(?P<this>[本这這]?(?:周|週|星期|礼拜))(?P<day>[一二三四五六日天])(?![{SCRIPT}]?[至到])"
)
_EAST_DAYS = "一二三四五六日"
_NEXT_WEEK = re.compile(r"下(?:个|個)?(?:周|週|星期|礼拜)(?P<day>[一二三四五六日天])")
_LEAST = 4  # letters of a weekday's name


def said_day(text: str, anchor: date) -> date | None:
    """The one day on which a sentence of the text wants goods; None where none does, or two differ."""
    days = {day for sentence in _ENDS.split(text[:6000]) for day in _wanted(sentence, anchor)}
    return next(iter(days)) if len(days) == 1 else None


def _wanted(sentence: str, anchor: date) -> Iterator[date]:
    if len(sentence) > LONGEST or not _WANTED.search(sentence) or _NOT.search(sentence):
        return
    if _PAPERS.search(sentence) and not _GOODS.search(sentence):
        return
    ahead = _ahead(sentence)
    if ahead is not None:
        yield anchor + timedelta(days=ahead)
        return
    if not sentence.isascii():
        yield from _in_east(sentence, anchor)
    words = list(_WORDS.finditer(sentence))
    for at, word in enumerate(words):
        weekday = weekdays().get(normal(word[0])) if len(word[0]) >= _LEAST else None
        if weekday is None or weekday == anchor.weekday() or not _led(words, at, sentence):
            continue
        yield anchor + timedelta(days=(weekday - anchor.weekday()) % 7)


def _ahead(sentence: str) -> int | None:
    """How many days ahead the words for tomorrow or the day after it say."""
    words = f" {normal(sentence)} "
    for ahead, kind in ((2, "after_tomorrow"), (1, "tomorrow")):
        for phrase in _phrases(kind):
            inside = phrase in words if phrase.strip()[0] >= "\u3040" else f" {phrase} " in words
            if inside and not any(f" {lead} {phrase} " in words for lead in _phrases("no_tomorrow")):
                return ahead
    return None


def _in_east(sentence: str, anchor: date) -> Iterator[date]:
    monday = anchor - timedelta(days=anchor.weekday())
    if match := _NEXT_WEEK.search(sentence):
        yield monday + timedelta(days=7 + _number(match["day"]))
    elif match := _EAST.search(sentence):
        day = monday + timedelta(days=_number(match["day"]))
        if day > anchor:
            yield day


def _number(sign: str) -> int:
    return _EAST_DAYS.index("日" if sign == "天" else sign)


def _led(words: list[re.Match[str]], at: int, sentence: str) -> bool:
    """Whether a weekday follows a word like "by" or "this", no "next" stands beside it, and no figure is near."""
    around = sentence[max(0, words[at].start() - NEAR) : words[at].end() + NEAR]
    if at == 0 or re.search(r"\d", around):
        return False
    beside = {normal(word[0]) for word in words[max(0, at - 2) : at + 2]}
    return normal(words[at - 1][0]) in _phrases("weekday_leads") and not beside & set(_phrases("next_week"))


@cache
def _phrases(kind: str) -> tuple[str, ...]:
    words = vocabulary()["said_days"][kind]
    assert isinstance(words, list)
    return tuple(normal(str(word)) for word in words)
