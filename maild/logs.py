"""One pipeline for our events and for what libraries log: a JSON object a line, or a line for people.

A log line is data: whatever a mail put into a value, it stays one line, short, without control characters and secrets.
Tracebacks show code, never the values of variables. `maild.log_output` keeps a failing output away from the caller.
"""

import codecs
import contextlib
import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache, partialmethod
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from maild.imports import without
from maild.log_output import LogOutput

with without("rich"), without("greenlet"):  # its colours and its kind of threads are not ours
    import structlog

Event = MutableMapping[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

LONGEST_VALUE = 500  # characters
LONGEST_TRACEBACK = 8000
MOST_KEYS = 40
MOST_ELEMENTS = 20
DEEPEST = 3
MOST_FRAMES = 20

SECRET_WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "credential",
    "private_key",
    "api_key",
)
QUIET_LOGGERS = ("mail.log", "apscheduler", "alembic", "imapclient", "asyncio", "sqlalchemy", "aiosqlite")
FIRST = ("event", "logger", "mail_id", "ticket")  # after the time and the level
COLOURS = {"debug": "\x1b[2m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}

_URL_PASSWORD = re.compile(r"(://[^/\s:@]{0,64}):[^/\s@]{1,128}@")


def start(format: str = "auto", level: str = "info", file: Path | None = None, descriptor: int = 2) -> LogOutput:
    """Send every log line to a file or an open file descriptor (standard error) from now on.

    ``format`` is auto (console on a terminal), console or json. Raises `CannotCreate` where the file cannot be opened.
    The output returned knows `reopen`, for SIGHUP, and how many lines were `lost`.
    """
    output = LogOutput(file, descriptor)
    people = format == "console" or (format == "auto" and output.is_terminal())
    render = _for_people(people and output.is_terminal() and "NO_COLOR" not in os.environ) if people else _as_json
    output.setFormatter(Line(render))
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # in no line of ours
    _route(output, level.upper())
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=Room,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return output


def json_formatter() -> logging.Formatter:
    """Writes each record as the JSON line that `start` would, whatever the daemon's own output looks like."""
    return Line(_as_json)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """What is said within goes out at its end, by one write. Nothing may be awaited within."""
    outputs = [handler for handler in logging.getLogger().handlers if isinstance(handler, LogOutput)]
    for output in outputs:
        output.hold()
    try:
        yield
    finally:
        for output in outputs:
            output.release_held()


class Room:
    """One of our loggers. It hands a record to the handlers as logging does, but does not go through the stack to find
    out which line of code speaks: that costs more than the line.
    """

    def __init__(self, name: str = "maild") -> None:
        self._logger = logging.getLogger(name)

    def say(self, level: int, event: Event) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.handle(logging.LogRecord(self._logger.name, level, "", 0, event, None, None))

    debug = partialmethod(say, logging.DEBUG)
    info = partialmethod(say, logging.INFO)
    warning = partialmethod(say, logging.WARNING)
    error = partialmethod(say, logging.ERROR)
    critical = partialmethod(say, logging.CRITICAL)


class Line(logging.Formatter):
    """Makes a line of a record: of ours, whose message is its event, or of a library's."""

    def __init__(self, render: Callable[[Event], str]) -> None:
        super().__init__()
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record.msg, dict):
            return self._render(_assembled(record, dict(record.msg)))
        event = {**structlog.contextvars.get_contextvars(), "event": record.getMessage(), "exc_info": record.exc_info}
        return self._render(_assembled(record, event))


def _for_room(_: Any, __: str, event: Event) -> tuple[tuple[Event], dict[str, Any]]:
    """An exception is at hand only here and now; a handler may run elsewhere."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return (event,), {}


_PROCESSORS: list[Any] = [structlog.contextvars.merge_contextvars, _for_room]  # one list: loggers keep what they got


def _route(output: LogOutput, level: str) -> None:
    """Our events from ``level`` on; of the libraries warnings only, for some print whole mails when asked for more."""
    root = logging.getLogger()
    for former in [handler for handler in root.handlers if isinstance(handler, LogOutput)]:
        root.removeHandler(former)
        former.close()
    root.addHandler(output)
    root.setLevel(logging.WARNING)
    logging.getLogger("maild").setLevel(level)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _assembled(record: logging.LogRecord, event: Event) -> Event:
    """The line's keys in their order, each value made harmless."""
    error = event.pop("exc_info", None)
    line: Event = {"ts": _stamp(record.created), "level": record.levelname.lower()}
    event["logger"] = record.name
    line.update({key: _harmless(key, event.pop(key)) for key in FIRST if key in event})
    for key, value in islice(event.items(), MOST_KEYS - len(line)):
        line.setdefault(_key(str(key)), _harmless(str(key), value))
    if error and (text := _traceback(error)):
        line["exception"] = text
    return line


