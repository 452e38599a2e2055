"""Commands at the top of a colleague's mail: what is one, what is text, and what stops the whole mail."""

import pytest

from pipeline.mail_commands import MOST, Command, read
from tests.pipeline.mail.letters import steps


def test_commands_stand_at_the_top_in_their_order_and_the_text_follows() -> None:
    said = read(
        "\n#field so_number 4711\n\n#MACRO: Orders :: Confirm processing\n#status on-hold\n\nHello Mia,\nit ships.\n"
    )
    assert [(c.word, c.name, c.value) for c in said.commands] == [
        ("field", "so_number", "4711"),
        ("macro", "Orders :: Confirm processing", ""),
        ("status", "on-hold", ""),
    ]
    assert (said.text, said.hearers, said.mistakes) == ("Hello Mia,\nit ships.", None, ())


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("#field carrier UPS Ground", "carrier", "UPS Ground"),
        ("#field carrier=UPS Ground", "carrier", "UPS Ground"),
        ("#field carrier = UPS = Ground", "carrier", "UPS = Ground"),
        ("#field carrier: UPS", "carrier", "UPS"),
        ("#field carrier", "carrier", ""),
        ("\u200b#field\u00a0carrier\u00a0UPS", "carrier", "UPS"),
        ("\uff03field carrier UPS", "carrier", "UPS"),
    ],
)
def test_a_field_and_its_value(line: str, name: str, value: str) -> None:
    [command] = read(line).commands
    assert (command.word, command.name, command.value) == ("field", name, value)


@pytest.mark.parametrize(("word", "hearers"), [("note", "private"), ("private", "private"), ("public", "public")])
def test_who_may_read_it(word: str, hearers: str) -> None:
    said = read(f"#{word}\nThe buyer called.")
    assert (said.hearers, said.text, said.mistakes) == (hearers, "The buyer called.", ())


@pytest.mark.parametrize("text", ["#4711 is on its way.", "# Heading", "Order #status is fine", "", "\n \n", "#"])
def test_what_is_no_command(text: str) -> None:
    said = read(text)
    assert not said.orders
    assert said.text == text.strip()


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("#stauts solved", "did you mean #status?"),
        ("#frobnicate", "there are #macro, #status, #move, #assign, #field, #online, #offline, #note, #public"),
        ("#status", "write #status STATUS"),
        ("#field = 4711", "write #field NAME VALUE"),
        ("#note the buyer called", "the text begins in the next line"),
        ("#note\n#public\nText", "one of both"),
        ("#move approve\n#move ship", "one #move in a mail"),
        ("#offline until Monday", "nothing may stand behind #offline"),
        ("#online\n#offline", "#online and #offline in one mail"),
        ("Bye\n#offline", "at the very top"),
        ("#offlien", "did you mean #offline?"),
        ("Hello,\n\n#status solved", "at the very top"),
        ("#status open\nHello,\n  #note", "at the very top"),
        ("#status open\n" * (MOST + 1), f"at most {MOST}"),
    ],
)
def test_what_looks_like_a_command_and_is_none_is_a_mistake(text: str, mistake: str) -> None:
    said = read(text)
    assert said.orders
    assert mistake in " ".join(said.mistakes)


@pytest.mark.parametrize(
    ("text", "present", "only"),
    [("#online", True, True), ("\n#Offline:\n\n", False, True), ("#offline\n#assign nobody", False, False)],
)
def test_its_author_goes_on_or_off_line(text: str, present: bool, only: bool) -> None:
    said = read(text)
    assert (said.present, said.only_presence, said.mistakes, said.orders) == (present, only, (), True)
    assert not read("#offline\nSee you on Monday").only_presence


def test_a_command_keeps_its_line_for_the_report() -> None:
    assert read("#status  solved \n").commands == (Command("status", "solved", "", "#status  solved"),)


@pytest.mark.parametrize(
    "piece", ["#status open\n", "#\n", "#x" * 3000 + "\n", "a\n#note\n", "#field a=b=c:d \n", "\n"]
)
def test_time_grows_with_the_length(piece: str) -> None:
    once, twice = (steps(lambda text=piece * count: read(text)) for count in (200, 400))
    assert twice < 2.5 * once
