"""The triggers of one event line by line: what several ask is answered once, and anew only where it may differ."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from maild.domain.condition_nodes import Contains, Node, Or, lowered
from maild.domain.conditions import OWN_WORDS, reads
from maild.domain.needles import Needles
from maild.domain.terms import EVENTS, Scene, read
from maild.domain.trace import Step
from rules.trigger_model import Index, Trigger

NOTHING = Index()
FEW = 3
"""Words that are looked for in a text one by one."""


def indexed(triggers: Iterable[Trigger]) -> Index:
    """In file order. Lines are the same where they are written the same and mean the same."""
    triggers = tuple(triggers)
    nodes: list[Node] = []
    known: dict[str, list[int]] = {}
    asks = tuple(tuple(_line(source, node, nodes, known) for source, node in _lines(t)) for t in triggers)
    about: dict[str, list[int]] = {}
    for line, node in enumerate(nodes):
        for name in reads(node):
            about.setdefault(name, []).append(line)
    terms = tuple(None if isinstance(node, OWN_WORDS) else (node.term.name, node.term.was) for node in nodes)
    lines = {name: tuple(found) for name, found in about.items()}
    return Index(triggers, asks, tuple(nodes), terms, _words(nodes), lines)


def by_event(triggers: Iterable[Trigger]) -> dict[str, tuple[Trigger, ...]]:
    """The triggers asked on each event, in file order."""
    triggers = tuple(triggers)
    return {word: tuple(t for t in triggers if word in t.on) for word in EVENTS.values()}


def _words(nodes: Iterable[Node]) -> dict[tuple[str, bool], Needles]:
    wanted: dict[tuple[str, bool], set[str]] = {}
    for node in nodes:
        if isinstance(node, Contains):
            wanted.setdefault((node.term.name, node.term.was), set()).add(node.needle)
    return {term: Needles(words) for term, words in wanted.items() if len(words) > FEW}


def _lines(trigger: Trigger) -> Iterator[tuple[str, Node]]:
    for condition in trigger.conditions.all:
        yield condition.source, condition.node
    if either := trigger.conditions.any:
        yield f"any of {[condition.source for condition in either]}", Or(tuple(c.node for c in either))


def _line(source: str, node: Node, nodes: list[Node], known: dict[str, list[int]]) -> int:
    same = known.setdefault(source, [])
    for line in same:
        if nodes[line] == node:
            return line
    same.append(len(nodes))
    nodes.append(node)
    return same[-1]


class Round:
    """The triggers of one event while it is decided: who is to be asked, and who has missed by which line."""

    def __init__(self, index: Index, scene: Scene) -> None:
        self._index = index
        self._scene = scene
        self._held: list[bool | None] = [None] * len(index.nodes)
        self._found: dict[tuple[str, bool], frozenset[str] | None] = {}
        self._next = 0
        self._again: list[int] = []
        self._missed: dict[int, list[int]] = {}  # by line, the numbers of triggers

    def hit(self) -> Trigger | None:
        """The next trigger in file order whose lines all hold; None when each that is to be asked has missed."""
        index, held, missed = self._index, self._held, self._missed
        while self._again or self._next < len(index.triggers):
            number = self._take()
            for line in index.asks[number]:
                holds = held[line]
                if holds is None:
                    holds = held[line] = self._ask(line)
                if not holds:
                    missed.setdefault(line, []).append(number)
                    break
            else:
                return index.triggers[number]
        return None

    def changed(self, names: frozenset[str], scene: Scene) -> None:
        """The ticket is another now: forget what may differ, and ask those again that missed by it."""
        self._scene = scene
        self._found.clear()
        for name in names:
            for line in self._index.about.get(name, ()):
                self._held[line] = None
                for number in self._missed.pop(line, ()):
                    heappush(self._again, number)

    def misses(self) -> list[Step]:
        """A step for each trigger that missed, in file order, with the condition and what it saw."""
        known: dict[tuple[str, bool], str] = {}
        found: list[tuple[int, Step]] = []
        for line, numbers in self._missed.items():
            saw = known.get(self._index.terms[line] or ("", False)) or self._saw(line, numbers[0], known)
            for number in numbers:
                condition = self._index.asks[number].index(line)
                found.append((number, Step("miss", self._index.triggers[number].name, "", condition, saw)))
        return [step for _, step in sorted(found)]

    def _take(self) -> int:
        """Those asked again stand higher up in the file than those not asked yet."""
        if self._again:
            return heappop(self._again)
        self._next += 1
        return self._next - 1

    def _ask(self, line: int) -> bool:
        node, term = self._index.nodes[line], self._index.terms[line]
        if not isinstance(node, Contains) or term is None or term not in self._index.words:
            return node.holds(self._scene)
        if term not in self._found:  # one text, many words to look for in it
            value = read(node.term, self._scene)
            self._found[term] = self._index.words[term].within(lowered(value)) if isinstance(value, str) else None
        found = self._found[term]
        if found is None or not node.needle:
            return node.holds(self._scene)
        return (node.needle in found) != node.negated

    def _saw(self, line: int, number: int, known: dict[tuple[str, bool], str]) -> str:
        conditions = self._index.triggers[number].conditions
        return conditions.seen_at(self._index.asks[number].index(line), self._scene, known)
