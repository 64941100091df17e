"""Jobs of the exporting process. Requests are as in `decode_jobs`.

Nothing is written: the file's bytes are returned with the answer. 16 bits stay 16 bits, or the
picture is refused.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, features
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from studio.common import file_types, foreign_json
from studio.domain.export import LONGEST_SIDE, ExportColour, ExportFormat, ExportSize, SizeRule
from studio.imaging import colour_profiles, display_p3, png_chunks
from studio.imaging.decode_jobs import (
    PIXELS,
    OpenedPicture,
    eight_bits,
    load,
    open_picture,
    palette,
    turn_upright,
)
from studio.imaging.worker_protocol import Job, Message

_COMPRESSION: Final = 4
"""zlib level of a PNG: half of the default's time, for a few per cent more bytes."""

_FULL_CHROMA: Final = 90
"""JPEG quality from which chroma is stored at full resolution."""

_BITS: Final = 258
"""TIFF tag BitsPerSample."""

_HEAD: Final = 1 << 16
_WITHOUT_CMYK: Final = frozenset({ExportFormat.PNG, ExportFormat.WEBP, ExportFormat.AVIF})
_WITHOUT_GREY: Final = frozenset({ExportFormat.WEBP, ExportFormat.AVIF})


def source(request: dict[str, Any]) -> Message:
    """Facts of a file that decide how it can be exported; no pixel is decoded."""
    opened = open_picture(Path(request["path"]))
    width, height = opened.size
    return {
        "width": width,
        "height": height,
        "bits": _bits(opened),
        "whole": _can_stay_whole(opened),
        "alpha": opened.see_through,
        "animated": opened.animated,
        "cmyk": opened.picture.mode == "CMYK",
    }, b""


def formats(_request: dict[str, Any]) -> Message:
    """The formats that can be written."""
    found = [one for one in ExportFormat if one is not ExportFormat.AVIF or features.check("avif")]
    return {"formats": [str(one) for one in found]}, b""


def export(request: dict[str, Any]) -> Message:
    """A copy of a picture ("path") in another format, size or colour space.

    The request has "format", "quality", "rule", "value" and "enlarge" (the size), "colour",
    "ground" as 0xRRGGBB and "ppi"; the body is JSON with "xmp" and "texts". The answer has "width",
    "height" and the file, or only "refused" with the reason: "sixteen_bits", "too_large" or
    "format".
    """
    kind = ExportFormat(request["format"])
    if kind is ExportFormat.AVIF and not features.check("avif"):
        return {"refused": "format"}, b""
    opened = open_picture(Path(request["path"]))
    rule = ExportSize(SizeRule(request["rule"]), float(request["value"]))
    size = rule.of(opened.size, enlarge=bool(request["enlarge"]))
    if max(size) > LONGEST_SIDE.get(kind, PIXELS) or math.prod(size) > PIXELS:
        return {"refused": "too_large"}, b""
    beside = foreign_json.forgiving(request["body"]) if request["body"] else {}
    colour = ExportColour(request["colour"])
    ppi = int(request["ppi"])
    if _bits(opened) > 8:
        kept = kind is ExportFormat.PNG and colour is ExportColour.AS_IS and size == opened.size
        if not kept or not _can_stay_whole(opened):
            return {"refused": "sixteen_bits"}, b""
        opened.picture.load()  # raises for a damaged one
        data = png_chunks.with_other_texts(opened.path.read_bytes(), _texts(beside), ppi=ppi)
        return {"width": size[0], "height": size[1]}, data
    picture, profile = _in_colours(_sized(opened, size), opened.contents.profile, colour, kind)
    if picture.mode in ("LA", "RGBA") and kind is ExportFormat.JPEG:
        picture = _on_ground(picture, profile, int(request["ground"]))
    data = _encoded(picture, kind, int(request["quality"]), profile, beside, ppi)
    return {"width": picture.width, "height": picture.height}, data


def preview(request: dict[str, Any]) -> Message:
    """A copy in sRGB and 8 bits for a page, whose longer side is at most "edge".

    JPEG of "quality"; if transparent, WebP, or JPEG on "ground" if that is not None.
    """
    path, edge = Path(request["path"]), max(1, int(request["edge"]))
    # Below half the size, a kernel that takes 40 % of the time gives the same appearance.
    small = max(open_picture(path).size) > 2 * edge
    kernel = Image.Resampling.HAMMING if small else Image.Resampling.LANCZOS
    picture, full = load(path, edge, kernel)
    if picture.mode == "RGBA" and (ground := request["ground"]) is not None:
        picture = _on_ground(picture, b"", int(ground))
    seen_through = picture.mode == "RGBA"
    kind = ExportFormat.WEBP if seen_through else ExportFormat.JPEG
    data = _encoded(picture, kind, int(request["quality"]), b"", {}, 0)
    facts = {"width": picture.width, "height": picture.height, "full": full}
    return {**facts, "media_type": f"image/{kind}"}, data


def _bits(opened: OpenedPicture) -> int:
    """Bits per sample of the file, even if the decoder keeps only 8."""
    mode = opened.picture.mode
    if mode.startswith("I") or mode == "F":
        return 16
    if opened.kind is file_types.PNG:
        return opened.contents.depth
    if opened.kind is file_types.TIFF:
        tags: Mapping[int, Any] = getattr(opened.picture, "tag_v2", {})
        found = tags.get(_BITS, (8,))
        return max(int(one) for one in (found if isinstance(found, tuple) else (found,)))
    if opened.kind is file_types.AVIF:
        return _avif_bits(opened.path)
    return 8


