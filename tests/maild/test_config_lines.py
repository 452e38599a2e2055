"""The walk over TOML text agrees with tomllib about every key, and stays linear."""

import tomllib
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from maild.config.toml_lines import TomlLines

TEXT = '''\
top = 1  # not [a] header
"quoted key" = "a # b [c] = d"
dotted.inner.'deep.er' = true

[smtp]
listen = [   # ports
  "127.0.0.1:25",

  "[::1]:25" ]
text = """
[not.a.header]
key = "no"\\
   """
raw = \'\'\'x = "\'\' [y]
\'\'\'
when = 2026-11-21 20:00:00
tls = { cert = "a", more = { key = [1, {x = 2}] } }

[[trigger]]
name = "one"
do = [
  { set = "a" },
  # { set = "no" },
  { notify = 5 },
]
[trigger.extra]
deep = 1
[[trigger.step]]
a = 1
[[trigger.step]]
b = 2

[[trigger]]
name = "two"
[trigger.extra]
deep = 2
[a.b.c]
d = 1
[a]
e = 1
'''


def paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(path for key, below in inner for path in paths(below, (*above, key)))]


def test_every_key_of_every_kind_has_its_line() -> None:
    found = TomlLines(TEXT)
    assert set(found.lines) == set(paths(tomllib.loads(TEXT)))
    expected = {
        ("quoted key",): 2,
        ("dotted", "inner", "deep.er"): 3,
        ("smtp",): 5,
        ("smtp", "listen", 1): 9,
        ("smtp", "text"): 10,
        ("smtp", "raw"): 14,
        ("smtp", "when"): 16,
        ("smtp", "tls", "more", "key", 1, "x"): 17,
        ("trigger", 0): 19,
        ("trigger", 0, "do", 1, "notify"): 24,
        ("trigger", 0, "step", 1, "b"): 31,
        ("trigger", 1, "extra", "deep"): 36,
        ("a", "b", "c", "d"): 38,
        ("a", "e"): 40,
    }
    assert {path: found.lines[path] for path in expected} == expected


def test_a_missing_key_is_near_its_table() -> None:
    found = TomlLines(TEXT)
    assert found.nearest(("trigger", 1, "on")) == 33
    assert found.nearest(("nowhere", "x")) == 1


KEYS = st.one_of(st.sampled_from(["a", "b-1", "_"]), st.text(max_size=5).filter(lambda text: "\r" not in text))
LEAVES = st.one_of(
    st.integers(), st.booleans(), st.text(max_size=8), st.just("[x]\ny = '''"), st.floats(allow_nan=False)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(mark):08x}" if ord(mark) < 32 or mark in '"\\\x7f' else mark for mark in text) + '"'


def spelt(value: Any) -> str:
    """A value in TOML, arrays over several lines."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[ # [\n" + "".join(f"  {spelt(inner)} ,\n" for inner in value) + "]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{quoted(key)} = {spelt(inner)}" for key, inner in value.items() if not _long(inner)) + "}"
        )
    return repr(value)


def _long(value: Any) -> bool:
    """Whether a value takes several lines, which an inline table does not allow."""
    return isinstance(value, list) or (isinstance(value, dict) and any(map(_long, value.values())))


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_it_sees_what_tomllib_sees(tables: dict[str, dict[str, Any]]) -> None:
    text = ""
    for name, table in tables.items():
        text += f"[{quoted(name)}] # x\n" + "".join(f"{quoted(key)} = {spelt(value)}\n" for key, value in table.items())
    assert set(TomlLines(text).lines) == set(paths(tomllib.loads(text)))


@example('"\\1"')
@example("a=[}")
@given(st.text(alphabet="[]{}=\"'#,.a1\n\\ ", max_size=60))
def test_text_that_is_not_toml_ends_too(text: str) -> None:
    assert TomlLines(text).lines[()] == 1


def test_the_work_grows_with_the_text_not_its_square() -> None:
    """One step a key: the positions looked at for 2n keys are twice those for n."""

    class Counting(TomlLines):
        steps = 0

        def _line_here(self) -> int:
            Counting.steps += 1
            before = self._counted
            line = super()._line_here()
            assert self._counted >= before
            return line

    steps = []
    for many in (1000, 2000):
        Counting.steps = 0
        Counting('[[trigger]]\nname = "x"\ndo = [{a = 1}, {b = 2}]\n' * many)
        steps.append(Counting.steps)
    assert steps[1] == 2 * steps[0]
