"""Errors with messages for people.

    StudioError
     +- InputError           input that cannot be used as written (an empty prompt, a file)
     |   +- UsageError       a command or an option the program does not have
     +- RequestRefused       the service rejected the request (size, aspect, too large)
     +- ModelError           the model is unknown, retired or not allowed for this key
     +- KeyMissing           no key, or a key that cannot be read now
     |   +- KeyLocked        the keyring is locked
     |   +- KeyRefused       the service does not accept the key
     +- BalanceError         the account has no money left
     +- BudgetError          the user's own limit
     +- NetworkError         the service was not reached, or the connection broke
     |   +- IncompleteAnswer an answer that stops in the middle
     +- RateLimited          too many requests, or the day's quota
     +- ServiceError         the service is overloaded or broken
     +- PictureRefused       the model refused to make the picture
     +- NoPicture            the model answered, but with no picture
     |   +- NotRead          its picture could not be checked: it is kept
     |   +- PicturesLeft     some of its pictures could not be read; the others are in the library
     |   +- PictureNotShown  its picture is of a type without a decoder: it is kept
     |   +- NotFetched       its picture is at an address that was not reached
     +- StorageError         the disk, the folder, the library
     |   +- LibraryLocked    another process owns the library
     |   +- LibraryTooNew    the library was written by a newer version
     +- PictureUnreadable    bytes that are not a picture we can read
     |   +- NotDecoded       not checked: the decoding process died, hung or did not start
     +- Cancelled            the user stopped it

Foreign errors are converted to these where they appear; anything else is a bug and goes to one
handler (`kind` "bug", exit code 1). `kind` and the exit codes are part of the command line's
contract.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

LONGEST_WAIT = 120.0
"""Limit of an automatic wait in seconds; longer ones are left to the user."""


class Billed(StrEnum):
    """Whether the service billed a request, as far as known."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class StudioError(Exception):
    """Base class of errors with a message for people.

    Our own titles, messages and hints never mention money: `common/billing.py` adds the sentences
    about it when an error is shown, so a later change of `billed` cannot contradict them.

    Attributes:
        title: what happened, in a few words ("The service is busy").
        message: one or two sentences with the facts.
        hint: advice, without the price of another request; may be empty.
        stated: the service's own statement on whether it billed the request; None without one.
        retryable: whether the same request may be retried automatically, if it was not billed.
        repeats: maximum number of automatic retries, if retryable.
        retry_after: seconds to wait as requested by the service. Never shortened: requests with
            more than LONGEST_WAIT are not retried automatically.
        request_id: the service's id of the request, for its support.
        details: the service's own words, redacted and shortened, for "Copy details".
        answered: the error is the content of a readable answer, which need not be kept.
        kept: the answer, or a part of it, is in the journal and can be read again.
    """

    kind: ClassVar[str] = "bug"
    exit_code: ClassVar[int] = 1
    warns: ClassVar[bool] = True
    """Whether the hint includes a warning that another request may be billed too."""

    answered = False
    kept = False

    def __init__(
        self,
        title: str,
        message: str = "",
        *,
        hint: str = "",
        billed: Billed = Billed.NO,
        stated: Billed | None = None,
        retryable: bool = False,
        repeats: int = 3,
        retry_after: float | None = None,
        request_id: str = "",
        details: str = "",
    ) -> None:
        super().__init__(title if not message else f"{title}. {message}")
        self.title = title
        self.message = message
        self.hint = hint
        self.stated = stated
        self._billed = billed
        self.retryable = retryable
        self.repeats = repeats
        self.retry_after = retry_after
        self.request_id = request_id
        self.details = details

    @property
    def billed(self) -> Billed:
        """Whether the request was billed: as the service states, else as far as known."""
        return self._billed if self.stated is None else self.stated

    @billed.setter
    def billed(self, billed: Billed) -> None:
        self._billed = billed


class InputError(StudioError):
    """Input that cannot be used as written."""

    kind = "request"
    exit_code = 2


class UsageError(InputError):
    """Unknown command or option."""


class RequestRefused(StudioError):
    """The service refused the request."""

    kind = "request"
    exit_code = 2


class ModelError(StudioError):
    """The model is unknown, retired or not allowed for this key."""

    kind = "model"
    exit_code = 2


class KeyMissing(StudioError):
    """No key for the profile, or one that cannot be read now."""

    kind = "auth"
    exit_code = 4


class KeyLocked(KeyMissing):
    """The keyring is locked or its prompt was not answered."""


class KeyRefused(KeyMissing):
    """The service does not accept the key."""


class BalanceError(StudioError):
    """The account has no money left."""

    kind = "balance"
    exit_code = 5


class BudgetError(StudioError):
    """The run exceeds the user's own limit."""

    kind = "budget"
    exit_code = 5


class NetworkError(StudioError):
    """The service was not reached, or the connection broke."""

    kind = "network"
    exit_code = 6


class IncompleteAnswer(NetworkError):
    """An answer that stops in the middle."""

    kind = "incomplete"


class RateLimited(StudioError):
    """Too many requests, or the day's quota is used."""

    kind = "rate_limited"
    exit_code = 7


class ServiceError(StudioError):
    """The service is overloaded or broken."""

    kind = "server"
    exit_code = 7


class PictureRefused(StudioError):
    """The model refused to make the picture."""

    kind = "refused"
    exit_code = 3
    warns = False


class NoPicture(StudioError):
    """The model answered, but with no picture; its words, if any, are in the message."""

    kind = "no_image"
    exit_code = 3
    warns = False


class NotRead(NoPicture):
    """The picture of a complete answer could not be decoded; the answer is kept."""

    kind = "storage"
    exit_code = 8


class PicturesLeft(NoPicture):
    """Some pictures of an answer are in the library, others could not be read."""


class PictureNotShown(NoPicture):
    """The picture's type is known, but has no decoder here; the answer is kept."""


class NotFetched(NoPicture):
    """The picture's address was not reached; the answer is kept to try again."""


class StorageError(StudioError):
    """The disk, the folder or the library cannot be read or written.

    Attributes:
        held: the answer could not be written and is held in memory, to be tried again.
        spared: the answer is also stored outside the library, and survives the end of the program.
    """

    kind = "storage"
    exit_code = 8
    warns = False
    held = False
    spared = False


class LibraryLocked(StorageError):
    """Another process owns the library.

    Attributes:
        elsewhere: the process is on another computer, so only the user knows whether it runs.
    """

    elsewhere = False


class LibraryTooNew(StorageError):
    """The library was written by a newer version of the program."""


class PictureUnreadable(StudioError):
    """The bytes are not a picture this program can read."""

    kind = "request"
    exit_code = 2


class NotDecoded(PictureUnreadable):
    """The decoding process failed; the picture may be intact."""


class Cancelled(StudioError):
    """The user cancelled the operation."""

    kind = "cancelled"
    exit_code = 130


EXIT_CODES: dict[str, int] = {
    "refused": 3,
    "no_image": 3,
    "auth": 4,
    "balance": 5,
    "budget": 5,
    "network": 6,
    "incomplete": 6,
    "rate_limited": 7,
    "server": 7,
    "model": 2,
    "request": 2,
    "storage": 8,
    "cancelled": 130,
    "bug": 1,
}
"""Exit code of each `kind`, part of the command line's contract."""
