"""An unusual wire format: from the queue into the library, cut, recovered and unknown.

The wire is tests/providers/toy_wire.py; it is registered here and by nobody else.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.common.errors import Billed, InputError, NoPicture
from studio.config.settings import USUAL_WIRE, Profile
from studio.domain.entities import JobState, Role
from studio.generation.journal import Journal
from studio.generation.journal_entry import Stage
from studio.providers import registry
from tests.fake_service import FakeService
from tests.generation.earlier_process import full_disk, left_behind
from tests.generation.harness import ANSWER, KEY, NEVER, Studio, arrived, replies, studio
from tests.providers.toy_wire import (
    LONGEST,
    MAKE,
    PICTURE,
    READER_VERSION,
    TOY,
    ToyWire,
    events,
    form,
    refusal,
    streamed,
    toy_service,
)

MINE = "mine"
USUAL = json.dumps(ANSWER).encode()


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.WIRES, TOY, MAKE)


def own(home: Path, service: FakeService | None = None, wire: str = TOY, **more: Any) -> Path:
    """Settings of a user with a provider of that wire; where they are."""
    url = service.url if service is not None else "https://toys.example"
    profile = {"name": MINE, "title": "My toy", "base_url": url, "wire": wire, **more}
    path = home / "config/settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"version": 1, "profiles": [profile], "profile": MINE}))
    return path


def noise(kind: str, size: int = 128) -> bytes:
    pixels = random.Random(7).randbytes(size * size * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (size, size), pixels).save(file, kind)
    return file.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def submitted(one: Studio, prompt: str = "A lamp", **draft: Any) -> Any:
    (job,) = await one.submit(prompt, profile=MINE, model="fine", **draft)
    return job


@pytest.mark.usefixtures("toy")
async def test_a_picture_is_made_from_the_queue_into_the_library(tmp_path: Path) -> None:
    with toy_service() as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            job = await submitted(one)
            await one.gone(job)
            (found,) = await one.pictures()
            assert (found.sha256, found.width, found.height) == (sha256(PICTURE), 40, 30)
            assert (found.profile, found.model) == (MINE, "fine")
            assert found.delivered_model == "toy-1.5"
            assert found.talk is None, "nobody is promised that it can be gone on with"
            assert found.warnings == ("Requested 1:1, received 4:3", "Requested 1K, received 512")
            assert one.core.library.path(found).read_bytes() == PICTURE
            assert one.states(job)[-1] is JobState.INGESTING
            assert one.journal == []
        (request,) = service.requests
        assert request.path == "/atelier/paint"
        assert request.headers["x-toy-key"] == KEY
        ((name, _file, kind, order),) = form(request)
        assert (name, kind) == ("order", "application/json")
        assert json.loads(order) == {"brush": "fine", "wish": "A lamp", "shape": "1:1"}


@pytest.mark.usefixtures("toy")
async def test_a_reference_goes_as_a_file_within_the_limits_of_the_wire(tmp_path: Path) -> None:
    Image.new("RGB", (300, 120), "#336699").save(tmp_path / "wide.png")
    Image.new("RGB", (90, 60), "#993366").save(tmp_path / "fine.png")
    with toy_service() as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            references = [
                await one.core.library.keep_input(
                    tmp_path / f"{name}.png", role=Role.STYLE, name=name
                )
                for name in ("wide", "fine")
            ]
            job = await submitted(one, references=tuple(references), aspect="match")
            await one.gone(job)
            (found,) = await one.pictures()
            assert "wide was sent as a smaller copy" in found.warnings
            assert not [said for said in found.warnings if said.startswith("fine")]
            assert [parent.name for parent in found.parents] == ["wide", "fine"]
        _order, *files = form(service.requests[0])
        assert [name for name, _file, _kind, _data in files] == ["sketch", "sketch"]
        sizes = []
        for _name, file, kind, data in files:
            with Image.open(io.BytesIO(data)) as sent:
                sizes.append(sent.size)
                assert file.endswith(kind.rpartition("/")[2])
        assert sizes == [(LONGEST, 80), (90, 60)]


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("pieces", [1, 7, 400])
async def test_the_picture_is_decoded_while_it_comes(tmp_path: Path, pieces: int) -> None:
    first, second = noise("PNG"), noise("JPEG", 64)
    body = events(first, second)
    with toy_service(lambda _request: streamed(body, pieces=pieces)) as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            job = await submitted(one)
            await one.gone(job)
            found = {picture.sha256 for picture in await one.pictures()}
            assert found == {sha256(first), sha256(second)}


@pytest.mark.usefixtures("toy")
async def test_a_line_that_stays_open_after_the_last_event_is_not_waited_for(
    tmp_path: Path,
) -> None:
    body = events(PICTURE)
    reply = streamed(body + b"\n" * len(body), pieces=2, gate=NEVER, framing="close")
    with toy_service(lambda _request: reply) as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            await one.gone(await submitted(one))
            assert len(await one.pictures()) == 1


@pytest.mark.usefixtures("toy")
async def test_its_refusals_are_reported_in_its_own_words_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    with toy_service(lambda _request: streamed(refusal("too dull"))) as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            job = await submitted(one)
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert (one.failure(job).title, one.failure(job).message) == (
                "The toy does not want to",
                "too dull",
            )
            assert one.failure(job).billed is Billed.NO
            assert one.journal == []


@pytest.mark.usefixtures("toy")
async def test_its_key_is_tested_and_its_models_are_listed_its_own_way(tmp_path: Path) -> None:
    with toy_service() as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            assert "My toy lists 2" in await one.core.test_key(MINE)
            assert {model.id for model in one.core.catalogue.models(MINE)} >= {"fine", "broad"}
            assert service.requests[0].path == "/atelier/brushes"
            # The others go on as they did.
            with replies() as usual:
                service.requests.clear()
                one.core.settings.change(
                    profiles=(*one.core.settings.value.profiles, _usual(usual, "other"))
                )
                assert "Other lists" in await one.core.test_key("other", KEY)
                assert usual.requests[0].path == "/v1/models"
                assert service.requests == []


def _usual(service: FakeService, name: str) -> Profile:
    return Profile(name=name, title=name.title(), base_url=service.url)


# Cut


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("gap", [" ", ""])
async def test_an_answer_that_was_cut_is_kept_and_read_as_far_as_it_came(
    tmp_path: Path, gap: str
) -> None:
    body = events(noise("JPEG"), kind="image/jpeg", gap=gap)
    with toy_service(lambda _request: streamed(body, cut=len(body) * 2 // 3)) as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            job = await submitted(one)
            await arrived(service, 1)
            ended = await one.reaches(job, JobState.FAILED)
            assert ended.failure is not None
            assert ended.failure.kind == "incomplete"
            await one.core.queue.idle()
            (found,) = Journal(tmp_path / "library/.gridbrush/journal").recover()
            assert (found.stage, found.wire, found.reader) == (Stage.CUT, TOY, READER_VERSION)
            await one.core.read_cut(job.id)
            (picture,) = await one.pictures()
            assert (picture.width, picture.height) == (128, 128)
            assert "Only the first part of this picture arrived" in picture.warnings
            assert one.journal == []
        assert len(service.requests) == 1


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("gap", [" ", ""])
@pytest.mark.parametrize("left", ["its last byte", "the name of an event", "its end"])
async def test_a_picture_that_came_whole_before_the_cut_is_taken_as_it_was_sent(
    tmp_path: Path, gap: str, left: str
) -> None:
    picture = noise("PNG")
    body = events(picture, signed=False, gap=gap)
    more = {
        "its last byte": b"",
        "the name of an event": b"event: sig",
        "its end": b"event: signed\nda",
    }
    body = (body.rstrip() if left == "its last byte" else body) + more[left]
    job, _entry = left_behind(
        tmp_path, sent=True, body=body, mark="cut", profile=MINE, wire=TOY, reader=READER_VERSION
    )
    own(tmp_path)
    async with studio(tmp_path, provider=MINE) as one:
        await one.core.recover()
        assert one.last[job.id].state is JobState.CUT
        await one.core.read_cut(job.id)
        (found,) = await one.pictures()
        assert found.sha256 == sha256(picture)
        assert one.journal == []


@pytest.mark.usefixtures("toy")
async def test_where_no_picture_had_begun_it_is_said_and_kept(tmp_path: Path) -> None:
    job, entry = left_behind(
        tmp_path, sent=True, body=events(PICTURE)[:50], mark="cut", profile=MINE, wire=TOY
    )
    own(tmp_path)
    async with studio(tmp_path, provider=MINE) as one:
        await one.core.recover()
        with pytest.raises(NoPicture):
            await one.core.read_cut(job.id)
        assert one.last[job.id].state is JobState.CUT
        assert entry.folder.is_dir()


# Left behind


@pytest.mark.usefixtures("toy")
async def test_an_end_in_the_middle_of_an_answer_leaves_it_to_be_read(tmp_path: Path) -> None:
    picture = noise("PNG")
    body = events(picture)
    end = body.index(b"event: signed")
    padded = body[:end] + b":" + b" " * (end - len(body[end:]) - 2) + b"\n" + body[end:]
    with toy_service(lambda _request: streamed(padded, pieces=2, gate=NEVER)) as service:
        own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            job = await submitted(one)
            await one.until(lambda: one.last[job.id].received >= end)
        async with studio(tmp_path, service, provider=MINE) as one:
            await one.core.recover()
            assert one.last[job.id].state is JobState.CUT
            assert await one.pictures() == []
            await one.core.read_cut(job.id)
            (found,) = await one.pictures()
            assert found.sha256 == sha256(picture)
            assert one.journal == []
        assert len(service.requests) == 1


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("end", [30, 200, -40])
async def test_an_unmarked_answer_counts_as_cut_unless_it_is_complete(
    tmp_path: Path, end: int, gone: bool
) -> None:
    if not gone:
        own(tmp_path)
    body = events(PICTURE)[:end]
    job, entry = left_behind(tmp_path, sent=True, body=body, profile=MINE, wire=TOY)
    for _start in range(2):
        async with studio(tmp_path, provider=None) as one:
            await one.core.recover()
            assert one.last[job.id].state is JobState.CUT
            assert entry.body.read_bytes() == body


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("mark", ["whole", "", "cut"])
@pytest.mark.parametrize("now", ["as it was", "gone", "of another wire", "of a wire nobody knows"])
async def test_an_answer_left_behind_is_read_by_the_wire_it_came_by(
    tmp_path: Path, mark: str, now: str
) -> None:
    left_behind(
        tmp_path, sent=True, body=events(PICTURE), mark=mark, profile=MINE, wire=TOY, reader=2
    )
    match now:
        case "as it was":
            own(tmp_path)
        case "of another wire":
            own(tmp_path, wire=USUAL_WIRE)
        case "of a wire nobody knows":
            own(tmp_path, wire="telepathy")
    async with studio(tmp_path, provider=None) as one:
        await one.core.recover()
        (found,) = await one.pictures()
        assert found.sha256 == sha256(PICTURE)
        assert one.journal == []


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("mark", ["whole", "", "cut"])
@pytest.mark.parametrize("gone", [False, True])
async def test_an_answer_of_before_there_were_others_is_of_the_usual_wire(
    tmp_path: Path, mark: str, gone: bool
) -> None:
    _job, entry = left_behind(tmp_path, sent=True, body=USUAL, mark=mark, profile=MINE)
    assert all(b"wire" not in path.read_bytes() for path in entry.folder.glob("*.json"))
    if not gone:
        own(tmp_path)
    async with studio(tmp_path, provider=None) as one:
        await one.core.recover()
        assert len(await one.pictures()) == 1
        assert one.journal == []


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("damaged", ["queued.json", "sent.json", "answer.json", "whole.json"])
async def test_a_damaged_mark_does_not_cost_the_wire(tmp_path: Path, damaged: str) -> None:
    _job, entry = left_behind(
        tmp_path, sent=True, body=events(PICTURE), mark="whole", profile=MINE, wire=TOY
    )
    (entry.folder / damaged).write_bytes(b"\0" * 40)
    async with studio(tmp_path, provider=None) as one:
        await one.core.recover()
        (found,) = await one.pictures()
        assert found.sha256 == sha256(PICTURE)


@pytest.mark.usefixtures("toy")
async def test_what_was_looked_at_by_this_reader_is_not_looked_at_again(tmp_path: Path) -> None:
    ToyWire.scanned.clear()
    own(tmp_path)
    job, entry = left_behind(
        tmp_path, sent=True, body=events(PICTURE)[:-9], mark="cut", profile=MINE, wire=TOY
    )
    for _start in range(3):
        async with studio(tmp_path, provider=MINE) as one:
            await one.core.recover()
            assert one.last[job.id].state is JobState.CUT
    assert ToyWire.scanned == [entry.body]
    assert json.loads((entry.folder / "cut.json").read_bytes())["reader"] == READER_VERSION


@pytest.mark.usefixtures("toy")
async def test_an_answer_kept_outside_the_library_comes_back_by_its_wire(tmp_path: Path) -> None:
    full = full_disk(lambda kind, path: kind == "append" and "library" in path.parts)
    with toy_service() as service, contextlib.ExitStack() as disk:
        path = own(tmp_path, service)
        async with studio(tmp_path, service, provider=MINE) as one:
            disk.enter_context(full)
            job = await submitted(one)
            await one.reaches(job, JobState.FAILED)
            await one.core.queue.idle()
            assert "state/answers" in Path(one.failure(job).hint).as_posix()
        disk.close()
        # Neither the journal's own mark nor the profile is there any more.
        path.unlink()
        for entry in (tmp_path / "library/.gridbrush/journal").iterdir():
            for mark in ("sent.json", "answer.json"):
                (entry / mark).unlink(missing_ok=True)
        async with studio(tmp_path, provider=None) as one:
            await one.core.recover()
            (found,) = await one.pictures()
            assert found.sha256 == sha256(PICTURE)
            assert list((tmp_path / "state/answers").iterdir()) == []


@pytest.mark.usefixtures("toy")
async def test_a_provider_that_changed_its_wire_is_sent_the_picture_alone(
    tmp_path: Path,
) -> None:
    with replies() as usual, toy_service() as service:
        own(tmp_path, usual, wire=USUAL_WIRE)
        async with studio(tmp_path, provider=MINE) as one:
            await one.gone(await submitted(one))
            (first,) = await one.pictures()
            assert first.talk is not None
            (mine,) = one.core.settings.value.profiles
            one.core.settings.change(profiles=(replace(mine, wire=TOY, base_url=service.url),))
            kept = await one.core.library.keep_input(
                one.core.library.path(first), role=Role.EDIT, name="it", picture=first.id
            )
            reference = replace(kept, talk=first.talk)
            await one.gone(
                await submitted(one, "at night", references=(reference,), aspect="match")
            )
            assert len(await one.pictures()) == 2
        order, *files = form(service.requests[0])
        assert json.loads(order[3])["wish"] == "at night"
        assert len(files) == 1


# Unknown


@pytest.mark.parametrize("wire", ["telepathy", "", "Gemini", "gemini ", "x" * 5000, "ü\u2028"])
async def test_an_unknown_wire_is_reported_when_used_and_kept(tmp_path: Path, wire: str) -> None:
    with replies() as service:
        path = own(tmp_path, service, wire=wire)
        async with studio(tmp_path, service, provider=MINE) as one:
            assert one.core.settings.trouble is None
            with pytest.raises(InputError, match="wire format") as told:
                await one.core.test_key(MINE)
            assert "gemini" in told.value.message
            assert len(told.value.title) < 200
            job = await submitted(one)
            await one.reaches(job, JobState.FAILED)
            assert one.failure(job).title == told.value.title
            assert one.failure(job).billed is Billed.NO
            one.core.settings.change(tile=300)
        assert service.requests == []
        kept = json.loads(path.read_text())
        assert (kept["profiles"][0]["wire"], kept["tile"]) == (wire, 300)


@pytest.mark.parametrize("mark", ["whole", "", "cut"])
@pytest.mark.parametrize("gone", [False, True])
async def test_an_answer_in_an_unknown_wire_waits_for_a_version_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, gone: bool
) -> None:
    job, entry = left_behind(
        tmp_path, sent=True, body=events(PICTURE), mark=mark, profile=MINE, wire=TOY, reader=2
    )
    before = {path.name: path.read_bytes() for path in entry.folder.iterdir()}
    if not gone:
        own(tmp_path)
    for _start in range(2):
        async with studio(tmp_path, provider=None) as one:
            await one.core.recover()
            assert one.last[job.id].state in (JobState.FAILED, JobState.CUT)
            assert await one.pictures() == []
            with pytest.raises(InputError, match="toy") as told:
                await one.core.read_cut(job.id)
            assert "saved" in told.value.hint
            assert one.failure(job).billed is Billed.MAYBE
            after = {path.name: path.read_bytes() for path in entry.folder.iterdir()}
            assert after == before
    monkeypatch.setitem(registry.WIRES, TOY, MAKE)
    async with studio(tmp_path, provider=None) as one:
        await one.core.recover()
        (found,) = await one.pictures()
        assert found.sha256 == sha256(PICTURE)
        assert one.journal == []
        assert one.core.queue.jobs == {}
