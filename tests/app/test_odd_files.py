"""Small files beside the library: an invalid entry affects no other, and nothing is lost."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.app import session
from studio.config.settings import Profile, Settings, SettingsStore, encode
from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import HistoryUse, Job, Reference, Role
from studio.domain.events import EventBus
from studio.domain.models import ListedModel, ServiceObservation
from studio.generation.journal import Journal
from studio.generation.journal_entry import AnswerHead, Stage
from studio.library.operations import scrub
from studio.providers.catalogue import Catalogue
from tests.library import odd_records
from tests.library.builders import a_job
from tests.library.odd_records import GONE, ODD, RAW, Verbatim

PROFILES = (
    Profile(name="a", title="A", base_url="https://a.example", prices={"m": {"1K": 0.1}}),
    Profile(name="b", title="B", base_url="https://b.example", at_once=2, per_minute=9),
)
SETTINGS = Settings(
    profile="b",
    profiles=PROFILES,
    known_keys=("a", "b"),
    key_hosts=(("a", "a.example"), ("b", "b.example")),
    models=(("a", "m"), ("b", "n")),
    tile=200,
)
REFERENCE = Reference(sha256="ab" * 32, media_type="image/png", role=Role.EDIT)
DRAFT = Draft(prompt="A harbour", references=(REFERENCE,), seed=5, count=2)


def variants(value: Any, share: int) -> list[tuple[tuple[Any, ...], bytes]]:
    """The file with something odd at each place, and where that is.

    Each place meets one of so many odd things, the places after it the others.
    """
    every = (*ODD, GONE, *map(Verbatim, RAW))
    made = []
    for turn, place in enumerate(odd_records.places(value)):
        for odd in every[turn % share :: share]:
            line = odd_records.line_of(odd_records.changed(value, place, odd))
            made.append((place, line[: line.rfind(b',"sum":"')] + b"}"))
    return made


def store(path: Path) -> SettingsStore:
    one = SettingsStore(path, EventBus())
    one.load()
    return one


def texts(folder: Path) -> str:
    return " ".join(path.read_text(errors="replace") for path in folder.iterdir())


def test_whatever_stands_in_the_settings_its_neighbours_stay_through_the_next_change(
    tmp_path: Path,
) -> None:
    value = json.loads(encode(SETTINGS))
    for number, (place, text) in enumerate(variants(value, 9)):
        path = tmp_path / str(number) / "settings.json"
        path.parent.mkdir()
        path.write_bytes(text)
        one = store(path)
        one.change(tile=300)
        # All that was written by hand is still there, in this file or set aside beside it.
        for profile in value["profiles"]:
            if place[:3] != ("profiles", value["profiles"].index(profile), "base_url"):
                assert profile["base_url"] in texts(path.parent) or len(place) < 3, place
        again = store(path)
        assert again.value.tile == 300
        if one.trouble is None or "was renamed" not in one.trouble.message:
            for profile in PROFILES:
                if place[:1] != ("profiles",):
                    assert profile in again.value.profiles, place
        one.change(tile=301)
        assert store(path).value.tile == 301


def test_whatever_stands_in_a_draft_what_is_understood_of_it_is_back(tmp_path: Path) -> None:
    value = json.loads(json.dumps({"prompt": "A harbour", "seed": 5, "count": 2, "later": [1]}))
    value["references"] = [{"sha256": "ab" * 32, "media_type": "image/png", "role": "edit"}]
    value["advanced"] = {"temperature": 0.5, "safety": [["X", "OFF"]]}
    for number, (place, text) in enumerate(variants(value, 4)):
        path = tmp_path / str(number) / "draft.json"
        path.parent.mkdir()
        path.write_bytes(text)
        file = DraftFile(path)
        found = file.load()
        if file.trouble is None:
            assert found is not None
        else:
            assert path.with_name("draft.broken.json").read_bytes() == text
        if found is not None and place[0] != "prompt":
            assert found.prompt == "A harbour", place
        file.save(found or Draft())
        assert DraftFile(path).load() == (found or Draft())


def test_a_draft_of_a_newer_version_keeps_what_it_has_more(tmp_path: Path) -> None:
    path = tmp_path / "draft.json"
    path.write_text('{"prompt": "A", "mood": {"x": 1}, "version": 2}')
    file = DraftFile(path)
    draft = file.load()
    assert file.trouble is None
    assert draft is not None
    file.save(draft)
    kept = json.loads(path.read_text())
    assert (kept["mood"], kept["version"]) == ({"x": 1}, 2)


def test_whatever_stands_in_the_kept_lists_of_models_the_others_are_read() -> None:
    catalogue = Catalogue()
    catalogue.learn("dgrid", [ListedModel("acme/image-9", "Acme"), ListedModel("acme/image-8")])
    catalogue.learn("own", [ListedModel("x/y")])
    catalogue.add_observation(
        "own", ServiceObservation(model="x/y", pixel_sizes=True, both_modalities=True)
    )
    for place, text in variants(json.loads(catalogue.dump()), 3):
        one = Catalogue()
        one.load(text)
        for profile in ("dgrid", "own", "google"):
            for model in one.models(profile):
                one.find(profile, model.id)
        if place[:2] == ("listed", "dgrid") and len(place) > 2:
            assert b"x/y" in one.dump() or text.find(b"x/y") < 0 or one.dump() != b""
        Catalogue().load(one.dump())


@pytest.mark.parametrize("name", ["queued.json", "sent.json", "whole.json", "told.json"])
def test_whatever_stands_in_the_journal_every_attempt_is_found(tmp_path: Path, name: str) -> None:
    journal = Journal(tmp_path / "journal")
    job: Job = a_job()
    first, other = journal.queue(job), journal.queue(a_job())
    journal.write_history_use(first, HistoryUse(turns=1))
    journal.sent(first)
    body = journal.begin_answer(first, 200, {"a": "b"})
    body.append(b"{}")
    journal.whole(first, body, 1.0, head=AnswerHead(200, {"a": "b"}))
    path = first.folder / name
    value = json.loads(path.read_bytes())
    for _place, text in [*variants(value, 3), ((), b"[" * 100_000), ((), b""), ((), b"\xff")]:
        path.write_bytes(text)
        found = {one.entry.attempt: one for one in journal.recover()}
        assert set(found) == {first.attempt, other.attempt}
        assert journal.unreadable == []
        assert found[other.attempt].stage is Stage.QUEUED
        assert found[first.attempt].stage in (Stage.WHOLE, Stage.CUT)
        journal.read_history_use(first)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_bytes_a_file_has_it_is_read_or_set_aside(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = bytearray(encode(SETTINGS))
    for _time in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        put = data.draw(st.binary(max_size=6))
        text[at : at + data.draw(st.sampled_from([0, 1, 9, 200]))] = put
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("settings.json", "draft.json", "session.json", "scrub.json"):
        (folder / name).write_bytes(text)
    one = store(folder / "settings.json")
    one.change(tile=222)
    assert store(folder / "settings.json").value.tile == 222
    DraftFile(folder / "draft.json").load()
    assert session.begin_session(folder, 5.0) == 5.0
    scrub._read(folder / "scrub.json")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among files")
def test_a_pipe_in_the_place_of_a_file_holds_no_start_up(tmp_path: Path) -> None:
    for name in ("settings.json", "draft.json", "session.json", "models.json"):
        odd_records.pipe(tmp_path / name)
    one = store(tmp_path / "settings.json")
    assert one.trouble is not None
    one.change(tile=222)
    assert store(tmp_path / "settings.json").value.tile == 222
    file = DraftFile(tmp_path / "draft.json")
    assert file.load() is None
    assert file.trouble is not None
    file.save(DRAFT)
    assert file.load() == DRAFT
    assert session.begin_session(tmp_path, 5.0) == 5.0
