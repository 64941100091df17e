"""What is done where index or records are not what they were: mended from the other, and said.

The records are the truth, and the index is made anew from them. A file of the records that lost
its lines is filled again with what the index still knows of its pictures.
"""

# ruff: noqa: SLF001 - a part of the library, in a room of its own

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studio.common import files
from studio.common.errors import StorageError
from studio.common.i18n import _, ngettext
from studio.domain.entities import Picture
from studio.domain.events import IndexRead, News, Trouble
from studio.library.index.index import DAMAGE, Index, damaged
from studio.library.log import records
from studio.library.operations import reindex

if TYPE_CHECKING:
    from studio.library.facade import Library

T = TypeVar("T")

log = logging.getLogger(__name__)

_MOST_REMADE = 3
_PORTION = 500


def made_anew() -> StorageError:
    """The sentence for a damaged index."""
    return StorageError(
        _("The index of the library was damaged"),
        _("It was made anew from the records; no picture is lost."),
        hint=_("If this comes again, have the disk checked."),
    )


def not_understood(number: int, where: Path) -> StorageError:
    """The sentence for lines of the log that nobody can read, or only a part of them."""
    return StorageError(
        ngettext(
            "{n} line of the records is not understood",
            "{n} lines of the records are not understood",
            number,
        ).format(n=f"{number:,}"),
        _("What can be read is here, and {name} stays as it is.").format(name=where),
        hint=_("Library, Check all pictures takes back what the copies of the last days know."),
    )


def _lost(number: int, where: Path) -> StorageError:
    return StorageError(
        ngettext(
            "The records of {n} picture are gone",
            "The records of {n} pictures are gone",
            number,
        ).format(n=f"{number:,}"),
        _("The files in {name} end earlier than they did; the pictures stay.").format(name=where),
        hint=_("Library, Check all pictures takes back what the copies of the last days know."),
    )


def _refilled(number: int, where: Path) -> StorageError:
    return StorageError(
        _("{name} of the records was empty").format(name=where.name),
        ngettext(
            "{n} picture of it was written down again as the index knew it.",
            "{n} pictures of it were written down again as the index knew them.",
            number,
        ).format(n=f"{number:,}"),
        hint=_("What failed in that month, and its prompts without pictures, are lost."),
    )


def at_opening(library: Library, error: Exception) -> None:
    """Make a damaged index anew while the library is opened; blocking, on the writing lane."""
    log.warning("The index is damaged: %s", error)
    library.troubles.append(made_anew())
    reindex.remove_index(library)
    library._follow_log()


# An index that is damaged while the library is open


async def ask_again(
    library: Library, question: Callable[[Index], T], error: Exception, known: int
) -> T:
    """The answer to a question that ended with a damage; `known` as for `remake`."""
    await remake(library, error, known)
    try:
        return await library._reading.ask(question)
    except DAMAGE as again:
        raise damaged(again) from again


async def remake(library: Library, error: Exception, known: int) -> None:
    """Make the index anew, unless that was done since it was `known` times; then ask again.

    Raises IndexDamaged where it cannot be mended.
    """
    if library.remade != known:
        return
    if library.rereading is not None or known >= _MOST_REMADE:
        raise damaged(error) from error
    log.warning("The index is damaged: %s", error)
    library.remade += 1
    # Whoever asked may give up; what was begun goes on.
    work = asyncio.get_running_loop().create_task(_remade(library))
    library._settling.add(work)
    work.add_done_callback(library._settling.discard)
    await asyncio.shield(work)


async def _remade(library: Library) -> None:
    if not library.writable:
        # Nothing is written here: the records alone tell.
        await library._reading.run(_read_log, library)
        return
    await reindex.rebuild(library)
    said = made_anew()
    library._events.publish(News(said.title, said.message))


def _read_log(library: Library) -> None:
    library._reading.let_go()
    library._read_log()


async def heal(library: Library) -> None:
    """The same, for a damage that was found while something was written; nobody waits for it."""
    hurt, library._hurt = library._hurt, None
    if hurt is None:
        return
    try:
        await remake(library, hurt, library.remade)
    except StorageError as failed:
        library._events.publish(Trouble(failed))
    library._events.publish(IndexRead(1.0))


# Records that end earlier than the index knows


def after_loss(library: Library, old: Index) -> None:
    """Make the index anew of what the records still say; blocking, on the writing lane."""
    try:
        before = sum(1 for _one in _every(old))
        empty = _emptied(library, old)
        refilled = _refill(library, old) if empty else 0
    except DAMAGE as error:
        log.warning("What the index knew is lost too: %s", error)
        before, empty, refilled = 0, [], 0
    library._log.close()
    for path in empty:
        if path.stat().st_size == 0:
            files.put_aside(path)
    reindex.remove_index(library)
    library._writer = new = Index.open(library._index_path(), write=True)
    library._catch_up(new)
    where = library._log.folder
    if refilled:
        library.troubles.append(_refilled(refilled, empty[0]))
    if (lost := before - sum(1 for _one in _every(new))) > 0:
        library.troubles.append(_lost(lost, where))


def _emptied(library: Library, old: Index) -> list[Path]:
    found = library._log.emptied()
    last = library._log.folder / old.applied().file
    if last not in found and last.is_file() and last.stat().st_size == 0:
        found.append(last)
    return found


def _every(index: Index) -> Iterator[Picture]:
    row = 0
    while some := index.following(row, _PORTION):
        row = some[-1].row
        yield from some


def _refill(library: Library, old: Index) -> int:
    """Write down again what the index knows and no record says; how many pictures."""
    said: set[str] = set()
    for record, _begin, _end in library._log.read():
        said.update(picture.id for picture in record.pictures)
        if record.field in ("collection", "purged"):
            said.update(id for _value, ids in record.values for id in ids)
    number = 0
    append = library._log.append
    for one in old.collections():
        if one.id not in said:
            value = {"name": one.name, "search": one.search}
            append(records.change("collection", [(value, [one.id])], [(None, [one.id])]))
    portion: list[Picture] = []
    for picture in _every(old):
        if picture.id not in said:
            portion.append(replace(picture, row=0))
            number += 1
        if len(portion) == _PORTION:
            _write(library, portion)
            portion = []
    if portion:
        _write(library, portion)
    return number


def _write(library: Library, pictures: list[Picture]) -> None:
    append = library._log.append
    append(records.imported(pictures))
    # These stand in changes alone.
    for field, usual in (("trashed", False), ("missing", False), ("collections", ())):
        groups: dict[Any, list[str]] = {}
        for picture in pictures:
            if (value := getattr(picture, field)) != usual:
                groups.setdefault(value, []).append(picture.id)
        if groups:
            values = [(list(v) if isinstance(v, tuple) else v, ids) for v, ids in groups.items()]
            plain: Any = list(usual) if isinstance(usual, tuple) else usual
            append(records.change(field, values, [(plain, ids) for _v, ids in values]))
