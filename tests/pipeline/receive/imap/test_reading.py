"""Reading a mailbox: every mail once, in order, committed before it is moved."""

from tests.pipeline.receive.imap.conftest import Box, mail
from tests.pipeline.receive.imap.server import Line, Server


async def test_new_mail_is_stored_as_it_is_and_moved(box: Box, server: Server) -> None:
    server.put(mail(1), mail(2), mail(3))
    await box.read()
    assert box.raws() == [mail(1), mail(2), mail(3)]
    assert server.folders == {"INBOX": {}, "Processed": {1: mail(1), 2: mail(2), 3: mail(3)}}
    assert box.mark() == 3
    assert box.open() == {}


async def test_what_comes_later_is_found_at_the_next_look(box: Box, server: Server) -> None:
    server.put(mail(1))
    await box.read()
    server.put(mail(2), uid=9)
    await box.read()
    assert box.raws() == [mail(1), mail(2)]
    assert box.mark() == 9


async def test_the_envelope_is_told_by_the_mailbox_and_the_header(box: Box, server: Server) -> None:
    server.put(mail(1, Return_Path="<mia@blueharbor.example>", Delivered_To="orders+r.token@shop.example"))
    server.put(mail(2, To="somebody@else.example"))
    await box.read()
    first, second = (box.db.read_now(lambda tx, n=n: _envelope(tx, n)) for n in (1, 2))
    assert first.sender == "mia@blueharbor.example"
    assert first.recipients == ("orders+r.token@shop.example", "orders@shop.example")
    assert (second.sender, second.recipients) == ("", ("orders@shop.example",))
    assert first.login is None
    assert first.peer is None
    assert {m["order_address"] for m in box.mails()} == {"orders@shop.example"}


def _envelope(tx, number):  # type: ignore[no-untyped-def]
    from maild.store import spool

    return spool.first_envelope(tx, number)


async def test_without_a_folder_for_processed_mail_it_stays_and_is_marked_as_read(box: Box, server: Server) -> None:
    box.changes = {"processed": ""}
    server.put(mail(1), mail(2))
    await box.read(2)
    assert server.folders["INBOX"] == {1: mail(1), 2: mail(2)}
    assert server.flags == {1: {"\\Seen"}, 2: {"\\Seen"}}
    assert box.deliveries() == [1, 1]


async def test_without_move_it_copies_and_deletes_only_its_own(box: Box, server: Server) -> None:
    """Without UIDPLUS an EXPUNGE would take the deletions of other people along: then ours wait as well."""
    server.capabilities = "IMAP4rev1"
    server.put(mail(1), mail(2))
    await box.read()
    assert server.folders == {"INBOX": {}, "Processed": {1: mail(1), 2: mail(2)}}
    server.put(mail(3), mail(4))
    server.flags[4] = {"\\Deleted"}
    server.tricks["UID FETCH"] = _hides(b"4")
    await box.until(lambda: len(server.folders["Processed"]) == 3)
    assert server.folders["INBOX"] == {3: mail(3), 4: mail(4)}
    assert server.flags[3] == {"\\Deleted"}


def _hides(uid: bytes):  # type: ignore[no-untyped-def]
    def trick(line: Line, tag: bytes, rest: bytes) -> bool:
        if rest.startswith(uid + b" ") and b"BODY" in rest:
            line.say(tag + b" NO not this one")
            return True
        return False

    return trick


async def test_with_uidplus_it_expunges_by_uid(box: Box, server: Server) -> None:
    server.capabilities = "IMAP4rev1 UIDPLUS"
    server.put(mail(1), mail(2))
    server.flags[7] = {"\\Deleted"}
    server.put(mail(7), uid=7)
    server.tricks["UID FETCH"] = _hides(b"7")
    await box.until(lambda: len(server.folders.get("Processed", ())) == 2)
    assert server.folders["INBOX"] == {7: mail(7)}


async def test_several_folders(box: Box, server: Server) -> None:
    box.changes = {"folders": ["INBOX", "Junk"]}
    server.put(mail(1))
    server.put(mail(2), folder="Junk")
    await box.read()
    assert sorted(box.raws()) == [mail(1), mail(2)]
    assert len(server.folders["Processed"]) == 2


async def test_a_mail_that_is_too_large_is_not_fetched_but_listed_and_put_aside(box: Box, server: Server) -> None:
    box.changes = {"max_size": "64kB"}
    server.put(mail(1, "x" * 70_000, Subject="Big one"), mail(2))
    await box.read()
    large, small = box.mails()
    assert (large["outcome"], large["code"], large["subject"]) == ("quarantined", "imap.too_large", "Big one")
    assert small["outcome"] is None
    assert b"x" * 100 not in box.raws()[0]
    assert not any(b"FETCH 1 " in line and b"BODY.PEEK[])" in line for line in server.seen)
    assert list(server.folders["Failed"].values()) == [mail(1, "x" * 70_000, Subject="Big one")]
    assert box.mark() == 2


async def test_nothing_is_said_that_marks_a_mail_as_read_before_it_is_stored(box: Box, server: Server) -> None:
    server.put(mail(1))
    await box.read()
    fetches = [line for line in server.seen if b"BODY" in line]
    assert fetches
    assert all(b"BODY.PEEK" in line for line in fetches)
