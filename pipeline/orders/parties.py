"""Names and addresses: who buys, where the goods go, who is invoiced."""

# ruff: noqa: E501 (tables and patterns stay on their lines)

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from maild.domain.order import Party
from pipeline.orders.labels import columns_of, legal_forms, normal

MAX_LENGTH = 300
# Before a postcode, as post offices once asked for (CEPT): "D-34123", "CH-8005".
_COUNTRY_MARKS = "(?:A|B|D|E|F|I|L|P|S|N|AT|BE|BG|CH|CY|CZ|DE|DK|EE|ES|FI|FIN|FL|FR|GR|HR|HU|IT|LI|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|H)"
_TAIWAN = "台北|臺北|新北|桃園|台中|臺中|台南|臺南|高雄|基隆|新竹|苗栗|彰化|南投|雲林|嘉義|屏東|宜蘭|花蓮|台東|臺東|澎湖|金門|連江"
_CAPITAL = "[A-ZÀ-ÖØ-ÞČĎĚŇŘŠŤŮŽ]"
# The first letter or digit stands before the look at what precedes it, which makes the search many times faster.
POSTCODES: tuple[tuple[str, str, str], ...] = (
    ("GB", r"[A-Z](?<!\w.)[A-Z]?\d[A-Z\d]?\s?\d[A-Z]{2}(?!\w)", "before"),
    ("CA", r"[ABCEGHJ-NPRSTVXY](?<!\w.)\d[A-Z]\s?\d[A-Z]\d(?!\w)", "before"),
    ("IE", r"[A-Z](?<!\w.)\d[\dW]\s?[A-Z\d]{4}(?!\w)", "before"),
    ("US", r"[ACDFGHIK-PR-W](?<!\w.)(?:(?<=A)[KLRZ]|(?<=C)(?:[AOT]|ALIFORNIA|alifornia)|(?<=D)[CE]|(?<=F)(?:L|LORIDA|lorida)"
           r"|(?<=G)(?:A|EORGIA|eorgia)|(?<=H)I|(?<=I)(?:[ADLN]|LLINOIS|llinois)|(?<=K)[SY]|(?<=L)A|(?<=M)[ADEINOST]"
           r"|(?<=N)[CDEHJMVY]|(?<=O)(?:[HKR]|HIO|hio)|(?<=P)A|(?<=R)I|(?<=S)[CD]|(?<=T)(?:[NX]|EXAS|exas)|(?<=U)T"
           r"|(?<=V)[AT]|(?<=W)[AIVY])\.?,?\s+\d{5}(?:-\d{4})?(?!\d|-\d{3}(?!\d))", "before"),
    ("NL", r"\d(?<!\d.)\d{3}\s?[A-Z]{2}(?![A-Za-z])", "after"),
    ("AU", r"(?<!\w)(?:NSW|VIC|QLD|TAS|NT|ACT|WA|SA)\s+\d{4}(?!\d)", "before"),
    ("BR", r"\d(?<!\d.)\d\.?\d{3}-\d{3}(?!\d)", "before"),
    ("PT", r"\d(?<!\d.)\d{3}-\d{3}(?!\d)", "after"),
    ("PL", r"\d(?<![\d\-].)\d-\d{3}(?![\d\-])", "after"),
    ("TW", rf"\d(?<!\d.)\d{{2}}(?:\d{{2,3}})?(?=\s?(?:{_TAIWAN})[\u4e00-\u9fff]{{0,2}}[市縣])", "after"),
    ("JP", r"〒\s?\d{3}-?\d{4}", "after"),
    ("SE", rf"\d(?<!\d.)\d{{2}}\s\d{{2}}(?=\s+{_CAPITAL}(?:[a-zß-öø-ÿčďěňřšťůž]|{_CAPITAL}{{3}}))", "after"),
    ("", r"\d(?<![A-Za-z\d\-.,/].)\d{5}(?![\d\-元円]|[.,]\d|\s?(?:元|руб|zł|€))", "either"),
    ("", rf"(?<![\w\-.,/])(?:{_COUNTRY_MARKS}-\s?)?\d{{5}}(?:-\d{{4}})?(?![\d\-/元円]|[.,]\d|\s?(?:元|руб|zł|€))", "after"),
    ("", rf"(?<![\w\-.,/+])(?:{_COUNTRY_MARKS}-\s?)?\d{{4}}(?=\s+[A-ZÀ-Ý][\w.\-'’]{{2,}})", "after"),
)  # fmt: skip
# What a text holds, in small letters for the first two, where one of these can stand in it at all.
_MEXICAN = re.compile(r"(?i)\bS\.?\s?(?:A|de R\.?\s?L)\.? de C\.?\s?V\b|\bR\.?F\.?C\.?\s?:")
_MEXICAN_MARKS = (" de c", "rfc", "r.fc", "rf.c", "r.f.c")
_NAMED = re.compile(r"\bU\.?S\.?A\b|\bUnited States\b|\bCanada\b|\bUnited Kingdom\b|\bAustralia\b|\bSingapore\b")
_NAMED_MARKS = ("SA", "S.A", "United ", "Canada", "Australia", "Singapore")
_MARKS = {
    "AU": ("NSW", "VIC", "QLD", "TAS", "NT", "ACT", "WA", "SA"),
    "BR": ("-",),
    "PT": ("-",),
    "PL": ("-",),
    "JP": ("〒",),
    "TW": ("市", "縣"),
}
_EAST_CITY = re.compile(r"((?:[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,5}自治区)?[\u4e00-\u9fff]{2,4}市)")
_CZECH = re.compile(r"[ěščřžýůťďň]|\bs\.\s?r\.\s?o\b", re.I)  # 560 02 may be Swedish or Czech
_HOUSE = re.compile(r"[^\W\d_]\s\d{1,4}\s?[a-z]?$")
_COUNTY = re.compile(r"\.?\s+(?!kg|ltd|inc|llc|llp|lp|limited|gmbh|ohg|s\.?a|pte|pty|corp|of\b)[^\W\d_]")  # "Co. Cork"
_EAST_PLACE = re.compile(
    r"((?:[\u4e00-\u9fff]{2,3}[省県府都]|[\u4e00-\u9fff]{2,5}自治区|北海道)?[\u4e00-\u9fff]{1,4}[市縣])(?=\S)"
)
_IN_TAIWAN = re.compile(_TAIWAN)
_POSTCODE_BEFORE = re.compile(r"(?<!\d)\d{4}\s?\Z")  # "1161 AB" is a Dutch postcode
_TYPE = re.compile(r"[ -]\d")  # what follows is a type's number: "Keilriemen SPA 1250"
_SENTENCE_BEHIND = re.compile(
    r"(?<=\d)\.\s(?=[^\W\d_a-zа-я][^\W\d_]+(?: [a-zß-ÿа-яё]{1,20}){2})\D{1,200}\Z"
)  # "30. Цены в рублях."
_DIGIT, _FOUR_DIGITS = re.compile(r"\d"), re.compile(r"\d{4}")
_LONG = frozenset({"", "US", "NL", "AU", "PT"})  # postcodes of four digits together at least
_WORD = re.compile(r"[^\W_]+")
_STREET = re.compile(
    r"(?i)(?:str\.|straße|strasse|gasse|\bweg\b|platz|allee|\brue\b|\bavenue\b|\bave?\b|\bbd\b|boulevard|\broad\b|\brd\b|\bstreet\b|\bst\b|\blane\b"
    r"|\bdrive\b|\bdr\b|\bway\b|\bvia\b|viale|corso|piazza|strada|calle|\bc/|avda|paseo|\bpol\b|laan|straat|\bweg\b|\bkade\b|\bplein\b|\brua\b|\bav\b"
    r"|estrada|travessa|\bul\.|\bal\.|улица|\bул\b|\bпр\b|проспект|шоссе|路|街|道|號|号|区|區|\bunit\b|\bdock\b|\bsuite\b|\bhwy\b|highway|parkway|\bplot\b|zone|zona|\bloop\b)"
)
_COUNTRIES = {
    "usa": "US", "us": "US", "united states": "US", "united kingdom": "GB", "uk": "GB", "england": "GB",
    "deutschland": "DE", "germany": "DE", "osterreich": "AT", "austria": "AT", "schweiz": "CH", "suisse": "CH",
    "switzerland": "CH", "france": "FR", "italia": "IT", "italy": "IT", "espana": "ES", "spain": "ES",
    "nederland": "NL", "netherlands": "NL", "belgium": "BE", "belgique": "BE", "belgie": "BE", "portugal": "PT",
    "brasil": "BR", "brazil": "BR", "polska": "PL", "poland": "PL", "russia": "RU", "россия": "RU", "рф": "RU",
    "china": "CN", "中国": "CN", "taiwan": "TW", "台灣": "TW", "canada": "CA", "australia": "AU",
    "new zealand": "NZ", "singapore": "SG", "india": "IN", "mexico": "MX", "ireland": "IE", "hong kong": "HK",
    "luxembourg": "LU", "liechtenstein": "LI", "denmark": "DK", "danmark": "DK", "sweden": "SE",
    "sverige": "SE", "norway": "NO", "norge": "NO", "finland": "FI", "suomi": "FI", "chile": "CL",
    "argentina": "AR", "colombia": "CO", "peru": "PE", "kazakhstan": "KZ", "belarus": "BY", "ukraine": "UA",
    "japan": "JP", "kuwait": "KW", "u s a": "US",
}  # fmt: skip


