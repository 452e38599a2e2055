"""The process in which a mail is opened for a person: a wish and a raw mail in, a view and its bytes out."""

import sys

from pipeline import frames
from pipeline.confinement import allow, confine
from pipeline.viewing.show import show
from pipeline.viewing.wish import VIEW, WISH, View, Wish


def main(memory: int, cpu_seconds: float) -> None:
    """Serve until standard input ends."""
    confine(memory)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while (asked := frames.take(source)) is not None and (raw := frames.take(source)) is not None:
        allow(cpu_seconds)
        view, data = _answer(raw, WISH.validate_json(asked))
        sink.write(frames.block(VIEW.dump_json(view)))
        sink.write(frames.block(data))
        sink.flush()


def _answer(raw: bytes, wish: Wish) -> tuple[View, bytes]:
    try:
        return show(raw, wish)
    except MemoryError:
        return View(missing="it needs more memory than one mail may use"), b""
    except Exception as error:  # a bug of ours or of a library: the mail can still be had as it came
        return View(missing=f"it could not be opened: {type(error).__name__}"), b""


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
