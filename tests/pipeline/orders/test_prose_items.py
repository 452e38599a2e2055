"""Positions in sentences and short rows of many languages: count, item number and price, and sizes that are no count."""

# ruff: noqa: E501 (what is typed stays on its line)

import pytest

from maild.domain.mail import Mail
from maild.domain.order import Order
from pipeline.orders.items import _SENTENCE_END
from pipeline.orders.read import read_orders
from pipeline.orders.sentence_ends import sentences_of

SENTENCES = {
    "pt": "Segue nosso pedido 4471. Precisamos de 15 caixas de papel folha dupla (cód. PH-64) a R$ 89,90 cada, 200 unidades de sabonete 20 g (cód. SB-20) a R$ 0,95 e 12 galões de sabão 5 L (cód. DS-5L) a R$ 27,50. Total do pedido: R$ 1.868,50.",
    "es": "Nuestro pedido nº 4471: necesitamos 15 cajas de papel doble hoja (ref. PH-64) a 89,90 €, 200 unidades de jabón 20 g (ref. SB-20) a 0,95 € y 12 garrafas de lejía 5 l (ref. DS-5L) a 27,50 €. Total del pedido: 1.868,50 €.",
    "fr": "Notre commande n° 4471 : 15 cartons de papier double feuille (réf. PH-64) à 89,90 €, 200 pièces de savon 20 g (réf. SB-20) à 0,95 € et 12 bidons de javel 5 l (réf. DS-5L) à 27,50 €. Total de la commande : 1 868,50 €.",
    "it": "Nostro ordine n. 4471: 15 scatole di carta doppio velo (cod. PH-64) a € 89,90, 200 pezzi di sapone 20 g (cod. SB-20) a € 0,95 e 12 taniche di candeggina 5 l (cod. DS-5L) a € 27,50. Totale ordine: € 1.868,50.",
    "de": "Unsere Bestellung Nr. 4471: 15 Kartons Papier zweilagig (Art. PH-64) zu 89,90 €, 200 Stück Seife 20 g (Art. SB-20) zu 0,95 € und 12 Kanister Reiniger 5 l (Art. DS-5L) zu 27,50 €. Gesamtsumme: 1.868,50 €.",
    "nl": "Onze bestelling nr. 4471: 15 dozen papier dubbel (art. PH-64) à € 89,90, 200 stuks zeep 20 g (art. SB-20) à € 0,95 en 12 jerrycans bleek 5 l (art. DS-5L) à € 27,50. Totaal: € 1.868,50.",
    "pl": "Zamówienie nr 4471: 15 kartonów papieru dwuwarstwowego (kod PH-64) po 89,90 zł, 200 sztuk mydła 20 g (kod SB-20) po 0,95 zł i 12 kanistrów płynu 5 l (kod DS-5L) po 27,50 zł. Razem: 1 868,50 zł.",
    "ru": "Заказ № 4471: 15 коробок бумаги двухслойной (арт. PH-64) по 89,90 руб., 200 штук мыла 20 г (арт. SB-20) по 0,95 руб. и 12 канистр средства 5 л (арт. DS-5L) по 27,50 руб. Итого: 1 868,50 руб.",
    "cs": "Objednávka č. 4471: 15 kartonů papíru dvouvrstvého (kód PH-64) po 89,90 Kč, 200 ks mýdla 20 g (kód SB-20) po 0,95 Kč a 12 kanystrů čističe 5 l (kód DS-5L) po 27,50 Kč. Celkem: 1 868,50 Kč.",
    "sv": "Vår beställning nr 4471: 15 kartonger papper dubbelt (art. PH-64) à 89,90 kr, 200 st tvål 20 g (art. SB-20) à 0,95 kr och 12 dunkar klor 5 l (art. DS-5L) à 27,50 kr. Totalt: 1 868,50 kr.",
    "da": "Vores ordre nr. 4471: 15 kartoner papir dobbelt (varenr. PH-64) à 89,90 kr, 200 stk. sæbe 20 g (varenr. SB-20) à 0,95 kr og 12 dunke klor 5 l (varenr. DS-5L) à 27,50 kr. I alt: 1.868,50 kr.",
    "ro": "Comanda noastră nr. 4471: 15 cutii hârtie dublă (cod PH-64) la 89,90 lei, 200 bucăți săpun 20 g (cod SB-20) la 0,95 lei și 12 bidoane clor 5 l (cod DS-5L) la 27,50 lei. Total: 1.868,50 lei.",
    "en": "Our order no. 4471: 15 boxes of two-ply paper (code PH-64) at £89.90, 200 pieces of soap 20 g (code SB-20) at £0.95 and 12 cans of bleach 5 l (code DS-5L) at £27.50. Order total: £1,868.50.",
}
TOLD = [("PH-64", "15", "89.90"), ("SB-20", "200", "0.95"), ("DS-5L", "12", "27.50")]


