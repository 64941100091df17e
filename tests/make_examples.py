"""Paints the six pictures of the first start: `python -m tests.make_examples`.

They are made once by the offline painter and kept in resources/examples; run it again when the
painter or the words have changed.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json

from PIL import Image

from studio.common import paths
from studio.providers.sketch import answer

URL = "sketch://local/v1/models/sketch:generateContent"
SIZE = (560, 288)
QUALITY = 82

PICTURES = {
    "lighthouse": ("A lighthouse on a granite island at dusk, gouache, muted palette", 7),
    "city": ("City skyline at night, violet haze, lit windows, poster", 3),
    "forest": ("Pine forest in morning mist, layered paper cut", 5),
    "pattern": ("Geometric pattern, four colours, seamless, Bauhaus", 2),
    "waves": ("Sea of paper waves, red sun, screen print", 4),
    "snow": ("Lighthouse in first snow", 9),
}
"""File name: the words and the seed."""


async def paint(prompt: str, seed: int) -> bytes:
    """One picture as the painter's own service answers it, in its file format."""
    body = {
        "contents": [{"role": "user", "parts": [{"text": prompt}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
            "seed": seed,
        },
    }
    headers = {"content-type": "application/json"}
    _status, _headers, chunks = await answer("POST", URL, headers, json.dumps(body).encode())
    text = b"".join([chunk async for chunk in chunks])
    parts = json.loads(text)["candidates"][0]["content"]["parts"]
    return base64.b64decode(next(p["inlineData"]["data"] for p in parts if "inlineData" in p))


def shrink(data: bytes) -> bytes:
    """A JPEG of SIZE, cut from the middle."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = SIZE
    scaled = round(picture.height * width / picture.width)
    picture = picture.resize((width, scaled), Image.Resampling.LANCZOS)
    top = (scaled - height) // 2
    out = io.BytesIO()
    picture.crop((0, top, width, top + height)).save(
        out, "JPEG", quality=QUALITY, optimize=True, progressive=True
    )
    return out.getvalue()


async def main() -> None:
    """Paint and write them all."""
    folder = paths.resources() / "examples"
    folder.mkdir(exist_ok=True)
    for name, (prompt, seed) in PICTURES.items():
        data = shrink(await paint(prompt, seed))
        (folder / f"{name}.jpg").write_bytes(data)
        print(f"{name}: {len(data):,} bytes")


if __name__ == "__main__":
    asyncio.run(main())
