"""Backup, restore and move of a library."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.app.core import Core
from studio.cli.output import print_result, progress, say_json
from studio.cli.stderr import complain, write_question
from studio.common import i18n, user_input
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext, number
from studio.common.library_lock import LibraryLock
from studio.common.paths import Paths, of_user
from studio.config.settings import SettingsStore
from studio.domain.events import EventBus
from studio.library.files import originals as inside
from studio.library.operations import backup, first_open, relocate, restore
from studio.library.operations.restore import PendingWork


async def write_backup(core: Core, options: Any) -> int:
    """Write a backup to a new file."""
    target = of_user(options.file).absolute()
    size = await asyncio.to_thread(backup.size_of, core.library.folder)
    with progress(_("Backing up"), size) as done:
        number = await asyncio.to_thread(
            backup.write, core.library.folder, target, _beside(core.paths), done
        )
    if options.json:
        say_json({"backup": str(target), "files": number, "bytes": target.stat().st_size})
    else:
        words = ngettext("Backed up {n} file to {name}.", "Backed up {n} files to {name}.", number)
        print_result(words.format(n=i18n.number(number), name=target))
    return 0


async def recover(options: Any, where: Paths) -> int:
    """Restore a backup into a folder without a library."""
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
            "Restored {n} file to {folder}.", "Restored {n} files to {folder}.", number
        )
        print_result(words.format(n=i18n.number(number), folder=folder))
    _tell_left_out(held, left_out, agreed=agreed)
    return 0


def _held(source: Path) -> PendingWork:
    with restore.opened(source) as found:
        return found.held


def _sentences(held: PendingWork) -> list[str]:
    """Description of restored content that the next start would act on."""
    said = []
    if n := held.unfinished:
        said.append(
            ngettext(
                "{n} file of unfinished work: the next start would resume imports, deletions or "
                "downloads.",
                "{n} files of unfinished work: the next start would resume imports, deletions or "
                "downloads.",
                n,
            ).format(n=number(n))
        )
    said += [
        # Translators: {name} is a provider.
        _("The provider {name} at {address}: keys and prompts would be sent there.").format(
            name=name, address=address
        )
        for name, address in held.addresses[:20]
    ]
    return said


def _agrees(held: PendingWork) -> bool:
    """Ask whether to restore content that the next start would act on.

    False without a terminal.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    complain(_("Restore this only from your own backup:"), *_sentences(held))
    write_question(_("Restore this too? [y/N] "))
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell_left_out(held: PendingWork, number: int, *, agreed: bool) -> None:
    if held and not agreed:
        complain(_("Not restored:"), *_sentences(held), _("Use --trust to restore it too."))
    elif number:
        complain(
            ngettext(
                "Skipped {n} file unknown to Gridbrush.",
                "Skipped {n} files unknown to Gridbrush.",
                number,
            ).format(n=i18n.number(number))
        )


async def move(options: Any, where: Paths) -> int:
    """Move the library to another folder, and store its path in the settings."""
    if where.home is not None:
        raise InputError(_("--home sets the library folder"), hint=_("Move the whole folder."))
    settings = SettingsStore(where.settings_file, EventBus())
    source = of_user(settings.load().library or where.library)
    target = of_user(options.folder).absolute()
    inside.check(source)
    lock = LibraryLock(source)

    def settle() -> None:
        settings.save_now(library=str(target))
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
        print_result(_("Library moved to {folder}.").format(folder=target))
    return 0


def _beside(where: Paths) -> dict[str, Path]:
    """Files outside the library that a backup includes, by their names in the backup."""
    return {"settings.json": where.settings_file, "draft.json": where.draft_file}