def read(text: str) -> Order:
    [order] = read_orders(Mail(sender=None, subject="", text=text)).orders
    return order


def told(order: Order) -> list[tuple[str | None, str | None, str | None]]:
    return [(line.sku, line.quantity, line.unit_price) for line in order.lines]


@pytest.mark.parametrize("language", SENTENCES)
def test_positions_of_one_sentence_with_item_numbers_in_brackets(language: str) -> None:
    order = read(SENTENCES[language])
    assert (order.po_number, order.total, told(order)) == ("4471", "1868.50", TOLD)
    assert not order.needs_review


ROWS = {
    "it": "n. 10 confezioni tasselli 8 mm da 100 pz (cod. TS-8) a € 6,90\nn. 25 pezzi lucchetto 40 mm (cod. LC-40) a € 5,40",
    "de": "10 Pck. Dübel 8 mm à 100 Stk. (Art.-Nr. TS-8) je 6,90 €\n25 Stk. Schloss 40 mm (Art.-Nr. LC-40) je 5,40 €",
    "ro": "1) Dibluri 8 mm, 100 buc/cutie, cod TS-8, 10 cutii, preț 6,90 lei/cutie\n2) Lacăt 40 mm, cod LC-40, 25 buc., preț 5,40 lei/buc.",
    "cs": "TS-8 - hmoždinky 8 mm - 10 bal. á 6,90 Kč\nLC-40 - zámek 40 mm - 25 ks á 5,40 Kč",
    "sv": "- 10 förp plugg 8 mm (art.nr TS-8) à 6,90 kr\n- 25 st hänglås 40 mm (art.nr LC-40) à 5,40 kr",
    "hu": "- 10 csomag tipli 8 mm (cikkszám: TS-8), 6,90 Ft/csomag\n- 25 db lakat 40 mm (cikkszám: LC-40), 5,40 Ft/db",
    "tr": "* 10 paket dübel 8 mm (TS-8) - birim fiyat 6,90 TL\n* 25 adet kilit 40 mm (LC-40) - birim fiyat 5,40 TL",
    "nl": "- pluggen 8 mm (art. TS-8): 10 pakken à € 6,90\n- hangslot 40 mm (art. LC-40): 25 stuks à € 5,40",
    "fr": "- chevilles 8 mm, réf. TS-8 : 10 paquets à 6,90 €\n- cadenas 40 mm, réf. LC-40 : 25 pièces à 5,40 €",
}


@pytest.mark.parametrize("language", ROWS)
def test_positions_in_rows_with_a_size_in_the_name(language: str) -> None:
    order = read(f"PO number: 4471\n\n{ROWS[language]}\n\nTotal: 204,00\n")
    assert told(order) == [("TS-8", "10", "6.90"), ("LC-40", "25", "5.40")]


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        (
            "高筋面粉25公斤 10袋（MF-25）\n大豆油20升 4桶（DY-20）\n筷子 5箱",
            [("MF-25", "10"), ("DY-20", "4"), (None, "5")],
        ),
        (
            "flour 25 kg 10 sacks (MF-25)\noil 20 l 4 cans (DY-20)\nchopsticks 5 boxes",
            [("MF-25", "10"), ("DY-20", "4"), (None, "5")],
        ),
        (
            "Mehl Type 405 10 Säcke\nSpeiseöl 4 Kanister\nServietten weiß 5 Kartons",
            [(None, "10"), (None, "4"), (None, "5")],
        ),
        ("mąka 10 worków\nolej 4 kanistry\nserwetki 5 opakowań", [(None, "10"), (None, "4"), (None, "5")]),
    ],
)
def test_rows_that_name_goods_and_then_their_count(rows: str, counts: list[tuple[str | None, str]]) -> None:
    order = read(f"PO number: 4471\n\n{rows}\n")
    assert [(line.sku, line.quantity) for line in order.lines] == counts
    assert order.needs_review


@pytest.mark.parametrize(
    "text",
    [
        "Send 5 rolls (cod. TS-8) at 6.90. Then call me.",
        "Send 5 rolls, art. Ab-8. Then call me.",
        "Send 5 rolls (see list. Or ask) now. Then call me.",
    ],
)
def test_a_point_in_brackets_or_behind_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert len(list(sentences_of(text, _SENTENCE_END))) == 2
