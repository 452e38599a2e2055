"""The words of drawn orders: labels, fictional companies and goods by language."""

# ruff: noqa: E501 (printed text stays on its line)

from dataclasses import dataclass
from decimal import Decimal

Address = tuple[str, str, str, str, str]  # company, street, country, city, postcode


@dataclass(frozen=True, slots=True)
class Wording:
    title: str
    number: tuple[str, ...]
    day: tuple[str, ...]
    wanted: tuple[str, ...]
    terms: str
    seller_label: str
    ship_label: str
    bill_label: str
    seller: Address
    buyer: Address
    office: Address
    line: str
    item: str
    own: str
    theirs: str
    description: str
    quantity: str
    unit: str
    price: str
    per: str
    amount: str
    subtotal: str
    freight: str
    vat: str
    total: str
    tax: Decimal
    currency: str
    marks: tuple[str, str]
    date_format: str
    goods: tuple[str, ...]
    units: tuple[str, ...]
    remark: str
    page: str
    small_print: tuple[str, ...]


WORDINGS = {
    "en": Wording(
        "PURCHASE ORDER", ("PO Number", "P.O. No.", "Purchase Order #", "Order No"), ("PO Date", "Order Date", "Date"),
        ("Required Date", "Delivery Date", "Need By"), "Payment Terms", "Vendor", "Ship To", "Bill To",
        ("Tallgrass Fasteners Inc", "410 Depot Street", "USA", "Salina", "KS 67401"),
        ("Redwater Pumps LLC", "77 Foundry Road", "USA", "Dayton", "OH 45402"),
        ("Redwater Pumps LLC", "PO Box 1180", "USA", "Dayton", "OH 45401"),
        "Line", "Item No.", "Our Part No.", "Vendor Part", "Description", "Qty", "UOM", "Unit Price", "Per", "Amount",
        "Subtotal", "Freight", "Sales Tax", "Total", Decimal(7), "USD", (",", "."), "%m/%d/%Y",
        ("Hex bolt zinc plated", "Flat washer steel", "Mechanical seal kit", "Gasket set nitrile"), ("EA", "BX", "PK"),
        "Certificate with every delivery", "Continued on next page",
        ("Please confirm within 48 hours.", "Invoices without our order number are returned."),
    ),
    "de": Wording(
        "Bestellung", ("Bestellnummer", "Bestell-Nr.", "Auftrags-Nr."), ("Bestelldatum", "Datum"), ("Liefertermin", "Lieferdatum"),
        "Zahlungsbedingungen", "Lieferant", "Lieferadresse", "Rechnungsadresse",
        ("Schraubenhandel Nordheim GmbH", "Industrieweg 4", "Deutschland", "Hannover", "30165"),
        ("Maschinenbau Ottmar GmbH", "Werkstraße 12", "Deutschland", "Kassel", "34123"),
        ("Maschinenbau Ottmar GmbH", "Postfach 1204", "Deutschland", "Kassel", "34012"),
        "Pos", "Artikelnummer", "Unsere Art.-Nr.", "Ihre Artikel-Nr.", "Bezeichnung", "Menge", "Einheit", "Einzelpreis", "PE", "Gesamtpreis",
        "Zwischensumme", "Fracht", "MwSt", "Gesamtbetrag", Decimal(19), "EUR", (".", ","), "%d.%m.%Y",
        ("Sechskantschraube verzinkt", "Unterlegscheibe Stahl", "Dichtungssatz NBR", "Gewindestange"), ("Stk", "Pkg", "St"),
        "mit Werkszeugnis", "Fortsetzung nächste Seite", ("Bitte bestätigen Sie den Auftrag.", "Es gelten unsere Einkaufsbedingungen."),
    ),
    "fr": Wording(
        "Bon de commande", ("N° de commande", "Commande n°", "Numéro de commande"), ("Date de commande", "Date"),
        ("Date de livraison", "Livraison demandée"), "Conditions de paiement", "Fournisseur", "Adresse de livraison", "Adresse de facturation",
        ("Visserie du Rhône SAS", "3 rue des Forges", "France", "Lyon", "69007"),
        ("Ateliers Berthaud SARL", "18 avenue du Port", "France", "Nantes", "44200"),
        ("Ateliers Berthaud SARL", "BP 1120", "France", "Nantes", "44012"),
        "Pos", "Référence", "Notre réf.", "Votre réf.", "Désignation", "Qté", "Unité", "P.U. HT", "Par", "Montant HT",
        "Total HT", "Frais de port", "TVA", "Total TTC", Decimal(20), "EUR", (" ", ","), "%d/%m/%Y",
        ("Vis à tête hexagonale", "Rondelle plate", "Joint nitrile", "Tige filetée"), ("pce", "bte", "u"),
        "avec certificat matière", "suite page suivante", ("Merci de confirmer sous 48 heures.",),
    ),
    "it": Wording(
        "ORDINE DI ACQUISTO", ("Ordine n.", "Numero ordine", "N. ordine"), ("Data ordine", "Data"), ("Data consegna", "Consegna richiesta"),
        "Pagamento", "Fornitore", "Luogo di consegna", "Indirizzo di fatturazione",
        ("Bulloneria Padana S.r.l.", "Via del Lavoro 9", "Italia", "Reggio Emilia", "42124"),
        ("Officine Carraro S.p.A.", "Via Venezia 31", "Italia", "Padova", "35131"),
        ("Officine Carraro S.p.A.", "Casella postale 40", "Italia", "Padova", "35100"),
        "Riga", "Codice articolo", "Ns. codice", "Vs. codice", "Descrizione", "Quantità", "UM", "Prezzo unitario", "Per", "Importo",
        "Totale imponibile", "Trasporto", "IVA", "Totale ordine", Decimal(22), "EUR", (".", ","), "%d/%m/%Y",
        ("Vite testa esagonale", "Rondella piana", "Guarnizione NBR", "Barra filettata"), ("pz", "conf", "nr"),
        "con certificato", "segue a pagina successiva", ("Si prega di inviare conferma d'ordine firmata.",),
    ),
    "es": Wording(
        "PEDIDO", ("Nº de pedido", "Pedido nº", "Número de pedido"), ("Fecha de pedido", "Fecha"), ("Fecha de entrega", "Entrega solicitada"),
        "Forma de pago", "Proveedor", "Dirección de entrega", "Dirección de facturación",
        ("Tornillería del Ebro, S.A.", "Polígono Malpica, calle F 12", "España", "Zaragoza", "50016"),
        ("Bombas Aranda, S.L.", "Calle Hierro 45", "España", "Getafe", "28906"),
        ("Bombas Aranda, S.L.", "Apartado 88", "España", "Getafe", "28901"),
        "Línea", "Referencia", "Ntra. ref.", "Su referencia", "Descripción", "Cantidad", "Ud", "Precio unitario", "Por", "Importe",
        "Base imponible", "Portes", "IVA", "Total pedido", Decimal(21), "EUR", (".", ","), "%d/%m/%Y",
        ("Tornillo hexagonal", "Arandela plana", "Junta nitrilo", "Varilla roscada"), ("ud", "caja", "pza"),
        "con certificado", "continúa", ("Rogamos confirmen la recepción de este pedido.",),
    ),
    "nl": Wording(
        "Inkooporder", ("Bestelnummer", "Ordernummer", "Inkoopordernr."), ("Besteldatum", "Orderdatum", "Datum"), ("Leverdatum", "Gewenste leverdatum"),
        "Betalingscondities", "Leverancier", "Afleveradres", "Factuuradres",
        ("Bouten Centrale B.V.", "Havenstraat 8", "Nederland", "Dordrecht", "3311 AB"),
        ("Pompen Vermeulen B.V.", "Nijverheidsweg 21", "Nederland", "Venlo", "5916 NB"),
        ("Pompen Vermeulen B.V.", "Postbus 301", "Nederland", "Venlo", "5900 AH"),
        "Pos", "Artikelnummer", "Ons art.nr.", "Uw art.nr.", "Omschrijving", "Aantal", "Eenheid", "Prijs", "Per", "Bedrag",
        "Subtotaal", "Verzendkosten", "BTW", "Totaal incl. BTW", Decimal(21), "EUR", (".", ","), "%d-%m-%Y",
        ("Zeskantbout verzinkt", "Sluitring staal", "Pakkingset NBR", "Draadstang"), ("st", "doos", "stuks"),
        "met certificaat", "vervolg op volgende pagina", ("Graag orderbevestiging binnen twee dagen.",),
    ),
    "pt": Wording(
        "NOTA DE ENCOMENDA", ("Encomenda n.º", "N.º da encomenda", "Pedido nº"), ("Data da encomenda", "Data"), ("Data de entrega", "Entrega até"),
        "Condições de pagamento", "Fornecedor", "Local de entrega", "Morada de faturação",
        ("Parafusaria do Minho, Lda.", "Rua da Indústria 14", "Portugal", "Braga", "4700-110"),
        ("Bombas do Sado, S.A.", "Avenida do Porto 230", "Portugal", "Setúbal", "2900-540"),
        ("Bombas do Sado, S.A.", "Apartado 19", "Portugal", "Setúbal", "2901-002"),
        "Item", "Código artigo", "Nossa ref.", "Vossa ref.", "Descrição", "Qtd", "Un", "Preço unit.", "Por", "Valor",
        "Total sem IVA", "Portes", "IVA", "Total com IVA", Decimal(23), "EUR", (".", ","), "%d/%m/%Y",
        ("Parafuso sextavado", "Anilha plana", "Junta nitrilo", "Varão roscado"), ("un", "cx", "pc"),
        "com certificado", "continua", ("Agradecemos confirmação da encomenda.",),
    ),
    "pl": Wording(
        "ZAMÓWIENIE", ("Numer zamówienia", "Zamówienie nr", "Nr zamówienia"), ("Data zamówienia", "Data wystawienia"), ("Termin dostawy", "Data dostawy"),
        "Warunki płatności", "Dostawca", "Adres dostawy", "Dane do faktury",
        ("Śrubex Sp. z o.o.", "ul. Fabryczna 3", "Polska", "Gliwice", "44-100"),
        ("Pompy Warta S.A.", "ul. Przemysłowa 18", "Polska", "Poznań", "61-579"),
        ("Pompy Warta S.A.", "skrytka 77", "Polska", "Poznań", "60-900"),
        "Lp.", "Indeks", "Nasz indeks", "Indeks dostawcy", "Nazwa towaru", "Ilość", "J.m.", "Cena netto", "Za", "Wartość netto",
        "Razem netto", "Koszt dostawy", "VAT", "Razem brutto", Decimal(23), "PLN", (" ", ","), "%d.%m.%Y",
        ("Śruba sześciokątna", "Podkładka płaska", "Uszczelka NBR", "Pręt gwintowany"), ("szt.", "op.", "kpl."),
        "z atestem", "ciąg dalszy na następnej stronie", ("Prosimy o potwierdzenie zamówienia.",),
    ),
    "ru": Wording(
        "ЗАКАЗ ПОСТАВЩИКУ", ("Номер заказа", "Заказ №", "№ заказа"), ("Дата заказа", "Дата"), ("Срок поставки", "Дата поставки"),
        "Условия оплаты", "Поставщик", "Адрес доставки", "Плательщик",
        ("ООО «Метизы»", "ул. Складская, 5", "Россия", "Тула", "300041"),
        ("ООО «Волганасос»", "ул. Заводская, 44", "Россия", "Самара", "443082"),
        ("ООО «Волганасос»", "а/я 212", "Россия", "Самара", "443099"),
        "№ п/п", "Артикул", "Наш артикул", "Артикул поставщика", "Наименование", "Кол-во", "Ед. изм.", "Цена", "За", "Сумма",
        "Итого без НДС", "Доставка", "НДС", "Итого с НДС", Decimal(20), "RUB", (" ", ","), "%d.%m.%Y",
        ("Болт шестигранный", "Шайба плоская", "Прокладка", "Шпилька резьбовая"), ("шт", "уп", "кг"),
        "с сертификатом", "продолжение на следующей странице", ("Просим подтвердить получение заказа.",),
    ),
    "zh": Wording(
        "采购订单", ("采购单号", "订单编号", "采购订单号"), ("订单日期", "采购日期"), ("交货日期", "要求交期"),
        "付款方式", "供应商", "送货地址", "开票信息",
        ("东阳五金有限公司", "工业路12号", "中国", "宁波", "315000"),
        ("江海水泵有限公司", "滨江大道66号", "中国", "常州", "213022"),
        ("江海水泵有限公司", "邮政信箱8号", "中国", "常州", "213000"),
        "序号", "料号", "我司料号", "供应商料号", "品名", "数量", "单位", "单价", "每", "金额",
        "小计", "运费", "增值税", "价税合计", Decimal(13), "CNY", (",", "."), "%Y-%m-%d",
        ("六角螺栓", "平垫圈", "密封垫", "螺杆"), ("个", "盒", "件"),
        "附质检报告", "接下页", ("请于两日内回签确认。",),
    ),
}  # fmt: skip
