"""JSON for programs: one value is one line for every reader, and one function writes it."""

import json
from pathlib import Path

import maild.cli
from maild.cli.output import json_line


def test_no_character_of_a_mail_ends_the_line() -> None:
    row = {"subject": "a\u0085b\u2028c\u2029d\r\ne\x1cf\x0bg"}
    assert len(json_line(row).splitlines()) == 1
    assert json.loads(json_line(row)) == row


def test_every_command_writes_json_by_it() -> None:
    folder = Path(maild.cli.__file__).parent
    writers = {file.name for file in folder.glob("*.py") if "json.dumps" in file.read_text(encoding="utf-8")}
    assert writers == {"output.py"}
