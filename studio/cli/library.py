"""`gridbrush library`: queries and maintenance of the library."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from studio.app.core import Core
from studio.cli import choosing, compare, organise
from studio.cli.core_session import opened
from studio.cli.facts import facts_of, say_facts
from studio.cli.output import print_result, say_json, table
from studio.common.i18n import _
from studio.common.paths import Paths
from studio.library.query import Query, Sort, View


async def run(options: Any, where: Paths) -> int:
    """Run the action; commands that only read never wait for the owner."""
    looks = {
        "list": _list,
        "collections": organise.collections,
        "history": organise.history,
        "export": organise.export,
        "show": _show,
        "stats": _stats,
        "family": choosing.family,
        "branch": choosing.branch,
        "stack": choosing.stack,
        "rounds": choosing.rounds,
        "order": choosing.order,
        "compare": compare.compare,
    }
    if options.action == "export" and organise.is_conversion(options):
        looks.pop("export")
    if options.action in ("branch", "stack") and choosing.is_change(options):
        looks.pop(options.action)
    if (look := looks.get(options.action)) is not None:
        async with opened(options, where) as core:
            return await look(core, options)
    # Imported only for commands that write: this takes 50 ms, a quarter of `library list`.
    from studio.cli import (
        library_backup,
        library_changes,
        library_csv,
        library_export,
        library_sheet,
    )

    match options.action:
        case "export":
            async with opened(options, where) as core:
                return await library_export.export(core, options)
        case "csv":
            async with opened(options, where) as core:
                return await library_csv.write_csv(core, options)
        case "sheet":
            async with opened(options, where) as core:
                return await library_sheet.write_sheet(core, options)
        case "page":
            async with opened(options, where) as core:
                return await library_sheet.write_page(core, options)
        case "recover":
            return await library_backup.recover(options, where)
        case "move":
            return await library_backup.move(options, where)
        case "backup":
            async with opened(options, where) as core:
                return await library_backup.write_backup(core, options)
        case "verify" if not options.fix:
            async with opened(options, where) as core:
                return await library_changes.verify(core, options)
        case "empty-trash" if not options.yes:
            async with opened(options, where) as core:
                await library_changes.confirm_emptying(core)
    return await library_changes.change(options, where)


async def _list(core: Core, options: Any) -> int:
    view = View.TRASH if options.trashed else View.ALL
    words = organise.typed(options.words)
    query = Query(view=view, words=words, sort=Sort(options.sort))
    wanted = await core.library.rows(query, options.limit if options.limit > 0 else None)
    for start in range(0, len(wanted), 500):
        pictures = await core.library.pictures(wanted[start : start + 500])
        if options.json:
            for picture in pictures:
                say_json(facts_of(picture, core.library.originals.path(picture)))
        else:
            table(
                [
                    (
                        picture.id[-8:],
                        time.strftime("%Y-%m-%d %H:%M", time.localtime(picture.created)),
                        f"{picture.width}x{picture.height}",
                        picture.model,
                        picture.name,
                    )
                    for picture in pictures
                ],
                headings=(_("Id"), _("Created"), _("Size"), _("Model"), _("Name")),
            )
    return 0


async def _show(core: Core, options: Any) -> int:
    picture = await core.library.resolve(options.id)
    facts = facts_of(picture, core.library.originals.path(picture))
    for drift in (await core.library.choosing.drifts([picture.id])).values():
        facts["drift"] = msgspec.to_builtins(drift)
    if options.json:
        say_json(facts)
        return 0
    if picture.offline:
        print_result(_("Offline sketch, not AI"))
    say_facts(facts)
    return 0


async def _stats(core: Core, options: Any) -> int:
    counts = await core.library.counts(time.time())
    spend = await core.library.spend()
    stored = await core.library.stored()
    facts: dict[str, Any] = {
        "pictures": counts.all,
        "picks": counts.picks,
        "trash": counts.trash,
        "failed": counts.failed,
        "bytes": stored.bytes,
        "cost_usd": round(stored.usd, 6),
        "cost_unknown": stored.unknown,
        "today_usd": round(spend.today, 6),
        "month_usd": round(spend.month, 6),
        "month_unknown": spend.unknown,
        "month_maybe": spend.maybe,
        "days_usd": {
            day: round(usd, 6) for day, usd in (await core.library.spend_by_day()).items()
        },
        "budget_usd": core.settings.value.budget_usd or None,
        "library": str(core.library.folder),
    }
    if options.json:
        say_json(facts)
    else:
        say_facts(facts)
    return 0
