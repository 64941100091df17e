"""Where tiles lie: hit testing is the inverse of the layout, for any size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from studio.ui.views.gallery.grid import GUTTER, LEFT, Grid

grids = st.builds(
    Grid,
    width=st.integers(60, 4000),
    count=st.integers(0, 3000),
    box=st.integers(96, 512),
    caption=st.booleans(),
    lead=st.integers(0, 3),
)


def test_the_pictured_window_has_five_columns_of_176() -> None:
    grid = Grid(width=920, count=12, box=158)
    assert grid.columns == 5
    assert grid.cell(0) == QRect(LEFT, 0, 176, 192)
    assert grid.pitch_y == 194


def test_small_tiles_have_a_strip_instead_of_a_caption() -> None:
    assert not Grid(width=920, count=1, box=127).has_caption
    assert Grid(width=920, count=1, box=96).pitch_y == 96 + 10 + 14


@given(grids, st.data())
def test_every_cell_is_hit_at_its_corners_and_nowhere_outside(
    grid: Grid, data: st.DataObject
) -> None:
    if not grid.count:
        assert grid.at(50, 50) is None
        return
    row = data.draw(st.integers(0, grid.count - 1))
    cell = grid.cell(row)
    for x in (cell.left(), cell.center().x(), cell.right()):
        for y in (cell.top(), cell.center().y(), cell.bottom()):
            assert grid.at(x, y) == row
    assert grid.at(cell.right() + GUTTER, cell.top()) != row
    assert grid.at(cell.left(), cell.bottom() + 1) != row


@given(grids, st.integers(-10, 4100), st.integers(-10, 100_000))
def test_a_hit_lies_in_the_cell_it_names(grid: Grid, x: int, y: int) -> None:
    row = grid.at(x, y)
    if row is not None:
        assert grid.cell(row).contains(x, y)


@given(grids, st.integers(0, 50_000), st.integers(0, 3000))
def test_rows_in_view_are_those_that_touch_it(grid: Grid, top: int, height: int) -> None:
    rows = grid.between(top, top + height)
    band = QRect(0, top, max(grid.width, 1) + 2000, height + 1)
    for row in (rows.start - 1, rows.stop):
        if 0 <= row < grid.count:
            assert not grid.cell(row).adjusted(0, 0, 0, GUTTER).intersects(band)
    for row in rows:
        assert grid.cell(row).adjusted(0, 0, 0, GUTTER).intersects(band)


@given(
    st.builds(Grid, width=st.integers(60, 1500), count=st.integers(0, 200)),
    st.integers(-5, 1500),
    st.integers(-5, 9000),
    st.integers(1, 900),
    st.integers(1, 900),
)
def test_a_band_touches_exactly_the_cells_it_crosses(
    grid: Grid, x: int, y: int, width: int, height: int
) -> None:
    area = QRect(x, y, width, height)
    found = [row for rows in grid.touched(area) for row in rows]
    assert found == [row for row in range(grid.count) if grid.cell(row).intersects(area)]


@given(grids)
def test_columns_fill_the_width_and_cells_do_not_overlap(grid: Grid) -> None:
    for row in range(min(grid.count, 40) - 1):
        assert not grid.cell(row).intersects(grid.cell(row + 1))
