"""A blueprint as a picture: states, and the transitions between them as boxes with who takes them. SVG and Mermaid."""

from collections.abc import Iterator, Mapping
from textwrap import wrap

from maild.domain.plurals import counted
from rules.blueprint_model import Blueprint, State, Transition
from rules.flow_picture import figure

KEY = (
    ("status", "a state"),
    ("tag", "the end of the way"),
    ("rule person", "by a person"),
    ("rule", "by the customer's answer"),
    ("rule clock", "by itself"),
)
ANYWHERE = "anywhere"


def picture(blueprint: Blueprint, live: Mapping[str, int] | None = None) -> str:
    """``live`` is the number of tickets in each state, shown below its name."""
    words = {f"state {s.name}": _words(s, live) for s in blueprint.states.values()}
    classes = {f"state {s.name}": "tag" if s.final else "status" for s in blueprint.states.values()}
    edges = []
    for transition in blueprint.transitions.values():
        node = f"transition {transition.name}"
        words[node] = [*wrap(transition.label, 26), *wrap(_terms(transition), 34)]
        classes[node] = f"rule {_kind(transition)}".strip()
        edges += [(f"state {source}", node) for source in _sources(blueprint, transition)]
        edges.append((node, f"state {transition.to}"))
    if any(transition.common for transition in blueprint.transitions.values()):
        words[f"state {ANYWHERE}"], classes[f"state {ANYWHERE}"] = ["any state"], "status"
    return figure(blueprint.label, words, classes, edges, KEY)


def _sources(blueprint: Blueprint, transition: Transition) -> list[str]:
    """In the order of the file; a common transition begins in a place of its own, or arrows would hide the rest."""
    return [ANYWHERE] if transition.common else [s for s in blueprint.states if s in transition.sources]


def _words(state: State, live: Mapping[str, int] | None) -> list[str]:
    limit = f"{state.status.word}, {state.limit.after}" if state.limit else state.status.word
    count = live.get(state.name, 0) if live is not None else None
    return [state.label, limit, *([counted(count, "ticket")] if count is not None else [])]


def _terms(transition: Transition) -> str:
    """Who takes it, and what it asks for."""
    if transition.on_reply:
        return "the customer answers"
    if transition.automatic:
        return f"after {transition.after}" if transition.after else "by itself"
    asks = [*transition.needs, *(["comment"] if transition.comment else [])]
    asks += ["attachment"] if transition.attachment else []
    return str(transition.who) + (f"; needs {', '.join(asks)}" if asks else "")


def _kind(transition: Transition) -> str:
    return "clock" if transition.automatic else "" if transition.on_reply else "person"


def mermaid(blueprint: Blueprint, live: Mapping[str, int] | None = None) -> str:
    """The same as text that Mermaid draws: a state diagram."""
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _lines(blueprint, live))]) + "\n"


def _lines(blueprint: Blueprint, live: Mapping[str, int] | None) -> Iterator[str]:
    for state in blueprint.states.values():
        yield f'state "{_quoted(" - ".join(_words(state, live)))}" as {_id(state.name)}'
    if any(transition.common for transition in blueprint.transitions.values()):
        yield f'state "any state" as {_id(ANYWHERE)}'
    yield f"[*] --> {_id(blueprint.start)}"
    for transition in blueprint.transitions.values():
        for source in _sources(blueprint, transition):
            told = _quoted(f"{transition.label} ({_terms(transition)})")
            yield f"{_id(source)} --> {_id(transition.to)}: {told}"
    for state in blueprint.states.values():
        if state.final:
            yield f"{_id(state.name)} --> [*]"


def _id(name: str) -> str:
    return "s_" + name.replace("_", "__").replace("-", "_")


def _quoted(text: str) -> str:
    """A colon or a semicolon would end the words."""
    return text.replace('"', "'").replace(":", " ").replace(";", ",").replace("\n", " ")
