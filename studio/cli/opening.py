"""Opens the core for one command, says what a person should hear of, and closes it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from studio.cli.output import complain
from studio.core import Core
from studio.core import Options as CoreOptions
from studio.errors import StudioError
from studio.events import Event, Trouble
from studio.paths import Paths


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
        ),
        write=write,
    )
    unsubscribe = core.events.subscribe(_hear)
    try:
        if core.settings.trouble:
            _tell(core.settings.trouble)
        yield core
    finally:
        await core.close()
        unsubscribe()


def _hear(event: Event) -> None:
    if isinstance(event, Trouble):
        _tell(event.error)


def _tell(error: StudioError) -> None:
    complain(error.title, error.message, error.hint)
