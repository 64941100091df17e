"""Work of the exporting process: colours, transparency, 16 bits, sizes and metadata of copies."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat, features

from studio.app.export.metadata import texts_for
from studio.common import json_reader
from studio.domain.entities import Flag, Parent, Picture, Role
from studio.domain.export import ExportFormat, ExportMetadata
from studio.imaging import decode_jobs, display_p3, export_jobs
from studio.library.metadata import provenance
from tests import icc_profiles
from tests.imaging import embedded
from tests.library.builders import a_picture

FORMATS = [
    pytest.param(one, marks=pytest.mark.skipif(
        one == "avif" and not features.check("avif"), reason="this Pillow has no AVIF"
    ))
    for one in ("png", "jpeg", "webp", "tiff", "avif")
]  # fmt: skip
EXTENSION = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "tiff": ".tif", "avif": ".avif"}
EXIFTOOL = shutil.which("exiftool")
VIPS = shutil.which("vips")

PICTURE = a_picture(
    title="Harbour <07> & “dusk”", prompt='A lighthouse, "gouache"\n灯台, منارة \U0001f680',
    model="gemini-3-pro-image", seed=7, rating=4, flag=Flag.PICK, tags=("night", "old & new"),
    created=1_700_000_000.0, cost_usd=0.134, asked_aspect="3:2", asked_size="2K",
    extra_fields='{"secret": "x"}',
    parents=(Parent(sha256="1" * 64, role=Role.STYLE, name="board.png"),),
)  # fmt: skip


def request(path: Path, **values: object) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "path": str(path), "format": "png", "quality": 90, "rule": "original", "value": 0,
        "enlarge": False, "colour": "as-is", "ground": 0xFFFFFF, "ppi": 0, "body": b"",
    }  # fmt: skip
    return usual | values


def export(path: Path, **values: object) -> tuple[dict[str, Any], Image.Image]:
    facts, data = export_jobs.export(request(path, **values))
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return facts, picture


def saved(folder: Path, picture: Image.Image, name: str = "a.png", **save: Any) -> Path:
    path = folder / name
    picture.save(path, **save)
    return path


def space(picture: Image.Image) -> str:
    raw = picture.info.get("icc_profile")
    if raw is None:
        return ""
    return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(raw))).strip()


def colours(*values: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    """A picture with a square of 16 pixels for each colour."""
    picture = Image.new(mode, (16 * len(values), 16))
    for place, value in enumerate(values):
        picture.paste(value, (16 * place, 0, 16 * place + 16, 16))
    return picture


def squares(picture: Image.Image) -> list[Any]:
    return [picture.getpixel((16 * place + 8, 8)) for place in range(picture.width // 16)]


def near(found: Sequence[Any], wanted: Sequence[tuple[int, ...]], by: int = 2) -> bool:
    return all(
        abs(here - there) <= by
        for one, other in zip(found, wanted, strict=True)
        for here, there in zip(one, other, strict=True)
    )


# Colours


def test_display_p3_has_the_known_numbers(tmp_path: Path) -> None:
    path = saved(tmp_path, colours((255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)))
    _facts, picture = export(path, colour="display-p3")
    assert space(picture) == "Display P3"
    wanted = [(234, 51, 35), (117, 251, 76), (0, 0, 245), (128, 128, 128)]
    assert near(squares(picture), wanted)


def test_a_profile_is_kept_or_converted(tmp_path: Path) -> None:
    own = icc_profiles.matrix(icc_profiles.SWAPPED, name="Swapped")
    path = saved(tmp_path, colours((255, 0, 0), (0, 0, 255)), icc_profile=own)
    _facts, kept = export(path)
    assert (kept.info["icc_profile"], squares(kept)) == (own, [(255, 0, 0), (0, 0, 255)])
    _facts, turned = export(path, colour="srgb")
    assert space(turned).startswith("sRGB")
    assert near(squares(turned), [(0, 255, 0), (0, 0, 255)])


@pytest.mark.skipif(VIPS is None, reason="vips is not installed")
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_another_reader_sees_the_same_colours(tmp_path: Path, kind: str) -> None:
    wanted = [(250, 20, 30), (10, 200, 90), (12, 13, 240), (200, 180, 160)]
    path = saved(tmp_path, colours(*wanted))
    _facts, data = export_jobs.export(request(path, colour="display-p3", format=kind))
    out = tmp_path / f"p3{EXTENSION[kind]}"
    out.write_bytes(data)
    back = tmp_path / "back.png"
    subprocess.run(
        [str(VIPS), "icc_transform", str(out), str(back), "srgb", "--embedded"], check=True
    )
    with Image.open(back) as picture:
        assert near(squares(picture.convert("RGB")), wanted)


def test_the_profile_of_display_p3_is_sound_and_always_the_same() -> None:
    raw = display_p3.profile()
    assert raw == display_p3.profile()
    assert int.from_bytes(raw[:4], "big") == len(raw)
    if EXIFTOOL is not None:
        done = subprocess.run([EXIFTOOL, "-json", "-"], input=raw, capture_output=True, check=True)
        (found,) = json.loads(done.stdout)
        assert found["ProfileDescription"] == "Display P3"
        assert "Error" not in found
        assert "Warning" not in found


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "RGBA"])
def test_every_kind_of_picture_goes_into_every_format(tmp_path: Path, kind: str, mode: str) -> None:
    picture = embedded.plain("RGB")
    picture = picture.quantize(8) if mode == "P" else picture.convert(mode)
    path = saved(tmp_path, picture, "a.tif" if mode == "CMYK" else "a.png")
    for colour in ("as-is", "srgb", "display-p3"):
        facts, made = export(path, format=kind, colour=colour)
        assert made.size == embedded.SIZE == (facts["width"], facts["height"])
        assert near([made.convert("RGB").getpixel((1, 1))], [(250, 250, 250)], by=9)


# Transparency


def test_transparent_parts_lie_on_the_ground(tmp_path: Path) -> None:
    path = saved(tmp_path, colours((255, 0, 0, 255), (255, 0, 0, 0), (0, 0, 0, 128), mode="RGBA"))
    _facts, made = export(path, format="jpeg", ground=0x2040F0, quality=100)
    assert made.mode == "RGB"
    assert near(squares(made), [(255, 0, 0), (32, 64, 240), (16, 32, 120)], by=3)
    _facts, kept = export(path, format="webp", quality=100, ground=0x2040F0)
    assert kept.mode == "RGBA"
    assert [one[3] for one in squares(kept)] == [255, 0, 128]


def test_the_ground_is_given_in_srgb_whatever_the_copy_is_in(tmp_path: Path) -> None:
    path = saved(tmp_path, colours((0, 0, 0, 0), mode="RGBA"))
    _facts, made = export(path, format="jpeg", colour="display-p3", ground=0xFF0000, quality=100)
    assert near(squares(made), [(234, 51, 35)], by=3)


def test_a_transparent_colour_of_a_png_is_transparent(tmp_path: Path) -> None:
    path = saved(tmp_path, colours((1, 2, 3), (200, 10, 10)), transparency=(1, 2, 3))
    _facts, made = export(path, format="jpeg", ground=0x00FF00, quality=100)
    assert near(squares(made), [(0, 255, 0), (200, 10, 10)], by=4)


def test_smaller_copies_have_no_dark_edges_at_transparent_parts(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste((255, 255, 255, 255), (0, 0, 33, 64))
    path = saved(tmp_path, picture)
    _facts, made = export(path, rule="longest", value=16)
    seen: list[Any] = [made.getpixel((x, 8)) for x in range(16)]
    assert all(pixel[:3] == (255, 255, 255) for pixel in seen if pixel[3])


# Sizes


@pytest.mark.parametrize("edge", [90, 230])
def test_a_reduced_picture_is_as_one_reduced_with_the_best_kernel(
    tmp_path: Path, edge: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below a half the kernel is a faster one, and nobody sees it."""
    noise = Image.effect_noise((12, 12), 60).resize((400, 300), Image.Resampling.BICUBIC)
    picture = Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180)))
    path = saved(tmp_path, picture)
    kernels: list[Image.Resampling] = []

    def load(path: Path, edge: int, kernel: Image.Resampling) -> Any:
        kernels.append(kernel)
        return decode_jobs.load(path, edge, kernel)

    monkeypatch.setattr(export_jobs, "load", load)
    asked = {"path": str(path), "edge": edge, "quality": 100, "ground": None}
    facts, data = export_jobs.preview(asked)
    assert kernels == [Image.Resampling.HAMMING if edge < 200 else Image.Resampling.LANCZOS]
    with Image.open(io.BytesIO(data)) as copy:
        assert copy.size == (facts["width"], facts["height"])
        best = picture.resize(copy.size, Image.Resampling.LANCZOS)
        off = ImageChops.difference(copy.convert("RGB"), best)
    assert max(ImageStat.Stat(off).mean) < 2


