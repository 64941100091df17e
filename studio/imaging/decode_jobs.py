"""Jobs of the decoding process: facts, thumbnails, pixels, copies, palettes.

Imported by the worker only. Every job gets a request (its JSON header, with the accompanying bytes
as "body") and returns an answer with bytes. Pictures are turned upright and converted to sRGB by
their embedded profile; 16-bit, grey, palette and CMYK pictures all become 8-bit RGB or RGBA. Only
`screen_pixels` converts to another profile.
"""

from __future__ import annotations

import io
import json
import re
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, BinaryIO, Final

from PIL import (
    Image,
    ImageChops,
    ImageFile,
    ImageMath,
    ImageOps,
    UnidentifiedImageError,
    features,
)

from studio.common import file_types, foreign_json
from studio.imaging import colour_profiles, containers, exif, text_encoding
from studio.imaging.file_parts import PictureFileParts
from studio.imaging.worker_protocol import Job, Message

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")
"""The only decoders in use; Pillow has many more."""

PIXELS = 110_000_000
"""Limit in pixels of a picture, a little more than 10 000 x 10 000."""

PASSES = 1_200_000_000
"""Limit of pixels times scans of a JPEG: ten scans of the largest picture.

That takes two seconds, during which all other jobs wait.
"""

GROUND = (0x80, 0x80, 0x80)
"""Background of transparent pictures, against which black and white shapes both stand out."""

_SMALLEST = 64
_QUALITIES = (90, 82, 74)

Image.MAX_IMAGE_PIXELS = PIXELS
warnings.simplefilter("ignore")
warnings.simplefilter("error", Image.DecompressionBombWarning)


class DecodeRefused(Exception):
    """The picture is refused; `fault` is the key of the sentence for the user."""

    def __init__(self, fault: str, details: str = "") -> None:
        super().__init__(details or fault)
        self.fault = fault


@dataclass(slots=True, kw_only=True)
class OpenedPicture:
    """An opened picture and the metadata of its file."""

    picture: Image.Image
    kind: file_types.FileType
    path: Path
    contents: PictureFileParts
    tags: exif.ExifTags

    @property
    def orientation(self) -> int:
        """Exif orientation, 1 to 8; 1 if it is missing or invalid."""
        if self.kind is file_types.AVIF:
            # AVIF stores it as an image property, which the decoder reports as Exif.
            number = self.picture.getexif().get(exif.ORIENTATION, 1)
            return int(number) if number in _TURNS else 1
        if (told := self.tags.orientation) is not None:
            return told
        found = _XMP_ORIENTATION.search(self.contents.xmp[:_XMP_LOOKED_AT])
        return int(found[1]) if found else 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, upright; smaller once a JPEG is read at reduced size."""
        width, height = self.picture.size
        return (height, width) if self.orientation >= 5 else (width, height)

    @property
    def see_through(self) -> bool:
        """Whether it has an alpha channel, transparent palette entries or a transparent colour."""
        mode = self.picture.mode
        return (
            mode in ("LA", "PA", "RGBA", "La", "RGBa")
            or "transparency" in self.picture.info
            or self.contents.key is not None
        )

    @property
    def animated(self) -> bool:
        """Whether it is animated; several pictures in a JPEG are previews or depth maps."""
        if self.contents.moving is not None:
            return self.contents.moving
        return (
            self.kind in (file_types.WEBP, file_types.AVIF)
            and getattr(self.picture, "n_frames", 1) > 1
        )


_XMP_ORIENTATION: Final = re.compile(rb"tiff:Orientation(?:\s*=\s*[\"']|>)\s*([1-8])\s*[\"'<]")
_XMP_LOOKED_AT: Final = 1 << 20


def open_picture(path: Path) -> OpenedPicture:
    """A file with its metadata separated; no pixel is decoded. Raises DecodeRefused, OSError."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise DecodeRefused("not_a_file")
        if not about.st_size:
            raise DecodeRefused("empty")
        with path.open("rb") as file:
            head = file.read(64)
        kind = file_types.kind_of(head)
        if kind is None:
            raise DecodeRefused("not_a_picture")
        if kind is file_types.AVIF and not features.check("avif"):
            raise DecodeRefused("no_decoder")
        contents, stream = containers.opened(path, kind)
    except FileNotFoundError as error:
        raise DecodeRefused("missing", str(error)) from error
    except PermissionError as error:
        raise DecodeRefused("denied", str(error)) from error
    picture = _identified(stream, kind)
    if picture.width * picture.height > PIXELS:
        raise DecodeRefused("too_large", f"{picture.width} x {picture.height}")
    if kind is file_types.JPEG and picture.info.get("progressive"):
        number = containers.jpeg_scans(path.read_bytes())
        if number * picture.width * picture.height > PASSES:
            raise DecodeRefused("too_slow", f"{number} scans of {picture.width} x {picture.height}")
    if kind is file_types.AVIF:
        # AVIF stores the profile as an image property too.
        contents.profile = picture.info.get("icc_profile") or b""
    tags = exif.ExifTags(contents.exif)
    if kind is file_types.TIFF:
        with path.open("rb") as whole:
            tags = exif.ExifTags(whole)
    return OpenedPicture(picture=picture, kind=kind, path=path, contents=contents, tags=tags)


