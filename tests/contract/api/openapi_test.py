#!/usr/bin/env python3
"""tests/golden/openapi.json, which is what the daemon answers, is valid OpenAPI 3.1, and docs/reference/api.md tells people
of all that it has: openapi_test.py SOURCE"""

import json
import pathlib
import re
import sys
import unittest

import jsonschema
import openapi_spec_validator

SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
METHODS = {"get", "post", "put", "delete"}


def operations(document):
    """(method, path, operation) of all pages."""
    return [(method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()
            if method in METHODS]


def members_of(schema):
    """The names of all members, also of objects inside."""
    found = set(schema.get("properties", {}))
    inside = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    inside = [each for each in inside if isinstance(each, dict)]
    return found.union(*(members_of(each) for each in inside))


def schemas_of(value):
    """Every value under the name "schema"."""
    if isinstance(value, list):
        return [found for each in value for found in schemas_of(each)]
    if not isinstance(value, dict):
        return []
    own = [value["schema"]] if "schema" in value else []
    return own + [found for each in value.values() for found in schemas_of(each)]


def sections(page):
    """The text of every page of the API by (method, path), with NAME for what stands in braces."""
    found = {}
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        method, path = re.fullmatch(r"`(\w+) ([^?`]+)(?:\?[^`]*)?`", title).groups()
        found[method.lower(), path] = title + text.split("\n## ")[0]
    return found


class Description(unittest.TestCase):
    def setUp(self):
        self.document = json.loads((SOURCE / "tests/golden/openapi.json").read_text(encoding="utf-8"))
        self.page = (SOURCE / "docs/reference/api.md").read_text(encoding="utf-8")

    def validate(self):
        """The document, and each schema in it: OpenAPI 3.1's are JSON Schema."""
        openapi_spec_validator.validate(self.document, cls=openapi_spec_validator.OpenAPIV31SpecValidator)
        for schema in schemas_of(self.document):
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_it_is_valid(self):
        self.validate()

    def test_what_is_not_valid_is_seen(self):
        page = self.document["paths"]["/v1/users"]["post"]
        page["requestBody"]["content"]["application/json"]["schema"]["type"] = "record"
        with self.assertRaises(jsonschema.SchemaError):
            self.validate()
        del page["responses"]["200"]["description"]
        with self.assertRaises(openapi_spec_validator.validation.exceptions.OpenAPIValidationError):
            self.validate()

    def test_every_operation_has_an_id_and_a_role(self):
        ids = [operation["operationId"] for _, _, operation in operations(self.document)]
        self.assertEqual(len(ids), len(set(ids)))
        roles = {operation["x-muster-role"] for _, _, operation in operations(self.document)}
        self.assertEqual(roles, {"viewer", "operator", "admin"})

    def test_people_are_told_of_every_page_and_member(self):
        told = sections(self.page)
        for method, path, operation in operations(self.document):
            with self.subTest(f"{method} {path}"):
                text = told[method, re.sub(r"\{\w+\}", "NAME", path)]
                named = set(re.findall(r"`([a-z_]+)`", text)) | set(re.findall(r'"([a-z_]+)":', text))
                parameters = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
                for name in parameters:
                    self.assertRegex(text, rf"\b{name}\b")
                body = operation.get("requestBody")
                wanted = members_of(body["content"]["application/json"]["schema"]) if body else set()
                # A page may have the members of another one, which its text names.
                for other in re.findall(r"`(POST|GET|PUT) (/v1/[a-z/]+)`", text):
                    named |= set(re.findall(r"`([a-z_]+)`", told[other[0].lower(), other[1]]))
                self.assertEqual(wanted - named, set())

    def test_people_are_told_of_every_member_of_an_answer(self):
        named = set(re.findall(r"`([a-z0-9_]+)`", self.page))
        for method, path, operation in operations(self.document):
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
            self.assertEqual(members_of(answer) - named, set(), f"{method} {path}")


if __name__ == "__main__":
    unittest.main()
