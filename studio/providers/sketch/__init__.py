"""The offline painter: pictures without a key and without a network, behind the same wire format.

It is procedural, deterministic and calls itself "Offline sketch, not AI". Pillow is loaded when the
first picture is painted, never before.
"""

from __future__ import annotations

from collections.abc import Mapping

from studio.providers.sketch.wire import CHUNK, DRIP_SECONDS, MODELS, Answer, Painter

__all__ = ["CHUNK", "DRIP_SECONDS", "MODELS", "Answer", "Painter", "answer"]

_shared = Painter()


async def answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answer one request with a painter that the whole process shares."""
    return await _shared.answer(method, url, headers, body)