def _identified(stream: BinaryIO, kind: file_types.FileType) -> Image.Image:
    try:
        # Only the decoder for the detected type; Pillow would try all of them.
        return Image.open(stream, formats=(kind.kind.upper(),))
    except UnidentifiedImageError as error:
        stream.close()
        raise DecodeRefused("unreadable", str(error)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        stream.close()
        raise DecodeRefused("too_large", str(error)) from error
    except BaseException:
        stream.close()
        raise


def eight_bits(opened: OpenedPicture) -> Image.Image:
    """The picture in 8-bit L, LA, RGB, RGBA or CMYK, with a transparent colour as alpha."""
    picture = opened.picture
    key = opened.contents.key
    mode = picture.mode
    if key is None and mode in ("1", "L", "RGB"):
        # A grey GIF is decoded as L, with one transparent shade.
        told = picture.info.get("transparency")
        key = (told,) if isinstance(told, int) else told if isinstance(told, tuple) else None
    if key is not None and len(key) == len(picture.getbands()):
        mask = _not_key(opened, key)
        flat = _without_alpha(picture)
        flat.putalpha(mask)
        return flat
    return _without_alpha(picture)


def _not_key(opened: OpenedPicture, key: tuple[int, ...]) -> Image.Image:
    """Mask with 0 where a picture has the colour `key`, else 255."""
    picture, depth = opened.picture, opened.contents.depth
    if picture.mode.startswith("I"):
        whole = picture.convert("I")
        other: Image.Image = ImageMath.lambda_eval(
            lambda args: args["whole"] != key[0], whole=whole
        )
        return other.point(lambda value: value * 255).convert("L")
    # The decoder spreads shades of 1, 2 and 4 bits over 8.
    spread = 255 // ((1 << depth) - 1) if depth < 8 else 1
    high = [value * spread if depth <= 8 else value >> 8 for value in key]
    parts = _matches(picture, high)
    if depth == 16:
        parts += _matches(_low_bytes(opened), [value & 0xFF for value in key])
    return ImageChops.invert(reduce(ImageChops.darker, parts))


def _matches(picture: Image.Image, key: list[int]) -> list[Image.Image]:
    bands = picture.convert("L").split() if picture.mode == "1" else picture.split()
    return [
        band.point([255 if value == wanted else 0 for value in range(256)])
        for band, wanted in zip(bands, key, strict=True)
    ]


def _low_bytes(opened: OpenedPicture) -> Image.Image:
    """The low bytes of 16-bit samples, of which Pillow keeps only the high ones."""
    _contents, stream = containers.opened(opened.path, opened.kind)
    low = _identified(stream, opened.kind)
    assert isinstance(low, ImageFile.ImageFile)
    low.tile = [tile._replace(args="RGB;16L") for tile in low.tile]
    _load_valid_part(low)
    return low


def _without_alpha(picture: Image.Image) -> Image.Image:
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        whole = picture.convert("F")
        low, high = whole.getextrema()
        assert isinstance(low, float)
        assert isinstance(high, float)
        top = 65535.0 if mode.startswith("I") else 1.0
        if low < 0 or high > top:
            scale, shift = 255.0 / max(high - low, 1e-9), low
        else:
            scale, shift = 255.0 / top, 0.0
        return whole.point(lambda value: value * scale + (0.5 - shift * scale)).convert("L")
    if mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return picture
    if mode == "1":
        return picture.convert("L")
    if mode in ("La", "RGBa"):
        return picture.convert("LA" if mode == "La" else "RGBA")
    seen_through = mode == "PA" or "transparency" in picture.info
    return picture.convert("RGBA" if seen_through else "RGB")


def load(
    path: Path, edge: int | None, kernel: Image.Resampling = Image.Resampling.LANCZOS
) -> tuple[Image.Image, tuple[int, int]]:
    """The upright picture in sRGB with a long edge of at most `edge`, and its full upright size."""
    opened = open_picture(path)
    full = opened.size
    return _render(opened, edge, kernel), full


def load_in_own_colours(path: Path) -> tuple[Image.Image, bytes]:
    """The upright picture in 8-bit RGB or RGBA, and the ICC profile of its colours; b"" for sRGB.

    Grey and palette pictures become RGB. Raises DecodeRefused for CMYK and 16 bits.
    """
    refuse_what_is_not_composed(path)
    opened = open_picture(path)
    raw = opened.contents.profile
    picture = _scaled(opened, None)
    profile = colour_profiles.read(raw)
    if profile is None or not colour_profiles.is_rgb(profile) or picture.mode[:3] != "RGB":
        picture, raw = colour_profiles.to_rgb(picture, colour_profiles.embedded(raw))[0], b""
    picture = turn_upright(picture, opened)
    picture.info.clear()
    return picture, raw


def refuse_what_is_not_composed(path: Path) -> None:
    """Raise DecodeRefused for CMYK and 16 bits."""
    opened = open_picture(path)
    mode = opened.picture.mode
    if mode == "CMYK":
        raise DecodeRefused("cmyk")
    if opened.contents.depth == 16 or mode.startswith("I") or mode == "F":
        raise DecodeRefused("sixteen_bits")


def load_in_colours_of(path: Path, raw: bytes) -> Image.Image:
    """The upright picture in RGB, in the colours of this ICC profile; b"" for sRGB."""
    opened = open_picture(path)
    own, target = colour_profiles.embedded(opened.contents.profile), colour_profiles.embedded(raw)
    picture, reached = colour_profiles.to_rgb(_scaled(opened, None), own, target=target)
    if target is not None and reached is not target:
        picture, _space = colour_profiles.to_rgb(picture, colour_profiles.SRGB, target=target)
    return turn_upright(on_ground(picture), opened)


def _render(
    opened: OpenedPicture, edge: int | None, kernel: Image.Resampling = Image.Resampling.LANCZOS
) -> Image.Image:
    profile = colour_profiles.embedded(opened.contents.profile)
    picture, _space = colour_profiles.to_rgb(_scaled(opened, edge, kernel), profile)
    return turn_upright(picture, opened)


def _scaled(
    opened: OpenedPicture, edge: int | None, kernel: Image.Resampling = Image.Resampling.LANCZOS
) -> Image.Image:
    """The picture in 8 bits with a long edge of at most `edge`, in its own colours."""
    picture = opened.picture
    if opened.kind is file_types.PNG:
        _load_valid_part(picture)
    if edge is not None and max(picture.size) > edge:
        # JPEG alone can be read at a half, a quarter or an eighth; twice the edge stays sharp.
        picture.draft(None, (edge * 2, edge * 2))
    small = eight_bits(opened)
    if edge is not None and max(small.size) > edge:
        factor = edge / max(small.size)
        size = (max(1, round(small.width * factor)), max(1, round(small.height * factor)))
        small = small.resize(size, kernel, reducing_gap=2.0)
    else:
        small.load()
    return small


def turn_upright(picture: Image.Image, opened: OpenedPicture) -> Image.Image:
    """The pixels, rotated and mirrored as the orientation in the file requires."""
    turn = _TURNS.get(opened.orientation)
    return picture if turn is None else picture.transpose(turn)


def _load_valid_part(picture: Image.Image) -> None:
    """Decode a PNG; the rest after invalid data stays empty. Raises OSError if truncated."""
    assert isinstance(picture, ImageFile.ImageFile)
    try:
        picture.load()
    except OSError:
        if picture.tile:
            raise


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def on_ground(picture: Image.Image) -> Image.Image:
    """The picture in RGB, with transparent parts over a middle grey."""
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, GROUND)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _packed(colour: tuple[int, ...]) -> int:
    return colour[0] << 16 | colour[1] << 8 | colour[2]