_CODE_ROLES = frozenset({"sku", "customer_sku", "item", "gtin"})
_CODE_WORDS = frozenset(
    {"art", "ref", "no", "nr", "code", "cod", "n", "артикул", "арт", "sku", "item", "part", "kod", "ean", "po", "indeks"}
)  # fmt: skip


def party(lines: Sequence[str]) -> Party | None:
    """A postal address out of its lines; what is no name, postcode or city becomes the street."""
    parts = _parts(lines)
    if not parts:
        return None
    company, rest = _company_first(parts)
    found = _find_postcode(rest) or _find_postcode(parts)
    country = next((_COUNTRIES[normal(p)] for p in reversed(parts) if normal(p) in _COUNTRIES), None)
    if found is None:
        east = _EAST_CITY.search(" ".join(parts))
        country = country or (("TW" if _IN_TAIWAN.match(east[1]) else "CN") if east else None)
        return Party(company=company, street=_street(rest), city=east[1] if east else None, country=country)
    code, city, origin, index = found
    origin = "CZ" if origin == "SE" and _CZECH.search(" ".join(parts)) else origin
    source = rest if _find_postcode(rest) else parts
    street = [p for n, p in enumerate(source) if n != index]
    around = source[index].replace(code, " ").replace(city or "\x00", " ").strip(" ,;-")
    if city and (east := _EAST_PLACE.match(city)):
        street, city = [*street, city[east.end() :].strip(" ,;(（")], east[1]
    elif not city and street and (east := _EAST_PLACE.match(street[0])):
        street, city = [street[0][east.end() :].strip(), *street[1:]], east[1]
    if around and len(around) > 2 and normal(around) not in _COUNTRIES:
        street.append(around)
    return Party(company=company, street=_street(street), city=city, postcode=code, country=country or origin or None)


