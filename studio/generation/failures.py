"""Errors and failures of jobs that end without a picture."""

from __future__ import annotations

import time

from studio.common.billing import hint_with_warning
from studio.common.errors import LONGEST_WAIT, Billed, Cancelled, StudioError
from studio.common.i18n import _, number
from studio.config.settings import OFFLINE
from studio.domain.entities import Failure, Job


def failure_of(error: StudioError) -> Failure:
    """The failure that a tile and the command line show for an error.

    The hint depends on `billed`. If `billed` changes later, the error is converted again.
    """
    wait = error.retry_after
    return Failure(
        kind=error.kind,
        title=error.title,
        message=error.message,
        hint=hint_with_warning(error),
        billed=error.billed,
        request_id=error.request_id,
        details=error.details,
        retry_at=time.time() + wait if wait is not None and wait > LONGEST_WAIT else None,
        kept=error.kept,
    )


def cancelled(job: Job) -> Cancelled:
    """Error for a cancelled job; one that was sent may have been billed."""
    if job.started is None:
        return Cancelled(_("Cancelled"), _("Nothing was sent."))
    after = max(0.0, time.time() - job.started)
    return Cancelled(
        _("Cancelled after {seconds} s").format(seconds=number(after)),
        _("The connection was closed; no picture will arrive."),
        billed=Billed.NO if job.request.profile == OFFLINE else Billed.MAYBE,
    )


def bug(error: Exception, job: Job) -> StudioError:
    """Wrap an unexpected exception as a StudioError."""
    return StudioError(
        _("Something went wrong inside Gridbrush"),
        f"{type(error).__name__}: {error}",
        hint=_("Please report this with “Copy details”."),
        billed=Billed.NO if job.started is None else Billed.MAYBE,
    )
