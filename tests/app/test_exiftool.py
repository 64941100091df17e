"""Metadata as another program reads and writes it: exiftool is the judge, both ways."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, features

from studio.app.export.metadata import texts_for
from studio.domain.entities import Advanced
from studio.domain.export import ExportFormat, ExportMetadata, ExportPreset
from studio.imaging.exporter import Exporter
from studio.library.metadata import provenance
from tests.library.builders import a_picture
from tests.shared_parts import SHARED

pytestmark = pytest.mark.skipif(
    shutil.which("exiftool") is None, reason="needs exiftool (libimage-exiftool-perl)"
)

PROMPT = 'نورس & "gull" <b>над</b> 海 \U0001f30a\nsecond line, a {quiet|loud} sea; 100 % ©'
TITLE = "Häfen & <Türme> 日本"
PICTURE = a_picture(
    prompt=PROMPT,
    title=TITLE,
    model="nano-banana",
    asked_aspect="16:9",
    asked_size="2K",
    seed=7,
    created=1_764_500_000.0,
    rating=4,
    tags=("kelp", "älg & co"),
    advanced=Advanced(temperature=0.5),
)
AVIF = pytest.mark.skipif(not features.check("avif"), reason="needs a Pillow with AVIF")
FORMATS = (
    ExportFormat.PNG,
    ExportFormat.JPEG,
    ExportFormat.WEBP,
    ExportFormat.TIFF,
    pytest.param(ExportFormat.AVIF, marks=AVIF),
)


class ExifTool:
    """One process for all tests: to start it takes longer than what it does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["exiftool", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, *words: str) -> str:
        """What it prints; it must report no failure."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        # One argument a line; with this sign in front, as a string of C.
        lines = ["#[CSTR]" + word.replace("\\", "\\\\").replace("\n", "\\n") for word in words]
        stdin.write("\n".join([*lines, "-echo3", "status ${status}", "-execute", ""]).encode())
        stdin.flush()
        said = ""
        while not (line := stdout.readline().decode()).startswith("status "):
            assert line, "it has ended"
            said += line.removeprefix("{ready}\n")
        assert line == "status 0\n", said
        return said

    def told(self, path: Path) -> dict[str, object]:
        """What it reads, by group and name."""
        words = ("-j", "-G1", "-charset", "utf8", "-api", "largefilesupport=1", str(path))
        (found,) = json.loads(self.run(*words))
        assert isinstance(found, dict)
        return found

    def write(self, path: Path, *words: str) -> None:
        """Write texts as its users do."""
        self.run("-q", "-overwrite_original", "-charset", "utf8", *words, str(path))

    def close(self) -> None:
        self._process.communicate(b"-stay_open\nFalse\n")


@pytest.fixture(scope="module")
def exiftool() -> Iterator[ExifTool]:
    one = ExifTool()
    yield one
    one.close()


async def exported(
    exporter: Exporter, folder: Path, kind: ExportFormat, choice: ExportMetadata
) -> Path:
    source = folder / "source.png"
    Image.new("RGB", (40, 20), "#336699").save(source)
    preset = ExportPreset(id="t", format=kind, metadata=choice)
    made = await exporter.export(source, preset, texts_for(PICTURE, choice, kind))
    path = folder / f"copy.{kind.value}"
    path.write_bytes(made.data)
    return path


@pytest.mark.parametrize("kind", FORMATS)
async def test_exiftool_reads_what_an_export_says(
    tmp_path: Path, exporter: Exporter, exiftool: ExifTool, kind: ExportFormat
) -> None:
    found = exiftool.told(await exported(exporter, tmp_path, kind, ExportMetadata.EVERYTHING))
    assert "ExifTool:Warning" not in found
    assert "ExifTool:Error" not in found
    assert found["XMP-dc:Description"] == PROMPT
    assert found["XMP-dc:Title"] == TITLE
    assert found["XMP-dc:Subject"] == ["kelp", "älg & co"]
    assert found["XMP-xmp:Rating"] == 4
    assert found["XMP-xmp:CreatorTool"] == "Gridbrush"
    assert found["XMP-iptcExt:DigitalSourceType"].endswith("trainedAlgorithmicMedia")  # type: ignore[attr-defined]
    assert str(found["XMP-photoshop:DateCreated"]).startswith("2025:11:30")
    if kind is ExportFormat.PNG:
        assert found["PNG:Description"] == PROMPT
        assert found["PNG:Title"] == TITLE
        assert found["PNG:Software"] == "Gridbrush"


@pytest.mark.parametrize("kind", FORMATS)
async def test_nothing_means_nothing(
    tmp_path: Path, exporter: Exporter, exiftool: ExifTool, kind: ExportFormat
) -> None:
    path = await exported(exporter, tmp_path, kind, ExportMetadata.NOTHING)
    assert not [
        name for name in exiftool.told(path) if name.startswith(("XMP", "PNG:Desc", "IPTC"))
    ]
    assert PROMPT.encode() not in path.read_bytes()
    assert b"nano-banana" not in path.read_bytes()


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_copy_survives_being_written_by_exiftool(
    tmp_path: Path, exporter: Exporter, exiftool: ExifTool, kind: ExportFormat
) -> None:
    """A rating or a caption from another program does not cost the prompt and the settings."""
    path = await exported(exporter, tmp_path, kind, ExportMetadata.EVERYTHING)
    exiftool.write(path, "-XMP-xmp:Rating=2", "-XMP-photoshop:Headline=Client's choice")
    made = await described(path)
    assert (made.tool, made.prompt, made.seed) == ("Gridbrush", PROMPT, 7)
    assert made.picture == PICTURE.id
    assert dict(made.settings) == {"aspect": "16:9", "size": "2K", "temperature": "0.5"}


A1111 = "a boat in fog, 海\nNegative prompt: sun\nSteps: 20, Sampler: Euler, Seed: 7, Model: xl"


@pytest.mark.parametrize(
    ("suffix", "words", "tool"),
    [
        ("jpg", ["-EXIF:UserComment=" + A1111], "A1111"),
        ("jpg", ["-XMP-dc:Description=" + A1111], "A1111"),
        ("jpg", ["-EXIF:ImageDescription=" + A1111], "A1111"),
        ("png", ["-XMP-dc:Description=" + A1111], "A1111"),
        ("png", ["-EXIF:UserComment=" + A1111], "A1111"),
        ("webp", ["-EXIF:UserComment=" + A1111], "A1111"),
        ("tif", ["-XMP-dc:Description=" + A1111], "A1111"),
        pytest.param("avif", ["-XMP-dc:Description=" + A1111], "A1111", marks=AVIF),
        pytest.param("avif", ["-EXIF:UserComment=" + A1111], "A1111", marks=AVIF),
        ("png", ["-PNG:Description=a boat in fog, 海"], ""),
    ],
)
async def test_what_exiftool_writes_is_read(
    tmp_path: Path, exiftool: ExifTool, suffix: str, words: list[str], tool: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (40, 20), "#336699").save(path)
    exiftool.write(path, *words)
    made = await described(path)
    assert made.prompt == "a boat in fog, 海"
    if tool:
        assert (made.seed, made.model) == (7, "xl")


async def described(path: Path) -> provenance.Provenance:
    assert SHARED.decoder is not None
    _facts, texts = await SHARED.decoder.describe(path)
    return provenance.read(texts)
