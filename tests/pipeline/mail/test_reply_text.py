"""What of a reply is new: attributions and copied headers in many languages, signatures, inline answers."""

import pytest

from notifications.tokens import MARKER
from pipeline.mail.reply_text import split_reply
from tests.pipeline.mail.letters import steps

ATTRIBUTIONS = [
    "On Fri, Nov 20, 2026 at 10:01 AM Orders <orders@shop.example> wrote:",
    "On Fri, Nov 20, 2026 at 10:01 AM The Order Desk With A Long Name\n<orders@shop.example> wrote:",
    "On 20 Nov 2026, at 10:01, Orders <orders@shop.example> wrote:",
    "On 11/20/26 10:01 AM, Orders wrote:",
    "Orders <orders@shop.example> wrote:",
    "Orders <orders@shop.example> writes on 20.11.2026 10:01:",
    "---- On Fri, 20 Nov 2026 10:01:02 +0100 orders@shop.example wrote ----",
    "Am 20.11.26 um 10:01 schrieb Orders:",
    "Am Fr., 20. Nov. 2026 um 10:01 Uhr schrieb Orders <orders@shop.example>:",
    "Orders <orders@shop.example> schrieb am Fr., 20. Nov. 2026,\n10:01:",
    "Le ven. 20 nov. 2026 à 10:01, Orders <orders@shop.example> a écrit :",
    "Le 20/11/2026 à 10:01, Orders a écrit\u00a0:",
    "El vie, 20 nov 2026 a las 10:01, Orders (<orders@shop.example>) escribió:",
    "Il giorno ven 20 nov 2026 alle ore 10:01 Orders <orders@shop.example> ha scritto:",
    "Em sex., 20 de nov. de 2026 às 10:01, Orders <orders@shop.example> escreveu:",
    "Op vr 20 nov 2026 om 10:01 schreef Orders <orders@shop.example>:",
    "Op 20 nov. 2026 10:01 schreef Orders <orders@shop.example> het volgende\ngeschreven:",
    "Den fre 20 nov. 2026 kl 10:01 skrev Orders <orders@shop.example>:",
    "Den 20. nov. 2026 kl. 10.01 skrev Orders <orders@shop.example>:",
    "pe 20. marrask. 2026 klo 10.01 Orders (orders@shop.example) kirjoitti:",
    "pt., 20 lis 2026 o 10:01 Orders <orders@shop.example> napisał(a):",
    "W dniu 20.11.2026 o 10:01, Orders pisze:",
    "pá 20. 11. 2026 v 10:01 odesílatel Orders <orders@shop.example> napsal:",
    "пт, 20 нояб. 2026 г. в 10:01, Orders <orders@shop.example> написал(а):",
    "20 нояб. 2026 г. 10:01 пользователь Orders <orders@shop.example> написал:",
    "пт, 20 лист. 2026 р. о 10:01 Orders <orders@shop.example> пише:",
    "Orders <orders@shop.example>, 20 Kas 2026 Cum, 10:01 tarihinde şunu yazdı:",
    "在 2026年11月20日，Orders <orders@shop.example> 写道：",
    "2026年11月20日(金) 10:01 Orders <orders@shop.example>:",
    "2026-11-20 10:01 GMT+01:00 Orders <orders@shop.example>:",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_cut_at_the_attribution(line: str) -> None:
    text = f"Please ship 5 instead of 3.\n\n{line}\n\n> Your order is confirmed.\n> 12 x valve\n"
    reply, cut = split_reply(text, None)
    assert reply == "Please ship 5 instead of 3."
    assert "12 x valve" in cut


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_answer_below_the_quotation(line: str) -> None:
    assert split_reply(f"{line}\n> 12 x valve\n\nPlease cancel.\n", None)[0] == "Please cancel."


HEADERS = [
    "From: Orders <orders@shop.example>\nSent: Friday, November 20, 2026 10:01\nTo: Jane\nSubject: Order",
    "*From:* Orders\n*Sent:* 2026-11-20\n*To:* Jane\n*Subject:* Order",
    "________________________________\nFrom: Orders\nSent: Friday\nTo: Jane\nSubject: Order",
    "Von: Orders <orders@shop.example>\nGesendet: Freitag, 20. November 2026 10:01\nAn: Jane\nBetreff: Order",
    "De : Orders\nEnvoyé : vendredi 20 novembre 2026\nÀ : Jane\nObjet : Order",
    "De: Orders\nEnviado el: viernes\nPara: Jane\nAsunto: Order",
    "Da: Orders\nInviato: venerdì\nA: Jane\nOggetto: Order",
    "De: Orders\nEnviada em: sexta-feira\nPara: Jane\nAssunto: Order",
    "Van: Orders\nVerzonden: vrijdag\nAan: Jane\nOnderwerp: Order",
    "Från: Orders\nSkickat: fredag\nTill: Jane\nÄmne: Order",
    "Fra: Orders\nSendt: fredag\nTil: Jane\nEmne: Order",
    "Lähettäjä: Orders\nLähetetty: perjantai\nVastaanottaja: Jane\nAihe: Order",
    "Od: Orders\nWysłano: piątek\nDo: Jane\nTemat: Order",
    "От: Orders\nОтправлено: пятница\nКому: Jane\nТема: Order",
    "发件人: Orders\n发送时间: 2026年11月20日\n收件人: Jane\n主题: Order",
    "差出人: Orders\n送信日時: 2026年11月20日\n宛先: Jane\n件名: Order",
    "-----Original Message-----\nFrom: Orders\nSubject: Order",
    "-----Ursprüngliche Nachricht-----\nVon: Orders\nBetreff: Order",
    "-------- Message d'origine --------\nDe : Orders",
    "---------- Forwarded message ---------\nFrom: Orders\nDate: Fri\nSubject: Order",
    "Begin forwarded message:\n\nFrom: Orders\nSubject: Order",
]


@pytest.mark.parametrize("block", HEADERS)
def test_cut_at_the_copied_header(block: str) -> None:
    reply, cut = split_reply(f"Approved, go ahead.\n\n{block}\n\nYour order is confirmed.\n12 x valve\n", None)
    assert reply == "Approved, go ahead."
    assert "12 x valve" in cut


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my Verizon Wireless BlackBerry",
        "Get Outlook for iOS<https://aka.example/o0ukef>",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android<https://aka.example/x>",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Sendt fra min iPad",
        "Lähetetty iPhonesta",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "发自我的 iPhone",
        "iPhoneから送信",
    ],
)
def test_cut_at_mobile_signatures(line: str) -> None:
    assert split_reply(f"Cancel it.\n\n{line}\n", None)[0] == "Cancel it."


