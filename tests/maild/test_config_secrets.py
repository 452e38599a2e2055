"""C02 and C07: secrets come from files or the environment, are strong, and never show; certificates fit their keys."""

from pathlib import Path

import pytest
import trustme

from maild.config import Config, load
from maild.errors import ConfigError

SITE = '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n'
STRONG = "correct horse battery"


def lines(folder: Path, text: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text(SITE + text)
    try:
        load(path)
    except ConfigError as error:
        return [line.replace(f"{folder}/", "") for line in error.mistakes]
    return []


def test_a_secret_from_a_file_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "relay").write_text(f"{STRONG}\n")
    config = Config.default(tmp_path, relay={"user": "u", "password_file": "relay"})
    assert config.relay.secret == STRONG


def test_a_path_may_name_the_credentials_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "erp").write_text(STRONG)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("SHOP_PASSWORD", STRONG * 2)
    users = {"erp": "${CREDENTIALS_DIRECTORY}/erp", "shop": "${SHOP_PASSWORD}"}
    config = Config.default(tmp_path, smtp={"auth": {"users": users}})
    assert {login: secret.reveal() for login, secret in config.smtp.auth.users.items()} == {
        "erp": STRONG,
        "shop": STRONG * 2,
    }


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("changeme", "is a well-known default"),
        ("ChangeMe", "is a well-known default"),
        ("aaaaaaaaaaaa", "is a well-known default"),
        ("two lines\nof it", "holds a line break or control character"),
        ("with a nul\0", "holds a line break or control character"),
    ],
)
def test_c07_weak_secrets_are_refused(tmp_path: Path, secret: str, why: str) -> None:
    (tmp_path / "relay").write_text(secret)
    (line,) = lines(tmp_path, '[relay]\nuser = "u"\npassword_file = "relay"\n')
    assert (
        line == f"config.toml:7: relay.password_file: the secret in relay {why} (for example: openssl rand -base64 24)"
    )


