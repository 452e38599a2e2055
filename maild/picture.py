"""Bar charts as SVG that needs nothing else: no script, no font, no style from elsewhere; dark where the reader is."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, FOOT, HEAD = 800, 240, 70, 40, 30
MOST_BARS = 60
WIDEST = 90
LETTER = 6.5  # px of an average letter
_STYLE = (
    "<style>text{font:11px system-ui,sans-serif;fill:#333}rect{fill:#3b6ea5}line{stroke:#ccc}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}rect{fill:#7fb2e5}line{stroke:#555}}</style>"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """``bars`` are labels with values of 0 and more; beyond MOST_BARS the last ones are shown.

    ``top`` is what the scale goes to, 100 for shares in percent; without it to what the highest bar needs.
    """

    title: str
    bars: Sequence[tuple[str, float]]
    top: float | None = None


def svg(charts: Sequence[Chart]) -> str:
    """One picture with the charts below each other."""
    height = HEIGHT * max(len(charts), 1)
    drawn = "".join(f'<g transform="translate(0 {n * HEIGHT})">{_chart(chart)}</g>' for n, chart in enumerate(charts))
    title = escape("; ".join(chart.title for chart in charts) or "nothing to show")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" width="{WIDTH}">'
    return f"{head}<title>{title}</title>{_STYLE}{drawn or _text(LEFT, HEAD, 'nothing to show')}</svg>\n"


def html(charts: Sequence[Chart], columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A page of its own: the picture and the figures."""
    header = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    style = "body{font:14px system-ui,sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left}"
    title = escape(charts[0].title if charts else "Report")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
        f"{svg(charts)}<table><tr>{header}</tr>{body}</table></html>\n"
    )


def _chart(chart: Chart) -> str:
    bars = list(chart.bars)[-MOST_BARS:]
    top = chart.top or _round_up(max((value for _, value in bars), default=0))
    step = (WIDTH - LEFT - 10) / max(len(bars), 1)
    scale = (HEIGHT - HEAD - FOOT) / top
    whole = all(float(value).is_integer() for _, value in bars)
    parts = [_text(LEFT, 18, chart.title, "start"), *_grid(top, scale, whole=whole)]
    if not any(value for _, value in bars):
        parts.append(_text((WIDTH + LEFT) / 2, (HEIGHT + HEAD - FOOT) / 2, "nothing yet"))
    every = -(-len(bars) // 14)  # so many labels fit side by side
    for number, (label, value) in enumerate(bars):
        x, high = LEFT + number * step, max(value, 0) * scale
        told = f"<title>{escape(label)}: {value:,.10g}</title>"
        wide = min(step * 0.8, WIDEST)
        parts.append(_rect(x + (step - wide) / 2, HEIGHT - FOOT - high, wide, high, told))
        if number % every == 0:
            parts.append(_text(x + step / 2, HEIGHT - FOOT + 16, _cut(label, int(every * step / LETTER))))
    return "".join(parts)


def _cut(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: max(most - 1, 1)]}\u2026"


def _grid(top: float, scale: float, *, whole: bool) -> list[str]:
    """Lines for the eye; what is counted has no parts."""
    parts, lines = [], next((n for n in (4, 5, 2, 1) if not top % n), 4) if whole else 4
    for number in range(lines + 1):
        value = top * number / lines
        y = HEIGHT - FOOT - value * scale
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{value:,.6g}", "end"))
    return parts


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten, for the scale."""
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next((power * step for step in (1, 2, 2.5, 5, 10) if power * step >= value), value)


def _rect(x: float, y: float, width: float, height: float, inside: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">{inside}</rect>'


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
