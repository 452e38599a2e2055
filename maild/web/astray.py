"""What went wrong on a customer's page: in the language of their browser, with the way back."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers

from maild.web import spoken
from maild.web.problem import Problem

PAGES = ("/o/", "/my/", "/my-orders", "/articles", "/forms/", "/rate/")
KNOWN = {404: "there is no such page", 413: "that is too much at once"}
"""What is said of a status where the problem itself is told in English only."""


def is_customers(path: str) -> bool:
    return path.startswith(PAGES)


def told(problem: Problem, scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """What the page of an error needs: ``problem`` in the reader's language, ``t``, ``lang``, and the ``way`` back."""
    otherwise = scope["app"].state.house.desk().config.letters.language
    language = spoken.of_browser(Headers(scope=scope).get("accept-language", ""), otherwise)
    return {"problem": _in(language, problem), "way": _way(scope), **spoken.speaking(language)}


def _in(language: str, problem: Problem) -> Problem:
    hint = problem.hint or ("send fewer files, or smaller ones" if problem.status == 413 else "")
    if not language:
        return replace(problem, hint=hint)
    words = spoken.words(language)
    said = set(words.values())
    if problem.what in said:
        return problem
    otherwise = words[KNOWN.get(problem.status, "that cannot be done here")]
    what = words.get(problem.pattern or problem.what, otherwise).format(**problem.values)
    return replace(problem, what=what, hint=hint if hint in said else words.get(hint, ""))


def _way(scope: MutableMapping[str, Any]) -> tuple[str, str]:
    """Where the page was that a form was sent from, else where else to go, with its words; "" for nowhere."""
    path = scope["path"]
    if scope["method"] == "POST":
        return quote("/".join(path.split("/")[:3])), "Go back"
    if path.startswith("/articles/"):
        return "/articles", "All questions and answers"
    return ("", "") if path.startswith(("/forms/", "/articles", "/my-orders")) else ("/my-orders", "Your orders")