@pytest.mark.parametrize(
    "closing",
    [
        "Kind regards,",
        "Mit freundlichen Grüßen",
        "Cordialement,",
        "Saludos",
        "Med venlig hilsen",
        "Pozdrawiam,",
        "С уважением,",
    ],
)
def test_cut_at_closings_with_a_name(closing: str) -> None:
    assert (
        split_reply(f"5 pieces, please.\n\n{closing}\nJane Roe\nBuyer\n+1 555 0100\n", None)[0] == "5 pieces, please."
    )


@pytest.mark.parametrize(
    "text",
    [
        "With regards to the payment, we wait.\n\nAs regards the date, Friday.",
        "On your side you can run:\n\n    make install",
        "Sent from my desk, it is easier than from my telephone.",
        "As I wrote on 3 March 2026:\nplease ship 5.",
        "On 3 March 2026 I wrote:\nplease ship 5.",
        "From: Berlin\nto Hamburg by Friday.",
        "2026-01-15 14:30:25\n15.01.2026 14:30\nare dates.",
        "Thanks,\nJane",
        "Item   Qty\n----------\nA-1    12\nB-2    1",
        "> Is it red?\n\nYes.\n\n> Is it large?\n\nNo.",
        "A\n\nB\n\n    - C\n\n\n    - D",
    ],
)
def test_words_of_the_author_are_kept(text: str) -> None:
    assert split_reply(text, None) == (text, "")


def test_answers_between_quotations_are_kept() -> None:
    text = "Hi,\n\nOn 20.11.26 10:01, Orders wrote:\n> Colour?\n\nred\n\n> Size?\n\nXL\n\n> Bye\n"
    assert split_reply(text, None)[0] == "Hi,\n\n> Colour?\n\nred\n\n> Size?\n\nXL"
    announced = "Jane has answered below.\n\nOn 20.11.26 10:01, Orders wrote:\n> Colour?\n\nred\n"
    assert split_reply(announced, None)[0].endswith("red")


def test_footer_below_the_quotation_is_cut() -> None:
    text = "We take it.\n\nOn 20.11.26 10:01, Orders wrote:\n> 12 x valve\n\nBuyer Ltd, Registered in Example\n"
    reply, cut = split_reply(text, None)
    assert reply == "We take it."
    assert "Registered" in cut


def test_our_marker_comes_first() -> None:
    for above in ("yes please\n\n", "yes please\n\n> "):
        reply, cut = split_reply(f"{above}{MARKER} [ref:abc123]\n\nYour order\nis here\n", None)
        assert reply == "yes please"
        assert "[ref:abc123]" in cut


