"""What is shipped is whole: dependencies, licences, package data, container, unit, alerts, make targets."""

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("maild", "pipeline", "rules", "notifications")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def named(requirement: str) -> str:
    """The distribution's normal name in a requirement such as "sqlmodel[asyncio]>=0.0.50"."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def sources() -> Iterator[Path]:
    return (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported() -> set[str]:
    """Top-level names of every import, those inside functions included."""
    names: set[str] = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - set(PACKAGES)


def test_everything_imported_is_a_declared_dependency() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    optional = [item for extra in extras if extra != "dev" for item in extras[extra]]
    declared = {named(item) for item in PROJECT["project"]["dependencies"] + optional}
    providers = metadata.packages_distributions()
    undeclared = {
        name for name in imported() if not declared & {named(found) for found in providers.get(name, [f"no-{name}"])}
    }
    assert not undeclared


def test_every_dependency_is_bounded() -> None:
    unbounded = [item for item in PROJECT["project"]["dependencies"] if "<" not in item]
    assert unbounded == ["tzdata"]  # its version is a year


def closure() -> set[str]:
    """The names of all distributions that an installation brings, as far as they are installed here."""
    found: set[str] = set()
    waiting = [named(item) for item in PROJECT["project"]["dependencies"]]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # for another platform
        found.add(name)
        waiting += [named(item) for item in needs if "extra ==" not in item]
    return found


def licence(name: str) -> str:
    about = metadata.metadata(name)
    told = [text[:200] for key in ("License-Expression", "License") for text in about.get_all(key) or []]
    return " ".join(told + [text for text in about.get_all("Classifier") or [] if text.startswith("License")])


def test_no_dependency_is_copyleft() -> None:
    names = closure()
    assert len(names) > 20
    copyleft = {
        name: licence(name) for name in names if re.search(r"\bA?GPL|GNU (Affero )?General Public", licence(name))
    }
    assert not copyleft


def test_every_file_beside_the_code_is_package_data() -> None:
    declared = PROJECT["tool"]["setuptools"]["package-data"]
    beside = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    packed = {
        path.relative_to(ROOT) for name in declared for glob in declared[name] for path in (ROOT / name).glob(glob)
    }
    assert Path("notifications/templates") in {parent for path in beside for parent in path.parents}
    assert beside <= packed


def test_the_example_configuration_travels_with_the_package() -> None:
    assert (ROOT / "maild" / "config.example.toml").read_bytes() == (ROOT / "config.example.toml").read_bytes()


def test_the_make_targets_others_rely_on() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    assert {"install", "demo", "test", "check", "bench", "crash-long"} <= targets


DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_container_is_not_root_and_can_be_read_only() -> None:
    final = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.findall(r"^USER (.*)$", final, re.MULTILINE) == ["10001:10001"]
    assert final.index("\nUSER ") < final.index("\nENTRYPOINT ")
    assert "\nVOLUME /data\n" in final
    assert "TMPDIR=/data" in final
    assert "PYTHONDONTWRITEBYTECODE=1" in final
    assert (
        'HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["maild", "status", "--health"]'
        in final
    )


def test_the_container_can_back_up_a_postgresql_database() -> None:
    final = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert "apt-get install --yes --no-install-recommends postgresql-client" in final.split("\nUSER ")[0]


def test_the_container_gets_every_package_and_file_it_copies() -> None:
    copied = {name for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()}
    assert set(PACKAGES) <= copied
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored


def test_alerts_use_metrics_that_exist() -> None:
    exported = re.findall(r'(Gauge|Counter)MetricFamily\(\s*"(maild_\w+)"', (ROOT / "maild/web/probes.py").read_text())
    known = {name + ("_total" if kind == "Counter" else "") for kind, name in exported}
    used = set(re.findall(r"\bmaild_\w+", (ROOT / "deploy/prometheus.rules.yml").read_text()))
    assert len(used) >= 5
    assert used <= known


UNIT = (ROOT / "deploy/maild.service").read_text()


def test_the_unit_does_not_restart_on_a_wrong_configuration_and_stops_later_than_we_do() -> None:
    assert "RestartPreventExitStatus=64 77 78" in UNIT
    assert "Type=notify-reload" in UNIT
    assert re.search(r"^TimeoutStopSec=40s$", UNIT, re.MULTILINE)


async def analyzed(*arguments: str) -> tuple[int, str]:
    import asyncio

    process = await asyncio.create_subprocess_exec(
        "systemd-analyze", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_the_unit_is_hardened(require_tool: Callable[[str], str]) -> None:
    require_tool("systemd-analyze")
    _, output = await analyzed("security", "--offline=true", "--no-pager", str(ROOT / "deploy/maild.service"))
    found = re.search(r"Overall exposure level for maild.service: (\d+\.\d)", output)
    assert found is not None, output
    assert float(found[1]) <= 2.0


async def test_systemd_understands_every_line_of_the_units(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    require_tool("systemd-analyze")
    _, version = await analyzed("--version")
    old = int(version.split()[1]) < 253
    text = re.sub(r"/opt/maild/bin/maild .*", "/bin/true", UNIT)
    (tmp_path / "maild.service").write_text(text.replace("notify-reload", "notify") if old else text)
    (tmp_path / "maild.socket").write_text((ROOT / "deploy/maild.socket").read_text())
    _, output = await analyzed("verify", "--man=no", str(tmp_path / "maild.service"), str(tmp_path / "maild.socket"))
    assert [line for line in output.splitlines() if "maild." in line] == []


async def pytest_of(folder: Path, monkeypatch: pytest.MonkeyPatch, require_all: str) -> tuple[int, str]:
    import asyncio

    monkeypatch.setenv("MAILD_REQUIRE_ALL", require_all)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # where the conftest finds its servers
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
        "--continue-on-collection-errors", str(folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_a_missing_tool_is_skipped_loudly_and_forbidden_where_all_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (tmp_path / "test_one.py").write_text(
        "import pytest\ndef test_a(require_tool):\n    require_tool('no-such-tool')\n"
        "@pytest.mark.xfail\ndef test_b():\n    assert False\n"
    )
    (tmp_path / "test_two.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    code, output = await pytest_of(tmp_path, monkeypatch, "0")
    assert code == 0
    assert "NOT PROVEN HERE: 2 skipped" in output
    assert "no-such-tool is not installed (see .ci/debian-packages)" in output
    code, output = await pytest_of(tmp_path, monkeypatch, "1")
    assert code != 0
    assert "MAILD_REQUIRE_ALL=1 forbids to skip. Skipped: no-such-tool is not installed" in output
    assert "forbids to skip. Skipped: could not import 'no_such_module'" in output


def test_every_debian_package_says_what_it_is_for() -> None:
    lines = [line for line in (ROOT / ".ci/debian-packages").read_text().splitlines() if line and line[0] != "#"]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z0-9.+-]+ +# \S.*", line)
