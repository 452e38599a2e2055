"""The dialogue before the mail: S01 to S13, S19 to S22."""

import pytest
from aiosmtpd.smtp import SMTP

from pipeline.receive.sessions import Session
from tests.pipeline.receive.conftest import ORDERS, Desk, Serve


def test_every_command_that_aiosmtpd_knows_is_answered_by_us() -> None:
    theirs = {name for name in dir(SMTP) if name.startswith(("smtp_", "auth_"))}
    assert {name for name in theirs if name.startswith("smtp_") and name not in vars(Session)} == set()
    assert {name for name in ("_handle_client", "_reset_timeout") if not hasattr(SMTP, name)} == set()


async def test_banner_and_extensions_name_no_software(desk: Desk) -> None:
    client = await desk.connect()
    assert await client.reply() == "220 mx.desk.example ESMTP"
    offered = (await client.cmd("EHLO client.example")).split("\n")
    assert offered[0] == "250-mx.desk.example"
    assert {line[4:] for line in offered[1:]} == {
        "PIPELINING",
        "SIZE 1000000",
        "8BITMIME",
        "SMTPUTF8",
        "ENHANCEDSTATUSCODES",
    }
    assert await client.cmd("HELO client.example") == "250 mx.desk.example"


async def test_a_mail_arrives_as_sent_with_its_envelope(desk: Desk) -> None:
    client = await desk.ready()
    reply = await client.mail(b"Subject: order\r\n\r\n..a dot\r\n...\r\nend\r\n")
    assert reply == "250 2.0.0 queued as 1001"
    envelope, raw = desk.store.mails[0]
    assert raw == b"Subject: order\r\n\r\n.a dot\r\n..\r\nend\r\n"
    assert (envelope.sender, envelope.recipients) == ("buyer@customer.example", (ORDERS,))
    assert (envelope.channel, envelope.peer, envelope.helo) == ("smtp", "127.0.0.1", "client.example")
    assert (envelope.login, envelope.tls) == (None, False)
    assert envelope.session and len(envelope.session) == 12
    assert await client.cmd("QUIT") == "221 2.0.0 Bye"
    assert await client.rest() == ""


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"EHLO", "501 5.5.4"),
        (b"EHLO ", "501 5.5.4"),
        (b"EHLO " + b"x" * 595, "500 5.5.2"),
        (b"EHLO a\0b", "501 5.5.4"),
        (b"EHLO \xff\xfe", "501 5.5.4"),
        (b"HELO", "501 5.5.4"),
    ],
)
async def test_s01_greeting_that_names_nobody(desk: Desk, line: bytes, reply: str) -> None:
    client = await desk.connect()
    await client.reply()
    assert (await client.cmd(line)).startswith(reply)
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("503")
    assert desk.store.mails == []


async def test_s02_commands_out_of_order(desk: Desk) -> None:
    client = await desk.connect()
    await client.reply()
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("503 5.5.1")
    await client.cmd("EHLO client.example")
    assert (await client.cmd(f"RCPT TO:<{ORDERS}>")).startswith("503 5.5.1")
    assert (await client.cmd("DATA")).startswith("503 5.5.1")
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("250")
    assert (await client.cmd("DATA")).startswith("503 5.5.1")


async def test_s03_nested_mail_keeps_the_first(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("MAIL FROM:<first@b.example>")).startswith("250")
    assert (await client.cmd("MAIL FROM:<second@b.example>")).startswith("503 5.5.1")
    await client.cmd(f"RCPT TO:<{ORDERS}>")
    await client.cmd("DATA")
    assert (await client.cmd("x\r\n.")).startswith("250")
    assert desk.store.mails[0][0].sender == "first@b.example"


async def test_s04_null_sender(desk: Desk) -> None:
    client = await desk.ready()
    await client.envelope(sender="")
    assert (await client.cmd("x\r\n.")).startswith("250")
    assert desk.store.mails[0][0].sender == ""
    assert (await client.cmd("MAIL FROM:<>")).startswith("250")
    assert (await client.cmd("MAIL FROM:<>")).startswith("503")