def _stamp(instant: float) -> str:
    """UTC to the millisecond."""
    whole = int(instant)
    return f"{_second(whole)}.{min(int((instant - whole) * 1000 + 0.0005), 999):03d}Z"


@lru_cache(maxsize=4)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    return _clean(name, 60)


def _harmless(key: str, value: object) -> object:
    if type(value) is int and -(2**63) < value < 2**63 and not _is_secret(key):
        return value
    if isinstance(value, str) and len(value) <= LONGEST_VALUE and value.isprintable() and "://" not in value:
        return value if not value or not _is_secret(key) else "***"  # most are such: what follows would change nothing
    if _is_secret(key) and value not in (None, "", True, False):
        return "***"
    return _plain(value, DEEPEST)


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in SECRET_WORDS)


def _plain(value: object, depth: int) -> object:
    """The value as JSON can carry it, bounded in length, breadth and depth."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and abs(value) < 2**63:  # neither NaN nor infinity, which JSON does not know
        return value
    if isinstance(value, (str, bytes)):
        return _clean(value if isinstance(value, str) else repr(value[:LONGEST_VALUE]), LONGEST_VALUE)
    if isinstance(value, BaseException):
        return _clean(f"{type(value).__name__}: {value}", LONGEST_VALUE)
    if depth and isinstance(value, Mapping):
        pairs = list(value.items())[:MOST_ELEMENTS]
        return {_clean(str(key), 60): _harmless(str(key), _plain(inner, depth - 1)) for key, inner in pairs}
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner, depth - 1) for inner in list(value)[:MOST_ELEMENTS]]
    has_text = type(value).__str__ is not object.__str__ and not isinstance(value, Iterable)
    return _clean(str(value), LONGEST_VALUE) if has_text else f"<{type(value).__name__}>"


def _clean(text: str, longest: int) -> str:
    """At most ``longest`` printable characters; what is not printable stands there as its escape."""
    more = len(text) - longest
    text = text[: longest + 256]
    text = (_URL_PASSWORD.sub(r"\1:***@", text) if "://" in text else text)[:longest]
    if not text.isprintable():
        text = "".join(mark if mark.isprintable() else _escape(mark) for mark in text)
    return f"{text}… (+{more})" if more > 0 else text


codecs.lookup("unicode_escape")  # found now: the day there are no descriptors left, its module could not be opened


def _escape(mark: str) -> str:
    return mark.encode("unicode_escape", "surrogatepass").decode()


def _traceback(error: object) -> str:
    """Where it happened and what it was, the newest calls, without the values of variables."""
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    elif error is True:
        error = sys.exc_info()
    if not isinstance(error, tuple) or error[1] is None:
        return ""
    lines = traceback.format_exception(*error, limit=-MOST_FRAMES)
    text = "".join(lines).rstrip()[-LONGEST_TRACEBACK:]
    return "\n".join(_clean(line, LONGEST_VALUE) for line in text.split("\n"))


_as_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=str).encode


def _for_people(colours: bool) -> Callable[[Event], str]:
    """``12:30:09.744 info     mail.received  key=value``; a traceback follows in lines that begin with a bar."""

    def render(event: Event) -> str:
        trace = str(event.pop("exception", ""))
        time, level, name = event.pop("ts")[11:-1], event.pop("level"), event.pop("event", "")
        room = event.pop("logger")
        if not room.startswith("maild"):
            event = {"from": room, **event}
        pairs = " ".join(f"{key}={_quoted(value)}" for key, value in event.items())
        line = f"{time} {level:8}{name!s:24} {pairs}".rstrip()
        if colours and level in COLOURS:
            line = f"{COLOURS[level]}{line}\x1b[0m"
        return line + "".join(f"\n  | {part}" for part in trace.split("\n") if trace)

    return render


def _quoted(value: object) -> str:
    if isinstance(value, str):
        return value if value and not set(value) & set(" =\"'") else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, default=str)