def _jpeg(picture: Image.Image, quality: int, *, small: bool = True) -> bytes:
    """Encode as JPEG; `small` trades time for size."""
    stream = io.BytesIO()
    optimize = small and picture.width < 2048
    picture.save(stream, "JPEG", quality=quality, subsampling=0, optimize=optimize)
    return stream.getvalue()


def probe(request: dict[str, Any]) -> Message:
    """Type, size, mean colour and completeness; with "verify", every byte is decoded."""
    opened = open_picture(Path(request["path"]))
    if request.get("verify"):
        opened.picture.load()
    return _facts(opened), b""


def _facts(opened: OpenedPicture) -> dict[str, Any]:
    width, height = opened.size
    tiny = on_ground(_render(opened, 64)).resize((1, 1), Image.Resampling.BOX)
    colour = tiny.getpixel((0, 0))
    assert isinstance(colour, tuple)
    return {
        "kind": opened.kind.kind,
        "media_type": opened.kind.media_type,
        "width": width,
        "height": height,
        "colour": _packed(colour),
        "complete": file_types.looks_complete(opened.path),
        "alpha": opened.see_through,
        "animated": opened.animated,
    }


def thumbnail(request: dict[str, Any]) -> Message:
    """A small JPEG for the gallery, with a faster resampling filter."""
    edge = int(request["edge"])
    picture = on_ground(load(Path(request["path"]), edge, Image.Resampling.HAMMING)[0])
    return {"width": picture.width, "height": picture.height}, _jpeg(picture, 87, small=False)


