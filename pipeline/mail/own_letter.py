"""Our own letters inside other mail, quoted or forwarded: what they repeat of an order orders nothing."""

import re
from dataclasses import replace
from typing import Final

from maild.domain.mail import Mail

_LINE: Final = re.compile(r"-- Please reply above this line --[\s>|]{0,12}\[ref:[tns]", re.I)


def above(mail: Mail) -> Mail:
    """The mail without what stands below the reply line that opens each letter of ours."""
    text, html = _LINE.search(mail.text), _LINE.search(mail.html or "")
    if text is None and html is None:
        return mail
    return replace(
        mail,
        text=mail.text[: text.start()] if text else mail.text,
        html=mail.html[: html.start()] if html and mail.html else None,
    )
