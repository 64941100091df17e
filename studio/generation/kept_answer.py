"""Answers that stay in the journal: errors, hints, and completion of truncated ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from studio.common import files
from studio.common.errors import (
    Billed,
    IncompleteAnswer,
    InputError,
    NoPicture,
    NotFetched,
    PictureNotShown,
    PicturesLeft,
    StorageError,
    StudioError,
)
from studio.common.i18n import _
from studio.generation import partial_json
from studio.generation.journal_entry import AnswerHead, FoundAttempt, JournalEntry


def mend(body: Path, target: Path) -> None:
    """Write a truncated answer as complete JSON. Raises NoPicture, StorageError."""
    try:
        text = partial_json.mended(body.read_bytes())
        target.unlink(missing_ok=True)
    except OSError as error:
        raise files.storage_error(error, body) from error
    if text is None:
        raise NoPicture(
            _("No picture in the received data"),
            _("Not even its beginning is readable."),
            hint=_("Discard it, or try again."),
            billed=Billed.MAYBE,
        )
    files.write_new(target, (text,))


@contextlib.contextmanager
def kept_errors(entry: JournalEntry) -> Iterator[None]:
    """Mark errors of a complete answer, which stays in the journal and may have been billed."""
    try:
        yield
    except StorageError as error:
        error.billed = Billed.MAYBE
        error.hint = in_journal(entry)
        raise
    except StudioError as error:
        mark_kept(error)
        raise


def mark_kept(error: StudioError) -> None:
    """Mark an error as having a kept answer, unless the error is the content of that answer."""
    if error.answered or isinstance(error, IncompleteAnswer | InputError | NotFetched):
        return
    error.kept, error.retryable = True, False
    if error.billed is Billed.NO and not isinstance(error, PicturesLeft):
        error.billed = Billed.MAYBE
    error.hint = _(
        "The answer is saved. Choose “Read again” on its tile, or run `gridbrush library "
        "read-again`, to retry for free."
    )
    if isinstance(error, PictureNotShown):
        error.hint = _(
            "The answer is saved. Choose “Save the file” in the menu of its tile, or run "
            "`gridbrush library read-again --out DIR`, to get the file."
        )


def in_journal(entry: JournalEntry) -> str:
    """Hint about an answer whose picture could not be written."""
    return _(
        "The answer is saved in {folder}. Free some space, then choose Try again to import the "
        "picture. Nothing is sent again."
    ).format(folder=entry.folder)


def in_memory() -> str:
    """Hint about an answer that could not be written itself."""
    return _(
        "The answer is in memory until Gridbrush closes. Free some space, then choose Try again. "
        "Nothing is sent again."
    )


def head_of(found: FoundAttempt) -> AnswerHead:
    """Status and headers of an answer."""
    # Missing only for status 200, for which it is written late.
    return found.head or AnswerHead(HTTPStatus.OK, {})
