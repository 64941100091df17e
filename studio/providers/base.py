"""Interface of a provider, which sends one request and reads one response.

A provider gets (request, key, client, sink), and never journal, library, queue or keyring. Only the
provider depends on its wire: the address and format of a request and the position of pictures in a
response. Callers assume only that a response is JSON, or a stream of JSON events, with its pictures
as base64 strings or addresses.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from studio.common.errors import Billed, NoPicture, StudioError
from studio.common.files import storage_error
from studio.common.i18n import _
from studio.domain.entities import GenerationRequest, Grounding, Reference
from studio.domain.models import ListedModel, Model, ServiceObservation
from studio.domain.request_fields import RequestChanges
from studio.domain.usage import Usage
from studio.imaging.upload_limits import UploadLimits
from studio.providers import base64_text
from studio.providers.sink import BeforeFirstByte, Sink

if TYPE_CHECKING:
    from studio.providers.history import ConversationHistory, Part
    from studio.providers.transport import HttpClient

FindModel = Callable[[str], Model]
"""Returns a model of a profile by its id."""

Learn = Callable[[ServiceObservation], None]
"""Stores an observation from a response. Blocking."""


RecordChanges = Callable[[RequestChanges], Awaitable[None]]
"""Records how a request as sent differs from the user's choices."""


@dataclass(frozen=True, slots=True)
class InputPicture:
    """A picture to send with a prompt.

    Attributes:
        load: returns its bytes, ready to send (upright, within the limits), and their media type.
    """

    reference: Reference
    load: Callable[[], Awaitable[tuple[bytes, str]]]


@dataclass(frozen=True, slots=True)
class SpilledString:
    """A long string of a JSON body, left in the file: its bytes from `start` to `end`.

    The range excludes the quotes; JSON escapes are not decoded.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """Result of scanning a JSON body.

    Attributes:
        value: the parsed JSON, with a SpilledString in place of every long string; None if the
            body is not JSON.
        complete: whether the value was closed; False for a truncated body.
        trailing: whether anything but white space followed the value.
        json: whether the body was JSON, as far as it was received.
        long: whether a string was long enough to be a picture.
        refused: reason for stopping halfway: a limit was exceeded.
    """

    value: Any
    complete: bool
    trailing: bool = False
    json: bool = True
    long: bool = False
    refused: StudioError | None = None


class LongStringHandler(Protocol):
    """Receives the content of every long string during the scan, as raw JSON."""

    def begin_string(self, start: int) -> None:
        """A string begins at byte `start` of the body."""

    def add_piece(self, piece: bytes | memoryview) -> None:
        """A piece of the string's content."""

    def end_string(self, end: int) -> None:
        """The string ends before byte `end` of the body."""


