"""References on the wire: scaled and converted where necessary, with a warning."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from pathlib import Path

from PIL import Image

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Role
from studio.library.query import Query
from tests.fake_service import FakeService
from tests.generation.harness import replies, studio

KEY = {"GRIDBRUSH_API_KEY": "sk-canary-4f1d9e7b2a6c8035"}


def picture(folder: Path, name: str, size: tuple[int, int]) -> Path:
    path = folder / name
    Image.new("RGB", size, "#336699").save(path)
    return path


async def test_a_reference_that_was_sent_otherwise_is_reported(tmp_path):
    with FakeService() as service:
        options = CoreOptions(provider="dgrid", base_url=service.url)
        core = await Core.open(paths.find(tmp_path / "home"), options, environ=KEY)
        try:
            given = [
                picture(tmp_path, "wide.png", (5000, 20)),
                picture(tmp_path, "old.bmp", (30, 20)),
                picture(tmp_path, "fine.jpg", (30, 20)),
            ]
            references = tuple(
                [
                    await core.library.keep_input(path, role=Role.STYLE, name=path.stem)
                    for path in given
                ]
            )
            notes = [await core.library.input_note(one) for one in references]
            assert notes == ["sent smaller", "sent converted", ""]
            model = core.catalogue.find("dgrid", "gemini-nano-banana-2.1")
            draft = Draft(
                prompt="p", profile="dgrid", model=model.id, references=references, aspect="match"
            )
            await core.submit(runs.plan(draft, model, ("p",)))
            await core.queue.idle()
            (made,) = await core.library.pictures(await core.library.rows(Query()))
        finally:
            await core.close()
    assert made.warnings == (
        "wide was sent as a smaller copy",
        "old was sent as a converted copy",
    )
    sent = await asyncio.to_thread(json.loads, service.requests[0].body)
    parts = [part["inlineData"] for part in sent["contents"][0]["parts"][:-1]]
    assert [part["mimeType"] for part in parts] == ["image/jpeg", "image/jpeg", "image/jpeg"]
    first = Image.open(io.BytesIO(base64.b64decode(parts[0]["data"])))
    assert max(first.size) == 4096


async def test_several_sources_are_sent_one_each_and_each_result_hangs_under_its_own(tmp_path):
    with replies() as service:
        async with studio(tmp_path, service) as one:
            jobs = await one.submit("{sea|hill|fog}")
            for job in jobs:
                await one.gone(job)
            sources = await one.pictures()
            draft = tuple(
                [
                    await one.core.library.keep_input(
                        one.core.library.path(each),
                        role=Role.EDIT,
                        name=each.name,
                        picture=each.id,
                    )
                    for each in sources
                ]
            )
            jobs = await one.submit("at night", references=draft, aspect="match")
            for job in jobs:
                await one.gone(job)
            made = [each for each in await one.pictures() if each.parents]
    assert {each.id: each.name for each in sources} == {
        each.parents[0].picture: each.name for each in made
    }, "what sets them apart is the source"
    bodies = [json.loads(request.body) for request in service.requests[3:]]
    sent = [
        [part for part in body["contents"][-1]["parts"] if "text" not in part] for body in bodies
    ]
    assert [len(pictures) for pictures in sent] == [1, 1, 1]
