"""`gridbrush library sheet` and `library page`: contact sheets and hand-off pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studio.app.core import Core
from studio.app.export.page import PageRequest, make_handoff_page
from studio.app.export.sheet import SheetRequest, UnreadablePicture, make_contact_sheet
from studio.cli.library_export import check_format, user_preset
from studio.cli.organise import checked_search, to_export
from studio.cli.output import print_result, progress, say_json
from studio.cli.progress import SOME
from studio.cli.stderr import complain
from studio.common.billing import hint_with_warning
from studio.common.errors import InputError, UsageError
from studio.common.i18n import _, ngettext
from studio.common.paths import of_user
from studio.domain.contact_sheet import ContactSheet, SheetCaption, SheetFormat, SheetPaper
from studio.domain.entities import Picture
from studio.domain.export import ORIGINALS, ExportSize, SizeRule
from studio.domain.handoff_page import HandoffPage
from studio.library.query import Query, Sort

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Choice:
    """The pictures, and the name of the collection that selected them; "" for none."""

    pictures: list[Picture]
    collection: str


async def write_sheet(core: Core, options: Any) -> int:
    """Make a contact sheet. Raises InputError, StorageError, SheetNotDrawn."""
    target = of_user(options.out).absolute()
    kind = {".pdf": SheetFormat.PDF, ".png": SheetFormat.PNG}.get(target.suffix.lower())
    if kind is None:
        raise UsageError(_("The name of a contact sheet ends in .pdf or .png"), str(target))
    for count in (options.columns, options.rows):
        if count is not None and count < 1:
            raise UsageError(_("--columns and --rows begin at 1"))
    choice = await _chosen(core, options)
    sheet = ContactSheet(
        format=kind,
        paper=SheetPaper(options.paper),
        landscape=options.landscape,
        columns=options.columns or 0,
        rows=options.rows or 0,
        captions=_captions(options.captions),
        heading=choice.collection if options.heading is None else options.heading,
    )
    request = SheetRequest(
        pictures=choice.pictures,
        sheet=sheet,
        target=target,
        logo=of_user(options.logo).absolute() if options.logo else None,
        number=options.conflict == "number",
    )
    pages = sheet.page_count(len(choice.pictures))
    with progress(_("Drawing pages"), pages) as shown:
        made = await make_contact_sheet(core.library, core.exports.exporter, request, on_page=shown)
    if not made.paths:
        return _skipped(target, options)
    if options.json:
        say_json(
            {
                "paths": [str(path) for path in made.paths],
                "pages": made.pages,
                "pictures": len(choice.pictures),
                "bytes": made.bytes,
                "unreadable": [one.picture.id for one in made.unreadable],
                "missing": made.missing,
            }
        )
    else:
        for path in made.paths:
            print_result(str(path))
    if made.missing:
        complain(
            # Translators: {signs} are letters of some script.
            _("No font on this computer has these characters: {signs}").format(signs=made.missing),
            _("Install a font for them, and make the sheet again."),
        )
    return _told(made.unreadable)


async def write_page(core: Core, options: Any) -> int:
    """Make a hand-off page. Raises InputError, StorageError."""
    target = of_user(options.out).absolute()
    if target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(_("The name of a page ends in .html"), str(target))
    if options.preset and not options.beside:
        raise UsageError(_("--preset needs --beside"))
    preset = user_preset(core, options.preset) if options.preset else ORIGINALS
    await check_format(core, preset)
    page = HandoffPage(
        captions=_captions(options.captions),
        palette=not options.no_palette,
        beside=options.beside,
        edge=_edge(options.size),
        intro=options.intro or "",
    )
    choice = await _chosen(core, options)
    title = choice.collection if options.title is None else options.title
    request = PageRequest(
        pictures=choice.pictures,
        page=replace(page, title=title),
        target=target,
        preset=preset,
        collection=choice.collection,
        number=options.conflict == "number",
    )
    with progress(_("Writing the page"), max(1, len(choice.pictures))) as shown:
        made = await make_handoff_page(
            core.library, core.exports.exporter, request, on_picture=shown
        )
    if made.path is None:
        return _skipped(target, options)
    if options.json:
        say_json(
            {
                "path": str(made.path),
                "folder": None if made.folder is None else str(made.folder),
                "pictures": len(choice.pictures),
                "bytes": made.bytes,
                "unreadable": [one.picture.id for one in made.unreadable],
            }
        )
    else:
        print_result(str(made.path))
    return _told(made.unreadable)


async def _chosen(core: Core, options: Any) -> _Choice:
    """The chosen pictures in their order. Raises InputError."""
    named = [bool(options.ids), bool(options.query), bool(options.collection)]
    if sum(named) != 1:
        raise UsageError(_("Name pictures by id, or choose them by --query or --collection"))
    if options.ids:
        by_id = [await core.library.resolve(start) for start in options.ids]
        unique = list({one.id: one for one in by_id}.values())
        return _Choice(await to_export(core, unique, answers=False), "")
    sort, collection = Sort(options.sort), None
    if options.collection:
        collection = await core.library.collections.named(options.collection)
        if collection is None:
            raise InputError(
                _("Collection {name} not found").format(name=options.collection.strip()[:60])
            )
        query = Query(collection=collection.id, sort=sort)
    else:
        query = Query(words=checked_search(options.query), sort=sort)
    rows = await core.library.rows(query)
    pictures: list[Picture] = []
    for start in range(0, len(rows), _CHUNK):
        pictures += await core.library.pictures(rows[start : start + _CHUNK])
    if not pictures:
        raise InputError(_("No pictures found"))
    return _Choice(pictures, "" if collection is None else collection.name)


def _captions(text: str) -> tuple[SheetCaption, ...]:
    """Captions from their comma-separated names. Raises UsageError."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if words in ([], ["none"]):
        return ()
    try:
        return tuple(dict.fromkeys(map(SheetCaption, words)))
    except ValueError:
        raise UsageError(
            _("Invalid captions: {value}").format(value=text[:40]),
            _("Choose from {known}, or none.").format(known=", ".join(SheetCaption)),
        ) from None


def _edge(text: str) -> int:
    """The longer side in pixels; 0 for the full size of each picture. Raises InputError."""
    size = ExportSize.parse(text)
    if size.rule is SizeRule.ORIGINAL:
        return 0
    if size.rule is not SizeRule.LONGEST:
        raise UsageError(_("--size is the longer side in pixels, or original"))
    return int(size.value)


def _skipped(target: Path, options: Any) -> int:
    if options.json:
        say_json({"path": str(target), "skipped": True})
    # Translators: {name} is a file.
    complain(_("{name} already exists: skipped").format(name=target.name))
    return 0


def _told(unreadable: Sequence[UnreadablePicture]) -> int:
    """Report pictures that are not shown; returns the exit code."""
    for one in unreadable:
        error = one.error
        complain(f"{one.picture.name}: {error.title}", error.message, hint_with_warning(error))
    if unreadable:
        n = len(unreadable)
        complain(
            ngettext("{n} picture is not shown.", "{n} pictures are not shown.", n).format(n=n)
        )
    return SOME if unreadable else 0
