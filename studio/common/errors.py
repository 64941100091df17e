"""Errors made for people.

    StudioError
     +- InputError           what was asked for cannot be done as written (an empty prompt, a file)
     |   +- UsageError       a command or an option the program does not have
     +- RequestRefused       the service did not like the request (size, aspect, too large)
     +- ModelError           the model is unknown, retired or not allowed for this key
     +- KeyMissing           no key, or a key that cannot be read now
     |   +- KeyLocked        the keyring is locked
     |   +- KeyRefused       the service does not accept the key
     +- BalanceError         the account has no money left
     +- BudgetError          the user's own limit
     +- NetworkError         nothing was reached, or the connection broke
     |   +- IncompleteAnswer an answer that stops in the middle
     +- RateLimited          too many requests, or the day's quota
     +- ServiceError         the service is overloaded or broken
     +- PictureRefused       the model refused to make the picture
     +- NoPicture            the model answered, but with no picture
     |   +- NotRead          nobody could look at its picture: it is kept
     |   +- PicturesLeft     some of its pictures could not be read; the others are in the library
     |   +- NotFetched       its picture lies at an address that was not reached
     +- StorageError         the disk, the folder, the library
     |   +- LibraryLocked    another process owns the library
     |   +- LibraryTooNew    the library was written by a newer version
     +- PictureUnreadable    bytes that are not a picture we can read
     |   +- NotDecoded       nobody could look: the decoding process died, hung or did not start
     +- Cancelled            the user stopped it

Foreign errors are turned into these where they appear; anything else is a bug and goes to the one
handler at the edge (`kind` "bug", exit code 1). `kind` and the exit codes are fixed by the command
line's contract.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

LONGEST_WAIT = 120.0
"""Seconds a job waits by itself when the service asks for it; after more it is the user's turn."""


class Billed(StrEnum):
    """Whether the service took money for it, as far as that is known."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class StudioError(Exception):
    """What happened, in words for a person.

    Attributes:
        title: what happened, a few words ("The service is busy").
        message: one or two sentences with the facts.
        hint: what helps; may be empty.
        billed: whether it may have cost money.
        retryable: whether the same request may be sent again by itself.
        repeats: how often at most it may be sent again by itself, when it is retryable.
        retry_after: seconds the service asks to wait, when it says so. Never shortened: what is
            longer than LONGEST_WAIT is not sent again by itself.
        request_id: the service's own name for the request, to quote to its support.
        details: what the service said word for word, redacted and cut, for "Copy details".
        answered: the answer itself was read and says so: nothing of it has to be kept. Never true
            of an answer that could not be looked at.
        kept: what came of the answer stays in the journal and can be read again.
    """

    kind: ClassVar[str] = "bug"
    exit_code: ClassVar[int] = 1
    answered = False
    kept = False

    def __init__(
        self,
        title: str,
        message: str = "",
        *,
        hint: str = "",
        billed: Billed = Billed.NO,
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
        self.billed = billed
        self.retryable = retryable
        self.repeats = repeats
        self.retry_after = retry_after
        self.request_id = request_id
        self.details = details


class InputError(StudioError):
    """What was asked for cannot be done as written."""

    kind = "request"
    exit_code = 2


class UsageError(InputError):
    """A command or an option the program does not have."""


class RequestRefused(StudioError):
    """The service did not like the request."""

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
    """The run goes over the user's own limit."""

    kind = "budget"
    exit_code = 5


class NetworkError(StudioError):
    """Nothing was reached, or the connection broke."""

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


class NoPicture(StudioError):
    """The model answered, but with no picture; its words, if any, are in the message."""

    kind = "no_image"
    exit_code = 3


class NotRead(NoPicture):
    """Nobody could look at the picture of a whole answer, which is kept like one without room."""

    kind = "storage"
    exit_code = 8


class PicturesLeft(NoPicture):
    """Some pictures of an answer are in the library, others could not be read."""


class NotFetched(NoPicture):
    """The service sent an address, which was not reached; the answer is kept to try it again."""


class StorageError(StudioError):
    """The disk, the folder or the library cannot take or give what is needed.

    Attributes:
        held: an answer that found no room in the library is held in memory, to be tried again.
        spared: it is kept outside the library as well, and survives the end of the program.
    """

    kind = "storage"
    exit_code = 8
    held = False
    spared = False


class LibraryLocked(StorageError):
    """Another process owns the library.

    Attributes:
        elsewhere: on another computer, so that only the user knows whether it still runs.
    """

    elsewhere = False


class LibraryTooNew(StorageError):
    """The library was written by a newer version of the program."""


class PictureUnreadable(StudioError):
    """The bytes are not a picture this program can read."""

    kind = "request"
    exit_code = 2


class NotDecoded(PictureUnreadable):
    """Nobody could look at the picture: it says nothing about its bytes."""


class Cancelled(StudioError):
    """The user stopped it."""

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
"""Exit code of each `kind`, as the command line's contract has it."""
