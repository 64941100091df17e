"""Money where decisions are made: in the inspector for a run and a branch, over a collection."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.domain.entities import Flag
from studio.domain.spend import Outlay
from studio.library.query import View
from studio.ui.support import formatting
from studio.ui.window import menus
from tests.ui.controllers.test_tree import family, show
from tests.ui.windows import OpenedWindow, make, opened, until


def spend(window: OpenedWindow) -> list[str]:
    shown = window.inspector.page.spend
    return shown.text().splitlines() if shown.isVisible() else []


async def test_the_inspector_says_what_a_run_cost(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        await window.core.library.flag([pictures[1].id], Flag.PICK)
        window.gallery.setFocus()
        window.gallery.select_keys([pictures[0].row])
        said = ["This run cost $0.00, 1 of 3 picked."]
        await until(window.core, lambda: spend(window) == said, "said")
        window.gallery.select_keys([])
        await make(window, "Harbour")
        window.gallery.select_keys([window.library_view.order[0]])
        await until(window.core, lambda: window.inspector.pictures[:1], "selected")
        assert not spend(window), "the cost of a single picture is among its details"


async def test_the_tree_says_what_a_branch_cost(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        root, dusk, _night, boat = await family(window)
        await window.core.library.flag([boat.id], Flag.PICK)
        await show(window, dusk)
        said = "This branch cost $0.00, 1 of 2 picked."
        await until(window.core, lambda: said in spend(window), "said")
        window.tree.canvas.select(root.id)
        said = "This branch cost $0.00, 1 of 4 picked."
        await until(window.core, lambda: said in spend(window), "said of the root")
        window.view_switch.show_grid()
        window.gallery.select_keys([boat.row])
        await until(window.core, lambda: window.inspector.pictures[0].id == boat.id, "selected")
        assert not [text for text in spend(window) if "branch" in text]


async def test_a_branch_becomes_a_collection_in_one_step(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        _root, dusk, _night, boat = await family(window)
        await window.core.library.choosing.name_branch(dusk.id, "Quiet light")
        await show(window, dusk)
        menu = menus.tile_menu(
            window.actions_of,
            window,
            trashed=False,
            fill_open_with=lambda _menu: None,
            branch=True,
        )
        (entry,) = [
            one for one in menu.actions() if one.text() == "New collection from this branch"
        ]
        entry.trigger()
        collections = window.collections_controller
        await until(window.core, lambda: [one.name for one in collections.every], "made")
        (made,) = collections.every
        assert made.name == "Quiet light"
        assert made.pictures == 2
        window.pictures.undo()
        await until(window.core, lambda: not collections.every, "undone")
        found = await window.core.library.find([dusk.id, boat.id])
        assert not any(one.collections for one in found)


async def test_the_bar_over_a_collection_says_what_it_cost(tmp_path: Path) -> None:
    async with opened(tmp_path) as window:
        pictures = await make(window, count=3)
        library = window.core.library
        await library.flag([pictures[0].id], Flag.PICK)
        await library.collections.collect([one.id for one in pictures[:2]], "Best")
        (best,) = await library.collections.every()
        window.collections_controller.on_chosen(best.id)

        await until(
            window.core,
            lambda: "$0.00, 1 of 2 picked" in window.built.grid_bar.accessibleDescription(),
            "said",
        )
        await library.flag([pictures[1].id], Flag.PICK)
        await until(
            window.core,
            lambda: "2 of 2 picked" in window.built.grid_bar.accessibleDescription(),
            "counted again",
        )
        window.show_shelf(View.ALL)
        await until(
            window.core,
            lambda: "picked" not in window.built.grid_bar.accessibleDescription(),
            "gone",
        )


@pytest.mark.parametrize(
    ("outlay", "said"),
    [
        (Outlay(usd=28.41, made=212, kept=4), "This run cost $28.41, 4 of 212 picked."),
        (
            Outlay(usd=0.4, unknown=2, made=9, kept=1),
            "This run cost more than $0.40, 1 of 9 picked.",
        ),
        (Outlay(unknown=9, made=9), "This run cost an unknown amount, 0 of 9 picked."),
        (Outlay(usd=0.13, made=1), ""),
    ],
)
def test_an_unknown_cost_is_not_called_free(outlay: Outlay, said: str) -> None:
    assert formatting.run_outlay(outlay) == said