@pytest.mark.parametrize(
    "path",
    [
        b"<a\0b@c.example>",
        b"<a@c.exam\rple>",
        b"<a@b\r>RCPT TO:<x@y.example>",
        b"<m\xfcller@c.example>",
        b"<a@b",
        b"a@b>",
        b"<<a@b>>",
        b"<a@b@c.example>",
        b"<a b@c.example>",
        b"<.a@c.example>",
        b"<a..b@c.example>",
        b"<a@c..example>",
        b"<a@>",
        b"<@c.example>",
        b'<"a@c.example>',
        b"<((((((((((((((((@c.example>",
    ],
)
@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
async def test_s05_address_with_nul_cr_8bit_or_unbalanced(desk: Desk, path: bytes, command: str) -> None:
    client = await desk.ready()
    if command == "RCPT":
        await client.cmd("MAIL FROM:<a@b.example>")
    line = (b"MAIL FROM:" if command == "MAIL" else b"RCPT TO:") + path
    assert (await client.cmd(line)).startswith("553 5.1.3")


@pytest.mark.parametrize(
    "address",
    ["a" * 65 + "@b.example", "a@" + "b" * 248 + ".example", "a" * 980 + "@b.example", "a@" + "b." * 495 + "example"],
)
async def test_s06_oversized_addresses(desk: Desk, address: str) -> None:
    client = await desk.ready()
    assert (await client.cmd(f"MAIL FROM:<{address}>")).startswith("553 5.1.3")
    assert (await client.cmd("MAIL FROM:<" + "a" * 64 + "@b.example>")).startswith("250")


async def test_s07_source_route_is_only_its_last_hop(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("MAIL FROM:<@x.example,@y.example:a@b.example>")).startswith("250")
    assert (await client.cmd(f"RCPT TO:<@desk.example:{ORDERS}>")).startswith("250")
    assert (await client.cmd("RCPT TO:<@desk.example:victim@other.example>")).startswith("550 5.7.1")
    await client.cmd("DATA")
    await client.cmd("x\r\n.")
    envelope, _ = desk.store.mails[0]
    assert (envelope.sender, envelope.recipients) == ("a@b.example", (ORDERS,))


@pytest.mark.parametrize(
    ("size", "reply"),
    [
        ("1000001", "552 5.3.4"),
        ("many", "501"),
        ("-5", "501"),
        ("9" * 20, "552 5.3.4"),
        ("9" * 21, "501"),
        ("\u0665", "501"),
        ("1000000", "250"),
    ],
)
async def test_s08_declared_size(desk: Desk, size: str, reply: str) -> None:
    client = await desk.ready()
    assert (await client.cmd(f"MAIL FROM:<a@b.example> SIZE={size}")).startswith(reply)


@pytest.mark.parametrize("parameter", ["RET=FULL", "ENVID=x1", "FOO", "FOO=bar", "AUTH=<>", "BY=120;R"])
async def test_s09_unknown_parameters(desk: Desk, parameter: str) -> None:
    client = await desk.ready()
    assert (await client.cmd(f"MAIL FROM:<a@b.example> {parameter}")).startswith("555 5.5.4")
    await client.cmd("MAIL FROM:<a@b.example>")
    assert (await client.cmd(f"RCPT TO:<{ORDERS}> NOTIFY=NEVER")).startswith("555 5.5.4")


async def test_s09_malformed_and_repeated_parameters(desk: Desk) -> None:
    client = await desk.ready()
    for parameters in ("SIZE=1 SIZE=2", "=x", "SIZE=", "S!ZE=1"):
        assert (await client.cmd(f"MAIL FROM:<a@b.example> {parameters}")).startswith("501 5.5.4")


async def test_s10_international_addresses(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("MAIL FROM:<käufer@müller.example>")).startswith("553 5.6.7")
    assert (await client.cmd("MAIL FROM:<käufer@müller.example> SMTPUTF8")).startswith("250")
    assert (await client.cmd("RCPT TO:<bestellung@müller.example>")).startswith("250")
    await client.cmd("DATA")
    assert (await client.cmd("x\r\n.")).startswith("250")
    envelope, _ = desk.store.mails[0]
    assert (envelope.sender, envelope.recipients) == ("käufer@müller.example", ("bestellung@müller.example",))
    await client.cmd("MAIL FROM:<a@b.example>")
    assert (await client.cmd("RCPT TO:<bestellung@müller.example>")).startswith("553 5.6.7")


