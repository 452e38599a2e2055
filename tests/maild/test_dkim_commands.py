"""maild dkim and maild doctor from the command line: what they print and how they leave."""

import json
from datetime import UTC, datetime
from pathlib import Path

from notifications.dkim import load_signer
from tests.journeys import command
from tests.names import NameServer

TOP = (
    '[site]\ndomain = "shop.example"\n[intake]\naddresses = ["orders@shop.example"]\n[smtp]\nlisten = ["127.0.0.1:0"]\n'
)


def maild(folder: Path, *arguments: str) -> tuple[int, str, str]:
    said = command.maild(folder, *arguments)
    return said.code, said.out, said.err


def test_a_new_key_is_for_the_domain_and_selector_of_the_configuration_beside_it(tmp_path: Path) -> None:
    assert "maild._domainkey.YOUR-DOMAIN." in maild(tmp_path, "dkim", "keygen", "none.pem", "--bits", "1024")[1]
    config = tmp_path / "config.toml"
    config.write_text(TOP)
    assert "maild._domainkey.shop.example." in maild(tmp_path, "dkim", "keygen", "a.pem", "--bits", "1024")[1]
    config.write_text(TOP + '[dkim]\nkey_file = "a.pem"\nselector = "desk"\n')
    said = maild(tmp_path, "dkim", "keygen", "b.pem", "--bits", "1024")[1]
    assert "desk._domainkey.shop.example." in said
    assert 'selector = "desk"' in said
    config.write_text("[site\n")
    code, said, why = maild(tmp_path, "dkim", "keygen", "c.pem", "--bits", "1024")
    assert (code, "YOUR-DOMAIN" in said, "has mistakes" in why) == (0, True, True)


def test_from_a_new_key_to_a_verified_letter(tmp_path: Path) -> None:
    code, said, _ = maild(
        tmp_path, "dkim", "keygen", "--bits", "1024", "--domain", "shop.example", "--selector", "desk"
    )
    assert code == 0
    assert "desk._domainkey.shop.example. IN TXT" in said
    assert maild(tmp_path, "dkim", "keygen")[0] == 73
    config = tmp_path / "config.toml"
    config.write_text(TOP)
    assert maild(tmp_path, "dkim", "txt")[0] == 65
    config.write_text(TOP + '[dkim]\nkey_file = "dkim.pem"\nselector = "desk"\n')
    code, said, _ = maild(tmp_path, "dkim", "txt", "--json")
    row = json.loads(said)
    assert (code, row["name"], row["type"]) == (0, "desk._domainkey.shop.example", "TXT")
    names = NameServer({(row["name"], "TXT"): (row["value"],)})
    config.write_text(config.read_text() + f'[dns]\nservers = ["{names.address}"]\ntimeout = "10s"\n')
    plain = b"From: orders@shop.example\r\nSubject: x\r\n\r\nbody\r\n"
    (tmp_path / "plain.eml").write_bytes(plain)
    signer = load_signer(tmp_path / "dkim.pem", "shop.example", "desk")
    (tmp_path / "signed.eml").write_bytes(signer.sign(plain, datetime(2026, 11, 2, tzinfo=UTC)))
    code, said, _ = maild(tmp_path, "dkim", "verify", "signed.eml", "--json")
    assert (code, json.loads(said)["result"]) == (0, "pass")
    changed = (tmp_path / "signed.eml").read_bytes().replace(b"body", b"BODY")
    (tmp_path / "changed.eml").write_bytes(changed)
    code, said, _ = maild(tmp_path, "dkim", "verify", "changed.eml")
    assert (code, said.split()[0]) == (65, "fail")
    assert maild(tmp_path, "dkim", "verify", "plain.eml")[:2] == (65, "no signature\n")
    assert maild(tmp_path, "dkim", "verify", "none.eml")[0] == 66
    code, said, _ = maild(tmp_path, "doctor", "--json")
    found = {row["about"]: row["level"] for row in map(json.loads, said.splitlines())}
    assert found["dns dkim desk._domainkey.shop.example"] == "ok"
    assert (code, found["dns mx shop.example"]) == (69, "fail")
    names.stop()
    config.write_text(config.read_text().replace('timeout = "10s"', 'timeout = "100ms"'))
    code, _, said = maild(tmp_path, "dkim", "verify", "signed.eml")
    assert (code, "the DNS leaves it open" in said) == (69, True)


def test_the_doctor_offline_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(TOP)
    code, said, _ = maild(tmp_path, "doctor", "--offline")
    assert code == 0
    assert "disk database" in said
    assert "dns" not in said
