"""STARTTLS and AUTH: S16, S17, S18, C02."""

import asyncio
import base64
import ssl
from pathlib import Path

import pytest
import trustme

from maild.config.transport import Smtp, SmtpAuth, SmtpTls
from maild.errors import ConfigError
from pipeline.receive.tls import tls_context
from tests.pipeline.receive.conftest import ORDERS, PASSWORD, Client, Desk, Serve


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


GOOD = b64(f"\0erp\0{PASSWORD}")


@pytest.fixture
async def desk(serve: Serve, certificate: SmtpTls, logins: SmtpAuth) -> Desk:
    return await serve(tls=certificate, auth=logins)


async def inside_tls(desk: Desk, ca: trustme.CA) -> Client:
    client = await desk.ready()
    await client.starttls(ca)
    await client.cmd("EHLO client.example")
    return client


async def test_a_mail_inside_tls_by_somebody_logged_in(desk: Desk, ca: trustme.CA) -> None:
    client = await desk.connect()
    assert (await client.greet()).endswith("\n250 STARTTLS")
    await client.starttls(ca)
    offered = (await client.cmd("EHLO client.example")).split("\n")
    assert offered[-1] == "250 AUTH PLAIN LOGIN"
    assert not any("STARTTLS" in line for line in offered)
    assert (await client.cmd("STARTTLS")).startswith("503")
    assert await client.cmd(f"AUTH PLAIN {GOOD}") == "235 2.7.0 Authenticated"
    assert (await client.cmd(f"AUTH PLAIN {GOOD}")).startswith("503")
    assert (await client.cmd("MAIL FROM:<a@b.example> AUTH=<>")).startswith("250")
    await client.cmd(f"RCPT TO:<{ORDERS}>")
    await client.cmd("DATA")
    assert (await client.cmd(b"x" * 600_000 + b"\r\n.")).startswith("250")
    envelope, raw = desk.store.mails[0]
    assert (envelope.tls, envelope.login) == (True, "erp")
    assert len(raw) == 600_002
    assert await client.cmd("QUIT") == "221 2.0.0 Bye"
    assert await client.rest() == ""


async def test_logged_in_or_not_nothing_is_relayed(desk: Desk, ca: trustme.CA) -> None:
    client = await inside_tls(desk, ca)
    await client.cmd(f"AUTH PLAIN {GOOD}")
    await client.cmd("MAIL FROM:<a@b.example>")
    assert (await client.cmd("RCPT TO:<victim@other.example>")).startswith("550 5.7.1")


