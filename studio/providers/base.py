"""What a provider is: it sends one request and reads one answer, and knows nothing else.

A provider gets (request, key, client, sink). It never sees journal, library, queue or keyring. It
alone knows its wire: where a request goes, how it is written and where the pictures of an answer
are. Of an answer no more is presumed than that it is JSON, or a stream of events of JSON, with its
pictures as base64 in strings or at addresses.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from studio.common.errors import Billed, NoPicture, StudioError
from studio.common.files import storage_error
from studio.common.i18n import _
from studio.domain.entities import GenerationRequest, Grounding, Reference
from studio.domain.models import ListedModel, Model, ServiceObservation
from studio.domain.usage import Usage
from studio.imaging.upload_limits import UploadLimits
from studio.providers import base64_text
from studio.providers.sink import BeforeFirstByte, Sink

if TYPE_CHECKING:
    from studio.providers.history import ConversationHistory, Part
    from studio.providers.transport import HttpClient

FindModel = Callable[[str], Model]
"""Gives a model of a profile by its id."""

Learn = Callable[[ServiceObservation], None]
"""Keeps what an answer taught. Blocking."""


@dataclass(frozen=True, slots=True)
class InputPicture:
    """A picture to send with a prompt.

    Attributes:
        load: gives its bytes, ready to send (upright, within the limits), and their media type.
    """

    reference: Reference
    load: Callable[[], Awaitable[tuple[bytes, str]]]


@dataclass(frozen=True, slots=True)
class SpilledString:
    """A long string of a JSON body, left where it is: the bytes `start` to `end` of the file.

    The bytes are those between the quotes, with JSON escapes.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """A JSON body as the scanner saw it.

    Attributes:
        value: the parsed JSON, with a SpilledString in the place of every long string; None when
            the body is not JSON.
        complete: the value was closed; False for a body that was cut.
        trailing: something that is not white space came after the value.
        json: whether the body was JSON at all, as far as it went.
        long: there was a string so long that it may be a picture.
        refused: why the reader gave up in the middle: it has more than is taken.
    """

    value: Any
    complete: bool
    trailing: bool = False
    json: bool = True
    long: bool = False
    refused: StudioError | None = None


class LongStringHandler(Protocol):
    """Hears the content of every long string while it is scanned, as it stands in the JSON."""

    def begin_string(self, start: int) -> None:
        """One begins at that byte of the body."""

    def add_piece(self, piece: bytes | memoryview) -> None:
        """More of it."""

    def end_string(self, end: int) -> None:
        """It ended before that byte."""


