"""Lines and bodies out of blocks of any size."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.receive.framing import LONGEST_LINE, DotDecoder, HungUp, LineTooLong, Wire

LIKE_THE_END = st.lists(st.sampled_from([b"\r", b"\n", b".", b"x", b"\r\n", b"\r\n.", b"\0"]), max_size=40).map(
    b"".join
)


def stuffed(text: bytes) -> bytes:
    """What a client sends for a text (RFC 5321, 4.5.2), up to the end of data."""
    return (b"\r\n" + text).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def decoded(sent: bytes, cuts: list[int]) -> tuple[bytes, bytes | None]:
    decoder, text, edges = DotDecoder(), b"", [0, *sorted(cuts), len(sent)]
    for start, stop in pairwise(edges):
        piece, rest = decoder.feed(sent[start:stop])
        text += piece
        if rest is not None:
            return text, rest + sent[stop:]
    return text, None


@given(LIKE_THE_END.map(lambda text: text + b"\r\n" if text else text), LIKE_THE_END, st.data())
def test_any_text_comes_back_however_it_was_cut(text: bytes, after: bytes, data: st.DataObject) -> None:
    sent = stuffed(text) + after
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=12))
    assert decoded(sent, cuts) == (text, after)


@given(LIKE_THE_END, st.data())
def test_only_cr_lf_dot_cr_lf_ends(text: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=12))
    _, rest = decoded(text, cuts)
    whole = b"\r\n" + text
    end = whole.find(b"\r\n.\r\n")
    assert rest == (None if end < 0 else whole[end + 5 :])


class Transport:
    """Counts how often it was held back."""

    def __init__(self) -> None:
        self.reading = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return False


@pytest.fixture
async def wire() -> Wire:
    transport: Any = Transport()
    return Wire(asyncio.get_running_loop(), transport)


async def test_lines_end_at_line_feeds_with_or_without_return(wire: Wire) -> None:
    wire.feed(b"EHLO a\r\nNOOP\n\r\nRS")
    assert [await wire.line() for _ in range(3)] == [b"EHLO a", b"NOOP", b""]
    assert wire.next_line() is None and wire.waiting
    wire.feed(b"ET\r\r\n")
    assert await wire.line() == b"RSET\r"
    assert not wire.waiting


async def test_whole_lines_are_read_after_the_end_and_half_ones_are_not(wire: Wire) -> None:
    wire.feed(b"QUIT\r\nhalf")
    wire.end()
    assert await wire.line() == b"QUIT"
    with pytest.raises(HungUp):
        await wire.line()


async def test_nothing_is_read_after_an_error(wire: Wire) -> None:
    wire.feed(b"QUIT\r\n")
    wire.end(ConnectionResetError())
    wire.feed(b"MAIL FROM:<evil@b.example>\r\n")
    with pytest.raises(ConnectionResetError):
        await wire.line()


async def test_transport_is_held_back_while_nobody_reads(wire: Wire) -> None:
    transport: Any = wire.transport
    wire.feed(b"NOOP\r\n" * 20_000)
    assert not transport.reading
    while wire.next_line() is not None:
        pass
    assert transport.reading


async def test_line_without_end_is_an_error_and_bounded(wire: Wire) -> None:
    reading = asyncio.create_task(wire.line())
    await asyncio.sleep(0)
    for _ in range(LONGEST_LINE // 1024):
        wire.feed(b"x" * 1024)
        await asyncio.sleep(0)
        assert not reading.done()
    wire.feed(b"x")
    with pytest.raises(LineTooLong):
        await reading


async def test_line_that_comes_byte_by_byte_is_searched_once(wire: Wire) -> None:
    reading = asyncio.create_task(wire.line())
    for _ in range(1000):
        wire.feed(b"x")
        await asyncio.sleep(0)
        assert not reading.done()
    wire.feed(b"\r\n")
    assert await reading == b"x" * 1000


async def test_body_then_lines(wire: Wire) -> None:
    blocks: list[tuple[bytes, bool]] = []
    wire.feed(b"DATA\r\n..early\r\n")
    assert await wire.line() == b"DATA"
    wire.begin_body(lambda block, last: blocks.append((block, last)))
    assert wire.in_body
    wire.feed(b"late\r\n.\r\nQUIT\r\n")
    assert not wire.in_body
    assert b"".join(block for block, _ in blocks) == b".early\r\nlate\r\n"
    assert [last for _, last in blocks] == [False, True]
    assert await wire.line() == b"QUIT"


async def test_what_follows_a_failed_body_is_no_command(wire: Wire) -> None:
    def take(block: bytes, last: bool) -> None:
        raise OSError("disk")

    wire.begin_body(take)
    wire.feed(b"x\r\n.\r\nMAIL FROM:<evil@b.example>\r\n")
    with pytest.raises(OSError, match="disk"):
        wire.check()
    wire.feed(b"MAIL FROM:<evil@b.example>\r\n")
    with pytest.raises(OSError, match="disk"):
        await wire.line()


async def test_a_reader_hears_of_whole_lines_of_the_end_of_a_body_and_of_the_end() -> None:
    transport: Any = Transport()
    heard: list[str] = []
    wire = Wire(asyncio.get_running_loop(), transport, lambda: heard.append(word))
    word = "line"
    for piece in (b"DA", b"TA", b"\r\n"):
        assert heard == []
        wire.feed(piece)
    assert await wire.line() == b"DATA"
    word = "body"
    wire.begin_body(lambda block, last: None)
    wire.feed(b"text\r\n.\r")
    assert heard == ["line"]
    wire.feed(b"\n")
    word = "end"
    wire.end()
    assert heard == ["line", "body", "end"]


async def test_a_transport_that_is_held_back_is_let_go_for_a_body_and_at_the_end(wire: Wire) -> None:
    transport: Any = wire.transport
    wire.feed(b"x\r\n" * LONGEST_LINE)
    assert not transport.reading
    wire.begin_body(lambda block, last: None)
    assert transport.reading
    wire.feed(b".\r\n" + b"NOOP\r\n" * LONGEST_LINE)
    wire.feed(b"NOOP\r\n")
    assert not transport.reading
    wire.end()
    assert transport.reading
