"""Entities: frozen values without side effects.

Times are seconds since 1970 UTC as floats, sizes are pixels, money is US dollars.
"""

from __future__ import annotations

import hashlib
import math
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum

from studio.common.display_text import one_line
from studio.common.errors import Billed
from studio.domain.derivation import Derivation
from studio.domain.markup import Markup

_id_lock = threading.Lock()
_last_id = 0


def key_of(id: str) -> int:
    """A number for an id, for grouping: positive and below 2**62."""
    digest = hashlib.blake2b(id.encode(errors="surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest) >> 2) | 1


def new_id() -> str:
    """A UUIDv7 (RFC 9562): ordered by time, and strictly increasing within one process."""
    global _last_id
    with _id_lock:
        millis = time.time_ns() // 1_000_000
        if millis <= _last_id >> 74:
            # Same millisecond, or the clock went back: increment, to keep the order.
            value = _last_id + (secrets.randbits(32) | 1)
        else:
            value = (millis << 74) | secrets.randbits(74)
        _last_id = value
    millis, rand = value >> 74, value & ((1 << 74) - 1)
    number = (millis << 80) | (0x7 << 76) | ((rand >> 62) << 64) | (0b10 << 62)
    number |= rand & ((1 << 62) - 1)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@dataclass(frozen=True, slots=True)
class AspectRatio:
    """Width to height of a picture as small whole numbers, such as 16:9."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> AspectRatio:
        """Read "16:9" (also "16x9", "16/9"). Raises ValueError for anything else."""
        match = re.fullmatch(r"\s*(\d{1,4})\s*[:x×/]\s*(\d{1,4})\s*", text)
        if not match or not int(match[1]) or not int(match[2]):
            raise ValueError(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, width: int, height: int) -> AspectRatio:
        """The exact ratio of a picture of that many pixels, in lowest terms."""
        shared = math.gcd(width, height)
        return cls(width // shared, height // shared)

    @property
    def value(self) -> float:
        """Width divided by height."""
        return self.width / self.height

    def near(self, width: int, height: int, *, within: float = 0.03) -> bool:
        """Whether a picture of these pixels has this ratio, within a relative tolerance."""
        return abs(width / height / self.value - 1) <= within

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"


class Role(StrEnum):
    """Role of a reference picture.

    ANSWER is the role of a model's answer in a picture composed from it here; it is never sent.
    """

    EDIT = "edit"
    SUBJECT = "subject"
    STYLE = "style"
    PALETTE = "palette"
    COMPOSITION = "composition"
    MASK = "mask"
    FREE = "free"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationOrigin:
    """Origin of a picture's conversation.

    Attributes:
        profile, model: provider and model, the only ones that can continue it.
        turns: number of turns so far.
    """

    profile: str
    model: str
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A picture sent with a prompt; its bytes are in the library's inputs.

    Attributes:
        sha256: hex digest of the bytes; names the file in `.gridbrush/inputs/`.
        media_type: media type by magic bytes, such as "image/png".
        picture: id of the library's picture it was taken from, if any (lineage).
        name: name in the interface.
        talk: the conversation that ends with this picture, if one was stored.
        sentence: tells the model what the picture is for; "" for nothing, None for the sentence of
            its role. Never None in a planned request.
    """

    sha256: str
    media_type: str
    role: Role = Role.FREE
    picture: str | None = None
    name: str = ""
    talk: ConversationOrigin | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class SafetySetting:
    """Safety threshold for one category of harm.

    Attributes:
        category: category such as "HARASSMENT", with or without the service's "HARM_CATEGORY_"
            prefix.
        threshold: threshold such as "BLOCK_ONLY_HIGH".
    """

    category: str
    threshold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """Advanced choices; the defaults leave everything to the model.

    Attributes: those of the same names in GenerationRequest.
    """

    system: str = ""
    temperature: float | None = None
    thinking: str = ""
    search: bool = False
    safety: tuple[SafetySetting, ...] = ()
    image_search: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class GroundingSource:
    """A page that the model used, or a search it made: address (may be empty) and title."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """Searches that a model made for a picture.

    Attributes:
        queries: search queries, for the web and for images.
        sources: pages that the model names.
        searches: the service's links to these searches, which its terms require to be shown.
        image_queries: the subset of `queries` that were searches for images.
        billed: number of queries that count for the price: each once as a web search and once as
            an image search.
    """

    queries: tuple[str, ...] = ()
    sources: tuple[GroundingSource, ...] = ()
    searches: tuple[GroundingSource, ...] = ()
    image_queries: tuple[str, ...] = ()
    billed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """The complete request of one picture, independent of widgets and settings.

    Attributes:
        profile: name of the provider profile ("dgrid", "google", "sketch" or the user's own).
        aspect: ratio; None follows the input picture, or leaves it to the model.
        size: "512", "1K", "2K", "4K", or the user's own spelling; None leaves it to the model.
        seed: seed to send; None sends none.
        source_prompt: the prompt as written, before {a|b} was expanded; shown in the history.
        system: system instruction; empty sends none.
        temperature: 0 to 2; None leaves it to the model.
        search: the model may search, if it supports that.
        thinking: "minimal", "low", "medium" or "high"; empty leaves it to the model.
        image_search: the model may also search for images, if it may search at all.
        detail: "low", "medium", "high" or "ultra_high": resolution at which the model reads the
            references; empty leaves it to the model.
        extra_fields: JSON of the provider's extra fields; empty without any.
        continues: id of the edited picture whose conversation is continued, if any.
        markup: markup of the edited picture, with one frame at most; None for none.
    """

    profile: str
    model: str
    prompt: str
    aspect: AspectRatio | None = None
    size: str | None = None
    seed: int | None = None
    references: tuple[Reference, ...] = ()
    source_prompt: str = ""
    system: str = ""
    temperature: float | None = None
    safety: tuple[SafetySetting, ...] = ()
    search: bool = False
    thinking: str = ""
    continues: str | None = None
    image_search: bool = False
    detail: str = ""
    extra_fields: str = field(default="", repr=False)
    markup: Markup | None = None

    @property
    def edited(self) -> Reference | None:
        return next((r for r in self.references if r.role is Role.EDIT), None)

    @property
    def advanced(self) -> Advanced:
        return Advanced(
            system=self.system,
            temperature=self.temperature,
            thinking=self.thinking,
            search=self.search,
            safety=self.safety,
            image_search=self.image_search,
            detail=self.detail,
        )


class JobState(StrEnum):
    """State of a job. The first five are alive; the others wait for the user or are final."""

    QUEUED = "queued"
    WAITING = "waiting"  # sent, nothing has come back
    RECEIVING = "receiving"
    RETRYING = "retrying"  # counting down to the next attempt
    INGESTING = "ingesting"  # complete, being added to the library
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNSENT = "unsent"  # found at start: queued by an earlier session, never sent
    UNKNOWN = "unknown"  # found at start: sent, no answer; may have been billed
    CUT = "cut"  # found at start: part of an answer arrived


ALIVE = frozenset(
    {
        JobState.QUEUED,
        JobState.WAITING,
        JobState.RECEIVING,
        JobState.RETRYING,
        JobState.INGESTING,
    }
)


class HoldReason(StrEnum):
    """Reason other than its place in the queue why a job is not sent yet."""

    NONE = ""
    PAUSED = "paused"  # the user paused the queue
    PACE = "pace"  # its provider takes no more requests this minute
    KEY = "key"  # its provider has no key


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Reason for a job without a picture, as shown on its tile and by the command line.

    Attributes:
        retry_at: earliest time of another request, if the service gave one.
        kept: the answer, or a part of it, is in the journal and can be read again.
    """

    kind: str
    title: str
    message: str = ""
    hint: str = ""
    billed: Billed = Billed.NO
    request_id: str = ""
    details: str = ""
    words: str = ""
    retry_at: float | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """State of one picture being made. A new value is published at every change.

    Attributes:
        name: short name for the tile: its variant, or the start of its prompt.
        position: position in its run, from 0.
        attempt: number of the current or last attempt, from 1; 0 before the first.
        started: time when the current attempt was sent.
        received: bytes of the answer so far.
        retry_at: time of the next attempt, while retrying.
        retry_reason: reason in a few words, while retrying.
        queue_place: 1 for the next to be sent, while queued.
        hold: reason other than its place for waiting, while queued.
        send_at: time at which the provider's rate limit allows it, while held for that.
        late: the answer takes longer than expected, and its slot was freed.
        estimate_usd: estimated cost; None if not known.
        dismissed: the user dismissed its tile.
    """

    id: str
    run: str
    request: GenerationRequest
    created: float
    position: int = 0
    name: str = ""
    state: JobState = JobState.QUEUED
    attempt: int = 0
    attempts: int = 4
    started: float | None = None
    finished: float | None = None
    received: int = 0
    retry_at: float | None = None
    retry_reason: str = ""
    queue_place: int = 0
    hold: HoldReason = HoldReason.NONE
    send_at: float | None = None
    late: bool = False
    failure: Failure | None = None
    pictures: tuple[str, ...] = ()
    estimate_usd: float | None = None
    dismissed: bool = False

    @property
    def alive(self) -> bool:
        """Whether the job may still make a picture without the user."""
        return self.state in ALIVE


class CostBasis(StrEnum):
    """Basis of a cost."""

    USAGE = "usage"  # counted tokens times published rates
    TABLE = "table"  # the table alone
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """The designer's verdict."""

    NONE = ""
    PICK = "pick"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """An edge of lineage: a reference of a picture.

    Attributes:
        sentence: sentence sent with it; "" for none, None for a role without one and for pictures
            made before sentences were sent.
    """

    sha256: str
    role: Role
    picture: str | None = None
    name: str = ""
    sentence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Difference of an edited picture from its parent.

    Attributes:
        parent: id of the parent.
        share: share of changed pixels, 0 to 1; None if the two could not be compared.
        shift_x, shift_y: shift against the parent in pixels.
        scale: scale against the parent.
        aligned: whether the two line up.
    """

    parent: str
    share: float | None = None
    shift_x: float = 0.0
    shift_y: float = 0.0
    scale: float = 1.0
    aligned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The stored conversation that ends with a picture.

    Attributes:
        parts: sha256 of the model's parts; names the file in `.gridbrush/turns/`.
        pictures: ids of its pictures by their number in the answer; "" for one not kept.
        after: id of the picture this turn continues from; None for the first one.
        turns: number of turns including this one.
    """

    parts: str
    pictures: tuple[str, ...]
    after: str | None = None
    turns: int = 1


class NoHistoryReason(StrEnum):
    """Reason why a picture was sent without the history of its conversation."""

    NO = ""
    OBJECTED = "objected"  # the service rejected the history
    TOO_LARGE = "too large"
    LOST = "lost"  # the history is no longer in the library


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryUse:
    """Amount of history sent with a request.

    Attributes:
        turns: number of earlier turns sent; 0 when the picture was sent alone.
        left_out: number of older turns that did not fit.
    """

    turns: int = 0
    left_out: int = 0
    alone: NoHistoryReason = NoHistoryReason.NO


MADE_WITH = "Made with"
"""Name of the setting with the program that wrote the file of an imported picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of the library with its origin and cost.

    Attributes:
        row: number in the order of arrival, from 1; the key of the index, 0 before it has one.
        path: path of the original, relative to the library's folder, with forward slashes.
        colour: average colour as 0xRRGGBB, shown until the thumbnail is loaded.
        seconds: time from the request's first byte to the complete answer.
        seed: the seed sent, or the one the painter drew; None if not known.
        advanced: advanced choices of its request; None if all were left to the model.
        extra_fields: JSON of the extra fields of its request; empty without any.
        grounding: searches of the model, if any.
        draft: an intermediate picture the model made while thinking.
        imported: name of the file it was imported from; "" for a picture made here.
        collections: ids of the collections it is in.
        settings: other metadata of an imported picture, by name.
        offline: made by the offline painter, not by a model.
        late: its answer arrived later than expected.
        seen: was selected or opened; until then the picture is marked as new.
        conversation: the conversation up to this picture, if it can be continued.
        markup: markup of the edited picture when it was sent; None for none.
        derivation: derivation from other pictures; None for a generated or imported picture.
        answer: whether it is only the answer from which another picture was made: found by
            `is:answer` only, and in the trash whenever that picture is.
    """

    id: str
    row: int = 0
    job: str | None = None
    run: str | None = None
    path: str
    sha256: str
    media_type: str
    width: int
    height: int
    bytes: int
    colour: int = 0x808080
    created: float
    seconds: float | None = None
    title: str = ""
    prompt: str = ""
    source_prompt: str = ""
    model: str = ""
    delivered_model: str = ""
    profile: str = ""
    asked_aspect: str = ""
    asked_size: str = ""
    seed: int | None = None
    cost_usd: float | None = None
    cost_basis: CostBasis = CostBasis.UNKNOWN
    request_id: str = ""
    words: str = ""
    warnings: tuple[str, ...] = ()
    parents: tuple[Parent, ...] = ()
    advanced: Advanced | None = None
    grounding: Grounding | None = None
    draft: bool = False
    offline: bool = False
    late: bool = False
    rating: int = 0
    flag: Flag = Flag.NONE
    note: str = ""
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    imported: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    trashed: bool = False
    missing: bool = False
    seen: bool = True
    conversation: Conversation | None = None
    extra_fields: str = field(default="", repr=False)
    markup: Markup | None = None
    derivation: Derivation | None = None
    answer: bool = False

    @property
    def name(self) -> str:
        """Name for captions: the title, else the start of the prompt."""
        return one_line(self.title) or short_name(self.prompt) or self.id[-8:]

    @property
    def talk(self) -> ConversationOrigin | None:
        """Origin of its conversation; None if none was stored."""
        if self.conversation is None:
            return None
        return ConversationOrigin(
            profile=self.profile, model=self.model, turns=self.conversation.turns
        )


def short_name(prompt: str, *, words: int = 5) -> str:
    """The first words of a prompt, for captions; at most 48 characters."""
    text = " ".join(one_line(prompt).split()[:words]).rstrip(" ,.;:")
    return text if len(text) <= 48 else text[:47].rstrip() + "…"
