"""Replies as mail programs write them around the world: attributions, copied headers, mobile signatures, closings."""

import pytest

from pipeline.mail.reply_text import split_reply
from tests.pipeline.mail.letters import steps

SAID = "Ship 5, not 3."
ME = "Desk <desk@shop.example>"
ATTRIBUTIONS = [
    "\u202bבתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:01 מאת \u202aDesk\u202c\u200f <desk@shop.example>:\u202c",
    f"ב-20 בנוב׳ 2026, בשעה 10:01, {ME} כתב/ה:",
    f"في الجمعة، 20 نوفمبر 2026 في 10:01 ص تمت كتابة ما يلي بواسطة {ME}:",
    f"در تاریخ جمعه ۲۰ نوامبر ۲۰۲۶،‏ ۱۰:۰۱ {ME} نوشت:",
    f"ในวันที่ ศ. 20 พ.ย. 2026 เวลา 10:01 {ME} เขียนว่า:",
    f"शुक्र, 20 नव॰ 2026 को 10:01 am बजे को {ME} ने लिखा:",
    f"пет, 20. нов 2026. у 10:01 {ME} је написао/ла:",
    "На 20.11.26 г. в 10:01 ч., Desk написа:",
    f"Пятница, 20 ноября 2026, 10:01 +03:00 от {ME}:",
    f"Missatge de {ME} del dia dv., 20 de nov. 2026 a les 10:01:",
    f"Op 20 nov. 2026 om 10:01 heeft {ME} het volgende geschreven:",
    f"Wiadomość napisana przez {ME} w dniu 20.11.2026, o godz. 10:01:",
    f"20. 11. 2026 v 10:01, {ME}:",
    f"2026/11/20 10:01、{ME}のメール:",
    "26. 11. 20. 10:01에 Desk이(가) 쓴 글:",
    "2026. 11. 20. 10:01 keltezéssel, Desk írta:",
    "Às 10:01 de 20/11/2026, Desk escreveu:",
    "Desk kirjoitti 20.11.2026 klo 10.01:",
    "Desk/SHOP/DE schrieb am 20.11.2026 10:01:02:",
    "Friday, November 20, 2026, 10:01:02 AM, you wrote:",
    f"Nov 20, 2026 10:01:02 AM {ME}:",
    f"---- Am Fr., 20 Nov. 2026 10:01:02 +0100 schrieb {ME} ----",
    f"Zitat von {ME}:",
    f"Quoting {ME}:",
    "20 Nov 2026, 10:01 by desk@shop.example:",
    f"2026(e)ko aza. 20(a) (or. 10:01), {ME} erabiltzaileak hau idatzi du:",
    f"Den 20.11.2026 um 10:01 huet {ME} geschriwwen:",
    f"শুক্র, 20 নভে, 2026 তারিখে {ME} লিখেছেন:",
    f"Anoth tongue, 20 Novi 2026 10:01 {ME} zaptowal:",
    "Пятница, 20 ноября 2026, 10:01:02, вы писали:",
    f">>> {ME} 20.11.2026 10:01 >>>",
    "-----Desk/Shop schrieb: -----\nAn: Jane\nVon: Desk/Shop\nDatum: 20.11.2026 10:01\nBetreff: Order",
    f"* {ME} [2026-11-20 10:01]:",
]
HEADERS = [
    "От: Desk\nИзпратено: петък\nДо: Jane\nОтносно: Order",
    "Od: Desk\nPoslano: petek\nZa: Jane\nZadeva: Order",
    "จาก: Desk\nส่ง: วันศุกร์\nถึง: Jane\nเรื่อง: Order",
    "De: Desk\nEnviat: divendres\nPer a: Jane\nTema: Order",
    "Saatja: Desk\nSaadetud: reede\nAdressaat: Jane\nTeema: Order",
    "Nuo: Desk\nIšsiųsta: penktadienis\nKam: Jane\nTema: Order",
    "Dari: Desk\nDikirim: Jumat\nKepada: Jane\nSubjek: Order",
    "---- 回复的原邮件 ----\n| 发件人 | Desk |\n| 主题 | Order |",
    "-------- Oryginalna wiadomość --------\nOd: Desk\nDo: Jane",
    "Subject: Order\nFrom: desk@shop.example\nDate: Friday\nTo: Jane",
    "To: Jane\nFrom: desk@shop.example\nDate: Friday\nSubject: Order",
    f"{ME} \n20.11.2026 10:01\n\nAn\nJane\nKopie\n\nThema\nOrder",
    "Од: Desk\nПослато: петак\nЗа: Jane\nТема: Order",
    "Frá: Desk\nSent: föstudagur\nTil: Jane\nEfni: Order",
    "______ Reply Separator ______\nSubject: Order\nAuthor: Desk",
    "---------[ 받은 메일 내용 ]----------\n제목 : Order",
    "##- Please type your reply above this line -##",
    "-- Bitte antworten Sie oberhalb dieser Linie --",
]
BELOW = [
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Envoyé depuis mon appareil mobile Samsung.",
    "Outlook für iOS beziehen<https://aka.example/o0ukef>",
    "Télécharger Outlook pour Android",
    "iOS 版 Outlook を入手",
    "Elküldve az iPhone-omról",
    "Được gửi từ iPhone của tôi",
    "أُرسلت من الـ iPhone",
    "Gesendet von meinem Fairphone.",
    "Envoyé avec la messagerie sécurisée Proton Mail.",
    "Mit Proton Mail gesendet.",
    "从我的 iPhone 发送",
    "Sent from Mailspring, the best mail program for work",
    "Sent with [Proton Mail](https://proton.example/) secure email.",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent from Workspace ONE Boxer",
    "Provenance : Courrier pour Windows",
    "Thanks & Regards\nJane Roe\nBuyer",
    "Viele Grüße aus Hamburg\nJane Roe",
    "Lep pozdrav\nJane Roe",
    "Best regards / Mit freundlichen Grüßen\nJane Roe",
    "<https://scanner.example/x>\tVirus-free.www.scanner.example",
]


