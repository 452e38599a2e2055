"""Further mails of fictional companies: forwards, changes, tax inside the total, prose, and traps."""

# ruff: noqa: E501 (printed text stays on its line)

from maild.domain.mail import Address
from tests.pipeline.orders.letters import Letter, Truth, _day

MORE = (
    Letter(
        "pl_html_vat",
        "Zamówienie 2026/11/0457 - prosimy o potwierdzenie",
        Address("Zakupy", "zakupy@hydromont.example"),
        _day(2026, 11, 19),
        Truth(
            "2026/11/0457",
            (("ZK-DN25", "40", "37.20"), ("RU-PEX-16", "300", "3.45"), ("KOL-90-32", "120", "2.15")),
            "3420.63",
            None,
            "2026-11-19",
            "2026-11-27",
            "Hydromont Sp. z o.o.",
            ("15-399", "Białystok"),
        ),
        html="""<div>Dzień dobry,</div><div>przesyłamy zamówienie nr <b>2026/11/0457</b> z dnia 19.11.2026.</div>
<table border="1"><tr><td>Lp.</td><td>Symbol</td><td>Nazwa</td><td>Ilość</td><td>JM</td><td>Cena netto</td><td>Wartość netto</td></tr>
<tr><td>1</td><td>ZK-DN25</td><td>Zawór kulowy DN25</td><td>40</td><td>szt.</td><td>37,20</td><td>1 488,00</td></tr>
<tr><td>2</td><td>RU-PEX-16</td><td>Rura PEX 16x2</td><td>300</td><td>mb</td><td>3,45</td><td>1 035,00</td></tr>
<tr><td>3</td><td>KOL-90-32</td><td>Kolanko 90 st. 32 mm</td><td>120</td><td>szt.</td><td>2,15</td><td>258,00</td></tr>
<tr><td colspan="6">Razem netto</td><td>2 781,00</td></tr><tr><td colspan="6">VAT 23%</td><td>639,63</td></tr>
<tr><td colspan="6">Razem brutto</td><td>3 420,63</td></tr></table>
<div>Termin dostawy: 27.11.2026 (piątek). Miejsce dostawy: budowa Osiedle Zielone, ul. Hetmańska 40, 15-399 Białystok.</div>
<div>Pozdrawiam<br>Tomasz Wilk<br>Hydromont Sp. z o.o., ul. Składowa 2, 15-401 Białystok</div>""",
    ),
    Letter(
        "pl_change",
        "Zmiana do zamówienia 4410/26",
        Address("Anna Duda", "a.duda@meblox.example"),
        _day(2026, 11, 12),
        Truth(
            "4410/26",
            (("OK-118", "60", None), ("OK-120", "25", None)),
            None,
            None,
            None,
            None,
            "Meblox S.A.",
            (),
            "change",
        ),
        """Dzień dobry,

proszę zmienić nasze zamówienie 4410/26:

- poz. 1, indeks OK-118: 60 szt. zamiast 40 szt.
- poz. 3, indeks OK-120: 25 szt. zamiast 30 szt.

Reszta bez zmian.

Z poważaniem
Anna Duda
Meblox S.A.
""",
    ),
    Letter(
        "ru_vat_inside",
        "Заявка на поставку № З-3391",
        Address("ООО «Ремтехснаб»", "zakaz@remtehsnab.example"),
        _day(2026, 11, 9),
        Truth(
            "З-3391",
            (("6204-2RS", "200", "145.80"), ("6206-2RS", "80", "230.40")),
            "47592.00",
            None,
            "2026-11-09",
            "2026-11-23",
            "ООО «Ремтехснаб»",
            ("614990", "Пермь"),
        ),
        """Добрый день!

Номер заявки: З-3391
Дата: 09.11.2026
Срок поставки: до 23.11.2026

Артикул     Наименование               Кол-во   Ед.изм.   Цена с НДС    Сумма с НДС
6204-2RS    Подшипник шариковый           200    шт           145,80     29 160,00
6206-2RS    Подшипник шариковый            80    шт           230,40     18 432,00
                                                  Итого:                 47 592,00
                                                  В т.ч. НДС 20%:         7 932,00

Грузополучатель: ООО «Ремтехснаб», 614990, г. Пермь, ул. Промышленная, 100

С уважением,
Павел Орлов
""",
    ),
    Letter(
        "pt_prose",
        "encomenda de luvas",
        Address("Clínica Dentária Avenida", "geral@dentaria-avenida.example"),
        _day(2026, 10, 20),
        Truth(
            "CDA-118",
            (("LN-M", "30", "6.20"), ("MC-50", "12", "4.75")),
            "243.00",
            "EUR",
            None,
            "2026-10-27",
            "Clínica Dentária Avenida, Lda",
            ("4100-137", "Porto"),
        ),
        """Boa tarde Sr. Lopes,

Fazemos a seguinte encomenda (nossa ref. de encomenda CDA-118), a entregar até terça-feira, 27/10/2026:

- 30 caixas de luvas nitrilo M, ref. LN-M, a 6,20 €
- 12 caixas de máscaras cirúrgicas, ref. MC-50, a 4,75 €

Total: 243,00 € + IVA

Entrega na Rua do Campo Alegre 830, 4100-137 Porto, 2.º andar.

Obrigada,
Inês Matos
Clínica Dentária Avenida, Lda
NIF 500000000
""",
    ),
    Letter(
        "zh_traditional",
        "訂購單 TW-118902",
        Address("林小姐", "lin@hongda-tools.example"),
        _day(2026, 11, 6),
        Truth(
            "TW-118902",
            (("HD-3305", "240", "85"), ("HD-3310", "100", "120")),
            "33600",
            "TWD",
            "2026-11-06",
            "2026-11-20",
            "宏達工具股份有限公司",
            ("台中市",),
        ),
        html="""<p>您好，請安排以下訂單：</p><table><tr><td>採購單號</td><td>TW-118902</td></tr><tr><td>訂單日期</td><td>2026/11/06</td></tr>
<tr><td>交貨日期</td><td>2026/11/20</td></tr><tr><td>送貨地址</td><td>宏達工具股份有限公司 台中市西屯區工業區一路5號</td></tr><tr><td>幣別</td><td>TWD</td></tr></table>
<table><tr><th>項次</th><th>品號</th><th>品名規格</th><th>數量</th><th>單位</th><th>單價</th><th>金額</th></tr>
<tr><td>1</td><td>HD-3305</td><td>套筒扳手組</td><td>240</td><td>組</td><td>85</td><td>20,400</td></tr>
<tr><td>2</td><td>HD-3310</td><td>扭力扳手</td><td>100</td><td>支</td><td>120</td><td>12,000</td></tr>
<tr><td colspan="6">小計</td><td>32,400</td></tr><tr><td colspan="6">運費</td><td>1,200</td></tr><tr><td colspan="6">總計</td><td>33,600</td></tr></table>
<p>謝謝<br>林小姐<br>宏達工具股份有限公司</p>""",
    ),
    Letter(
        "it_forward",
        "I: Ordine 2291",
        Address("Marco Bassi", "m.bassi@fornitore.example"),
        _day(2026, 11, 10),
        Truth(
            "2291",
            (("FL-20", "8", "34.00"), ("FL-30", "5", "41.50")),
            "479.50",
            None,
            "2026-11-10",
            "2026-11-18",
            "Panificio Moretti S.n.c.",
            ("37121", "Verona"),
        ),
        """Per favore inserisci questo, grazie.

Marco Bassi
Fornitore S.r.l. - 20100 Milano


Da: Paolo Moretti <paolo@panificiomoretti.example>
Inviato: martedì 10 novembre 2026 08:12
A: Marco Bassi
Oggetto: Ordine 2291

Buongiorno,
ordine n. 2291 del 10/11/2026:

Codice   Descrizione            Q.tà   Prezzo   Importo
FL-20    Filtro aria 20 micron     8    34,00    272,00
FL-30    Filtro aria 30 micron     5    41,50    207,50
Totale imponibile                                479,50

Consegna: 18/11/2026
Destinazione: Panificio Moretti S.n.c., via Stella 22, 37121 Verona

Saluti
Paolo Moretti
Panificio Moretti S.n.c.
""",
    ),
    Letter(
        "en_price_per_thousand",
        "Order 88-1042",
        Address("Gemma Price", "gemma@lowerydisplays.example"),
        _day(2026, 11, 23),
        Truth(
            "88-1042",
            (("PP-A5", "5000", "62.00"), ("CL-32", "20", "14.25")),
            "595.00",
            "GBP",
            None,
            "2026-12-02",
            "Lowery Displays Ltd",
            ("B11 2AA", "Birmingham"),
        ),
        """Hi Sam

Our order no. 88-1042 please, to arrive Wednesday 2 December.

Code     Description                Qty     Price            Total
PP-A5    A5 poly pockets           5,000    £62.00 per 1000   £310.00
CL-32    Clip strip 32 hook           20    £14.25            £285.00
                                             Total (ex VAT)   £595.00

Deliver to: Lowery Displays Ltd, Unit 6 Warwick Works, Birmingham B11 2AA

Kind regards
Gemma
Lowery Displays Ltd
""",
    ),
    Letter(
        "ru_prose",
        "Заказ перчаток",
        Address("Ольга", "zakaz@medline-spb.example"),
        _day(2026, 11, 16),
        Truth(
            "771-С",
            (("ПН-10", "20", "350"), ("МС-3", "5", "120")),
            "7600",
            "RUB",
            None,
            "2026-11-24",
            "ООО «Медлайн»",
            ("190000", "Санкт-Петербург"),
        ),
        """Добрый день!
Просим поставить по заказу № 771-С: 20 коробок перчаток нитриловых (арт. ПН-10) по 350 руб. и 5 упаковок масок
(арт. МС-3) по 120 руб. Итого 7600 руб.
Доставка 24.11.2026, адрес: 190000, Санкт-Петербург, ул. Морская, 5.
С уважением, Ольга, ООО «Медлайн»
""",
    ),
    Letter(
        "zh_prose",
        "订货",
        Address("李娜", "lina@mingda.example"),
        _day(2026, 11, 16),
        Truth(
            "HZ-2091",
            (("MD-778", "300", "26.5"), ("MD-790", "150", "31")),
            "12600",
            "CNY",
            None,
            "2026-11-28",
            "苏州明达机械有限公司",
            (),
        ),
        """您好，我司订单号 HZ-2091，请安排：
1、轴承 6204 300个，料号 MD-778，单价26.5元
2、轴承 6206 150个，料号 MD-790，单价31元
合计12600元，请于11月28日前送到苏州市工业园区星湖街128号。
苏州明达机械有限公司 李娜
""",
    ),
    Letter(
        "en_price_per_hundred",
        "PO 8812",
        Address("Joe Harker", "joe@harker-engineering.example"),
        _day(2026, 11, 16),
        Truth(
            "8812",
            (("W-M6", "5000", "4.20"), ("N-M8", "2000", "6.10")),
            "332.00",
            "GBP",
            None,
            "2026-11-24",
            "Harker Engineering Ltd",
            ("LS10 1AB", "Leeds"),
        ),
        """Hi, PO 8812 please:

5,000 x M6 washers (code W-M6) at £4.20 per 100 = £210.00
2,000 x M8 nuts (code N-M8) at £6.10 per 100 = £122.00

Total £332.00

Deliver to Harker Engineering Ltd, 4 Mill Lane, Leeds LS10 1AB by 24 Nov.
Thanks, Joe
Harker Engineering Ltd
""",
    ),
)

