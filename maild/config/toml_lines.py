"""Where each key of a TOML 1.0 text stands. tomllib tells no positions: this walks the text once more, in linear time.

The text must already be accepted by tomllib: only what is needed to find keys is looked at here.
"""

import re
import tomllib

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_STRING = re.compile(
    r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


class TomlLines:
    """``lines`` maps key paths to line numbers from 1, array elements counted from 0.

    ``twice`` lists what stands there a second time: (path, line, first line).
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {(): 1}
        self.twice: list[tuple[Path, int, int]] = []
        self._text = text
        self._at = 0
        self._counted = 0
        self._line = 1
        self._last: dict[Path, int] = {}  # array of tables -> index of its newest element
        self._document()

    def nearest(self, path: Path) -> int:
        """The line of the path, or of the nearest thing around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def _document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            before = self._at
            table = self._header() if self._text[self._at] == "[" else self._pair(table)
            self._skip(_BLANK)
            if self._at == before:  # not TOML after all
                return

    def _header(self) -> Path:
        many = self._text.startswith("[[", self._at)
        line = self._line_here()
        self._at += 2 if many else 1
        keys = self._keys()
        self._at += 2 if many else 1
        table = self._through_arrays(keys[:-1]) + keys[-1:]
        if many:
            self.lines.setdefault(table, line)
            self._last[table] = self._last.get(table, -1) + 1
            table += (self._last[table],)
        self._note(table, line)
        return table

    def _through_arrays(self, keys: Path) -> Path:
        path: Path = ()
        for key in keys:
            path += (key,)
            if path in self._last:
                path += (self._last[path],)
            self.lines.setdefault(path, self._line_here())
        return path

    def _pair(self, table: Path) -> Path:
        line = self._line_here()
        path = table + self._keys()
        for length in range(len(table) + 1, len(path)):
            self.lines.setdefault(path[:length], line)
        self._note(path, line)
        self._at += 1  # the equals sign
        self._value(path)
        return table

    def _note(self, path: Path, line: int) -> None:
        first = self.lines.setdefault(path, line)
        if first != line:
            self.twice.append((path, line, first))

    def _keys(self) -> Path:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            found = _KEY.match(self._text, self._at)
            if found is None:
                return tuple(keys) or ("",)
            self._at = found.end()
            keys.append(_plain(found[0]))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return tuple(keys)
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif found := _STRING.match(self._text, self._at):
            self._at = found.end()
        else:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._goes_on("]"):
            self.lines.setdefault((*path, index), self._line_here())
            before = self._at
            self._value((*path, index))
            index += 1
            self._comma(before)

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._goes_on("}"):
            before = self._at
            self._pair(path)
            self._comma(before)

    def _goes_on(self, closing: str) -> bool:
        self._skip(_BLANK)
        if self._at >= len(self._text):
            return False
        if self._text[self._at] == closing:
            self._at += 1
            return False
        return True

    def _comma(self, before: int) -> None:
        self._skip(_BLANK)
        if self._text.startswith(",", self._at) or self._at == before:  # always on, even where it is not TOML
            self._at += 1

    def _skip(self, pattern: "re.Pattern[str]") -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line


def _plain(key: str) -> str:
    if key[0] not in "\"'":
        return key
    try:
        return next(iter(tomllib.loads(f"{key} = 0")))
    except tomllib.TOMLDecodeError:  # not TOML after all
        return key