def _avif_bits(path: Path) -> int:
    """Largest depth in the property `pixi` (ISO 23008-12, section 6.5.6); 8 without one."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    at = head.find(b"pixi")
    if at < 0 or at + 9 > len(head):
        return 8
    return max(head[at + 9 : at + 9 + head[at + 8]], default=8)


def _can_stay_whole(opened: OpenedPicture) -> bool:
    """Whether the pixels can be copied to a PNG bit for bit."""
    return opened.kind is file_types.PNG and opened.orientation == 1 and not opened.animated


def _sized(opened: OpenedPicture, size: tuple[int, int]) -> Image.Image:
    """The upright picture in its own colours and 8 bits, at this size."""
    turned = opened.orientation >= 5
    wanted = size[::-1] if turned else size
    picture = opened.picture
    if max(wanted) < max(picture.size):
        # A JPEG can be read at a half, a quarter or an eighth; twice the size stays sharp.
        picture.draft(None, (wanted[0] * 2, wanted[1] * 2))
    picture.load()
    picture = eight_bits(opened)
    if picture.size != wanted:
        picture = picture.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return turn_upright(picture, opened)


def _in_colours(
    picture: Image.Image, raw: bytes, colour: ExportColour, kind: ExportFormat
) -> tuple[Image.Image, bytes]:
    """The picture in a colour space and the bytes of its profile; b"" for none."""
    if colour is ExportColour.AS_IS:
        profile = colour_profiles.read(raw)
        if (picture.mode == "CMYK" and kind in _WITHOUT_CMYK) or (
            picture.mode in ("L", "LA") and kind in _WITHOUT_GREY
        ):
            return colour_profiles.to_rgb(picture, profile)[0], b""
        fits = profile is not None and _space(picture) == profile.profile.xcolor_space.strip()
        return picture, raw if fits else b""
    own = colour_profiles.embedded(raw)
    target = colour_profiles.SRGB
    if colour is ExportColour.DISPLAY_P3:
        target = _profile(display_p3.profile())
        # A picture without a profile counts as sRGB.
        own = own if own is not None else colour_profiles.SRGB
    picture, reached = colour_profiles.to_rgb(picture, own, target=target)
    if reached is not target:
        picture, reached = colour_profiles.to_rgb(picture, reached, target=target)
    return picture, reached.tobytes()


def _space(picture: Image.Image) -> str:
    return {"L": "GRAY", "LA": "GRAY", "CMYK": "CMYK"}.get(picture.mode, "RGB")


def _profile(raw: bytes) -> colour_profiles.Profile:
    return ImageCms.ImageCmsProfile(io.BytesIO(raw))


def _on_ground(picture: Image.Image, raw: bytes, ground: int) -> Image.Image:
    """The picture without alpha, over a colour given in sRGB."""
    rgb = ground >> 16, ground >> 8 & 0xFF, ground & 0xFF
    patch = Image.new("RGB", (1, 1), rgb)
    space = colour_profiles.embedded(raw)
    if space is not None and colour_profiles.is_rgb(space):
        patch, _space = colour_profiles.to_rgb(patch, colour_profiles.SRGB, target=space)
    mode = "L" if picture.mode == "LA" else "RGB"
    under = Image.new(mode, picture.size, patch.convert(mode).getpixel((0, 0)))
    under.paste(picture.convert(mode), mask=picture.getchannel("A"))
    return under


def _encoded(
    picture: Image.Image,
    kind: ExportFormat,
    quality: int,
    profile: bytes,
    beside: dict[str, Any],
    ppi: int,
) -> bytes:
    """The bytes of the file, without metadata other than `profile`, `beside` and `ppi`."""
    stream = io.BytesIO()
    picture.info.clear()
    xmp = str(beside.get("xmp", "")).encode()
    save: dict[str, Any] = {"icc_profile": profile or None}
    if ppi:
        save["dpi"] = (ppi, ppi)
    match kind:
        case ExportFormat.JPEG:
            chroma = 0 if quality >= _FULL_CHROMA else 2
            save |= {"quality": quality, "subsampling": chroma, "xmp": xmp}
        case ExportFormat.PNG:
            save |= {"compress_level": _COMPRESSION, "pnginfo": _png_info(beside)}
        case ExportFormat.WEBP:
            save |= {"quality": quality, "method": 4, "xmp": xmp, "icc_profile": profile}
        case ExportFormat.AVIF:
            save |= {"quality": quality, "xmp": xmp}
        case _:
            tags = ImageFileDirectory_v2()
            # Horizontal differences, which compress better (TIFF 6.0, section 14).
            tags[317] = 2
            if xmp:
                tags.tagtype[700] = 1
                tags[700] = xmp
            save |= {"compression": "tiff_lzw", "tiffinfo": tags}
    picture.save(stream, str(kind).upper(), **save)
    return stream.getvalue()


def _texts(beside: dict[str, Any]) -> list[tuple[str, str]]:
    """Texts of a PNG by name, including the XMP packet."""
    found = [(str(name), str(words)) for name, words in beside.get("texts", ())]
    if xmp := str(beside.get("xmp", "")):
        found.append((png_chunks.XMP, xmp))
    return found


def _png_info(beside: dict[str, Any]) -> PngInfo:
    info = PngInfo()
    for name, words in _texts(beside):
        info.add_itxt(name, words)
    return info


JOBS: dict[str, Job] = {
    "source": source,
    "formats": formats,
    "export": export,
    "preview": preview,
    "palette": palette,
}