def pixels(request: dict[str, Any]) -> Message:
    """Raw RGBA for the canvas, straight alpha."""
    edge = request.get("edge")
    picture, full = load(Path(request["path"]), None if edge is None else int(edge))
    return _raw(picture, full)


def screen_pixels(request: dict[str, Any]) -> Message:
    """Raw RGBA for a monitor whose profile is the request's body.

    A picture with an embedded profile is converted directly to the monitor's colours, so that
    colours outside sRGB are kept. "converted" is false for all others: their pixels are sRGB.
    """
    opened = open_picture(Path(request["path"]))
    full, profile = opened.size, colour_profiles.embedded(opened.contents.profile)
    picture = _scaled(opened, None)
    monitor = colour_profiles.read(request["body"])
    picture, space = colour_profiles.to_rgb(picture, profile, target=monitor)
    header, data = _raw(turn_upright(picture, opened), full)
    return header | {"converted": space is monitor}, data


def _raw(picture: Image.Image, full: tuple[int, int]) -> Message:
    alpha = picture.mode == "RGBA"
    header = {
        "width": picture.width,
        "height": picture.height,
        "full_width": full[0],
        "full_height": full[1],
        "alpha": alpha,
    }
    if not alpha:
        picture = picture.convert("RGBA")
    return header, picture.tobytes()


def upright(request: dict[str, Any]) -> Message:
    """A copy for upload: upright, sRGB, small enough, without metadata.

    A file that already meets the limits is not encoded again; only its metadata is removed. A
    transparent colour becomes an alpha channel, which more services support.
    """
    path, edge, limit = Path(request["path"]), int(request["edge"]), int(request["limit"])
    opened = open_picture(path)
    picture, contents = opened.picture, opened.contents
    plain = (
        opened.kind in (file_types.PNG, file_types.JPEG, file_types.WEBP)
        and max(picture.size) <= edge
        and path.stat().st_size <= limit
        and picture.mode in ("RGB", "RGBA")
        and contents.key is None
        and opened.orientation == 1
        and colour_profiles.embedded(contents.profile) is None
        and not opened.animated
    )
    if plain:
        picture.load()
        return {"media_type": opened.kind.media_type}, _bare(opened)
    if opened.kind is file_types.PNG:
        picture.load()  # raises for a truncated picture
    copy = _render(opened, edge)
    if copy.mode == "RGBA" and copy.getchannel("A").getextrema() == (255, 255):
        copy = copy.convert("RGB")
    return _encode(copy, limit)


def _bare(opened: OpenedPicture) -> bytes:
    """The bytes of a file without metadata."""
    _contents, stream = containers.opened(opened.path, opened.kind)
    with stream:
        data = stream.read()
    return data[: containers.jpeg_end(data)] if opened.kind is file_types.JPEG else data


