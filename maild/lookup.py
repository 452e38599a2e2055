"""Asking the DNS. A name that does not exist is an empty answer; a server that does not answer is trouble."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from maild.config import Dns, endpoint

LONGEST_TEXT = 4096  # octets of one TXT record; longer ones are nobody's policy


@dataclass(frozen=True, slots=True)
class Answer:
    """Records as text: TXT joined and in Latin-1, MX as "10 mail.example", addresses, names without their last dot.

    ``trouble`` says why the question is open; then there are no records.
    """

    records: tuple[str, ...] = ()
    trouble: str | None = None


class Resolver(Protocol):
    def ask(self, name: str, kind: str) -> Answer:
        """``kind`` is A, AAAA, MX, PTR or TXT. Never raises."""


class DnsResolver:
    """Asks real servers; safe to share between threads."""

    def __init__(self, config: Dns) -> None:
        from dns.resolver import LRUCache, Resolver

        self._resolver = Resolver(configure=not config.servers)
        if config.servers:
            self._resolver.nameservers = _servers(config.servers)
        self._resolver.cache = LRUCache(2000)
        self._timeout = config.timeout

    def ask(self, name: str, kind: str) -> Answer:
        from dns.exception import DNSException
        from dns.resolver import NXDOMAIN, NoAnswer

        try:
            found = self._resolver.resolve(name, kind, search=False, lifetime=self._timeout)
        except (NXDOMAIN, NoAnswer):
            return Answer()
        except UnicodeError:
            return Answer()  # no name at all
        except DNSException as error:
            return Answer() if _is_no_name(error) else Answer(trouble=f"{type(error).__name__} for {name}")
        except OSError as error:
            return Answer(trouble=f"{error.strerror or type(error).__name__} for {name}")
        return Answer(tuple(text for record in found if (text := _text(record, kind)) is not None))


def _servers(servers: Sequence[str]) -> list[Any]:
    from dns.nameserver import Do53Nameserver

    return [Do53Nameserver(*endpoint(server)) for server in servers]


def _is_no_name(error: Exception) -> bool:
    from dns.name import BadEscape, EmptyLabel, LabelTooLong, NameTooLong

    return isinstance(error, BadEscape | EmptyLabel | LabelTooLong | NameTooLong)


def _text(record: Any, kind: str) -> str | None:
    match kind:
        case "TXT":
            joined: bytes = b"".join(record.strings)
            return joined.decode("latin-1") if len(joined) <= LONGEST_TEXT else None
        case "MX":
            return f"{record.preference} {record.exchange.to_text(omit_final_dot=True)}"
        case "PTR":
            return str(record.target.to_text(omit_final_dot=True))
        case _:
            return str(record.address)


class Bounded:
    """At most so many questions for one mail; none any more once it is late, or the servers left two open."""

    def __init__(
        self, resolver: Resolver, most: int = 60, most_troubles: int = 2, late: Callable[[], bool] = lambda: False
    ) -> None:
        self._resolver = resolver
        self._late = late
        self._left = most
        self._troubles_left = most_troubles
        self._known: dict[tuple[str, str], Answer] = {}
        self.troubles: list[str] = []

    def ask(self, name: str, kind: str) -> Answer:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, name: str, kind: str) -> Answer:
        if not self._left or not self._troubles_left or self._late():
            silent = not self._troubles_left
            answer = Answer(trouble="the name servers do not answer" if silent else "too many or too slow questions")
        else:
            self._left -= 1
            answer = self._resolver.ask(name, kind)
            self._troubles_left -= answer.trouble is not None
        if answer.trouble:
            self.troubles.append(answer.trouble)
        return answer