def _street(parts: Sequence[str]) -> str | None:
    """What is left of an address; a country's name has its own place."""
    return _short(", ".join(part for part in parts if normal(part) not in _COUNTRIES))


def labelled_postcode(text: str) -> bool:
    """Whether what looks like a postcode carries an item number's or another code's label."""
    code = postcode_in(text)
    before = text[: text.find(code)].split()[-1:] if code else []
    return bool(before) and (normal(before[0]) in _CODE_WORDS or bool(columns_of(before[0]) & _CODE_ROLES))


def postcode_row(rows: Sequence[str]) -> int | None:
    """Which row of an address holds its postcode: the most telling pattern, the last row first."""
    found = _find_postcode(rows)
    return found[3] if found else None


def postcode_in(text: str) -> str | None:
    """The first postcode of a text, as printed."""
    found = _find_postcode([text])
    return found[0] if found else None


_ITALIAN_MARKS = ("p.iva", "p. iva", "partita iva", "codice fiscale", "spett.le")


def country_of(text: str) -> str | None:
    """The country that the postcodes of a text speak for, None where they do not tell."""
    text = text[:20000]
    counts: Counter[str] = Counter()
    lowered = text.lower()
    if any(mark in lowered for mark in _MEXICAN_MARKS) and _MEXICAN.search(text):
        counts["MX"] = 3
    if any(mark in text for mark in _NAMED_MARKS):
        counts.update(_COUNTRIES.get(normal(word), "US") for word in _NAMED.findall(text))
    for country, pattern in _compiled():
        marks = _MARKS.get(country)
        if country and (marks is None or any(mark in text for mark in marks)):
            counts.update({country: len(pattern.findall(text))})
    if counts["US"] and any(mark in lowered for mark in _ITALIAN_MARKS):
        del counts["US"]  # a province before the postcode of the address beside it: "38010 Ton TN  38066 Riva"
    most = max(counts, key=lambda c: counts[c], default="")
    return most if counts[most] else None


