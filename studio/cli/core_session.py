"""Core for a single command, whose problems are printed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.cli.stderr import complain
from studio.common.billing import hint_with_warning
from studio.common.errors import StudioError
from studio.common.paths import Paths
from studio.domain.events import Event, InfoPosted, ProblemOccurred


@contextlib.asynccontextmanager
async def opened(options: Any, where: Paths, *, write: bool = False) -> AsyncIterator[Core]:
    """An open core with the options of the command line; with `write` it owns the library.

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
    unsubscribe = core.events.subscribe(_print_event)
    try:
        if core.settings.trouble:
            _print_error(core.settings.trouble)
        core.library.troubles.publish_problems()
        yield core
    finally:
        await core.close()
        unsubscribe()


def _print_event(event: Event) -> None:
    if isinstance(event, ProblemOccurred):
        _print_error(event.error)
    elif isinstance(event, InfoPosted):
        complain(event.title, event.message)


def _print_error(error: StudioError) -> None:
    complain(error.title, error.message, hint_with_warning(error))
