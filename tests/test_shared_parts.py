"""What cores share is what each of them would have had, and outlives them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from studio.app.core import Core
from studio.app.core_options import CoreOptions, SharedParts
from studio.common import paths
from studio.imaging.comparer import Comparer
from studio.imaging.decoder import Decoder
from studio.imaging.exporter import exporting_processes
from studio.providers import sketch
from tests.shared_parts import RememberingPainter

PICTURE = Path(__file__).parents[1] / "resources/examples/lighthouse.jpg"
URL = "sketch://painter/v1/models/{}:generateContent"
BODY = b'{"contents": [{"parts": [{"text": "fox"}]}], "generationConfig": {"seed": 1}}'


async def whole(answer: sketch.Answer) -> tuple[int, Mapping[str, str], bytes]:
    status, headers, chunks = answer
    return status, headers, b"".join([piece async for piece in chunks])


def test_a_sketch_is_painted_once_and_is_the_same() -> None:
    asked: list[str] = []

    async def counted(
        method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> sketch.Answer:
        asked.append(url)
        return await sketch.answer(method, url, headers, body)

    async def run() -> None:
        painter = RememberingPainter(counted)
        url = URL.format("sketch")
        expected = await whole(await sketch.answer("POST", url, {}, BODY))
        assert expected[0] == 200
        for _time in range(3):
            assert await whole(await painter.answer("POST", url, {}, BODY)) == expected
        assert len(asked) == 1
        await painter.answer("POST", url, {}, BODY.replace(b"fox", b"hare"))
        assert len(asked) == 2
        for _time in range(2):
            await painter.answer("POST", URL.format("sketch-refuses"), {}, BODY)
        assert len(asked) == 4, "the others answer anew each time"

    asyncio.run(run())


def test_shared_processes_outlive_a_core_and_its_own_do_not(tmp_path: Path) -> None:
    async def run() -> None:
        exporting = exporting_processes()
        shared = SharedParts(decoder=Decoder(), comparer=Comparer(), exporting=exporting)
        for number in range(2):
            core = await Core.open(
                paths.find(tmp_path / str(number)), CoreOptions(), environ={}, shared=shared
            )
            assert core.decoder is shared.decoder
            assert core.comparer is shared.comparer
            await core.decoder.probe(PICTURE)
            await core.comparer.compare(PICTURE, PICTURE)
            await core.exports.exporter.source(PICTURE)
            pids = core.exports.exporter.pids
            await core.close()
            assert core.decoder.running
            assert core.comparer.running
            assert tuple(one.pid for one in exporting if one.running) == pids
        await core.decoder.close()
        await core.comparer.close()
        for one in exporting:
            await one.close()
        core = await Core.open(paths.find(tmp_path / "own"), CoreOptions(), environ={})
        await core.decoder.probe(PICTURE)
        await core.comparer.compare(PICTURE, PICTURE)
        await core.exports.exporter.source(PICTURE)
        await core.close()
        assert not core.decoder.running
        assert not core.comparer.running
        assert not core.exports.exporter.running

    asyncio.run(run())
