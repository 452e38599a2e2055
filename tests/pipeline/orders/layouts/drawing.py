"""A seed to a drawn layout: always the same."""

# ruff: noqa: E501 (what is printed stays on its line)

import random

from tests.pipeline.orders.layouts.as_forward import draw_forward
from tests.pipeline.orders.layouts.as_html import draw_html
from tests.pipeline.orders.layouts.as_pdf import FONTS_THERE, draw_pdf
from tests.pipeline.orders.layouts.as_prose import draw_prose
from tests.pipeline.orders.layouts.as_sheets import draw_csv, draw_xlsx
from tests.pipeline.orders.layouts.as_text import draw_text
from tests.pipeline.orders.layouts.drawn import Drawn
from tests.pipeline.orders.layouts.facts import LANGUAGES, draw_facts

WAYS = {
    "text": draw_text, "prose": draw_prose, "html": draw_html, "csv": draw_csv, "xlsx": draw_xlsx, "pdf": draw_pdf, "forward": draw_forward,
}  # fmt: skip


def draw(seed: int) -> Drawn:
    """Languages take turns, then formats, so that any stretch of seeds holds all of them."""
    language = LANGUAGES[seed % len(LANGUAGES)]
    way = list(WAYS)[seed // len(LANGUAGES) % len(WAYS)]
    if way == "pdf" and language in ("pl", "ru") and not FONTS_THERE:
        way = "html"
    dice = random.Random(f"{language} {way} {seed}")
    return WAYS[way](seed, draw_facts(language, dice, plain=way == "prose"))
