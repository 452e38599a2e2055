"""Loading: what a good file gives, and that a bad one tells every mistake at once with its line."""

from pathlib import Path

import pytest

from maild.config import KEYS, RULE_SECTIONS, Config, load
from maild.errors import ConfigError

GOOD = """\
[site]
domain = "shop.example"
[intake]
addresses = ["Orders@Shop.Example", "sales@shop.example"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    """The mistakes in a text, without the path's folder; none means the test fails."""
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text))
    assert caught.value.exit_code == 78
    return [line.replace(f"{folder}/", "") for line in caught.value.mistakes]


def test_a_short_file_is_enough(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert config.intake.addresses == ("orders@shop.example", "sales@shop.example")
    assert config.smtp.hostname == "shop.example"
    assert config.relay.from_ == "shop.example <orders@shop.example>"
    assert config.database.url == f"sqlite:///{tmp_path}/maild.db"
    assert config.control.socket == tmp_path / "maild.sock"


def test_default_needs_no_file(tmp_path: Path) -> None:
    config = Config.default(tmp_path, smtp={"listen": ["127.0.0.1:0"], "max_size": "1MB"})
    assert config.smtp.listen == ("127.0.0.1:0",)
    assert config.smtp.max_size == 1_000_000
    assert config.intake.addresses == ("orders@shop.example",)


def test_every_mistake_is_told_at_once_in_file_order(tmp_path: Path) -> None:
    text = """\
colour = "blue"
[site]
domain = "shop example"
timezone = "Europe/Berln"
[intake]
addresses = ["orders@shop.example", "nobody"]
[smtp]
max_siez = 4
max_size = "lots"
enabled = "yes"
listen = ["25"]
tls = "yes"
[relay]
tls = "startls"
[[user]]
name = "ada"
address = "orders@shop.example"
groups = ["Oders"]
role = "boss"
[[user]]
role = "lead"
[[group]]
name = "Orders"
"""
    assert mistakes(tmp_path, text) == [
        f"config.toml:1: colour: unknown key (known: {', '.join(sorted({path[0] for path in KEYS} | RULE_SECTIONS))})",
        "config.toml:3: site.domain: 'shop example' is not a domain name (write it like \"shop.example\")",
        "config.toml:4: site.timezone: 'Europe/Berln' is not a time zone (did you mean Europe/Berlin?)",
        "config.toml:6: intake.addresses: 'nobody' is not a mail address (one plain address like \"orders@shop.example\")",
        "config.toml:8: smtp.max_siez: unknown key (did you mean max_size?)",
        'config.toml:9: smtp.max_size: \'lots\' is not a size (write a number of bytes, "25MB" or "1GiB")',
        "config.toml:10: smtp.enabled: 'yes' is not true or false (without quotes)",
        'config.toml:11: smtp.listen: \'25\' is not host:port ("127.0.0.1:2525", "[::1]:2525" or "systemd:smtp")',
        "config.toml:12: smtp.tls: 'yes' is not a table (write it as a section of its own or {key = value})",
        "config.toml:14: relay.tls: 'startls' is not possible (did you mean starttls?)",
        "config.toml:18: user.groups: there is no group 'Oders' (did you mean Orders?)",
        "config.toml:19: user.role: 'boss' is not possible (known: admin, agent, lead, light)",
        "config.toml:20: user.name: this key is missing (write it under [user])",
        "config.toml:20: user.address: this key is missing (write it under [user])",
    ]


def test_mistakes_across_sections_show_beside_those_inside_them(tmp_path: Path) -> None:
    text = GOOD + '[[user]]\nname = "ada"\naddress = "orders+x@shop.example"\nrole = "boss"\n'
    assert mistakes(tmp_path, text) == [
        "config.toml:7: user.address: orders+x@shop.example is an order address, so letters to it would circle"
        " (give another mailbox)",
        "config.toml:8: user.role: 'boss' is not possible (known: admin, agent, lead, light)",
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xef\xbb\xbf[site]\n", "config.toml:1: the file begins with a byte order mark (save it as UTF-8 without BOM)"),
        (b"\xff\xfe[\0s\0", "config.toml:1: the file begins with a byte order mark (save it as UTF-8 without BOM)"),
        (b"[site]\nname = \"caf\xe9\"\n", "config.toml:2: this is not UTF-8 (save the file as UTF-8)"),
        (b"[site]\r\nname = shop\r\n", 'config.toml:2: invalid value (text needs quotes: key = "value"; yes and no are true and false)'),
        (b"[site]\nname\n", "config.toml:2: expected '=' after a key in a key/value pair (a line is key = value)"),
        (b"a = [1,\n2\n", "config.toml:2: unclosed array (a ] is missing)"),
        (b'[smtp]\nenabled = true\n\nenabled = false\n', "config.toml:4: smtp.enabled: given twice, first in line 2 (each key and table stands once)"),
        (b"[smtp]\n[relay]\n[smtp]\n", "config.toml:3: smtp: given twice, first in line 1 (each key and table stands once)"),
        (b"a = " + b"[" * 100_000, "config.toml: the values are nested too deeply (is this the right file?)"),
        (b"#" * (4 * 1024 * 1024 + 1), "config.toml: the file is larger than 4 MiB (is this the right file?)"),
    ],
    ids=["bom", "utf16", "latin1", "unquoted", "no-value", "unclosed", "key-twice", "table-twice", "deep", "huge"],
)  # fmt: skip
def test_c01_a_file_that_is_not_toml(tmp_path: Path, content: bytes, line: str) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "config.toml")
    assert [told.replace(f"{tmp_path}/", "") for told in caught.value.mistakes] == [line]


