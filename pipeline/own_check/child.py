"""The process in which signatures and records of strangers meet the libraries that read them.

A batch of questions with their raw mails on standard input, the answers on standard output. Mails of a batch wait for
the DNS together; what takes too long is ended by the daemon.
"""

import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from pydantic import TypeAdapter

from maild.config import Dns
from maild.lookup import Bounded, DnsResolver, Resolver
from pipeline import frames
from pipeline.confinement import allow, confine
from pipeline.own_check.check import check
from pipeline.own_check.question import Checked, Question

THREADS = 8
SECONDS = 10.0  # for the questions of one mail to the DNS, all together

QUESTIONS: TypeAdapter[list[Question]] = TypeAdapter(list[Question])
ANSWERS: TypeAdapter[list[Checked]] = TypeAdapter(list[Checked])


def main(memory: int, cpu_seconds: float, dns: Dns) -> None:
    """Serve until standard input ends."""
    confine(memory)
    threading.stack_size(1024 * 1024)
    resolver = DnsResolver(dns)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    with ThreadPoolExecutor(THREADS) as pool:
        while (block := frames.take(source)) is not None:
            allow(cpu_seconds)
            questions = QUESTIONS.validate_json(block)
            raws = [frames.take(source) or b"" for _ in questions]
            answers = list(pool.map(partial(_answer, resolver), questions, raws))
            sink.write(frames.block(ANSWERS.dump_json(answers)))
            sink.flush()


def _answer(resolver: Resolver, question: Question, raw: bytes) -> Checked:
    started = time.monotonic()
    try:
        return check(question, raw, Bounded(resolver, late=lambda: time.monotonic() - started > SECONDS))
    except Exception as error:  # a bug of ours or of a library: the mail is judged without this check
        return Checked(None, f"the check failed: {type(error).__name__}")


def serve(arguments: Sequence[str]) -> None:
    main(int(arguments[0]), float(arguments[1]), Dns(servers=tuple(arguments[3:]), timeout=float(arguments[2])))


if __name__ == "__main__":
    serve(sys.argv[1:])
