"""Collections, history and export of `gridbrush library`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.cli.output import print_result, say_json, table
from studio.cli.stderr import complain
from studio.common.errors import InputError, UsageError
from studio.common.i18n import _, ngettext, number, pgettext
from studio.common.paths import of_user
from studio.library.files import save_copies
from studio.library.index.search_language import is_token, understand
from studio.library.query import Query

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.domain.entities import Picture

_CHUNK = 2000


def typed(words: Sequence[str]) -> str:
    """A search from command-line arguments, with quotes restored.

    Raises InputError for a token that is not understood.
    """
    whole = []
    for word in words:
        key, _colon, value = word.partition(":")
        alone = " " in value and '"' not in value and is_token(word)
        whole.append(f'{key}:"{value}"' if alone else word)
    return checked_search(" ".join(whole))


def checked_search(text: str) -> str:
    """A search in the syntax of the window. Raises InputError for an invalid token."""
    if troubles := understand(text).troubles:
        raise InputError(troubles[0], " ".join(troubles[1:]))
    return text


async def collections(core: Core, options: Any) -> int:
    """Print every collection with the number and cost of its pictures."""
    rows: list[tuple[str, ...]] = []
    for one in await core.library.collections.every():
        found = await core.library.rows(Query(collection=one.id))
        usd, unknown = 0.0, 0
        for start in range(0, len(found), _CHUNK):
            pictures = await core.library.pictures(found[start : start + _CHUNK])
            cost = await core.library.cost([picture.id for picture in pictures])
            usd, unknown = usd + cost.usd, unknown + cost.unknown
        if options.json:
            say_json(
                {
                    "id": one.id,
                    "name": one.name,
                    "search": one.search,
                    "pictures": len(found),
                    "cost_usd": round(usd, 6),
                    "cost_unknown": unknown,
                }
            )
        rows.append((one.name, str(len(found)), f"≈ {usd:.2f}" if usd else "0.00", one.search))
    if not options.json:
        table(
            rows,
            headings=(
                _("Name"),
                _("Pictures"),
                _("Cost in USD"),
                pgettext("saved search", "Search"),
            ),
        )
    return 0


async def history(core: Core, options: Any) -> int:
    """Print the last changes."""
    rows: list[tuple[str, ...]] = []
    for one in await core.library.collections.history(max(1, options.limit)):
        if options.json:
            say_json({"id": one.id, "at": one.at, "sentence": one.sentence, "undone": one.undone})
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
        rows.append((when, one.sentence, _("undone") if one.undone else ""))
    if not options.json:
        table(rows, headings=(_("When"), _("Change"), ""))
    return 0


async def to_export(core: Core, pictures: list[Picture], *, answers: bool) -> list[Picture]:
    """The pictures; with `answers`, each is followed by the answer that it was made from.

    No answer is listed twice. Raises InputError for an answer without its picture.
    """
    if any(picture.answer for picture in pictures):
        raise InputError(
            _("A picture was made from this answer"),
            # Translators: --answers is an option.
            hint=_("Export that picture instead; add --answers to get both."),
        )
    if not answers:
        return pictures
    found: dict[str, Picture] = {}
    for picture in pictures:
        found[picture.id] = picture
        ids = await core.library.query_index(
            lambda index, id=picture.id: index.state.answers_of([id])  # type: ignore[misc]
        )
        found |= {one.id: one for one in await core.library.find(ids)}
    return list(found.values())


_CONVERSION = (
    "query", "preset", "format", "size", "enlarge", "quality", "colour", "ground", "pattern",
    "metadata", "conflict", "dry_run",
)  # fmt: skip
"""Options that plain copies of originals do not have."""


def is_conversion(options: Any) -> bool:
    """Whether an export is more than plain copies of originals."""
    return any(getattr(options, name) not in (None, False) for name in _CONVERSION)


async def export(core: Core, options: Any) -> int:
    """Copy originals to a folder, without replacing files; answers only with their pictures."""
    if not options.ids:
        raise UsageError(_("Name pictures by id, or search for them with --query"))
    named = [await core.library.resolve(start) for start in options.ids]
    pictures = await to_export(core, named, answers=options.answers)
    folder = of_user(options.out)
    await asyncio.to_thread(save_copies.prepare_folder, folder, core.library.folder)
    for picture in pictures:
        source = core.library.originals.find(picture)
        if source is None:
            raise InputError(_("The picture's file is missing"), picture.path)
        library = core.library.folder
        target = await asyncio.to_thread(save_copies.save_into, source, folder, library)
        if options.json:
            say_json({"id": picture.id, "path": str(target)})
        else:
            print_result(str(target))
    n = len(pictures)
    complain(ngettext("Copied {n} original.", "Copied {n} originals.", n).format(n=number(n)))
    return 0
