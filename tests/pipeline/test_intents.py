"""Wishes that only a person may grant are recognised in ten languages; ordinary orders ask for none."""

import pytest

from pipeline.intents import MOST_TEXT, sensitive
from tests.journeys.customer import ORDER
from tests.pipeline.mail.letters import steps

CANCEL, ADDRESS, BANK = "to cancel an order", "for another delivery address", "for another bank account"

WISHES = {
    CANCEL: [
        "Please cancel order 77.",
        "Bitte stornieren Sie die Bestellung 77.",
        "Merci d'annuler la commande 77.",
        "Por favor, cancelen el pedido 77.",
        "Vi chiediamo di annullare l'ordine 77.",
        "Wij willen order 77 annuleren.",
        "Solicitamos o cancelamento da encomenda 77.",
        "Prosimy anulować zamówienie 77.",
        "Vi vill avbeställa order 77.",
        "Prosíme zrušit objednávku 77.",
    ],
    ADDRESS: [
        "Please change the delivery address to 9 Harbour Road.",
        "Bitte ändern Sie die Lieferadresse.",
        "Pouvez-vous modifier l'adresse de livraison ?",
        "Les rogamos cambiar la dirección de entrega.",
        "Vi preghiamo di cambiare l'indirizzo di consegna.",
        "Graag het afleveradres wijzigen in Kade 9.",
        "Pedimos que alterem o endereço de entrega.",
        "Prosimy zmienić adres dostawy.",
        "Vi behöver ändra leveransadressen.",
        "Prosíme změnit dodací adresu.",
    ],
    BANK: [
        "Our bank account has changed.",
        "Unsere Bankverbindung hat sich geändert.",
        "Nos coordonnées bancaires ont été modifiées : nouveau compte bancaire.",
        "Hemos cambiado nuestra cuenta bancaria.",
        "Abbiamo cambiato il conto corrente, vedi sotto.",
        "Ons rekeningnummer is gewijzigd.",
        "Alteração: novos dados bancários, nova conta bancária.",
        "Zmieniliśmy numer konta bankowego.",
        "Vi har ändrat bankgiro.",
        "Změna: nové číslo účtu, zmente prosim bankovní účet.",
    ],
}


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, texts in WISHES.items() for text in texts])
def test_a13_a_sensitive_wish_is_recognised(what: str, text: str) -> None:
    assert what in sensitive("Order 77", f"Hello,\n\n{text}\n\nRegards\nMia\n")
    assert what in sensitive(text, "")
    assert what in sensitive("", text.upper())


ORDINARY = [
    ORDER,
    "Thank you, the goods have arrived.\nPlease send the invoice to our accounting address as always.",
    "Ship to:\nBlue Harbor Supplies\n12 New Quay Street\nNew York\n\nDelivery address: 9 Chapel Lane",
    "Bankverbindung: Sparkasse, IBAN DE00 1234, BIC XXXX\nGeschäftsführer: Max Neu",
    "Lieferanschrift: Neue Straße 5, 20095 Hamburg",
    "When will PO-70231 be delivered?",
    "Please confirm the delivery date. The bank holiday is on Monday.",
    "",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_a13_ordinary_mail_asks_for_nothing(text: str) -> None:
    assert sensitive("Purchase order PO-70231", text) == ()


def test_a13_several_wishes_at_once() -> None:
    text = "Cancel the order. Also note that our IBAN changed!"
    assert sensitive("Re: PO-1", text) == (CANCEL, BANK)


def test_a13_a_sentence_goes_on_in_the_next_line() -> None:
    text = "As we are moving our warehouse next week, please change the delivery\naddress to 9 Harbour Road."
    assert sensitive("", text) == (ADDRESS,)


def test_a13_words_of_different_sentences_are_no_wish() -> None:
    assert sensitive("", "The price changed. Our address is below.") == ()


@pytest.mark.parametrize("piece", ["new address ", "change ", "a", "é", "?!.\n", "cancel* "])
def test_a13_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """Only the first MOST_TEXT characters are read; below that twice the text is twice the work."""
    once, twice = (steps(lambda n=n: sensitive("", (piece * n)[:n])) for n in (MOST_TEXT // 4, MOST_TEXT // 2))
    assert twice < 2.5 * once + 100
    whole, huge = (steps(lambda n=n: sensitive("", piece * n)) for n in (MOST_TEXT, 20 * MOST_TEXT))
    assert huge < 1.1 * whole + 100
