"""[[imap]]: what single keys cannot show is found, each mistake with its line."""

from pathlib import Path

import pytest

from maild.config import Config, load
from maild.errors import ConfigError

TOP = '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n'
BOX = '[[imap]]\nname = "box"\nhost = "imap.example"\nuser = "u"\naddress = "orders@shop.example"\n'  # lines 5 to 9
PASSWORD = 'password_file = "box"\n'  # line 10
CLIENT = '[imap.oauth2]\ntoken_url = "https://id.example/token"\nclient_id = "me"\n'


def mistakes(folder: Path, text: str) -> list[str]:
    (folder / "box").write_text("correct horse battery")
    path = folder / "config.toml"
    path.write_text(TOP + text)
    try:
        load(path)
    except ConfigError as error:
        return [line.replace(f"{folder}/", "") for line in error.mistakes]
    return []


def test_a_mailbox_with_a_password_and_the_defaults(tmp_path: Path) -> None:
    assert mistakes(tmp_path, BOX + PASSWORD) == []
    [box] = load(tmp_path / "config.toml").imap
    assert (box.secret, box.port, box.tls) == ("correct horse battery", 993, "tls")
    assert (box.folders, box.processed, box.failed) == (("INBOX",), "Processed", "Failed")


def test_a_mailbox_with_client_credentials(tmp_path: Path) -> None:
    assert mistakes(tmp_path, BOX + CLIENT + 'client_secret_file = "box"\n') == []
    [box] = load(tmp_path / "config.toml").imap
    assert box.secret is None
    assert box.oauth2 is not None
    assert box.oauth2.secret == "correct horse battery"
    assert "correct" not in repr(box)


def test_without_a_mailbox_none_is_read(tmp_path: Path) -> None:
    assert Config.default(tmp_path).imap == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOX, 'config.toml:8: imap.user: the password is missing (password_file = "...", password = "${NAME}" or [imap.oauth2])'),
        (BOX + PASSWORD + 'password = "${PATH}"\n', "config.toml:11: imap.password: password and password_file are both given (keep one)"),
        (BOX + PASSWORD + CLIENT + 'client_secret_file = "box"\n', "config.toml:11: imap.oauth2: there is a password too (keep one)"),
        (BOX + CLIENT, 'config.toml:10: imap.oauth2: the client needs one secret (client_secret_file = "..." or client_secret = "${NAME}")'),
        (BOX + CLIENT.replace("https", "http") + 'client_secret_file = "box"\n', 'config.toml:11: imap.oauth2.token_url: this is not an https address ("https://login.../token")'),
        (BOX.replace("orders@", "other@") + PASSWORD, "config.toml:9: imap.address: other@shop.example is no order address (did you mean orders@shop.example?)"),
        (BOX + PASSWORD + 'tls = "none"\n', 'config.toml:11: imap.tls: the password would cross the network in clear (tls = "tls" or "starttls")'),
        (BOX + PASSWORD + 'processed = "INBOX"\n', "config.toml:11: imap.processed: this folder is read itself, so mail would circle (give another folder)"),
        (BOX + PASSWORD + "folders = []\n", 'config.toml:11: imap.folders: the list is empty (["INBOX"])'),
        (BOX + PASSWORD + 'folders = [""]\n', 'config.toml:11: imap.folders: the name is empty ("INBOX")'),
        (BOX + PASSWORD + 'folders = ["a\\r\\nb"]\n', "config.toml:11: imap.folders: 'a\\r\\nb' holds a line break or control character"),
        (BOX + PASSWORD + 'ca_file = "none.pem"\n', "config.toml:11: imap.ca_file: none.pem cannot be read (a file in PEM form)"),
        (BOX.replace('"box"', '"Box 1"') + PASSWORD, "config.toml:6: imap.name: 'Box 1' is no name here (small letters, digits, - and _, at most 32 of them)"),
    ],
)  # fmt: skip
def test_c04_what_contradicts_itself(tmp_path: Path, text: str, expected: str) -> None:
    assert mistakes(tmp_path, text) == [expected]


def test_two_mailboxes_may_not_be_one(tmp_path: Path) -> None:
    assert mistakes(tmp_path, BOX + PASSWORD + BOX + PASSWORD) == [
        "config.toml:11: imap.folders: 'INBOX of u at imap.example' is read twice",
        "config.toml:12: imap.name: 'box' is a mailbox twice",
    ]
