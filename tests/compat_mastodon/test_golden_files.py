"""That no entity is without its golden file, and no golden file without its test."""

import re
from collections.abc import Iterator
from pathlib import Path

from compat_mastodon import answers, root_urls, shapes
from compat_mastodon.moderating import schema as moderating
from tests.compat_mastodon import reference_moderation, reference_notifications, reference_people, reference_server
from tests.compat_mastodon.golden_files import GOLDEN

FILES = {path.stem for path in GOLDEN.glob("*.json")}
REFERENCES = (reference_people, reference_server, reference_notifications, reference_moderation)
OUTSIDE_THE_API = {  # what each path there answers with; None is XML, a word, or nothing in it
    "oauth/token": "token",
    "oauth/token/info": "token_info",
    "oauth/revoke": None,
    "oauth/userinfo": "user_info",
    ".well-known/oauth-authorization-server": "authorization_server",
    ".well-known/nodeinfo": "node_info_links",
    ".well-known/host-meta": None,
    ".well-known/webfinger": "web_finger",
    "nodeinfo/2.0": "node_info",
    "health": None,
}


def test_every_golden_file_is_what_a_test_compares_with() -> None:
    compared = (
        name
        for path in Path(__file__).parent.glob("test_*.py")
        for name in re.findall(r'golden\(\s*"(\w+)"', path.read_text("utf-8"))
    )

    assert set(compared) == FILES


def test_every_entity_of_the_description_has_a_golden_file_and_types() -> None:
    """The server keeps to the description (`test_schema`): of what is not named there it sends an empty list."""
    components = shapes.COMPONENTS.keys() | moderating.COMPONENTS.keys()
    assert {_file(name) for name in components} <= FILES
    assert components <= {name for module in REFERENCES for name in vars(module)}


def test_no_answer_is_described_but_by_entities() -> None:
    described = [each for tables in (answers, moderating) for each in (tables.GETS, tables.WRITES, tables.DELETES)]
    for route, shape in (item for table in described for item in table.items()):
        assert not any("properties" in part for part in _parts(shape)), route


def test_every_path_outside_the_api_has_a_golden_file() -> None:
    assert OUTSIDE_THE_API.keys() == root_urls.MACHINE.keys()
    assert set(filter(None, OUTSIDE_THE_API.values())) <= FILES


def _file(entity: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", entity).lower()


def _parts(shape: shapes.Shape) -> Iterator[shapes.Shape]:
    yield shape
    if "items" in shape:
        yield from _parts(shape["items"])
