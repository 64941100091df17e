"""Changes of a reference before it is sent, and their warnings."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.common.errors import InputError
from studio.common.file_types import size_of
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Reference
from studio.imaging import upload_limits
from studio.imaging.upload_limits import LARGEST, TOGETHER, UploadFit, UploadLimits, allowances, fit
from studio.providers.catalogue import Catalogue

MB = 1 << 20


def picture(folder: Path, name: str, size: tuple[int, int], mode: str = "RGB", **more) -> Path:
    path = folder / name
    Image.new(mode, size, "#336699" if mode == "RGB" else None).save(path, **more)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "more"),
    [
        ("a.png", "RGB", {}),
        ("a.jpg", "RGB", {}),
        ("p.jpg", "RGB", {"progressive": True, "exif": Image.Exif(), "comment": b"x" * 70}),
        ("a.webp", "RGB", {}),
        ("l.webp", "RGB", {"lossless": True}),
        ("x.webp", "RGBA", {"icc_profile": b"1234"}),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_head(tmp_path, name, mode, more):
    path = picture(tmp_path, name, (37, 91), mode, **more)
    assert size_of(path) == (37, 91)
    assert fit(path) == UploadFit()


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBPVP8?"],
)
def test_a_damaged_head_tells_no_size(tmp_path, head):
    path = tmp_path / "damaged"
    path.write_bytes(head + b"\xff" * 20)
    assert size_of(path) is None


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("long.png", (4097, 2), UploadFit(smaller=True)),
        ("long.jpg", (2, 5000), UploadFit(smaller=True)),
        ("edge.png", (4096, 2), UploadFit()),
        ("a.gif", (9, 9), UploadFit(converted=True)),
        ("a.tif", (9, 9), UploadFit(converted=True)),
        ("a.bmp", (9, 9), UploadFit(converted=True)),
    ],
)
def test_what_is_shrunk_or_converted_is_known_beforehand(tmp_path, name, size, expected):
    found = fit(picture(tmp_path, name, size))
    assert found == expected
    assert (
        bool(upload_limits.note(found)) is bool(upload_limits.sentence("x", found)) is any(expected)
    )


def test_a_heavy_file_is_shrunk(tmp_path):
    path = picture(tmp_path, "a.png", (8, 8))
    assert fit(path, limit=path.stat().st_size) == UploadFit()
    assert fit(path, limit=path.stat().st_size - 1) == UploadFit(smaller=True)


def test_pictures_share_the_room_and_small_ones_stay_as_they_are():
    assert allowances([]) == []
    assert allowances([9 * MB]) == [LARGEST]
    assert allowances([3 * MB] * 4) == [LARGEST] * 4
    limits = allowances([7 * MB, MB, 7 * MB, MB])
    assert limits == [(TOGETHER - 2 * MB) // 2] * 4
    for sizes in ([7 * MB] * 14, [MB, 2 * MB, 9 * MB, 9 * MB], [40 * MB] * 3):
        limits = allowances(sizes)
        assert sum(map(min, sizes, limits)) <= TOGETHER


def test_more_references_than_the_model_takes_are_named_with_the_limit(tmp_path):
    model = Catalogue().find("dgrid", "gemini-2.5-flash-image")
    references = (Reference(sha256="a", media_type="image/png"),) * 4
    draft = Draft(prompt="p", profile="dgrid", model=model.id, references=references, size="1K")
    with pytest.raises(InputError, match="Too many reference pictures") as caught:
        runs.plan(draft, model, ("p",))
    assert "accepts 3 pictures" in caught.value.message


def test_a_wire_may_have_limits_of_its_own(tmp_path: Path) -> None:
    mine = UploadLimits(longest=64, largest=1000, together=1500)
    assert allowances([5000, 200], mine) == [1000, 1000]
    assert allowances([5000, 5000], mine) == [750, 750]
    assert allowances([5000, 5000]) == [LARGEST, LARGEST]
    path = picture(tmp_path, "long.png", (65, 8))
    assert fit(path) == UploadFit()
    assert fit(path, longest=64) == UploadFit(smaller=True)
