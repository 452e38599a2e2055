"""One small order in twelve languages, by the labels that each uses."""

# ruff: noqa: E501 (printed text stays on its line)

import pytest

from maild.domain.mail import Mail
from pipeline.orders.read import read_orders

# language: number, order day, delivery, heads (item, description, quantity, unit, price, amount), total
WORDS = {
    "en": ("PO Number", "Order Date", "Delivery Date", ("Item No", "Description", "Qty", "UOM", "Unit Price", "Amount"), "Total"),
    "de": ("Bestellnummer", "Bestelldatum", "Liefertermin", ("Artikel-Nr.", "Bezeichnung", "Menge", "ME", "Einzelpreis", "Gesamtpreis"), "Gesamtsumme"),
    "fr": ("Commande n°", "Date de commande", "Date de livraison", ("Référence", "Désignation", "Qté", "Unité", "Prix unitaire", "Montant"), "Total HT"),
    "it": ("Ordine n.", "Data ordine", "Data consegna", ("Codice", "Descrizione", "Quantità", "UM", "Prezzo", "Importo"), "Totale ordine"),
    "es": ("Pedido nº", "Fecha de pedido", "Fecha de entrega", ("Referencia", "Descripción", "Cantidad", "Ud", "Precio", "Importe"), "Total pedido"),
    "nl": ("Bestelnummer", "Orderdatum", "Leverdatum", ("Artikelnummer", "Omschrijving", "Aantal", "Eenheid", "Prijs", "Bedrag"), "Totaal"),
    "pt": ("Encomenda n.º", "Data da encomenda", "Data de entrega", ("Código", "Descrição", "Qtd", "Un", "Preço unit.", "Valor"), "Total"),
    "pl": ("Zamówienie nr", "Data zamówienia", "Termin dostawy", ("Indeks", "Nazwa", "Ilość", "J.m.", "Cena netto", "Wartość netto"), "Razem"),
    "ru": ("Заказ №", "Дата заказа", "Срок поставки", ("Артикул", "Наименование", "Кол-во", "Ед.", "Цена", "Сумма"), "Итого"),
    "zh": ("采购单号", "订单日期", "交货日期", ("料号", "品名", "数量", "单位", "单价", "金额"), "合计"),
    "cs": ("Objednávka č.", "Datum objednávky", "Termín dodání", ("Kód", "Název", "Množství", "MJ", "Cena", "Celkem"), "Celkem"),
    "sv": ("Inköpsorder", "Orderdatum", "Leveransdatum", ("Artikelnr", "Benämning", "Antal", "Enhet", "Pris", "Belopp"), "Summa"),
}  # fmt: skip
WELL = tuple(WORDS)[:10]


def text_in(language: str) -> str:
    number, day, wanted, heads, total = WORDS[language]
    rows = [heads, ("AX-1", "Xxxx", "20", "pcs", "12.50", "250.00"), ("AX-2", "Yyyy", "10", "pcs", "8.50", "85.00")]
    table = "\n".join("   ".join(cell.ljust(14) for cell in row).rstrip() for row in rows)
    return f"{number}: Z-4471\n{day}: 2026-11-20\n{wanted}: 2026-12-04\n\n{table}\n\n{total}: 335.00 EUR\n"


@pytest.mark.parametrize("language", WELL)
def test_p15_an_order_is_read_in_each_of_ten_languages(language: str) -> None:
    [order] = read_orders(Mail(sender=None, subject="", text=text_in(language))).orders
    assert (order.po_number, order.order_date, order.requested_date) == ("Z-4471", "2026-11-20", "2026-12-04")
    assert [(line.sku, line.quantity, line.unit_price) for line in order.lines] == [
        ("AX-1", "20", "12.50"),
        ("AX-2", "10", "8.50"),
    ]
    assert (order.total, order.needs_review) == ("335.00", False)


@pytest.mark.parametrize("language", tuple(WORDS)[10:])
def test_p15_languages_known_in_part_are_right_or_reviewed(language: str) -> None:
    for order in read_orders(Mail(sender=None, subject="", text=text_in(language))).orders:
        right = [(line.sku, line.quantity) for line in order.lines] == [("AX-1", "20"), ("AX-2", "10")]
        assert order.needs_review or (right and order.total == "335.00" and order.po_number == "Z-4471")
