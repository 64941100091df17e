"""The painter as a service: routes, the shape of its answers, and the models that fail."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from studio.providers.sketch import CHUNK, MODELS, Painter

URL = "https://sketch.invalid/v1/models/{model}:generateContent"
PIXEL = base64.b64encode(b"not a picture").decode()


def body(prompt: str = "a lighthouse at dusk", **config: Any) -> bytes:
    image = {key: config.pop(key) for key in ("aspectRatio", "imageSize") if key in config}
    image = {"imageSize": "160x160", **image}
    return json.dumps(
        {
            "contents": [{"role": "user", "parts": [{"text": prompt}]}],
            "generationConfig": {"seed": 7, "imageConfig": image, **config},
        }
    ).encode()


async def whole(
    painter: Painter, model: str = "sketch", sent: bytes | None = None, *, url: str = ""
) -> tuple[int, Mapping[str, str], list[bytes]]:
    status, headers, chunks = await painter.answer(
        "POST", url or URL.format(model=model), {}, body() if sent is None else sent
    )
    return status, headers, [chunk async for chunk in chunks]


def asked(
    model: str = "sketch", sent: bytes | None = None, painter: Painter | None = None
) -> tuple[int, Any]:
    status, _headers, chunks = asyncio.run(whole(painter or Painter(), model, sent))
    return status, json.loads(b"".join(chunks))


def picture(answer: Any) -> Image.Image:
    parts = answer["candidates"][0]["content"]["parts"]
    data = next(part["inlineData"]["data"] for part in parts if "inlineData" in part)
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


def test_a_picture_comes_in_the_shape_of_the_service() -> None:
    status, answer = asked()
    assert status == 200
    (candidate,) = answer["candidates"]
    assert candidate["finishReason"] == "STOP"
    assert candidate["content"]["role"] == "model"
    text, image = candidate["content"]["parts"]
    assert text["text"] == "Offline sketch, not AI: lighthouse, dusk, seed 7."
    assert image["inlineData"]["mimeType"] == "image/png"
    assert picture(answer).size == (160, 160)
    usage = answer["usageMetadata"]
    assert usage["candidatesTokenCount"] == 0
    assert usage["totalTokenCount"] == usage["promptTokenCount"] > 0
    assert answer["modelVersion"] == "sketch"
    assert answer["seed"] == 7
    assert answer["responseId"]


def test_chunks_are_of_even_size_and_as_long_as_announced() -> None:
    sent = body(imageSize="512")
    status, headers, chunks = asyncio.run(whole(Painter(), sent=sent))
    assert status == 200
    assert int(headers["content-length"]) == sum(map(len, chunks))
    assert len(chunks) > 2
    assert {len(chunk) for chunk in chunks[:-1]} == {CHUNK}


def test_the_same_request_gives_the_same_bytes() -> None:
    first, second = (asyncio.run(whole(Painter()))[2] for _ in range(2))
    assert first == second


def test_without_a_seed_one_is_drawn_and_written_down() -> None:
    sent = json.loads(body())
    del sent["generationConfig"]["seed"]
    answers = [asked(sent=json.dumps(sent).encode())[1] for _ in range(2)]
    seeds = [answer["seed"] for answer in answers]
    assert seeds[0] != seeds[1]
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert picture(answers[0]).info["Seed"] == str(seeds[0])


def test_ratio_and_tier_are_obeyed() -> None:
    _, answer = asked(sent=body(aspectRatio="16:9", imageSize="512"))
    assert picture(answer).size == (688, 384)


def test_without_a_ratio_an_edit_follows_its_picture() -> None:
    file = io.BytesIO()
    Image.new("RGB", (90, 160), (90, 60, 40)).save(file, "PNG")
    sent = json.loads(body(imageSize="512"))
    data = {
        "inlineData": {"mimeType": "image/png", "data": base64.b64encode(file.getvalue()).decode()}
    }
    sent["contents"][0]["parts"].insert(0, data)
    _, answer = asked(sent=json.dumps(sent).encode())
    assert picture(answer).size == (384, 688)


@pytest.mark.parametrize(
    ("texts", "edited"),
    [
        (("Style reference:", "a lighthouse at dusk"), False),
        (("", "a lighthouse at dusk in the style of this picture"), False),
        (("", "Picture 1: palette. A lighthouse at dusk"), False),
        (("The picture to edit:", "a lighthouse at dusk"), True),
        (("", "a lighthouse at dusk"), True),
    ],
)
def test_words_beside_a_picture_say_what_it_is_for(texts: tuple[str, str], edited: bool) -> None:
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, "PNG")
    data = {"mimeType": "image/png", "data": base64.b64encode(file.getvalue()).decode()}
    before, after = texts
    sent = json.loads(body())
    parts: list[Any] = [{"inlineData": data}, {"text": after}]
    sent["contents"][0]["parts"] = [{"text": before}, *parts] if before else parts
    _, answer = asked(sent=json.dumps(sent).encode())
    said = answer["candidates"][0]["content"]["parts"][0]["text"]
    assert ("repainted picture" in said) is edited
    assert ("lighthouse" in said) is not edited


def test_the_models_are_listed() -> None:
    async def listed() -> Any:
        status, _, chunks = await Painter().answer("GET", "https://x/v1/models?pageSize=9", {}, b"")
        assert status == 200
        return json.loads(b"".join([chunk async for chunk in chunks]))

    answer = asyncio.run(listed())
    assert answer["object"] == "list"
    assert tuple(entry["id"] for entry in answer["data"]) == MODELS


def test_a_refusal_has_a_reason_and_no_parts() -> None:
    status, answer = asked("sketch-refuses")
    assert status == 200
    (candidate,) = answer["candidates"]
    assert candidate["finishReason"] == "IMAGE_SAFETY"
    assert candidate["finishMessage"]
    assert "content" not in candidate


def test_words_come_instead_of_a_picture() -> None:
    status, answer = asked("sketch-words")
    assert status == 200
    assert answer["candidates"][0]["finishReason"] == "STOP"
    (part,) = answer["candidates"][0]["content"]["parts"]
    assert set(part) == {"text"}


def test_words_come_when_no_picture_is_asked_for() -> None:
    _, answer = asked(sent=body(responseModalities=["TEXT"]))
    assert set(answer["candidates"][0]["content"]["parts"][0]) == {"text"}


def test_overloaded_twice_for_each_request_then_a_picture() -> None:
    painter = Painter()
    one, other = body("a city"), body("a forest")
    statuses = [asked("sketch-overloaded", sent, painter)[0] for sent in (one, one, other, one)]
    assert statuses == [503, 503, 503, 200]
    # The success is forgotten: the same request is turned away again.
    status, answer = asked("sketch-overloaded", one, painter)
    assert status == 503
    assert answer["error"]["status"] == "UNAVAILABLE"
    assert answer["error"]["code"] == 503


def test_a_slow_answer_is_whole_and_takes_its_time_in_pieces() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    painter = Painter(drip_seconds=20, sleep=sleep)
    _, headers, chunks = asyncio.run(whole(painter, "sketch-slow"))
    assert sum(slept) == pytest.approx(20, rel=0.02)
    assert max(slept) < 0.5
    assert len(chunks) == len(slept) >= 95
    assert int(headers["content-length"]) == sum(map(len, chunks))
    assert picture(json.loads(b"".join(chunks))).size == (160, 160)


def test_a_cut_answer_stops_inside_the_picture() -> None:
    status, headers, chunks = asyncio.run(whole(Painter(), "sketch-cut"))
    received = b"".join(chunks)
    assert status == 200
    assert len(received) < int(headers["content-length"])
    assert b'"data": "iVBOR' in received
    with pytest.raises(json.JSONDecodeError):
        json.loads(received)


@pytest.mark.parametrize("model", ["sketch-refuses", "sketch-words", "sketch-cut", "sketch-slow"])
def test_a_prompt_never_plays_a_fault(model: str) -> None:
    status, answer = asked(sent=body(f"{model} 503 IMAGE_SAFETY"))
    assert status == 200
    assert picture(answer).size == (160, 160)


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("POST", "https://x/v1/models/unknown:generateContent", 404),
        ("POST", "https://x/v1/models/sketch:streamGenerateContent", 404),
        ("GET", "https://x/v1/models/sketch:generateContent", 404),
        ("GET", "https://x/v1/models/unknown", 404),
        ("DELETE", "https://x/v1/models", 404),
    ],
)
def test_other_addresses_are_not_found(method: str, url: str, status: int) -> None:
    async def answered() -> tuple[int, Any]:
        code, _, chunks = await Painter().answer(method, url, {}, body())
        return code, json.loads(b"".join([chunk async for chunk in chunks]))

    code, answer = asyncio.run(answered())
    assert code == status
    assert answer["error"]["status"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"", "JSON"),
        (b"[]", "not an object"),
        (b'{"contents":[]}', "contents"),
        (b'{"contents":[{"role":"user","parts":[]}]}', "must not be empty"),
        (b'{"contents":[{"parts":[7]}]}', "parts"),
        (body(imageSize="8K"), "imageSize"),
        (body(aspectRatio="wide", imageSize="1K"), "aspectRatio"),
        (body(candidateCount=2), "Multiple candidates"),
        (body(candidateCount="x"), "candidateCount"),
        (body(seed=True), "seed"),
        (body(seed=float("nan")), "JSON"),
        (b'{"contents":[{"parts":[{"inlineData":{"data":"%%%"}}]}]}', "Base64"),
        (b'{"contents":[{"parts":[{"inlineData":{"data":"' + PIXEL.encode() + b'"}}]}]}', "1"),
        (b'{"contents":[{"parts":[{"text":"a"}]}],"generationConfig":7}', "generationConfig"),
    ],
)
def test_a_bad_request_is_answered_with_what_is_wrong(sent: bytes, says: str) -> None:
    status, answer = asked(sent=sent)
    assert status == 400
    assert answer["error"]["status"] == "INVALID_ARGUMENT"
    assert says in answer["error"]["message"]


def test_the_loop_goes_on_while_a_picture_is_painted() -> None:
    async def counted() -> int:
        turns = 0
        task = asyncio.ensure_future(whole(Painter(), sent=body(imageSize="512")))
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
        assert (await task)[0] == 200
        return turns

    # Painted on the loop it would be a handful of turns.
    assert asyncio.run(counted()) > 100


def test_a_cancelled_request_leaves_the_painter_free() -> None:
    async def cancelled() -> int:
        painter = Painter()
        task = asyncio.ensure_future(whole(painter, sent=body(imageSize="2K")))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        status, _, _ = await whole(painter)
        painter.close()
        return status

    assert asyncio.run(cancelled()) == 200


def test_pillow_is_not_loaded_before_a_picture_is_wanted() -> None:
    code = "import sys, studio.providers.sketch; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