async def test_s10_international_addresses_where_not_offered(desk: Desk) -> None:
    client = await desk.connect()
    await client.reply()
    await client.cmd("HELO client.example")
    assert (await client.cmd("MAIL FROM:<käufer@müller.example>")).startswith("553 5.6.7")
    assert (await client.cmd("MAIL FROM:<käufer@müller.example> SMTPUTF8")).startswith("553 5.6.7")
    assert (await client.cmd("MAIL FROM:<a@b.example> SMTPUTF8")).startswith("555")


async def test_s10_domain_that_cannot_exist(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd(f"MAIL FROM:<a@{'ü' * 64}.example> SMTPUTF8")).startswith("553 5.1.3")


async def test_s11_strangers_are_refused_slowly_then_not_at_all(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    assert (await client.cmd("RCPT TO:<nobody@desk.example>")).startswith("550 5.1.1")
    assert (await client.cmd("RCPT TO:<victim@other.example>")).startswith("550 5.7.1")
    for number in range(3, 6):
        await client.cmd(f"RCPT TO:<guess{number}@desk.example>")
    assert desk.pauses == []
    for number in range(6, 21):
        assert (await client.cmd(f"RCPT TO:<guess{number}@desk.example>")).startswith("550 5.1.1")
    assert desk.pauses == [5.0] * 15
    assert (await client.cmd("RCPT TO:<guess21@desk.example>")).startswith("421 4.7.0")
    assert await client.rest() == ""


async def test_s11_all_recipients_refused_leaves_no_mail_to_send(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    await client.cmd("RCPT TO:<victim@other.example>")
    assert (await client.cmd("DATA")).startswith("554 5.5.1")
    assert desk.store.mails == []


async def test_s12_recipient_101(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    for number in range(100):
        assert (await client.cmd(f"RCPT TO:<orders+{number}@desk.example>")).startswith("250")
    assert (await client.cmd("RCPT TO:<orders+100@desk.example>")).startswith("452 4.5.3")
    await client.cmd("DATA")
    await client.cmd("x\r\n.")
    assert len(desk.store.mails[0][0].recipients) == 100


async def test_s12_recipients_without_end(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    client.send(b"".join(b"RCPT TO:<orders+%d@desk.example>\r\n" % number for number in range(5000)))
    said = await client.rest()
    assert said.count("250 2.1.5") == 100
    assert said.count("452 4.5.3") == 900
    assert said.endswith("421 4.7.0 Too many recipients\r\n")


async def test_s13_same_recipient_twice_is_one(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example> SMTPUTF8")
    for address in (ORDERS, ORDERS, ORDERS.upper(), "bestellung@müller.example", "Bestellung@MÜLLER.example"):
        assert (await client.cmd(f"RCPT TO:<{address}>")).startswith("250")
    await client.cmd("DATA")
    await client.cmd("x\r\n.")
    assert desk.store.mails[0][0].recipients == (ORDERS, "bestellung@müller.example")


async def test_postmaster_needs_no_domain(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    assert (await client.cmd("RCPT TO:<Postmaster>")).startswith("250")


@pytest.mark.parametrize(
    "hello",
    [
        b"GET / HTTP/1.1\r\nHost: desk.example\r\n\r\nEHLO x\r\nMAIL FROM:<a@b.example>\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nEHLO x\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x80\x2e\x01\x03\x01\r\n",
    ],
)
async def test_s19_other_protocols_are_shown_the_door(desk: Desk, hello: bytes) -> None:
    client = await desk.connect()
    client.send(hello)
    said = await client.rest()
    assert said.splitlines()[-1].startswith("554 5.5.1")
    assert said.count("\n") <= 2
    await desk.server.reception.quiet()


async def test_s20_chunking_and_binary_are_not_offered(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("MAIL FROM:<a@b.example> BODY=BINARYMIME")).startswith("501 5.5.4")
    assert (await client.cmd("BDAT 10 LAST")).startswith("500 5.5.1")
    client.send(b"BDAT 40 LAST\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<" + ORDERS.encode() + b">\r\n")
    assert (await client.rest()).startswith("554 5.5.0")


async def test_s21_long_commands(desk: Desk) -> None:
    client = await desk.ready()
    assert (await client.cmd("NOOP " + "x" * 595)).startswith("500 5.5.2")
    assert (await client.cmd("MAIL FROM:<a@b.example> " + "X" * 2048)).startswith("500 5.5.2")
    assert (await client.cmd("NOOP")).startswith("250")


async def test_s21_command_without_end_is_cut_after_64_kib(desk: Desk) -> None:
    client = await desk.ready()
    client.send(b"x" * 70_000)
    assert (await client.rest()).startswith("500 5.5.2")
    await desk.server.reception.quiet()


@pytest.mark.parametrize("command", ["NOOP", "RSET", "VRFY someone", "HELP", "EXPN list", "EHLO again.example"])
async def test_s22_idle_chatter_ends(desk: Desk, command: str) -> None:
    client = await desk.ready()
    replies = [await client.cmd(command) for _ in range(99)]
    assert not any(reply.startswith("421") for reply in replies)
    assert (await client.cmd(command)).startswith("421 4.7.0")
    assert await client.rest() == ""


async def test_s22_a_mail_wins_new_patience(desk: Desk) -> None:
    client = await desk.ready()
    for _ in range(2):
        for _ in range(90):
            assert (await client.cmd("NOOP")).startswith("250")
        assert (await client.mail()).startswith("250")


async def test_unknown_commands_end_the_connection(desk: Desk) -> None:
    client = await desk.ready()
    for _ in range(4):
        assert (await client.cmd("XYZZY")) == "500 5.5.1 Unknown command"
    assert (await client.cmd("XYZZY")).startswith("421 4.7.0")
    assert await client.rest() == ""


async def test_too_many_mistakes_end_the_connection(serve: Serve) -> None:
    desk = await serve(max_errors=3)
    client = await desk.ready()
    for _ in range(2):
        assert (await client.cmd("MAIL")).startswith("501")
    client.send(b"MAIL\r\n")
    assert (await client.rest()).splitlines()[1].startswith("421 4.7.0")


async def test_too_many_mails_for_one_connection(serve: Serve) -> None:
    desk = await serve(max_messages=2)
    client = await desk.ready()
    for _ in range(2):
        assert (await client.mail()).startswith("250")
    assert (await client.cmd("MAIL FROM:<a@b.example>")).startswith("421 4.7.0")


async def test_rset_forgets_the_transaction(desk: Desk) -> None:
    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    await client.cmd(f"RCPT TO:<{ORDERS}>")
    assert (await client.cmd("RSET")).startswith("250")
    assert (await client.cmd("DATA")).startswith("503")


async def test_pipelined_mails_are_answered_in_order(desk: Desk) -> None:
    client = await desk.ready()
    one = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<orders@desk.example>\r\nDATA\r\n"
    client.send(one)
    assert [(await client.reply())[:3] for _ in range(3)] == ["250", "250", "354"]
    client.send(b"first\r\n.\r\n" + one)
    assert [(await client.reply())[:3] for _ in range(4)] == ["250", "250", "250", "354"]
    client.send(b"second\r\n.\r\nQUIT\r\n")
    assert [(await client.reply())[:3] for _ in range(2)] == ["250", "221"]
    assert desk.store.raw == [b"first\r\n", b"second\r\n"]


async def test_a_bug_in_a_command_is_451_and_the_dialogue_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(address: str) -> str | None:
        raise RuntimeError("database is locked /secret/path.db")

    client = await desk.ready()
    await client.cmd("MAIL FROM:<a@b.example>")
    monkeypatch.setattr(desk.server.reception.intake, "recipient", broken)
    reply = await client.cmd(f"RCPT TO:<{ORDERS}>")
    assert reply.startswith("451 4.3.0")
    assert "secret" not in reply and "locked" not in reply
    monkeypatch.undo()
    assert (await client.cmd(f"RCPT TO:<{ORDERS}>")).startswith("250")
