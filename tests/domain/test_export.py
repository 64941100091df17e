"""Sizes, presets and name patterns of an export."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.common.errors import InputError
from studio.domain import name_pattern
from studio.domain.export import (
    BUILT_IN,
    ORIGINALS,
    ExportFormat,
    ExportMetadata,
    ExportPreset,
    ExportSize,
    checked,
    find_preset,
    title_of,
)
from tests.library.builders import a_picture


@pytest.mark.parametrize(
    ("text", "size", "wanted"),
    [
        ("original", (3000, 2000), (3000, 2000)),
        ("2048", (4096, 2731), (2048, 1366)),
        ("longest:2048", (2000, 4000), (1024, 2048)),
        ("shortest:1080", (1920, 2160), (1080, 1215)),
        ("shortest: 1080", (1, 1), None),
        ("50%", (101, 51), (50, 26)),
        ("12.5%", (800, 8), (100, 1)),
        ("2048 px", (1024, 512), (1024, 512)),
        ("200%", (10, 20), (10, 20)),
        ("1", (4000, 1), (1, 1)),
        ("0", (1, 1), None),
        ("-5", (1, 1), None),
        ("0%", (1, 1), None),
        ("1001%", (1, 1), None),
        ("99999", (1, 1), None),
        ("widest:5", (1, 1), None),
        ("", (1, 1), None),
    ],
)
def test_a_size_is_read_and_never_enlarges(
    text: str, size: tuple[int, int], wanted: tuple[int, int] | None
) -> None:
    if wanted is None:
        with pytest.raises(InputError, match="Invalid size"):
            ExportSize.parse(text)
    else:
        assert ExportSize.parse(text).of(size) == wanted


def test_a_size_enlarges_when_it_is_allowed() -> None:
    size = ExportSize.parse("200%")
    assert size.enlarges((10, 20))
    assert size.of((10, 20), enlarge=True) == (20, 40)
    assert not ExportSize.parse("2048").enlarges((2048, 100))


def test_presets_are_found_by_id_and_title() -> None:
    assert find_preset(BUILT_IN, "web-jpeg").quality == 88
    assert find_preset(BUILT_IN, "Web JPEG 2048").id == "web-jpeg"
    assert len({title_of(one) for one in BUILT_IN}) == len(BUILT_IN)
    with pytest.raises(InputError, match="print-tiff"):
        find_preset(BUILT_IN, "no such")


def test_originals_are_bit_for_bit_whatever_is_said() -> None:
    odd = replace(ORIGINALS, id="mine", quality=3, metadata=ExportMetadata.EVERYTHING, ppi=3)
    assert checked(odd) == replace(ORIGINALS, id="mine")
    with pytest.raises(InputError, match="quality"):
        checked(ExportPreset(id="x", format=ExportFormat.JPEG, quality=101))


PICTURE = a_picture(
    title="Lighthouse: dusk / 07", prompt="A lighthouse, gouache", model="gemini-3-pro-image",
    seed=7, rating=4, created=1_700_000_000.0, id="01234567-0123-0123-0123-0123456789ab",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "collection", "name"),
    [
        ("{collection}-{title}-{n:3}", "Red & blue", "red-blue-lighthouse-dusk-07-004"),
        ("{collection}-{title}-{n:3}", "", "lighthouse-dusk-07-004"),
        ("{title}-{collection}-{n}", "", "lighthouse-dusk-07-004"),
        ("{title} ({collection})", "x", "lighthouse-dusk-07 (x)"),
        ("Client {n:1} {size} {seed} {rating}", "", "Client 4 20x10 7 4"),
        ("{model}_{id}_{prompt}", "", "gemini-3-pro-image_456789ab_a-lighthouse-gouache"),
        ("{date}", "", "2023-11-14"),
        ("", "", ""),
        ("{collection}", "", ""),
        ("plain", "", "plain"),
    ],
)  # fmt: skip
def test_a_pattern_is_filled(pattern: str, collection: str, name: str) -> None:
    parts = name_pattern.parse(pattern)
    filled = name_pattern.filled(parts, PICTURE, number=4, size=(20, 10), collection=collection)
    assert filled == name


@pytest.mark.parametrize("pattern", ["{titel}", "{", "}", "{n:0}", "{n:12}", "{title:3}", "{}"])
def test_an_unknown_token_is_refused_with_the_known_ones(pattern: str) -> None:
    with pytest.raises(InputError) as caught:
        name_pattern.parse(pattern)
    assert "{title}" in caught.value.message


def test_only_the_unknown_token_is_named() -> None:
    with pytest.raises(InputError) as caught:
        name_pattern.parse("{title} on white {tit")
    assert caught.value.title.endswith(": {tit")


def test_a_damaged_date_leaves_its_token_empty() -> None:
    parts = name_pattern.parse("{date}-{title}")
    odd = replace(PICTURE, created=1e300)
    assert name_pattern.filled(parts, odd, number=1, size=(1, 1)) == "lighthouse-dusk-07"
