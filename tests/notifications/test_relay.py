"""Relay faults, phase by phase: what each means for the letter, and that no reply is ever paired with the wrong
question.
"""

import asyncio
import socket
import ssl
from dataclasses import replace

import pytest
import trustme

from maild.domain.letter import Later, Never, Result, Sent
from notifications.relay import RelaySender, RelaySettings, dot_stuffed
from tests.notifications.builders import letter
from tests.notifications.scripted_relay import DROP, STALL, ScriptedRelay, relay
from tests.ports import KeptPort

LIMIT = 60.0  # seconds


def sender_for(relay: ScriptedRelay, **settings: object) -> RelaySender:
    plain = RelaySettings(
        "127.0.0.1", relay.port, tls="none", hostname="desk.example", timeout=LIMIT, dot_timeout=LIMIT
    )
    return RelaySender(replace(plain, **settings))  # type: ignore[arg-type]


class Dot:
    """The ``at_dot`` of a test: counts, and can look at the relay when it is asked."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


async def send_once(script: dict[str, bytes | list[bytes]], **settings: object) -> tuple[Result, Dot, ScriptedRelay]:
    dot = Dot()
    async with relay(script) as scripted:
        sender = sender_for(scripted, **settings)
        result = await sender.send(letter(), dot)
        await sender.close()
    return result, dot, scripted


async def test_a_letter_arrives_as_it_was_written() -> None:
    result, dot, scripted = await send_once({})
    assert result == Sent("250 queued as 1")
    assert dot.times == 1
    assert scripted.bodies == [b"Subject: hello\r\n\r\nfirst\r\n..second starts with a dot\r\n"]
    assert scripted.commands[:4] == [
        b"EHLO desk.example",
        b"MAIL FROM:<orders+b-1@harbour.example>",
        b"RCPT TO:<ada@nordlicht.example>",
        b"DATA",
    ]


async def test_at_dot_is_awaited_after_the_body_and_before_the_dot() -> None:
    async with relay() as scripted:
        seen: list[int] = []

        async def at_dot() -> None:
            await scripted.line_seen.wait()
            seen.append(len(scripted.bodies))

        sender = sender_for(scripted)
        await sender.send(letter(), at_dot)
        await sender.close()
    assert seen == [0]
    assert len(scripted.bodies) == 1


async def test_letters_share_a_connection_with_rset_between() -> None:
    async with relay() as scripted:
        sender = sender_for(scripted)
        for number in (1, 2, 3):
            assert isinstance(await sender.send(letter(number), Dot()), Sent)
        await sender.close()
    assert scripted.connections == 1
    assert scripted.commands.count(b"RSET") == 2


async def test_a_connection_is_renewed_after_its_share_of_letters() -> None:
    async with relay() as scripted:
        sender = sender_for(scripted, letters_per_connection=2)
        for number in range(1, 6):
            assert isinstance(await sender.send(letter(number), Dot()), Sent)
        await sender.close()
    assert scripted.connections == 3
    assert scripted.commands.count(b"QUIT") == 3


async def test_a_kept_connection_that_went_stale_costs_no_try() -> None:
    async with relay({"rset": [DROP, b"250 ok\r\n"]}) as scripted:
        sender = sender_for(scripted)
        assert isinstance(await sender.send(letter(1), Dot()), Sent)
        assert isinstance(await sender.send(letter(2), Dot()), Sent)
        await sender.close()
    assert scripted.connections == 2


async def test_r01_connection_refused() -> None:
    kept = KeptPort()  # nobody listens there
    sender = RelaySender(RelaySettings("127.0.0.1", kept.number, tls="none", hostname="desk.example", timeout=LIMIT))
    dot = Dot()
    result = await sender.send(letter(), dot)
    assert isinstance(result, Later) and result.code == "relay.unreachable" and not result.ambiguous
    assert dot.times == 0


async def test_r01_name_not_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: object, **how: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    sender = RelaySender(RelaySettings("relay.invalid", 25, tls="none", hostname="desk.example", timeout=LIMIT))
    result = await sender.send(letter(), Dot())
    assert isinstance(result, Later) and result.code == "relay.unreachable"


@pytest.mark.parametrize("banner", [b"421 busy\r\n", b"554 go away\r\n", b"hello\r\n", DROP])
async def test_r02_banner_that_is_no_welcome(banner: bytes) -> None:
    result, dot, _ = await send_once({"banner": banner})
    assert isinstance(result, Later) and result.code == "relay.unreachable" and not result.ambiguous
    assert dot.times == 0


@pytest.mark.parametrize("banner", [STALL, b"2"])
async def test_r02_banner_never_comes_or_dribbles(banner: bytes) -> None:
    result, _, _ = await send_once({"banner": banner})
    assert isinstance(result, Later) and result.code == "relay.unreachable"


@pytest.mark.parametrize("answer", [b"421 later\r\n", b"gibberish\r\n", DROP])
async def test_r03_ehlo_refused(answer: bytes) -> None:
    result, _, _ = await send_once({"ehlo": answer})
    assert isinstance(result, Later) and result.code == "relay.greeting"


async def test_r03_helo_will_do_where_no_tls_is_asked_for() -> None:
    result, _, scripted = await send_once({"ehlo": b"502 unknown\r\n"})
    assert isinstance(result, Sent)
    assert b"HELO desk.example" in scripted.commands


STARTTLS = b"250-relay.example\r\n250 STARTTLS\r\n"


@pytest.mark.parametrize(
    "script",
    [
        {},
        {"ehlo": STARTTLS, "starttls": b"454 not now\r\n"},
        {"ehlo": STARTTLS, "starttls": b"501 never\r\n"},
        {"ehlo": STARTTLS, "starttls": DROP},
        {"ehlo": STARTTLS, "starttls": b"220 go\r\n"},
    ],
    ids=["not offered", "4xx", "5xx", "drop", "no handshake"],
)
async def test_r03_required_starttls_fails_and_nothing_goes_in_clear(script: dict[str, bytes | list[bytes]]) -> None:
    result, dot, scripted = await send_once(script, tls="starttls")
    assert isinstance(result, Later) and result.code == "tls.required"
    assert dot.times == 0
    assert not any(line.upper().startswith((b"MAIL", b"RCPT", b"DATA", b"AUTH")) for line in scripted.clear_text)


async def test_r03_a_relay_without_esmtp_is_not_spoken_to_where_starttls_is_required() -> None:
    result, _, scripted = await send_once({"ehlo": b"502 unknown\r\n"}, tls="starttls")
    assert isinstance(result, Later)
    assert not any(command.startswith(b"MAIL") for command in scripted.commands)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_starttls_and_login(authority: trustme.CA, server_tls: ssl.SSLContext) -> None:
    script: dict[str, bytes | list[bytes]] = {"ehlo": [STARTTLS, b"250-relay.example\r\n250 AUTH PLAIN\r\n"]}
    async with relay(script, tls=server_tls) as scripted:
        with authority.cert_pem.tempfile() as trusted:
            sender = sender_for(scripted, tls="starttls", ca_file=trusted, user="desk", secret="rope")
            result = await sender.send(letter(), Dot())
        await sender.close()
    assert isinstance(result, Sent)
    assert any(command.startswith(b"AUTH PLAIN") for command in scripted.commands)
    assert scripted.clear_text == [b"EHLO desk.example\r\n", b"STARTTLS\r\n"]


async def test_implicit_tls(authority: trustme.CA, server_tls: ssl.SSLContext) -> None:
    async with relay(tls=server_tls, implicit=True) as scripted:
        with authority.cert_pem.tempfile() as trusted:
            sender = sender_for(scripted, tls="tls", ca_file=trusted)
            result = await sender.send(letter(), Dot())
        await sender.close()
    assert isinstance(result, Sent)
    assert scripted.clear_text == []


async def test_r03_a_certificate_nobody_vouches_for(server_tls: ssl.SSLContext) -> None:
    async with relay({"ehlo": STARTTLS}, tls=server_tls) as scripted:
        sender = sender_for(scripted, tls="starttls")
        result = await sender.send(letter(), Dot())
        await sender.close()
    assert isinstance(result, Later) and result.code == "tls.required"
    assert not any(command.startswith(b"MAIL") for command in scripted.commands)


@pytest.mark.parametrize("answer", [b"535 wrong password\r\n", b"454 try later\r\n", DROP])
async def test_r04_login_refused(answer: bytes) -> None:
    script: dict[str, bytes | list[bytes]] = {"ehlo": b"250-relay.example\r\n250 AUTH PLAIN\r\n", "auth": answer}
    result, dot, scripted = await send_once(script, user="desk", secret="rope")
    assert isinstance(result, Later) and result.code == "relay.auth"
    assert "rope" not in result.why
    assert scripted.commands.count(b"EHLO desk.example") == 1
    assert dot.times == 0


async def test_r04_login_not_offered() -> None:
    result, _, _ = await send_once({}, user="desk", secret="rope")
    assert isinstance(result, Later) and result.code == "relay.auth"


PHASES = ["mail", "rcpt", "data", "dot"]


@pytest.mark.parametrize("phase", PHASES)
async def test_r05_r06_r07_temporary_refusal(phase: str) -> None:
    result, dot, _ = await send_once({phase: b"451 4.3.0 not now\r\n"})
    assert isinstance(result, Later) and result.code == "relay.4xx" and not result.ambiguous
    assert "451 4.3.0 not now" in result.why
    assert dot.times == (phase == "dot")


@pytest.mark.parametrize("phase", PHASES)
async def test_r05_r06_r07_permanent_refusal(phase: str) -> None:
    result, dot, _ = await send_once({phase: b"550 5.7.1 no\r\n"})
    assert isinstance(result, Never) and result.code == "relay.5xx"
    assert "550 5.7.1 no" in result.why
    assert dot.times == (phase == "dot")


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
async def test_r08_cut_before_the_body(phase: str) -> None:
    result, dot, _ = await send_once({phase: DROP})
    assert isinstance(result, Later) and result.code == "relay.cut" and not result.ambiguous
    assert dot.times == 0


@pytest.mark.parametrize("lines", [1, 100_000])
async def test_r08_cut_in_the_body_defers_without_doubt(lines: int) -> None:
    """The connection breaks before our dot, at the latest while the phase is being written: the relay cannot have the
    letter.
    """
    async with relay({"body": DROP}) as scripted:
        sender = sender_for(scripted)

        async def at_dot() -> None:
            client = sender._client
            while client is not None and client.is_connected:  # noqa: ASYNC110
                await asyncio.sleep(0)

        result = await sender.send(letter(raw=b"Subject: x\r\n\r\n" + b"many words\r\n" * lines), at_dot)
        await sender.close()
    assert isinstance(result, Later) and result.code == "relay.cut" and not result.ambiguous
    assert scripted.bodies == []


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
async def test_r08_stalled_before_the_dot(phase: str) -> None:
    result, dot, _ = await send_once({phase: STALL})
    assert isinstance(result, Later) and result.code == "relay.cut" and not result.ambiguous
    assert dot.times == 0


async def test_r08_a_relay_that_stops_reading_the_body() -> None:
    huge = letter(raw=b"Subject: x\r\n\r\n" + b"x" * 76 + b"\r\n" + b"many words\r\n" * 2_000_000)
    dot = Dot()
    async with relay({"body": STALL}) as scripted:
        sender = sender_for(scripted)
        result = await sender.send(huge, dot)
    assert isinstance(result, Later) and not result.ambiguous
    assert dot.times == 0


async def test_r09_cut_after_the_dot_is_ambiguous() -> None:
    result, dot, scripted = await send_once({"dot": DROP})
    assert isinstance(result, Later) and result.code == "relay.cut" and result.ambiguous
    assert dot.times == 1
    assert len(scripted.bodies) == 1


async def test_r10_no_answer_to_the_dot_in_time_is_ambiguous() -> None:
    result, _, _ = await send_once({"dot": STALL})
    assert isinstance(result, Later) and result.ambiguous


async def test_r10_the_dot_has_ten_minutes() -> None:
    assert RelaySettings("relay.example").dot_timeout == 600


@pytest.mark.parametrize("phase", PHASES)
async def test_r11_421_defers(phase: str) -> None:
    result, _, _ = await send_once({phase: b"421 4.4.5 shutting down\r\n"})
    assert isinstance(result, Later) and result.code == "relay.421" and not result.ambiguous


GARBAGE = {
    "no code": b"what was that?\r\n",
    "200 kB line": b"250 " + b"x" * 200_000 + b"\r\n",
    "endless continuation": b"250-more\r\n" * 20_000,
    "code out of range": b"999 what\r\n",
    "intermediate": b"334 more?\r\n",
}


@pytest.mark.parametrize("name", GARBAGE)
@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
async def test_r12_garbage_before_the_dot_defers(phase: str, name: str) -> None:
    result, dot, _ = await send_once({phase: GARBAGE[name]})
    assert isinstance(result, Later) and not result.ambiguous
    assert len(result.why) < 500
    assert dot.times == 0


@pytest.mark.parametrize("name", GARBAGE)
async def test_r12_garbage_after_the_dot_is_ambiguous(name: str) -> None:
    result, _, _ = await send_once({"dot": GARBAGE[name]})
    assert isinstance(result, Later) and result.ambiguous
    assert len(result.why) < 500


async def test_r12_250_twice_is_not_taken_for_the_next_answer() -> None:
    script: dict[str, bytes | list[bytes]] = {
        "dot": [b"250 queued\r\n250 queued again\r\n"],
        "rcpt": [b"250 ok\r\n", b"550 no such user\r\n"],
    }
    async with relay(script) as scripted:
        sender = sender_for(scripted)
        assert isinstance(await sender.send(letter(1), Dot()), Sent)
        second = await sender.send(letter(2), Dot())
        await sender.close()
    assert isinstance(second, Never) and "550 no such user" in second.why
    assert scripted.connections == 2


async def test_r12_an_early_answer_to_the_dot_is_not_believed() -> None:
    result, dot, scripted = await send_once({"data": b"354 go\r\n250 queued already\r\n"})
    assert isinstance(result, Later) and not result.ambiguous
    assert scripted.bodies == [] and dot.times == 0


async def test_r06_each_recipient_has_its_own_answer() -> None:
    script: dict[str, bytes | list[bytes]] = {"rcpt": [b"250 ok\r\n", b"550 gone\r\n", b"451 later\r\n"]}
    async with relay(script) as scripted:
        sender = sender_for(scripted)
        three = letter(recipients=("a@one.example", "b@two.example", "c@three.example"))
        result = await sender.send(three, Dot())
        await sender.close()
    assert result == Sent("250 queued as 1", (("b@two.example", "550 gone"),), (("c@three.example", "451 later"),))


async def test_r06_all_refused_keeps_the_connection() -> None:
    async with relay({"rcpt": [b"550 gone\r\n"]}) as scripted:
        sender = sender_for(scripted)
        assert isinstance(await sender.send(letter(1), Dot()), Never)
        assert isinstance(await sender.send(letter(2), Dot()), Sent)
        await sender.close()
    assert scripted.connections == 1


async def test_i03_a_bad_recipient_is_refused_before_smtp() -> None:
    async with relay() as scripted:
        sender = sender_for(scripted)
        evil = "a@b.example\r\nRCPT TO:<x@y.example>"
        result = await sender.send(letter(recipients=(evil,)), Dot())
    assert isinstance(result, Never) and result.code == "addr.invalid"
    assert scripted.connections == 0


async def test_i03_a_bad_recipient_does_not_stop_the_good_one() -> None:
    async with relay() as scripted:
        sender = sender_for(scripted)
        result = await sender.send(letter(recipients=("Name <x@y.example>", "ada@nordlicht.example")), Dot())
        await sender.close()
    assert isinstance(result, Sent) and [address for address, _ in result.refused] == ["Name <x@y.example>"]
    assert [c for c in scripted.commands if c.startswith(b"RCPT")] == [b"RCPT TO:<ada@nordlicht.example>"]


async def test_trouble_of_our_own_at_the_dot_sends_no_dot() -> None:
    class OurBug(Exception):
        pass

    async def at_dot() -> None:
        raise OurBug

    async with relay() as scripted:
        sender = sender_for(scripted)
        with pytest.raises(OurBug):
            await sender.send(letter(), at_dot)
        assert isinstance(await sender.send(letter(2), Dot()), Sent)
        await sender.close()
    assert len(scripted.bodies) == 1
    assert scripted.connections == 2


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b".a\r\n.\r\n..b\r\n", b"..a\r\n..\r\n...b\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n"),
        (b"a\r.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_no_line_of_a_letter_can_end_it(raw: bytes, sent: bytes) -> None:
    assert dot_stuffed(raw) == sent
