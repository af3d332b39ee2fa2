"""`manage.py check` warns about a version of Django that nobody has tried."""

import django
import pytest
from django.core.checks import run_checks
from django.test import override_settings


def warnings() -> list[str]:
    return [str(message.id) for message in run_checks() if str(message.id).startswith("latchkey")]


def test_the_installed_version_is_tested() -> None:
    assert warnings() == []


@pytest.mark.parametrize("version", [(5, 1, 9, "final", 0), (5, 3, 0, "alpha", 1), (6, 0, 0, "final", 0)])
def test_any_other_version_is_warned_about(version: tuple[object, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django, "VERSION", version)

    assert warnings() == ["latchkey.W001"]


@override_settings(SILENCED_SYSTEM_CHECKS=["latchkey.W001"])
def test_one_may_silence_the_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django, "VERSION", (6, 0, 0, "final", 0))

    assert [message.is_silenced() for message in run_checks() if message.id == "latchkey.W001"] == [True]
