"""The flow of tags and statuses as a picture: SVG that needs nothing else, dark where the reader is."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from textwrap import wrap

from rules.graph import arrows, marks, transitions
from rules.layered import Layout, Point, layout
from rules.model import Ruleset

MARGIN, LINE, CHAR, HEAD = 24.0, 15.0, 6.7, 64.0
_STYLE = """<style>
svg{background:#fff}
text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2937;text-anchor:middle;dominant-baseline:central}
.title{font-size:17px;font-weight:600;text-anchor:start}
.key{text-anchor:start;fill:#4b5563}
.rule text,.rule{font-size:11px}
.status rect{fill:#dbeafe;stroke:#2563eb}
.status text{font-weight:600;fill:#1e3a8a}
.tag rect{fill:#fef3c7;stroke:#d97706}
.tag text{font-weight:600;fill:#78350f}
.rule rect{fill:#f9fafb;stroke:#9ca3af}
.person rect{stroke:#059669;fill:#ecfdf5}
.clock rect{stroke:#7c3aed;fill:#f5f3ff}
rect{stroke-width:1.2}
path{fill:none;stroke:#6b7280;stroke-width:1.2}
path.also{stroke-dasharray:4 4;opacity:.6}
marker path{fill:#6b7280;stroke:none}
@media(prefers-color-scheme:dark){
svg{background:#111827}
text{fill:#e5e7eb}.key{fill:#9ca3af}
.status rect{fill:#1e3a8a;stroke:#60a5fa}.status text{fill:#dbeafe}
.tag rect{fill:#78350f;stroke:#fbbf24}.tag text{fill:#fef3c7}
.rule rect{fill:#1f2937;stroke:#6b7280}.person rect{fill:#064e3b;stroke:#34d399}.clock rect{fill:#3b0764;stroke:#a78bfa}
path{stroke:#9ca3af}marker path{fill:#9ca3af}
}
</style>"""
_HEAD = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0.5L8 4L0 7.5z"/></marker></defs>'
)
KEY = (
    ("status", "a status"),
    ("tag", "a tag"),
    ("rule", "a trigger or system rule"),
    ("rule person", "a macro, by a person"),
    ("rule clock", "an automation, by time"),
)


def flow_picture(ruleset: Ruleset, title: str = "How orders flow") -> str:
    """Marks of a ticket, the rules that ask for them or take them away (arrows in), and what these set (arrows out)."""
    steps = transitions(ruleset)
    drawn = marks(steps)
    words = {mark: [mark.partition(" ")[2]] for mark in drawn} | {step.id: wrap(step.rule, 26) for step in steps}
    unsure = {(arrow.source, arrow.target) for arrow in arrows(steps) if not arrow.sure}
    classes = {mark: mark.partition(" ")[0] for mark in drawn} | {t.id: f"rule {t.kind}".strip() for t in steps}
    return figure(title, words, classes, [(arrow.source, arrow.target) for arrow in arrows(steps)], KEY, unsure)


def figure(
    title: str,
    words: Mapping[str, Sequence[str]],
    classes: Mapping[str, str],
    edges: Sequence[tuple[str, str]],
    key: Sequence[tuple[str, str]],
    unsure: Collection[tuple[str, str]] = (),
) -> str:
    """Nodes with their lines of words and their class (one of KEY's first words), and arrows between them, as SVG."""
    sizes = {node: _size(said, mark=not classes[node].startswith("rule")) for node, said in words.items()}
    placed = layout(sizes, edges)
    width = max(placed.width, 760) + 2 * MARGIN
    height = placed.height + HEAD + 2 * MARGIN
    body = (*_arrows(placed, sizes, unsure), *_boxes(placed, sizes, words, classes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'role="img"><title>{escape(title)}</title>{_STYLE}{_HEAD}'
        f'<text class="title" x="{MARGIN:g}" y="{MARGIN:g}">{escape(title)}</text>{"".join(_key(key))}'
        f'<g transform="translate({MARGIN:g} {MARGIN + HEAD:g})">{"".join(body)}</g></svg>\n'
    )


def _size(said: Sequence[str], *, mark: bool) -> tuple[float, float]:
    longest = max((len(line) for line in said), default=1)
    return longest * (CHAR + 0.6 if mark else CHAR * 0.92) + (26 if mark else 18), len(said) * LINE + 12


def _arrows(
    placed: Layout, sizes: Mapping[str, tuple[float, float]], unsure: Collection[tuple[str, str]]
) -> Iterator[str]:
    for (source, target), way in placed.ways.items():
        back = way[0][0] > way[-1][0]
        first, last = _side(way[0], sizes[source], left=back), _side(way[-1], sizes[target], left=not back)
        dashed = ' class="also"' if (source, target) in unsure else ""
        yield f'<path{dashed} marker-end="url(#tip)" d="{_curve([first, *way[1:-1], last])}"/>'


def _side(centre: Point, size: tuple[float, float], *, left: bool) -> Point:
    return centre[0] + (-size[0] if left else size[0]) / 2, centre[1]


def _curve(points: Sequence[Point]) -> str:
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (u, v) in itertools.pairwise(points):
        middle = (x + u) / 2
        parts.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {v:.1f} {u:.1f} {v:.1f}")
    return "".join(parts)


def _boxes(
    placed: Layout,
    sizes: Mapping[str, tuple[float, float]],
    words: Mapping[str, Sequence[str]],
    classes: Mapping[str, str],
) -> Iterator[str]:
    for node, said in words.items():
        yield _box(placed.centres[node], sizes[node], said, classes[node])


def _box(centre: Point, size: tuple[float, float], said: Sequence[str], kind: str) -> str:
    (x, y), (width, height) = centre, size
    round_ = height / 2 if kind == "status" else 4
    lines = "".join(
        f'<text x="{x:.1f}" y="{y + (n - (len(said) - 1) / 2) * LINE:.1f}">{escape(line)}</text>'
        for n, line in enumerate(said)
    )
    return (
        f'<g class="{kind}"><rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="{round_:g}"/>{lines}</g>'
    )


def _key(key: Sequence[tuple[str, str]]) -> Iterator[str]:
    left = MARGIN
    for kind, text in key:
        yield _box((left + 12, MARGIN + 30), (24, 16), (), kind)
        yield f'<text class="key" x="{left + 32:.1f}" y="{MARGIN + 30:g}">{text}</text>'
        left += 32 + len(text) * CHAR + 22
