"""compose.yaml is whole: its variables are known, its files are there, and only the proxy is seen from outside."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings

pytestmark = pytest.mark.once

TEXT = (settings.ROOT / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OWN = {"DOMAIN", "NETWORK", "POSTGRES_PASSWORD"}  # of the file itself
IMAGE = re.compile(r"[a-z]+(:[0-9.]+)?")  # a name, and no address


def known_variables() -> set[str]:
    """Those that docs/configuration.md lists, which has all that the settings read."""
    listed = (settings.ROOT / "docs" / "configuration.md").read_text()
    return {name for row in re.findall(r"^\| (`.*?) \|", listed, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def test_every_variable_of_the_server_is_one_that_it_reads() -> None:
    read = (settings.ROOT / "config" / "settings.py").read_text() + (settings.ROOT / "config" / "ports.py").read_text()

    for name in SERVICES["server"]["environment"]:
        assert name in known_variables()
        assert f'"{name}"' in read


def test_every_variable_of_the_file_is_its_own_or_the_servers() -> None:
    named = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))

    assert named <= OWN | known_variables()
    described = (settings.ROOT / "docs" / "containers.md").read_text()
    assert all(f"{name}=" in described or f"`{name}`" in described for name in named)


def test_secrets_come_from_outside() -> None:
    for name in ("POSTGRES_PASSWORD", "SECRET_KEY", "DOMAIN"):
        assert f"${{{name}:?" in TEXT
    assert ".env" in (settings.ROOT / ".gitignore").read_text().split()


def test_only_the_proxy_is_seen_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert "web" not in SERVICES["database"]["networks"]
    server, proxy = (SERVICES[name]["networks"]["web"]["ipv4_address"] for name in ("server", "proxy"))
    assert (
        SERVICES["server"]["environment"]["TRUSTED_PROXIES"]
        == proxy
        != server
        == SERVICES["proxy"]["environment"]["SERVER"]
    )


def test_each_service_has_a_health_check_and_starts_again() -> None:
    for service in SERVICES.values():
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"
        assert "no-new-privileges:true" in service["security_opt"]
        assert IMAGE.fullmatch(service["image"])
    assert SERVICES["server"]["read_only"]


def test_the_proxy_and_the_server_share_the_pictures() -> None:
    volumes = [volume.split(":") for service in ("server", "proxy") for volume in SERVICES[service]["volumes"]]
    (theirs,) = {target for name, target, *mode in volumes if name == "media" and mode == ["ro"]}

    assert f"alias {theirs}/;" in (settings.ROOT / "deploy" / "nginx.conf").read_text()
    assert ["media", "/var/lib/latchkey/media"] in volumes
