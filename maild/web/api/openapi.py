"""The OpenAPI 3.1 document, made of the very rows that the addresses are made of."""

import re
from typing import Any

from maild import __version__
from maild.control.tokens import SCOPES
from maild.web.api.endpoint import LINES, Endpoint, Schema
from maild.web.api.event_schemas import calls, data_schemas

BASE = "/api/v1"
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "hint": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "detail"],
}
FAILURES = {
    "400": "The request is not understood.",
    "401": "No token that works was given.",
    "403": "The token, or its user, may not do this.",
    "404": "What was named is not there.",
    "409": "It was changed meanwhile (version in the body).",
    "412": "It was changed meanwhile (If-Match).",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "422": "The content cannot be used, or the rules refuse it, with the reason.",
    "429": "Too many requests; Retry-After says when.",
    "503": "Not just now; Retry-After says when.",
}
_PART = re.compile(r"\{(\w+)(:int|:path)?\}")


def document(endpoints: tuple[Endpoint, ...], server: str) -> dict[str, Any]:
    """``server`` is the public base address, "" for wherever the document was found."""
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        paths.setdefault(address(endpoint.path), {})[endpoint.method.lower()] = _operation(endpoint)
    scopes = "\n".join(f"* `{name}`: {text}" for name, text in SCOPES.items())
    return {
        "openapi": "3.1.0",
        "info": {"title": "maild", "version": __version__, "description": f"Scopes of tokens:\n\n{scopes}"},
        "servers": [{"url": server or "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": calls(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {status: _failure(text) for status, text in FAILURES.items()},
            "schemas": {"Problem": PROBLEM, **{name: _inlined(one) for name, one in data_schemas().items()}},
        },
    }


def address(path: str) -> str:
    """As the document and the page of the API name it."""
    return BASE + _PART.sub(r"{\1}", path)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": f"Scope: `{endpoint.scope}`.",
        "parameters": [*_of_path(endpoint), *_of_query(endpoint), *_of_head(endpoint)],
        "responses": {
            str(endpoint.status): {
                "description": "Done.",
                "content": _content(endpoint),
            },
            **{status: {"$ref": f"#/components/responses/{status}"} for status in FAILURES},
        },
    }
    if endpoint.body is not None:
        schema = _inlined(endpoint.body.model_json_schema())
        found["requestBody"] = {"required": endpoint.needs_body, "content": {"application/json": {"schema": schema}}}
    return found


def _content(endpoint: Endpoint) -> Schema:
    if endpoint.media == LINES:
        return {LINES: {"schema": {"type": "string"}}, "application/json": {"schema": endpoint.answer}}
    return {endpoint.media: {"schema": endpoint.answer}}


def _failure(text: str) -> Schema:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": text, "content": {"application/problem+json": problem}}


def _of_path(endpoint: Endpoint) -> list[Schema]:
    number: Schema = {"type": "integer", "minimum": 1, "maximum": 10**15}
    return [
        {"name": name, "in": "path", "required": True, "schema": number if kind == ":int" else {"type": "string"}}
        for name, kind in _PART.findall(endpoint.path)
    ]


def _of_query(endpoint: Endpoint) -> list[Schema]:
    if endpoint.query is None:
        return []
    properties = _inlined(endpoint.query.model_json_schema()).get("properties", {})
    return [{"name": name, "in": "query", "schema": _present(schema)} for name, schema in properties.items()]


def _present(schema: Schema) -> Schema:
    """What is left out is null; what is given is not."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else {k: v for k, v in schema.items() if k not in ("default", "title")}


def _of_head(endpoint: Endpoint) -> list[Schema]:
    found = []
    if endpoint.writes:
        key = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if endpoint.of_ticket:
        found.append({"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}})
    return found


def _inlined(schema: Schema) -> Schema:
    """Without $defs: each reference replaced by what it names."""
    defs = schema.get("$defs", {})

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return walk(defs[value["$ref"].rpartition("/")[2]])
            return {name: walk(inner) for name, inner in value.items() if name != "$defs"}
        return [walk(inner) for inner in value] if isinstance(value, list) else value

    found: Schema = walk(schema)
    return found
