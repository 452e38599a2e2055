"""Names that tests own: a zone as a resolver, and a name server that answers from one over UDP."""

import socket
import threading
from collections.abc import Mapping

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from maild.lookup import Answer

Zone = Mapping[tuple[str, str], tuple[str, ...]]
"""(name, kind) -> records as `maild.lookup.Answer` has them; a record "!" is trouble."""


class ZoneResolver:
    """Answers from a zone, and remembers what it was asked."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str]] = []

    def ask(self, name: str, kind: str) -> Answer:
        name = name.lower().rstrip(".")
        self.asked.append((name, kind))
        records = self.zone.get((name, kind), ())
        return Answer(trouble=f"Timeout for {name}") if records == ("!",) else Answer(records)


class NameServer:
    """Answers from ``zone`` on a free UDP port of 127.0.0.1; it fails at what is "!", and leaves "?" unanswered."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            asked, peer = self._socket.recvfrom(4096)
            if asked == b"stop":
                self._socket.close()
                return
            if answer := self._answer(dns.message.from_wire(asked)):
                self._socket.sendto(answer.to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        records = self.zone.get((name, kind), ())
        if records == ("?",):
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if records == ("!",):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            texts = [_written(record, kind) for record in records]
            answer.answer.append(dns.rrset.from_text(question.name, 60, dns.rdataclass.IN, kind, *texts))
        elif not any(name == known for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as teller:
            teller.sendto(b"stop", self._socket.getsockname())
        self._thread.join(60)


def _written(record: str, kind: str) -> str:
    if kind == "TXT":
        return " ".join(f'"{record[i : i + 255]}"' for i in range(0, len(record), 255))
    return f"{record}." if kind in ("MX", "PTR") else record
