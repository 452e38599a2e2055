"""Positions that a letter tells in whole sentences, with numbers spelled, and where one ends and the next begins."""

# ruff: noqa: E501 (what is typed stays on its line)

from decimal import Decimal

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order
from pipeline.orders import item_price, mentions
from pipeline.orders.counted_phrases import counted_phrases
from pipeline.orders.money import amounts
from pipeline.orders.numbers import Style
from pipeline.orders.read import read_orders
from pipeline.orders.spelled import in_figures

SPELLED = {
    ("de", "zwölf Ventile, ein Dutzend Hähne, fünfundzwanzig Rohre"): "12 Ventile, 12 Hähne, 25 Rohre",
    ("en", "fifteen boxes, twenty-five rolls and half a dozen pails"): "15 boxes, 25 rolls and 6 pails",
    ("fr", "quinze pots, une douzaine de rouleaux"): "15 pots, 12 rouleaux",
    ("it", "venticinque sacchi e mezza dozzina di vasi"): "25 sacchi e 6 vasi",
    ("es", "treinta y cinco sacos y media docena de cubos"): "35 sacos y 6 cubos",
    ("pt", "três caixas e meia dúzia de baldes"): "3 caixas e 6 baldes",
    ("nl", "dertig rollen en vijfentwintig zakken"): "30 rollen en 25 zakken",
    ("pl", "dwadzieścia pięć worków i pół tuzina wiader"): "25 worków i 6 wiader",
    ("ru", "двадцать мешков и дюжину валиков"): "20 мешков и 12 валиков",
    ("sv", "tjugo säckar och fem hinkar"): "20 säckar och 5 hinkar",
    ("en", "2 dozen tubes of filler"): "24 tubes of filler",
    ("en", "two hundred and fifty boxes, one hundred twenty bags"): "250 boxes, 120 bags",
    ("en", "two thousand five hundred screws"): "2500 screws",
    ("fr", "mille deux cent cinquante sacs"): "1250 sacs",
    ("fr", "quatre-vingt-dix boîtes, soixante-quinze rouleaux, quatre vingts sacs"): "90 boîtes, 75 rouleaux, 80 sacs",
    ("en", "fifteen hundred screws"): "1500 screws",
    ("es", "trescientos cincuenta sacos y ciento veinte cubos"): "350 sacos y 120 cubos",
    ("pt", "duzentas e cinquenta caixas"): "250 caixas",
    ("pl", "sto dwadzieścia pięć worków"): "125 worków",
    ("ru", "триста пятьдесят мешков"): "350 мешков",
    ("zh", "手套十二箱"): "手套 12箱",
}
SENTENCES = {
    "de": "wir brauchen zu unserer Bestellung Nr. 4471 zwölf Hähne (KH-12) zu je 6,80 €, ein Dutzend Siphons Art. SI-40 zu 9,50 und 25 m Rohr 16 (VR-16) für 1,95 den Meter. Macht zusammen 244,35.",
    "pl": "Zamówienie 4471. Potrzebuję dwanaście zaworów 18 mm (symbol KH-12) po 6,80 zł i do tego tuzin syfonów, kod SI-40, te po 9,50. Dorzućcie jeszcze 25 m rury VR-16 po 1,95. Razem 244,35 zł.",
    "pt": "Manda por favor pedido 4471: doze torneiras KH-12 a R$ 6,80, uma dúzia de sifão 5L cod SI-40 a R$ 9,50 e 25 m de tubo VR-16 a R$ 1,95. Total R$ 244,35.",
    "fr": "Commande 4471 : il me faut douze robinets 10L (réf KH-12) à 6,80 € pièce, une douzaine de siphons SI-40 à 9,50 € et 25 m de tube VR-16 à 1,95 €. Ça fait 244,35 € HT.",
    "es": "Apunta el pedido 4471: doce grifos KH-12 a 6,80, una docena de sifones SI-40 a 9,50 y 25 m de tubo VR-16, ese a 1,95 euros. Total 244,35 €.",
    "it": "Ti faccio l'ordine 4471: dodici rubinetti KH-12 a 6,80, una dozzina di sifoni SI-40 a 9,50 l'uno, più 25 m di tubo (cod. VR-16) a 1,95 euro. Totale 244,35 €.",
    "nl": "Graag leveren, bestelling 4471: twaalf kranen (KH-12) à € 6,80, een dozijn sifons SI-40 à € 9,50 en 25 m buis VR-16 à € 1,95. Totaal € 244,35.",
    "ru": "Наш заказ № 4471. Нам нужно двенадцать кранов KH-12 по 6,80 руб., ещё дюжину сифонов (арт. SI-40) по 9,50 рублей и 25 м трубы VR-16 по 1,95 руб. Итого получается 244,35 руб.",
}
TOLD = [("KH-12", "12", "6.80"), ("SI-40", "12", "9.50"), ("VR-16", "25", "1.95")]


def read(text: str) -> Order:
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    return order


@pytest.mark.parametrize(("language", "text"), SPELLED)
def test_spelled_numbers_are_figures(language: str, text: str) -> None:
    assert in_figures(text, language) == SPELLED[language, text]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "onze bestelling is een kwestie"),
        ("en", "one of these, 2 dozen eggs"),
        ("fr", "le tarif neuf."),
        ("en", "three and a half boxes"),
        ("en", "2 hundred boxes"),
        ("en", "³³³ dozen boxes"),
        ("en", "twenty fifty boxes"),
        ("fr", "Mille mercis pour tout"),
        ("pt", "Encomenda dos parafusos"),
        ("zh", "手套三千二百个，螺丝一百零五个，胶带3百个，纸几十箱，笔两万五百个"),
        (None, "zwölf Ventile"),
    ],
)
def test_other_words_stay(language: str | None, text: str) -> None:
    assert in_figures(text, language) == text


