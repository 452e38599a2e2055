"""Reading orders: documents a second by format, and whole PDF readings beside pdfplumber's bare text."""

import importlib.util
import io
import time
from collections.abc import Callable, Sequence

from bench import figures
from bench.figures import Figure
from pipeline.orders.read import read_document, read_orders
from tests.pipeline.orders import drawn as pages
from tests.pipeline.orders.layouts.drawing import WAYS, draw
from tests.pipeline.orders.layouts.drawn import Drawn
from tests.pipeline.orders.test_structured import CXML, EDIFACT, TRADACOMS, UBL, X12

ROUNDS, DRAWN, SEEDS = 5, 20, 70 * 4
STRUCTURED = {"X12": X12, "EDIFACT": EDIFACT, "UBL": UBL, "cXML": CXML, "TRADACOMS": TRADACOMS}


def run() -> list[Figure]:
    sheets = [pages.draw(seed).data for seed in range(DRAWN)]
    drawings = [draw(seed) for seed in range(SEEDS)]
    return [
        _beside(sheets),
        _rate("PDF, drawn pages", DRAWN, lambda: [read_document("order.pdf", data) for data in sheets]),
        *(_of_format(name, drawings) for name in WAYS),
        *(_of_messages(name, text.encode()) for name, text in STRUCTURED.items()),
    ]


def _of_format(name: str, drawings: Sequence[Drawn]) -> Figure:
    mine = [each for each in drawings if each.format == name]
    return _rate(f"{name}, drawn layouts", len(mine), lambda: [_read(each) for each in mine])


def _read(each: Drawn) -> object:
    return read_orders(each.mail) if each.mail else read_document(*each.document) if each.document else None


def _of_messages(name: str, data: bytes) -> Figure:
    return _rate(name, DRAWN, lambda: [read_document("order", data) for _ in range(DRAWN)])


def _beside(sheets: Sequence[bytes]) -> Figure:
    name = "reading: a whole PDF / pdfplumber's text"
    if importlib.util.find_spec("pdfplumber") is None:
        return figures.absent(name, "pdfplumber is not installed")
    plumber = importlib.import_module("pdfplumber")

    def theirs() -> float:
        began = time.process_time()
        for data in sheets:
            with plumber.open(io.BytesIO(data)) as opened:
                for page in opened.pages:
                    page.extract_text()
        return time.process_time() - began

    ours = _timed(lambda: [read_document("order.pdf", data) for data in sheets])
    return figures.at_most(name, 1, figures.pairs(ROUNDS, ours, theirs), "processor time, drawn pages")


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def timed() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return timed


def _rate(name: str, count: int, work: Callable[[], object]) -> Figure:
    timed = _timed(work)
    timed()
    rates = sorted(count / timed() for _ in range(ROUNDS))
    return Figure(
        f"reading: {name}", "", f"{rates[ROUNDS // 2]:.0f} a second", None, f"processor time, {count} documents"
    )
