"""Metadata never decides whether a picture opens, nor how it looks."""

from __future__ import annotations

import ast
import io
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from studio.imaging import decode_jobs, png_chunks
from studio.providers.sketch.repaint import RECIPE
from tests.imaging import embedded
from tests.imaging.embedded import chunk, jpeg, png, riff, saved, segment, text, webp

KINDS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<x:xmpmeta><rdf:Description dc:description='tea'/></x:xmpmeta>"
BOMB = zlib.compress(bytes(40_000_000), 9)


def looked_at(path: Path) -> tuple[object, ...]:
    """Size and pixels, by every way a picture is opened."""
    facts, _body = decode_jobs.probe({"path": str(path), "verify": True})
    head, data = decode_jobs.pixels({"path": str(path), "edge": None})
    decode_jobs.thumbnail({"path": str(path), "edge": 8})
    decode_jobs.palette({"path": str(path), "colours": 3})
    decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})
    told, _texts = decode_jobs.describe({"path": str(path)})
    assert "texts_fault" not in told
    assert facts["alpha"] == head["alpha"]
    assert (facts["width"], facts["height"]) == (head["full_width"], head["full_height"])
    return facts["width"], facts["height"], head["alpha"], data


def exif(orientation: int) -> bytes:
    tags: dict[int, bytes | int] = {0x010E: b"a description\0", 0x0112: orientation}
    return embedded.exif(tags, {0x9286: b"ASCII\0\0\0a comment"})


def jpeg_exif(data: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + data)


HEAVY = b"x" * 3_000_000

