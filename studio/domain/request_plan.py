"""Plan of a request: its pictures and words in the order they are sent.

A provider serialises exactly this plan, and "What is sent" shows exactly this plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from studio.domain import sentences
from studio.domain.entities import GenerationRequest, Reference, Role
from studio.domain.markup import Markup
from studio.domain.models import Model
from studio.domain.request_fields import SYSTEM


class PlanInput(Protocol):
    """A picture to send, with its role and the sentence of its role."""

    @property
    def role(self) -> Role: ...
    @property
    def sentence(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """A picture of the request.

    Attributes:
        index: position among the inputs of the plan, from 0.
        number: position in sending order, from 1; [n] in the text refers to it.
    """

    index: int
    number: int


class WordSource(StrEnum):
    """Author of the words in a text."""

    PROGRAM = "program"
    SENTENCE = "sentence"  # of a role: the default, or the user's own
    NUMBER = "number"  # number of a mark, written by the program
    MARK = "mark"  # sentence of a mark, written by the user
    USER = "user"


@dataclass(frozen=True, slots=True)
class PlannedWords:
    """Words of a text, and their author; `mark` is the number of their mark, or 0."""

    text: str
    source: WordSource = WordSource.USER
    mark: int = 0


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A text of the request, split into pieces by who wrote each."""

    pieces: tuple[PlannedWords, ...]

    @property
    def text(self) -> str:
        """The whole text, as it is sent."""
        return "".join(piece.text for piece in self.pieces)


PlannedPart = PlannedPicture | PlannedText


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPlan:
    """Everything that one request shows a model.

    Attributes:
        parts: pictures and texts of the new turn, in order.
        system: system instruction; "" for none.
        turns: earlier turns of the conversation, which come first; the oldest are left out if they
            do not fit.
    """

    parts: tuple[PlannedPart, ...]
    system: str = ""
    turns: int = 0

    @property
    def pictures(self) -> tuple[PlannedPicture, ...]:
        """The pictures in order."""
        return tuple(part for part in self.parts if isinstance(part, PlannedPicture))

    @property
    def texts(self) -> tuple[PlannedText, ...]:
        """The texts in order, the system instruction last."""
        found = [part for part in self.parts if isinstance(part, PlannedText)]
        system = PlannedText((PlannedWords(self.system),))
        return (*found, system) if self.system else tuple(found)

    @property
    def words(self) -> int:
        """Number of words, separated by whitespace."""
        return sum(len(part.text.split()) for part in self.texts)


def plan_parts(
    prompt: str,
    inputs: Sequence[PlanInput],
    *,
    instruction: str = "",
    order: Sequence[int] | None = None,
    marks: Sequence[tuple[int, str]] = (),
) -> tuple[PlannedPart, ...]:
    """Parts of one turn: the pictures, the edited one last, then a single text.

    The text has up to four paragraphs: the instruction, a line for each picture with a sentence
    (with the picture's number), a line for each of the `marks` (number and sentence), and the
    prompt. `order` replaces the usual order of the inputs.
    """
    if order is None:
        order = sorted(range(len(inputs)), key=lambda index: inputs[index].role is Role.EDIT)
    pictures = tuple(PlannedPicture(index, number) for number, index in enumerate(order, 1))
    words = [PlannedWords(instruction)] if instruction else []
    lines = [
        (
            PlannedWords(sentences.label(picture.number), WordSource.PROGRAM),
            PlannedWords(sentence, _source(inputs[picture.index])),
        )
        for picture in pictures
        if (sentence := inputs[picture.index].sentence)
    ]
    _add_lines(words, lines)
    _add_lines(
        words,
        [
            (
                PlannedWords(sentences.mark_label(number), WordSource.NUMBER, number),
                PlannedWords(sentence, WordSource.MARK, number),
            )
            for number, sentence in marks
        ],
    )
    if prompt:
        if words:
            words.append(PlannedWords("\n\n", WordSource.PROGRAM))
        words.append(PlannedWords(prompt))
    return (*pictures, PlannedText(tuple(words))) if words else pictures


