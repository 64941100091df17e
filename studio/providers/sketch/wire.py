"""The offline painter behind the wire format of generateContent: a plain async function.

`Painter().answer(method, url, headers, body)` gives (status, headers, chunks);
providers/transport.py makes an httpx transport of it. Faults are played only by the fault models
below, never by a prompt.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import math
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from studio.common.i18n import _

if TYPE_CHECKING:
    from studio.providers.sketch.painter import Sketch
    from studio.providers.sketch.request import SketchRequest

_Made = TypeVar("_Made")
Answer = tuple[int, dict[str, str], AsyncIterator[bytes]]

MODELS = (
    "sketch",
    "sketch-slow",
    "sketch-refuses",
    "sketch-words",
    "sketch-overloaded",
    "sketch-cut",
)
DRIP_SECONDS = 20.0
CHUNK = 64 * 1024

_DRIPS = 100
_OVERLOADS = 2
_REMEMBERED = 256
_GENERATE = re.compile(r"/models/([^/]+):generateContent$")
_MODEL = re.compile(r"/models(?:/([^/:]+))?/?$")


class Painter:
    """The painter with its thread and its memory of whom it turned away.

    Sketches are painted one after the other on a thread of their own, so that the loop never
    waits; a cancelled request stops its painting between two strokes.
    """

    def __init__(
        self,
        *,
        drip_seconds: float = DRIP_SECONDS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._drip_seconds = drip_seconds
        self._sleep = sleep
        self._executor: ThreadPoolExecutor | None = None
        self._stops: set[threading.Event] = set()
        self._refused: dict[str, int] = {}

    async def answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],  # noqa: ARG002 - the painter needs no key
        body: bytes,
    ) -> Answer:
        """Answer one request as the service would, with status, headers and the body in chunks."""
        path = urlsplit(url).path
        if method.upper() == "GET" and (match := _MODEL.search(path)):
            return _listed(unquote(match[1]) if match[1] else None)
        match = _GENERATE.search(path)
        if method.upper() != "POST" or not match:
            return _failed(404, "NOT_FOUND", f"Invalid URL ({method.upper()} {path})")
        model = unquote(match[1])
        if model not in MODELS:
            return _failed(404, "NOT_FOUND", f"models/{model} is not found.")
        name = await self._aside(lambda _stop: hashlib.sha256(body).hexdigest())
        if model == "sketch-overloaded" and self._turns_away(name):
            return _failed(
                503, "UNAVAILABLE", _("The model is overloaded. Please try again later.")
            )
        return await self._generated(model, body, name)

    def close(self) -> None:
        """Give up what is being painted; at once, without waiting for the thread."""
        for stop in self._stops:
            stop.set()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    async def _generated(self, model: str, body: bytes, name: str) -> Answer:
        try:
            request, painter = await self._aside(lambda _stop: _loaded())
            asked: SketchRequest = await self._aside(lambda _stop: request.read(body))
            if model == "sketch-refuses":
                return _json(200, _refusal(asked, model))
            if model == "sketch-words" or not asked.wants_picture:
                return _json(200, _spoken(asked, model))
            sketch: Sketch = await self._aside(lambda stop: painter.paint(asked.brief, stop))
        except ValueError as error:
            return _failed(400, "INVALID_ARGUMENT", str(error))
        answer = _PictureBody.of(asked, sketch, model, name)
        headers = {**_HEADERS, "content-length": str(answer.length)}
        if model == "sketch-slow":
            return 200, headers, self._dripping(answer)
        if model == "sketch-cut":
            return 200, headers, _chunked(answer.pieces(), upto=answer.length // 2)
        return 200, headers, _chunked(answer.pieces())

    async def _aside(self, work: Callable[[threading.Event], _Made]) -> _Made:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="sketch")
        stop = threading.Event()
        self._stops.add(stop)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, work, stop)
        finally:
            # Reached early when the request was cancelled: the painting ends too.
            stop.set()
            self._stops.discard(stop)

    async def _dripping(self, answer: _PictureBody) -> AsyncIterator[bytes]:
        # Even pieces at even times; the last one comes when the time is over.
        step = math.ceil(answer.length / _DRIPS)
        async for piece in _chunked(answer.pieces(), step):
            await self._sleep(self._drip_seconds / _DRIPS)
            yield piece

    def _turns_away(self, name: str) -> bool:
        times = self._refused.pop(name, 0)
        if times >= _OVERLOADS:
            return False
        self._refused[name] = times + 1
        while len(self._refused) > _REMEMBERED:
            self._refused.pop(next(iter(self._refused)))
        return True


def _loaded() -> tuple[ModuleType, ModuleType]:
    """What reads requests and what paints; called on the painter's thread."""
    # Pillow is for those who paint, and takes 0.1 s.
    from studio.providers.sketch import painter, request

    return request, painter


