"""The API's own description (tests/golden/openapi.json), against what it is really asked and answers."""

import functools
import json
import re

import jsonschema

from units import SOURCE


def closed(schema):
    """The schema without room for members that it does not name: clients must expect new ones, and a test must not."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(value) for name, value in schema.items()}
    if isinstance(made.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


@functools.cache
def pages():
    """(pattern of the path, method, schema of the body or None, schema of the answer)"""
    document = json.loads((SOURCE / "tests/golden/openapi.json").read_text(encoding="utf-8"))
    made = []
    for path, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method, operation in item.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
            made.append((pattern, method.upper(), body and validator(body), validator(answer)))
    # A path without a name in it is told from one with a name first.
    return sorted(made, key=lambda page: "[^/]+" in page[0].pattern)


def validator(schema):
    return jsonschema.Draft202012Validator(closed(schema))


def check(method, page, body, answer):
    """Fails when the description says otherwise of a request that was granted."""
    path = page.partition("?")[0]
    asked, answered = next((page[2], page[3]) for page in pages() if page[1] == method and page[0].fullmatch(path))
    if body is not None and asked is not None:
        # As it was sent: a tuple is a list then.
        asked.validate(json.loads(json.dumps(body)))
    answered.validate(answer)
