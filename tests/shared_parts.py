"""What the cores of a test process share: painting and starting a process take longer than tests.

Tests about the decoding or the comparing process, and those that end one, leave it to their core to
make them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping

from studio.app.core_options import SharedParts
from studio.imaging.comparer import Comparer
from studio.imaging.decoder import Decoder
from studio.imaging.exporter import exporting_processes
from studio.providers import sketch
from studio.providers.http_routes import Painter

_MOST = 100
"""Answers that are kept: 40 MB of small pictures."""

_SKETCH = "/sketch:generateContent"


class RememberingPainter:
    """Paints the same request once: the answer depends on it alone.

    The models that are slow, refuse or fail answer anew each time.
    """

    def __init__(self, paint: Painter = sketch.answer) -> None:
        """`paint` answers what is not remembered."""
        self._paint = paint
        self._kept: OrderedDict[bytes, tuple[int, dict[str, str], bytes]] = OrderedDict()

    async def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> sketch.Answer:
        """Answer one request, as `studio.providers.sketch` does."""
        if not url.endswith(_SKETCH):
            status, told, chunks = await self._paint(method, url, headers, body)
            return status, dict(told), chunks
        asked = hashlib.sha256(body).digest()
        if asked not in self._kept:
            status, told, chunks = await self._paint(method, url, headers, body)
            self._kept[asked] = status, dict(told), b"".join([piece async for piece in chunks])
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(asked)
        status, told, whole = self._kept[asked]
        return status, dict(told), _pieces(whole)


async def _pieces(whole: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(whole), sketch.CHUNK):
        yield whole[start : start + sketch.CHUNK]


_decoder = Decoder()
_comparer = Comparer()
_exporting = exporting_processes()

SHARED = SharedParts(
    painter=RememberingPainter().answer,
    decoder=_decoder,
    comparer=_comparer,
    exporting=_exporting,
)


def close() -> None:
    """End the processes, when all tests are over."""

    async def close_all() -> None:
        await _decoder.close()
        await _comparer.close()
        for one in _exporting:
            await one.close()

    asyncio.run(close_all())
