"""The composer on the real core: a prompt becomes pictures, a picture the next source."""

from __future__ import annotations

import asyncio
from pathlib import Path

from studio.app.core import Core
from studio.common import paths
from studio.domain import runs
from studio.domain.entities import AspectRatio, Role
from studio.domain.events import Event, PicturesAdded
from studio.domain.runs import Run
from studio.ui.panels.composer.composer import Composer
from studio.ui.style import theme
from studio.ui.support import tasks


async def test_a_picture_made_here_is_edited_here(
    look: theme.Theme, tmp_path: Path, heard, collected
) -> None:
    core = await Core.open(paths.find(tmp_path), environ={})
    arrived: asyncio.Queue[str] = asyncio.Queue()

    def hear(event: Event) -> None:
        if isinstance(event, PicturesAdded):
            for id in event.ids:
                arrived.put_nowait(id)

    core.events.subscribe(hear)
    composer = Composer(core)
    sent: list[Run] = collected(composer.generate)
    try:
        composer.set_draft(composer.draft())
        composer.on_aspect_chosen("16:9")
        composer.set_prompt("a lighthouse at dusk")
        composer.generate_now()
        await core.submit(sent[0])
        (first,) = await core.library.find([await arrived.get()])
        assert sent[0].requests[0].aspect == AspectRatio(16, 9)

        composer.edit(first)
        broken = tmp_path / "broken.png"
        broken.write_bytes(b"no picture at all")
        composer.add_references([broken])
        await heard(composer.reception.idle)
        source = composer.draft().references[0]
        assert (source.role, source.picture, source.sha256) == (Role.EDIT, first.id, first.sha256)
        assert core.library.input_path(source).exists()
        assert composer.bar.notice is not None
        assert "broken" in composer.bar.notice.text
        await heard(composer.thumbnails.arrived)
        pixels = composer.suggestion(composer.model()).pixels
        assert pixels == (first.width, first.height)

        composer.generate_now()
        await core.submit(sent[1])
        (second,) = await core.library.find([await arrived.get()])
        assert [(p.picture, p.role) for p in second.parents] == [(first.id, Role.EDIT)]

        composer.clear()
        composer.remix(runs.again(second))
        assert composer.draft().references[0].sha256 == first.sha256
        assert composer.draft().prompt == "a lighthouse at dusk"
        for task in tasks.running():
            await task
    finally:
        composer.deleteLater()
        await core.close()
