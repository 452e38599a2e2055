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