ODD: dict[str, bytes] = {
    "png profile of 2 MB": png(
        [chunk(b"iCCP", b"p\0\0" + zlib.compress(PROFILE + bytes(2 << 20)))]),
    "png profile that is none": png([chunk(b"iCCP", b"p\0\0" + zlib.compress(b"none" * 99))]),
    "png profile bomb": png([chunk(b"iCCP", b"p\0\0" + BOMB)]),
    "png profile packed otherwise": png([chunk(b"iCCP", b"p\0\7" + zlib.compress(PROFILE))]),
    "png profile not packed": png([chunk(b"iCCP", b"p\0\0" + PROFILE)]),
    "png profile without a name": png([chunk(b"iCCP", b"")]),
    "png profile cut": png([chunk(b"iCCP", b"p\0\0" + zlib.compress(PROFILE)[:50])]),
    "png profile, wrong sum": png(
        [chunk(b"iCCP", b"p\0\0" + zlib.compress(PROFILE), sound=False)]),
    **{
        f"png {kind} {what}": png([text("k", words, kind)])
        for kind in ("tEXt", "zTXt", "iTXt", "iTXtz")
        for what, words in (("of 3 MB", HEAVY), ("of odd bytes", bytes(range(256))))
    },
    "png zTXt bomb": png([chunk(b"zTXt", b"k\0\0" + BOMB)]),
    "png iTXt bomb": png([chunk(b"iTXt", b"k\0\1\0\0\0" + BOMB)]),
    "png zTXt bomb behind": png([chunk(b"zTXt", b"k\0\0" + BOMB)], behind=True),
    "png iTXt bomb behind": png([chunk(b"iTXt", b"k\0\1\0\0\0" + BOMB)], behind=True),
    "png texts of 90 MB": png([text(f"k{n}", HEAVY) for n in range(30)]),
    "png zTXt packed otherwise": png([chunk(b"zTXt", b"k\0\5abc")]),
    "png zTXt broken": png([chunk(b"zTXt", b"k\0\0abc")], behind=True),
    "png texts of nothing": png([chunk(kind, b"") for kind in (b"tEXt", b"zTXt", b"iTXt")]),
    "png text, wrong sum": png([chunk(b"tEXt", b"k\0v", sound=False)]),
    "png texts, wrong sums behind": png(
        [chunk(b"tEXt", b"k\0v", sound=False), chunk(b"abcD", b"v", sound=False)], behind=True),
    "png chunks too short": png(
        [chunk(kind, b"\1") for kind in (b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"acTL", b"fcTL",
                                         b"fdAT", b"eXIf", b"tIME", b"bKGD", b"sBIT", b"hIST")]),
    "png chunks of nothing": png(
        [chunk(kind, b"") for kind in (b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"acTL", b"fcTL",
                                       b"fdAT", b"tRNS", b"PLTE", b"sPLT", b"cICP", b"mDCV")]),
    "png colours, wrong sums": png(
        [chunk(kind, bytes(32), sound=False) for kind in (b"gAMA", b"cHRM", b"sRGB", b"pHYs")]),
    "png gamma of nothing": png([chunk(b"gAMA", bytes(4)), chunk(b"cHRM", bytes(32))]),
    "png key, wrong sum": png([chunk(b"tRNS", bytes(6), sound=False)]),
    "png key too short": png([chunk(b"tRNS", bytes(3))]),
    "png key behind": png([chunk(b"tRNS", struct.pack(">3H", 200, 20, 30))], behind=True),
    "png moves in disorder": png(
        [chunk(b"acTL", struct.pack(">II", 3, 0)), chunk(b"fcTL", struct.pack(">I", 9) + bytes(22)),
         chunk(b"fcTL", bytes(26))]),
    "png moves beyond its edges": png(
        [chunk(b"acTL", struct.pack(">II", 2, 0)),
         chunk(b"fcTL", struct.pack(">5I", 0, 999, 999, 5, 5) + bytes(6))]),
    "png many texts": png([chunk(b"tEXt", b"k\0v") * 101_000]),
    "png many profiles": png([chunk(b"iCCP", b"p\0\0" + BOMB)] * 9),
    "png unknown chunks": png(
        [chunk(b"vpAg", b"x" * 9), chunk(b"caBX", HEAVY), chunk(b"!!!!", b"")]),
    "png Exif broken": png([chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")]),
    "png old profile broken": png([text("Raw profile type exif", b"\nexif\n   12\nno digits\n")]),
    "png something behind": png() + b"appended by a tool" * 400,
    "jpeg short JFIF": jpeg([segment(0xE0, b"JFIF\0\1")]),
    "jpeg short Adobe": jpeg([segment(0xEE, b"Adobe\0")]),
    "jpeg Photoshop cut": jpeg([segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4")]),
    "jpeg Photoshop without end": jpeg(
        [segment(0xED, b"Photoshop 3.0\0" + b"8BIM\3\xed\0\0\0\0\0\1a")]),
    "jpeg profile in part": jpeg([segment(0xE2, b"ICC_PROFILE\0\2\3" + PROFILE[:200])]),
    "jpeg profile without a part": jpeg([segment(0xE2, b"ICC_PROFILE\0")]),
    "jpeg profile that is none": jpeg([segment(0xE2, b"ICC_PROFILE\0\1\1" + b"none" * 99)]),
    "jpeg Exif of nothing": jpeg([segment(0xE1, b"Exif\0\0")]),
    "jpeg Exif broken": jpeg([jpeg_exif(b"II*\0\xff\xff\xff\xff"), jpeg_exif(b"MM")]),
    "jpeg Exif of 70 KB": jpeg(
        [jpeg_exif(exif(1)[:60_000]), *[jpeg_exif(b"x" * 60_000) for _n in range(3)]]),
    "jpeg Exif in a circle": jpeg(
        [jpeg_exif(b"II*\0\x08\0\0\0\x01\0\x69\x87\4\0\1\0\0\0\x08\0\0\0")]),
    "jpeg comments": jpeg([segment(0xFE, b"x" * 65_000) for _n in range(300)]),
    "jpeg many comments": jpeg([segment(0xFE, b"") * 101_000]),
    "jpeg MPF of nothing": jpeg([segment(0xE2, b"MPF\0")]),
    "jpeg MPF broken": jpeg(
        [segment(0xE2, b"MPF\0II*\0\x08\0\0\0\1\0\1\xb0\4\0\1\0\0\0\x99\0\0\0")]),
    "jpeg FlashPix": jpeg([segment(0xE2, b"FPXR\0" + bytes(9))]),
    "jpeg XMP of many parts": jpeg(
        [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
         *[segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"g" * 32
                   + struct.pack(">II", 90_000, n * 60_000) + b"x" * 60_000) for n in range(9)]]),
    "jpeg block of no length": jpeg([b"\xff\xe5\0\0"]),
    "jpeg filling": jpeg([b"\xff\xff\xff", b"junk", segment(0xE7, b"x")]),
    "webp broken": webp([riff(b"EXIF", b"II*\0\xff\xff\xff\xff"), riff(b"XMP ", b"\xff" * 99)]),
    "webp profile that is none": webp([riff(b"ICCP", b"none" * 99)]),
    "webp unknown": webp([riff(b"ABCD", b"x" * 9), riff(b"EXIF", b"")]),
    "webp cut within its words": webp([riff(b"EXIF", exif(1) + bytes(500))])[:-300],
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_picture_opens_and_looks_the_same_with_anything_beside_it(
    tmp_path: Path, name: str
) -> None:
    kind = name.split(maxsplit=1)[0].upper()
    (tmp_path / "plain").write_bytes(saved(kind))
    (tmp_path / "odd").write_bytes(ODD[name])
    assert looked_at(tmp_path / "odd") == looked_at(tmp_path / "plain")


def dressed(kind: str) -> bytes:
    """A picture with all that its kind may have beside the pixels."""
    more: dict[str, object] = {"exif": exif(1), "icc_profile": PROFILE, "xmp": XMP}
    if kind == "PNG":
        data = png([chunk(b"eXIf", exif(1)), text("k", b"v", "zTXt"), text("q", b"w", "iTXtz")])
        return png([chunk(b"iCCP", b"p\0\0" + zlib.compress(PROFILE))], data=data)
    if kind == "GIF":
        return saved(kind, plain_gif(), comment=b"a comment")
    if kind == "TIFF":
        more = {"icc_profile": PROFILE, "description": "words", "software": "more words"}
    return saved(kind, None, **more)


def plain_gif() -> Image.Image:
    return embedded.plain("P")


@pytest.mark.parametrize("kind", KINDS)
def test_any_byte_beside_the_pixels_may_be_wrong(tmp_path: Path, kind: str) -> None:
    """Words, profiles and Exif are damaged in many ways, each of them in its own bytes only."""
    data = dressed(kind)
    path = tmp_path / "a"
    path.write_bytes(saved(kind, plain_gif() if kind == "GIF" else None))
    usual = looked_at(path)
    path.write_bytes(data)
    assert looked_at(path) == usual
    parts = [one for one in (exif(1), PROFILE, XMP, b"a comment", b"words\0") if one in data]
    if kind == "PNG":
        parts += [zlib.compress(PROFILE)]
    dice = random.Random(kind)
    for _round in range(60):
        part = dice.choice(parts)
        at = data.index(part)
        broken = bytearray(data)
        for _byte in range(dice.choice((1, 3, 30))):
            place = at + dice.randrange(len(part))
            broken[place] = dice.choice((0, 0xFF, dice.randrange(256)))
        path.write_bytes(bytes(broken))
        width, height, alpha, _pixels = looked_at(path)
        # A damaged profile may change colours, and damaged Exif which way is up: nothing else.
        assert sorted((width, height)) == sorted(usual[:2])  # type: ignore[type-var]
        assert alpha == usual[2]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", [*range(10), 99, 65535])
def test_only_eight_orientations_turn_a_picture(
    tmp_path: Path, kind: str, orientation: int
) -> None:
    picture = embedded.plain()
    path = tmp_path / "a"
    tags: dict[int, bytes | int] = {0x0112: orientation}
    if kind == "TIFF":
        path.write_bytes(saved(kind, picture, tiffinfo={0x0112: orientation}))
    else:
        path.write_bytes(saved(kind, picture, exif=embedded.exif(tags)))
    facts, _body = decode_jobs.probe({"path": str(path)})
    head, data = decode_jobs.pixels({"path": str(path), "edge": None})
    turned = 5 <= orientation <= 8
    size = embedded.SIZE[::-1] if turned else embedded.SIZE
    assert (facts["width"], facts["height"]) == (head["width"], head["height"]) == size
    turn = decode_jobs._TURNS.get(orientation)
    wanted = picture if turn is None else picture.transpose(turn)
    shown = Image.frombytes("RGBA", size, data)
    for x, y in ((1, 1), (size[0] - 2, 1), (1, size[1] - 2), (size[0] - 2, size[1] - 2)):
        told, meant = shown.getpixel((x, y)), wanted.getpixel((x, y))
        assert isinstance(told, tuple)
        assert isinstance(meant, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(told[:3], meant, strict=True)), (x, y)


def test_orientations_of_other_types_turn_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    for entry in (
        struct.pack("<HHI", 0x0112, 2, 2) + b"6\0\0\0",
        struct.pack("<HHI", 0x0112, 5, 1) + struct.pack("<I", 8),
        struct.pack("<HHI", 0x0112, 99, 1) + b"\6\0\0\0",
        struct.pack("<HHI", 0x0112, 3, 0) + b"\6\0\0\0",
    ):
        path.write_bytes(jpeg([jpeg_exif(b"II*\0\x08\0\0\0\1\0" + entry + bytes(4))]))
        assert decode_jobs.probe({"path": str(path)})[0]["width"] == 24


def test_two_pictures_in_a_jpeg_are_one_and_only_the_first_is_sent(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (24, 16), (200, 20, 30)), Image.new("RGB", (24, 16))
    path = tmp_path / "a.jpg"
    first.save(path, "MPO", save_all=True, append_images=[second])
    facts, _body = decode_jobs.probe({"path": str(path), "verify": True})
    assert (facts["kind"], facts["animated"]) == ("jpeg", False)
    path.write_bytes(path.read_bytes() + saved("JPEG", second, exif=exif(1)))
    sent = decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})[1]
    assert b"a description" not in sent
    assert sent.endswith(b"\xff\xd9")
    assert sent.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_is_sent_is_the_picture_as_it_was_without_anything_beside_it(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(saved(kind))
    bare = decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})
    path.write_bytes(dressed(kind))
    sent = decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})
    for word in (b"a comment", b"a description", b"xmpmeta", b"tEXt", b"zTXt", b"iTXt"):
        assert word not in sent[1]
    # Encoded anew it would not be the same.
    assert Image.open(io.BytesIO(sent[1])).tobytes() == Image.open(io.BytesIO(bare[1])).tobytes()
    assert sent[0] == bare[0]