class Scanner(Protocol):
    """Scanner for a body while it arrives, fed with its bytes in order, in pieces of any size.

    The listener gets each picture during the scan, so that pictures are decoded as they arrive, and
    reading can stop if no picture begins.
    """

    @property
    def complete(self) -> bool:
        """Whether the value is closed; for a stream, whether its end marker was received."""

    @property
    def streaming(self) -> bool:
        """Whether the body is a stream of events, which may continue after `complete`."""

    @property
    def ended(self) -> bool:
        """Whether the body may end here."""

    def feed(self, data: bytes) -> None:
        """Scan the next bytes. Never raises; `finish` reports an exceeded limit."""

    def finish(self) -> Scan:
        """Parse the bytes fed so far; more may be fed afterwards. Never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPicture:
    """A picture in a response, not decoded yet.

    Attributes:
        data: its base64: position in the body, or the text itself if short; several pieces if the
            base64 was divided.
        plain: whether the bytes at that position are the picture itself, without base64.
        media_type: as declared; often wrong, the bytes decide.
        draft: whether it was made while thinking, and is not meant as the result.
        url: address to fetch it from, when the service sent no bytes.
    """

    data: SpilledString | str | tuple[SpilledString | str, ...] = field(default="", repr=False)
    plain: bool = False
    media_type: str = ""
    draft: bool = False
    url: str = ""

    def chunks(self, body: Path) -> Iterator[bytes]:
        """Decode the picture's bytes from the response's body file in pieces. Blocking.

        Raises NoPicture if the text is not base64 or only an address was sent, StorageError when
        the file cannot be read.
        """
        if self.url:
            raise NoPicture(
                _("The service sent an address instead of a picture"),
                self.url,
                hint=_("Open it soon; the address will expire."),
                billed=Billed.MAYBE,
            )
        places = self.data if isinstance(self.data, tuple) else (self.data,)
        pieces = itertools.chain.from_iterable(_pieces(one, body) for one in places)
        try:
            yield from pieces if self.plain else base64_text.decode(pieces)
        except base64_text.DirtyBase64Error as error:
            raise NoPicture(
                _("The picture in the answer is damaged"),
                _("The service sent a picture that cannot be decoded: {reason}.").format(
                    reason=error
                ),
                hint=_("Try again."),
                billed=Billed.MAYBE,
            ) from error
        except OSError as error:
            raise storage_error(error, body) from error


def _pieces(place: SpilledString | str, body: Path) -> Iterator[bytes]:
    if isinstance(place, str):
        return iter((place.encode(errors="replace"),))
    return base64_text.from_file(body, place.start, place.end)


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One part of the model's response, unchanged, for a later turn of a conversation.

    Attributes:
        part: its JSON, with a SpilledString in place of every long string.
        picture: number of its picture within the response, if it has one.
    """

    part: Mapping[str, Any] = field(repr=False)
    picture: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Contents of the response to one request.

    Attributes:
        pictures: all pictures in the order sent, with drafts; the last non-draft is the result.
        words: the model's text.
        model_version: the model actually used, if given.
        seed: the seed actually used, if given.
        warnings: oddities of the response, as sentences for the user.
        parts: the model's own parts, in the order sent; empty if the conversation cannot continue.
        grounding: the model's searches, if allowed and made.
    """

    pictures: tuple[AnswerPicture, ...]
    words: str = ""
    usage: Usage | None = None
    model_version: str = ""
    request_id: str = ""
    seed: int | None = None
    warnings: tuple[str, ...] = ()
    parts: tuple[KeptPart, ...] = field(default=(), repr=False)
    grounding: Grounding | None = None

    @property
    def results(self) -> tuple[AnswerPicture, ...]:
        """The pictures that are not drafts."""
        return tuple(picture for picture in self.pictures if not picture.draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSource:
    """A complete response on disk.

    Attributes:
        headers: names in lower case.
        body: file with the body's bytes, nothing before or after.
        scan: result of the scan during reception; None scans the file now.
        cut: whether the body was truncated and its open values closed, so that a part is enough.
        key: used only to redact it from texts.
    """

    status: int
    headers: Mapping[str, str]
    body: Path
    request: GenerationRequest
    scan: Scan | None = None
    cut: bool = False
    key: str = field(default="", repr=False)


class Provider(Protocol):
    """The service of one profile, in the format of its wire."""

    @property
    def wire(self) -> str:
        """Name of the wire in the registry, which is stored with every response."""

    @property
    def reader_version(self) -> int:
        """Version of `read`, stored with each unreadable response; a newer version tries again."""

    @property
    def limits(self) -> UploadLimits:
        """Limits of pictures sent with a request."""

    async def send(
        self,
        request: GenerationRequest,
        inputs: Sequence[InputPicture],
        key: str | None,
        client: HttpClient,
        sink: Sink,
        *,
        before_first_byte: BeforeFirstByte | None = None,
        past: ConversationHistory | None = None,
        record_changes: RecordChanges | None = None,
    ) -> None:
        """Send one request; the response, whatever its status, goes to `sink`.

        `past` is the conversation to continue; if it cannot be replayed, only its last picture is
        sent. `record_changes` is called before the first byte of a request that lacks some of the
        choices. Raises StudioError if nothing could be sent or the connection broke. Cancelling the
        task closes the connection.
        """

    def read(self, source: AnswerSource) -> Answer:
        """Interpret a response. Blocking. Raises StudioError if it has no picture.

        Raises IncompleteAnswer for a truncated response, unless the source has `cut` set. An error
        has `answered` set only if the response itself states that there is no picture: it may then
        be discarded.
        """

    def scanner(self, listener: LongStringHandler) -> Scanner:
        """Scanner for one response while it arrives."""

    def scan(self, body: Path) -> Scan:
        """Scan a body on disk. Blocking. Raises StorageError."""

    def extract_turn(self, answer: Answer, body: Path) -> bytes | None:
        """The model's parts for a later turn, without pictures; None if there can be none.

        Blocking. Raises OSError.
        """

    def kept_parts(self, data: bytes) -> tuple[Part, ...]:
        """Parse the result of `extract_turn`. Raises ValueError for anything else."""

    async def listed(self, key: str | None, client: HttpClient) -> tuple[ListedModel, ...]:
        """Image models listed by the service; free of charge, so also used to test a key."""
