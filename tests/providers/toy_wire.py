"""Another wire, made up: a form with files out, a stream of events back, nothing as elsewhere.

    POST <address>/atelier/paint      a form: `order` (JSON), one `sketch` file for each reference
    GET  <address>/atelier/brushes    {"brushes": [{"brush": id}]}

    event: stroke                     event: canvas                          event: signed
    data: {"done": 0.5}               data: {"type": ..., "paint": base64}   data: {"cost": 7}

It is registered by tests alone, and knows no more of the house than a wire must. The server behind
it speaks over a real connection on loopback.
"""

from __future__ import annotations

import base64
import email.policy
import json
from collections.abc import Callable, Iterator, Sequence
from email.parser import BytesParser
from pathlib import Path
from typing import Any, ClassVar

from studio.common.errors import (
    Billed,
    IncompleteAnswer,
    KeyRefused,
    NoPicture,
    PictureRefused,
    ServiceError,
)
from studio.common.files import storage_error
from studio.config.settings import Profile
from studio.domain.entities import GenerationRequest
from studio.domain.models import ListedModel
from studio.domain.usage import Usage
from studio.imaging.upload_limits import UploadLimits
from studio.providers.base import (
    Answer,
    AnswerPicture,
    AnswerSource,
    FindModel,
    InputPicture,
    Learn,
    LongStringHandler,
    Provider,
    RecordChanges,
    Scan,
    SpilledString,
)
from studio.providers.history import ConversationHistory, Part
from studio.providers.sink import BeforeFirstByte, Sink
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply, Request, tiny_png

TOY = "toy"
READER_VERSION = 7
BOUNDARY = "toy-boundary-5f2c"
LONGEST = 200
PICTURE = tiny_png(40, 30)

_MARK = b'"paint": "'
_PIECE = 1 << 16


class ToyScanner:
    """Follows a stream of events; of a picture only its place is kept."""

    streaming = True

    def __init__(self, listener: LongStringHandler | None = None) -> None:
        self.complete = False
        self._listener = listener
        self._received = 0
        self._line = bytearray()
        self._start: int | None = None
        self._spilled: list[SpilledString] = []
        self._name = ""
        self._events: list[tuple[str, Any]] = []
        self._broken = False

    @property
    def ended(self) -> bool:
        return self.complete

    def feed(self, data: bytes) -> None:
        base, position = self._received, 0
        self._received += len(data)
        while position < len(data):
            if self._start is not None:
                position = self._take_picture(data, position, base)
                continue
            self._line.append(data[position])
            position += 1
            if self._line.endswith(_MARK):
                self._start = base + position
                if self._listener is not None:
                    self._listener.begin_string(self._start)
            elif self._line.endswith(b"\n"):
                self._take_line(bytes(self._line).strip())
                self._line.clear()

    def _take_picture(self, data: bytes, position: int, base: int) -> int:
        assert self._start is not None
        quote = data.find(b'"', position)
        end = quote if quote >= 0 else len(data)
        if self._listener is not None:
            self._listener.add_piece(data[position:end])
        if quote < 0:
            return end
        if self._listener is not None:
            self._listener.end_string(base + quote)
        self._line += b'%d"' % len(self._spilled)
        self._spilled.append(SpilledString(self._start, base + quote))
        self._start = None
        return quote + 1

    def _take_line(self, line: bytes) -> None:
        if line.startswith(b"event:"):
            self._name = line[6:].strip().decode("utf-8", "replace")
        elif line.startswith(b"data:"):
            try:
                value = json.loads(line[5:])
            except ValueError:
                self._broken = True
                return
            if isinstance(value, dict) and "paint" in value:
                value["paint"] = self._spilled[int(value["paint"])]
            self._events.append((self._name, value))
            self.complete = self._name == "signed"
        elif line:
            self._broken = True

    def finish(self) -> Scan:
        return Scan(
            list(self._events),
            complete=self.complete,
            json=not self._broken,
            long=bool(self._spilled) or self._start is not None,
        )


