"""The numbered cases that end in the library: files and messages."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.domain.entities import Job, Picture
from tests.fake_service import FakeService, Reply
from tests.generation.harness import inline, parts, replies, studio


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def plain(width: int = 96, height: int = 64, kind: str = "JPEG", **more: Any) -> bytes:
    return saved(Image.new("RGB", (width, height), (200, 90, 30)), kind, **more)


async def _over(home: Path, service: FakeService, **draft: Any) -> tuple[list[Picture], Job]:
    async with studio(home, service) as one:
        (job,) = await one.submit(**draft)
        await one.until(lambda: one.removed(job) or one.last[job.id].failure)
        for picture in (found := await one.pictures()):
            data = await asyncio.to_thread(one.core.library.path(picture).read_bytes)
            assert len(data) == picture.bytes
            assert await one.core.library.thumbnail(picture, 256)
        return found, one.last[job.id]


KINDS: dict[str, tuple[Callable[[], bytes], str, str, tuple[int, int]]] = {
    "S08 a JPEG called a PNG": (plain, "image/png", ".jpg", (96, 64)),
    "S08 a JPEG called a stream of bytes": (plain, "application/octet-stream", ".jpg", (96, 64)),
    "S08 a JPEG called a jpg": (plain, "image/jpg", ".jpg", (96, 64)),
    "S22 WebP": (lambda: plain(kind="WEBP"), "image/webp", ".webp", (96, 64)),
    "S22 sixteen bits": (
        lambda: saved(Image.new("I;16", (96, 64), 40_000), "PNG"), "image/png", ".png", (96, 64),
    ),
    "S22 CMYK": (
        lambda: saved(Image.new("CMYK", (96, 64)), "JPEG"), "image/jpeg", ".jpg", (96, 64),
    ),
    "S22 the widest there is": (
        lambda: plain(12288, 1536, quality=30), "image/jpeg", ".jpg", (12288, 1536),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
async def test_its_bytes_decide_what_a_picture_is(tmp_path: Path, name: str) -> None:
    make, called, ending, size = KINDS[name]
    data = await asyncio.to_thread(make)
    with replies() as service:
        service.script(Reply(body=parts(inline(data, called))))
        (picture,), _job = await _over(tmp_path, service, aspect="match", size="")
    assert (picture.width, picture.height) == size
    assert Path(picture.path).suffix == ending
    assert picture.bytes == len(data)
    assert picture.warnings == ()


@pytest.mark.parametrize(
    ("size", "warned"),
    [
        pytest.param((1600, 900), (), id="S20 as asked"),
        pytest.param((1376, 768), (), id="S20 within three in a hundred"),
        pytest.param((1024, 1024), ("Requested 16:9, received 1:1",), id="S20 another ratio"),
        pytest.param((400, 225), ("Requested 1K, received 512",), id="S19 another size"),
    ],
)
async def test_what_came_is_compared_with_what_was_asked(
    tmp_path: Path, size: tuple[int, int], warned: tuple[str, ...]
) -> None:
    data = plain(*size)
    with replies() as service:
        service.script(Reply(body=parts(inline(data, "image/jpeg"))))
        (picture,), _job = await _over(tmp_path, service, aspect="16:9", size="1K")
    assert picture.warnings == warned


async def test_s03_drafts_are_kept_apart(tmp_path: Path) -> None:
    answer = parts(
        {"text": "plan", "thought": True},
        inline(plain(80, 80), thought=True),
        inline(plain(64, 64), thoughtSignature="c2ln"),
    )
    with replies() as service:
        service.script(Reply(body=answer))
        found, _job = await _over(tmp_path, service, aspect="1:1", size="")
    assert {(one.width, one.draft) for one in found} == {(80, True), (64, False)}


async def test_s23_s24_the_model_and_what_it_looked_up_are_with_the_picture(
    tmp_path: Path,
) -> None:
    answer = parts(
        inline(plain()),
        groundingMetadata={
            "webSearchQueries": ["q"],
            "groundingChunks": [{"web": {"uri": "https://h.org/", "title": "H"}}],
        },
    )
    answer["modelVersion"] = "gemini-3-pro-image"
    with replies() as service:
        service.script(Reply(body=answer))
        (picture,), _job = await _over(tmp_path, service, aspect="match", size="")
    assert picture.delivered_model == "gemini-3-pro-image"
    assert "instead of gemini-nano-banana-2.1" in picture.warnings[0]
    assert picture.grounding is not None
    assert picture.grounding.sources[0].url == "https://h.org/"


@pytest.mark.parametrize("framing", ["chunked", "close", "length"])
@pytest.mark.parametrize("packing", ["", "gzip"])
async def test_s26_packed_and_without_a_length(tmp_path: Path, framing: str, packing: str) -> None:
    data = plain()
    body = json.dumps(parts(inline(data))).encode()
    headers = {"Content-Encoding": packing} if packing else {}
    reply = Reply(
        body=gzip.compress(body) if packing else body, headers=headers, framing=framing, pieces=3
    )
    with replies() as service:
        service.script(reply)
        (picture,), _job = await _over(tmp_path, service, aspect="match", size="")
    assert picture.bytes == len(data)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(
            Reply(body={"promptFeedback": {"blockReason": "SAFETY"}}), "refused", id="N01"
        ),
        pytest.param(
            Reply(body={"candidates": [{"finishReason": "NO_IMAGE"}]}), "no_image", id="N06"
        ),
        pytest.param(Reply(body=parts({"text": "I can't create that."})), "no_image", id="N07"),
        pytest.param(
            Reply(body=b"<html>sign in</html>", headers={"Content-Type": "text/html"}),
            "server",
            id="N13",
        ),
    ],
)
async def test_an_answer_without_a_picture_is_asked_for_once(
    tmp_path: Path, reply: Reply, kind: str
) -> None:
    with replies() as service:
        service.script(reply)
        found, job = await _over(tmp_path, service)
        assert len(service.requests) == 1
    assert found == []
    assert job.failure is not None
    assert job.failure.kind == kind
    assert job.request.prompt == "A lamp"
    if kind == "no_image":
        assert job.failure.billed == "maybe"