@pytest.mark.parametrize(
    ("size", "values", "wanted"),
    [
        ((40, 20), {"rule": "longest", "value": 10}, (10, 5)),
        ((40, 20), {"rule": "shortest", "value": 10}, (20, 10)),
        ((40, 20), {"rule": "percent", "value": 200}, (40, 20)),
        ((40, 20), {"rule": "percent", "value": 200, "enlarge": True}, (80, 40)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_copy_has_its_size(
    tmp_path: Path,
    kind: str,
    size: tuple[int, int],
    values: dict[str, Any],
    wanted: tuple[int, int],
) -> None:
    path = saved(tmp_path, Image.new("RGB", size, "#336699"), f"a.{kind.lower()}")
    facts, made = export(path, **values)
    assert made.size == wanted == (facts["width"], facts["height"])
    assert near([made.getpixel((1, 1))], [(0x33, 0x66, 0x99)])


def test_a_photo_is_turned_upright_before_its_size_counts(tmp_path: Path) -> None:
    data = embedded.saved("JPEG", exif=embedded.exif({0x0112: 6}))
    (tmp_path / "a.jpg").write_bytes(data)
    _facts, made = export(tmp_path / "a.jpg", rule="percent", value=50)
    assert made.size == (embedded.SIZE[1] // 2, embedded.SIZE[0] // 2)


def test_a_size_that_the_format_does_not_have_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("L", (16_384, 2)))
    assert export_jobs.export(request(path, format="webp")) == ({"refused": "too_large"}, b"")
    values = {"rule": "percent", "value": 1000, "enlarge": True}
    path = saved(tmp_path, Image.new("1", (9000, 9000)), "b.png")
    assert export_jobs.export(request(path, **values)) == ({"refused": "too_large"}, b"")


# 16 bits


def deep_png(folder: Path) -> Path:
    """An RGB PNG of 16 bits with a profile and a text."""
    width, height = 8, 4
    rows = b"".join(
        b"\0" + b"".join(struct.pack(">3H", x * 8191 + 3, y * 9000 + 1, 257 * x) for x in range(8))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    profile = b"P\0\0" + zlib.compress(icc_profiles.matrix(name="Own"))
    chunks = [
        (b"IHDR", head), (b"iCCP", profile), (b"tEXt", b"Comment\0private"),
        (b"IDAT", zlib.compress(rows)), (b"tIME", bytes(7)), (b"IEND", b""),
    ]  # fmt: skip
    path = folder / "deep.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(embedded.chunk(*one) for one in chunks))
    return path


def pixel_data(data: bytes) -> bytes:
    at, found = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        found += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    return zlib.decompress(found)


def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path) -> None:
    path = deep_png(tmp_path)
    assert export_jobs.source({"path": str(path)})[0]["bits"] == 16
    texts = texts_for(PICTURE, ExportMetadata.PROMPT, ExportFormat.PNG)
    facts, data = export_jobs.export(request(path, ppi=300, body=json_reader.encode(texts)))
    assert facts == {"width": 8, "height": 4}
    assert data[24] == 16
    assert pixel_data(data) == pixel_data(path.read_bytes())
    assert b"private" not in data
    assert b"tIME" not in data
    out = tmp_path / "out.png"
    out.write_bytes(data)
    with Image.open(out) as picture:
        picture.load()
        assert round(picture.info["dpi"][0]) == 300
        assert space(picture) == "Own"
    assert read_back(out).prompt == PICTURE.prompt


@pytest.mark.parametrize(
    "values",
    [
        {"format": "jpeg"}, {"format": "webp"}, {"format": "tiff"}, {"colour": "srgb"},
        {"rule": "percent", "value": 50},
    ],
)  # fmt: skip
def test_sixteen_bits_are_never_silently_eight(tmp_path: Path, values: dict[str, Any]) -> None:
    refused = ({"refused": "sixteen_bits"}, b"")
    assert export_jobs.export(request(deep_png(tmp_path), **values)) == refused
    grey = saved(tmp_path, Image.new("I;16", (8, 8), 1234), "grey.png")
    assert export_jobs.export(request(grey, **values)) == refused
    tiff = saved(tmp_path, Image.new("I;16", (8, 8), 1234), "grey.tif")
    assert export_jobs.export(request(tiff, **values)) == refused
    assert export_jobs.export(request(tiff)) == refused


def test_eight_bits_are_recognized(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.tif", "a.webp", "a.gif", "a.bmp"):
        path = saved(tmp_path, embedded.plain(), name)
        facts, _body = export_jobs.source({"path": str(path)})
        assert (facts["bits"], facts["width"], facts["height"]) == (8, *embedded.SIZE)


def test_a_cut_picture_is_not_exported(tmp_path: Path) -> None:
    noise = Image.effect_noise((200, 200), 90)
    for name in ("a.png", "a.jpg", "a.webp"):
        path = saved(tmp_path, noise, name)
        path.write_bytes(path.read_bytes()[:4000])
        with pytest.raises((OSError, SyntaxError, ValueError)):
            export_jobs.export(request(path, format="jpeg"))


# Metadata


def described(path: Path) -> dict[str, str]:
    _facts, body = decode_jobs.describe({"path": str(path)})
    found: dict[str, str] = json.loads(body)
    return found


def read_back(path: Path) -> provenance.Provenance:
    return provenance.read(described(path))


def written(folder: Path, kind: str, choice: ExportMetadata, picture: Picture = PICTURE) -> Path:
    source = saved(folder, embedded.plain(), pnginfo=private(), dpi=(72, 72))
    texts = texts_for(picture, choice, ExportFormat(kind))
    body = b"" if texts is None else json_reader.encode(texts)
    _facts, data = export_jobs.export(request(source, format=kind, ppi=300, body=body))
    path = folder / f"out{EXTENSION[kind]}"
    path.write_bytes(data)
    return path


def private() -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("parameters", "private words, Steps: 20")
    info.add_itxt("XML:com.adobe.xmp", "<x>private words</x>")
    return info


def exif_tool(path: Path) -> dict[str, Any]:
    if EXIFTOOL is None:
        pytest.skip("exiftool is not installed")
    done = subprocess.run(
        [EXIFTOOL, "-json", "-G1", "-validate", "-warning", "-a", "-charset", "utf8", "-all", path],
        capture_output=True, check=False,
    )  # fmt: skip
    (found,) = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_our_own_reader_reads_what_is_written(tmp_path: Path, kind: str) -> None:
    found = read_back(written(tmp_path, kind, ExportMetadata.PROMPT))
    assert (found.tool, found.prompt, found.model) == ("Gridbrush", PICTURE.prompt, PICTURE.model)
    assert found.seed is None
    found = read_back(written(tmp_path, kind, ExportMetadata.EVERYTHING))
    assert (found.seed, dict(found.settings)["size"]) == (7, "2K")


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_is_nothing(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, ExportMetadata.NOTHING)
    assert described(path) == {}
    assert b"private" not in path.read_bytes()
    assert b"xmp" not in path.read_bytes().lower()


@pytest.mark.parametrize("kind", FORMATS)
def test_exiftool_reads_what_is_written(tmp_path: Path, kind: str) -> None:
    found = exif_tool(written(tmp_path, kind, ExportMetadata.EVERYTHING))
    assert "private" not in str(found)
    assert "secret" not in str(found)
    assert found["XMP-dc:Title"] == PICTURE.title
    assert found["XMP-dc:Description"].replace("..", "\n") == PICTURE.prompt.replace("..", "\n")
    assert found["XMP-dc:Subject"] == ["night", "old & new"]
    assert found["XMP-xmp:Rating"] == 4
    assert found["XMP-xmp:CreatorTool"] == "Gridbrush"
    assert found["XMP-xmp:CreateDate"].startswith("2023:11:1")
    assert "trainedAlgorithmicMedia" in str(found["XMP-iptcExt:DigitalSourceType"]) or (
        "rained" in str(found["XMP-iptcExt:DigitalSourceType"])
    )
    made = json.loads(found["XMP-gridbrush:Made"])
    assert made["cost_usd"] == 0.134
    assert made["references"] == [{"role": "style", "name": "board.png", "picture": None}]
    if kind == "png":
        assert found["PNG:Title"] == PICTURE.title
        assert found["PNG:Description"].split("\n")[0] == 'A lighthouse, "gouache"'
        assert found["PNG:Software"] == "Gridbrush"
    assert not [name for name in found if name.endswith(":Error")], found
    warnings = [value for name, value in found.items() if name.endswith((":Warning", ":Validate"))]
    assert all(one in ("OK", "") for one in warnings), warnings
    if kind in ("jpeg", "tiff", "png"):
        dots = [value for name, value in found.items() if name.endswith(":XResolution")]
        assert 300 in dots or found.get("PNG-pHYs:PixelsPerUnitX") == 11811


def test_a_prompt_that_is_too_long_for_a_jpeg_is_shortened(tmp_path: Path) -> None:
    long = replace(PICTURE, prompt="灯台 " * 30_000)
    path = written(tmp_path, "jpeg", ExportMetadata.EVERYTHING, long)
    found = read_back(path)
    assert found.prompt
    assert long.prompt.startswith(found.prompt)
    whole = read_back(written(tmp_path, "webp", ExportMetadata.EVERYTHING, long))
    assert whole.prompt == long.prompt.strip()[: provenance.LONGEST].strip()


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    hostile = replace(
        PICTURE,
        title="</rdf:li><x:evil/>\0\x07",
        prompt=']]> & <script>alert("1")</script> \ufffe {"prompt": "x"}',
        tags=("a</rdf:Bag>",),
    )
    path = written(tmp_path, "jpeg", ExportMetadata.EVERYTHING, hostile)
    assert b"<script>" not in path.read_bytes()
    assert read_back(path).prompt == hostile.prompt.replace("\ufffe", "")
    if EXIFTOOL is not None:
        found = exif_tool(path)
        assert found["XMP-dc:Title"] == "</rdf:li><x:evil/>"
        assert found["XMP-dc:Subject"] == "a</rdf:Bag>"


def test_what_is_not_made_by_a_model_is_not_called_so() -> None:
    offline = replace(PICTURE, offline=True)
    imported = replace(PICTURE, imported="a.png")
    for picture, word in ((PICTURE, "/trained"), (offline, "/algorithmicMedia"), (imported, "")):
        texts = texts_for(picture, ExportMetadata.PROMPT, ExportFormat.JPEG)
        assert texts is not None
        assert ("digitalsourcetype" in texts.xmp) == bool(word)
        assert word in texts.xmp
