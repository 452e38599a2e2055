"""Group G: what a misbehaving server may do, and that no mail is lost, doubled or allowed to block the next."""

import resource
import ssl
from collections.abc import Callable

import pytest
import trustme

from maild.domain.mailbox import UidState
from maild.store import mailboxes
from pipeline.receive import mailbox_folder
from tests.pipeline.receive.imap.conftest import Box, mail
from tests.pipeline.receive.imap.server import HungUp, Line, Server


def answering(*lines: bytes, items: bytes = b"BODY.PEEK[]", times: int = 10**6) -> Callable[[Line, bytes, bytes], bool]:
    """A trick on UID FETCH: these lines instead of a mail's, the first ``times`` times; TAG stands for the tag."""
    left = [times]

    def trick(line: Line, tag: bytes, rest: bytes) -> bool:
        if items not in rest or left[0] <= 0:
            return False
        left[0] -= 1
        line.raw(b"".join(part.replace(b"TAG", tag) + b"\r\n" for part in lines))
        return True

    return trick


def hanging_up(line: Line, tag: bytes, rest: bytes) -> bool:
    raise HungUp


# G01 to G03: numbers


async def test_g01_uidvalidity_changed_reads_all_again_and_doubles_nothing(box: Box, server: Server) -> None:
    box.changes = {"processed": ""}
    server.put(mail(1), mail(2), mail(3))
    await box.read()
    server.uidvalidity = 8
    server.folders["INBOX"] = {11: mail(2), 12: mail(4), 13: mail(1), 14: mail(3)}
    server.used["INBOX"] = 14
    await box.read()
    assert box.raws() == [mail(1), mail(2), mail(3), mail(4)]
    assert box.deliveries() == [1, 1, 1, 1]
    assert box.mark() == 14


async def test_g01_mail_that_comes_after_the_change_is_delivered_again_if_it_is_sent_again(
    box: Box, server: Server
) -> None:
    box.changes = {"processed": ""}
    server.put(mail(1))
    await box.read()
    server.uidvalidity = 8
    await box.read()
    server.put(mail(1))
    await box.read()
    assert box.deliveries() == [2]


@pytest.mark.parametrize("folder", ["Processed", ""])
async def test_g02_without_uidvalidity_the_digest_tells(box: Box, server: Server, folder: str) -> None:
    box.changes = {"processed": folder}
    server.uidvalidity = None
    server.put(mail(1), mail(2))
    await box.read(3)
    server.put(mail(3))
    await box.read(3)
    assert box.raws() == [mail(1), mail(2), mail(3)]
    assert box.deliveries() == [1, 1, 1]


async def test_g03_uids_that_go_down_are_read_all_the_same(box: Box, server: Server) -> None:
    server.put(mail(1), uid=50)
    await box.read()
    server.used["INBOX"] = 0
    server.put(mail(2), mail(3))
    await box.read()
    assert box.raws() == [mail(1), mail(2), mail(3)]


async def test_g03_holes_and_a_uidnext_that_is_too_small(box: Box, server: Server) -> None:
    server.next_uid = 2
    server.put(mail(1), uid=5)
    server.put(mail(2), uid=4_000_000_000)
    await box.read()
    server.put(mail(3), uid=4_000_000_007)
    await box.read()
    assert box.raws() == [mail(1), mail(2), mail(3)]
    assert box.deliveries() == [1, 1, 1]


async def test_g03_v12_the_mark_waits_below_a_mail_that_is_not_stored(box: Box, server: Server) -> None:
    def only_the_second(line: Line, tag: bytes, rest: bytes) -> bool:
        if not rest.startswith(b"2 "):
            return False
        line.say(tag + b" NO [SERVERBUG] not today")
        return True

    server.tricks["UID FETCH"] = only_the_second
    server.put(mail(1), mail(2), mail(3))
    await box.until(lambda: len(box.mails()) == 2)
    assert box.mark() == 1
    assert box.open()[2].state is UidState.FAILING
    del server.tricks["UID FETCH"]
    await box.until(lambda: len(box.mails()) == 3)
    assert box.raws() == [mail(1), mail(3), mail(2)]
    assert box.mark() == 3
    assert box.open() == {}


# G04 to G06: answers to FETCH