def _source(picture: PlanInput) -> WordSource:
    return WordSource.PROGRAM if picture.role is Role.MASK else WordSource.SENTENCE


def _add_lines(
    words: list[PlannedWords], lines: Sequence[tuple[PlannedWords, PlannedWords]]
) -> None:
    """Add a paragraph of lines, each of a label and a sentence."""
    between = "\n\n"
    for label, sentence in lines:
        before, between = between if words else "", "\n"
        if label.source is WordSource.PROGRAM:
            words.append(replace(label, text=before + label.text))
        else:
            words += [PlannedWords(before, WordSource.PROGRAM), label] if before else [label]
        words.append(sentence)


def sending_order(roles: Sequence[Role], markup: Markup | None) -> list[int]:
    """Indices of pictures with these roles, in sending order.

    The edited picture is last, because models follow the shape of the last one if no ratio is
    requested. Of the pictures drawn from the markup (role "mask"), the first is sent first; the
    others, and one that replaces the edited picture, are sent last.
    """
    edited = [place for place, role in enumerate(roles) if role is Role.EDIT]
    if markup is None or not markup.sent:
        return [place for place in range(len(roles)) if place not in edited] + edited
    drawn = [place for place, role in enumerate(roles) if role is Role.MASK]
    instead = bool(markup.frames) and not markup.sent_marks
    head, tail = ([], drawn) if instead else (drawn[:1], drawn[1:])
    beside = [place for place in range(len(roles)) if place not in (*drawn, *edited)]
    return head + beside + tail + edited


def plan_request(
    request: GenerationRequest, model: Model, inputs: Sequence[PlanInput] | None = None
) -> RequestPlan:
    """Plan of a request; `inputs` replace the references sent with its newest turn."""
    if inputs is None:
        inputs = new_references(request)
    edited = request.edited
    talk = edited.talk if edited is not None and request.continues is not None else None
    system = request.system if request.system.strip() and model.system else ""
    refused = SYSTEM in model.refused
    return RequestPlan(
        # A service that refused the system instruction gets it before the prompt.
        parts=plan_parts(
            request.prompt,
            inputs,
            instruction=request.system.strip() if refused else "",
            order=sending_order([one.role for one in inputs], request.markup),
            marks=mark_lines(request.markup),
        ),
        system="" if refused else system,
        turns=talk.turns if talk is not None else 0,
    )


def in_history(reference: Reference, request: GenerationRequest) -> bool:
    """Whether the conversation that the request continues already contains this picture."""
    continued = request.continues
    return continued is not None and reference.role is Role.EDIT and reference.picture == continued


def new_references(request: GenerationRequest) -> tuple[Reference, ...]:
    """References sent with the newest turn: all that are not in the conversation already."""
    return tuple(one for one in sent_references(request) if not in_history(one, request))


def sent_references(request: GenerationRequest) -> tuple[Reference, ...]:
    """All references, except an edited picture that is replaced by pictures drawn from it."""
    return without_replaced(request.references, request.markup)


def without_replaced(
    references: tuple[Reference, ...], markup: Markup | None
) -> tuple[Reference, ...]:
    """References without the edited picture, if the markup replaces it."""
    if markup is None or not markup.sent:
        return references
    drawn = sum(one.role is Role.MASK for one in references)
    cropped = markup.region is not None and drawn > 1
    if markup.send_clean and not markup.frames and not cropped:
        return references
    return tuple(one for one in references if one.role is not Role.EDIT)


def mark_lines(markup: Markup | None) -> tuple[tuple[int, str], ...]:
    """Numbers and sentences of the marks that are sent, each on one line."""
    if markup is None:
        return ()
    return tuple((number, " ".join(one.sentence.split())) for number, one in markup.sent_marks)
