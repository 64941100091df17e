"""`gridbrush library export` with a preset or options: copies made by the export engine."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from studio.app.core import Core
from studio.app.export.plan import (
    ExportPlan,
    PlannedCopy,
    existing_names,
    make_plan,
    sentence,
)
from studio.app.export.prepare import collection_of, estimate_bytes, gather_items
from studio.app.export.runner import ExportQueue, ExportRun
from studio.app.export.service import ExportChanged
from studio.cli import stdin
from studio.cli.organise import checked_search, to_export
from studio.cli.output import print_result, progress, say_json, table
from studio.cli.progress import SOME
from studio.cli.stderr import complain, write_question
from studio.common import i18n
from studio.common.billing import hint_with_warning
from studio.common.errors import EXIT_CODES, InputError, StudioError, UsageError
from studio.common.i18n import _, listed, ngettext, number
from studio.common.paths import of_user
from studio.config.export_presets import ExportPresetStore
from studio.domain import name_pattern
from studio.domain.entities import Picture
from studio.domain.events import Event
from studio.domain.export import (
    ConflictRule,
    ExportColour,
    ExportFormat,
    ExportMetadata,
    ExportPreset,
    ExportSize,
    checked,
    find_preset,
)
from studio.library.query import Query

_CHUNK = 500


async def export(core: Core, options: Any) -> int:
    """Export pictures; written copies stay if others fail.

    Raises InputError, StorageError.
    """
    preset = _preset(core, options)
    name_pattern.parse(preset.pattern)
    pictures = await _pictures(core, options)
    folder = of_user(options.out)
    exporter = core.exports.exporter
    await check_format(core, preset)
    items = await gather_items(core.library, exporter, pictures, preset)
    names = {one.id: one.name for one in await core.library.collections.every()}
    items = [replace(one, collection=collection_of(one.picture, names)) for one in items]
    existing = await asyncio.to_thread(existing_names, folder)
    plan = make_plan(items, preset, existing)
    if options.dry_run:
        return await _show(core, plan, options)
    return await _run(core, plan, options)


def user_preset(core: Core, name: str) -> ExportPreset:
    """The preset with this name; a damaged file of presets is reported. Raises InputError."""
    store = ExportPresetStore(core.paths.export_presets_file)
    presets = store.load()
    if store.trouble is not None:
        complain(store.trouble.title, store.trouble.message, hint_with_warning(store.trouble))
    return find_preset(presets, name)


async def check_format(core: Core, preset: ExportPreset) -> None:
    """Raise InputError for a format that cannot be written here."""
    if not preset.fixed and preset.format not in await core.exports.exporter.formats():
        raise InputError(
            # Translators: {kind} is a file format, such as "AVIF".
            _("{kind} files cannot be written on this computer").format(kind=preset.format.upper())
        )


def _preset(core: Core, options: Any) -> ExportPreset:
    """The preset, overridden by the other options. Raises InputError."""
    preset = ExportPreset(id="options")
    if options.preset:
        preset = user_preset(core, options.preset)
    changes: dict[str, Any] = {}
    if options.format:
        changes["format"] = ExportFormat(options.format)
    if options.size:
        changes["size"] = ExportSize.parse(options.size)
    if options.quality is not None:
        changes["quality"] = options.quality
    if options.colour:
        changes["colour"] = ExportColour(options.colour)
    if options.ground:
        changes["ground"] = _colour(options.ground)
    if options.metadata:
        changes["metadata"] = ExportMetadata(options.metadata)
    if options.enlarge:
        changes["enlarge"] = True
    made = replace(preset, **changes)
    if made.fixed and changes.keys() - {"format"}:
        raise UsageError(
            _("Originals are copied bit for bit"),
            _("Choose a format with --format to change size, quality, colour or metadata."),
        )
    if options.pattern is not None:
        made = replace(made, pattern=options.pattern)
    if options.conflict:
        made = replace(made, conflict=ConflictRule(options.conflict))
    if made.conflict is ConflictRule.ASK and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            _("--conflict ask needs a terminal"), _("Choose --conflict number or skip.")
        )
    return checked(made)


def _colour(text: str) -> int:
    digits = text.removeprefix("#")
    try:
        if len(digits) != 6:
            raise ValueError(text)
        return int(digits, 16)
    except ValueError:
        raise InputError(
            _("Invalid colour: {value}").format(value=text[:40]), hint=_("Write #ffffff.")
        ) from None


async def _pictures(core: Core, options: Any) -> list[Picture]:
    """The pictures to export. Raises InputError."""
    if bool(options.ids) == bool(options.query):
        raise UsageError(_("Name pictures by id, or search for them with --query"))
    if options.ids:
        named = [await core.library.resolve(start) for start in options.ids]
        named = list({one.id: one for one in named}.values())
        return await to_export(core, named, answers=options.answers)
    found = await core.library.rows(Query(words=checked_search(options.query)))
    pictures: list[Picture] = []
    for start in range(0, len(found), _CHUNK):
        pictures += await core.library.pictures(found[start : start + _CHUNK])
    return await to_export(core, pictures, answers=options.answers)


async def _show(core: Core, plan: ExportPlan, options: Any) -> int:
    """Print the plan."""
    sizes = await estimate_bytes(core.library, core.exports.exporter, plan)
    exact = plan.preset.fixed
    rows: list[tuple[str, ...]] = []
    for copy, size in zip(plan.copies, sizes, strict=True):
        if options.json:
            say_json({**_facts(copy), "bytes" if exact else "estimated_bytes": size})
        amount = f"{size / 1e6:,.1f} MB"
        said = listed(map(sentence, copy.notes))
        pixels = f"{copy.width}x{copy.height}"
        rows.append((copy.name, pixels, amount if exact else f"≈ {amount}", said))
    if not options.json:
        table(rows, headings=(_("Name"), _("Size"), _("Bytes"), ""))
    _complain_about_sum(len(plan.copies), sum(sizes), exact=exact)
    return 0


def _facts(copy: PlannedCopy) -> dict[str, Any]:
    return {
        "id": copy.picture.id,
        "name": copy.name,
        "width": copy.width,
        "height": copy.height,
        "notes": list(copy.notes),
    }


def _complain_about_sum(n: int, size: int, *, exact: bool) -> None:
    amount = _("{size} MB").format(size=number(size / 1e6, 1))
    complain(
        # Translators: {size} is an amount of data.
        ngettext("{n} picture, {size}", "{n} pictures, {size}", n).format(
            n=i18n.number(n), size=amount if exact else f"≈ {amount}"
        )
    )


async def _run(core: Core, plan: ExportPlan, options: Any) -> int:
    """Run the export and print its result."""
    # Without a progress bar if there may be questions, because it would overwrite them.
    asks = plan.preset.conflict is ConflictRule.ASK
    total = max(1, len(plan.copies))
    with contextlib.nullcontext() if asks else progress(_("Exporting"), total) as shown:

        def on_event(event: Event) -> None:
            if shown is not None and isinstance(event, ExportChanged):
                shown(event.run.finished)

        queue = core.exports.queue
        core.events.subscribe(on_event)
        run = queue.add(plan, of_user(options.out), _ask)
        with _interrupts(queue, run) as interrupted:
            await queue.idle()
    places = {id(copy): place for place, copy in enumerate(run.plan.copies)}
    for written in sorted(run.written, key=lambda one: places[id(one.copy)]):
        if options.json:
            facts = _facts(written.copy) | {"name": written.path.name, "bytes": written.bytes}
            say_json({**facts, "path": str(written.path)})
        else:
            print_result(str(written.path))
    for copy in run.skipped:
        if options.json:
            say_json({**_facts(copy), "skipped": True})
        # Translators: {name} is a file.
        complain(_("{name} already exists: skipped").format(name=copy.name))
    for failed in run.failed:
        error = failed.error
        if options.json:
            told = {"title": error.title, "message": error.message, "hint": error.hint}
            say_json({**_facts(failed.copy), "kind": error.kind, **told})
        complain(
            f"{failed.copy.picture.name}: {error.title}", error.message, hint_with_warning(error)
        )
    _complain_about_sum(len(run.written), run.bytes, exact=True)
    if run.error is not None:
        complain(run.error.title, run.error.message, hint_with_warning(run.error))
    return _code(run, interrupted=bool(interrupted))


def _code(run: ExportRun, *, interrupted: bool) -> int:
    if interrupted:
        return EXIT_CODES["cancelled"]
    if run.error is not None:
        return run.error.exit_code
    if run.failed:
        errors: list[StudioError] = [one.error for one in run.failed]
        return SOME if run.written else errors[0].exit_code
    return 0


async def _ask(copy: PlannedCopy) -> ConflictRule:
    """Ask in the terminal how to handle a taken name."""
    # Translators: the letters stay as they are: n for a number, s for skipping.
    write_question(_("{name} already exists. Number it or skip it? [n/S] ").format(name=copy.name))
    answer = await stdin.line()
    return ConflictRule.NUMBER if answer.strip().lower() == "n" else ConflictRule.SKIP


@contextlib.contextmanager
def _interrupts(queue: ExportQueue, run: ExportRun) -> Iterator[list[int]]:
    """Stop the export on Ctrl+C; yields a list that is non-empty after that."""
    came: list[int] = []

    def stop(number: int) -> None:
        came.append(number)
        queue.stop(run)

    if sys.platform == "win32":
        yield came
    else:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        try:
            yield came
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
