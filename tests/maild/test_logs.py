"""Log lines: one line, in order, short, without secrets; and an output that fails never reaches the caller."""

import json
import logging
import os
import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog

from maild import logs
from maild.errors import CannotCreate
from maild.log_output import LOOK, LogOutput


@pytest.fixture(autouse=True)
def leave_no_trace() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("maild")
    before = root.level, ours.level
    yield
    for handler in [handler for handler in root.handlers if isinstance(handler, LogOutput)]:
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(False)
    root.setLevel(before[0])
    ours.setLevel(before[1])
    structlog.reset_defaults()


def written(folder: Path, format: str = "json", level: str = "info") -> tuple[Path, Any]:
    logs.start(format, level, folder / "log")
    return folder / "log", structlog.get_logger("maild.smtp")


def only_line(path: Path) -> dict[str, Any]:
    (line,) = path.read_text().split("\n")[:-1]
    found: dict[str, Any] = json.loads(line)
    return found


def test_first_come_time_level_event_logger_then_the_mail(tmp_path: Path) -> None:
    path, log = written(tmp_path)
    with structlog.contextvars.bound_contextvars(mail_id=12, ticket=7):
        log.info("mail.received", size=10, total=Decimal("1.50"), path=Path("/x"))
    line = only_line(path)
    assert list(line) == ["ts", "level", "event", "logger", "mail_id", "ticket", "size", "total", "path"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"])
    assert (line["level"], line["event"], line["logger"]) == ("info", "mail.received", "maild.smtp")
    assert (line["mail_id"], line["ticket"], line["total"]) == (12, 7, "1.50")


HOSTILE = 'PO\r\n{"level":"error","event":"forged"}\x1b[31m\x07\x00\u2028\u0085\u202e\udc80'


@pytest.mark.parametrize("format", ["json", "console"])
def test_i07_crlf_ansi_and_ten_megabytes_stay_one_short_printable_line(tmp_path: Path, format: str) -> None:
    path, log = written(tmp_path, format)
    log.info(HOSTILE, subject=HOSTILE + "x" * 10_000_000, **{HOSTILE: HOSTILE}, deep={HOSTILE: [HOSTILE] * 1000})
    text = path.read_bytes().decode()
    assert len(text.splitlines()) == 1
    assert text.endswith("\n")
    assert text[:-1].isprintable()
    assert len(text) < 20_000
    assert '"event":"forged"' not in text or format == "console"


def test_i07_library_lines_are_cleaned_too(tmp_path: Path) -> None:
    path = tmp_path / "log"
    long = HOSTILE + "x" * 10_000_000
    output = logs.start("json", file=path)
    output.handle(logging.LogRecord("mail.log", logging.WARNING, __file__, 1, "session %s", (long,), None))
    line = only_line(path)
    assert line["logger"] == "mail.log"
    assert len(line["event"]) < 600


def test_keys_and_elements_are_bounded(tmp_path: Path) -> None:
    path, log = written(tmp_path)
    log.info("mail.read", **{f"k{number}": list(range(10_000)) for number in range(500)})
    assert len(only_line(path)) <= logs.MOST_KEYS + 1
    assert len(path.read_text()) < 20_000


def test_secrets_do_not_reach_the_line(tmp_path: Path) -> None:
    path, log = written(tmp_path)
    log.info(
        "relay.connected",
        password="hunter22",
        auth={"client_secret": "hunter22", "user": "erp"},
        headers=[{"Authorization": "hunter22"}],
        url="postgresql://maild:hunter22@db/maild",
        cut="x" * 485 + "postgresql://maild:hunter22@db/maild",
    )
    assert "hunter22" not in path.read_text()
    line = only_line(path)
    assert line["password"] == "***"
    assert line["auth"] == {"client_secret": "***", "user": "erp"}


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_shows_no_variables_and_forges_no_line(tmp_path: Path, format: str) -> None:
    path, log = written(tmp_path, format)
    body = "dear shop, my card is 4711"
    try:
        raise ValueError("bad\n20:00:00.000 info    mail.sent\x1b[2J")
    except ValueError:
        log.exception("mail.failed")
    text = path.read_text()
    assert body not in text
    assert "ValueError" in text
    assert "\x1b" not in text
    own = [line for line in text.splitlines() if not line.startswith("  | ")]
    assert len(own) == 1


def test_objects_are_named_not_shown(tmp_path: Path) -> None:
    class Body:
        def __repr__(self) -> str:
            return "dear shop"

    path, log = written(tmp_path)
    log.info("mail.read", body=Body(), error=OSError(28, "No space"), big=float("nan"))
    line = only_line(path)
    assert line["body"] == "<Body>"
    assert line["error"] == "OSError: [Errno 28] No space"


def test_libraries_warn_at_most_and_own_debug_is_a_choice(tmp_path: Path) -> None:
    path, log = written(tmp_path, level="debug")
    logging.getLogger("mail.log").setLevel(logging.DEBUG)
    logs.start("json", "debug", path)
    for name in ("mail.log", "apscheduler", "alembic.runtime", "asyncio", "anything"):
        logging.getLogger(name).info("the whole mail")
    log.debug("mail.read")
    assert only_line(path)["event"] == "mail.read"
    path.unlink()
    logs.start("json", "info", path)
    log.debug("mail.read")
    assert path.read_text() == ""


def test_python_warnings_take_the_same_way(tmp_path: Path) -> None:
    path, _ = written(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("soon gone", stacklevel=1)
        logging.captureWarnings(False)
    assert only_line(path)["logger"] == "py.warnings"


def test_what_cannot_be_printed_is_a_line_not_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log"
    output = logs.start("json", file=path)
    output.handle(logging.LogRecord("mail.log", logging.WARNING, __file__, 1, "%d", ("not a number",), None))
    assert only_line(path) == {
        "level": "error",
        "event": "log.unprintable",
        "logger": "mail.log",
        "error": "TypeError",
    }


def test_x09_a_full_disk_loses_lines_and_nothing_else() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    output = logs.start("json", descriptor=full)
    for _ in range(3):
        structlog.get_logger("maild.smtp").info("mail.received")
    os.close(full)
    structlog.get_logger("maild.smtp").info("mail.received")
    assert output.lost == 4


def test_x09_a_closed_pipe_loses_lines_and_nothing_else() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    output = logs.start("json", descriptor=writer)
    structlog.get_logger("maild.smtp").info("mail.received")
    assert output.lost == 1
    os.close(writer)


def test_x09_a_reader_that_sleeps_never_blocks_and_later_hears_how_many_were_lost() -> None:
    reader, writer = os.pipe()
    output = logs.start("json", descriptor=writer)
    log = structlog.get_logger("maild.smtp")
    for number in range(2000):  # far more than a pipe holds
        log.info("mail.received", number=number)
    assert 0 < output.lost < 2000
    first = os.read(reader, 10**6)
    log.info("mail.stored")
    lines = (first + os.read(reader, 10**6)).decode().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    assert events[-1]["event"] == "mail.stored"
    assert events[-2] == {"level": "warning", "event": "log.lost", "lines": output.lost}
    os.close(reader)
    os.close(writer)


def test_a_rotated_file_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    output = logs.start("json", file=path)
    made = logging.LogRecord("maild.smtp", logging.INFO, "", 1, "one", (), None)
    output.handle(made)
    path.rename(tmp_path / "log.1")
    made.msg = "two"  # in the same moment it may still go where the file is now
    output.handle(made)
    made.created, made.msg = made.created + LOOK, "three"
    output.handle(made)
    assert [json.loads(line)["event"] for line in (tmp_path / "log.1").read_text().splitlines()] == ["one", "two"]
    assert only_line(path)["event"] == "three"


def test_a_clock_that_was_set_back_does_not_keep_a_moved_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    output = logs.start("json", file=path)
    made = logging.LogRecord("maild.smtp", logging.INFO, "", 1, "one", (), None)
    output.handle(made)
    path.rename(tmp_path / "log.1")
    made.created -= 3600
    output.handle(made)
    assert only_line(path)["event"] == "one"


def test_reopen_keeps_the_old_file_when_the_folder_is_gone(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    output = logs.start("json", file=tmp_path / "logs" / "log")
    log = structlog.get_logger("maild.smtp")
    (tmp_path / "logs").rename(tmp_path / "old")
    output.reopen()
    log.info("one")
    assert only_line(tmp_path / "old" / "log")["event"] == "one"
    assert output.lost == 0


def test_a_file_that_cannot_be_opened_is_told_at_start(tmp_path: Path) -> None:
    with pytest.raises(CannotCreate, match="cannot be opened"):
        logs.start("json", file=tmp_path / "none" / "log")


def test_auto_is_json_unless_a_terminal_looks_on() -> None:
    controller, terminal = os.openpty()
    logs.start("auto", descriptor=terminal)
    structlog.get_logger("maild.smtp").warning("mail.received", size=1)
    assert b"\x1b[33m" in os.read(controller, 10_000)
    os.close(controller)
    os.close(terminal)
    reader, writer = os.pipe()
    logs.start("auto", descriptor=writer)
    structlog.get_logger("maild.smtp").info("mail.received")
    assert json.loads(os.read(reader, 10_000))["event"] == "mail.received"
    os.close(reader)
    os.close(writer)


def test_lines_of_one_moment_are_written_at_once_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, log = written(tmp_path)
    wrote: list[bytes] = []
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: wrote.append(data) or real(descriptor, data))
    with logs.together():
        for number in range(5):
            log.info("mail.received", mail_id=number)
        assert not path.read_text()
    log.info("mail.received", mail_id=5)
    assert [json.loads(line)["mail_id"] for line in path.read_text().splitlines()] == list(range(6))
    assert len(wrote) == 2


def test_x09_of_lines_written_at_once_those_that_did_not_fit_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    output = logs.start("json", "info", None, writer)
    log, room = structlog.get_logger("maild.smtp"), [2]
    real = os.write

    def narrow(descriptor: int, data: bytes) -> int:
        """Two lines and a piece of the third, then nothing."""
        if not room:
            raise OSError(28, "No space left on device")
        lines = data.split(b"\n")
        return real(descriptor, b"\n".join(lines[: room.pop()]) + b"\n" + lines[2][:5])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", narrow)
        patch.setattr("maild.log_output.PIECE", 10_000)
        with logs.together():
            for number in range(5):
                log.info("mail.received", mail_id=number)
    assert output.lost == 3
    log.info("mail.received", mail_id=9)
    os.close(writer)
    with os.fdopen(reader) as said:
        lines = said.read().splitlines()
    assert [json.loads(line).get("mail_id") for line in (*lines[:2], *lines[3:])] == [0, 1, None, 9]
    assert json.loads(lines[3])["lines"] == 3
