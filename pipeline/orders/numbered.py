"""Numbers in sentences: those that only the word for number announces, and those that are none of the order's."""

import re
from collections.abc import Iterator, Sequence

from pipeline.orders.labels import columns_of, field_of, normal, says, units, word_set

ANNOUNCED = "announced"  # stands for the label of a number that has none of its own
LEAST = 3  # characters of a number that only the word for number announces
BEHIND = 6  # words behind a number that may say that it stays as it is
_CODE_ROLES = frozenset({"item", "sku", "customer_sku", "gtin", "line"})
_OTHERS = frozenset({"other", "contact", "bill_to", "payment_terms"})
_UNDER = frozenset({"under", "unter", "onder", "sous", "sotto", "bajo", "sob", "pod", "под", "quoting", "ref"})
_WRITTEN = re.compile(r"(?=[\w./-]*[^\W\d_])(?=[\w./-]*\d)[\w./-]{3,}")  # of letters and digits: no telephone's
_KEPT = re.compile(
    r"(?i)(?:unchanged|unaffected|as is|stands|unver[aä]ndert|bestehen|inchang[ée]\w*|invariat\w|invari[aá]d\w"
    r"|inalterad\w|sin cambios|vigente|sem alteraç\w+|ongewijzigd|bez zmian|beze změny|bezo zmeny|nezměněn\w+"
    r"|без изменений|oförändrad\w?|uændret|uendret|ennallaan|változatlan\w*|neschimbat\w*|değişmeden|aynen"
    r"|不变|不變|照旧|照舊|変更なし)"
)


def announced(text: str) -> Iterator[tuple[str, str]]:
    """(what follows, the word for number) in a text that orders: "this week's order, no. 2026-47"."""
    words = text[:1000].split()
    for at, word in enumerate(words[:-1]):
        name = normal(word)
        if name not in word_set("number_words"):
            continue
        if not (says(text, "order") or (_under(words, at) and _WRITTEN.match(words[at + 1]))):
            continue
        if at and (_names_another(words[at - 1], word) or in_street(words, at)):
            continue
        following = normal(words[at + 2]) if at + 2 < len(words) else ""
        if len(words[at + 1].strip(".,;:!()")) >= LEAST and following not in units():
            yield words[at + 1], name
        elif words[at + 1].isupper() and any(map(str.isdigit, following)):
            yield f"{words[at + 1]} {words[at + 2]}", name


def _under(words: Sequence[str], at: int) -> bool:
    """Whether it says under which number goods are wanted: "deliver under number H-2291"."""
    return any(normal(word) in _UNDER for word in words[max(0, at - 2) : at])


def _names_another(before: str, word: str) -> bool:
    """Whether the word in front says that it is the number of an item, a telephone, an account."""
    if before[-1:] in ",;:(.–-" and normal(before) not in word_set("abbreviations"):
        return False
    alone, both = normal(before), f"{before} {word}"
    return bool(columns_of(alone) & _CODE_ROLES or columns_of(both) & _CODE_ROLES or field_of(both) & _OTHERS) or (
        bool(field_of(alone) & _OTHERS)
    )


def in_street(words: Sequence[str], at: int) -> bool:
    """Whether a word is the name of a street: "Via Po 3"."""
    return any(normal(word) in word_set("streets") for word in words[max(0, at - 2) : at])


def stays(words: Sequence[str]) -> bool:
    """Whether a number's last word and those behind, up to the next number or the sentence's end, say that it stays."""
    sentence: list[str] = []
    for word in words[: BEHIND + 1]:
        if sentence and any(map(str.isdigit, word)):
            return False
        sentence.append(word)
        if word[-1:] in ".!?;。；" or (len(sentence) == 1 and word[-1:] in ",，"):
            break
    return len(sentence) > 1 and _KEPT.search(" ".join(sentence)) is not None


def ends_sentence(word: str) -> bool:
    """Whether nothing follows a number in its sentence."""
    return word[-1:] in ".!,;:。，；："