async def test_s16_commands_pipelined_in_clear_behind_starttls_are_forgotten(desk: Desk, ca: trustme.CA) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<early@b.example>")
    context = ssl.create_default_context()
    ca.configure_trust(context)
    client.send(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@b.example>\r\n")
    assert (await client.reply()).startswith("220")
    await client.writer.start_tls(context, server_hostname="mx.desk.example")
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("503 5.5.1 EHLO first")
    await client.cmd("EHLO client.example")
    assert (await client.cmd(f"RCPT TO:<{ORDERS}>")).startswith("503 5.5.1 MAIL first")
    assert (await client.mail()).startswith("250")
    assert desk.store.mails[0][0].sender == "buyer@customer.example"


@pytest.mark.parametrize("said", [b"EHLO x\r\n", b"\r\n" * 50, b"\x16\x03\x01\xff\xff" + b"\0" * 100])
async def test_s17_starttls_then_no_tls(desk: Desk, said: bytes) -> None:
    client = await desk.ready()
    assert (await client.cmd("STARTTLS")).startswith("220")
    client.send(said)
    client.writer.write_eof()
    await client.reader.read()
    client.writer.close()
    await desk.server.reception.quiet()
    assert desk.store.mails == []


async def test_s17_starttls_with_a_version_too_old(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("STARTTLS")).startswith("220")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        await client.writer.start_tls(context)
    client.writer.close()
    await desk.server.reception.quiet()


async def test_s17_starttls_then_silence_is_cut_after_30_seconds(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("STARTTLS")).startswith("220")
    client.send(b"\x16\x03\x01")
    desk.pass_time(29)
    assert len(desk.server.reception.connections) == 1
    desk.pass_time(1)
    await desk.server.reception.quiet()


async def test_s17_client_gone_in_the_handshake(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("STARTTLS")).startswith("220")
    client.reset()
    await desk.server.reception.quiet()
    assert desk.server.reception.turnstile.count == 0


async def test_deadlines_hold_inside_tls_too(desk: Desk, ca: trustme.CA) -> None:
    client = await inside_tls(desk, ca)
    desk.pass_time(60)
    assert await client.reply() == "421 4.4.2 Timeout, try again later"
    desk.pass_time(5)
    await desk.server.reception.quiet()


async def test_s18_auth_before_tls(desk: Desk) -> None:
    client = await desk.connect()
    assert "AUTH" not in await client.greet()
    assert (await client.cmd(f"AUTH PLAIN {GOOD}")).startswith("538 5.7.11")


async def test_s18_three_wrong_passwords_are_enough(desk: Desk, ca: trustme.CA) -> None:
    client = await inside_tls(desk, ca)
    for _ in range(2):
        assert (await client.cmd("AUTH PLAIN " + b64("\0erp\0wrong"))).startswith("535 5.7.8")
    assert (await client.cmd("AUTH PLAIN " + b64("\0nobody\0wrong"))).startswith("421 4.7.0")
    assert await client.rest() == ""


async def test_s18_auth_with_10_kb(desk: Desk, ca: trustme.CA) -> None:
    client = await inside_tls(desk, ca)
    assert (await client.cmd("AUTH PLAIN " + "A" * 10_000)).startswith("500 5.5.2")
    assert (await client.cmd("AUTH PLAIN")).startswith("334")
    assert (await client.cmd("A" * 10_000)).startswith("500 5.5.2")


@pytest.mark.parametrize(
    ("argument", "reply"),
    [
        ("", "501 5.5.4"),
        ("CRAM-MD5", "504 5.5.4"),
        ("PLAIN x y", "501 5.5.4"),
        ("PLAIN !!!!", "501 5.5.2"),
        ("PLAIN " + b64("no nul"), "501 5.5.2"),
        ("PLAIN " + b64(f"boss\0erp\0{PASSWORD}"), "501 5.5.2"),
        ("PLAIN =", "501 5.5.2"),
        ("PLAIN " + base64.b64encode(b"\0\xff\0x").decode(), "501 5.5.2"),
        ("PLAIN " + b64(f"\0erp\0{PASSWORD}x"), "535 5.7.8"),
        ("PLAIN " + b64(f"\0ERP\0{PASSWORD}"), "535 5.7.8"),
        ("plain " + GOOD, "235"),
        ("PLAIN " + b64(f"erp\0erp\0{PASSWORD}"), "235"),
    ],
)
async def test_s18_auth_arguments(desk: Desk, ca: trustme.CA, argument: str, reply: str) -> None:
    client = await inside_tls(desk, ca)
    assert (await client.cmd(f"AUTH {argument}")).startswith(reply)


async def test_auth_login_asks_twice(desk: Desk, ca: trustme.CA) -> None:
    client = await inside_tls(desk, ca)
    assert await client.cmd("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert await client.cmd(b64("erp")) == "334 UGFzc3dvcmQ6"
    assert (await client.cmd("*")).startswith("501 5.7.0")
    assert await client.cmd("AUTH LOGIN " + b64("erp")) == "334 UGFzc3dvcmQ6"
    assert (await client.cmd(b64(PASSWORD))).startswith("235")


async def test_auth_required_refuses_mail_before_it(
    serve: Serve, certificate: SmtpTls, logins: SmtpAuth, ca: trustme.CA
) -> None:
    required = logins.model_copy(update={"require": True})
    desk = await serve(tls=certificate.model_copy(update={"required": True}), auth=required)
    client = await desk.ready()
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("530 5.7.0 Must issue a STARTTLS")
    await client.starttls(ca)
    await client.cmd("EHLO client.example")
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("530 5.7.0 Authentication")
    await client.cmd(f"AUTH PLAIN {GOOD}")
    assert (await client.mail()).startswith("250")


async def test_auth_and_tls_not_configured_are_not_offered(serve: Serve) -> None:
    client = await (await serve()).ready()
    assert (await client.cmd("AUTH PLAIN AAAA")).startswith("502")
    assert (await client.cmd("STARTTLS")).startswith("502")


async def test_passwords_stand_in_no_log(desk: Desk, ca: trustme.CA, capsys: pytest.CaptureFixture[str]) -> None:
    client = await inside_tls(desk, ca)
    await client.cmd("AUTH PLAIN " + b64("\0erp\0wrong secret"))
    await client.cmd(f"AUTH PLAIN {GOOD}")
    printed = capsys.readouterr().out
    assert "login_failed" in printed
    for secret in (PASSWORD, "wrong secret", GOOD, b64("\0erp\0wrong secret")):
        assert secret not in printed


def settings(cert: Path, key: Path) -> Smtp:
    return Smtp().model_copy(update={"tls": SmtpTls.model_construct(cert_file=cert, key_file=key, required=False)})


def mistake(cert: Path, key: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        tls_context(settings(cert, key))
    assert caught.value.exit_code == 78
    return "\n".join(caught.value.mistakes)


def test_c02_certificate_that_is_missing_unreadable_or_of_another_key(
    certificate: SmtpTls, ca: trustme.CA, tmp_path: Path
) -> None:
    cert, key = Path(certificate.cert_file), Path(certificate.key_file)
    assert "there is no file" in mistake(tmp_path / "none.pem", key)
    both = mistake(tmp_path / "none.pem", tmp_path)
    assert "cert_file: there is no file" in both and "key_file" in both and "cannot be read" in both
    other = tmp_path / "other.pem"
    ca.issue_cert("other.example").private_key_pem.write_to_path(other)
    assert "is not the key of" in mistake(cert, other)
    other.write_text("no PEM at all")
    assert "no certificate and key" in mistake(cert, other)
    assert "no certificate and key" in mistake(other, key)
    assert tls_context(settings(cert, key)) is not None


async def test_c02_nothing_is_started(serve: Serve, tmp_path: Path) -> None:
    missing = SmtpTls.model_construct(cert_file=tmp_path / "a", key_file=tmp_path / "b", required=False)
    with pytest.raises(ConfigError):
        await serve(tls=missing)
    assert asyncio.all_tasks() == {asyncio.current_task()}
