"""Addresses said in sentences: the place alone, without the phrase that leads to it or what is said behind."""

# ruff: noqa: E501 (what is typed stays on its line)

import pytest

from maild.domain.mail import Mail
from pipeline.orders import parties
from pipeline.orders.read import read_orders

LINES = "\nPO no. 4471-A\n\n20 pcs bracket AX-10 at 12.50 EUR\n10 pcs hinge AX-22 at 8.50 EUR\n\nTotal 335.00 EUR\n\n"


@pytest.mark.parametrize(
    ("said", "company", "street", "postcode", "city"),
    [
        ("Delivery to the office please, Birch Road, Stourbridge DY8 4JB, by Friday.", None, "Birch Road", "DY8 4JB", "Stourbridge"),
        ("À livrer jeudi 26 novembre avant 6 h, toujours 3 place de l'Église, 49400 Saumur.", None, "3 place de l'Église", "49400", "Saumur"),
        ("Dostawa do sklepu na Mickiewicza 8, 35-064 Rzeszów, wejście od podwórka.", None, "Mickiewicza 8", "35-064", "Rzeszów"),
        ("Consegna entro il 4 dicembre presso il ns. magazzino di Via Emilia 22, 24040 Stezzano (BG).", None, "Via Emilia 22", "24040", "Stezzano"),
        ("Entréguenlo antes del 3 de diciembre en C/ Coso 62, 22001 Huesca.", None, "C/ Coso 62", "22001", "Huesca"),
        ("Lieferung bitte in KW 49 an die Praxis: Marktplatz 5, 88212 Ravensburg.", None, "Marktplatz 5", "88212", "Ravensburg"),
        ("Afleveren uiterlijk 2 december bij onze werkplaats, Ambachtsweg 7, 3831 KA Leusden.", None, "Ambachtsweg 7", "3831 KA", "Leusden"),
        ("Leveres senest tirsdag den 1/12 hos Fjordbo ApS, Havnegade 21, 7100 Vejle.", "Fjordbo ApS", "Havnegade 21", "7100", "Vejle"),
        ("Livrarea se face pe 4 decembrie la șantierul din Str. Fabricii nr. 10, 400620 Cluj.", None, "Str. Fabricii nr. 10", "400620", "Cluj"),
        ("Livraison semaine 49 à La Ferme du Lac, 12 chemin du Lac, 74000 Annecy", "La Ferme du Lac", "12 chemin du Lac", "74000", "Annecy"),
        ("Adres: Atatürk Cad. No: 22, 35210 Konak", None, "Atatürk Cad. No: 22", "35210", "Konak"),
        ("Kérjük a következő címre: 6000 Kecskemét, Izsáki út 12.", None, "Izsáki út 12.", "6000", "Kecskemét"),
    ],
)  # fmt: skip
def test_an_address_in_a_sentence(said: str, company: str | None, street: str, postcode: str, city: str) -> None:
    [order] = read_orders(Mail(sender=None, subject="", text=f"Hello,\n{LINES}{said}\n\nRegards\nAnn\n")).orders
    place = order.ship_to
    assert place is not None
    assert (place.company, place.street, place.postcode, place.city) == (company, street, postcode, city)


@pytest.mark.parametrize(
    ("text", "street", "postcode", "city", "country"),
    [
        ("407 台中市西屯區工業路58號", "西屯區工業路58號", "407", "台中市", "TW"),
        ("台北市中山區南京東路8號", "台北市中山區南京東路8號", None, "台北市", "TW"),
        ("广东省深圳市宝安区鹤洲工业区5栋，518126", "宝安区鹤洲工业区5栋", "518126", "广东省深圳市", None),
        ("〒231-0023 神奈川県横浜市中区山下町25", "中区山下町25", "〒231-0023", "神奈川県横浜市", "JP"),
    ],
)
def test_an_east_asian_address_has_its_city_apart(
    text: str, street: str, postcode: str | None, city: str, country: str | None
) -> None:
    place = parties.party([text])
    assert place is not None
    assert (place.street, place.postcode, place.city, place.country) == (street, postcode, city, country)


@pytest.mark.parametrize(
    ("said", "currency"),
    [
        ("Leverans till Lagergatan 4, Örebro, med vänlig hälsning", "SEK"),
        ("Levering på Bagervej 3, Silkeborg. I alt ekskl. moms. Med venlig hilsen, vi tager 12", "DKK"),
        ("Kan dere levere til Storgata 14. Sum eks. mva. Med vennlig hilsen, vi skal bruke 12", "NOK"),
        ("Levering til Storgata 14, hilsen vi", None),
    ],
)
def test_whose_crowns_are_meant(said: str, currency: str | None) -> None:
    text = (
        f"Hej!\n\nVår ordre nr 4471-A:\n\n20 stk bracket (AX-10) à 12,50 kr\n10 stk hinge (AX-22) à 8,50 kr\n\n{said}\n"
    )
    text = text if currency == "SEK" else text.replace("Vår", "Vores")
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    assert order.currency == currency


@pytest.mark.parametrize(("text", "name"), [("Dijkweg 4, 1161 AB Zwanenburg", None), ("Studio 54 AB", "Studio 54 AB")])
def test_a_postcode_is_no_legal_form(text: str, name: str | None) -> None:
    assert parties.company_in(text) == name
