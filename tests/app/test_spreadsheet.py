"""Tables for spreadsheets: every fact, and no formula."""

from __future__ import annotations

import csv
import dataclasses
import io

import pytest
from hypothesis import given

from studio.app import spreadsheet
from studio.domain.entities import Advanced, Flag, Parent, Picture, Role, SafetySetting
from tests.any_text import any_text
from tests.library.builders import a_picture

HOSTILE = (
    '=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x",
    "＝1", "=cmd|' /C calc'!A0",
)  # fmt: skip


def read(pictures: list[Picture], names: dict[str, str]) -> list[dict[str, str]]:
    text = "\r\n".join([spreadsheet.header(), *spreadsheet.rows(pictures, names)])
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula(text: str) -> None:
    picture = a_picture(title=text, prompt=text, note=text, model=text, tags=(text,))
    (row,) = read([picture], {})
    for name in ("title", "prompt", "note", "model", "tags", "name"):
        assert not row[name].lstrip().startswith(("=", "+", "-", "@", "＝")), row[name]


@given(any_text(max_size=40))
def test_any_text_survives_in_one_cell(text: str) -> None:
    line = spreadsheet.line(["before", text, "after"])
    ((before, middle, after),) = csv.reader(io.StringIO(line, newline=""))
    assert (before, after) == ("before", "after")
    assert middle == spreadsheet.cell(text)


def test_every_fact_of_a_picture_is_in_its_row() -> None:
    picture = a_picture(
        title="Harbour", seed=-7, rating=4, flag=Flag.PICK, tags=("a, b", "c"), cost_usd=0.0336,
        collections=("1", "2"), offline=True, created=1_700_000_000.0,
        advanced=Advanced(
            system="s", temperature=0.5, safety=(SafetySetting("HATE", "BLOCK_NONE"),)
        ),
        parents=(Parent(sha256="0" * 64, role=Role.EDIT, picture="p1"),),
        settings=(("Steps", "20"),),
    )  # fmt: skip
    (row,) = read([picture], {"1": "Harbour campaign"})
    assert row["seed"] == "-7"
    assert row["collections"] == "Harbour campaign, 2"
    assert row["cost_usd"] == "0.0336"
    assert (row["offline"], row["draft"], row["flag"]) == ("yes", "", "pick")
    assert row["created"].startswith("2023-11-1")
    assert row["safety"] == "HATE=BLOCK_NONE"
    assert row["parents"] == "edit p1"
    assert row["settings"] == "Steps: 20"


def test_no_fact_is_forgotten() -> None:
    """A new field of a picture gets a column, or is in this list for a reason."""
    within = {
        "row": "a number of the index",
        "colour": "computed from the pixels",
        "source_prompt": "",
        "profile": "provider",
        "path": "file",
        "asked_aspect": "aspect",
        "asked_size": "size",
        "advanced": "columns of its own",
        "grounding": "shown by `library show`",
        "seen": "not about the picture",
        "conversation": "shown by `library show`",
        "markup": "drawing, not text",
        "derivation": "derived",
        "answer": "never found by a usual search",
    }
    fields = {field.name for field in dataclasses.fields(Picture)}
    assert fields - set(spreadsheet.COLUMNS) - within.keys() == set()
