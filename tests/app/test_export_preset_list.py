"""Changes to the list of export presets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.app.export import preset_list
from studio.common.errors import InputError
from studio.domain.export import BUILT_IN, ORIGINALS, ExportPreset, title_of

SHOP = ExportPreset(id="preset-1", title="Shop")
PRESETS = (*BUILT_IN, SHOP)


def ids(presets: tuple[ExportPreset, ...]) -> list[str]:
    return [one.id for one in presets]


def test_a_copy_stands_after_its_preset_under_a_title_of_its_own() -> None:
    once, first = preset_list.added(PRESETS, BUILT_IN[1])
    twice, second = preset_list.added(once, BUILT_IN[1])
    assert ids(once)[1:3] == ["web-jpeg", first.id]
    assert first.id != SHOP.id
    assert first.title == "Web JPEG 2048 copy"
    assert second.title == "Web JPEG 2048 copy 2"
    assert replace(second, id="web-jpeg", title="") == BUILT_IN[1]
    assert len({one.id for one in twice}) == len(twice)


def test_titles_are_not_empty_and_not_taken() -> None:
    named = preset_list.renamed(PRESETS, "preset-1", "  Our   shop ")
    assert named[-1].title == "Our shop"
    assert preset_list.renamed(PRESETS, "preset-1", "SHOP")[-1].title == "SHOP"
    for title in ("", " ", "web jpeg 2048"):
        with pytest.raises(InputError):
            preset_list.renamed(PRESETS, "preset-1", title)


def test_the_originals_are_neither_renamed_nor_removed() -> None:
    assert preset_list.renamed(PRESETS, ORIGINALS.id, "Mine") == PRESETS
    assert preset_list.removed(PRESETS, ORIGINALS.id) == PRESETS
    assert ids(preset_list.removed(PRESETS, "web-jpeg"))[:2] == ["originals", "web-webp"]


def test_an_order_keeps_what_it_does_not_name() -> None:
    found = preset_list.ordered(PRESETS, ("preset-1", "nothing", "web-webp"))
    assert ids(found)[:3] == ["preset-1", "web-webp", "originals"]
    assert sorted(ids(found)) == sorted(ids(PRESETS))


def test_a_change_leaves_what_others_added() -> None:
    theirs = ExportPreset(id="preset-2", title="Theirs")
    after = preset_list.removed(PRESETS, "avif")
    found = preset_list.replaced((*PRESETS, theirs), PRESETS, after)
    assert found == (*after, theirs)
    assert preset_list.replaced(found, after, PRESETS) == (*PRESETS, theirs)
    assert title_of(found[-1]) == "Theirs"