def test_c07_passwords_that_let_others_in_are_long_those_we_were_given_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "word").write_text("k7Qz")
    monkeypatch.setenv("SHOP_PASSWORD", "k7Qz")
    (line,) = lines(tmp_path, '[smtp.auth.users]\nerp = "./word"\n')
    assert line.startswith("config.toml:6: smtp.auth.users.erp: the secret in word is shorter than 8 characters")
    mailbox = '[[imap]]\nname = "m"\nhost = "127.0.0.1"\nuser = "u"\naddress = "orders@shop.example"\n'
    for given in ('password_file = "word"', 'password = "${SHOP_PASSWORD}"'):
        assert lines(tmp_path, f'{mailbox}{given}\n[relay]\nuser = "u"\n{given}\n') == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[relay]\nuser = "u"\npassword = "hunter22-inline"', "config.toml:7: relay.password: a secret stands in the configuration"),
        ('[relay]\nuser = "u"\npassword = 12345678', "config.toml:7: relay.password: a secret stands in the configuration"),
        ('[relay]\nuser = "u"\npassword = "${MAILD_TEST_UNSET}"', "config.toml:7: relay.password: the environment variable MAILD_TEST_UNSET is not set"),
        ('[relay]\nuser = "u"\npassword_file = "none"', "config.toml:7: relay.password_file: there is no file none (write the secret into it, readable by the user of maild alone)"),
        ('[relay]\nuser = "u"\npassword_file = "."', "config.toml:7: relay.password_file: "),
        ('[relay]\nuser = "u"', "config.toml:6: relay.user: the password is missing"),
        ('[smtp.auth.users]\nerp = "hunter22-inline"', "config.toml:6: smtp.auth.users.erp: this is neither a path nor a variable"),
        ('[database]\nurl = "postgresql://maild:hunter22@db/maild"', "config.toml:6: database.url: a password stands in the configuration"),
        ('[database]\nurl = "postgres://db/maild"', "config.toml:6: database.url: this is not a database URL (write postgresql://"),
    ],
)  # fmt: skip
def test_c07_missing_and_inline_secrets_are_refused_and_not_repeated(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = lines(tmp_path, text)
    assert line.startswith(expected)
    assert "hunter22" not in line


def test_c07_a_password_is_not_sent_in_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", STRONG)
    relay = '[relay]\nhost = "mail.example"\nuser = "u"\npassword = "${SECRET}"\ntls = "none"\n'
    assert lines(tmp_path, relay)[0].startswith(
        "config.toml:9: relay.tls: the password would cross the network in clear"
    )
    smtp = '[smtp]\nlisten = ["0.0.0.0:25"]\nauth = {users = {erp = "${SECRET}"}}\n'
    assert lines(tmp_path, smtp)[0].startswith("config.toml:7: smtp.auth.users: passwords would cross the network")
    assert lines(tmp_path, relay.replace("mail.example", "127.0.0.1")) == []


def test_database_password_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", STRONG)
    config = Config.default(tmp_path, database={"url": "postgresql://maild:${PGPASSWORD}@db/maild"})
    assert config.database.url == f"postgresql://maild:{STRONG}@db/maild"
    assert STRONG not in repr(config) + str(config.model_dump_json())


STRONG_KEY = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        ("", 0o600, "the file holds no key"),
        ("\n\n", 0o600, "the file holds no key"),
        ("0123456789abcdef", 0o600, "the key is weak"),
        ("0" * 64, 0o600, "the key is weak"),
        ("secret" * 20, 0o600, "the key is weak"),
        (f"{STRONG_KEY}\n" * 3, 0o600, "the file holds more than two keys"),
        (STRONG_KEY, 0o640, "others may read the key"),
        ("\udcff", 0o600, "is not text"),
        (f"{STRONG_KEY}\n" * 2, 0o600, ""),
    ],
)
def test_c07_a_weak_reply_key_is_refused(tmp_path: Path, content: str, mode: int, why: str) -> None:
    (tmp_path / "reply.key").write_bytes(content.encode("utf-8", "surrogateescape"))
    (tmp_path / "reply.key").chmod(mode)
    told = lines(tmp_path, "")
    assert [why in line and "letters.reply_key_file: " in line for line in told] == ([True] if why else [])


def pair(folder: Path, name: str) -> tuple[str, str]:
    """Certificate and key files of a new authority."""
    issued = trustme.CA().issue_cert("mx.shop.example")
    issued.private_key_pem.write_to_path(folder / f"{name}.key")
    issued.cert_chain_pems[0].write_to_path(folder / f"{name}.crt")
    return f"{name}.crt", f"{name}.key"


def tls(cert: str, key: str) -> str:
    return f'[smtp.tls]\ncert_file = "{cert}"\nkey_file = "{key}"\n'


def test_c02_certificate_and_key(tmp_path: Path) -> None:
    cert, key = pair(tmp_path, "one")
    _, other = pair(tmp_path, "two")
    (tmp_path / "junk").write_text("junk")
    assert lines(tmp_path, tls(cert, key)) == []
    assert lines(tmp_path, tls(cert, other)) == [
        "config.toml:7: smtp.tls.key_file: the key does not belong to the certificate"
    ]
    assert lines(tmp_path, tls("none.crt", key)) == [
        "config.toml:6: smtp.tls.cert_file: none.crt cannot be read (No such file or directory)"
    ]
    assert lines(tmp_path, tls("none.crt", "none.key")) == [
        "config.toml:6: smtp.tls.cert_file: none.crt cannot be read (No such file or directory)",
        "config.toml:7: smtp.tls.key_file: none.key cannot be read (No such file or directory)",
    ]
    assert lines(tmp_path, tls("junk", key))[0].startswith(
        "config.toml:6: smtp.tls.cert_file: certificate and key cannot be used"
    )
