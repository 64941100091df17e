"""Opens the core for one command, says what a person should hear of, and closes it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from studio.app.core import Core
from studio.app.core import Options as CoreOptions
from studio.cli.stderr import complain
from studio.common.errors import StudioError
from studio.common.paths import Paths
from studio.domain.events import Event, News, Trouble


@contextlib.asynccontextmanager
async def opened(options: Any, where: Paths, *, write: bool = False) -> AsyncIterator[Core]:
    """The core as this command line asks for it; with `write` this process owns the library.

    Raises LibraryLocked, StorageError, LibraryTooNew, InputError.
    """
    core = await Core.open(
        where,
        CoreOptions(
            provider=options.provider,
            base_url=options.base_url,
            hold_for_key=False,
            anyway=options.anyway,
            trusted=options.trust and write,
            newer_to_read=not write,
        ),
        write=write,
    )
    unsubscribe = core.events.subscribe(_hear)
    try:
        if core.settings.trouble:
            _tell(core.settings.trouble)
        core.library.troubles.tell()
        yield core
    finally:
        await core.close()
        unsubscribe()


def _hear(event: Event) -> None:
    if isinstance(event, Trouble):
        _tell(event.error)
    elif isinstance(event, News):
        complain(event.title, event.message)


def _tell(error: StudioError) -> None:
    complain(error.title, error.message, error.hint)
