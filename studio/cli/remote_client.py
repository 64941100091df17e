"""Another process owns the library: it is asked to do what was asked for here."""

from __future__ import annotations

import asyncio
from pathlib import Path

from studio.app.core import Core
from studio.cli.owner import Line, NobodyThere
from studio.cli.progress import OnJob, OnPictures
from studio.cli.stderr import complain
from studio.common import user_input
from studio.common.errors import StorageError, StudioError
from studio.common.i18n import _
from studio.config.settings import OFFLINE
from studio.domain.budget import Budget
from studio.domain.entities import Reference, Role
from studio.domain.runs import Run
from studio.remote import protocol
from studio.remote.protocol import (
    Came,
    Cancel,
    Change,
    JobNow,
    Keep,
    Kept,
    Make,
    Money,
    Over,
    Refused,
    Reply,
    Request,
    Said,
    Standing,
    Taken,
)


async def change(line: Line, asked: Change) -> Said:
    """Have a change made. Raises StudioError, NobodyThere."""
    answer = await _answer(line, asked)
    if not isinstance(answer, Said):
        raise _strange()
    return answer


class There:
    """The owner of the library makes the pictures."""

    def __init__(self, core: Core, line: Line) -> None:
        self._core = core
        self._line = line
        self._cancelling: asyncio.Task[None] | None = None

    async def keep_input(
        self, path: Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        """Have a picture copied into the library. Raises StudioError, NobodyThere."""
        asked = Keep(user_input.word_of(path.absolute()), role, user_input.one_line(name), picture)
        answer = await _answer(self._line, asked)
        if not isinstance(answer, Kept):
            raise _strange()
        return answer.reference

    async def standing(self) -> Budget:
        """The month's budget with what the owner has under way."""
        answer = await _answer(self._line, Money())
        if not isinstance(answer, Standing):
            raise _strange()
        return answer.budget

    async def make(
        self, planned: Run, on_job: OnJob, on_pictures: OnPictures
    ) -> StudioError | None:
        """Have a run made; why not all of it, if so."""
        try:
            await protocol.say(self._line[1], self._order(planned))
            while not isinstance(answer := await protocol.next_reply(self._line[0]), Over):
                if isinstance(answer, Refused):
                    return answer.error
                if isinstance(answer, JobNow):
                    on_job(answer.job)
                elif isinstance(answer, Came):
                    await on_pictures(answer.job, answer.pictures)
                elif isinstance(answer, Taken) and answer.paused:
                    complain(_("The queue of the open Gridbrush is paused; it waits with it."))
        except (EOFError, OSError) as error:
            # Not asked again: what was sent may have been billed.
            return StorageError(
                _("The Gridbrush that has the library open has ended"),
                _("What it had under way comes back at its next start."),
                hint=str(error),
            )
        except ValueError:
            return _strange()
        return None

    def _order(self, planned: Run) -> Make:
        names = {request.profile for request in planned.requests} - {OFFLINE}
        keys = {self._core.keys.from_environment(name) for name in names} - {None}
        return Make(
            run=planned,
            addresses={name: self._core.profile(name).base_url for name in names},
            key=protocol.mark_of(next(iter(keys), None)),
        )

    def cancel(self) -> None:
        """Have it stopped; how each job ended is still told."""
        if self._cancelling is None:
            self._cancelling = asyncio.create_task(self._cancel())

    async def _cancel(self) -> None:
        try:
            await protocol.say(self._line[1], Cancel())
        except OSError:
            # It has ended; `make` hears of that too.
            return


async def _answer(line: Line, request: Request) -> Reply:
    """The answer to what changes nothing when it is asked twice."""
    try:
        await protocol.say(line[1], request)
        answer = await protocol.next_reply(line[0])
    except (EOFError, OSError) as error:
        raise NobodyThere from error
    except ValueError as error:
        raise _strange() from error
    if isinstance(answer, Refused):
        raise answer.error
    return answer


def _strange() -> StorageError:
    return StorageError(
        _("The Gridbrush that has the library open speaks another language"),
        _("It may be of another version."),
        hint=_("Close it, then try again."),
    )
