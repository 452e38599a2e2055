"""Placing the nodes of a directed graph in layers, with few crossings and short, calm edges (after Sugiyama, 1981)."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

GAP_X, GAP_Y, BEND = 60.0, 18.0, 12.0
SWEEPS = 24

Node = str
Edge = tuple[Node, Node]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of nodes, the points that each edge passes from its source to its target, and the size of the whole."""

    centres: Mapping[Node, Point]
    ways: Mapping[Edge, tuple[Point, ...]]
    width: float
    height: float


def layout(sizes: Mapping[Node, tuple[float, float]], edges: Sequence[Edge]) -> Layout:
    """``sizes`` are width and height of each node. Layers go from left to right; edges of a circle may go back."""
    made = _Layers(dict(sizes), list(dict.fromkeys(edges)))
    made.build()
    return made.placed()


@dataclass(slots=True)
class _Layers:
    sizes: dict[Node, tuple[float, float]]
    edges: list[Edge]
    layers: list[list[Node]] = field(default_factory=list)
    chains: dict[Edge, list[Node]] = field(default_factory=dict)
    before: dict[Node, list[Node]] = field(default_factory=dict)
    after: dict[Node, list[Node]] = field(default_factory=dict)

    def build(self) -> None:
        forward = _without_circles(self.sizes, self.edges)
        level = _levels(self.sizes, set(forward.values()))
        self.layers = [[] for _ in range(max(level.values(), default=0) + 1)]
        for node, number in level.items():
            self.layers[number].append(node)
        self.before = {node: [] for node in self.sizes}
        self.after = {node: [] for node in self.sizes}
        for edge, (source, target) in forward.items():
            self._chain(edge, source, target, level)
        self._order()

    def _chain(self, edge: Edge, source: Node, target: Node, level: Mapping[Node, int]) -> None:
        """An edge over several layers bends in each of them, at a node of its own without width."""
        chain = [source]
        for number in range(level[source] + 1, level[target]):
            bend = f"{source}>{target}@{number}"
            if bend not in self.sizes:
                self.sizes[bend] = (0.0, BEND)
                self.before[bend], self.after[bend] = [], []
                self.layers[number].append(bend)
            chain.append(bend)
        chain.append(target)
        self.chains[edge] = chain if edge[0] == source else chain[::-1]
        for one, other in itertools.pairwise(chain):
            if other not in self.after[one]:
                self.after[one].append(other)
                self.before[other].append(one)

    def _order(self) -> None:
        """Sort each layer by where its neighbours stand, to and fro; the order with the fewest crossings stays."""
        best, fewest = [list(layer) for layer in self.layers], self._crossings()
        for sweep in range(SWEEPS):
            forth = sweep % 2 == 0
            numbers = range(1, len(self.layers)) if forth else range(len(self.layers) - 2, -1, -1)
            for number in numbers:
                beside = {node: at for at, node in enumerate(self.layers[number - 1 if forth else number + 1])}
                neighbours = self.before if forth else self.after
                places = {node: at for at, node in enumerate(self.layers[number])}
                self.layers[number].sort(key=lambda n: _mean([beside[m] for m in neighbours[n]], places[n]))
            if (crossings := self._crossings()) < fewest:
                best, fewest = [list(layer) for layer in self.layers], crossings
        self.layers = best

    def _crossings(self) -> int:
        return sum(self._crossings_behind(number) for number in range(len(self.layers) - 1))

    def _crossings_behind(self, number: int) -> int:
        place = {node: at for at, node in enumerate(self.layers[number + 1])}
        ends = [sorted(place[other] for other in self.after[node]) for node in self.layers[number]]
        flat = [end for several in ends for end in several]
        return sum(1 for n, end in enumerate(flat) for other in flat[n + 1 :] if other < end)

    def placed(self) -> Layout:
        heights = self._heights()
        left, centres = 0.0, dict[Node, Point]()
        for layer in self.layers:
            width = max((self.sizes[node][0] for node in layer), default=0.0)
            centres |= {node: (left + width / 2, heights[node]) for node in layer}
            left += width + GAP_X
        top = min((centres[n][1] - self.sizes[n][1] / 2 for n in centres), default=0.0)
        centres = {node: (x, y - top) for node, (x, y) in centres.items()}
        bottom = max((centres[n][1] + self.sizes[n][1] / 2 for n in centres), default=0.0)
        ways = {edge: tuple(centres[node] for node in chain) for edge, chain in self.chains.items()}
        return Layout(centres, ways, max(left - GAP_X, 0.0), bottom)

    def _heights(self) -> dict[Node, float]:
        """Each node as near to the middle of its neighbours as its layer allows."""
        found: dict[Node, float] = {}
        for layer in self.layers:
            found |= self._spread(layer, dict.fromkeys(layer, 0.0))
        for sweep in range(SWEEPS):
            for layer in self.layers if sweep % 2 == 0 else self.layers[::-1]:
                wanted = {}
                for node in layer:
                    beside = self.before[node] + self.after[node]
                    wanted[node] = _mean([found[other] for other in beside], found[node])
                found |= self._spread(layer, wanted)
        return found

    def _spread(self, layer: Sequence[Node], wanted: Mapping[Node, float]) -> dict[Node, float]:
        """The places nearest to those wanted that keep order and distance: least squares by pooling neighbours."""
        offsets, offset = [], 0.0
        for node, following in zip(layer, [*layer[1:], None], strict=True):
            offsets.append(offset)
            if following is not None:
                offset += (self.sizes[node][1] + self.sizes[following][1]) / 2 + GAP_Y
        pools: list[list[float]] = []
        for node, shift in zip(layer, offsets, strict=True):
            pools.append([wanted[node] - shift, 1])
            while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
                value, count = pools.pop()
                mean, known = pools[-1]
                pools[-1] = [(mean * known + value * count) / (known + count), known + count]
        values = [value for value, count in pools for _ in range(int(count))]
        return {node: value + shift for node, value, shift in zip(layer, values, offsets, strict=True)}


def _without_circles(nodes: Iterable[Node], edges: Sequence[Edge]) -> dict[Edge, Edge]:
    """Each edge as it counts for the layers: those that would close a circle are turned round."""
    after: dict[Node, list[Node]] = {node: [] for node in nodes}
    for source, target in edges:
        after[source].append(target)
    turned, seen, open_ = set[Edge](), set[Node](), set[Node]()

    def visit(node: Node) -> None:
        seen.add(node)
        open_.add(node)
        for other in after[node]:
            if other in open_:
                turned.add((node, other))
            elif other not in seen:
                visit(other)
        open_.discard(node)

    for node in after:
        if node not in seen:
            visit(node)
    return {edge: edge[::-1] if edge in turned else edge for edge in edges if edge[0] != edge[1]}


def _levels(nodes: Iterable[Node], edges: Iterable[Edge]) -> dict[Node, int]:
    """The longest way from a beginning; a beginning stands right before what follows it."""
    before: dict[Node, list[Node]] = {node: [] for node in nodes}
    after: dict[Node, list[Node]] = {node: [] for node in before}
    for source, target in sorted(edges):
        before[target].append(source)
        after[source].append(target)
    level: dict[Node, int] = {}

    def find(node: Node) -> int:
        if node not in level:
            level[node] = max((find(other) + 1 for other in before[node]), default=0)
        return level[node]

    for node in before:
        find(node)
    for node in before:
        if not before[node] and after[node]:
            level[node] = min(level[other] for other in after[node]) - 1
    return level


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
