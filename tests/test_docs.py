"""The pages tell the truth: what they repeat of the code is drawn from it, and what they tell to type can be typed."""

import argparse
import functools
import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import draw
from docs.log_events import LogEvent, events
from maild.cli.parser import build
from maild.config import KEYS, RULE_SECTIONS

ROOT = Path(__file__).parents[1]
PAGES = sorted(["README.md", "CHANGELOG.md", *(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))])
NOT_YET = "\n## What is not there yet\n"


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@functools.cache
def known_events() -> tuple[LogEvent, ...]:
    return tuple(events(ROOT))


def prose(text: str) -> str:
    """The page without code blocks and without what is drawn."""
    return re.sub(r"^```.*?^```$", "", draw.BLOCK.sub("", text), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", draw.PAGES)
def test_what_repeats_the_code_is_as_the_generator_draws_it(page: str) -> None:
    assert draw.drawn(text_of(page)) == text_of(page), "run: .venv/bin/python docs/draw.py"


def test_everything_that_can_be_drawn_stands_on_a_page() -> None:
    assert {name for page in draw.PAGES for _, name, _ in draw.BLOCK.findall(text_of(page))} == draw.DRAWINGS.keys()


def test_a_page_that_lags_behind_is_noticed() -> None:
    stale = "<!-- drawn: spool -->\n```mermaid\nstateDiagram-v2\n    ready --> done\n```\n<!-- end -->\n"
    assert draw.drawn(stale) != stale
    assert draw.drawn(draw.drawn(stale)) == draw.drawn(stale)


# Log events


def test_every_log_event_is_listed_with_a_meaning_and_a_level() -> None:
    page = text_of("docs/operations.md")
    for event in known_events():
        row = re.search(rf"^\| `{re.escape(event.name)}` \| ([a-z, ]+) \| (.+) \| .*\|$", page, re.MULTILINE)
        assert row, event.name
        assert set(row[1].split(", ")) <= event.levels
        assert len(row[2]) > 10


@pytest.mark.parametrize("page", ["README.md", *draw.PAGES])
def test_events_named_in_the_prose_exist(page: str) -> None:
    known = {event.name for event in known_events()}
    nouns = {name.partition(".")[0] for name in known}
    for name in re.findall(r"`([a-z]+\.[a-z_]+)`", prose(text_of(page))):
        assert name in known or name.partition(".")[0] not in nouns or name.endswith((".toml", ".eml")), name


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('log.info("a.b", x=1)', {"a.b": ({"info"}, ["x"])}),
        ('tx.tell(partial(log.warning, "a.b", x=1))', {"a.b": ({"warning"}, ["x"])}),
        ('log.info("a.b" if x else "a.c")', {"a.b": ({"info"}, []), "a.c": ({"info"}, [])}),
        ('say = log.info if x else log.error\n    say("a.b")', {"a.b": ({"info", "error"}, [])}),
        ('known = {"y": 1}\n    log.exception("a.b", **known)', {"a.b": ({"error"}, ["y"])}),
        ('names = {1: "b", 2: "c"}\n    log.info(f"a.{names[x]}")', {"a.b": ({"info"}, []), "a.c": ({"info"}, [])}),
        ('self.trouble("a.b", session=1)', {"a.b": ({"error"}, ["session"])}),
        ('print("a.b")', {}),
    ],
)
def test_calls_are_read_off_the_source(
    tmp_path: Path, source: str, found: dict[str, tuple[set[str], list[str]]]
) -> None:
    (tmp_path / "maild").mkdir()
    (tmp_path / "maild" / "room.py").write_text(f"def work(x):\n    {source}\n")
    assert {event.name: (event.levels, list(event.keys)) for event in events(tmp_path)} == found


def test_a_name_that_cannot_be_told_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "maild").mkdir()
    (tmp_path / "maild" / "room.py").write_text("def work(x):\n    log.info(x)\n")
    with pytest.raises(ValueError, match=r"maild/room\.py:2"):
        events(tmp_path)


# Commands


