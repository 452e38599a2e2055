"""``maild`` as an operator types it, in the folder of a desk."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each line of the output, which must be one JSON object."""
        found = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(row, dict) for row in found)
        return found


SEVERAL = """
import contextlib, io, json, sys
from maild.cli import main

for words in json.load(sys.stdin):
    sys.argv, out, err = ["maild", *words], io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        print(json.dumps([end.code or 0, out.getvalue(), err.getvalue()]))
"""


def several(folder: Path, *commands: list[str]) -> list[Answer]:
    """The answers of commands run one after the other in one process, which saves starting one for each."""
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL],
        cwd=folder,
        input=json.dumps(commands).encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(commands)
    return [Answer(code, out.encode(), err) for code, out, err in answers]


def maild(folder: Path, *arguments: object, given: bytes = b"", **environment: str) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "maild", *map(str, arguments)],
        cwd=folder,
        input=given,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "USER": "tester", **environment},
    )
    return Answer(done.returncode, done.stdout, done.stderr.decode())
