"""Only plain addresses reach the relay."""

import pytest

from notifications.address import Refusal, check_recipient

GOOD = {
    "ada@nordlicht.example": "ada@nordlicht.example",
    "Ada.Lovelace+po@Nordlicht.EXAMPLE": "Ada.Lovelace+po@nordlicht.example",
    "o'brien@nordlicht.example": "o'brien@nordlicht.example",
    "ada@münchen.example": "ada@xn--mnchen-3ya.example",
    "ada@localhost": "ada@localhost",
    "a@b-c.example": "a@b-c.example",
    "x" * 64 + "@nordlicht.example": "x" * 64 + "@nordlicht.example",
}
BAD = [
    "",
    " ",
    "ada",
    "@",
    "ada@",
    "@nordlicht.example",
    "a@b.c\r\nRCPT TO:<x@y.z>",
    "a@b.c\nDATA",
    "Name <x@y.example>",
    "<x@y.example>",
    "a@b.example,c@d.example",
    "a@b.example c@d.example",
    "a@b.example;c@d.example",
    "a@b@c.example",
    "a@b.c> SIZE=1",
    "a@b.c\x00d",
    "a b@c.example",
    "a@b .example",
    '"a b"@c.example',
    "a(comment)@b.example",
    ".a@b.example",
    "a.@b.example",
    "a..b@c.example",
    "a@-b.example",
    "a@b-.example",
    "a@.example",
    "a@b..example",
    "a@b.example.",
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@b_c.example",
    "ädä@nordlicht.example",
    "a@b\u2028.example",
    "a@\u202eb.example",
    "a@" + "b" * 64 + ".example",
    "x" * 65 + "@nordlicht.example",
    "a@" + "b." * 200 + "example",
    "a" * 100_000 + "@b.example",
]


@pytest.mark.parametrize("given", GOOD)
def test_a_plain_address_passes(given: str) -> None:
    assert check_recipient(given) == GOOD[given]
    assert check_recipient(GOOD[given]) == GOOD[given]


@pytest.mark.parametrize("given", BAD, ids=lambda text: ascii(text)[:40])
def test_i03_anything_else_is_refused_with_a_reason(given: str) -> None:
    answer = check_recipient(given)
    assert isinstance(answer, Refusal) and answer.code == "addr.invalid"
    assert answer.why.startswith("the address cannot be used: ") and len(answer.why) < 120
