"""Triggers as values, and those of one event line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maild.domain.condition_nodes import Node
from maild.domain.conditions import Conditions
from maild.domain.needles import Needles
from rules.action_model import Action


@dataclass(frozen=True, slots=True)
class Trigger:
    """Asked on the events ``on``, in file order. ``where`` is its place in the rule file."""

    name: str
    on: frozenset[str]
    conditions: Conditions
    actions: tuple[Action, ...]
    outside_matrix: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """``asks`` has for each trigger the numbers of its lines in order; its ``any`` is the last, as one line.

    By line, ``nodes`` is what it asks and ``terms`` of which term, where it is of one; by term, ``words`` are all that
    lines look for in it; by name of a term or stamp, ``about`` has the lines that may differ with it.
    """

    triggers: tuple[Trigger, ...] = ()
    asks: tuple[tuple[int, ...], ...] = ()
    nodes: tuple[Node, ...] = ()
    terms: tuple[tuple[str, bool] | None, ...] = ()
    words: Mapping[tuple[str, bool], Needles] = field(default_factory=dict)
    about: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