class ToyWire:
    """A provider of this wire."""

    wire = TOY
    reader_version = READER_VERSION
    limits = UploadLimits(longest=LONGEST)
    scanned: ClassVar[list[Path]] = []

    def __init__(self, profile: Profile, find_model: FindModel, learn: Learn) -> None:
        self._profile = profile
        self._find_model = find_model

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
        order = {"brush": request.model, "wish": request.prompt, "shape": str(request.aspect or "")}
        pieces = [_piece("order", "", "application/json", json.dumps(order).encode())]
        for number, one in enumerate(inputs):
            data, kind = await one.load()
            pieces.append(_piece("sketch", f"{number}.{kind.rpartition('/')[2]}", kind, data))
        body = b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Accept": "text/event-stream",
            "X-Toy-Key": key or "",
        }
        url = f"{self._profile.base_url}/atelier/paint"
        await client.post(url, headers, body, sink, before_first_byte=before_first_byte)

    def read(self, source: AnswerSource) -> Answer:
        if source.status == 401:
            raise KeyRefused("The toy does not know this key")
        if source.status >= 300:
            raise ServiceError("The toy is broken", retryable=source.status == 503)
        scan = source.scan if source.scan is not None else self.scan(source.body)
        if not (scan.complete or source.cut):
            raise IncompleteAnswer("The toy did not sign", billed=Billed.MAYBE)
        pictures: list[AnswerPicture] = []
        usage = None
        for name, value in scan.value:
            if name == "canvas":
                picture = AnswerPicture(data=value["paint"], media_type=value["type"])
                pictures.append(picture)
            elif name == "refused":
                error = PictureRefused("The toy does not want to", value["why"], billed=Billed.NO)
                error.answered = True
                raise error
            elif name == "signed":
                usage = Usage(answer_tokens=value["cost"])
        if not pictures:
            raise NoPicture("The toy painted nothing", billed=Billed.MAYBE)
        return Answer(pictures=tuple(pictures), usage=usage, model_version="toy-1.5")

    def scanner(self, listener: LongStringHandler) -> ToyScanner:
        return ToyScanner(listener)

    def scan(self, body: Path) -> Scan:
        self.scanned.append(body)
        scanner = ToyScanner()
        try:
            with body.open("rb") as file:
                while piece := file.read(_PIECE):
                    scanner.feed(piece)
        except OSError as error:
            raise storage_error(error, body) from error
        return scanner.finish()

    def extract_turn(self, answer: Answer, body: Path) -> bytes | None:
        return None

    def kept_parts(self, data: bytes) -> tuple[Part, ...]:
        raise ValueError("a toy remembers nothing")

    async def listed(self, key: str | None, client: HttpClient) -> tuple[ListedModel, ...]:
        address = f"{self._profile.base_url}/atelier/brushes"
        reply = await client.get_json(address, {"X-Toy-Key": key or ""})
        if reply.status != 200:
            raise KeyRefused("The toy does not know this key")
        return tuple(ListedModel(one["brush"]) for one in json.loads(reply.body)["brushes"])


MAKE: Callable[[Profile, FindModel, Learn], Provider] = ToyWire
"""As the registry has it: the type checker sees that nothing of a provider is missing."""


def _piece(name: str, filename: str, kind: str, data: bytes) -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n'
    return f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"


# The service


def events(*pictures: bytes, kind: str = "image/png", signed: bool = True, gap: str = " ") -> bytes:
    """An answer with these pictures; `gap` stands between the name of a field and its value."""
    told: list[tuple[str, dict[str, Any]]] = [("stroke", {"done": 0.5})]
    told += [
        ("canvas", {"type": kind, "paint": base64.b64encode(data).decode()}) for data in pictures
    ]
    if signed:
        told.append(("signed", {"cost": 7}))
    return "".join(
        f"event:{gap}{name}\ndata:{gap}{json.dumps(value)}\n\n" for name, value in told
    ).encode()


def refusal(why: str) -> bytes:
    told = json.dumps({"why": why})
    return f'event: refused\ndata: {told}\n\nevent: signed\ndata: {{"cost": 0}}\n\n'.encode()


def streamed(body: bytes, **more: Any) -> Reply:
    return Reply(body=body, headers={"Content-Type": "text/event-stream"}, **more)


def form(request: Request) -> Iterator[tuple[str, str, str, bytes]]:
    """The parts of a form as any server reads them: name, file name, media type, content."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    whole = BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    assert whole.is_multipart()
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        yield str(name), part.get_filename() or "", part.get_content_type(), content


def toy_service(paint: Callable[[Request], Reply] | None = None) -> FakeService:
    """A server on loopback that speaks this wire and no other."""

    def answer(request: Request) -> Reply:
        if (request.method, request.path) == ("GET", "/atelier/brushes"):
            return Reply(body={"brushes": [{"brush": "fine"}, {"brush": "broad"}]})
        if (request.method, request.path) != ("POST", "/atelier/paint"):
            return Reply(404, {"toy": "nothing here"})
        if not request.headers.get("x-toy-key"):
            return Reply(401, {"toy": "who are you?"})
        return paint(request) if paint is not None else streamed(events(PICTURE))

    return FakeService(fallback=answer)
