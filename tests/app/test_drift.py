"""Drift of edits: measured after their arrival, one at a time, unless it is switched off."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.app.drift import DriftMeasured, DriftMeter, edited_from, keep_measuring
from studio.common.errors import StorageError
from studio.domain.entities import Parent, Picture, Role
from tests.fake_service import FakeService, Reply, answer_with
from tests.generation.harness import Studio, replies, studio
from tests.imaging.scenes import WaveScene
from tests.library.builders import a_picture

SCENE = WaveScene(31)
SIZE = (192, 144)


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@cache
def before() -> bytes:
    return png(SCENE.picture(SIZE))


@cache
def moved() -> bytes:
    return png(SCENE.picture(SIZE, x=2.0, y=-1.0))


@cache
def other() -> bytes:
    return png(WaveScene(32).picture(SIZE))


async def made(here: Studio, service: FakeService, data: bytes, **draft: Any) -> Picture:
    service.script(Reply(body=answer_with(data)))
    (job,) = await here.submit("a lamp", **draft)
    await here.gone(job)
    return (await here.pictures())[0]


async def edited(here: Studio, service: FakeService, picture: Picture, data: bytes) -> Picture:
    reference = await here.core.library.keep_input(
        here.core.library.path(picture), role=Role.EDIT, name="it", picture=picture.id
    )
    return await made(here, service, data, aspect="match", references=(reference,))


class Kept:
    """Where results go."""

    def __init__(self) -> None:
        self.all: list[DriftMeasured] = []
        self.full = False

    async def keep(self, one: DriftMeasured) -> None:
        if self.full:
            raise StorageError("The disk is full")
        self.all.append(one)


@asynccontextmanager
async def meter(here: Studio, kept: Kept, **more: Any) -> AsyncIterator[DriftMeter]:
    core = here.core
    one = DriftMeter(
        library=core.library,
        comparer=core.comparer,
        settings=core.settings,
        events=core.events,
        on_measured=kept.keep,
        **more,
    )
    try:
        yield one
    finally:
        await one.close()


async def test_an_edit_is_measured_against_what_it_was_made_from(tmp_path: Path) -> None:
    kept = Kept()
    with replies() as service:
        async with studio(tmp_path, service) as here, meter(here, kept) as drift:
            first = await made(here, service, before())
            second = await edited(here, service, first, moved())
            third = await edited(here, service, second, other())
            await drift.idle()
    near, far = kept.all
    assert (near.picture, near.parent, near.aligned) == (second.id, first.id, True)
    assert near.shift_x == pytest.approx(2.0, abs=0.15)
    assert near.shift_y == pytest.approx(-1.0, abs=0.15)
    assert near.scale == pytest.approx(1.0, abs=0.002)
    assert near.changed == pytest.approx(0.0, abs=0.01)
    assert far == DriftMeasured(picture=third.id, parent=second.id, aligned=False)


async def test_the_copy_that_was_sent_will_do_when_the_parent_is_gone(tmp_path: Path) -> None:
    kept = Kept()
    with replies() as service:
        async with studio(tmp_path, service) as here, meter(here, kept) as drift:
            first = await made(here, service, before())
            here.core.settings.change(measure_drift=False)
            second = await edited(here, service, first, moved())
            here.core.library.path(first).unlink()
            here.core.settings.change(measure_drift=True)
            drift.measure([second.id])
            await drift.idle()
            assert [one.picture for one in kept.all] == [second.id]
            for copy in here.core.library.originals.inputs.iterdir():
                copy.unlink()
            drift.measure([second.id])
            await drift.idle()
    assert len(kept.all) == 1


async def test_it_can_be_switched_off_and_catches_up_when_it_is_on_again(tmp_path: Path) -> None:
    kept, missing = Kept(), list[str]()

    async def unmeasured() -> list[str]:
        return missing

    with replies() as service:
        async with (
            studio(tmp_path, service, shared=None, measure_drift=False) as here,
            meter(here, kept, find_unmeasured=unmeasured) as drift,
        ):
            first = await made(here, service, before())
            second = await edited(here, service, first, moved())
            drift.start()
            drift.measure([second.id])
            await drift.idle()
            assert kept.all == []
            assert not here.core.comparer.running
            missing.append(second.id)
            here.core.settings.change(measure_drift=True)
            await drift.idle()
            assert [one.picture for one in kept.all] == [second.id]


async def test_switching_it_off_gives_up_what_runs_and_on_again_goes_on(tmp_path: Path) -> None:
    kept = Kept()
    with replies() as service:
        async with studio(tmp_path, service) as here, meter(here, kept) as drift:
            first = await made(here, service, before())
            here.core.settings.change(measure_drift=False)
            second = await edited(here, service, first, moved())
            here.core.settings.change(measure_drift=True)
            drift.measure([second.id] * 5)
            await asyncio.sleep(0)
            here.core.settings.change(measure_drift=False)
            here.core.settings.change(measure_drift=True)
            drift.measure([second.id])
            await drift.idle()
    assert [one.picture for one in kept.all] == [second.id]


async def test_a_result_that_cannot_be_kept_does_not_stop_the_next(tmp_path: Path) -> None:
    kept = Kept()
    kept.full = True
    with replies() as service:
        async with studio(tmp_path, service) as here, meter(here, kept) as drift:
            first = await made(here, service, before())
            second = await edited(here, service, first, moved())
            await drift.idle()
            kept.full = False
            third = await edited(here, service, second, before())
            await drift.idle()
    assert [one.picture for one in kept.all] == [third.id]


async def test_arrivals_wait_for_nothing_and_use_another_process(tmp_path: Path) -> None:
    """The comparing process never starts, and the pictures are in the library all the same."""
    kept = Kept()
    with replies() as service:
        async with studio(tmp_path, service, shared=None) as here:
            comparer = here.core.comparer
            comparer.process.command = ["/nowhere"]
            async with meter(here, kept) as drift:
                first = await made(here, service, before())
                second = await edited(here, service, first, moved())
                await drift.idle()
                assert {one.id for one in await here.pictures()} == {first.id, second.id}
                assert here.troubles() == []
    assert kept.all == []


def test_the_last_edited_picture_counts_and_references_do_not() -> None:
    style = Parent(sha256="1" * 64, role=Role.STYLE)
    one, two = (Parent(sha256=digit * 64, role=Role.EDIT) for digit in "23")
    assert edited_from(a_picture(parents=(style,))) is None
    assert edited_from(a_picture(parents=(style, one))) == one
    assert edited_from(a_picture(parents=(one, two, style))) == two


async def test_what_was_measured_is_recorded_and_found(tmp_path: Path) -> None:
    with FakeService() as service:
        async with studio(tmp_path, service) as here:
            first = await made(here, service, before())
            child = await edited(here, service, first, moved())
            library = here.core.library
            measuring = asyncio.create_task(keep_measuring(here.core))
            while (found := (await library.family(child.id)).drift) is None:
                await asyncio.sleep(0.02)
            measuring.cancel()
            await asyncio.wait({measuring})
            assert found.aligned
            assert found.share is not None
            assert found.parent == first.id
            assert await library.choosing.without_drift() == []
