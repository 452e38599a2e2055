"""A port of 127.0.0.1 that is kept for a server which listens there later; until then it refuses everybody.

A port that was free a moment ago may be anybody's by the time a program binds it: each listener on port 0 and each
outgoing connection is given one. A port to which a socket is bound is given to nobody; where both allow the address to
be used again, a server can listen there all the same (socket(7), SO_REUSEADDR).
"""

import socket


class KeptPort:
    """``number`` is kept for as long as anybody holds this."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def __del__(self) -> None:
        self._socket.close()