def test_c01_no_file_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, Path("/dev/zero")):
        with pytest.raises(ConfigError, match=f"^{path}: ") as caught:
            load(path)
        assert len(caught.value.mistakes) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[smpt]", "config.toml:5: smpt: unknown key (did you mean smtp?)"),
        ("[log]\nmax_size = 1", "config.toml:6: log.max_size: unknown key (did you mean [smtp] max_size?)"),
        ("[smtp]\nauth = {requires = true}", "config.toml:6: smtp.auth.requires: unknown key (did you mean require?)"),
        ("[user]\nname = 1", "config.toml:5: user: this is not a list of tables (write each one under [[user]])"),
        ("[[smtp]]", "config.toml:5: smtp: this is not a table (write the keys under [smtp])"),
        ("[smtp]\nport.x = 1", "config.toml:6: smtp.port: unknown key (did you mean [imap] port?)"),
        ('[smtp]\nmax_errors = "10"', "config.toml:6: smtp.max_errors: '10' is not a whole number (1 to 1000, without quotes)"),
        ("[smtp]\nmax_errors = true", "config.toml:6: smtp.max_errors: True is not a whole number (1 to 1000, without quotes)"),
        ("[smtp]\nread_timeout = false", 'config.toml:6: smtp.read_timeout: False is not a duration (write seconds, "90s", "15min", "24h" or "5d")'),
        ("[smtp]\nlisten = \"127.0.0.1:25\"", "config.toml:6: smtp.listen: '127.0.0.1:25' is not a list (write it like [\"one\", \"two\"])"),
        ("[site.more]", "config.toml:5: site.more: unknown key (known: base_url, domain, name, timezone)"),
    ],
)  # fmt: skip
def test_c01_unknown_keys_and_wrong_kinds(tmp_path: Path, text: str, expected: str) -> None:
    assert mistakes(tmp_path, GOOD + text) == [expected]


def test_c01_an_empty_file_misses_what_has_no_default(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "") == [
        "config.toml:1: site.domain: this key is missing (write it under [site])",
        "config.toml:1: intake.addresses: this key is missing (write it under [intake])",
    ]


LIMITS = [
    path
    for path, field in KEYS.items()
    if isinstance(field.default, (int, float)) and not isinstance(field.default, bool)
]
WITHOUT = {("letters", "per_customer_per_day"), ("letters", "per_customer_per_week"), ("web", "undo_reply")}  # 0: none


BOX = 'name = "box"\nhost = "imap.example"\nuser = "u"\npassword_file = "box"\naddress = "orders@shop.example"\n'


HOOK = 'name = "hook"\nurl = "https://hook.example/"\n'


ABSURD = ("0", "-1", "99999999999999", "1e30", "inf", "nan")
CASES = [(path, value) for path in LIMITS for value in ABSURD if not (path in WITHOUT and value == "0")]


@pytest.mark.parametrize(("path", "value"), CASES, ids=lambda case: case if isinstance(case, str) else ".".join(case))
def test_c06_absurd_limits_are_refused(tmp_path: Path, path: tuple[str, ...], value: str) -> None:
    (tmp_path / "box").write_text("correct horse battery")
    header, rest = {"imap": ("[[imap]]", BOX), "webhook": ("[[webhook]]", HOOK)}.get(path[0], (f"[{path[0]}]", ""))
    (line,) = mistakes(tmp_path, GOOD + f"{header}\n{path[1]} = {value}\n{rest}")
    assert line.startswith(f"config.toml:6: {'.'.join(path)}: ")


def test_c06_there_are_limits_to_test() -> None:
    assert len(LIMITS) >= 25


