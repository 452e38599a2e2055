"""Reading orders: drawn PDFs beside the bare text that pdfplumber finds in them, and documents a second by format."""

import importlib.util
import io
import time
from collections.abc import Callable, Iterable

from bench import figures
from bench.figures import Figure
from pipeline.orders.read import read_document, read_orders
from tests.pipeline.orders.drawn import draw
from tests.pipeline.orders.letters import LETTERS
from tests.pipeline.orders.test_hostile_attachments import book

ROUNDS, DRAWN = 5, 20


def run() -> list[Figure]:
    sheets = [draw(seed).data for seed in range(DRAWN)]
    mails = [letter.mail() for letter in LETTERS]
    workbook = book()
    return [
        _beside(sheets),
        _rate("reading: drawn PDF", DRAWN, lambda: [read_document("order.pdf", data) for data in sheets]),
        _rate("reading: a letter's text or HTML", len(mails), lambda: [read_orders(mail) for mail in mails]),
        _rate("reading: XLSX", DRAWN, lambda: [read_document("order.xlsx", workbook) for _ in range(DRAWN)]),
    ]


def _beside(sheets: Iterable[bytes]) -> Figure:
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
    return figures.at_most(name, 1, figures.pairs(ROUNDS, ours, theirs), "processor time, drawn layouts")


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
    return Figure(name, "", f"{rates[ROUNDS // 2]:.0f} a second", None, f"processor time, {count} documents")