def company_in(text: str) -> str | None:
    """The company a line names by its legal form, cut out of what stands around it; None for lines without one."""
    if not may_name_company(text):
        return None
    russian = re.search(r"(?:ООО|ОАО|ЗАО|ПАО|АО|ИП|ТОО)\s+[«\"“]?[^,;»\"”]{2,60}[»\"”]?", text[:400])
    if russian:
        return russian.group(0).strip()
    for piece in re.split(r"[:：]\s*|\s[|·•–—]\s|\s{2,}|\t|(?<=\w)\s?/\s(?=[A-Z])| - (?=[A-Z])", text):
        bare = piece.strip(" *_,;:-")
        if not 4 <= len(bare) <= 90:
            continue
        end = _legal_end(bare)
        if end and re.search(r"[^\W\d_]{2,}[^\w]{0,3}\S|[\u4e00-\u9fff]{4}|^(?:ООО|АО|ЗАО|ПАО|ИП)", bare[:end]):
            name = bare[:end].strip(" ,")
            return (
                re.sub(r"^.{0,40}?(?:[,:]\s)(?=[A-ZÀ-ÝА-Я一-鿿][^,:]*$)", "", name)
                if "," in name[:-12] or ":" in name
                else name
            )
    return None


@lru_cache(maxsize=2048)
def may_name_company(text: str) -> bool:
    """Whether the letters of a legal form occur in a text; where not, it names no company."""
    lowered = text.casefold()
    if not text.isascii():
        return any(form in lowered for form in legal_forms())
    opening = _form_openings()
    return any(form in lowered for word in _WORD.findall(lowered) if word in opening for form in opening[word])


@cache
def _form_openings() -> dict[str, list[str]]:
    """Legal forms by their first word ("s" for "s.a."), so that other words cost nothing."""
    opening: dict[str, list[str]] = {}
    for form in legal_forms():
        opening.setdefault((_WORD.findall(form) or [""])[0], []).append(form)
    return opening


@cache
def _normal_forms() -> frozenset[str]:
    return frozenset(map(normal, legal_forms()))


@lru_cache(maxsize=2048)
def _legal_end(text: str) -> int:
    lowered = text.casefold()
    best = 0
    for form in legal_forms():
        at = lowered.find(form)
        while at >= 0:
            end = at + len(form)
            east = not form.isascii() and any("\u3040" <= c <= "\u9fff" for c in form)
            before = at == 0 or not lowered[at - 1].isalnum() or east
            after = end == len(lowered) or (not lowered[end].isalnum() and not _TYPE.match(lowered, end)) or east
            after = after and not (form in ("co", "co.") and _COUNTY.match(lowered, end))
            before = before and not _POSTCODE_BEFORE.search(text, max(0, at - 6), at)
            capital = east or text[at].isupper() or form[0] in "&" or len(form) > 3
            if before and after and capital and (at > 0 or form in ("ооо", "ао", "зао", "пао", "ип", "оао", "тоо")):
                best = max(best, end if at > 0 else len(text))
            at = lowered.find(form, at + 1)
    return best


