"""The table of countries: numbers and names of the clients, codes of the accounts (twittner.md §2.2)."""

from xml.etree import ElementTree as ET

from django.test import Client

from accounts import people
from accounts.models import Account
from compat_twittner import countries


def test_every_number_names_one_country_and_every_country_has_one_number() -> None:
    assert len(countries.BY_NUMBER) == 236
    assert not countries.BY_NUMBER.keys() & {33, 234, 235, 236, 237, 240}
    for country in countries.BY_NUMBER.values():
        assert countries.of(country.code) is country


def test_names_are_spelled_as_the_clients_spell_them() -> None:
    names = [countries.BY_NUMBER[number].name for number in (11, 161, 94, 239)]
    assert names == ["Antigua and/or Barbuda", "Norfork Island", "Heard and Mc Donald Islands", "Yugoslavia"]


def test_countries_that_shared_a_code_have_their_own() -> None:
    codes = {number: countries.BY_NUMBER[number].code for number in (115, 143, 170, 241)}
    assert codes == {115: "xk", 143: "mc", 170: "pe", 241: "zm"}


def test_a_code_without_a_name_here_is_the_default_country() -> None:
    assert countries.of("ss").number == 1


def test_the_flag_of_a_profile_is_a_picture(client: Client, alice: Account) -> None:
    people.change(alice.pk, country="zm")
    profile = client.get("/mobile_api/profile", {"user_id": alice.pk}).json()["data"]
    picture = client.get(profile["country_flag"])

    assert profile["country"] == "Zambia"
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "🇿🇲" in "".join(ET.fromstring(picture.content).itertext())
