"""The model catalogue: the dated table, services' lists, and unknown names."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from studio.common.errors import KeyRefused, ModelError, ServiceError, StorageError
from studio.common.paths import resources
from studio.config.settings import Profile, Settings, built_in
from studio.domain.models import (
    THINKING,
    TIERS,
    ListedModel,
    ModelState,
    ServiceObservation,
    plain_id,
)
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider, model_list
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply


@pytest.fixture
def catalogue():
    return Catalogue()


def parsed(value):
    return model_list.parse(value if isinstance(value, bytes) else json.dumps(value).encode(), {})


def test_the_table_is_dated(catalogue):
    assert catalogue.as_of == "2026-11-01"


def test_new_profiles_begin_with_the_newest_model_and_never_see_a_retired_one(catalogue):
    for profile in ("dgrid", "google", "my own"):
        models = catalogue.models(profile)
        assert models[0].id == catalogue.default(profile) == "gemini-nano-banana-2.1"
        assert not any(one.state is ModelState.RETIRED or one.offline for one in models)


def test_the_painter_has_its_own_models_the_faults_last(catalogue):
    models = catalogue.models("sketch")
    assert models[0].id == catalogue.default("sketch") == "sketch"
    assert [one.fault for one in models] == [False, *[True] * 8]
    assert all(one.offline and one.price("4K") == 0 for one in models)
    assert "not AI" in models[0].title
    assert not catalogue.find("dgrid", "sketch").offline


@pytest.mark.parametrize(
    ("id", "aspect", "size", "pixels"),
    [
        ("gemini-nano-banana-2.1", "1:1", "1K", (1024, 1024)),
        ("gemini-nano-banana-2.1", "16:9", "2K", (2752, 1536)),
        ("gemini-nano-banana-2.1", "1:8", "4K", (1536, 12288)),
        ("gemini-3.1-flash-image", "3:2", "512", (632, 424)),
        ("gemini-2.5-flash-image", "16:9", "1K", (1344, 768)),
        ("gemini-3-pro-image", "7:5", "1K", None),
        ("nobody-knows-this", "1:1", "1K", None),
    ],
)
def test_pixels_are_those_published(catalogue, id, aspect, size, pixels):
    assert catalogue.find("dgrid", id).pixels(aspect, size) == pixels


def test_every_ratio_and_size_offered_has_pixels_and_every_sold_one_a_price(catalogue):
    for profile in ("dgrid", "sketch"):
        for model in catalogue.models(profile):
            for size in model.sizes:
                assert model.price(size) is not None
                assert size in TIERS
                assert all(model.pixels(aspect, size) for aspect in model.aspects)


@pytest.mark.parametrize(
    "id",
    ["google/gemini-3-pro-image", "models/gemini-3-pro-image", "gemini-3-pro-image-preview",
     "Gemini-3-Pro-Image", "gemini-3-pro-image-001", "gemini-3-pro-image-preview-05-20",
     "google/gemini-3-pro-image:free", "nano-banana-pro", "gemini-3-pro-image-preview-09-2026",
     "publishers/google/models/gemini-3-pro-image", "gemini-3-pro-image-preview-20260528",
     "projects/p/locations/global/publishers/google/models/gemini-3-pro-image@default",
     "google.gemini-3-pro-image", "google:gemini-3-pro-image", "vertex_ai/gemini-3-pro-image",
     "[vertex]gemini-3-pro-image", "gemini_3_pro_image", "NanoBananaPro", "gemini-nano-banana-pro",
     "~google/gemini-3-pro-image-latest", "openrouter/google/gemini-3-pro-image:online",
     "gemini-3-pro-image-2026-05-28", "gemini-3-pro-image-preview-0528"],
)  # fmt: skip
def test_a_model_is_recognised_under_the_names_gateways_give_it(catalogue, id):
    model = catalogue.find("dgrid", id)
    assert model.id == id
    assert model.title == "Gemini 3 Pro Image"


@pytest.mark.parametrize(
    ("id", "known"),
    [
        ("nano-banana-2-lite", "gemini-3.1-flash-lite-image"),
        ("nanobanana2", "gemini-3.1-flash-image"),
        ("google/nano_banana_2", "gemini-3.1-flash-image"),
        ("Nano Banana 2.1", "gemini-nano-banana-2.1"),
        ("gemini-nano-banana-2.1-preview-10-2026", "gemini-nano-banana-2.1"),
        ("nanobanana", "gemini-2.5-flash-image"),
        ("gemini-25-flash-image-preview", "gemini-2.5-flash-image"),
    ],
)
def test_another_name_has_the_same_limits_and_prices(catalogue, id, known):
    one, other = catalogue.find("dgrid", id), catalogue.find("dgrid", known)
    assert replace(one, id=known) == other
    assert one.price("1K") == other.price("1K")


@pytest.mark.parametrize(
    "id",
    ["gemini-nano-banana-3", "gemini-3-pro-image-4k", "gemini-3-pro-image-2048",
     "gemini-3-pro-image-edit", "flux-1.1-pro", "gemini-4-pro-image-preview-09-2026",
     "google/imagen-4.0-generate-001", "acme.gemini-3-pro-image", "3-pro-image", "google/", "-"],
)  # fmt: skip
def test_a_name_that_is_only_similar_stays_unknown(catalogue, id):
    model = catalogue.find("dgrid", id)
    assert (model.state, model.price("1K")) == (ModelState.UNKNOWN, None)
    assert model.advisory, "nothing is refused here"


def test_a_retired_model_works_but_says_so(catalogue):
    model = catalogue.find("dgrid", "gemini-2.5-flash-image")
    assert model.state is ModelState.RETIRED
    assert "2026-10-02" in model.note


@pytest.mark.parametrize(
    ("today", "state", "words"),
    [
        ("2026-10-29", ModelState.DEPRECATED, "Due to be switched off on 2026-10-29"),
        ("2026-10-30", ModelState.RETIRED, "Was due to be switched off on 2026-10-29"),
    ],
)
def test_a_model_is_retired_by_the_clock(today, state, words):
    catalogue = Catalogue(today=lambda: today)
    model = catalogue.find("dgrid", "gemini-3.1-flash-image")
    assert model.state is state
    assert model.note.startswith(words)
    offered = [one.id for one in catalogue.models("dgrid")]
    assert (model.id in offered) is (state is ModelState.DEPRECATED)
    assert model.price("1K") == 0.0672


def test_a_model_retired_by_the_clock_comes_last_and_is_never_the_first_choice():
    old, unknown = "google/gemini-3.1-flash-image", "acme/image-9"
    catalogue = Catalogue(today=lambda: "2026-11-23")
    catalogue.learn("dgrid", [ListedModel(old), ListedModel(unknown)])
    assert [one.id for one in catalogue.models("dgrid")] == [unknown, old]
    assert catalogue.default("dgrid") == unknown
    catalogue.learn("dgrid", [ListedModel(old)])
    assert catalogue.default("dgrid") == "gemini-nano-banana-2.1"


OWN = Profile(
    name="own",
    title="Own",
    base_url="https://x.org",
    prices={
        "gemini-3-pro-image": {"2K": 0.1},
        "acme/image-9": {"*": 0.02},
        "gemini-nano-banana-2.1": {},
    },
)


def test_the_users_own_prices_stand_before_ours_and_only_for_that_profile():
    catalogue = Catalogue(find_profile=Settings(profiles=(OWN,)).find_profile)
    assert catalogue.find("dgrid", "gemini-3-pro-image").price("2K") == 0.1344
    assert catalogue.find("own", "nano-banana-pro").price("2K") == 0.1
    pro = catalogue.find("own", "google/gemini-3-pro-image-preview")
    assert (pro.price("2K"), pro.price("4K")) == (0.1, 0.24)
    assert (pro.own_price("2K"), pro.own_price("4K")) == (0.1, None)
    unknown = catalogue.find("own", "acme/image-9")
    assert unknown.price("4K") == unknown.price(None) == 0.02
    assert catalogue.find("own", "gemini-nano-banana-2.1").price("1K") == 0.0336
    listed = {one.id: one.price("2K") for one in catalogue.models("own")}
    assert listed["gemini-3-pro-image"] == 0.1


def test_a_profile_may_name_the_model_to_begin_with():
    wanted = replace(OWN, model="acme/image-9")
    catalogue = Catalogue(find_profile=lambda _name: wanted)
    catalogue.learn("own", [ListedModel("gemini-3-pro-image")])
    assert catalogue.default("own") == "acme/image-9"


def test_a_profile_that_is_gone_has_its_models_all_the_same():
    settings = Settings()
    catalogue = Catalogue(find_profile=settings.find_profile)
    assert catalogue.find("gone", "gemini-3-pro-image").price("1K") == 0.1344


def test_an_unknown_model_gets_everything_common_and_no_price(catalogue):
    model = catalogue.find("dgrid", "acme/image-9")
    assert model.state is ModelState.UNKNOWN
    assert model.sizes == ("1K", "2K", "4K")
    assert "16:9" in model.aspects
    assert model.price("1K") is None


def test_what_a_service_lists_is_offered_the_known_first_the_retired_last(catalogue):
    ids = ["acme/image-9", "gemini-2.5-flash-image", "google/gemini-3-pro-image"]
    catalogue.learn("dgrid", [ListedModel(one) for one in (*ids, *ids)])
    assert [one.id for one in catalogue.models("dgrid")] == [ids[2], ids[0], ids[1]]
    assert catalogue.default("dgrid") == "google/gemini-3-pro-image"
    assert catalogue.models("google")[0].id == "gemini-nano-banana-2.1"


def test_an_empty_list_leaves_the_built_in_one(catalogue):
    catalogue.learn("dgrid", ())
    assert catalogue.models("dgrid")[0].id == "gemini-nano-banana-2.1"


def test_what_was_learned_is_there_after_a_restart(catalogue):
    catalogue.learn("dgrid", [ListedModel("acme/image-9", "Acme")])
    later = Catalogue()
    later.load(catalogue.dump())
    assert [one.title for one in later.models("dgrid")] == ["Acme"]


def test_what_answers_taught_is_there_after_a_restart_for_that_service_and_model(catalogue):
    id = "gemini-3-pro-image"
    catalogue.add_observation("dgrid", ServiceObservation(model=id, pixel_sizes=True))
    catalogue.add_observation("own", ServiceObservation(model=id, both_modalities=True))
    later = Catalogue()
    later.load(catalogue.dump())
    assert later.find("dgrid", id).pixel_sizes
    assert not later.find("google", id).pixel_sizes
    assert not later.find("dgrid", "gemini-nano-banana-2.1").pixel_sizes
    assert later.find("own", "gemini-nano-banana-2.1").both_modalities
    assert not later.find("dgrid", id).both_modalities
    later.add_observation("dgrid", ServiceObservation(model=id, pixel_sizes=False))
    assert not later.find("dgrid", id).pixel_sizes


ID = "gemini-3-pro-image"
REFUSED = ServiceObservation(model=ID, refused=frozenset({"seed", "topP"}))


class Days:
    """A catalogue of two profiles, at a date and an address that can be changed."""

    def __init__(self):
        self.today = "2026-11-23"
        self.own = replace(OWN, prices={})
        self.catalogue = self.start()

    def start(self, table=None):
        return Catalogue(table, find_profile=self._profile, today=lambda: self.today)

    def _profile(self, name):
        return replace(self.own, name=name)

    def again(self, table=None):
        """The catalogue after a restart."""
        later = self.start(table)
        assert later.load(self.catalogue.dump())
        return later


def test_a_refused_field_is_remembered_after_a_restart_for_that_profile_and_model_only():
    days = Days()
    days.catalogue.add_observation("own", REFUSED)
    for one in (days.catalogue, days.again()):
        assert not one.find("own", ID).seed
        assert one.find("own", ID).refused == {"seed", "topP"}
        assert one.find("dgrid", ID).seed
        assert not one.find("dgrid", ID).refused
        assert one.find("own", "acme/image-9").seed
        listed = {model.id: model for model in one.models("own")}
        assert not listed[ID].seed


def test_a_refused_field_is_tried_again_after_some_weeks_and_in_no_other_case_sooner():
    days = Days()
    days.catalogue.add_observation("own", REFUSED)
    for today, known in (("2026-12-21", True), ("2026-12-22", False), ("2026-11-01", False)):
        days.today = today
        assert bool(days.again().find("own", ID).refused) is known


@pytest.mark.parametrize(
    "change", [{"base_url": "https://y.org"}, {"version": "v1beta"}, {"path": "/x/{model}"}]
)
def test_another_address_forgets_what_the_one_before_refused(change):
    days = Days()
    days.catalogue.add_observation("own", REFUSED)
    before, days.own = days.own, replace(days.own, **change)
    assert not days.again().find("own", ID).refused
    days.own = before
    assert days.again().find("own", ID).refused


def test_a_newer_table_forgets_what_services_refused(tmp_path):
    days = Days()
    days.catalogue.add_observation("own", REFUSED)
    table = tmp_path / "models.json"
    text = (resources() / "models.json").read_text(encoding="utf-8")
    table.write_text(text, encoding="utf-8")
    assert days.again(table).find("own", ID).refused
    newer = text.replace('"as_of": "2026-11-01"', '"as_of": "2026-12-01"')
    table.write_text(newer, encoding="utf-8")
    assert not days.again(table).find("own", ID).refused


def test_a_ratio_that_was_accepted_is_offered_from_then_on():
    days = Days()
    accepted = ServiceObservation(model="gemini-nano-banana-2.1", aspect="9:21")
    days.catalogue.add_observation("own", accepted)
    again = days.again()
    assert "9:21" in again.find("own", "gemini-nano-banana-2.1").aspects
    assert "9:21" not in again.find("dgrid", "gemini-nano-banana-2.1").aspects


def test_the_painter_learns_nothing():
    days = Days()
    days.catalogue.add_observation(
        "sketch", ServiceObservation(model="sketch", refused=frozenset({"seed"}))
    )
    assert days.catalogue.find("sketch", "sketch").seed


@pytest.mark.parametrize(
    "entry",
    [
        b'{"own":{"gemini-3-pro-image":3}}',
        b'{"own":[]}',
        b'{"own":{"gemini-3-pro-image":{"address":"x","as_of":"y","fields":{"seed":"soon"}}}}',
    ],
)
def test_a_damaged_memory_is_as_good_as_none(entry, caplog):
    caplog.set_level(logging.ERROR)
    days = Days()
    listed = b'{"dgrid":[{"id":"acme/image-9","title":"Acme"}]}'
    days.catalogue.load(b'{"version":1,"listed":' + listed + b',"services":' + entry + b"}")
    assert days.catalogue.find("own", ID).seed
    assert [one.title for one in days.catalogue.models("dgrid")] == ["Acme"]


def test_a_list_kept_by_an_earlier_version_is_read(catalogue):
    catalogue.load(b'{"version":1,"listed":{"dgrid":[{"id":"acme/image-9","title":"Acme"}]}}')
    assert [one.title for one in catalogue.models("dgrid")] == ["Acme"]


def test_what_a_model_can_is_in_the_table(catalogue):
    best = catalogue.find("dgrid", "gemini-nano-banana-2.1")
    assert best.thinking == ("minimal", "medium", "high")
    assert (best.seed, best.temperature) == (False, False)
    assert {"topP", "topK", "logprobs"} <= best.refused
    assert best.search
    assert catalogue.find("dgrid", "gemini-3.1-flash-image").shut_down == "2026-10-29"
    unknown = catalogue.find("dgrid", "acme/image-9")
    assert unknown.search
    assert unknown.thinking == THINKING


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b'{"listed": 3}'])
def test_a_broken_kept_list_is_as_good_as_none(catalogue, data, caplog):
    caplog.set_level(logging.ERROR)
    catalogue.load(data)
    assert catalogue.models("dgrid")


def test_a_missing_table_is_said_in_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="model table"):
        Catalogue(tmp_path / "none.json")


def test_both_shapes_of_lists_are_read():
    openai = {"object": "list", "success": True, "data": [
        {"id": "google/gemini-3-pro-image", "supported_endpoint_types": ["openai"]},
        {"id": "gpt-4o"}, {"id": "google/gemini-3-pro-image"}, {"id": None}, 7]}  # fmt: skip
    assert parsed(openai) == ((ListedModel("google/gemini-3-pro-image"),), "")
    google = {"nextPageToken": "t", "models": [
        {"name": "models/gemini-3-pro-image", "displayName": "Pro",
         "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/imagen-4", "supportedGenerationMethods": ["predict"]},
        {"name": "models/text-embedding-image"}]}  # fmt: skip
    assert parsed(google) == ((ListedModel("gemini-3-pro-image", "Pro"),), "t")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"success": False, "message": "get user group failed"}, ServiceError),
        ({"error": {"code": "model_not_found", "message": "x"}}, ModelError),
        ({"error": {"message": "Invalid token"}}, KeyRefused),
        (b"<html>", ServiceError),
    ],
)
def test_an_error_in_the_shape_of_a_list_is_an_error(value, kind):
    with pytest.raises(kind):
        parsed(value)


@pytest.mark.parametrize("value", [{"data": []}, {"models": []}, {}, [], 3, None])
def test_a_list_of_nothing_is_no_error(value):
    assert parsed(value) == ((), "")


def test_five_hundred_models_with_odd_names_are_all_kept_once():
    data = [{"id": f"p/image:{number % 500}"} for number in range(1000)]
    assert len(parsed({"data": data})[0]) == 500


def test_a_plain_name_never_becomes_empty():
    assert plain_id("-preview") == "-preview"
    assert plain_id("google/gemini-3-pro-image-preview") == "gemini-3-pro-image"


async def test_the_key_is_tried_by_the_list_and_never_by_a_picture():
    with FakeService() as service:
        client = HttpClient()
        try:
            listed = await GeminiProvider(own(service), find).listed("Bearer k1", client)
        finally:
            await client.close()
    assert [one.id for one in listed] == ["gemini-nano-banana-2.1", "gemini-3-pro-image"]
    (request,) = service.requests
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert request.headers["authorization"] == "Bearer k1"


async def test_google_lists_in_pages_with_its_own_header():
    pages = [
        {"models": [{"name": "models/gemini-a-image"}], "nextPageToken": "t/2"},
        {"models": [{"name": "models/gemini-b-image"}], "nextPageToken": None},
    ]
    rest = iter(pages)
    with FakeService(fallback=lambda _request: Reply(body=next(rest))) as service:
        profile = Profile(
            name="g", title="G", base_url=service.url, auth="google", version="v1beta"
        )
        client = HttpClient()
        try:
            listed = await GeminiProvider(profile, find).listed("AIza1", client)
        finally:
            await client.close()
    assert [one.id for one in listed] == ["gemini-a-image", "gemini-b-image"]
    assert [one.path for one in service.requests] == [
        "/v1beta/models?pageSize=1000",
        "/v1beta/models?pageSize=1000&pageToken=t%2F2",
    ]
    assert all(one.headers["x-goog-api-key"] == "AIza1" for one in service.requests)


async def test_a_key_the_list_refuses_is_refused():
    refused = {"error": {"message": "Invalid token (request id: r1234)", "type": "new_api_error"}}
    with FakeService(fallback=lambda _request: Reply(401, refused)) as service:
        client = HttpClient()
        try:
            with pytest.raises(KeyRefused) as caught:
                await GeminiProvider(own(service), find).listed("k1", client)
        finally:
            await client.close()
    assert caught.value.request_id == "r1234"


async def test_the_painter_needs_neither_list_nor_key():
    assert await GeminiProvider(built_in()[2], find).listed(None, HttpClient()) == ()


def find(id):
    return Catalogue().find("own", id)


def own(service):
    return Profile(name="own", title="Own", base_url=service.url)


def test_a_table_of_an_earlier_version_is_read(tmp_path):
    raw = json.loads((resources() / "models.json").read_text())
    for entry in raw["models"]:
        entry.pop("media_resolution", None)
        if "search" in entry:
            entry["search"] = True
        if "rates" in entry:
            entry["rates"] = {name: entry["rates"][name] for name in ("image", "text", "prompt")}
    path = tmp_path / "models.json"
    path.write_text(json.dumps(raw))
    old = Catalogue(path).find("dgrid", "gemini-nano-banana-2.1")
    assert (old.search, old.image_search, old.media_resolution) == (True, False, ())
    assert (old.search_price, old.price("1K")) == (0.0, 0.0336)
    assert not Catalogue(path).find("dgrid", "gemini-3.1-flash-lite-image").search


def test_search_and_its_price_are_known_under_every_name():
    catalogue = Catalogue()
    for name in (
        "gemini-3.1-flash-image",
        "google/gemini-3.1-flash-image-preview",
        "nano-banana-2",
    ):
        model = catalogue.find("dgrid", name)
        assert (model.search, model.image_search, model.search_price) == (True, True, 0.014)
    unknown = catalogue.find("dgrid", "acme-image")
    assert (unknown.search, unknown.image_search, unknown.media_resolution) == (True, True, ())
    assert unknown.search_price == 0.0


def test_a_model_is_put_together_once_until_something_changes():
    profiles = {"mine": Profile(name="mine", title="Mine", base_url="https://a.example")}
    day = ["2026-11-23"]
    catalogue = Catalogue(find_profile=profiles.__getitem__, today=lambda: day[0])

    def found():
        model = catalogue.find("mine", "nano")
        assert catalogue.find("mine", "nano") is model
        return model

    first = found()
    catalogue.add_observation("mine", ServiceObservation(model="nano", both_modalities=True))
    assert found() == replace(first, both_modalities=True)
    restarted = Catalogue(find_profile=profiles.__getitem__, today=lambda: day[0])
    assert restarted.find("mine", "nano") == first
    restarted.load(catalogue.dump())
    assert restarted.find("mine", "nano") == found()
    profiles["mine"] = replace(profiles["mine"], prices={"nano": {"1K": 0.25}})
    assert found().price("1K") == 0.25
    catalogue.learn("mine", [ListedModel("nano", title="Nano")])
    assert found().title == "Nano"
    listed = found()
    day[0] = "2026-11-24"
    assert found() is not listed
