"""Messages between a command line and the process that owns the library.

Both use the owner's socket (`instance`), which only this user can reach. A message consists of
its length in eight hex digits and that many bytes of JSON. No key is ever sent: the owner has keys
of its own, and only compares a hash.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import msgspec

from studio.common import errors
from studio.common.errors import Billed, StudioError
from studio.common.json_reader import JsonReader
from studio.common.user_input import valid
from studio.domain.budget import Budget
from studio.domain.entities import Job, Picture, Reference, Role
from studio.domain.runs import Run

_HEAD = 8
LONGEST = 64 << 20
"""Limit in bytes of one message; a run of 256 long prompts takes a few million."""


class KeepInput(msgspec.Struct, frozen=True, tag="keep"):
    """Copy a picture into the library's inputs; answered with `InputKept`."""

    path: str
    role: Role
    name: str
    picture: str | None = None


class GetBudget(msgspec.Struct, frozen=True, tag="money"):
    """Request the month's budget; answered with `BudgetStanding`."""


class MakePictures(msgspec.Struct, frozen=True, tag="make"):
    """Make the pictures of a run; answered with `RunQueued`, then updates, finally `RunEnded`.

    Attributes:
        addresses: address of each profile of the run, as known to the client.
        key: hash of a key given only to the client; "" when there is none.
    """

    run: Run
    addresses: dict[str, str]
    key: str = ""


class CancelRequest(msgspec.Struct, frozen=True, tag="cancel"):
    """Cancel the run of this connection."""


class ChangeLibrary(msgspec.Struct, frozen=True, tag="change", kw_only=True):
    """A change to the library; answered with `ChangeDone`.

    Attributes:
        ids: pictures, possibly by the start of their ids.
        name, search: name and text of a collection or saved search.
        paths: files and folders to import.
    """

    action: str
    ids: list[str] = []
    name: str = ""
    search: str = ""
    paths: list[str] = []
    stars: int = 0
    add: list[str] = []
    remove: list[str] = []


Request = KeepInput | GetBudget | MakePictures | CancelRequest | ChangeLibrary


class InputKept(msgspec.Struct, frozen=True, tag="kept"):
    """The picture as a reference."""

    reference: Reference


class BudgetStanding(msgspec.Struct, frozen=True, tag="standing"):
    """The month's budget including the owner's jobs in progress."""

    budget: Budget


class RunQueued(msgspec.Struct, frozen=True, tag="taken"):
    """The run is queued; `paused` if the queue sends nothing for now."""

    paused: bool = False


class JobUpdate(msgspec.Struct, frozen=True, tag="job"):
    """A job of the run has changed."""

    job: Job


class PicturesReady(msgspec.Struct, frozen=True, tag="came"):
    """Pictures of a job are in the library."""

    job: str
    pictures: list[Picture]


class RunEnded(msgspec.Struct, frozen=True, tag="over"):
    """Every job of the run has ended."""


class ChangeDone(msgspec.Struct, frozen=True, tag="said"):
    """Result of a change: a sentence, or `number` or `facts` if data was requested."""

    sentence: str = ""
    number: int = 0
    facts: dict[str, Any] = {}


class RequestFailed(msgspec.Struct, frozen=True, tag="refused"):
    """The request failed, with the texts of the error."""

    name: str
    title: str
    message: str = ""
    hint: str = ""
    billed: Billed = Billed.NO

    @classmethod
    def of(cls, error: StudioError) -> RequestFailed:
        """Message for an error of the owner."""
        # A sentence may contain a file name that is not valid text.
        title, message, hint = map(valid, (error.title, error.message, error.hint))
        return cls(type(error).__name__, title, message, hint, error.billed)

    @property
    def error(self) -> StudioError:
        """The same error in the client, with its exit code."""
        kind = getattr(errors, self.name, StudioError)
        known = isinstance(kind, type) and issubclass(kind, StudioError)
        return (kind if known else StudioError)(
            self.title, self.message, hint=self.hint, billed=self.billed
        )


Reply = (
    InputKept
    | BudgetStanding
    | RunQueued
    | JobUpdate
    | PicturesReady
    | RunEnded
    | ChangeDone
    | RequestFailed
)

_requests: JsonReader[Request] = JsonReader(Request)
_replies: JsonReader[Reply] = JsonReader(Reply)


async def send_message(writer: asyncio.StreamWriter, message: Request | Reply) -> None:
    """Send a message. Raises OSError if the peer is gone."""
    body = msgspec.json.encode(message)
    writer.write(b"%08x" % len(body) + body)
    await writer.drain()


async def next_request(reader: asyncio.StreamReader) -> Request:
    """The client's next message. Raises EOFError, OSError, ValueError."""
    return _requests.decode(await _frame(reader))


async def next_reply(reader: asyncio.StreamReader) -> Reply:
    """The owner's next message. Raises EOFError, OSError, ValueError."""
    return _replies.decode(await _frame(reader))


async def _frame(reader: asyncio.StreamReader) -> bytes:
    size = int(await reader.readexactly(_HEAD), 16)
    if not 0 <= size <= LONGEST:
        raise ValueError(size)
    return await reader.readexactly(size)


def mark_of(key: str | None) -> str:
    """Hash that distinguishes keys without revealing them; "" for none."""
    return hashlib.sha256(f"gridbrush {key}".encode()).hexdigest() if key else ""