def test_a_sketch_keeps_its_recipe_and_nothing_else(tmp_path: Path) -> None:
    """The painter begins an edit from it; what only looks like one does not stay."""
    assert RECIPE.encode() == png_chunks.RECIPE
    path = tmp_path / "a.png"
    recipe = b'{"motif": "lighthouse"}'
    odd = (
        text(RECIPE, recipe, "iTXtz"),
        text(RECIPE, b"x" * 9000, "iTXt"),
        chunk(b"iTXt", RECIPE.encode() + b"\0\0\0\0\0wrong", sound=False),
        text("parameters", b"a secret", "iTXt"),
    )
    for more, kept in ((odd, None), ((*odd, text(RECIPE, recipe, "iTXt")), recipe.decode())):
        path.write_bytes(png(more))
        sent = decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})[1]
        assert Image.open(io.BytesIO(sent)).info.get(RECIPE) == kept
        assert b"a secret" not in sent
        assert b"wrong" not in sent


def test_a_cmyk_picture_with_a_broken_profile_is_shown_without_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    ink = Image.merge("CMYK", [Image.new("L", (24, 16), v) for v in (0, 255, 255, 0)])
    for profile in (b"none" * 99, PROFILE, PROFILE[:200], b""):
        path.write_bytes(saved("JPEG", ink, icc_profile=profile))
        data = decode_jobs.pixels({"path": str(path), "edge": None})[1]
        assert data[0] > 200
        assert max(data[1], data[2]) < 60


