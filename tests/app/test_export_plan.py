"""Plans of exports: every name and size before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.app.export.plan import (
    ExportItem,
    ExportNote,
    ExportPlan,
    make_plan,
    sentence,
)
from studio.domain.export import (
    ORIGINALS,
    ConflictRule,
    ExportColour,
    ExportFormat,
    ExportPreset,
    ExportSize,
)
from studio.imaging.exporter import SourceFacts
from studio.library.files.originals import collision_key, is_portable
from tests.library.builders import a_picture

TITLES = (
    "Harbour", "harbour", "HARBOUR", "Straße", "STRASSE", "café", "cafe\u0301", "con", "NUL",
    "lpt1", "a" * 400, "é" * 300, "\U0001f680" * 90, "x.", "x. ", "x", " ", "..", "日本", "../up",
)  # fmt: skip
EXISTING = (
    "harbour.jpg", "HARBOUR-2.JPG", "straße.jpg", "cafe\u0301.jpg", "x.jpg.", "picture-con.jpg",
    "picture.jpg", "a" * 251 + ".jpg", "日本.JPG", "x.jpg",
)  # fmt: skip
TITLED = ExportPreset(id="t", format=ExportFormat.JPEG, pattern="{title}")


def items(*titles: str, **values: object) -> list[ExportItem]:
    return [ExportItem(picture=a_picture(title=one, prompt="", **values)) for one in titles]


def facts(**values: object) -> SourceFacts:
    return SourceFacts(**{"width": 400, "height": 200, **values})  # type: ignore[arg-type]


def notes(preset: ExportPreset, **values: object) -> tuple[ExportNote, ...]:
    item = ExportItem(picture=a_picture(width=400, height=200), facts=facts(**values))
    (copy,) = make_plan([item], preset).copies
    return copy.notes


@given(
    st.lists(st.sampled_from(TITLES), max_size=12),
    st.sets(st.sampled_from(EXISTING)),
    st.sampled_from(ConflictRule),
    st.sampled_from(["{title}", "{title} {n}", "{collection}", "Plain. ", "{title}."]),
    st.sets(st.sampled_from(EXISTING)),
)
def test_no_copy_has_a_name_that_some_system_takes_for_another(
    titles: list[str], existing: set[str], rule: ConflictRule, pattern: str, later: set[str]
) -> None:
    preset = replace(TITLED, pattern=pattern, conflict=rule)
    plan = make_plan(items(*titles), preset, existing)
    check(plan, existing)
    check(plan.renamed(existing | later), existing | later)


def check(plan: ExportPlan, existing: set[str]) -> None:
    written = [one for one in plan.copies if not one.skipped and ExportNote.ASK not in one.notes]
    assert all(is_portable(one.name) for one in written)
    keys = [collision_key(one.name) for one in written]
    assert len(set(keys)) == len(keys)
    assert not {collision_key(one) for one in existing}.intersection(keys)
    numbered = [one for one in plan.copies if ExportNote.NUMBERED in one.notes]
    assert all(one.name != one.wanted for one in numbered)


def test_copies_that_are_done_keep_their_names() -> None:
    plan = make_plan(items("a", "b", "a"), TITLED)
    done = plan.copies[:2]
    again = plan.renamed(["a.jpg", "b.jpg", "a-2.jpg"], done)
    assert [one.name for one in again.copies] == ["a.jpg", "b.jpg", "a-3.jpg"]
    assert again.copies[:2] == done


def test_a_thousand_pictures_of_one_name_are_numbered() -> None:
    plan = make_plan(items(*["same"] * 1000), TITLED, ["same.jpg", "same-7.jpg"])
    names = [one.name for one in plan.copies]
    assert names[:6] == [f"same-{n}.jpg" for n in (2, 3, 4, 5, 6, 8)]
    assert len(set(names)) == 1000


def test_names_of_originals_are_kept() -> None:
    picture = a_picture(path="2026-11/lighthouse-at-dusk-7f3a9c01.png", title="Other")
    (copy,) = make_plan([ExportItem(picture=picture)], ORIGINALS).copies
    assert (copy.name, copy.notes) == ("lighthouse-at-dusk-7f3a9c01.png", ())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ConflictRule.NUMBER, [("a-2.jpg", ExportNote.NUMBERED), ("a-3.jpg", ExportNote.NUMBERED)]),
        (ConflictRule.SKIP, [("a.jpg", ExportNote.SKIPPED)] * 2),
        (ConflictRule.ASK, [("a.jpg", ExportNote.ASK)] * 2),
    ],
)
def test_a_name_that_is_taken_is_said_beforehand(
    rule: ConflictRule, expected: list[tuple[str, ExportNote]]
) -> None:
    plan = make_plan(items("a", "A"), replace(TITLED, conflict=rule), ["A.JPG"])
    assert [(one.name, one.notes[-1]) for one in plan.copies] == expected


def test_what_cannot_be_had_is_said_beforehand() -> None:
    big = ExportSize.parse("2048")
    assert notes(replace(TITLED, size=big)) == (ExportNote.NOT_ENLARGED,)
    assert notes(replace(TITLED, size=big, enlarge=True)) == ()
    webp = replace(TITLED, format=ExportFormat.WEBP)
    assert notes(webp, width=16_384, height=100) == (ExportNote.TOO_LARGE,)
    assert notes(TITLED, width=20_000, height=20_000) == (ExportNote.TOO_LARGE,)
    assert notes(TITLED, alpha=True) == (ExportNote.FLATTENED,)
    assert notes(webp, alpha=True, animated=True) == (ExportNote.FIRST_FRAME,)


def test_sixteen_bits_are_kept_or_refused() -> None:
    png = replace(TITLED, format=ExportFormat.PNG)
    deep = {"bits": 16, "whole": True}
    assert notes(png, **deep) == ()
    assert notes(ORIGINALS, **deep) == ()
    for preset in (
        TITLED,
        replace(png, colour=ExportColour.SRGB),
        replace(png, size=ExportSize.parse("50%")),
        replace(TITLED, format=ExportFormat.TIFF),
    ):
        assert notes(preset, **deep)[-1:] == (ExportNote.SIXTEEN_BITS,)
    assert notes(png, bits=16, whole=False) == (ExportNote.SIXTEEN_BITS,)


def test_every_note_has_words() -> None:
    assert len({sentence(note) for note in ExportNote}) == len(ExportNote)
