"""The doctor sees what is wrong around a desk, and says what to do; nothing wrong is not called wrong."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from maild.config import Config, SmtpTls
from maild.doctor import database, doors, logins, machine, names
from maild.doctor.finding import Finding, Level
from maild.doctor.look import Surroundings, look
from maild.store import schema
from maild.store.engine import open_engine
from notifications.dkim import Signer, record
from notifications.relay import RelaySettings, settings_of
from tests.journeys.relay import Relay
from tests.names import ZoneResolver

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
KEY = generate_private_key(65537, 1024)
SIGNER = Signer("shop.example", "desk", KEY)
GOOD = {
    ("shop.example", "MX"): ("10 mx.shop.example",),
    ("mx.shop.example", "A"): ("192.0.2.10",),
    ("shop.example", "A"): ("192.0.2.10",),
    ("shop.example", "TXT"): ("v=spf1 mx -all", "other=1"),
    ("_dmarc.shop.example", "TXT"): ("v=DMARC1; p=reject",),
    ("desk._domainkey.shop.example", "TXT"): (record(KEY),),
    ("10.2.0.192.in-addr.arpa", "PTR"): ("shop.example",),
}


def said(findings: Iterator[Finding]) -> dict[str, tuple[Level, str]]:
    found = list(findings)
    assert all(finding.hint for finding in found if finding.level is Level.FAIL)
    return {finding.about: (finding.level, finding.what) for finding in found}


def levels(findings: Iterator[Finding]) -> dict[str, str]:
    return {about: level.value for about, (level, _) in said(findings).items()}


def test_names_that_are_well(tmp_path: Path) -> None:
    found = levels(names.look(Config.default(tmp_path), ZoneResolver(GOOD), SIGNER))
    assert set(found.values()) == {"ok"}
    assert len(found) == 5


WRONG: list[tuple[dict[tuple[str, str], tuple[str, ...]], str, str]] = [
    ({("shop.example", "MX"): ()}, "dns mx shop.example", "fail"),
    ({("mx.shop.example", "A"): ()}, "dns mx shop.example", "fail"),
    ({("shop.example", "MX"): ("!",)}, "dns mx shop.example", "warn"),
    ({("shop.example", "TXT"): ()}, "dns spf shop.example", "warn"),
    ({("shop.example", "TXT"): ("v=spf1 -all", "v=spf1 mx -all")}, "dns spf shop.example", "fail"),
    ({("shop.example", "TXT"): ("v=spf1 +all",)}, "dns spf shop.example", "fail"),
    ({("shop.example", "TXT"): ("!",)}, "dns spf shop.example", "warn"),
    ({("_dmarc.shop.example", "TXT"): ()}, "dns dmarc shop.example", "warn"),
    ({("_dmarc.shop.example", "TXT"): ("v=DMARC1; p=none", "v=DMARC1; p=reject")}, "dns dmarc shop.example", "fail"),
    ({("desk._domainkey.shop.example", "TXT"): ()}, "dns dkim desk._domainkey.shop.example", "fail"),
    ({("desk._domainkey.shop.example", "TXT"): ("v=DKIM1; p=AAAA",)}, "dns dkim desk._domainkey.shop.example", "fail"),
    ({("desk._domainkey.shop.example", "TXT"): ("!",)}, "dns dkim desk._domainkey.shop.example", "warn"),
    ({("shop.example", "A"): ()}, "dns ptr shop.example", "warn"),
    ({("10.2.0.192.in-addr.arpa", "PTR"): ("dsl-10.isp.example",)}, "dns ptr shop.example", "warn"),
]


@pytest.mark.parametrize(("change", "about", "level"), WRONG)
def test_names_that_are_wrong(
    tmp_path: Path, change: dict[tuple[str, str], tuple[str, ...]], about: str, level: str
) -> None:
    found = levels(names.look(Config.default(tmp_path), ZoneResolver(GOOD | change), SIGNER))
    assert {name: value for name, value in found.items() if value != "ok"} == {about: level}


def test_letters_that_nobody_signs_are_only_worth_a_word(tmp_path: Path) -> None:
    found = levels(names.look(Config.default(tmp_path), ZoneResolver(GOOD), None))
    assert found["dns dkim"] == "warn"


def test_a_key_published_in_pieces_and_spaces_is_ours(tmp_path: Path) -> None:
    text = record(KEY).replace("p=", "p= ").replace("k=rsa", "k = rsa")
    zone = GOOD | {("desk._domainkey.shop.example", "TXT"): (text[:80] + " " + text[80:],)}
    assert (
        levels(names.look(Config.default(tmp_path), ZoneResolver(zone), SIGNER))[
            "dns dkim desk._domainkey.shop.example"
        ]
        == "ok"
    )


@pytest.mark.parametrize(
    ("days", "name", "expected"),
    [(90, "shop.example", ["ok"]), (5, "shop.example", ["warn"]), (-1, "shop.example", ["fail"]),
     (90, "other.example", ["ok", "warn"]), (90, "*.shop.example", ["ok", "warn"])],
)  # fmt: skip
def test_certificates(tmp_path: Path, days: int, name: str, expected: list[str]) -> None:
    ends = NOW + timedelta(days=days)
    issued = trustme.CA().issue_cert(name, not_before=NOW - timedelta(days=100), not_after=ends)
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    tls = SmtpTls(cert_file=tmp_path / "cert.pem", key_file=tmp_path / "cert.pem")
    assert [f.level.value for f in doors.certificate(tls, "shop.example", NOW)] == expected
    (tmp_path / "cert.pem").write_text("nothing")
    assert [f.level for f in doors.certificate(tls, "shop.example", NOW)] == [Level.FAIL]
    assert list(doors.certificate(None, "shop.example", NOW)) == []


def test_ports_without_a_daemon_must_be_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = Config.default(tmp_path, smtp={"listen": [f"127.0.0.1:{port}", "192.0.2.77:2525", "systemd:smtp"]})
        assert list(levels(doors.ports(config, running=False)).values()) == ["fail", "fail", "ok"]
    assert next(iter(levels(doors.ports(config, running=False)).values())) == "ok"


def test_ports_of_a_daemon_must_answer_as_mail_servers(tmp_path: Path) -> None:
    relay = Relay().start()
    config = Config.default(tmp_path, smtp={"listen": [f"127.0.0.1:{relay.port}"]})
    assert list(levels(doors.ports(config, running=True)).values()) == ["ok"]
    relay.down()
    assert list(levels(doors.ports(config, running=True)).values()) == ["fail"]
    relay.stop()


def test_the_relay_is_asked_for_everything_but_a_letter(tmp_path: Path) -> None:
    relay = Relay().start()
    settings = RelaySettings("127.0.0.1", relay.port, tls="none", timeout=60)
    assert list(levels(logins.relay(Config.default(tmp_path), settings)).values()) == ["ok"]
    with_login = RelaySettings("127.0.0.1", relay.port, tls="none", user="desk", secret="secret-enough", timeout=60)
    [(level, what)] = said(logins.relay(Config.default(tmp_path), with_login)).values()
    assert (level, "AUTH" in what) == (Level.FAIL, True)
    encrypted = RelaySettings("127.0.0.1", relay.port, tls="starttls", timeout=60)
    [(level, what)] = said(logins.relay(Config.default(tmp_path), encrypted)).values()
    assert (level, "STARTTLS" in what) == (Level.FAIL, True)
    assert relay.letters == []
    relay.down()
    [(level, what)] = said(logins.relay(Config.default(tmp_path), settings)).values()
    assert (level, "connecting" in what) == (Level.FAIL, True)
    relay.stop()


def test_no_relay_is_worth_a_word(tmp_path: Path) -> None:
    config = Config.default(tmp_path)
    assert settings_of(config.relay) is None
    assert levels(logins.relay(config, None)) == {"relay": "warn"}


@pytest.mark.parametrize(
    ("free", "nodes", "level"),
    [(500 * 1024**3, 10**6, "ok"), (1024**3, 10**6, "warn"), (1024, 10**6, "fail"), (500 * 1024**3, 3, "fail")],
)
def test_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, nodes: int, level: str) -> None:
    def statvfs(path: Any) -> SimpleNamespace:
        return SimpleNamespace(f_bavail=free // 4096, f_frsize=4096, f_favail=nodes, f_files=10**6)

    monkeypatch.setattr(os, "statvfs", statvfs)
    assert levels(machine.disks(Config.default(tmp_path)))["disk database"] == level


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    config = Config.default(tmp_path / "gone")
    (tmp_path / "gone").rmdir()  # a configuration names no folder that is missing when it is read
    assert levels(machine.disks(config))["disk database"] == "fail"


def test_a_clock_that_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_kernel_clock", lambda: 0)
    assert levels(machine.clock(NOW, None)) == {"clock": "ok"}
    assert levels(machine.clock(NOW, NOW + timedelta(hours=1))) == {"clock": "fail"}
    monkeypatch.setattr(machine, "_kernel_clock", lambda: 5)
    assert levels(machine.clock(NOW, NOW)) == {"clock": "warn"}


def test_the_clock_of_a_demo_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_kernel_clock", lambda: 0)
    ahead = NOW + timedelta(days=3)
    [found] = machine.clock(NOW, ahead, desk=ahead)
    assert found.level == "warn" and "a clock of its own, as a demo does" in found.what
    assert levels(machine.clock(NOW, ahead, desk=NOW + timedelta(seconds=2))) == {"clock": "fail"}


def test_python_that_lacks_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    import email.utils
    import imaplib

    monkeypatch.setattr(machine.pyexpat, "version_info", (2, 5, 0))
    monkeypatch.setattr(email.utils, "supports_strict_parsing", False, raising=False)
    monkeypatch.delattr(imaplib, "_SAFE_BUF_SIZE", raising=False)
    [(level, what)] = said(machine.python()).values()
    assert level is Level.WARN
    assert all(word in what for word in ("expat", "email.utils", "imaplib"))
    monkeypatch.setattr(machine.pyexpat, "version_info", (2, 6, 4))
    monkeypatch.setattr(email.utils, "supports_strict_parsing", True, raising=False)
    monkeypatch.setattr(imaplib, "_SAFE_BUF_SIZE", 1, raising=False)
    assert levels(machine.python()) == {"python": "ok"}


def test_databases(tmp_path: Path) -> None:
    config = Config.default(tmp_path)
    assert levels(database.look(config)) == {"database": "warn"}
    (tmp_path / "maild.db").write_bytes(b"no database at all" * 100)
    (tmp_path / "maild.db").chmod(0o600)
    assert levels(database.look(config)) == {"database": "fail"}
    (tmp_path / "maild.db").unlink()
    engine = open_engine(config.database.url)
    schema.upgrade(engine)
    engine.dispose()
    (tmp_path / "maild.db").chmod(0o600)
    assert levels(database.look(config)) == {"database": "ok"}
    (tmp_path / "maild.db").chmod(0o644)
    assert [f.level.value for f in database.look(config)] == ["ok", "warn"]


def test_one_thing_that_breaks_hides_none_of_the_others(tmp_path: Path) -> None:
    class Broken:
        def ask(self, name: str, kind: str) -> Any:
            raise RuntimeError("broken")

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        (tmp_path / "password").write_text("secret-enough")
        box = {"name": "orders", "host": "127.0.0.1", "port": closed.getsockname()[1], "user": "orders"}
        box |= {"address": "orders@shop.example", "password_file": "password", "tls": "none", "timeout": 5}
        config = Config.default(tmp_path, imap=[box])
        found = levels(look(Surroundings(config, NOW, False, None, None, None, Broken())))
    assert found["dns"] == "fail"
    assert found["mailbox orders"] == "fail"
    assert {"python", "database", "relay"} <= set(found)
    offline = levels(look(Surroundings(Config.default(tmp_path), NOW, False, None, None, None)))
    assert not any(about.startswith(("dns", "relay", "mailbox")) for about in offline)