def _parts(lines: Sequence[str]) -> list[str]:
    parts: list[str] = []
    for line in lines[:10]:
        clean = re.sub(
            r"(?i)\b(?:CEP|C\.P\.|ZIP(?: code)?|postcode|индекс)\b:?|(?:邮编|邮政编码|郵編|郵遞區號)\s?[:：]?",
            " ",
            line,
        )
        clean = _SENTENCE_BEHIND.sub("", re.sub(r"\s+", " ", clean)).strip(" ,;|:：")
        if (
            not clean
            or "@" in clean
            or re.match(
                r"(?i)(?:phone|tel|fax|ph|e-?mail|attn|gstin|vat|www|http|тел)\b|(?:收[货貨件][人方]?|联系人|聯絡人|电话|電話|手机|手機|联系电话)(?:[:：\s]|$)",
                clean,
            )
        ):
            continue
        parts += [p.strip() for p in re.split(r",\s+|;\s+|，|\s\|\s|\s[–—·]\s", clean[:MAX_LENGTH]) if p.strip(" .")]
    return parts[:16]


def _company_first(parts: list[str]) -> tuple[str | None, list[str]]:
    """The name at the head of an address; a legal form cut off by a comma ("Foo, S.L.") is put back."""
    if len(parts) > 1 and normal(parts[1]) in _normal_forms():
        parts = [f"{parts[0]}, {parts[1]}", *parts[2:]]
    first = parts[0]
    if re.match(r"^\d", first) or (_STREET.search(first) and not _legal_end(first)) or _find_postcode([first]):
        return None, parts
    if len(parts) == 2 and _HOUSE.search(first) and _find_postcode(parts[1:]):
        return None, parts  # "Osterender Chaussee 12, 25870 Oldenswort"
    return first[:120].rstrip(" -–"), parts[1:]


def _find_postcode(parts: Sequence[str]) -> tuple[str, str | None, str, int] | None:
    """(postcode, city, country, index of the part), the most telling pattern first, the last part first."""
    numbered = [index for index in range(len(parts) - 1, -1, -1) if _DIGIT.search(parts[index])]
    long = [index for index in numbered if _FOUR_DIGITS.search(parts[index])]
    for (country, pattern), (_, _, side) in zip(_compiled(), POSTCODES, strict=True):
        for index in long if country in _LONG else numbered:
            match = pattern.search(parts[index])
            if match:
                digits = match.group(0)
                code = re.sub(r"^[A-Za-z.]+,?\s+(?=\d)", "", digits) if country in ("US", "AU") else digits
                return code, _city(parts, index, match, side), country, index
    return None


def _city(parts: Sequence[str], index: int, match: "re.Match[str]", side: str) -> str | None:
    before, after = parts[index][: match.start()].strip(" ,-"), parts[index][match.end() :].strip(" ,-.")
    after = re.split(r"\s*[(,]|\s[-–]\s", after)[0].strip()
    if side == "after" and after:
        return after[:60]
    if side in ("before", "either") and before:
        return re.sub(r"(?:,|\s)+[A-Z]{2,3}$", "", before)[:60] or before[:60]
    if after:
        return after[:60]
    neighbour = parts[index - 1] if index else (parts[index + 1] if index + 1 < len(parts) else None)
    return neighbour[:60] if neighbour and not any(c.isdigit() for c in neighbour) else (before[:60] or None)


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((country, re.compile(pattern)) for country, pattern, _ in POSTCODES)


def _short(text: str) -> str | None:
    return text[:MAX_LENGTH].strip(" ,") or None
