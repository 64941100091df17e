"""`gridbrush library`: look at the library and keep it in order."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.app.core import Core
from studio.cli import organise
from studio.cli.core_session import Line, opened, own_or_ask
from studio.cli.facts import facts_of, say_facts
from studio.cli.output import ask, complain, progress, say, say_json, table
from studio.common import user_input
from studio.common.errors import InputError, StorageError
from studio.common.i18n import _, ngettext
from studio.common.paths import Paths, of_user
from studio.library.query import Query, Sort, View

if TYPE_CHECKING:
    from studio.library.operations.restore import Held
    from studio.remote.protocol import Said

SOME = 10
"""Exit code where some pictures came, and others did not."""

_WRITES = frozenset(
    {"rebuild", "rate", "tag", "collect", "trash", "restore", "empty-trash"}
    | {"import", "undo", "redo", "forget"}
)


async def run(options: Any, where: Paths) -> int:
    """Do what the action says; commands that only read never wait for the owner."""
    actions = {
        "list": _list,
        "collections": organise.collections,
        "history": organise.history,
        "export": organise.export,
        "show": _show,
        "verify": _verify,
        "backup": _backup,
        "stats": _stats,
    }
    if options.action == "recover":
        return await _recover(options, where)
    if options.action == "move":
        return await _move(options, where)
    if options.action == "empty-trash" and not options.yes:
        async with opened(options, where) as core:
            await organise.confirm_emptying(core)
    if options.action in _WRITES or getattr(options, "fix", False):
        return await _change(options, where)
    async with opened(options, where) as core:
        return await actions[options.action](core, options)


async def _change(options: Any, where: Paths) -> int:
    """Whoever owns the library changes it."""
    from studio.remote.protocol import Change

    asked = Change(
        action=_action(options),
        ids=list(getattr(options, "ids", ())),
        name=getattr(options, "name", ""),
        search=getattr(options, "search", "") or "",
        paths=[_word(path) for path in getattr(options, "paths", ())],
        stars=getattr(options, "stars", 0),
        add=list(getattr(options, "add", ())),
        remove=list(getattr(options, "untag", ())),
    )

    async def own(core: Core) -> int:
        if options.action == "import":
            return _imported(options, await organise.take_in(core, asked.paths))
        from studio.remote.server import carry_out

        return _changed(options, await carry_out(core, asked))

    async def ask(_core: Core, line: Line) -> int:
        from studio.cli.remote_client import change

        return _changed(options, await change(line, asked))

    return await own_or_ask(options, where, own, ask)


def _word(path: str) -> str:
    """A word for what was named, wherever the owner of the library was started."""
    try:
        return user_input.word_of(user_input.path_of(path).absolute())
    except user_input.Unusable:
        # No path: it is told beside what becomes of the others.
        return user_input.valid(path)


def _action(options: Any) -> str:
    if options.action == "verify":
        return "fix"
    if options.action == "collect" and options.remove:
        return "uncollect"
    return str(options.action)


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
                headings=(_("Id"), _("Made"), _("Size"), _("Model"), _("Name")),
            )
    return 0


async def _show(core: Core, options: Any) -> int:
    picture = await core.library.resolve(options.id)
    facts = facts_of(picture, core.library.originals.path(picture))
    if options.json:
        say_json(facts)
        return 0
    if picture.offline:
        say(_("Offline sketch, not AI"))
    say_facts(facts)
    return 0


async def _verify(core: Core, options: Any) -> int:
    from studio.remote.server import check, facts_of

    with progress(_("Reading every original"), (await core.library.counts(0.0)).all) as done:
        report = await check(core, done)
    return _told_report(options, facts_of(report))


def _told_report(options: Any, facts: dict[str, Any]) -> int:
    damage = ("missing", "changed", "damaged_records", "damaged_inputs")
    code = StorageError.exit_code if any(facts[name] for name in damage) else 0
    if options.json:
        say_json(facts)
        return code
    for id in facts["missing"]:
        say(_("missing: {id}").format(id=id))
    for id in facts["changed"]:
        say(_("changed: {id}").format(id=id))
    for name in facts["damaged_inputs"]:
        say(_("damaged reference: {name}").format(name=name))
    for path in facts["orphans"]:
        say(_("not in the records: {path}").format(path=path))
    if facts["damaged_records"]:
        say(_("lines of the records that cannot be read: {n}").format(n=facts["damaged_records"]))
    if "fixed" in facts:
        complain(_("Mended: {n}").format(n=sum(facts["fixed"].values()) - facts["fixed"]["lost"]))
    words = ngettext(
        "{sound} of {checked} original is as it came.",
        "{sound} of {checked} originals are as they came.",
        facts["checked"],
    )
    complain(words.format(sound=facts["sound"], checked=facts["checked"]))
    return code


async def _backup(core: Core, options: Any) -> int:
    from studio.library.operations import backup

    target = of_user(options.file).absolute()
    size = await asyncio.to_thread(backup.size_of, core.library.folder)
    with progress(_("Backing up"), size) as done:
        number = await asyncio.to_thread(
            backup.write, core.library.folder, target, _beside(core.paths), done
        )
    if options.json:
        say_json({"backup": str(target), "files": number, "bytes": target.stat().st_size})
    else:
        words = ngettext("{n} file is in {name}.", "{n} files are in {name}.", number)
        say(words.format(n=number, name=target))
    return 0


async def _recover(options: Any, where: Paths) -> int:
    """Everything back out of a backup, where no library is yet."""
    from studio.library.operations import restore

    source = user_input.path_of(options.file).absolute()
    folder = of_user(options.to).absolute() if options.to else where.library
    size = source.stat().st_size if source.is_file() else 0
    held, left_out = await asyncio.to_thread(_held, source), 0
    agreed = bool(held) and (options.trust or _agrees(held))

    def bring(done: Callable[[int], None]) -> int:
        nonlocal left_out
        with restore.opened(source) as found:
            number = found.restore(folder, _beside(where), done, agreed=agreed)
            left_out = found.left_out
            return number

    with progress(_("Restoring"), size) as done:
        number = await asyncio.to_thread(bring, done)
    if options.json:
        say_json({"library": str(folder), "files": number})
    else:
        words = ngettext(
            "{n} file was restored to {folder}.", "{n} files were restored to {folder}.", number
        )
        say(words.format(n=number, folder=folder))
    _tell_left_out(held, left_out, agreed=agreed)
    return 0


def _held(source: Path) -> Held:
    from studio.library.operations import restore

    with restore.opened(source) as found:
        return found.held


def _sentences(held: Held) -> list[str]:
    """What the next start would act upon, in plain words."""
    said = []
    if n := held.unfinished:
        said.append(
            ngettext(
                "{n} file of unfinished work: the next start would go on importing, deleting or "
                "fetching.",
                "{n} files of unfinished work: the next start would go on importing, deleting or "
                "fetching.",
                n,
            ).format(n=f"{n:,}")
        )
    said += [
        _("The provider {name} at {address}: keys and prompts would go there.").format(
            name=name, address=address
        )
        for name, address in held.addresses[:20]
    ]
    return said


def _agrees(held: Held) -> bool:
    """Whether the user wants that too; nobody is asked where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    complain(_("Only if you made this backup yourself:"), *_sentences(held))
    ask(_("Bring this too? [y/N] "))
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell_left_out(held: Held, number: int, *, agreed: bool) -> None:
    if held and not agreed:
        complain(_("This was left out:"), *_sentences(held), _("--trust brings it too."))
    elif number:
        complain(
            ngettext(
                "{n} file has no place here and was left out.",
                "{n} files have no place here and were left out.",
                number,
            ).format(n=f"{number:,}")
        )