def _encode(copy: Image.Image, limit: int) -> Message:
    while True:
        if copy.mode == "RGBA":
            stream = io.BytesIO()
            copy.save(stream, "PNG")
            if len(stream.getbuffer()) <= limit:
                return {"media_type": "image/png"}, stream.getvalue()
        else:
            for quality in _QUALITIES:
                data = _jpeg(copy, quality)
                if len(data) <= limit:
                    return {"media_type": "image/jpeg"}, data
        if max(copy.size) < _SMALLEST:
            raise DecodeRefused("too_many_bytes", str(limit))
        copy = ImageOps.scale(copy, 0.8, Image.Resampling.LANCZOS)


def palette(request: dict[str, Any]) -> Message:
    """The dominant colours, most frequent first."""
    picture = on_ground(load(Path(request["path"]), 128)[0])
    wanted = int(request["colours"])
    reduced = picture.quantize(wanted, method=Image.Quantize.MEDIANCUT, kmeans=2)
    table = reduced.getpalette() or []
    counted = sorted(reduced.getcolors() or [], reverse=True)
    places = [place for _count, place in counted if isinstance(place, int)]
    colours = [_packed(tuple(table[3 * place : 3 * place + 3])) for place in places]
    return {"colours": list(dict.fromkeys(colours))}, b""


_TEXT = 1_000_000
_TEXTS = 2_000_000
"""Limits in characters of one text, and of all texts together."""

_LONG_WORD = 20_000
_FIRST = ("gridbrush", "parameters", "prompt", "UserComment", "Comment", "xmp", "Make", "Model")
"""Names of texts with generation metadata, which are read first."""


def describe(request: dict[str, Any]) -> Message:
    """Facts as in `probe`, and the texts of the file as JSON by name."""
    opened = open_picture(Path(request["path"]))
    facts = _facts(opened)
    texts: dict[str, str] = {}
    try:
        texts = _texts(opened)
    except Exception as error:  # noqa: BLE001 broken metadata raises anything; the picture is fine
        facts["texts_fault"] = f"{type(error).__name__}"
    return facts, json.dumps(texts).encode()


def _texts(opened: OpenedPicture) -> dict[str, str]:
    """All texts by name; those that are too long are left out, not shortened."""
    found: dict[str, str] = {}
    for name, words in _found_texts(opened):
        if words and name not in found:
            found[name] = words
    kept: dict[str, str] = {}
    left = _TEXTS
    for name in sorted(found, key=lambda name: name not in _FIRST):
        words = _compact(found[name])
        if len(words) <= min(left, _TEXT):
            kept[name] = words
            left -= len(words)
    return kept


def _found_texts(opened: OpenedPicture) -> Iterator[tuple[str, str]]:
    # Of two texts with the same name the later one counts, because programs append theirs.
    for name, data in reversed(opened.contents.texts):
        yield name[:100], text_encoding.decoded(data)
    if opened.contents.xmp:
        yield "xmp", text_encoding.decoded(opened.contents.xmp)
    yield from opened.tags.texts()


def _compact(words: str) -> str:
    """A long text that is JSON, without embedded pictures and tables; other texts unchanged."""
    if len(words) <= _TEXT // 4 or not words.lstrip("\ufeff \r\n\t").startswith("{"):
        return words
    try:
        return json.dumps(_shortened(foreign_json.forgiving(words)), ensure_ascii=False)
    except foreign_json.NotUnderstood:
        return words


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_shortened(one) for one in value]
    return "" if isinstance(value, str) and len(value) > _LONG_WORD else value


def mend(request: dict[str, Any]) -> Message:
    """A PNG of the readable part of a truncated file, the rest empty, with texts and profile."""
    path = Path(request["path"])
    opened = open_picture(path)
    picture = opened.picture
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture.load()
        if opened.contents.key is not None:
            picture = eight_bits(opened)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        picture = picture.convert("RGB")
    stream = io.BytesIO()
    profile = opened.contents.profile or None
    picture.save(stream, "PNG", compress_level=3, icc_profile=profile)
    return {"width": picture.width, "height": picture.height}, stream.getvalue()


JOBS: dict[str, Job] = {
    "probe": probe,
    "thumbnail": thumbnail,
    "pixels": pixels,
    "screen_pixels": screen_pixels,
    "upright": upright,
    "palette": palette,
    "mend": mend,
    "describe": describe,
}
