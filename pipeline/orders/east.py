"""Scripts that set no blanks between words (Chinese, Japanese; Korean sets few): how they are known."""

import re
from collections.abc import Iterator

SCRIPT = r"\u3040-\u9fff\uac00-\ud7af"  # for a character class
SIGN = re.compile(f"[{SCRIPT}]")


def signs_by_two(word: str) -> Iterator[str]:
    """Each two signs that stand together: where words end is not told, and most have two."""
    return (word[at : at + 2] for at in range(len(word) - 1))