BAD_LITERALS = {
    "10 GiB": b"* 1 FETCH (UID 1 BODY[] {10737418240}",
    "2 GiB": b"* 1 FETCH (UID 1 BODY[] {2147483647}",
    "negative": b"* 1 FETCH (UID 1 BODY[] {-5}\r\nabc)\r\nTAG OK done",
    "no number": b"* 1 FETCH (UID 1 BODY[] {x}\r\nabc)\r\nTAG OK done",
    "20,000 digits": b"* 1 FETCH (UID 1 BODY[] {" + b"9" * 20_000 + b"}\r\nabc)\r\nTAG OK done",
    "unbalanced": b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc\r\nTAG OK done",
    "deep": b"* 1 FETCH (UID 1 BODY[] " + b"(" * 100_000 + b")" * 100_000 + b")\r\nTAG OK done",
    "a line of 2 MB": b'* 1 FETCH (UID 1 BODY[] "' + b"a" * 2_000_000 + b'")\r\nTAG OK done',
    "another tag": b"ZZZ9 OK done\r\nTAG OK done",
    "no IMAP": b"HTTP/1.1 200 OK",
}


@pytest.mark.parametrize("name", BAD_LITERALS)
async def test_g04_a_literal_that_cannot_be(box: Box, server: Server, name: str) -> None:
    """It is tried again on a new connection, and the memory for what it claims is never taken."""
    server.tricks["UID FETCH"] = answering(BAD_LITERALS[name], times=2)
    server.put(mail(1), mail(2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await box.until(lambda: len(box.mails()) == 2)
    assert sorted(box.raws()) == [mail(1), mail(2)]
    assert box.mark() == 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes


async def test_g04_a_literal_that_is_cut_short(box: Box, server: Server) -> None:
    def short(line: Line, tag: bytes, rest: bytes) -> bool:
        if b"BODY.PEEK[]" not in rest or server.connections > 1:
            return False
        line.raw(b"* 1 FETCH (UID 1 BODY[] {500}\r\nFrom: somebody")
        raise HungUp

    server.tricks["UID FETCH"] = short
    server.put(mail(1))
    await box.until(lambda: len(box.mails()) == 1)
    assert box.raws() == [mail(1)]


NO_MAIL = {
    "without UID": b"* 1 FETCH (BODY[] {3}\r\nabc)",
    "another UID": b"* 9 FETCH (UID 99 BODY[] {3}\r\nabc)",
    "same UID twice": b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n* 2 FETCH (UID 1 BODY[] {3}\r\nxyz)",
    "same UID twice, same number": b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n* 1 FETCH (UID 1 BODY[] {3}\r\nxyz)",
    "NIL": b"* 1 FETCH (UID 1 BODY[] NIL)",
    "a number": b"* 1 FETCH (UID 1 BODY[] 42)",
    "empty OK": b"* OK nothing to see",
    "flags only": b"* 1 FETCH (UID 1 FLAGS (\\Seen))",
    "nothing at all": b'* 1 FETCH (UID 1 BODY[] "")',
}


@pytest.mark.parametrize("name", NO_MAIL)
async def test_g05_an_answer_that_is_not_the_mail_is_retried_then_put_aside(
    box: Box, server: Server, name: str
) -> None:
    trick = answering(NO_MAIL[name], b"TAG OK done")

    def first_only(line: Line, tag: bytes, rest: bytes) -> bool:
        return rest.startswith(b"1 ") and trick(line, tag, rest)

    server.tricks["UID FETCH"] = first_only
    server.put(mail(1), mail(2))
    await box.until(lambda: len(box.mails()) == 2 and not box.open())
    _good, bad = box.mails()
    assert box.raws()[0] == mail(2)  # the next one did not wait for it
    assert (bad["outcome"], bad["code"]) == ("quarantined", "imap.bad_fetch")
    assert "5 tries" in bad["why"]
    assert server.folders["Failed"] == {1: mail(1)}
    assert box.mark() == 2


@pytest.mark.parametrize("name", NO_MAIL)
async def test_g05_a_passing_weakness_costs_nothing(box: Box, server: Server, name: str) -> None:
    server.tricks["UID FETCH"] = answering(NO_MAIL[name], b"TAG OK done", times=4)
    server.put(mail(1))
    await box.until(lambda: len(box.mails()) == 1 and not box.open())
    assert box.raws() == [mail(1)]
    assert box.mails()[0]["outcome"] is None


async def test_g05_the_tries_are_counted_over_restarts(box: Box, server: Server) -> None:
    server.tricks["UID FETCH"] = answering(NO_MAIL["NIL"], b"TAG OK done")
    server.put(mail(1))
    for tries in range(1, 5):
        await box.read()
        assert box.open()[1].tries >= tries
    await box.until(lambda: len(box.mails()) == 1)


@pytest.mark.parametrize("told", [0, 10, 5000])
async def test_g06_a_size_that_lies(box: Box, server: Server, told: int) -> None:
    server.tricks["UID FETCH"] = answering(b"* 1 FETCH (UID 1 RFC822.SIZE %d)" % told, b"TAG OK done", items=b"SIZE")
    server.put(mail(1))
    await box.until(lambda: len(box.mails()) == 1)
    assert box.raws() == [mail(1)]


@pytest.mark.parametrize("octets", [70_000, 3_000_000])
async def test_g06_a_size_that_hides_a_mail_that_is_too_large(box: Box, server: Server, octets: int) -> None:
    box.changes = {"max_size": "64kB"}
    server.tricks["UID FETCH"] = answering(b"* 1 FETCH (UID 1 RFC822.SIZE 10)", b"TAG OK done", items=b"SIZE")
    server.put(mail(1, "x" * octets))
    await box.until(lambda: len(box.mails()) == 1 and not box.open())
    [only] = box.mails()
    assert only["outcome"] == "quarantined"
    assert only["code"] == ("imap.too_large" if octets < 100_000 else "imap.bad_fetch")


async def test_g06_a_size_that_is_none(box: Box, server: Server) -> None:
    server.tricks["UID FETCH"] = answering(
        b"* 1 FETCH (UID 1 RFC822.SIZE huge)", b"TAG OK done", items=b"SIZE", times=3
    )
    server.put(mail(1))
    await box.until(lambda: len(box.mails()) == 1)
    assert box.raws() == [mail(1)]


# G07 to G10: the connection


async def test_g07_unsolicited_answers_are_ignored(box: Box, server: Server) -> None:
    def chatty(line: Line, tag: bytes, rest: bytes) -> bool:
        line.say(
            b"* 3 FETCH (FLAGS (\\Seen))", b"* 2 EXPUNGE", b"* 9 EXISTS", b"* 3 FETCH (UID 3 FLAGS ())", b"* OK hm"
        )
        return False

    for command in ("UID FETCH", "UID SEARCH", "UID MOVE"):
        server.tricks[command] = chatty
    server.put(mail(1), mail(2), mail(3))
    await box.read()
    assert box.raws() == [mail(1), mail(2), mail(3)]


def bye(line: Line, tag: bytes, rest: bytes) -> bool:
    line.say(b"* BYE overloaded")
    raise HungUp


def silent(line: Line, tag: bytes, rest: bytes) -> bool:
    line.silence()
    return True


def dripping(line: Line, tag: bytes, rest: bytes) -> bool:
    """An octet in each read, so that no read ever times out by itself."""
    line.sock.settimeout(0.02)
    line.raw(b"* OK ")
    while True:
        line.raw(b"a")
        try:
            if not line.sock.recv(1):
                raise HungUp
        except TimeoutError:
            pass


def flooding(line: Line, tag: bytes, rest: bytes) -> bool:
    while True:
        line.raw(b"* 1 FETCH (FLAGS ())\r\n" * 1000)


@pytest.mark.parametrize("trick", [bye, hanging_up, silent, dripping, flooding])
@pytest.mark.parametrize("command", ["GREETING", "AUTHENTICATE", "SELECT", "UID SEARCH", "UID FETCH", "UID MOVE"])
async def test_g08_a_server_that_breaks_off_or_never_ends(
    box: Box, server: Server, command: str, trick: Callable[[Line, bytes, bytes], bool]
) -> None:
    """Each is cut off and tried again, later and later; then the server recovers and nothing was lost or doubled."""
    box.changes = {"timeout": 0.4}
    server.put(mail(1), mail(2))
    server.tricks[command] = trick
    await box.until(lambda: len(box.clock.pauses) == 3)
    for number, pause in enumerate(box.clock.pauses):
        assert 2**number / 2 <= pause <= 2**number
    box.changes = {}
    del server.tricks[command]
    await box.until(lambda: len(box.mails()) == 2 and not box.open())
    assert box.raws() == [mail(1), mail(2)]
    assert box.deliveries() == [1, 1]


async def test_g08_the_pauses_grow_to_five_minutes(box: Box, server: Server) -> None:
    server.tricks["GREETING"] = hanging_up
    await box.until(lambda: len(box.clock.pauses) == 14)
    assert all(150 <= pause <= 300 for pause in box.clock.pauses[-4:])
    assert box.clock.pauses[-1] != box.clock.pauses[-2]  # the dice keep many mailboxes from calling together
    assert box.watcher.troubles


async def test_g09_a_refused_login_is_told_and_not_hammered(box: Box, server: Server) -> None:
    (box.folder / "password").write_text("correct horse")
    server.tricks["AUTHENTICATE"] = lambda line, tag, rest: (
        bool(line.say(tag + b" NO [AUTHENTICATIONFAILED] no")) or True
    )
    await box.until(lambda: len(box.clock.pauses) == 8)
    assert box.clock.pauses[0] >= 30
    assert all(450 <= pause <= 900 for pause in box.clock.pauses[-3:])
    assert "login was refused" in box.watcher.troubles[0]
    assert server.connections == 8


async def test_g09_the_account_is_opened_again(box: Box, server: Server) -> None:
    server.put(mail(1))
    server.tricks["AUTHENTICATE"] = lambda line, tag, rest: bool(line.say(tag + b" NO locked")) or True
    await box.until(lambda: len(box.clock.pauses) == 2)
    del server.tricks["AUTHENTICATE"]
    await box.read()
    assert box.raws() == [mail(1)]


async def test_g09_a_server_that_is_out_of_order_does_not_speak_about_the_password(box: Box, server: Server) -> None:
    server.tricks["AUTHENTICATE"] = lambda line, tag, rest: bool(line.say(tag + b" NO [UNAVAILABLE] later")) or True
    await box.until(lambda: len(box.clock.pauses) == 1)
    assert box.clock.pauses[0] <= 1
    assert box.watcher.troubles == []


@pytest.mark.parametrize("wrong", ["unknown authority", "other host", "plain text"])
async def test_g10_a_certificate_that_proves_nothing(box: Box, server: Server, wrong: str) -> None:
    authority, other = trustme.CA(), trustme.CA()
    certificate = authority.issue_cert("elsewhere.example" if wrong == "other host" else "localhost")
    if wrong != "plain text":
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(server.tls)
    (other if wrong == "unknown authority" else authority).cert_pem.write_to_path(str(box.folder / "ca.pem"))
    box.changes = {"tls": "tls", "ca_file": str(box.folder / "ca.pem")}
    server.put(mail(1))
    await box.until(lambda: len(box.clock.pauses) == 1)
    assert box.watcher.troubles
    assert server.logins == 0
    assert not any(b"AUTHENTICATE" in line or b"LOGIN" in line for line in server.seen)


async def test_g10_an_expired_certificate(box: Box, server: Server) -> None:
    from datetime import UTC, datetime

    authority = trustme.CA()
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(server.tls)
    authority.cert_pem.write_to_path(str(box.folder / "ca.pem"))
    box.changes = {"tls": "tls", "ca_file": str(box.folder / "ca.pem")}
    await box.until(lambda: len(box.clock.pauses) == 1)
    assert "expired" in box.watcher.troubles[0]
    assert server.logins == 0


async def test_g10_a_good_certificate_is_taken(box: Box, server: Server) -> None:
    authority = trustme.CA()
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server.tls)
    authority.cert_pem.write_to_path(str(box.folder / "ca.pem"))
    box.changes = {"tls": "tls", "ca_file": str(box.folder / "ca.pem")}
    server.put(mail(1))
    await box.read()
    assert box.raws() == [mail(1)]


@pytest.mark.parametrize("greeting", [b"* OK ready", b"* PREAUTH welcome, no need to hide"])
async def test_g10_a_connection_is_not_downgraded(box: Box, server: Server, greeting: bytes) -> None:
    """Neither by hiding STARTTLS nor by pretending that we are logged in already."""
    server.tricks["GREETING"] = lambda line, tag, rest: bool(line.say(greeting)) or True
    if b"PREAUTH" in greeting:
        server.capabilities += " STARTTLS"
    box.changes = {"tls": "starttls"}
    server.put(mail(1))
    await box.until(lambda: len(box.clock.pauses) == 3)
    assert box.watcher.troubles
    assert server.logins == 0
    assert box.mails() == []


# G11 to G16: folders and other clients


@pytest.mark.parametrize("command", ["UID MOVE", "UID STORE"])
async def test_g11_what_cannot_be_moved_stays_and_is_no_second_mail(box: Box, server: Server, command: str) -> None:
    box.changes = {"processed": "Processed" if command == "UID MOVE" else ""}
    server.tricks[command] = lambda line, tag, rest: bool(line.say(tag + b" NO [OVERQUOTA] no room")) or True
    server.put(mail(1), mail(2))
    await box.until(lambda: len(box.watcher.troubles) == 3)
    assert "no room" in box.watcher.troubles[0]
    assert box.raws() == [mail(1), mail(2)]
    assert box.deliveries() == [1, 1]
    del server.tricks[command]
    await box.read()
    assert box.deliveries() == [1, 1]
    assert box.open() == {}
    assert (server.folders["Processed"] if command == "UID MOVE" else server.flags) != {}


async def test_g12_cut_off_between_the_commit_and_the_move(box: Box, server: Server) -> None:
    server.tricks["UID MOVE"] = hanging_up
    server.put(mail(1), mail(2))
    await box.until(lambda: len(box.clock.pauses) == 1)
    assert box.raws() == [mail(1), mail(2)]
    del server.tricks["UID MOVE"]
    await box.read()
    assert box.deliveries() == [1, 1]
    assert server.folders["INBOX"] == {}


async def test_g12_cut_off_between_the_move_and_its_ok(box: Box, server: Server) -> None:
    def moved_silently(line: Line, tag: bytes, rest: bytes) -> bool:
        server._uid_move(line, tag, rest)
        raise HungUp

    server.put(mail(1))
    server.folders["Processed"] = {}
    server.tricks["UID MOVE"] = moved_silently
    await box.until(lambda: len(box.clock.pauses) >= 1)
    del server.tricks["UID MOVE"]
    await box.read()
    assert box.deliveries() == [1]
    assert box.open() == {}


async def test_g13_a_folder_that_is_gone_does_not_stop_the_others(box: Box, server: Server) -> None:
    box.changes = {"folders": ["Gone", "INBOX"]}
    server.put(mail(1))
    await box.until(lambda: len(box.watcher.troubles) == 2)
    assert "folder Gone cannot be opened" in box.watcher.troubles[0]
    assert box.raws() == [mail(1)]
    server.folders["Gone"] = {1: mail(2)}
    await box.read()
    assert box.raws() == [mail(1), mail(2)]


async def test_g13_a_folder_that_is_read_only(box: Box, server: Server) -> None:
    server.read_only = True
    server.put(mail(1))
    await box.until(lambda: len(box.watcher.troubles) == 2)
    assert "read-only" in box.watcher.troubles[0]
    assert box.raws() == [mail(1)]
    server.read_only = False
    await box.read()
    assert server.folders["INBOX"] == {}
    assert box.deliveries() == [1]


async def test_g14_a_great_many_mails_are_asked_for_in_pages(
    box: Box, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 1/100 of the sizes: the order is kept and no answer names more than a window of UIDs."""
    monkeypatch.setattr(mailbox_folder, "PAGE", 5)
    monkeypatch.setattr(mailbox_folder, "MANY", 100)
    monkeypatch.setattr(mailbox_folder, "WIDEST", 400)
    box.changes = {"processed": ""}
    for number in range(1, 301):
        server.put(mail(number), uid=number if number < 150 else number * 70)
    await box.read()
    assert box.raws() == [mail(number) for number in range(1, 301)]
    assert server.largest_answer <= 400
    asked = [line.split(b" ")[3] for line in server.seen if b"RFC822.SIZE" in line]
    assert max(which.count(b",") for which in asked) < 500


async def test_g14_200_000_uids_cost_no_more_than_their_numbers(box: Box, server: Server) -> None:
    """All stored before but the last three: their UIDs are looked through without a line that is too long."""
    box.changes = {"processed": ""}
    one = mail(1)
    server.folders["INBOX"] = dict.fromkeys(range(1, 200_001), one)
    server.used["INBOX"] = 200_000
    skip = mailboxes.FolderOf("box", "INBOX")
    box.db.write_now(lambda tx: mailboxes.skip_to(tx, skip, 7, 199_998))
    await box.read()
    assert box.mark() == 200_000
    assert len(box.mails()) == 1
    assert server.largest_answer < 1000


async def test_g15_a_mail_that_somebody_else_took_is_gone(box: Box, server: Server) -> None:
    def taken(line: Line, tag: bytes, rest: bytes) -> bool:
        if b"BODY.PEEK[]" in rest and rest.startswith(b"1 "):
            server.folders["INBOX"].pop(1, None)
        return False

    server.put(mail(1), mail(2))
    server.tricks["UID FETCH"] = taken
    await box.read()
    assert box.raws() == [mail(2)]
    assert box.mark() == 2
    assert box.open() == {}


@pytest.mark.parametrize(
    "date", [b'"99-Foo-9999 99:99:99 +9999"', b"NIL", b'"31-Dec-9999 23:59:59 +0000"', b"(1 2)", b"7"]
)
async def test_g16_a_date_of_the_server_that_is_none(box: Box, server: Server, date: bytes) -> None:
    """Nobody asked for it; a mail is received when we store it."""
    octets = mail(1)
    server.tricks["UID FETCH"] = answering(
        b"* 1 FETCH (UID 1 INTERNALDATE " + date + b" BODY[] {%d}\r\n%s)" % (len(octets), octets), b"TAG OK done"
    )
    server.put(octets)
    await box.read()
    assert box.raws() == [octets]