@pytest.mark.parametrize("block", [*ATTRIBUTIONS, *HEADERS])
def test_cut_at_what_programs_write_above_a_quotation(block: str) -> None:
    reply, cut = split_reply(f"{SAID}\n\n{block}\n\n> Confirmed.\n> 12 x valve\n", None)
    assert reply == SAID
    assert "12 x valve" in cut


@pytest.mark.parametrize("block", BELOW)
def test_cut_at_what_programs_and_people_write_below(block: str) -> None:
    assert split_reply(f"{SAID}\n\n{block}\n", None)[0] == SAID


@pytest.mark.parametrize(
    "text",
    [
        "Please deliver at 10:30 to Joe <joe@buyer.example>:\n12 x valve\n3 x pump",
        "Am Montag schrieb Herr Roe, dass 12 Ventile fehlen.\nBitte nachliefern.",
        "Le 20/11/2026 à 10:01 votre chauffeur a écrit sur le bon: 12 cartons.\nMerci.",
        "Quoting is easy: 12 valves, 3 pumps.",
        "To: our site in Example City\nDate: next week\n\n12 x valve",
        "No: 4711\nItem: valve\nQuantity: 12",
        "Subject: valves\nQuantity: 12",
        "Get Outlook for the new hires too, please: 12 licences.",
        "Outlook 2024 for iOS: 12 licences",
        "Viele Grüße aus dem Lager\nvorab: es fehlen 12 Ventile und 3 Pumpen aus der Lieferung vom letzten Montag.",
        "Teema: 12\nKam: 3",
        "Please order:\n\n==========\nvalve   12\npump     3\n==========\ntotal   15",
        "The list:\n\n1. valve\n\n***\n\nSecond list:\n\n1. motor\n\nJane",
        "Sent by truck yesterday",
        "12 valves.\nSent via DHL",
        "2026-11-24 10:01 delivery to Joe <joe@buyer.example>\n12 valves",
        "12 valves.\n\nAn: Lager 2\nVon: Einkauf\nDatum: bis Freitag",
        "Ship 20 boxes on 20.11.2026 to Joe <joe@buyer.example>:\n\n12 x valve",
        ">>> 12 valves until 10:30, please",
        "----- Mr Roe wrote: five -----\n12 valves",
        "10:01 call with Desk <desk@shop.example>: they confirm 12 valves.\n10:20 done.",
    ],
)
def test_orders_that_look_like_them_are_kept(text: str) -> None:
    assert split_reply(text, None) == (text, "")


def test_signatures_that_programs_mark_in_html() -> None:
    spark = f'<div>{SAID}</div><div name="messageSignatureSection">Jane</div><div name="messageReplySection">old</div>'
    assert split_reply("", spark)[0] == SAID
    assert split_reply("", f'<div>{SAID}</div><div class="history_container">old</div>')[0] == SAID
    signed = f'<div>{SAID}</div><div id="Signature">Jane</div>'
    assert split_reply("", f'{signed}<div id="appendonsend"></div><b>From:</b> Desk<p>old</p>')[0] == SAID
    assert split_reply("", f"{signed}On 20 Nov 2026, at 10:01, Desk wrote:<blockquote>old</blockquote>")[0] == SAID
    assert split_reply("", f'<div id="Signature">{SAID}</div>')[0] == SAID


def test_answer_and_attribution_on_one_line() -> None:
    text = f"{SAID} On Fri, Nov 20, 2026 at 10:01 AM {ME} wrote:\n\n> 12 x valve\n"
    assert split_reply(text, None)[0] == SAID


def test_sentences_that_seem_to_hold_attributions_take_linear_time() -> None:
    def work(size: int) -> int:
        line = "On 1.1.2026 10:01 " + "x. On " * 90 + "a@b.example wrote:\n"
        return steps(lambda: split_reply(line * size, None))

    assert work(60) < 2.3 * work(30) + 2_000
