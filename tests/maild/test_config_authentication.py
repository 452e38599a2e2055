"""The keys that decide how senders are checked and letters signed: what may stand there."""

from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from maild.config import Config, checks, load
from maild.errors import ConfigError
from notifications.dkim import make_key

TOP = '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n'


def mistakes(folder: Path, text: str) -> list[str]:
    file = folder / "config.toml"
    file.write_text(TOP + text)
    with pytest.raises(ConfigError) as caught:
        load(file)
    return [line.replace(f"{folder}/", "") for line in caught.value.mistakes]


def loaded(folder: Path, text: str) -> Config:
    (folder / "config.toml").write_text(TOP + text)
    return load(folder / "config.toml")


def test_nothing_is_signed_or_checked_unless_asked_for(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")
    assert config.dkim.key_file is None
    assert not config.smtp.check_authentication
    assert config.dns.servers == ()


def test_a_key_beside_the_file(tmp_path: Path) -> None:
    make_key(tmp_path / "dkim.pem", 1024)
    config = loaded(tmp_path, '[dkim]\nkey_file = "dkim.pem"\nselector = "2026.Main"\ndomain = "Shop.Example"')
    assert config.dkim.key_file == tmp_path / "dkim.pem"
    assert (config.dkim.selector, config.dkim.domain) == ("2026.main", "shop.example")


@pytest.mark.parametrize(
    ("domain", "sender", "good"),
    [
        ("shop.example", "", True),
        ("example", "", True),
        ("other.example", "", False),
        ("hop.example", "", False),
        ("mail.example", 'from = "Desk <orders@mail.example>"', True),
        ("mail.example", 'from = "orders@eu.mail.example"', True),
        ("shop.example", 'from = "orders@mail.example"', False),
    ],
)
def test_the_domain_must_be_one_that_letters_come_from(tmp_path: Path, domain: str, sender: str, good: bool) -> None:
    make_key(tmp_path / "dkim.pem", 1024)
    text = f'[dkim]\nkey_file = "dkim.pem"\ndomain = "{domain}"\n[relay]\n{sender}'
    if good:
        assert loaded(tmp_path, text).dkim.domain == domain
    else:
        assert mistakes(tmp_path, text)[0].startswith(f"config.toml:7: dkim.domain: no letter comes from {domain} (")


def test_keys_that_cannot_sign(tmp_path: Path) -> None:
    path = tmp_path / "dkim.pem"
    assert mistakes(tmp_path, '[dkim]\nkey_file = "dkim.pem"') == [
        "config.toml:6: dkim.key_file: dkim.pem cannot be read (No such file or directory)"
    ]
    path.write_text("-----BEGIN nothing")
    path.chmod(0o600)
    (line,) = mistakes(tmp_path, '[dkim]\nkey_file = "dkim.pem"')
    assert "is not a private key in PEM form" in line
    path.chmod(0o640)
    (line,) = mistakes(tmp_path, '[dkim]\nkey_file = "dkim.pem"')
    assert line == "config.toml:6: dkim.key_file: others may read the key (maild dkim keygen makes one)"


@pytest.mark.parametrize("selector", ["", "a b", "-a", "a..b", "a_b/c", "x" * 101])
def test_selectors(tmp_path: Path, selector: str) -> None:
    (line,) = mistakes(tmp_path, f'[dkim]\nselector = "{selector}"')
    assert line.startswith("config.toml:6: dkim.selector: ")


def test_name_servers(tmp_path: Path) -> None:
    text = '[dns]\nservers = ["9.9.9.9", "127.0.0.1:5353", "2620:fe::9", "[::1]:54"]\ntimeout = "500ms"'
    config = loaded(tmp_path, text)
    assert config.dns.servers == ("9.9.9.9:53", "127.0.0.1:5353", "[2620:fe::9]:53", "[::1]:54")
    assert config.dns.timeout == 0.5


@pytest.mark.parametrize("server", ["", "dns.example", "dns.example:53", "1.2.3.4:0", "1.2.3.4:99999", "1.2.3"])
def test_wrong_name_servers(tmp_path: Path, server: str) -> None:
    (line,) = mistakes(tmp_path, f'[dns]\nservers = ["{server}"]')
    assert line.startswith("config.toml:6: dns.servers: ")


def test_a_check_whose_libraries_are_missing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_spec(name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(checks, "find_spec", find_spec)
    assert mistakes(tmp_path, "[smtp]\ncheck_authentication = true") == [
        "config.toml:6: smtp.check_authentication: dkimpy and pyspf missing"
        " (pip install 'maild[mailauth]', or leave the check to the server in front)"
    ]
