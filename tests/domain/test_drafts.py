"""A draft that crashed the program while being restored is set aside and offered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.domain import markup
from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import Reference
from studio.domain.markup import Frame, Mark, MarkKind, Markup, Point, Region

DRAFT = Draft(
    prompt="kelp forest", count=3, references=(Reference(sha256="a" * 64, media_type="image/png"),)
)


@pytest.fixture
def file(tmp_path: Path) -> DraftFile:
    made = DraftFile(tmp_path / "draft.json")
    made.save(DRAFT)
    return made


def names(file: DraftFile) -> set[str]:
    return {path.name for path in file.path.parent.iterdir()}


def test_a_draft_that_was_restored_is_restored_again(file: DraftFile) -> None:
    for _start in range(3):
        assert file.begin_restore() == DRAFT
        assert names(file) == {"draft.json", "draft.restoring"}
        file.restored()
        assert names(file) == {"draft.json"}
        assert file.kept() is None


def test_a_draft_that_killed_the_program_is_put_aside(file: DraftFile) -> None:
    before = file.path.read_bytes()
    assert file.begin_restore() == DRAFT
    after = DraftFile(file.path)
    assert after.begin_restore() is None
    assert names(file) == {"draft.kept.json"}
    assert (file.path.with_name("draft.kept.json")).read_bytes() == before
    assert after.kept() == DRAFT
    # The next start has nothing to restore and still offers it.
    assert DraftFile(file.path).begin_restore() is None
    assert DraftFile(file.path).kept() == DRAFT


def test_drafts_that_are_put_aside_keep_each_a_name(file: DraftFile) -> None:
    for number in range(1, 13):
        file.save(Draft(prompt=f"number {number}"))
        assert file.begin_restore() is not None
        assert file.begin_restore() is None
    assert len(names(file)) == 12
    for number in range(12, 0, -1):
        assert file.kept() == Draft(prompt=f"number {number}")
        file.end_kept()
    assert names(file) == set()


def test_one_that_kills_again_while_it_is_brought_back_is_offered_again(file: DraftFile) -> None:
    file.begin_restore()
    file.begin_restore()
    file.save(Draft(prompt="written since"))
    assert file.begin_kept() == DRAFT
    # Dead again. What was written since is no part of it.
    again = DraftFile(file.path)
    assert again.begin_restore() == Draft(prompt="written since")
    again.restored()
    assert again.kept() == DRAFT
    assert again.begin_kept() == DRAFT
    again.save(DRAFT)
    again.end_kept()
    assert names(file) == {"draft.json"}
    assert again.begin_restore() == DRAFT


def test_a_broken_draft_that_was_put_aside_hides_no_other(file: DraftFile) -> None:
    file.begin_restore()
    file.begin_restore()
    (file.path.with_name("draft.kept-2.json")).write_bytes(b"{")
    assert file.kept() == DRAFT
    assert "draft.kept-2.broken.json" in names(file)


@pytest.mark.parametrize(
    "left", [b"", b"\xff\xfe", b"x" * 10_000, b"../../etc/passwd", b"draft.jsonx"]
)
def test_a_mark_that_makes_no_sense_puts_nothing_aside(file: DraftFile, left: bytes) -> None:
    file.path.with_name("draft.restoring").write_bytes(left)
    assert file.begin_restore() == DRAFT


def test_without_a_draft_there_is_no_mark(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    assert file.begin_restore() is None
    assert names(file) == set()
    file.path.with_name("draft.restoring").write_bytes(b"draft.json")
    assert file.begin_restore() is None
    assert names(file) == set()


def test_where_no_mark_can_be_written_the_draft_is_restored(file: DraftFile) -> None:
    file.path.with_name("draft.restoring").mkdir()
    assert file.begin_restore() == DRAFT
    file.restored()


def test_forgotten_words_go_from_every_draft(file: DraftFile) -> None:
    file.begin_restore()
    file.begin_restore()
    file.save(DRAFT)
    file.remove_prompt(" kelp forest\n")
    assert "kelp" not in "".join(path.read_text() for path in file.path.parent.iterdir())
    kept = file.kept()
    assert kept is not None
    assert kept.references == DRAFT.references


PIN = Mark(kind=MarkKind.PIN, points=(Point(0.2, 0.8),), sentence="Make this boat red")
MARKUP = Markup(
    marks=(PIN,),
    send_clean=False,
    region=Region(mask="b" * 64, feather=0.01),
    frames=(Frame(left=-0.5, top=0, right=1.5, bottom=1, aspect="16:9"),),
)


def test_marks_regions_and_frames_survive_a_restart(file: DraftFile) -> None:
    file.save(Draft(prompt="p", markup=MARKUP))
    assert DraftFile(file.path).load() == Draft(prompt="p", markup=MARKUP)


def test_a_markup_is_written_only_where_something_is_drawn(file: DraftFile) -> None:
    assert "markup" not in json.loads(file.path.read_bytes())
    file.save(Draft(markup=MARKUP))
    assert json.loads(file.path.read_bytes())["markup"]["marks"]
    file.save(DRAFT)
    assert DraftFile(file.path).load() == DRAFT
    assert "markup" not in json.loads(file.path.read_bytes())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("marks", 0, "points", 0), [1e300, 0]),
        (("marks", 0, "points", 0), ["x", 0]),
        (("marks", 0, "kind"), "star"),
        (("marks", 0, "colour"), "url(file:///)"),
        (("region", "mask"), "../../secret"),
        (("frames", 0, "left"), 9),
        (("marks",), "none"),
    ],
)
def test_an_odd_markup_costs_no_other_part_of_the_draft(
    file: DraftFile, path: tuple[str | int, ...], value: object
) -> None:
    file.save(Draft(prompt="written", markup=MARKUP))
    body = json.loads(file.path.read_bytes())
    place = body["markup"]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    file.path.write_text(json.dumps(body))
    draft = file.load()
    assert draft is not None
    assert draft.prompt == "written"
    assert markup.is_valid(draft.markup)
    assert file.trouble is not None