@dataclass(frozen=True, slots=True, kw_only=True)
class _PictureBody:
    """The body of an answer with a picture: JSON around base64, encoded while it is sent."""

    before: bytes
    png: bytes
    after: bytes

    @classmethod
    def of(
        cls, asked: SketchRequest, sketch: Sketch, model: str, request_hash: str
    ) -> _PictureBody:
        marker = "\0"
        parts = [
            {"text": described(sketch, asked.brief.seed)},
            {"inlineData": {"mimeType": "image/png", "data": marker}},
        ]
        whole = {
            "candidates": [
                {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
            ],
            **_closing(asked, model, request_hash),
            "seed": asked.brief.seed,
        }
        before, _marker, after = json.dumps(whole).partition(json.dumps(marker)[1:-1])
        return cls(before=before.encode(), png=sketch.png, after=after.encode())

    @property
    def length(self) -> int:
        return len(self.before) + 4 * math.ceil(len(self.png) / 3) + len(self.after)

    def pieces(self) -> Iterator[bytes]:
        yield self.before
        step = CHUNK // 4 * 3
        for start in range(0, len(self.png), step):
            yield base64.b64encode(self.png[start : start + step])
        yield self.after


def described(sketch: Sketch, seed: int) -> str:
    """One sentence that says what the picture is, and that no model made it."""
    names = {
        "city": _("city"),
        "dunes": _("dunes"),
        "forest": _("forest"),
        "hills": _("hills"),
        "icon": _("icon"),
        "kelp": _("kelp"),
        "leaves": _("leaves"),
        "lighthouse": _("lighthouse"),
        "mountains": _("mountains"),
        "pattern": _("pattern"),
        "still_life": _("still life"),
        "waves": _("waves"),
        "": _("repainted picture"),
    }
    moods = {
        "autumn": _("autumn"),
        "blue": _("blue hour"),
        "dawn": _("dawn"),
        "dusk": _("dusk"),
        "fog": _("fog"),
        "mist": _("morning mist"),
        "mono": _("few colours"),
        "night": _("night"),
        "noon": _("daylight"),
        "shore": _("pale light"),
        "snow": _("snow"),
        "storm": _("storm"),
        "violet": _("violet evening"),
    }
    return _("Offline sketch, not AI: {motif}, {mood}, seed {seed}.").format(
        motif=names[sketch.motif], mood=moods[sketch.mood], seed=seed
    )


_HEADERS = {"content-type": "application/json; charset=UTF-8", "server": "gridbrush-sketch"}


def _closing(asked: SketchRequest, model: str, request_hash: str) -> dict[str, Any]:
    # A rough count is enough for the interface; nothing here costs money.
    tokens = len(asked.brief.prompt) // 4 + 1 + 258 * len(asked.brief.inputs)
    response_id = hashlib.sha256(f"{request_hash} {asked.brief.seed}".encode()).hexdigest()[:24]
    return {
        "usageMetadata": {
            "promptTokenCount": tokens,
            "candidatesTokenCount": 0,
            "totalTokenCount": tokens,
        },
        "modelVersion": model,
        "responseId": response_id,
    }


def _refusal(asked: SketchRequest, model: str) -> dict[str, Any]:
    message = _(
        "Unable to show the generated image: the offline painter plays a refusal by the "
        "safety filter. You will not be charged."
    )
    candidate = {"finishReason": "IMAGE_SAFETY", "finishMessage": message, "index": 0}
    return {"candidates": [candidate], **_closing(asked, model, "refused")}


def _spoken(asked: SketchRequest, model: str) -> dict[str, Any]:
    words = _(
        "Offline sketch, not AI: this model answers in words only. Ask the sketch model for a "
        "picture."
    )
    content = {"role": "model", "parts": [{"text": words}]}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], **_closing(asked, model, "words")}


def _listed(model: str | None) -> Answer:
    entries = [
        {"id": name, "object": "model", "created": 0, "owned_by": "gridbrush"} for name in MODELS
    ]
    if model is None:
        return _json(200, {"object": "list", "data": entries})
    for entry in entries:
        if entry["id"] == model:
            return _json(200, entry)
    return _failed(404, "NOT_FOUND", f"models/{model} is not found.")


def _failed(code: int, status: str, message: str) -> Answer:
    return _json(code, {"error": {"code": code, "message": message, "status": status}})


def _json(status: int, value: Mapping[str, Any]) -> Answer:
    body = json.dumps(value).encode()
    return status, {**_HEADERS, "content-length": str(len(body))}, _chunked(iter([body]))


async def _chunked(
    pieces: Iterator[bytes], size: int = CHUNK, upto: int | None = None
) -> AsyncIterator[bytes]:
    # Whole chunks whatever the pieces are, and nothing after `upto` bytes.
    waiting = bytearray()
    left = upto
    for piece in pieces:
        taken = piece if left is None else piece[:left]
        left = None if left is None else left - len(taken)
        waiting += taken
        while len(waiting) >= size:
            yield bytes(waiting[:size])
            del waiting[:size]
    if waiting:
        yield bytes(waiting)
