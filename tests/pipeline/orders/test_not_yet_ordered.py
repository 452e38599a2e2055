"""Letters that ask for prices and say that they order nothing yet, in the languages that labels are known in."""

import pytest

from maild.domain.mail import Mail
from pipeline.orders.read import read_orders

LETTERS = {
    "pt": (
        "Orçamento 0771 - vedações",
        (
            "Prezados,",
            "Solicito orçamento dos itens abaixo, com prazo de entrega:",
            "300 pç  anel de vedação 20 mm\n200 pç  junta plana DN 40",
            "Favor responder até 26/11 com o número do orçamento 0771. Ainda não é pedido.",
            "Att.\nRui",
        ),
    ),
    "pt2": (
        "Anel",
        (
            "Boa tarde,",
            "precisamos dos preços de:",
            "300 pç  anel de vedação 20 mm\n200 pç  junta plana DN 40",
            "Ainda não é pedido, estamos a comparar preços.",
            "Att.\nRui",
        ),
    ),
    "en": (
        "Rings",
        (
            "Hello,",
            "we are comparing prices for:",
            "300 pcs  ring 20 mm\n200 pcs  flat seal DN 40",
            "Please answer by Friday. This is not an order yet.",
            "Regards\nRoy",
        ),
    ),
    "en2": (
        "Rings",
        (
            "Hello,",
            "prices please for:",
            "300 pcs  ring 20 mm\n200 pcs  flat seal DN 40",
            "Not yet an order, we are comparing.",
            "Regards\nRoy",
        ),
    ),
    "de": (
        "Ringe",
        (
            "Guten Tag,",
            "wir vergleichen Preise für:",
            "300 Stk  Dichtring 20 mm\n200 Stk  Flachdichtung DN 40",
            "Das ist noch keine Bestellung.",
            "Gruß\nRolf",
        ),
    ),
    "de2": (
        "Ringe",
        (
            "Guten Tag,",
            "wir vergleichen Preise für:",
            "300 Stk  Dichtring 20 mm\n200 Stk  Flachdichtung DN 40",
            "Wir bestellen noch nicht.",
            "Gruß\nRolf",
        ),
    ),
    "pl": (
        "Uszczelki",
        (
            "Dzień dobry,",
            "porównujemy ceny:",
            "300 szt.  uszczelka 20 mm\n200 szt.  uszczelka płaska DN 40",
            "To jeszcze nie zamówienie.",
            "Pozdrawiam\nRoman",
        ),
    ),
    "pl2": (
        "Uszczelki",
        (
            "Dzień dobry,",
            "porównujemy ceny:",
            "300 szt.  uszczelka 20 mm\n200 szt.  uszczelka płaska DN 40",
            "To nie jest jeszcze zamówienie.",
            "Pozdrawiam\nRoman",
        ),
    ),
    "ru": (
        "Кольца",
        (
            "Добрый день!",
            "Сравниваем цены:",
            "300 шт  кольцо уплотнительное 20 мм\n200 шт  прокладка DN 40",
            "Это ещё не заказ.",
            "С уважением,\nРоман",
        ),
    ),
    "ru2": (
        "Кольца",
        (
            "Добрый день!",
            "Сравниваем цены:",
            "300 шт  кольцо уплотнительное 20 мм\n200 шт  прокладка DN 40",
            "Пока это не заказ.",
            "С уважением,\nРоман",
        ),
    ),
    "fr": (
        "Joints",
        (
            "Bonjour,",
            "nous comparons les prix :",
            "300 pcs  joint torique 20 mm\n200 pcs  joint plat DN 40",
            "Ceci n'est pas encore une commande.",
            "Cordialement\nRémi",
        ),
    ),
    "es": (
        "Juntas",
        (
            "Buenos días:",
            "estamos comparando precios:",
            "300 uds  junta tórica 20 mm\n200 uds  junta plana DN 40",
            "Todavía no es un pedido.",
            "Saludos\nRamón",
        ),
    ),
    "es2": (
        "Cotización 0771 - juntas",
        (
            "Buenos días:",
            "estamos comparando precios:",
            "300 uds  junta tórica 20 mm\n200 uds  junta plana DN 40",
            "Aún no es pedido.",
            "Saludos\nRamón",
        ),
    ),
    "it": (
        "Guarnizioni",
        (
            "Buongiorno,",
            "stiamo confrontando i prezzi:",
            "300 pz  guarnizione 20 mm\n200 pz  guarnizione piana DN 40",
            "Non è ancora un ordine.",
            "Saluti\nRenzo",
        ),
    ),
    "nl": (
        "Ringen",
        (
            "Goedendag,",
            "we vergelijken prijzen:",
            "300 st  afdichtring 20 mm\n200 st  pakking DN 40",
            "Dit is nog geen bestelling.",
            "Groet\nRuud",
        ),
    ),
    "zh": (
        "密封圈",
        (
            "您好：",
            "我们在比价：",
            "密封圈 20mm 300个\n平垫 DN40 200个",
            "暂不下单，请报交期。",
            "谢谢\n罗敏",
        ),
    ),
    "zh2": (
        "密封圈",
        (
            "您好：",
            "想了解价格：",
            "密封圈 20mm 300个\n平垫 DN40 200个",
            "仅询价，还不是订单。",
            "谢谢\n罗敏",
        ),
    ),
    "sv": (
        "Ringar",
        (
            "Hej,",
            "vi jämför priser:",
            "300 st  tätningsring 20 mm\n200 st  packning DN 40",
            "Detta är ännu ingen beställning.",
            "Hälsningar\nRolf",
        ),
    ),
    "cs": (
        "Kroužky",
        (
            "Dobrý den,",
            "porovnáváme ceny:",
            "300 ks  těsnicí kroužek 20 mm\n200 ks  těsnění DN 40",
            "Toto ještě není objednávka.",
            "S pozdravem\nRadek",
        ),
    ),
}
DENIED = [
    "Please note this is not an order yet.",
    "Das ist noch keine Bestellung.",
    "To jeszcze nie zamówienie.",
    "Это ещё не заказ.",
    "Ceci n'est pas encore une commande.",
    "Todavía no es un pedido.",
    "Non è ancora un ordine.",
    "Dit is nog geen bestelling.",
    "Ainda não é pedido.",
    "暂不下单。",
]
TABLE = """
Art. no.   Description              Qty     Price       Total
RK-50      Ring 20 mm               40     38.50    1,540.00
RK-20      Ring 25 mm               30     14.20      426.00
                                 Total EUR          1,966.00
"""


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_that_compares_prices_orders_nothing(name: str) -> None:
    subject, paragraphs = LETTERS[name]
    reading = read_orders(Mail(sender=None, subject=subject, text="\n\n".join(paragraphs)))
    assert not reading.orders
    assert "po.quotation" in {problem.code for problem in reading.problems}


@pytest.mark.parametrize("said", DENIED)
def test_what_says_that_it_is_no_order_yet_is_none_with_prices_and_total_too(said: str) -> None:
    assert not read_orders(Mail(sender=None, subject="2210", text=f"No. 2210. {said}\n{TABLE}")).orders
