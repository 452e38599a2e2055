"""What a form does is done once: the page gives each form a word of its own, which travels with whatever it asks."""

import hashlib
from collections.abc import Callable

from maild.control.operation import Request
from maild.store import deeds
from maild.store.tx import Tx


def once(tx: Tx, request: Request, what: str, do: Callable[[], int]) -> int:
    """The number of what ``do`` made, or made before for the same ``once``; the ticket must be locked already.

    ``what`` tells deeds apart. Without a word it is done each time it is asked for.
    """
    word = request.optional("once")
    if word is None:
        return do()
    key = hashlib.sha256(f"{what}|{request.actor}|{word}".encode()).hexdigest()
    made = deeds.known(tx, key)
    if made is None:
        made = do()
        deeds.keep(tx, key, made)
    return made
