"""A reading child: mails on standard input, each behind what is usual with customers; an empty block on standard
output once it is ready, then what it understood.

It is the only place where hostile bytes meet parsers. It may use so much memory, and so much processor time per mail;
over that the kernel ends it, the daemon notes which mail it was, and starts another.
"""

import gc
import json
import sys

from maild.domain.habits import Usual
from pipeline import frames
from pipeline.confinement import allow, confine
from pipeline.reader import understand
from pipeline.understood import Understood, Unread

OBJECTS = 20_000  # made before circles among them are looked for; a mail of usual size makes fewer


def main(memory: int, cpu_seconds: float) -> None:
    """Serve until standard input ends."""
    confine(memory)
    gc.freeze()  # what is imported lives as long as the child, and need not be looked through again and again
    gc.set_threshold(OBJECTS)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(frames.block(b""))  # from now on the time of a mail is its own
    sink.flush()
    while (usual := frames.take(source)) is not None and (raw := frames.take(source)) is not None:
        allow(cpu_seconds)
        answer = _read(raw, json.loads(usual) if usual else {})
        sink.write(frames.block(frames.dump(answer)))
        sink.flush()
        if isinstance(answer, Unread):
            return  # after a MemoryError or a bug nothing about this process is sure


def _read(raw: bytes, usual: Usual) -> Understood | Unread:
    try:
        return understand(raw, usual)
    except MemoryError:
        return Unread("parser.memory", "the mail needs more memory than one mail may use")
    except Exception as error:  # a bug of ours: the mail is kept and shown to a person
        return Unread("parser.error", f"the reader failed: {type(error).__name__}")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