@pytest.mark.parametrize("language", SENTENCES)
def test_positions_in_a_sentence(language: str) -> None:
    order = read(SENTENCES[language])
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == TOLD
    assert (order.po_number, order.total, order.needs_review) == ("4471", "244.35", False)


def test_no_position_ends_before_its_item_number_or_price() -> None:
    text = "need 4 tubes sealant 300 ml (SL-300) at $6.20 and 10 sheets 18 mm ply PL-18"
    assert counted_phrases(text, Style.POINT) == [
        "4 tubes sealant 300 ml (SL-300) at $6.20 and",
        "10 sheets 18 mm ply PL-18",
    ]


def test_a_street_is_no_position() -> None:
    text = "need 4 tubes sealant (SL-300) and 10 boxes screws SC-40 to 48 Larch Rd, Elmwood NC 28803"
    assert [phrase.split()[0] for phrase in counted_phrases(text, Style.POINT)] == ["4", "10"]


def test_no_position_is_told_apart_where_item_numbers_come_first() -> None:
    assert counted_phrases("SL-300 4 tubes at 6.20, SC-40 10 boxes at 3.10", Style.POINT) == []


def test_many_figures_of_a_position_are_compared_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    monkeypatch.setattr(item_price, "product", lambda *figures: tried.append(figures))
    for many in (100, 400):
        text = "5 " + "2.5 " * many
        item_price.price_and_amount(text, amounts(text, Style.POINT), None, mentions.Mention(Decimal(5), None, 0, 1))
    assert 0 < len(tried) <= 2 * item_price.MOST_SUMS**2


def test_labels_of_quantities_are_looked_for_beside_their_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    class Label:
        def search(self, text: str) -> None:
            seen.append(len(text))

    monkeypatch.setattr(mentions, "_QTY_LABEL", Label())
    text = "2 " * 400
    mentions.labelled_quantity(text, amounts(text, Style.POINT), Style.POINT)
    assert len(seen) > 100
    assert max(seen) <= mentions.LABEL_WITHIN


def test_a_spelled_sentence_whose_total_differs_is_not_trusted() -> None:
    assert read(SENTENCES["de"].replace("244,35", "254,35")).needs_review


def test_a_bound_count_before_its_price_is_the_quantity() -> None:
    rows = "1. płyta fasadowa 15 cm, kod PF15F - 42 paczki x 68,00\n2. klej 25 kg KS-25 - 60 worków x 23,50\n3. siatka, kod SI145, 8 rolek x 129,00"
    order = read(f"Zamówienie nr 2026/77:\n{rows}\nRazem netto 5298,00 PLN")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("PF15F", "42", "68.00"),
        ("KS-25", "60", "23.50"),
        ("SI145", "8", "129.00"),
    ]


def test_rows_of_goods_then_count_then_price() -> None:
    rows = "mouka 25 kg (MH25) 40 pytlů po 389 Kč\ndroždí DR1 12 krabic po 145 Kč\nsůl 10 kg SU10 6 ks po 98 Kč"
    order = read(f"Objednávka č. 26/118:\n{rows}\nCelkem 17 888 Kč bez DPH.")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("MH25", "40", "389"),
        ("DR1", "12", "145"),
        ("SU10", "6", "98"),
    ]


def test_thousands_parted_by_a_point_count() -> None:
    order = read(
        "Encomenda EV-77/26\n5.000 rolhas natural 45x24, ref. RN45 a 0,185\n800 caixas cartão, ref. CX6 a 0,94\n\nTotal 1.677,00 €"
    )
    assert [line.quantity for line in order.lines] == ["5000", "800"]


def test_chinese_numbers_before_units() -> None:
    assert in_figures("LB12二十箱,三百五十个,18元一包,第二批,三层", "zh") == "LB12 20箱, 350个,18元一包,第二批,三层"


def test_positions_parted_by_semicolons_in_chinese() -> None:
    text = "麻烦送货，单号XY-226：拿铁杯（货号LB12）二十箱，每箱86元；吸管XG-6要五包，18元一包；还有糖浆TJ750十二瓶，单价39元。合计2278元。送到上海市徐汇区龙华中路600号1层，谢谢。"
    order = read(text)
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("LB12", "20", "86"),
        ("XG-6", "5", "18"),
        ("TJ750", "12", "39"),
    ]
    assert order.total == "2278"
    assert order.ship_to is not None
    assert "龙华中路600号" in (order.ship_to.street or "")


def test_the_address_of_a_letter_in_one_paragraph() -> None:
    text = "il me faudrait quinze pots (réf SC10) à 42,90 € et deux bâches BA45 à 11 €. Commande 2611. À livrer sur le chantier 14 rue des Tanneurs 35300 Fougères stp, pas au dépôt."
    order = read(text)
    assert len(order.lines) == 2
    assert order.ship_to is not None
    assert (order.ship_to.street, order.ship_to.postcode, order.ship_to.city) == (
        "14 rue des Tanneurs",
        "35300",
        "Fougères",
    )


def test_a_short_number_that_is_all_a_subject_says() -> None:
    text = "treinta sacos de cemento CC25 a 7,90 y cuatro rollos de malla MF10 a 42 euros. Total 405,00 €"
    [order] = read_orders(Mail(sender=None, subject="pedido 88", text=text)).orders
    assert (order.po_number, order.needs_review) == ("88", True)


def test_a_program_that_answers_orders_nothing() -> None:
    mail = Mail(
        sender=None,
        subject="Automatisch antwoord: Order 88213",
        text="Ik ben afwezig. Uw mail over order 88213 lees ik later.",
    )
    assert not read_orders(mail).orders
