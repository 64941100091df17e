"""What the decoding process does with a picture: facts, thumbnails, pixels, copies, palettes.

Only the worker imports this room. Every job gets a request (its JSON header) and returns an answer
with bytes. Pictures are turned upright and into sRGB by their embedded profile; 16-bit, grey,
palette and CMYK pictures all come out as 8-bit RGB or RGBA.
"""

from __future__ import annotations

import io
import json
import stat
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from studio import kinds
from studio.worker import Job, Message

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")
"""The only decoders that are ever used; Pillow has many more."""

PIXELS = 110_000_000
"""The largest picture opened, a little more than 10 000 x 10 000."""

GROUND = (0x80, 0x80, 0x80)
"""Behind see-through pictures: black and white shapes both stand out on it."""

_SMALLEST = 64
_QUALITIES = (90, 82, 74)

Image.MAX_IMAGE_PIXELS = PIXELS
warnings.simplefilter("ignore")
warnings.simplefilter("error", Image.DecompressionBombWarning)

_srgb = ImageCms.createProfile("sRGB")


class Refused(Exception):
    """A picture that is not opened; `fault` names the sentence the user reads."""

    def __init__(self, fault: str, details: str = "") -> None:
        super().__init__(details or fault)
        self.fault = fault


def _open(path: Path) -> tuple[Image.Image, kinds.Kind]:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Refused("not_a_file")
        if not about.st_size:
            raise Refused("empty")
        with path.open("rb") as stream:
            head = stream.read(64)
    except FileNotFoundError as error:
        raise Refused("missing", str(error)) from error
    except PermissionError as error:
        raise Refused("denied", str(error)) from error
    kind = kinds.kind_of(head)
    if kind is None:
        raise Refused("not_a_picture")
    try:
        # The decoder the first bytes ask for and no other; Pillow would try one after the other.
        picture = Image.open(path, formats=(kind.kind.upper(),))
    except UnidentifiedImageError as error:
        raise Refused("unreadable", str(error)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_large", str(error)) from error
    if picture.width * picture.height > PIXELS:
        raise Refused("too_large", f"{picture.width} x {picture.height}")
    return picture, kind


def _orientation(picture: Image.Image) -> int:
    """The Exif orientation, 1 to 8; 1 when there is none or the metadata is broken."""
    try:
        return int(picture.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001 broken metadata raises anything, and the picture may be fine
        return 1


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if _orientation(picture) >= 5 else (width, height)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The same picture in L, LA, RGB, RGBA or CMYK, 8 bits each."""
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
    if mode in ("La", "RGBa"):
        return picture.convert("LA" if mode == "La" else "RGBA")
    seen_through = mode == "PA" or "transparency" in picture.info
    return picture.convert("RGBA" if seen_through else "RGB")


def _see_through(picture: Image.Image) -> bool:
    return picture.mode in ("LA", "RGBA")


def _profile(picture: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The embedded profile, None when there is none, a broken one, or sRGB itself."""
    raw = picture.info.get("icc_profile")
    if not raw:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(raw))
        if ImageCms.getProfileDescription(profile).startswith("sRGB"):
            return None
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return profile


def _to_srgb(picture: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """RGB or RGBA in sRGB. A profile that does not fit the picture is passed over."""
    alpha = picture.getchannel("A") if _see_through(picture) else None
    colours = picture.convert("RGB" if picture.mode == "RGBA" else "L") if alpha else picture
    space = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}.get(colours.mode)
    if profile is not None and profile.profile.xcolor_space.strip() == space:
        try:
            converted = ImageCms.profileToProfile(
                colours, profile, _srgb, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
            )
            colours = converted or colours
        except ImageCms.PyCMSError:
            pass
    if colours.mode != "RGB":
        colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _load(
    path: Path, edge: int | None, kernel: Image.Resampling = Image.Resampling.LANCZOS
) -> tuple[Image.Image, tuple[int, int]]:
    """The picture upright in sRGB with a long edge of at most `edge`, and its full upright size."""
    picture, _kind = _open(path)
    full = _upright_size(picture)  # a JPEG read at a fraction changes its size
    return _render(picture, edge, kernel), full


def _render(
    picture: Image.Image, edge: int | None, kernel: Image.Resampling = Image.Resampling.LANCZOS
) -> Image.Image:
    profile, orientation = _profile(picture), _orientation(picture)
    if edge is not None and max(picture.size) > edge:
        # JPEG alone can be read at a half, a quarter or an eighth; twice the edge stays sharp.
        picture.draft(None, (edge * 2, edge * 2))
    small = _eight_bits(picture)
    if edge is not None and max(small.size) > edge:
        factor = edge / max(small.size)
        size = (max(1, round(small.width * factor)), max(1, round(small.height * factor)))
        small = small.resize(size, kernel, reducing_gap=2.0)
    else:
        small.load()
    small = _to_srgb(small, profile)
    turn = _TURNS.get(orientation)
    return small if turn is None else small.transpose(turn)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _on_ground(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, GROUND)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _packed(colour: tuple[int, ...]) -> int:
    red, green, blue = colour[:3]
    return red << 16 | green << 8 | blue


def _jpeg(picture: Image.Image, quality: int, *, small: bool = True) -> bytes:
    """With `small` some more time is spent on fewer bytes."""
    stream = io.BytesIO()
    optimize = small and picture.width < 2048
    picture.save(stream, "JPEG", quality=quality, subsampling=0, optimize=optimize)
    return stream.getvalue()


def probe(request: dict[str, Any]) -> Message:
    """Kind, size, mean colour, completeness; with "verify" every byte is decoded."""
    path = Path(request["path"])
    picture, kind = _open(path)
    if request.get("verify"):
        picture.load()
    width, height = _upright_size(picture)
    alpha = picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info
    # A JPEG with several pictures is a camera's preview or depth map, not an animation.
    animated = kind.kind in ("gif", "webp", "png", "avif") and getattr(picture, "n_frames", 1) > 1
    tiny = _on_ground(_render(picture, 64)).resize((1, 1), Image.Resampling.BOX)
    colour = tiny.getpixel((0, 0))
    assert isinstance(colour, tuple)
    facts = {
        "kind": kind.kind,
        "media_type": kind.media_type,
        "width": width,
        "height": height,
        "colour": _packed(colour),
        "complete": kinds.looks_complete(path),
        "alpha": alpha,
        "animated": animated,
    }
    return facts, b""


def thumbnail(request: dict[str, Any]) -> Message:
    """A small JPEG for the gallery. There are many of them: what is a little quicker is used."""
    edge = int(request["edge"])
    picture, _full = _load(Path(request["path"]), edge, Image.Resampling.HAMMING)
    picture = _on_ground(picture)
    return {"width": picture.width, "height": picture.height}, _jpeg(picture, 87, small=False)


def pixels(request: dict[str, Any]) -> Message:
    """Raw RGBA for the canvas, straight alpha."""
    edge = request.get("edge")
    picture, full = _load(Path(request["path"]), None if edge is None else int(edge))
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
    """A copy that may be sent: upright, sRGB, small enough, without metadata.

    The file's own bytes when they are all that already: nothing is encoded twice without need.
    """
    path, edge, limit = Path(request["path"]), int(request["edge"]), int(request["limit"])
    picture, kind = _open(path)
    plain = (
        kind.kind in ("png", "jpeg", "webp")
        and max(picture.size) <= edge
        and path.stat().st_size <= limit
        and picture.mode in ("RGB", "RGBA")
        and not picture.getexif()
        and "xmp" not in picture.info
        and _profile(picture) is None
        and getattr(picture, "n_frames", 1) == 1
    )
    if plain:
        picture.load()
        return {"media_type": kind.media_type}, path.read_bytes()
    copy = _render(picture, edge)
    if copy.mode == "RGBA" and copy.getchannel("A").getextrema() == (255, 255):
        copy = copy.convert("RGB")
    return _encode(copy, limit)


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
            raise Refused("too_many_bytes", str(limit))
        copy = ImageOps.scale(copy, 0.8, Image.Resampling.LANCZOS)


def palette(request: dict[str, Any]) -> Message:
    """The dominant colours, most frequent first."""
    picture = _on_ground(_load(Path(request["path"]), 128)[0])
    wanted = int(request["colours"])
    reduced = picture.quantize(wanted, method=Image.Quantize.MEDIANCUT, kmeans=2)
    table = reduced.getpalette() or []
    counted = sorted(reduced.getcolors() or [], reverse=True)
    places = [place for _count, place in counted if isinstance(place, int)]
    colours = [_packed(tuple(table[3 * place : 3 * place + 3])) for place in places]
    return {"colours": list(dict.fromkeys(colours))}, b""


_TEXTS = 64
_TEXT_BYTES = 400_000
_IMAGE_DESCRIPTION, _MAKE, _MODEL, _SOFTWARE = 0x010E, 0x010F, 0x0110, 0x0131
_EXIF, _USER_COMMENT = 0x8769, 0x9286


def describe(request: dict[str, Any]) -> Message:
    """What `probe` tells, with the texts that lie in the file: names and words as JSON."""
    path = Path(request["path"])
    facts, _nothing = probe(request)
    texts: dict[str, str] = {}
    try:
        texts = _texts(_open(path)[0])
    except Exception as error:  # noqa: BLE001 broken metadata raises anything; the picture is fine
        facts["texts_fault"] = f"{type(error).__name__}"
    return facts, json.dumps(texts).encode()


def _texts(picture: Image.Image) -> dict[str, str]:
    found: dict[str, str] = {}
    if picture.format == "PNG":
        # Some programs put their words behind the picture.
        picture.load()
    for name, value in list(picture.info.items())[:_TEXTS]:
        if isinstance(value, str):
            found["xmp" if name == "XML:com.adobe.xmp" else str(name)] = value
        elif name in ("xmp", "comment") and isinstance(value, bytes):
            found[str(name)] = value.decode("utf-8", "replace")
    exif = picture.getexif()
    for tag, name in (
        (_IMAGE_DESCRIPTION, "ImageDescription"),
        (_MAKE, "Make"),
        (_MODEL, "Model"),
        (_SOFTWARE, "Software"),
    ):
        if isinstance(value := exif.get(tag), str):
            found.setdefault(name, value)
    comment = exif.get_ifd(_EXIF).get(_USER_COMMENT)
    if comment:
        found["UserComment"] = _user_comment(comment)
    kept: dict[str, str] = {}
    left = _TEXT_BYTES
    for name, words in found.items():
        kept[name[:100]] = words[:left]
        left -= len(kept[name[:100]])
    return kept


def _user_comment(value: bytes | str) -> str:
    """Exif's comment: eight bytes tell its encoding, and UTF-16 comes in both orders."""
    if isinstance(value, str):
        return value
    sign, words = value[:8], value[8:]
    if sign == b"UNICODE\0":
        low = words[1::2].count(0) >= words[::2].count(0)
        return words.decode("utf-16-le" if low else "utf-16-be", "replace").strip("\0 ")
    return (words if sign in (b"ASCII\0\0\0", bytes(8)) else value).decode("utf-8", "replace")


def mend(request: dict[str, Any]) -> Message:
    """A PNG of a file that stops in the middle: the part that is there, the rest left empty.

    Its words and its profile go with it where they came before the end.
    """
    path = Path(request["path"])
    picture, _kind = _open(path)
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    if picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        picture = picture.convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=3, icc_profile=picture.info.get("icc_profile"))
    return {"width": picture.width, "height": picture.height}, stream.getvalue()


JOBS: dict[str, Job] = {
    "probe": probe,
    "thumbnail": thumbnail,
    "pixels": pixels,
    "upright": upright,
    "palette": palette,
    "mend": mend,
    "describe": describe,
}