NO_ORDERS = (
    (
        "Zapytanie ofertowe 12/2026",
        "Dzień dobry,\n\nprosimy o wycenę: 200 szt. śruba M8 oraz 50 szt. nakrętka M8.\n\nPozdrawiam",
    ),
    (
        "Запрос КП",
        "Добрый день!\n\nПросим направить коммерческое предложение на 300 м кабеля ВВГ 3х2,5.\n\nС уважением",
    ),
    ("询价", "您好，\n\n请报价：轴承 6204 300个，轴承 6206 150个。\n\n谢谢"),
    ("Pedido de cotação", "Boa tarde,\n\nagradecemos cotação para 40 caixas de luvas, ref. LN-M.\n\nCumprimentos"),
    ("Ваш заказ отгружен", "Здравствуйте! Ваш заказ № 3391 отгружен сегодня. 6204-2RS 200 шт. Спасибо за заказ!"),
    (
        "Reklamacja - zamówienie 4410/26",
        "Dzień dobry,\n\nw dostawie do zamówienia 4410/26 brakuje 10 szt. OK-118. Prosimy o wyjaśnienie, reklamacja.\n",
    ),
    ("订单 PO-6620 少货", "您好，PO-6620 到货数量不符，订购 300 个，实收 280 个，请补发。"),
    (
        "Entrega incompleta",
        "Bom dia,\n\nna encomenda CDA-118 recebemos apenas 20 caixas das 30. Quando chega o resto?\n",
    ),
)