def test_c06_more_memory_than_the_machine_has(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, GOOD + '[workers]\nmemory = "1000GiB"\n')
    assert line.startswith("config.toml:6: workers.memory: 1000GiB is more than this machine has (")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[workers]\nlease_seconds = "30s"', "config.toml:6: workers.lease_seconds: this must be longer than wall_seconds (30s)"),
        ('[smtp]\nread_timeout = "50min"', "config.toml:6: smtp.read_timeout: this is longer than session_timeout (30min)"),
        ("[smtp]\nmax_connections = 5", "config.toml:5: smtp.max_per_client: this is more than max_connections (5)"),
        ('[retry]\nschedule = ["1h"]\ngive_up_after = "1s"', "config.toml:7: retry.give_up_after: this is shorter than the first pause"),
        ("[retry]\nschedule = []", "config.toml:6: retry.schedule: the list is empty"),
        ("[smtp]\nlisten = []", "config.toml:6: smtp.listen: the list is empty"),
        ("[smtp.auth]\nrequire = true", "config.toml:6: smtp.auth.require: nobody could log in"),
        ('[smtp]\nlisten = ["127.0.0.1:9000"]\n[metrics]\nlisten = "127.0.0.1:9000"', "config.toml:8: metrics.listen: '127.0.0.1:9000' is listened on twice"),
        ('[web]\nenabled = true\nlisten = "0.0.0.0:8080"', 'config.toml:7: web.listen: passwords would cross the network in clear (listen on 127.0.0.1, or put a proxy with TLS in front and give site.base_url = "https://...")'),
        ("[web]\nenabled = true\nmax_connections = 10", "config.toml:5: web.max_per_client: this is more than max_connections (10)"),
        ('[web]\nenabled = true\nsession_idle = "8d"', "config.toml:7: web.session_idle: a session would end before it is idle so long (session_lifetime)"),
        ("[control]\nsocket = \"/" + "x" * 120 + '"', "config.toml:6: control.socket: the path is longer than 107 bytes"),
        ('[log]\nfile = "none/log"', "config.toml:6: log.file: there is no folder "),
        ('[letters]\ntemplates = "none"', "config.toml:6: letters.templates: there is no folder "),
        ('[[organization]]\nname = "A"\ndomains = ["a.example"]\n[[organization]]\nname = "B"\ndomains = ["A.example"]', "config.toml:10: organization.domains: 'a.example' is claimed twice"),
    ],
)  # fmt: skip
def test_sections_that_contradict_each_other(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = mistakes(tmp_path, GOOD + text)
    assert line.startswith(expected)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[user]]\nname = "ada"\naddress = "orders@shop.example"', "7: user.address"),
        ('[[user]]\nname = "ada"\naddress = "SALES+lead@shop.example"', "7: user.address"),
        ('[[group]]\nname = "Orders"\nlead = "sales@SHOP.example"', "7: group.lead"),
    ],
)
def test_c05_a_person_who_is_an_order_address_is_refused(tmp_path: Path, text: str, key: str) -> None:
    (line,) = mistakes(tmp_path, GOOD + text)
    assert line.startswith(f"config.toml:{key}: ")
    assert "would circle" in line


def test_c05_letters_to_customers_may_come_from_the_order_address(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD + '[relay]\nfrom = "Desk <orders@shop.example>"\n'))
    assert config.relay.from_ == "Desk <orders@shop.example>"
    assert config.is_intake("Orders+abc@Shop.example")
    assert not config.is_intake("lead@shop.example")


def test_raw_and_locate_serve_the_rule_loader(tmp_path: Path) -> None:
    config = load(
        written(tmp_path, GOOD + '[[trigger]]\nname = "a"\n\n[[trigger]]\nname = "b"\ndo = [\n  {set = 1},\n]\n')
    )
    assert config.raw["trigger"][1] == {"name": "b", "do": [{"set": 1}]}
    assert config.locate(("trigger", 1, "do", 0, "set")) == f"{tmp_path}/config.toml:11"
    assert config.locate(("trigger", 1, "on")) == f"{tmp_path}/config.toml:8"
    assert Config.default(tmp_path).locate(("trigger", 0)) == "(defaults)"


def test_what_is_loaded_cannot_be_changed_and_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_PASSWORD", "correct horse battery")
    config = load(written(tmp_path, GOOD + '[relay]\nuser = "u"\npassword = "${RELAY_PASSWORD}"\n'))
    assert config.relay.secret == "correct horse battery"
    with pytest.raises(ValueError, match="frozen"):
        config.relay.port = 25
    assert "correct horse" not in f"{config!r}{config}{config.model_dump()}{config.model_dump_json()}"


def test_a_language_or_time_zone_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    text = """[letters]
language = "deutsch"
[[organization]]
name = "Skov"
[organization.fields]
language = "dk"
timezone = "Berlin"
"""
    told = [mistake for mistake in mistakes(tmp_path, text) if "did you mean" in mistake]
    assert told == [
        "config.toml:2: letters.language: 'deutsch' is no language (did you mean de (German)?)",
        "config.toml:6: organization.fields.language: 'dk' is no language (did you mean da (Danish)?)",
        "config.toml:7: organization.fields.timezone: 'Berlin' is not a time zone (did you mean Europe/Berlin?)",
    ]
