"""The store answers from an index that may be damaged, and keeps its internals private."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from studio.domain.events import EventBus
from studio.library.index.index import Index, IndexDamaged
from studio.library.store import Store
from tests.library.builders import opened, take
from tests.source_files import STUDIO, modules, nodes, parsed, text_of

SOURCES = modules(STUDIO / "library")


@contextlib.asynccontextmanager
async def reading(
    folder: Path, mend: Callable[[Store, Exception, int], None]
) -> AsyncIterator[Store]:
    """A store whose index is empty, where a damage is mended by `mend`."""

    async def remake(store: Store, error: Exception, known: int) -> None:
        mend(store, error, known)

    store = Store(folder, lambda id: folder / "computed" / id, EventBus(), remake)
    await store.reading.run(store.read_log)
    try:
        yield store
    finally:
        await store.close()


def damaged(times: int) -> Callable[[Index], str]:
    """A question that meets a damage so many times before it is answered."""
    left = [times]

    def question(_index: Index) -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise IndexDamaged("damaged")
        return "answered"

    return question


async def test_a_question_that_meets_a_damage_is_asked_again_when_it_is_mended(
    tmp_path: Path,
) -> None:
    mended: list[int] = []

    def mend(_store: Store, _error: Exception, known: int) -> None:
        mended.append(known)

    async with reading(tmp_path, mend) as store:
        assert await store.query_index(damaged(1)) == "answered"
        assert mended == [0]
        assert await store.query_index(damaged(0)) == "answered"
        assert mended == [0]


async def test_a_damage_that_stays_is_said(tmp_path: Path) -> None:
    async with reading(tmp_path, lambda _store, _error, _known: None) as store:
        with pytest.raises(IndexDamaged):
            await store.query_index(damaged(2))


async def test_a_damage_that_cannot_be_mended_is_said(tmp_path: Path) -> None:
    def mend(_store: Store, error: Exception, _known: int) -> None:
        raise error

    async with reading(tmp_path, mend) as store:
        with pytest.raises(IndexDamaged):
            await store.query_index(damaged(1))


async def test_work_that_failed_is_reported_when_the_library_closes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        raise RuntimeError("unforeseen")

    async with reading(tmp_path, lambda _store, _error, _known: None) as store:
        store.run_in_background(work())
    assert "unforeseen" in caplog.text


async def test_a_damage_met_while_something_is_written_is_mended_once(tmp_path: Path) -> None:
    mended: list[str] = []

    def mend(_store: Store, error: Exception, _known: int) -> None:
        mended.append(str(error))

    def work() -> None:
        raise IndexDamaged("while it was written")

    async with reading(tmp_path, mend) as store:
        with pytest.raises(IndexDamaged):
            await store.write(work)
        store.tidy()
    assert mended == ["while it was written"]


async def test_all_pictures_come_in_portions(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        ids = [(await take(library)).id for _number in range(5)]
        found = [[one.id for one in some] async for some in library.store.portions(2)]
    assert found == [ids[:2], ids[2:4], ids[4:]]


def test_no_module_of_the_library_uses_private_names_of_another_class() -> None:
    assert SOURCES
    assert [path.name for path in SOURCES if "SLF001" in text_of(path)] == []


def library_taken(source: str) -> list[str]:
    """Functions that name the type `Library` among their arguments."""
    return [
        node.name
        for node in nodes(parsed(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for given in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if given.annotation is not None and "Library" in ast.unparse(given.annotation)
    ]


def test_nothing_in_the_library_takes_its_facade() -> None:
    found = {path.name: library_taken(text_of(path)) for path in SOURCES}
    assert {name: some for name, some in found.items() if some} == {}
    assert library_taken("async def look(library: Library, ids: list[str]) -> None: ...") == [
        "look"
    ]