async def _move(options: Any, where: Paths) -> int:
    """The library to another folder, which is the library's from then on."""
    from studio.common.library_lock import LibraryLock
    from studio.config.settings import SettingsStore
    from studio.domain.events import Events
    from studio.library.files import originals as inside
    from studio.library.operations import first_open, relocate

    if where.home is not None:
        raise InputError(
            _("With --home the library is where that says"), hint=_("Move the whole folder.")
        )
    settings = SettingsStore(where.settings_file, Events())
    source = of_user(settings.load().library or where.library)
    target = of_user(options.folder).absolute()
    inside.check(source)
    lock = LibraryLock(source)

    def settle() -> None:
        settings.keep(library=str(target))
        first_open.remember(target, where.computed)

    with progress(_("Moving"), 1):
        lock.acquire()
        try:
            await asyncio.to_thread(relocate.move, source, target, settle)
        finally:
            lock.release()
    if options.json:
        say_json({"library": str(target)})
    else:
        say(_("The library is in {folder} now.").format(folder=target))
    return 0


def _beside(where: Paths) -> dict[str, Path]:
    """What a backup holds beside the library, by its name in it."""
    return {"settings.json": where.settings_file, "draft.json": where.draft_file}


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


def _changed(options: Any, said: Said) -> int:
    if options.action == "verify":
        return _told_report(options, said.facts)
    if options.action == "import":
        return _imported(options, said)
    if options.action == "rebuild":
        if options.json:
            say_json({"pictures": said.number})
        else:
            words = ngettext(
                "The index was made anew: {pictures} picture.",
                "The index was made anew: {pictures} pictures.",
                said.number,
            )
            say(words.format(pictures=said.number))
        return 0
    text = said.sentence or _("Nothing to change.")
    if options.json:
        say_json({"changed": bool(said.sentence), "sentence": text})
    else:
        say(text)
    return 0


def _imported(options: Any, said: Said) -> int:
    if options.json:
        say_json(said.facts)
    else:
        for one in said.facts.get("unreadable", ()):
            complain(f"{one['path']}: {one['reason']}")
        say(said.sentence)
    came = len(said.facts.get("imported", ())) + said.facts.get("known", 0)
    missed = len(said.facts.get("unreadable", ())) + sum(
        one["count"] for one in said.facts.get("left_out", ()) if one["picture"]
    )
    if not came:
        return InputError.exit_code
    return SOME if missed else 0
