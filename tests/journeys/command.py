"""``maild`` as an operator types it, in the folder of a desk."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.daemon import UNSYNCED
from tests.journeys.forge import FORGE


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


def several(folder: Path, *commands: list[str], **environment: str) -> list[Answer]:
    """The answers of commands run one after the other."""
    return [maild(folder, *words, **environment) for words in commands]


def maild(folder: Path, *arguments: object, given: bytes = b"", **environment: str) -> Answer:
    code, out, err = FORGE.run(
        folder, [str(word) for word in arguments], {**os.environ, **UNSYNCED, "USER": "tester", **environment}, given
    )
    return Answer(code, out, err.decode())
