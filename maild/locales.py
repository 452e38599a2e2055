"""Languages and time zones as records and configuration name them, and what somebody meant who wrote none.

A language is a tag of BCP 47 whose first part is a code of ISO 639-1, whether or not there are letters in it: whoever
reads Polish does so today, and gets Polish letters the day somebody writes them. A time zone is one of the IANA's.
"""

import re
import zoneinfo
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

_CODES = """
aa Afar|ab Abkhazian|ae Avestan|af Afrikaans|ak Akan|am Amharic|an Aragonese|ar Arabic|as Assamese|av Avaric|ay Aymara
az Azerbaijani|ba Bashkir|be Belarusian|bg Bulgarian|bi Bislama|bm Bambara|bn Bengali|bo Tibetan|br Breton|bs Bosnian
ca Catalan|ce Chechen|ch Chamorro|co Corsican|cr Cree|cs Czech|cu Church Slavic|cv Chuvash|cy Welsh|da Danish|de German
dv Divehi|dz Dzongkha|ee Ewe|el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque|fa Persian|ff Fulah
fi Finnish|fj Fijian|fo Faroese|fr French|fy Western Frisian|ga Irish|gd Gaelic|gl Galician|gn Guarani|gu Gujarati
gv Manx|ha Hausa|he Hebrew|hi Hindi|ho Hiri Motu|hr Croatian|ht Haitian|hu Hungarian|hy Armenian|hz Herero
ia Interlingua|id Indonesian|ie Interlingue|ig Igbo|ii Sichuan Yi|ik Inupiaq|io Ido|is Icelandic|it Italian
iu Inuktitut|ja Japanese|jv Javanese|ka Georgian|kg Kongo|ki Kikuyu|kj Kuanyama|kk Kazakh|kl Greenlandic|km Khmer
kn Kannada|ko Korean|kr Kanuri|ks Kashmiri|ku Kurdish|kv Komi|kw Cornish|ky Kyrgyz|la Latin|lb Luxembourgish|lg Ganda
li Limburgan|ln Lingala|lo Lao|lt Lithuanian|lu Luba-Katanga|lv Latvian|mg Malagasy|mh Marshallese|mi Maori
mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay|mt Maltese|my Burmese|na Nauru|nb Norwegian Bokmal
nd North Ndebele|ne Nepali|ng Ndonga|nl Dutch|nn Norwegian Nynorsk|no Norwegian|nr South Ndebele|nv Navajo|ny Chichewa
oc Occitan|oj Ojibwa|om Oromo|or Oriya|os Ossetian|pa Punjabi|pi Pali|pl Polish|ps Pashto|pt Portuguese|qu Quechua
rm Romansh|rn Rundi|ro Romanian|ru Russian|rw Kinyarwanda|sa Sanskrit|sc Sardinian|sd Sindhi|se Northern Sami|sg Sango
si Sinhala|sk Slovak|sl Slovenian|sm Samoan|sn Shona|so Somali|sq Albanian|sr Serbian|ss Swati|st Southern Sotho
su Sundanese|sv Swedish|sw Swahili|ta Tamil|te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tl Tagalog|tn Tswana
to Tonga|tr Turkish|ts Tsonga|tt Tatar|tw Twi|ty Tahitian|ug Uighur|uk Ukrainian|ur Urdu|uz Uzbek|ve Venda
vi Vietnamese|vo Volapuk|wa Walloon|wo Wolof|xh Xhosa|yi Yiddish|yo Yoruba|za Zhuang|zh Chinese|zu Zulu
"""
LANGUAGES = dict(entry.split(" ", 1) for entry in _CODES.strip().replace("\n", "|").split("|"))
"""ISO 639-1: codes and English names."""

_ALSO = """
at de|cn zh|cz cs|dk da|gb en|gr el|jp ja|ua uk|us en|deu de|ger de|eng en|fra fr|fre fr|spa es|ita it|deutsch de
français fr|francais fr|español es|espanol es|italiano it|nederlands nl|polski pl|dansk da|svenska sv|português pt
portugues pt|čeština cs|suomi fi|norsk nb|türkçe tr|magyar hu
"""
_MEANT = dict(entry.split(" ") for entry in _ALSO.strip().replace("\n", "|").split("|"))
"""What people write who think of the country, of longer codes, or in the language itself."""

_TAG = re.compile(r"[a-z]{2}([-_]([a-z0-9]{2,8})){0,3}")


@dataclass(frozen=True, slots=True)
class Unknown:
    """``what`` is wrong and ``hint`` what was meant."""

    what: str
    hint: str


def language(text: str) -> str | Unknown:
    """The tag as BCP 47 writes it: "de", "pt-BR", "zh-Hant"."""
    said = text.strip().lower()
    code, *others = said.replace("_", "-").split("-")
    if _TAG.fullmatch(said) and code in LANGUAGES:
        return "-".join((code, *map(_cased, others)))
    return Unknown(f"{text[:40]!r} is no language", _meant(said))


def _cased(part: str) -> str:
    """RFC 5646, 2.1.1: regions in capitals, scripts with one."""
    return part.upper() if len(part) == 2 else part.title() if len(part) == 4 and part.isalpha() else part


def _meant(said: str) -> str:
    names = {name.lower(): code for code, name in LANGUAGES.items()}
    near = get_close_matches(said[:40], names, n=1, cutoff=0.75)
    code = _MEANT.get(said) or (names[near[0]] if near else "")
    return f"did you mean {code} ({LANGUAGES[code]})?" if code else "a tag of BCP 47: de, fr, pt-BR"


def time_zone(text: str) -> str | Unknown:
    """The zone as the IANA writes it, upper or lower case alike."""
    said = text.strip().replace(" ", "_")
    found = _zones().get(said.lower())
    return found if found else Unknown(f"{text[:60]!r} is not a time zone", _zone_meant(said[:60]))


def _zone_meant(said: str) -> str:
    """By the whole name, or by the city alone."""
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(_zones().values(), reverse=True) if "/" in zone}
    city = said.rpartition("/")[2].lower()
    for word, names in ((said.lower(), _zones() if "/" in said else cities), (city, cities), (said.lower(), _zones())):
        if near := get_close_matches(word, names, n=1, cutoff=0.7):
            return f"did you mean {names[near[0]]}?"
    return "like Europe/Berlin"


@cache
def _zones() -> dict[str, str]:
    return {zone.lower(): zone for zone in zoneinfo.available_timezones()}
