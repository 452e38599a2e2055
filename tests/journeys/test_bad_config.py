"""A wrong configuration: every mistake at once with its line, the right exit code, and nothing started."""

import socket
from pathlib import Path

import pytest
import trustme

from tests.journeys.command import maild, several
from tests.journeys.daemon import amend

pytestmark = pytest.mark.empty
SMTP = 'listen = ["127.0.0.1:0"]'


def started(folder: Path) -> list[str]:
    """What a daemon would have left behind."""
    return [name for name in ("maild.db", "maild.sock", "reply.key", "letters") if (folder / name).exists()]


def line_of(folder: Path, text: str) -> int:
    lines = (folder / "config.toml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize("command", ["run", "check"])
def test_c01_every_mistake_is_named_with_its_line_and_nothing_starts(command: str, desk_folder: Path) -> None:
    amend(
        desk_folder,
        (SMTP, f'{SMTP}\nlissten = ["127.0.0.1:2526"]\nmax_connections = "many"'),
        ('timezone = "Europe/Berlin"', 'timezone = "Europe/Berlyn"'),
        ('tls = "none"', 'tls = "some"'),
        ('"status < solved"', '"statos < solved"'),
        ('add_tags = ["open_order"]', 'ad_tags = ["open_order"]'),
        ('template = "order_received" ', 'template = "order_recieved" '),
    )
    answer = maild(desk_folder, command)
    assert answer.code == 78
    assert answer.out == ""
    wanted = {
        "lissten": "did you mean listen?",
        '"many"': "max_connections",
        "Europe/Berlyn": "Europe/Berlin",
        '"some"': "known: none, starttls, tls",
        "statos": "did you mean status?",
        "ad_tags": "did you mean add_tags?",
    }
    for text, hint in wanted.items():
        place = f"config.toml:{line_of(desk_folder, text)}: "
        assert any(place in line and hint in line for line in answer.err.splitlines()), (text, answer.err)
    place = f"config.toml:{line_of(desk_folder, 'order_recieved')}: no letter is called 'order_recieved'"
    assert f"{place} (did you mean order_received?)" in answer.err
    assert f"{len(wanted) + 1} mistakes in the configuration" in answer.err
    assert started(desk_folder) == []


def test_the_rules_are_looked_at_before_there_is_a_database(desk_folder: Path) -> None:
    amend(desk_folder, ("tags any ['order_processed']\", \"tags none", "tags any ['order_procesed']\", \"tags none"))
    lint, listed, text, picture = several(
        desk_folder,
        ["rules", "lint"],
        ["rules", "lint", "--json"],
        ["rules", "graph"],
        ["rules", "graph", "--svg", "-"],
    )
    assert [answer.code for answer in (lint, listed, text, picture)] == [0, 0, 0, 0]
    assert "order_procesed" in lint.out and "did you mean order_processed?" in listed.rows[0]["doubt"]
    assert text.out.startswith("flowchart LR") and picture.out.startswith("<svg")
    assert started(desk_folder) == []


def test_c01_a_file_that_is_hardly_toml(tmp_path: Path) -> None:
    cases = {
        "not": ("[site\ndomain = 1", ":1:"),
        "key-twice": ("[site]\ndomain = 'a.example'\n[smtp]\nlisten = []\nlisten = []\n", ":5: "),
        "table-twice": ("[site]\ndomain = 'a.example'\n[site]\n", ":3: "),
        "mark": ("\ufeff[site]\ndomain = 'shop.example'\n", ":1: the file begins with a byte order mark"),
        "not-utf-8": ("[site]\ndomain = '\udcff'\n", ":2:"),
        "empty": ("", ":1: "),
    }
    for name, (text, _) in cases.items():
        (tmp_path / f"{name}.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    answers = several(tmp_path, *(["check", "-c", f"{name}.toml"] for name in cases))
    for (name, (_, place)), answer in zip(cases.items(), answers, strict=True):
        assert answer.code == 78
        assert f"{name}.toml{place}" in answer.err
        assert "Traceback" not in answer.err


def test_c01_no_file_at_all(tmp_path: Path) -> None:
    for answer in several(tmp_path, ["run"], ["check"], ["ticket", "list"]):
        assert answer.code == 78
        assert "config.toml" in answer.err
        assert "maild config example" in answer.err


def test_c02_certificates_that_cannot_be_used(desk_folder: Path) -> None:
    authority = trustme.CA()
    ours, other = authority.issue_cert("shop.example"), authority.issue_cert("shop.example")
    (desk_folder / "cert.pem").write_bytes(ours.cert_chain_pems[0].bytes())
    (desk_folder / "key.pem").write_bytes(other.private_key_pem.bytes())
    amend(desk_folder, ("[relay]", '[smtp.tls]\ncert_file = "cert.pem"\nkey_file = "gone.pem"\n[relay]'))
    for wanted, what in (("gone.pem", "cannot be read"), ("key.pem", "does not belong to the certificate")):
        answer = maild(desk_folder, "run")
        assert answer.code == 78
        assert f"config.toml:{line_of(desk_folder, 'key_file')}: smtp.tls.key_file: " in answer.err
        assert what in answer.err
        assert started(desk_folder) == []
        amend(desk_folder, (wanted, "key.pem"))
    (desk_folder / "key.pem").write_text("no key at all")
    assert maild(desk_folder, "check").code == 78
    (desk_folder / "key.pem").write_bytes(ours.private_key_pem.bytes())
    assert maild(desk_folder, "check").code == 0


def test_c03_a_port_that_is_taken(desk_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        amend(desk_folder, (SMTP, f'listen = ["127.0.0.1:{port}"]'))
        answer = maild(desk_folder, "run")
    assert answer.code == 69
    assert str(port) in answer.err
    assert "in use" in answer.err
    assert "Traceback" not in answer.err
    assert not (desk_folder / "maild.sock").exists()


def test_c04_mistakes_in_rules_and_letters_are_listed_at_once(desk_folder: Path) -> None:
    letter = desk_folder / "ours" / "order_received"
    letter.mkdir(parents=True)
    for name in ("subject.txt", "body.html"):
        (letter / name).write_text("Your order")
    (letter / "body.txt").write_text("Dear {{ requester.first_name }},\n{{ ticket.subjct }}\n")
    amend(
        desk_folder,
        ("[relay]", '[letters]\ntemplates = "ours"\n[relay]'),
        ("orders >= 1", "orders >>= 1"),
        ('set = { group = "Orders", assignee', 'set = { groop = "Orders", assignee'),
        ('from = "order.total"', 'from = "order.totel"'),
        ('name = "Confirm that the order was received"', 'name = "Take in a new order"'),
    )
    answer = maild(desk_folder, "check")
    assert answer.code == 78
    for text in ("orders >>= 1", "groop", "order.totel"):
        assert f"config.toml:{line_of(desk_folder, text)}: " in answer.err, (text, answer.err)
    assert "body.txt:2: no placeholder ticket.subjct" in answer.err
    assert "Take in a new order" in answer.err
    assert started(desk_folder) == []


def back_and_forth(name: str, old: str, new: str) -> str:
    do = f'do = [{{ set = {{ priority = "{new}" }} }}]'
    return f'[[trigger]]\nname = "{name}"\non = "updated"\nall = ["priority == {old}"]\n{do}\n'


def test_c04_rules_that_call_each_other_for_ever_are_named(desk_folder: Path) -> None:
    amend(
        desk_folder,
        (
            "# ---- automations",
            f"{back_and_forth('Ping', 'low', 'high')}{back_and_forth('Pong', 'high', 'low')}# ---- automations",
        ),
    )
    answer = maild(desk_folder, "check")
    assert "Ping" in answer.out + answer.err
    assert "Pong" in answer.out + answer.err
