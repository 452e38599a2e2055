"""What the author of a reply newly wrote, and what was cut off below, above and between.

Our own marker counts first. Then lines are told apart once (quotation, attribution, copied header, rule, text) and
the kinds decide; no test looks at more than a few lines, so the time is linear. Words are rather kept than cut: where
text stands between quotations, they are answers, and everything stays. Closing formulas with a name below count as
signature, a bare "Thanks, Jane" does not.
"""

from typing import Final

from pipeline.mail import attributions, html_text, phrases, quoted_headers, reply_html, signatures

TOKEN: Final = "[ref:"  # what clients leave of the marker line, whatever they do to the words before it
MOST_LINES: Final = 20_000

Lines = list[str]
GREETING: Final = 5  # words; a first line no longer than this that ends in a comma is a greeting, not yet an answer
WRAPPED: Final = 55  # characters; quotation longer than this may have been wrapped by the answering program


def split_reply(text: str, html: str | None, made_of_html: bool = False) -> tuple[str, str]:
    """(newly written, cut off). The plain text is read where the author's program sent one, else the HTML.

    ``made_of_html`` says that ``text`` is only the HTML as text.
    """
    from_html = html is not None and (made_of_html or not text.strip())
    told = reply_html.to_text(html) if html and from_html else text
    whole = html_text.to_text(html) if html and from_html and not text.strip() else text
    kept = _new_lines(_before_marker(told).replace("\r\n", "\n").split("\n")[:MOST_LINES])
    reply = "\n".join(kept).strip()
    return reply, _cut_off(whole, reply)


def _before_marker(body: str) -> str:
    """What stands above our marker line; of a reply below it, everything."""
    at = body.find(TOKEN)
    if at < 0:
        return body
    start = body.rfind("\n", 0, at) + 1
    return body[:start] if body[:start].strip() else body


def _cut_off(body: str, reply: str) -> str:
    """The rest of the body, for unfolding: all of it where the reply is not one stretch of it."""
    if not reply:
        return body.strip()
    before, found, after = body.partition(reply)
    return f"{before.strip()}\n{after.strip()}".strip() if found else (body.strip() if reply != body.strip() else "")


def _new_lines(lines: Lines) -> Lines:
    lines = _unsigned_pgp(lines)
    lines, kinds = _told_apart(lines)
    lines, kinds = _without_trailing_signature(lines, kinds)
    lines, kinds = _without_quotation(lines, kinds)
    return _without_closing(lines)


def _unsigned_pgp(lines: Lines) -> Lines:
    if not any(line.startswith("-----BEGIN PGP SIGNED") for line in lines[:5]):
        return lines
    start = next((at for at, line in enumerate(lines) if not line.strip()), 0) + 1
    end = next((at for at, line in enumerate(lines) if line.startswith("-----BEGIN PGP SIGNATURE")), len(lines))
    return lines[start:end]


def _told_apart(lines: Lines) -> tuple[Lines, str]:
    """Lines and one letter each: e empty, q quotation, b attribution or separator, h copied header, r rule, m mobile
    signature, t text. Wrapped attributions become one line."""
    out: Lines = []
    kinds: list[str] = []
    at = 0
    verbs = attributions.verbs_in(lines)
    while at < len(lines):
        kind, count = _kind(lines, at, verbs)
        parted = attributions.split_off(lines[at]) if kind == "b" and count == 1 else None
        if parted:
            out += parted
            kinds += ["t", "b"]
            at += 1
            continue
        out.append(" ".join(line.strip() for line in lines[at : at + count]) if count > 1 else lines[at])
        kinds.append(kind)
        at += count
    return out, "".join(kinds)


def _kind(lines: Lines, at: int, verbs: tuple[str, ...]) -> tuple[str, int]:
    line = lines[at]
    if not line.strip():
        return "e", 1
    if len(line) > 2000:
        return "t", 1
    if quoted_headers.is_separator(line):
        return "b", 1
    count = attributions.find(lines, at, verbs)
    if count:
        return ("q" if _is_quotation(line) and at and _is_quotation(lines[at - 1]) else "b"), count
    if _is_quotation(line):
        return "q", 1
    count = quoted_headers.find(lines, at)
    if count:
        return "h", count
    if signatures.is_rule(line):
        return "r", 1
    return ("m" if signatures.is_mobile(line) else "t"), 1


