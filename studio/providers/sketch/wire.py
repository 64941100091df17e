"""The offline painter behind the wire format of generateContent: a plain async function.

`Painter().answer(method, url, headers, body)` gives (status, headers, chunks);
providers/http_routes.py turns that into an httpx response. Faults are simulated by the fault models
only, whatever the prompt says.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import math
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from studio.common import i18n
from studio.common.i18n import _

if TYPE_CHECKING:
    from studio.providers.sketch.brief import Brief
    from studio.providers.sketch.painter import Sketch
    from studio.providers.sketch.roles import RoleNote

Answer = tuple[int, dict[str, str], AsyncIterator[bytes]]

MODELS = (
    "sketch",
    "sketch-slow",
    "sketch-refuses",
    "sketch-words",
    "sketch-overloaded",
    "sketch-cut",
    "sketch-drifts",
    "sketch-keeps-marks",
    "sketch-reshapes",
)
DRIP_SECONDS = 20.0
CHUNK = 64 * 1024

_DRIPS = 100
_OVERLOADS = 2
_REMEMBERED = 256
_GENERATE = re.compile(r"/models/([^/]+):generateContent$")
_MODEL = re.compile(r"/models(?:/([^/:]+))?/?$")
_HEADERS = {"content-type": "application/json; charset=UTF-8", "server": "gridbrush-sketch"}
# Placeholder for the picture in an answer until it is encoded.
_PICTURE = "\0"
# Bytes of a picture encoded at once; few, so that the interpreter is never blocked for long.
_PIECE = 768 * 1024


class Painter:
    """The painter with its thread and its counts of refused requests.

    Sketches are painted one after the other on a separate thread, so that the loop never waits. The
    painting of a cancelled request stops between two strokes.
    """

    def __init__(
        self,
        *,
        drip_seconds: float = DRIP_SECONDS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._drip_seconds = drip_seconds
        self._sleep = sleep
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="sketch")
        self._refused: dict[bytes, int] = {}

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
            return _models(unquote(match[1]) if match[1] else None)
        match = _GENERATE.search(path)
        if method.upper() != "POST" or not match:
            return _failed(404, "NOT_FOUND", f"Invalid URL ({method.upper()} {path})")
        model = unquote(match[1])
        if model not in MODELS:
            return _failed(404, "NOT_FOUND", f"models/{model} is not found.")
        if model == "sketch-overloaded" and await self._turns_away(body):
            return _failed(
                503, "UNAVAILABLE", _("The model is overloaded. Please try again later.")
            )
        try:
            made = await self._on_thread(lambda stop: _answer_body(model, body, stop))
        except ValueError as error:
            return _failed(400, "INVALID_ARGUMENT", str(error))
        headers_sent = {**_HEADERS, "content-length": str(len(made))}
        if model == "sketch-slow":
            return 200, headers_sent, self._dripping(made)
        end = len(made) // 2 if model == "sketch-cut" else len(made)
        return 200, headers_sent, _chunked(made[:end])

    def close(self) -> None:
        """End the thread without waiting; a request in progress goes on until it is cancelled."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _on_thread(self, work: Callable[[threading.Event], bytes]) -> bytes:
        stop = threading.Event()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, work, stop)
        finally:
            # Also stops the painting of a cancelled request.
            stop.set()

    async def _dripping(self, made: bytes) -> AsyncIterator[bytes]:
        # Equal pieces at equal intervals; the last one is sent at the end of the time.
        async for piece in _chunked(made, math.ceil(len(made) / _DRIPS)):
            await self._sleep(self._drip_seconds / _DRIPS)
            yield piece

    async def _turns_away(self, body: bytes) -> bool:
        request = await self._on_thread(lambda _stop: hashlib.sha256(body).digest())
        times = self._refused.pop(request, 0)
        if times >= _OVERLOADS:
            return False
        self._refused[request] = times + 1
        while len(self._refused) > _REMEMBERED:
            self._refused.pop(next(iter(self._refused)))
        return True


def _answer_body(model: str, body: bytes, stop: threading.Event) -> bytes:
    """Read a request and paint its picture; called on the painter's thread.

    Raises ValueError for a request that the service would refuse.
    """
    # Imported here, because only painting needs Pillow, whose import takes 0.1 s.
    from studio.providers.sketch import painter, request

    brief = request.read(body)
    if model == "sketch-refuses":
        message = _(
            "Unable to show the generated image: the offline painter simulates a refusal by the "
            "safety filter."
        )
        refusal = {"finishReason": "IMAGE_SAFETY", "finishMessage": message, "index": 0}
        return json.dumps(_answer(brief, model, refusal, "refused")).encode()
    if model == "sketch-words" or not brief.wants_picture:
        words = _(
            "Offline sketch, not AI: this model only replies with text. Choose the sketch model "
            "for a picture."
        )
        return json.dumps(_answer(brief, model, _candidate({"text": words}), "words")).encode()
    sketch = painter.paint(replace(brief, fault=model), stop)
    notes = [_note(number, note) for number, note in sketch.notes]
    text = {"text": " ".join([_described(sketch, brief.seed), *notes])}
    picture = {"inlineData": {"mimeType": "image/png", "data": _PICTURE}}
    answer = _answer(brief, model, _candidate(text, picture), hashlib.sha256(body).hexdigest())
    whole = json.dumps({**answer, "seed": brief.seed})
    before, _marker, after = whole.partition(json.dumps(_PICTURE)[1:-1])
    pieces = [
        base64.b64encode(sketch.png[start : start + _PIECE])
        for start in range(0, len(sketch.png), _PIECE)
    ]
    return b"".join([before.encode(), *pieces, after.encode()])


def _candidate(*parts: Mapping[str, Any]) -> dict[str, Any]:
    content = {"role": "model", "parts": parts}
    return {"content": content, "finishReason": "STOP", "index": 0}


def _answer(
    brief: Brief, model: str, candidate: Mapping[str, Any], request_hash: str
) -> dict[str, Any]:
    # A rough count is enough for the interface, because nothing here costs money.
    tokens = brief.words // 4 + 1 + 258 * len(brief.inputs)
    response_id = hashlib.sha256(f"{request_hash} {brief.seed}".encode()).hexdigest()[:24]
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": tokens,
            "candidatesTokenCount": 0,
            "totalTokenCount": tokens,
        },
        "modelVersion": model,
        "responseId": response_id,
    }


def _described(sketch: Sketch, seed: int) -> str:
    """Sentence that describes the picture, and says that no model made it."""
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
    # Translators: {motif} is a word such as "hills", {mood} one such as "fog".
    return _("Offline sketch, not AI: {motif}, {mood}, seed {seed}.").format(
        motif=names[sketch.motif], mood=moods[sketch.mood], seed=seed
    )


def _note(number: int, note: RoleNote) -> str:
    """Sentence about the features of a reference that were not used."""
    return {
        # Translators: {n} is the number of a reference picture.
        "subject": _("The subject of picture [{n}] was not used."),
        "proportions": _("Only the type of subject in picture [{n}] was used."),
        "brush": _("Only the colours and tone of picture [{n}] were used."),
        "composition": _("The composition of picture [{n}] was not used."),
        "roughly": _("The composition of picture [{n}] was followed only roughly."),
        "sentence": _("Picture [{n}] was not used: the role in its sentence is unknown."),
    }[note].format(n=i18n.number(number))


def _models(model: str | None) -> Answer:
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
    return status, {**_HEADERS, "content-length": str(len(body))}, _chunked(body)


async def _chunked(body: bytes, size: int = CHUNK) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]
