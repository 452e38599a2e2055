"""Order mails of fictional companies, as people in several countries write them, with the truth beside them."""

# ruff: noqa: E501 (printed text stays on its line)

from dataclasses import dataclass
from datetime import UTC, datetime

from maild.domain.mail import Address, Mail


@dataclass(frozen=True, slots=True)
class Truth:
    """What a person reads out of it. ``lines`` are (item number, quantity, unit price)."""

    po_number: str
    lines: tuple[tuple[str, str, str | None], ...]
    total: str | None = None
    currency: str | None = None
    order_date: str | None = None
    requested_date: str | None = None
    buyer: str = ""
    ship_to: tuple[str, ...] = ()
    type: str = "new"


@dataclass(frozen=True, slots=True)
class Letter:
    name: str
    subject: str
    sender: Address
    day: datetime
    truth: Truth
    text: str = ""
    html: str | None = None

    def mail(self) -> Mail:
        return Mail(sender=self.sender, subject=self.subject, date=self.day, text=self.text, html=self.html)


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, 30, tzinfo=UTC)


LETTERS = (
    Letter(
        "pl_aligned",
        "Zamówienie ZZ/2026/118",
        Address("Beata Kowalczyk", "zakupy@brzozowa-stolarnia.example"),
        _day(2026, 11, 16),
        Truth(
            "ZZ/2026/118",
            (("WK-4540", "2000", "0.18"), ("WK-5080", "1500", "0.31"), ("KL-D3-5", "12", "84.50")),
            "1839.00",
            "PLN",
            "2026-11-16",
            "2026-11-23",
            "Stolarnia Brzozowa Sp. z o.o.",
            ("62-800", "Kalisz"),
        ),
        """Dzień dobry,

proszę o realizację zamówienia nr ZZ/2026/118 z dnia 16.11.2026:

Lp. Indeks     Nazwa                              Ilość  J.m.  Cena netto   Wartość netto
1   WK-4540    Wkręt do drewna 4,5x40 ocynk       2 000  szt.        0,18          360,00
2   WK-5080    Wkręt do drewna 5,0x80 ocynk       1 500  szt.        0,31          465,00
3   KL-D3-5    Klej D3 wiadro 5 kg                   12  szt.       84,50        1 014,00
                                                          Razem netto PLN        1 839,00

Termin dostawy: 23.11.2026
Adres dostawy: Stolarnia Brzozowa Sp. z o.o., ul. Tartaczna 14, 62-800 Kalisz
Płatność: przelew 21 dni

Pozdrawiam
Beata Kowalczyk
Dział zakupów
Stolarnia Brzozowa Sp. z o.o., ul. Lipowa 3, 62-800 Kalisz, NIP 0000000000
""",
    ),
    Letter(
        "pl_prose_list",
        "zamówienie na piątek",
        Address("Restauracja Pod Dębem", "kuchnia@poddebem.example"),
        _day(2026, 11, 17),
        Truth(
            "PD-77/11",
            (("MK-500", "20", "6.40"), ("OL-5L", "4", "58.90"), ("CU-1", "30", "3.95")),
            "482.10",
            "PLN",
            None,
            "2026-11-20",
            "Restauracja Pod Dębem s.c.",
            ("30-055", "Kraków"),
        ),
        """Cześć Marek,

nasze zamówienie nr PD-77/11, dostawa w piątek 20.11. przed 10:00:

- 20 szt. mąka pszenna typ 500, indeks MK-500, po 6,40 zł
- 4 szt. olej rzepakowy 5 l, indeks OL-5L, po 58,90 zł
- 30 kg cukier, indeks CU-1, po 3,95 zł

Razem 482,10 zł netto.

Dostawa na adres: Restauracja Pod Dębem, ul. Kazimierza 8, 30-055 Kraków, wejście od podwórza.

Dzięki i pozdrawiam
Ewa
Restauracja Pod Dębem s.c.
tel. 12 000 00 00
""",
    ),
    Letter(
        "pt_labels_table",
        "Encomenda n.º EC-2026/341",
        Address("Compras - Metalúrgica do Vouga", "compras@metalvouga.example"),
        _day(2026, 10, 8),
        Truth(
            "EC-2026/341",
            (("PF-M8-30", "5000", "0.042"), ("PC-M8", "5000", "0.019"), ("BR-115", "40", "3.75")),
            "559.65",
            "EUR",
            "2026-10-08",
            "2026-10-15",
            "Metalúrgica do Vouga, Lda.",
            ("3750-301", "Águeda"),
        ),
        """Bom dia,

Junto enviamos a nossa nota de encomenda.

Encomenda n.º:      EC-2026/341
Data:               08/10/2026
Fornecedor:         Parafusos do Norte, S.A.
Data de entrega:    15/10/2026
Local de entrega:   Metalúrgica do Vouga, Lda.
                    Zona Industrial, Lote 12
                    3750-301 Águeda

Ref.        Descrição                      Qtd    Un   Preço unit.      Total
PF-M8-30    Parafuso M8x30 zincado        5.000   un        0,042      210,00
PC-M8       Porca M8 zincada              5.000   un        0,019       95,00
BR-115      Disco de corte 115 mm            40   un        3,75       150,00
                                              Total sem IVA          455,00 €
                                              IVA 23%                104,65 €
                                              Total com IVA          559,65 €

Com os melhores cumprimentos,
Teresa Pinho
Metalúrgica do Vouga, Lda.
Rua da Fonte 5, 3750-101 Águeda
""",
    ),
    Letter(
        "pt_br_html",
        "Pedido de compra 004913",
        Address("Suprimentos Aurora", "suprimentos@aurora-embalagens.example"),
        _day(2026, 11, 3),
        Truth(
            "004913",
            (("7891000100103", "120", "14.90"), ("7891000200206", "36", "52.00")),
            "3660.00",
            "BRL",
            "2026-11-03",
            "2026-11-12",
            "Aurora Embalagens Ltda",
            ("13087-500", "Campinas"),
        ),
        html="""<html><body><p>Prezados, segue pedido de compra.</p>
<table><tr><td>Pedido nº</td><td>004913</td></tr><tr><td>Data do pedido</td><td>03/11/2026</td></tr>
<tr><td>Data de entrega</td><td>12/11/2026</td></tr>
<tr><td>Endereço de entrega</td><td>Aurora Embalagens Ltda<br>Rua das Palmeiras, 880<br>Campinas - SP, 13087-500</td></tr></table>
<table border=1><tr><th>Item</th><th>Código</th><th>Descrição</th><th>Qtde</th><th>Un</th><th>Valor unitário</th><th>Valor total</th></tr>
<tr><td>1</td><td>7891000100103</td><td>Fita adesiva 48x100 transparente</td><td>120</td><td>RL</td><td>R$ 14,90</td><td>R$ 1.788,00</td></tr>
<tr><td>2</td><td>7891000200206</td><td>Filme stretch 500 mm 4 kg</td><td>36</td><td>RL</td><td>R$ 52,00</td><td>R$ 1.872,00</td></tr>
<tr><td colspan=6>Total do pedido</td><td>R$ 3.660,00</td></tr></table>
<p>Atenciosamente,<br>Carla Souza<br>Aurora Embalagens Ltda</p></body></html>""",
    ),
    Letter(
        "ru_aligned",
        "Заказ поставщику № 2026-0417 от 12.11.2026",
        Address("Отдел снабжения", "snab@stroyles.example"),
        _day(2026, 11, 12),
        Truth(
            "2026-0417",
            (("КБ-0112", "300", "412.50"), ("ПР-2200", "48", "1280.00")),
            "185190.00",
            "RUB",
            "2026-11-12",
            "2026-11-26",
            "ООО «Стройлес»",
            ("620028", "Екатеринбург"),
        ),
        """Добрый день!

Просим отгрузить по нашему заказу № 2026-0417 от 12.11.2026.

№ п/п  Артикул   Наименование                       Кол-во  Ед.   Цена, руб.      Сумма, руб.
1      КБ-0112   Кабель ВВГнг 3х2,5                    300  м         412,50       123 750,00
2      ПР-2200   Профиль монтажный 2200 мм              48  шт      1 280,00        61 440,00
Итого без НДС                                                                     185 190,00

Срок поставки: 26.11.2026
Адрес доставки: 620028, г. Екатеринбург, ул. Заводская, 17, склад № 2

С уважением,
Ирина Белова
ООО «Стройлес»
ИНН 0000000000
""",
    ),
    Letter(
        "ru_list",
        "заявка 88",
        Address("Андрей Соколов", "a.sokolov@teplomir.example"),
        _day(2026, 11, 18),
        Truth(
            "ТМ-88",
            (("РД-500-10", "6", "7450.00"), ("КШ-15", "40", "310.00")),
            "57100.00",
            "RUB",
            None,
            "2026-11-25",
            "ООО ТеплоМир",
            ("420088", "Казань"),
        ),
        """Здравствуйте, Марина!

Наш заказ № ТМ-88:

1) 6 шт радиатор биметаллический 500/10, арт. РД-500-10, по 7450,00 руб.
2) 40 шт кран шаровой 1/2, арт. КШ-15, по 310,00 руб.

Всего на сумму 57 100,00 руб.

Доставка до 25 ноября 2026 на склад: ООО ТеплоМир, 420088, Казань, ул. Журналистов, 62.

Спасибо!
Андрей Соколов
ООО ТеплоМир
""",
    ),
    Letter(
        "zh_table",
        "采购订单 CG20261118-03",
        Address("王丽", "wangli@huaxin-elec.example"),
        _day(2026, 11, 18),
        Truth(
            "CG20261118-03",
            (("HX-2012-104", "50000", "0.012"), ("HX-CON-24P", "1200", "1.85")),
            "2820.00",
            "CNY",
            "2026-11-18",
            "2026-11-30",
            "华鑫电子有限公司",
            ("518103", "深圳"),
        ),
        """李经理，您好！

请安排以下订单：

采购单号：CG20261118-03
下单日期：2026年11月18日
交货日期：2026年11月30日
送货地址：华鑫电子有限公司，深圳市宝安区福海大道88号，邮编518103

序号  料号           品名               数量     单位   单价     金额
1     HX-2012-104    贴片电容 0.1uF     50,000   个     0.012    600.00
2     HX-CON-24P     连接器 24P         1,200    个     1.85     2,220.00
合计（人民币）                                                   2,820.00

付款方式：月结30天

谢谢！
王丽
华鑫电子有限公司
""",
    ),
    Letter(
        "zh_blocks",
        "订单 PO-6620",
        Address("Chen Wei", "chenwei@mingda.example"),
        _day(2026, 11, 10),
        Truth(
            "PO-6620",
            (("MD-778", "300", "26.5"), ("MD-790", "150", "31")),
            "12600",
            "CNY",
            "2026-11-10",
            "2026-11-20",
            "苏州明达机械有限公司",
            ("苏州",),
        ),
        """张先生：

订单号：PO-6620
订单日期：2026-11-10
交期：2026-11-20
收货地址：苏州明达机械有限公司 苏州工业园区星湖街128号

料号：MD-778
名称：深沟球轴承 6204
数量：300 个
单价：26.5元
金额：7950元

料号：MD-790
名称：深沟球轴承 6206
数量：150 个
单价：31元
金额：4650元

合计：12600元
""",
    ),
    Letter(
        "de_prose",
        "Bestellung",
        Address("Tischlerei Aumann", "info@tischlerei-aumann.example"),
        _day(2026, 11, 9),
        Truth(
            "2026-94",
            (("SB-7040", "12", "23.90"), ("LM-25", "3", "41.00")),
            "409.80",
            "EUR",
            "2026-11-09",
            "2026-11-17",
            "Tischlerei Aumann GmbH",
            ("73207", "Plochingen"),
        ),
        """Hallo Frau Reiter,

hiermit bestellen wir unter unserer Bestellnummer 2026-94 vom 09.11.2026 zur Lieferung am Dienstag, 17.11.2026:

12 Stk. Schleifband 70x40 (Art.-Nr. SB-7040) à 23,90 €
3 Eimer Leim 25 kg (Art.-Nr. LM-25) à 41,00 €

Gesamt netto 409,80 €

Lieferadresse: Tischlerei Aumann GmbH, Neckarstraße 5, 73207 Plochingen

Mit freundlichen Grüßen
Jonas Aumann
Tischlerei Aumann GmbH
""",
    ),
    Letter(
        "en_tab_separated",
        "PO 55871",
        Address("Dana Whitlock", "dana@whitlock-marine.example"),
        _day(2026, 11, 4),
        Truth(
            "55871",
            (("RP-3/8-DK", "600", "0.44"), ("SHK-10G", "48", "3.15")),
            "415.20",
            "USD",
            "2026-11-04",
            "2026-11-13",
            "Whitlock Marine Supply LLC",
            ("04101", "Portland"),
        ),
        "PO Number\t55871\t\nPO Date\t11/04/2026\t\nNeed by\t11/13/2026\t\n\n"
        "Item\tDescription\tQty\tUOM\tPrice\tExt\n"
        "RP-3/8-DK\tDock rope 3/8 white\t600\tFT\t$0.44\t$264.00\n"
        "SHK-10G\tShackle galv 10 mm\t48\tEA\t$3.15\t$151.20\n"
        "\t\t\t\tTotal\t$415.20\n\n"
        "Ship to:\nWhitlock Marine Supply LLC\n14 Commercial Wharf\nPortland, ME 04101\n\nThanks\nDana\n",
    ),
    Letter(
        "es_cancel",
        "Anulación del pedido 7731",
        Address("Lucía Ferrer", "lucia@ceramicasferrer.example"),
        _day(2026, 11, 5),
        Truth("7731", (), None, None, None, None, "Cerámicas Ferrer S.L.", (), "cancel"),
        """Buenos días:

Por favor, cancelad nuestro pedido 7731 completo, el cliente se ha echado atrás.

Gracias y un saludo
Lucía Ferrer
Cerámicas Ferrer S.L.
""",
    ),
    Letter(
        "fr_list_total",
        "Commande n° 26/0915",
        Address("Hôtel des Alizés", "achats@hotel-alizes.example"),
        _day(2026, 9, 15),
        Truth(
            "26/0915",
            (("SV-4010", "30", "4.20"), ("DP-1L", "24", "7.85")),
            "314.40",
            "EUR",
            "2026-09-15",
            "2026-09-22",
            "Hôtel des Alizés SARL",
            ("17000", "La Rochelle"),
        ),
        """Bonjour,

Voici notre commande n° 26/0915 du 15 septembre 2026 :

* 30 paquets serviettes blanches réf. SV-4010 à 4,20 €
* 24 bidons détergent 1 L réf. DP-1L à 7,85 €

Total HT : 314,40 €

Livraison souhaitée le 22/09/2026 à l'adresse suivante : Hôtel des Alizés, 12 quai Valin, 17000 La Rochelle.

Cordialement,
Paul Renaud
Hôtel des Alizés SARL
""",
    ),
)