def _is_quotation(line: str) -> bool:
    """ "> ", "| " and the initials of old programs ("JD> ")."""
    start = line.lstrip()[:12]
    return start[:1] in (">", "|") or (">" in start and start.partition(">")[0].isalpha())


def _without_trailing_signature(lines: Lines, kinds: str) -> tuple[Lines, str]:
    """Cut at the first mobile signature or delimiter that has text above it."""
    for at in range(max(kinds.find("t"), 0), len(kinds)):
        kind = kinds[at]
        if kind == "m" or (kind == "r" and _ends_letter(lines, kinds, at)):
            return lines[:at], kinds[:at]
    return lines, kinds.replace("r", "t").replace("m", "t")


def _ends_letter(lines: Lines, kinds: str, at: int) -> bool:
    """Whether a rule is the end of the letter, and not the rule of a table or between sections of it."""
    if signatures.is_delimiter(lines[at]) and lines[at].strip()[0] in "-_—–":
        return True
    following = kinds[at + 1 : at + 60].lstrip("er")
    if not following or following[0] in "bhq":
        return True
    below = kinds[at + 1 : at + 200]
    card = kinds[at - 1] == "e" and below.count("t") <= signatures.LONGEST_CARD
    return card and signatures.is_card(lines[at + 1 : at + 200])


def _without_quotation(lines: Lines, kinds: str) -> tuple[Lines, str]:
    marker = next((at for at, kind in enumerate(kinds) if kind in "bh"), None)
    if marker is not None and "t" in kinds[:marker]:
        if not _answers_inline(lines, kinds, marker):
            return lines[:marker], kinds[:marker]
    elif marker is not None:
        answer = _answer_below(kinds, marker)
        if answer is not None:
            return lines[answer:], kinds[answer:]
    lines = [line for line, kind in zip(lines, kinds, strict=True) if kind not in "bh"]
    kinds = kinds.replace("b", "").replace("h", "")
    if "t" in kinds:
        end = len(kinds.rstrip("eq"))
        return lines[:end], kinds[:end]
    return lines, kinds


def _answers_inline(lines: Lines, kinds: str, marker: int) -> bool:
    """Whether text below the attribution answers the quotation: piece by piece, or announced above it.

    Text that only follows one quotation, with an answer above, is nearly always a disclaimer or a footer.
    """
    if kinds[marker] == "h" or quoted_headers.is_separator(lines[marker]):
        return False
    runs = _runs(lines[marker + 1 :], kinds[marker + 1 :])
    if not runs.startswith("q") or "t" not in runs:
        return False
    said = [line for line, kind in zip(lines[:marker], kinds[:marker], strict=True) if kind == "t"]
    above = " ".join(said).lower()
    if len(said) == 1 and len(above.split()) <= GREETING and above.endswith((",", "!")):
        return True
    return "qtq" in runs or any(word in above for word in phrases.BELOW)


def _runs(lines: Lines, kinds: str) -> str:
    """Stretches of text ("t") and quotation ("q") in order, one letter a stretch.

    A line of text right below a long line of quotation is the wrapped end of it.
    """
    runs = ""
    for at, kind in enumerate(kinds):
        if kind not in "qbt":
            continue
        wrapped = kind == "t" and at > 0 and kinds[at - 1] == "q" and len(lines[at - 1]) > WRAPPED
        letter = "t" if kind == "t" and not wrapped else "q"
        runs += letter if runs[-1:] != letter else ""
    return runs


def _answer_below(kinds: str, marker: int) -> int | None:
    """Where the answer begins below the quotation, when nothing stands above it: index of its first line."""
    last = max(kinds.rfind("q"), kinds.rfind("b"), kinds.rfind("h"))
    tail = kinds[last + 1 :]
    between = kinds[marker + 1 : last + 1]
    if "t" in between or "t" not in tail or "q" not in between:
        return None
    return last + 1 + tail.index("t")


def _without_closing(lines: Lines) -> Lines:
    at = signatures.closing(lines)
    return lines[:at] if at else lines
