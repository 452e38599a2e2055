"""Ratios from interleaved pairs: on a machine that others use too, only what ran side by side can be compared."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio or value. ``met`` is None where nothing was promised or its baseline could not run."""

    name: str
    target: str
    measured: str
    met: bool | None
    how: str

    @property
    def line(self) -> str:
        mark = {True: "ok", False: "SHORT", None: "-"}[self.met]
        return f"{mark:5}  {self.name:44}  {self.target:14}  {self.measured:24}  {self.how}"


def pairs(rounds: int, ours: Callable[[], float], theirs: Callable[[], float]) -> list[tuple[float, float]]:
    """Measure one after the other, so many times; the first pair only warms up and is left out."""
    return [(ours(), theirs()) for _ in range(rounds + 1)][1:]


def at_least(name: str, bound: float, measured: Iterable[tuple[float, float]], how: str) -> Figure:
    """Ours must be so many times theirs (rates)."""
    ratio, shown = _ratio(measured)
    return Figure(name, f">= {bound:g} x", shown, ratio >= bound, how)


def at_most(name: str, bound: float, measured: Iterable[tuple[float, float]], how: str) -> Figure:
    """Ours may be so many times theirs (times, sizes)."""
    ratio, shown = _ratio(measured)
    return Figure(name, f"<= {bound:g} x", shown, ratio <= bound, how)


def unbound(name: str, bound: float, measured: Iterable[tuple[float, float]], how: str) -> Figure:
    """To be known; ``bound`` is promised elsewhere."""
    return Figure(name, "", _ratio(measured)[1], None, how)


def below(name: str, bound: float, unit: str, values: Iterable[float], how: str) -> Figure:
    """A plain bound."""
    values = sorted(values)
    middle = median(values)
    return Figure(name, f"<= {bound:g} {unit}", f"{middle:.3g} {unit} [{_span(values)}]", middle <= bound, how)


def absent(name: str, why: str) -> Figure:
    return Figure(name, "", "not measured", None, why)


def _ratio(measured: Iterable[tuple[float, float]]) -> tuple[float, str]:
    ratios = sorted(ours / theirs for ours, theirs in measured)
    return median(ratios), f"{median(ratios):.2f} x [{_span(ratios)}]"


def _span(values: list[float]) -> str:
    return f"{values[0]:.3g}-{values[-1]:.3g}"
