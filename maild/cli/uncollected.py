"""Imports make no garbage worth looking for: looking takes a tenth of what they cost."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No collection until the end, or until somebody who has imported enough turns it on."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
