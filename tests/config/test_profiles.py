"""Custom providers: pasted addresses, names, paths, prices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.common.errors import InputError
from studio.common.urls import read_address
from studio.config import profiles
from studio.config.settings import Profile, Settings
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import request

MINE = Profile(name="mine", title="Mine", base_url="https://images.example.com")
SETTINGS = Settings(profiles=(MINE,), profile="mine", known_keys=("dgrid", "gone", "mine"))


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("https://api.dgrid.ai", "https://api.dgrid.ai"),
        ("  <HTTPS://API.dgrid.ai//v1/> ", "https://api.dgrid.ai/v1"),
        ('"api.dgrid.ai/v1/"', "https://api.dgrid.ai/v1"),
        ("https://x.org/v1/chat/completions", "https://x.org/v1"),
        ("https://x.org/v1/images/generations/", "https://x.org/v1"),
        ("https://x.org/v1beta/openai/", "https://x.org/v1beta"),
        ("https://x.org/v1beta/openai/chat/completions", "https://x.org/v1beta"),
        ("https://x.org/v1/v1beta/models", "https://x.org/v1/v1beta"),
        ("https://x.org:8443/a/v1/models/g/m:generateContent", "https://x.org:8443/a/v1"),
        ("localhost:8080/v1", "http://localhost:8080/v1"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("[::1]:80/v1", "http://[::1]:80/v1"),
        ("sketch://local", "sketch://local"),
    ],
)
def test_an_address_is_read_in_every_spelling(pasted, read):
    assert read_address(pasted) == read
    assert read_address(read) == read


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "is not a"),
        ("https://", "is not a"),
        ("https:///v1", "is not a"),
        ("my provider", "is not a"),
        ("https://x.org:port", "is not a"),
        ("https://[x", "is not a"),
        ("https://x.org/v1?key=sk-1", "maybe a key"),
        ("https://me:sk-1@x.org", "maybe a key"),
        ("https://x.org/#v1", "maybe a key"),
    ],
)
def test_what_is_no_address_is_said(pasted, says):
    with pytest.raises(InputError) as caught:
        read_address(pasted)
    assert says in caught.value.message
    assert "sk-1" not in f"{caught.value.message} {caught.value.hint}"


def test_a_profile_is_checked_and_put_in_one_spelling():
    made = profiles.checked(
        replace(MINE, title="  Second   one ", base_url="second.example.com/v1/", name=""), SETTINGS
    )
    assert (made.name, made.title) == ("second-one", "Second one")
    assert made.base_url == "https://second.example.com/v1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"title": " "}, "needs a name"),
        ({"title": "dgrid"}, "called dgrid already"),
        ({"title": "MINE"}, "called MINE already"),
        ({"base_url": "http://x.org"}, "not safe"),
        ({"base_url": "ftp://x.org"}, "Invalid provider address"),
        ({"base_url": "x y"}, "Invalid provider address"),
        ({"base_url": "https://api..example.org"}, "Invalid provider address"),
        ({"base_url": "a" * 70 + ".org"}, "Invalid provider address"),
        ({"path": "/v1/models/m:generateContent"}, "Invalid path"),
        ({"path": "/v1/{model}?key=1"}, "Invalid path"),
    ],
)
def test_what_is_wrong_with_a_new_profile_is_said(change, says):
    with pytest.raises(InputError, match=says):
        profiles.checked(replace(MINE, **{"title": "New", **change}), SETTINGS)


def test_extra_fields_are_checked_with_the_profile():
    with pytest.raises(InputError, match="extra fields"):
        profiles.checked(replace(MINE, title="New", extra_fields='{"seed": 1}'), SETTINGS)
    made = profiles.checked(replace(MINE, title="New", extra_fields=' {"topP": 1} '), SETTINGS)
    assert made.extra_fields == '{"topP": 1}'
    model = Catalogue(find_profile=lambda _name: made).find("new", "gemini-3-pro-image")
    assert model.extra_fields == '{"topP": 1}'


def test_a_profile_keeps_its_name_when_it_is_changed():
    made = profiles.checked(replace(MINE, title="Renamed"), SETTINGS, editing="mine")
    assert (made.name, made.title) == ("mine", "Renamed")
    assert profiles.with_profile(SETTINGS, made) == (made,)
    again = profiles.checked(MINE, SETTINGS, editing="mine")
    assert again == MINE


def test_a_new_profile_never_gets_a_name_a_key_is_kept_under():
    assert profiles.checked(replace(MINE, title="Gone"), SETTINGS).name == "gone-2"
    assert profiles.checked(replace(MINE, title="灯台"), SETTINGS).name == "own"


def test_a_copy_has_a_title_of_its_own():
    first = profiles.copy_of(MINE, SETTINGS)
    assert first.title == "Mine copy"
    kept = profiles.checked(first, SETTINGS)
    more = replace(SETTINGS, profiles=(MINE, kept))
    assert profiles.copy_of(MINE, more).title == "Mine copy 2"


def test_taking_the_default_provider_away_leaves_one_with_a_key():
    assert profiles.without_profile(SETTINGS, "mine") == ((), "dgrid")
    assert profiles.without_profile(replace(SETTINGS, known_keys=()), "mine") == ((), "sketch")
    assert profiles.without_profile(replace(SETTINGS, profile="google"), "mine") == ((), "google")


def test_own_choices_for_a_built_in_provider_keep_its_place_and_can_be_taken_back():
    dgrid = replace(SETTINGS.find_profile("dgrid"), model="gemini-3-pro-image")
    settings = replace(SETTINGS, profiles=profiles.with_profile(SETTINGS, dgrid))
    assert [one.name for one in settings.all_profiles] == ["dgrid", "google", "sketch", "mine"]
    assert settings.find_profile("dgrid").model == "gemini-3-pro-image"
    rest, default = profiles.without_profile(replace(settings, profile="dgrid"), "dgrid")
    assert (rest, default) == ((MINE,), "dgrid")


@pytest.mark.parametrize(
    ("path", "sent", "listed"),
    [
        ("gemini", "/v1/models/a/b:generateContent", "/v1/models"),
        (
            "/v1/publishers/google/models/{model}:generateContent",
            "/v1/publishers/google/models/a/b:generateContent",
            "/v1/publishers/google/models",
        ),
        ("/generate/{model}", "/generate/a/b", "/v1/models"),
    ],
)
def test_a_path_of_ones_own_is_taken_as_it_is(path, sent, listed):
    profile = profiles.checked(replace(MINE, path=path), SETTINGS, editing="mine")
    assert request.url(profile, "a/b") == f"https://images.example.com{sent}"
    assert request.list_url(profile) == f"https://images.example.com{listed}"


def test_prices_are_read_as_they_are_written():
    text = (
        "gemini-3-pro-image 2k $0.10\n\n gemini-3-pro-image 4K 0,2\nacme/image-9 .05\nm 900x600 1"
    )
    prices = profiles.read_prices(text)
    assert prices == {
        "gemini-3-pro-image": {"2K": 0.1, "4K": 0.2},
        "acme/image-9": {"*": 0.05},
        "m": {"900x600": 1.0},
    }
    assert profiles.read_prices(profiles.written_prices(prices)) == prices
    assert profiles.written_prices({"m": {"1K": 0.0336, "*": 10.0}}) == "m 1K 0.0336\nm * 10"


def test_a_price_of_a_search_is_a_line_like_the_others():
    prices = profiles.read_prices("gemini-3-pro-image Search 0.02\ngemini-3-pro-image 1K 0.1")
    assert prices == {"gemini-3-pro-image": {"search": 0.02, "1K": 0.1}}
    assert profiles.read_prices(profiles.written_prices(prices)) == prices
    own = replace(MINE, prices=prices)
    model = Catalogue(find_profile=lambda _name: own).find("mine", "google/gemini-3-pro-image")
    assert (model.search_price, model.price("1K"), model.price("4K")) == (0.02, 0.1, 0.24)


@pytest.mark.parametrize(
    "line", ["m", "m 1K", "m 1K cheap", "m 1K -1", "m 1K 2000", "m 1K nan", "m 1 K 0.1", "m 1K 1e2"]
)
def test_a_line_that_is_no_price_is_named(line):
    with pytest.raises(InputError) as caught:
        profiles.read_prices(f"ok 1K 0.1\n{line}")
    assert line in caught.value.title
