"""Places on the pages of a contact sheet."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.common.errors import InputError
from studio.domain.contact_sheet import (
    ContactSheet,
    SheetBox,
    SheetCaption,
    SheetFormat,
    SheetItem,
    SheetLayout,
    SheetPaper,
)

SIZES = st.integers(1, 20_000)
ITEMS = st.lists(
    st.builds(
        SheetItem,
        width=SIZES,
        height=SIZES,
        texts=st.just(tuple((one, f"some {one}") for one in SheetCaption)),
        note=st.sampled_from(["", "This file cannot be read"]),
    ),
    min_size=1,
    max_size=12,
)
SHEETS = st.builds(
    ContactSheet,
    paper=st.sampled_from(SheetPaper),
    landscape=st.booleans(),
    columns=st.integers(0, 6),
    rows=st.integers(0, 6),
    captions=st.lists(st.sampled_from(SheetCaption), unique=True).map(tuple),
    heading=st.sampled_from(["", "Harbour"]),
)


def apart(one: SheetBox, other: SheetBox) -> bool:
    slack = 1e-6
    return (
        one.x + one.width <= other.x + slack
        or other.x + other.width <= one.x + slack
        or one.y + one.height <= other.y + slack
        or other.y + other.height <= one.y + slack
    )


@given(sheet=SHEETS, items=ITEMS, logo=st.booleans())
def test_everything_lies_on_the_page_and_nothing_on_anything_else(
    sheet: ContactSheet, items: list[SheetItem], *, logo: bool
) -> None:
    try:
        layout = SheetLayout(sheet)
    except InputError:
        assume(False)
    shown = items[: sheet.each]
    page = layout.page(1, 3, shown, logo=logo)
    notes = {text.text for text in page.texts} & {one.note for one in shown}
    texts = [text.box for text in page.texts if text.text not in notes]
    boxes = [*page.pictures, *texts, *([page.logo] if page.logo else [])]
    for box in boxes:
        assert box.width > 0
        assert box.height > 0
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= page.width + 1e-6
        assert box.y + box.height <= page.height + 1e-6
    assert all(apart(one, other) for one, other in itertools.combinations(boxes, 2))
    assert len(page.pictures) == len(shown)
    for box, item in zip(page.pictures, shown, strict=True):
        if min(box.width, box.height) > 0.5:
            assert box.width / box.height == pytest.approx(item.width / item.height)


def test_a_row_has_its_captions_at_one_height_below_its_tallest_picture() -> None:
    layout = SheetLayout(ContactSheet(captions=(SheetCaption.TITLE,), columns=3, rows=1))
    texts = ((SheetCaption.TITLE, "dusk"),)
    wide = SheetItem(width=300, height=100, texts=texts)
    tall = SheetItem(width=100, height=120, texts=texts)
    page = layout.page(1, 1, [wide, tall, wide])
    assert len({text.box.y for text in page.texts}) == 1
    assert len({round(box.y + box.height, 6) for box in page.pictures}) == 1
    assert page.texts[0].box.y - (page.pictures[1].y + page.pictures[1].height) < 8
    assert page.pictures[1].y < 100, "near the top, although the cell is as tall as the page"


def test_usual_grids_and_pages() -> None:
    assert ContactSheet().grid == (3, 4)
    assert ContactSheet(landscape=True).grid == (4, 3)
    assert ContactSheet(paper=SheetPaper.SCREEN).grid == (5, 2)
    assert ContactSheet(columns=5).grid == (5, 4)
    assert [ContactSheet().page_count(n) for n in (0, 1, 12, 13, 100)] == [1, 1, 1, 2, 9]
    width, height = ContactSheet(paper=SheetPaper.SCREEN).size
    dpi = ContactSheet(paper=SheetPaper.SCREEN, format=SheetFormat.PNG).dpi
    assert (width * dpi / 72, height * dpi / 72) == (1920, 1080)


def test_pictures_get_the_pixels_of_their_place_at_300_dpi() -> None:
    layout = SheetLayout(ContactSheet(columns=1, rows=1, captions=()))
    box = layout.page(1, 1, [SheetItem(width=2048, height=2048)]).pictures[0]
    assert layout.edge(SheetItem(width=2048, height=2048)) == pytest.approx(
        box.width / 72 * 300, abs=1
    )


@pytest.mark.parametrize(
    "sheet",
    [
        ContactSheet(columns=12, rows=20),
        ContactSheet(columns=40),
        ContactSheet(rows=-1),
        ContactSheet(rows=15, captions=tuple(SheetCaption)),
    ],
)
def test_too_many_pictures_per_page_are_refused(sheet: ContactSheet) -> None:
    with pytest.raises(InputError):
        SheetLayout(sheet)


def test_long_captions_give_way_in_small_cells() -> None:
    def lines(rows: int) -> int:
        sheet = ContactSheet(rows=rows, captions=(SheetCaption.PROMPT,))
        item = SheetItem(width=1, height=1, texts=((SheetCaption.PROMPT, "x"),))
        return SheetLayout(sheet).page(1, 1, [item]).texts[0].lines

    assert lines(4) == 3
    assert lines(11) == 2
