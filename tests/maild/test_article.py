"""An article made of a resolution says what and how, and nobody's name."""

from dataclasses import replace

from maild.domain.article import file_name, markdown, personal
from tests.rules.builders import ticket


def test_an_article_says_what_and_how_and_obeys_no_html() -> None:
    text = markdown("The pump <drips>", "It drips & runs.", "# Turn it off\n<script>alert(1)</script>")
    assert text == (
        "# The pump &lt;drips>\n\nIt drips &amp; runs.\n\n## What to do\n\n"
        "\\# Turn it off\n&lt;script>alert(1)&lt;/script>\n"
    )
    assert markdown("Short", "", "Do it.") == "# Short\n\n## What to do\n\nDo it.\n"


def test_a_file_is_called_after_the_title_and_stays_in_its_folder() -> None:
    assert file_name(7, "Wie öffne ich das Ventil?") == "wie-offne-ich-das-ventil-7.md"
    assert file_name(7, "../../etc/passwd") == "etc-passwd-7.md"
    assert file_name(7, "阀门") == "article-7.md"
    assert len(file_name(7, "x" * 500)) < 100


def test_what_tells_whose_order_it_was_is_named() -> None:
    order = replace(ticket(), fields=(("po_number", "PO-4711"),))
    text = "Pat called from +49 30 1234567 (pat@buyer.example) of BUYER  works about po-4711; leek is fine."
    assert personal(order, text) == ["pat@buyer.example", "+49 30 1234567", "Pat", "Buyer Works", "PO-4711"]
    assert personal(order, "Turn the valve 90 degrees. Order AX-1 as a spare part.") == []
