"""Helpers for tests of decoding: running a decoder, and making picture files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image

from studio.imaging.decoder import Decoder


def run(work: Callable[[Decoder], Awaitable[object]], decoder: Decoder | None = None) -> None:
    decoder = decoder or Decoder()

    async def main() -> None:
        async with asyncio.timeout(60):
            try:
                await work(decoder)
            finally:
                await decoder.close()

    asyncio.run(main())


def picture(
    path: Path, size: tuple[int, int] = (300, 200), mode: str = "RGB", **save: object
) -> Path:
    image = Image.radial_gradient("L").resize(size)
    image = image.convert("RGB").convert("CMYK") if mode == "CMYK" else image.convert(mode)
    image.save(path, **save)  # type: ignore[arg-type]
    return path