class Scanner(Protocol):
    """Follows a body while it arrives. Fed its bytes in order, in pieces of any size.

    Whoever listens hears of each picture that way: it is decoded while it comes, and a body in
    which none begins is not read without end.
    """

    @property
    def complete(self) -> bool:
        """Whether the value is closed; of a stream, whether it has said that this was all."""

    @property
    def streaming(self) -> bool:
        """Whether the body is a stream of events, which may go on after it was complete."""

    @property
    def ended(self) -> bool:
        """Whether nothing more need come."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Never raises; what is too much is told by `finish`."""

    def finish(self) -> Scan:
        """What was fed, parsed; more may be fed afterwards. Never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPicture:
    """A picture within an answer, not decoded yet.

    Attributes:
        data: its base64: where it lies in the body, or the text itself when it is short.
        media_type: as declared; often wrong, the bytes decide.
        draft: made while thinking, not meant as the result.
        url: where it must be fetched, when the service sent an address instead of bytes.
    """

    data: SpilledString | str = field(default="", repr=False)
    media_type: str = ""
    draft: bool = False
    url: str = ""

    def chunks(self, body: Path) -> Iterator[bytes]:
        """The picture's bytes, decoded from the answer's body file in pieces. Blocking.

        Raises NoPicture when the text is no base64 or only an address came, StorageError when the
        file cannot be read.
        """
        if self.url:
            raise NoPicture(
                _("The service sent an address instead of a picture"),
                self.url,
                hint=_("Open it soon, the address will expire. It may have been billed."),
                billed=Billed.MAYBE,
            )
        if isinstance(self.data, str):
            pieces: Iterator[bytes] = iter((self.data.encode(errors="replace"),))
        else:
            pieces = base64_text.from_file(body, self.data.start, self.data.end)
        try:
            yield from base64_text.decode(pieces)
        except base64_text.DirtyBase64Error as error:
            raise NoPicture(
                _("The picture in the answer is damaged"),
                _("The service sent a picture that cannot be decoded: {reason}.").format(
                    reason=error
                ),
                hint=_("Try again; the damaged answer may have been billed."),
                billed=Billed.MAYBE,
            ) from error
        except OSError as error:
            raise storage_error(error, body) from error


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One part of the model's answer as it came, for a later turn of a conversation.

    Attributes:
        part: its JSON, with a SpilledString in the place of every long string.
        picture: number of its picture within the answer, if it has one.
    """

    part: Mapping[str, Any] = field(repr=False)
    picture: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one request.

    Attributes:
        pictures: all of them in the order sent, drafts too; the last that is no draft is the one.
        words: what the model said beside them.
        model_version: the model that really answered, when it says so.
        seed: the seed that was used, when the service says so.
        warnings: what was odd about it, in sentences for a person.
        parts: the model's own parts, in the order sent; none where it cannot be gone on with.
        grounding: what it looked up, when it was allowed to search and did.
    """

    pictures: tuple[AnswerPicture, ...]
    words: str = ""
    finish_reason: str = ""
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
    """A whole answer as it lies on disk.

    Attributes:
        headers: names in lower case.
        body: file with the body's bytes, nothing before or after.
        scan: what the scanner made of the body while it arrived; None scans the file now.
        cut: it stopped in the middle, and what was open in it is closed: what is there will do.
        key: used for nothing but to keep it out of every text.
    """

    status: int
    headers: Mapping[str, str]
    body: Path
    request: GenerationRequest
    scan: Scan | None = None
    cut: bool = False
    key: str = field(default="", repr=False)


class Provider(Protocol):
    """One service behind one profile, in the language of its wire."""

    @property
    def wire(self) -> str:
        """Name of its wire in the registry; noted with every answer."""

    @property
    def reader_version(self) -> int:
        """Kept with an answer that was looked at in vain: a newer reader looks once more."""

    @property
    def limits(self) -> UploadLimits:
        """What pictures may be sent with a request."""

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
    ) -> None:
        """Send one request; the answer, of whatever status, goes to `sink`.

        `past` is the conversation it goes on with; told by its last picture where it cannot be
        told again.

        Raises StudioError when nothing could be sent or the connection broke. Cancelling the task
        closes the connection.
        """

    def read(self, source: AnswerSource) -> Answer:
        """Make sense of an answer. Blocking. Raises StudioError when it has no picture.

        Raises IncompleteAnswer for one that is not whole, unless the source says that it was cut.
        `answered` is set of an error only where the answer itself says that there is no picture:
        it is let go then.
        """

    def scanner(self, listener: LongStringHandler) -> Scanner:
        """What follows one answer while it arrives."""

    def scan(self, body: Path) -> Scan:
        """Scan a body that lies on disk. Blocking. Raises StorageError."""

    def extract_turn(self, answer: Answer, body: Path) -> bytes | None:
        """The model's parts for a later turn, pictures left out; None when there can be none.

        Blocking. Raises OSError.
        """

    def kept_parts(self, data: bytes) -> tuple[Part, ...]:
        """What `extract_turn` gave, read again. Raises ValueError for anything else."""

    async def listed(self, key: str | None, client: HttpClient) -> tuple[ListedModel, ...]:
        """The image models the service lists: free of charge, and so the test of a key."""
