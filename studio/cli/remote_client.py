"""Client of the process that owns the library."""

from __future__ import annotations

import asyncio
from pathlib import Path

from studio.app.core import Core
from studio.cli.owner import Line, OwnerGone
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
    BudgetStanding,
    CancelRequest,
    ChangeDone,
    ChangeLibrary,
    GetBudget,
    InputKept,
    JobUpdate,
    KeepInput,
    MakePictures,
    PicturesReady,
    Reply,
    Request,
    RequestFailed,
    RunEnded,
    RunQueued,
)


async def change(line: Line, asked: ChangeLibrary) -> ChangeDone:
    """Request a change. Raises StudioError, OwnerGone."""
    answer = await _answer(line, asked)
    if not isinstance(answer, ChangeDone):
        raise _strange()
    return answer


class RemoteBackend:
    """Generates pictures in the process that owns the library."""

    def __init__(self, core: Core, line: Line) -> None:
        self._core = core
        self._line = line
        self._cancelling: asyncio.Task[None] | None = None

    async def keep_input(
        self, path: Path, *, role: Role, name: str, picture: str | None = None
    ) -> Reference:
        """Request a copy of a picture into the library. Raises StudioError, OwnerGone."""
        asked = KeepInput(
            user_input.word_of(path.absolute()), role, user_input.one_line(name), picture
        )
        answer = await _answer(self._line, asked)
        if not isinstance(answer, InputKept):
            raise _strange()
        return answer.reference

    async def standing(self) -> Budget:
        """The month's budget including the owner's running jobs."""
        answer = await _answer(self._line, GetBudget())
        if not isinstance(answer, BudgetStanding):
            raise _strange()
        return answer.budget

    async def make(
        self, planned: Run, on_job: OnJob, on_pictures: OnPictures
    ) -> StudioError | None:
        """Request a run; returns the error that kept the rest from being queued, if any."""
        try:
            await protocol.send_message(self._line[1], self._order(planned))
            while not isinstance(answer := await protocol.next_reply(self._line[0]), RunEnded):
                if isinstance(answer, RequestFailed):
                    return answer.error
                if isinstance(answer, JobUpdate):
                    on_job(answer.job)
                elif isinstance(answer, PicturesReady):
                    await on_pictures(answer.job, answer.pictures)
                elif isinstance(answer, RunQueued) and answer.paused:
                    complain(_("The queue in the other Gridbrush is paused; this run waits there."))
        except (EOFError, OSError) as error:
            # Not repeated, because it may have been billed.
            return StorageError(
                _("The other Gridbrush has closed"),
                _("Its unfinished jobs return at the next start."),
                hint=str(error),
            )
        except ValueError:
            return _strange()
        return None

    def _order(self, planned: Run) -> MakePictures:
        names = {request.profile for request in planned.requests} - {OFFLINE}
        keys = {self._core.keys.from_environment(name) for name in names} - {None}
        return MakePictures(
            run=planned,
            addresses={name: self._core.profile(name).base_url for name in names},
            key=protocol.mark_of(next(iter(keys), None)),
        )

    def cancel(self) -> None:
        """Request cancellation of the run; its events still arrive."""
        if self._cancelling is None:
            self._cancelling = asyncio.create_task(self._cancel())

    async def _cancel(self) -> None:
        try:
            await protocol.send_message(self._line[1], CancelRequest())
        except OSError:
            # The owner has ended, which `make` notices too.
            return


async def _answer(line: Line, request: Request) -> Reply:
    """The reply to an idempotent request."""
    try:
        await protocol.send_message(line[1], request)
        answer = await protocol.next_reply(line[0])
    except (EOFError, OSError) as error:
        raise OwnerGone from error
    except ValueError as error:
        raise _strange() from error
    if isinstance(answer, RequestFailed):
        raise answer.error
    return answer


def _strange() -> StorageError:
    return StorageError(
        _("The other Gridbrush cannot handle this request"),
        _("It may be a different version."),
        hint=_("Close it, then try again."),
    )