def test_signature_delimiter() -> None:
    assert split_reply("Yes.\n-- \nJane\n", None)[0] == "Yes."
    assert split_reply("Yes.\n\n_______________\nBuyer Ltd\nExample Street\n", None)[0] == "Yes."


def test_signed_reply() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes.\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
    assert split_reply(text, None)[0] == "Yes."


def test_nothing_new_is_empty_or_whole() -> None:
    assert split_reply("", None) == ("", "")
    assert split_reply("\n \n", None)[0] == ""
    assert split_reply("> only\n> quoted\n", None)[0] == "> only\n> quoted"


HOSTILE = [
    "\n",
    "On ",
    "On 1 Jan 2026 <a@b\n",
    "> x\n",
    ">" * 50 + "\n",
    "From: x\n",
    "Am 1.1.26 um 1:00\n",
    "- ",
    "x\n\n----------\n",
    "Sent from my iPhone\n",
    "wrote:\n",
    "a@b.example wrote\n",
    "<\n",
    "Kind regards,\n",
    "text\n> quote\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    def work(size: int) -> int:
        text = "x\n" + piece * (size // len(piece))
        return steps(lambda: split_reply(text, None))

    assert work(24_000) < 2.3 * work(12_000) + 2_000


def html_reply(name: str) -> str:
    return {
        "gmail": '<div dir="ltr">Ship 5.</div><br><div class="gmail_quote"><div class="gmail_attr">On Fri, Nov 20, '
        "2026 at 10:01 AM Orders &lt;o@shop.example&gt; wrote:</div>"
        '<blockquote class="gmail_quote">old</blockquote></div>',
        "outlook": '<div><p>Ship 5.</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt 0 0 0">'
        "<p><b>From:</b> Orders<br><b>Sent:</b> Friday<br><b>Subject:</b> x</p></div></div><p>old</p></div>",
        "exchange": '<div>Ship 5.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> x</div>old',
        "thunderbird": '<p>Ship 5.</p><div class="moz-cite-prefix">Am 20.11.26 um 10:01 schrieb Orders:</div>'
        '<blockquote type="cite"><p>old</p></blockquote><div class="moz-signature">-- <br>Jane</div>',
        "apple": '<div>Ship 5.<br><br>Sent from my iPhone</div><blockquote type="cite">On 20 Nov 2026, at 10:01, '
        "Orders "
        "wrote:<br></blockquote><blockquote type='cite'>old</blockquote>",
        "yahoo": '<div>Ship 5.</div><div id="yahoo_quoted_1" class="yahoo_quoted">On Friday, Orders wrote: old</div>',
        "proton": '<div>Ship 5.</div><div class="protonmail_signature_block">Jane</div>'
        '<div class="protonmail_quote">old</div>',
        "zimbra": '<div>Ship 5.</div><hr id="zwchr" data-marker="__DIVIDER__"><div>From: x<br>old</div>',
    }[name]


@pytest.mark.parametrize("name", ["gmail", "outlook", "exchange", "thunderbird", "apple", "yahoo", "proton", "zimbra"])
def test_html_is_cut_where_programs_mark_it(name: str) -> None:
    reply, cut = split_reply("", html_reply(name))
    assert reply == "Ship 5."
    assert "old" in cut


def test_html_answers_between_quotations_are_kept() -> None:
    page = (
        '<p>Hi,</p><div class="moz-cite-prefix">On 20.11.26 10:01, Orders wrote:</div><blockquote type="cite">Colour?'
        '</blockquote><p>red</p><blockquote type="cite">Size?</blockquote><p>XL</p>'
    )
    reply, _ = split_reply("", page)
    assert [line for line in reply.split("\n") if line.strip("> ")] == ["Hi,", "> Colour?", "red", "> Size?", "XL"]


def test_html_indentation_is_no_quotation() -> None:
    assert "new address" in split_reply("", "<p>See:</p><blockquote>new address</blockquote><p>ok</p>")[0]


def test_plain_text_is_preferred_to_html() -> None:
    assert split_reply("plain", "<p>rich</p>")[0] == "plain"


@pytest.mark.parametrize(
    "piece", ["<div>a", "<blockquote type=cite>a</blockquote>b", '<div class="gmail_quote">', "<", "<p>a</p>"]
)
def test_html_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    def work(size: int) -> int:
        page = piece * (size // len(piece))
        return steps(lambda: split_reply("", page))

    assert work(24_000) < 2.3 * work(12_000) + 2_000