def typed(text: str) -> list[str]:
    """Every maild command that a page tells to type, in blocks and in the prose."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(maild [^`]+)`", prose(text))
    found = (re.match(r"(?:sudo -u \w+ )?(?:\S*/bin/)?(maild [^#|>]*)", line) for line in lines)
    return [match[1].strip() for match in found if match]


command_line = functools.cache(build)


def parses(command: str) -> bool:
    try:
        command_line().parse_args(shlex.split(command)[1:])
    except SystemExit:
        return False
    return True


@functools.cache
def command_paths() -> frozenset[tuple[str, ...]]:
    """("maild", "ticket", "show") of each command, and of each noun above one."""
    return frozenset(paths(command_line(), ("maild",)))


def paths(parser: argparse.ArgumentParser, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield above
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from paths(below, (*above, name))


@pytest.mark.parametrize("page", PAGES)
def test_commands_can_be_typed(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = text_of(page).partition(NOT_YET)[0]
    wrong = [c for c in typed(text) if not parses(c) and tuple(shlex.split(c)) not in command_paths()]
    capsys.readouterr()
    assert wrong == []


@pytest.mark.parametrize(
    "path", sorted(path for path in ROOT.glob("examples/**/*.*") if path.suffix in (".toml", ".py"))
)
def test_commands_in_the_comments_of_examples_can_be_typed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nouns = "|".join(sorted({words[1] for words in command_paths() if len(words) > 1}))
    comments = "\n".join(re.findall(r"#.*$", path.read_text(encoding="utf-8"), re.MULTILINE))
    told = re.findall(rf"`?(?:\S*/)?\b(maild (?:{nouns})\b[^`\n]*)", comments)
    wrong = [command for command in told if not parses(command)]
    capsys.readouterr()
    assert wrong == []
    assert told or path.name != "support-desk.toml"


def test_pages_do_tell_what_to_type() -> None:
    assert len(typed(text_of("README.md"))) > 40
    assert len(typed(text_of("docs/operations.md"))) > 15


def test_every_command_is_told() -> None:
    told = "\n".join(text_of(page).partition(NOT_YET)[0] for page in ("README.md", "docs/operations.md"))
    missing = [path for path in command_paths() if " ".join(path) not in told]
    assert missing == []


def test_what_is_not_there_yet_is_really_not_there() -> None:
    missing = text_of("README.md").partition(NOT_YET)[2]
    assert missing.strip()
    commands = re.findall(r"`maild ([a-z]+)`", missing)
    there = {path[1] for path in command_paths() if len(path) > 1}
    assert there.isdisjoint(commands)


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z-]+)", text_of(page), re.MULTILINE)}
    assert {"install", "demo", "test", "check"} <= named <= targets


# Keys, links, names


@pytest.mark.parametrize("page", PAGES)
def test_configuration_keys_exist(page: str) -> None:
    text = text_of(page)
    for block in blocks(text, "toml"):
        for section, found in tomllib.loads(block).items():
            for table in found if isinstance(found, list) else [found]:
                assert section in RULE_SECTIONS or all((section, key) in KEYS for key in table), section
    sections = {path[:-1] for path in KEYS}
    for name, key in re.findall(r"`\[([a-z.]+)\](?: ([a-z_]+))?[^`]*`", text):
        path = tuple(name.split("."))
        assert path in sections or path[0] in RULE_SECTIONS, name
        assert not key or (*path, key) in KEYS, f"[{name}] {key}"


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), target


def resolves(name: str) -> bool:
    """Whether a dotted name leads to a module, class or function."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found is not None
    return False


def test_the_road_names_functions_that_exist() -> None:
    road = importlib.import_module("pipeline").__doc__ or ""
    names = re.findall(r"^(?:IN|WORK|OUT|TIME|TURN|HAND)?\s+([a-z_]+(?:\.\w+)+)", road, re.MULTILINE)
    assert len(names) > 40
    assert [name for name in names if not resolves(name) and not resolves(f"pipeline.{name}")] == []


@pytest.mark.parametrize(
    "room", ["maild.control", "maild.store", "notifications", "pipeline.orders", "pipeline.receive", "rules"]
)
def test_the_map_of_a_room_shows_each_file_once(room: str) -> None:
    """A line of the map is names of files, then two blanks or more and what they are for."""
    names = re.findall(r"^    (\w+(?: \w+)*)(?:$|  )", importlib.import_module(room).__doc__ or "", re.MULTILINE)
    files = {path.stem for path in (ROOT / room.replace(".", "/")).glob("*.py")} - {"__init__"}
    shown = " ".join(names).split()
    assert (files - set(shown), set(shown) - files) == (set(), set()), f"the docstring of {room}: missing, and gone"
    assert len(shown) == len(files)


def test_names_in_the_architecture_exist() -> None:
    named = re.findall(r"`((?:maild|pipeline|rules|notifications)(?:\.\w+)+)`", prose(text_of("docs/architecture.md")))
    assert len(named) > 20
    assert [name for name in named if not resolves(name)] == []


def test_the_tests_named_for_promises_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text_of("docs/architecture.md"))
    assert len(named) > 15
    assert [(f, name) for f, name in named if not re.search(rf"def {name}\(", text_of(f))] == []


@pytest.mark.parametrize("page", PAGES)
def test_files_named_exist(page: str) -> None:
    """What stands in backticks and looks like a path of the tree is one."""
    tops = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - {"demo-data"}
    for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", prose(text_of(page))):
        if name.partition("/")[0] in tops and "/" in name:
            assert (ROOT / name).exists(), name


def test_the_readme_stays_short() -> None:
    assert len(text_of("README.md").splitlines()) <= 250


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_plain(page: str) -> None:
    assert not re.search(r"[\U0001f000-\U0001faff\u2600-\u27bf]", text_of(page))
