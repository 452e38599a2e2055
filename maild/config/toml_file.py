"""The file itself: bytes, UTF-8 and TOML; what is wrong is told with its line and how to write it."""

import re
import tomllib
from pathlib import Path
from typing import Any

from maild.config.toml_lines import TomlLines
from maild.errors import ConfigError

LARGEST_FILE = 4 * 1024 * 1024


def read(path: Path, name: str) -> str:
    try:
        if path.exists() and not path.is_file():
            raise ConfigError([f"{name}: this is not a regular file (give the path of a TOML file)"])
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError([f"{name}: cannot be read: {error.strerror} (maild config example prints one)"]) from None
    if len(content) > LARGEST_FILE:
        raise ConfigError([f"{name}: the file is larger than 4 MiB (is this the right file?)"])
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError([f"{name}:1: the file begins with a byte order mark (save it as UTF-8 without BOM)"])
    return decoded(content, name)


def decoded(content: bytes, name: str) -> str:
    """The text of a file called ``name``, its lines ended by a line feed each; raises ConfigError where it is none."""
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}:{line}: this is not UTF-8 (save the file as UTF-8)"]) from None


def parse(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(str(error), text, name)]) from None
    except RecursionError:
        raise ConfigError([f"{name}: the values are nested too deeply (is this the right file?)"]) from None


def _syntax(message: str, text: str, name: str) -> str:
    found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    line = int(found[1]) if found and found[1] else text.rstrip("\n").count("\n") + 1
    what = message[: found.start()] if found else message
    if "overwrite" in what or "twice" in what or "mutate" in what:
        part = "\n".join(text.split("\n")[:line])
        again = [mistake for mistake in _twice(part) if mistake]
        return f"{name}:{line}: {again[-1] if again else what} (each key and table stands once)"
    hint = _SYNTAX_HINTS.get(what, "TOML 1.0 syntax")
    return f"{name}:{line}: {what[:1].lower()}{what[1:]} ({hint})"


def _twice(text: str) -> list[str]:
    doubled = TomlLines(text).twice
    return [f"{'.'.join(map(str, path))}: given twice, first in line {first}" for path, _, first in doubled]


_SYNTAX_HINTS = {
    "Invalid value": 'text needs quotes: key = "value"; yes and no are true and false',
    "Invalid statement": "a line is key = value, [section] or # comment",
    "Expected '=' after a key in a key/value pair": "a line is key = value",
    "Unclosed array": "a ] is missing",
    "Expected newline or end of document after a statement": 'one key a line; text needs quotes: key = "value"',
    "Unescaped '\\' in a string": "use single quotes: 'C:\\path'",
}
