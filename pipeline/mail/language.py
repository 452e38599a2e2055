"""Which language somebody writes in, by the little words of it. Where too few tell, nobody's: "".

Purchase orders are full of numbers and product names; a wrong guess would answer in a foreign language, so several
different words must speak for one language and clearly fewer for any other.
"""

import re
from typing import Final

MOST_TEXT: Final = 4000  # characters that are looked at
FEWEST: Final = 3  # different words that must speak for it
_WORD: Final = re.compile(r"[^\W\d_]{1,20}")
_WORDS: Final = {
    "en": "the and of to is are we you your our please for with this that have would by from not order regards thank "
    "thanks hello dear hi could send need",
    "de": "der die das und ist wir sie bitte für mit nicht ein eine einen unsere ihre ihnen uns bestellen bestellung "
    "hallo guten tag grüße grüßen herren auf von dem den wie noch auch danke hiermit folgende",
    "fr": "le la les et est nous vous votre notre pour avec des du une un bonjour merci cordialement commande sur dans "
    "ce cette par veuillez livraison salutations monsieur madame suivants",
    "es": "el los las y es por para con una un del que su sus nuestro nuestra pedido hola gracias saludos estimados "
    "favor buenos días cordialmente siguiente siguientes entrega le envío adjunto",
    "it": "il lo gli e è per con una un del della dei che vostro vostra nostro nostra ordine buongiorno grazie saluti "
    "cordiali gentile spettabile prego seguente seguenti",
    "nl": "de het een en is wij u uw ons onze graag voor met niet bestelling bestellen goedendag hallo dank groet "
    "groeten geachte beste volgende",
    "pt": "o os as e é por para com uma um do da que seu sua nosso nossa encomenda pedido olá obrigado saudações "
    "cumprimentos prezados favor seguinte seguintes",
    "pl": "i w na z do jest proszę prosimy dla nasze zamówienie dzień dobry dziękuję pozdrawiam poniższe oraz się",
}
_TABLE: Final[dict[str, frozenset[str]]] = {
    word: frozenset(name for name, words in _WORDS.items() if word in words.split())
    for words in _WORDS.values()
    for word in words.split()
}


def spoken(text: str) -> str:
    """The language as ISO 639-1 has it ("de"), "" where nothing or not enough tells."""
    counts: dict[str, int] = {}
    for word in {found.casefold() for found in _WORD.findall(text[:MOST_TEXT])}:
        for name in _TABLE.get(word, ()):
            counts[name] = counts.get(name, 0) + 1
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] < FEWEST:
        return ""
    second = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] * 2 >= second * 3 else ""
