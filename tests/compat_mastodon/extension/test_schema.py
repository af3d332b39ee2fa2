"""The description of the extension: where it is, and that its examples are true."""

import re
from typing import Any

import jsonschema

from compat_mastodon.extension.schema import Extension
from compat_mastodon.extension.urls import VIEWS

DOCS = "/api/docs/latchkey/"
DOCUMENT = Extension().get_schema(public=True)


def test_every_path_is_described(client: Any) -> None:
    answer = client.get(f"{DOCS}schema?format=json")

    assert answer.status_code == 200
    assert len(answer.json()["paths"]) == len(VIEWS)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', answer.content.decode()))
    assert named <= answer.json()["components"]["schemas"].keys()


def test_examples_are_as_described() -> None:
    checked = 0
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            contents = [
                *operation.get("requestBody", {}).get("content", {}).values(),
                *operation["responses"]["200"]["content"].values(),
            ]
            for content in contents:
                if "example" in content:
                    schema = content["schema"] | {"components": DOCUMENT["components"]}
                    jsonschema.validate(content["example"], schema)
                    checked += 1
    assert checked > 20


def test_the_viewer_is_there(client: Any) -> None:
    answer = client.get(DOCS)

    assert answer.status_code == 200
    assert f"{DOCS}schema" in client.get(f"{DOCS}?script=").content.decode()