def test_moving_pictures_are_shown_still_and_called_moving(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (24, 16), (60 * n, 20, 30)) for n in range(3)]
    for kind in ("PNG", "WEBP", "GIF", "AVIF"):
        path = tmp_path / kind
        frames[0].save(path, kind, save_all=True, append_images=frames[1:], duration=80)
        facts, _body = decode_jobs.probe({"path": str(path), "verify": True})
        assert facts["animated"], kind
        assert decode_jobs.pixels({"path": str(path), "edge": None})[1][0] < 20, kind


def test_pixels_are_still_what_decides(tmp_path: Path) -> None:
    """Broken pixels, and pictures too large, are refused as before."""
    path = tmp_path / "a.png"
    whole = png()
    at = whole.index(b"IDAT") + 8
    path.write_bytes(whole[:at] + b"\0\0\0\0" + whole[at + 4 :])
    with pytest.raises((OSError, SyntaxError)):
        decode_jobs.probe({"path": str(path), "verify": True})
    with pytest.raises((OSError, SyntaxError)):
        decode_jobs.upright({"path": str(path), "edge": 100, "limit": 1 << 20})
    # What a library has already is shown as far as it is sound.
    assert decode_jobs.pixels({"path": str(path), "edge": None})[0]["width"] == 24
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + whole[33:])
    with pytest.raises(decode_jobs.DecodeRefused) as caught:
        decode_jobs.probe({"path": str(path)})
    assert caught.value.fault == "too_large"


def test_pillow_is_only_ever_given_the_pixels() -> None:
    """One place opens files, and it is handed what `containers` leaves of them."""
    tree = ast.parse(Path(decode_jobs.__file__).read_text(encoding="utf-8"))
    opened = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("Image.open", "Parser"))
    ]
    assert opened == ["Image.open(stream, formats=(kind.kind.upper(),))"]
    assert "MAX_TEXT" not in ast.unparse(tree), "limits are kept, not raised"
    given = [
        ast.unparse(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_identified"
    ]
    assert given == ["stream", "stream"]
    streams = [
        ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "stream" in ast.unparse(node.targets[0])
        and "containers" in ast.unparse(node.value)
    ]  # fmt: skip
    assert len(streams) == 3
    assert all(one.startswith("containers.opened(") for one in streams)
