"""Jobs of the comparing process. Requests and answers are as in `decode_jobs`.

Nothing is written: a map is returned with the answer.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from PIL import Image

from studio.imaging import align, compare, decode_jobs
from studio.imaging.worker_protocol import Job, Message, named

_EDGE = 2048
"""Long edge in pixels at which pictures are read, unless a finer map is requested."""


def compare_pictures(request: dict[str, Any]) -> Message:
    """Position of one picture in another, share of changed pixels, and a map on request.

    The request has "path" and "other"; "map" is the long edge of the map in pixels, 0 for full
    resolution, None for no map. With "region" (width, height), the body is a mask of one byte per
    pixel over the first picture, whose pixels do not count. The answer has "scale", "x" and "y"
    from pixels of the first picture to those of the second, registered if "aligned", otherwise
    centred, with a "reason"; "changed" is None if not aligned; "width" and "height" are those of
    the map.
    """
    path, other = Path(request["path"]), Path(request["other"])
    edge = request.get("map")
    read = None if edge == 0 else max(_EDGE, int(edge or 0))
    first, full = named(_loaded, path, read)
    second, other_full = named(_loaded, other, read)
    registration = align.register(first, second)
    place = registration.placement
    aligned = place is not None
    if place is None:
        place = align.centred(first.size, second.size)
    region = _region(request)
    gain, share = compare.NO_GAIN, None
    if aligned:
        ring = None if region is None else compare.ring_around(region)
        gain = compare.colour_gain(first, second, place, ring=ring)
        share = compare.changed_share(first, second, place, gain, region=region)
    one, two = _factors(first, full), _factors(second, other_full)
    header: dict[str, Any] = {
        "size": full,
        "other_size": other_full,
        "aligned": aligned,
        "reason": registration.reason,
        "agreeing": registration.agreeing,
        "scale": place.scale * math.sqrt(one[0] * one[1] / (two[0] * two[1])),
        "x": place.x / two[0],
        "y": place.y / two[1],
        "gain": gain,
        "changed": share,
    }
    if edge is None:
        return header, b""
    found = compare.difference_map(first, second, place, gain, edge=edge or None)
    del first, second
    return header | {"width": found.width, "height": found.height}, found.tobytes()


def _loaded(path: Path, edge: int | None) -> tuple[Image.Image, tuple[int, int]]:
    """A picture in RGB and its full size."""
    # Takes half the time of the default filter, and is sharp enough for comparisons.
    picture, full = decode_jobs.load(path, edge, Image.Resampling.HAMMING)
    return decode_jobs.on_ground(picture), full


def _factors(picture: Image.Image, full: tuple[int, int]) -> tuple[float, float]:
    """Horizontal and vertical reduction of a picture; they differ slightly by rounding."""
    return picture.width / full[0], picture.height / full[1]


def _region(request: dict[str, Any]) -> Image.Image | None:
    size = request.get("region")
    return None if size is None else Image.frombytes("L", tuple(size), request["body"])


JOBS: dict[str, Job] = {"compare": compare_pictures}
