"""Sentences that tell a model what a reference, or a picture drawn from the markup, is for.

They are in English, which models follow best, and are never translated. Each can be changed in the
settings and for a single reference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from studio.common import i18n
from studio.common.errors import InputError
from studio.common.i18n import _, ngettext
from studio.domain.entities import Reference, Role

DEFAULTS: Mapping[Role, str] = MappingProxyType(
    {
        Role.SUBJECT: "Show this thing, the same in its proportions.",
        Role.STYLE: "Paint like this picture. Take its brush and paper, not its objects.",
        Role.PALETTE: "Use these colours and their shades, no others.",
        Role.COMPOSITION: "Arrange it like this.",
    }
)
"""Default sentence of each role that has one."""


class GuideWords(StrEnum):
    """Sentences about pictures drawn from the markup, by their names in the settings."""

    MARKS = "marks"
    MARKS_ALONE = "marks_alone"
    REGION = "region"
    REGION_ALONE = "region_alone"
    CROP = "crop"
    FRAME = "frame"


GUIDES: Mapping[GuideWords, str] = MappingProxyType(
    {
        GuideWords.MARKS: "This copy of the last picture has numbered marks. Change the last"
        " picture at the marks only, as the numbered lines say. Draw no marks and no numbers.",
        GuideWords.MARKS_ALONE: "This picture has numbered marks. Change it at the marks only, as"
        " the numbered lines say, and remove the marks and numbers.",
        GuideWords.REGION: "This copy of the last picture has a flat red area. Change the last"
        " picture in the red area only. Keep everything else exactly as it is. Draw no red area.",
        GuideWords.REGION_ALONE: "This picture has a flat red area. Change it in the red area only,"
        " remove the red, and keep everything else exactly as it is.",
        GuideWords.CROP: "The whole picture. The red frame shows where the last picture is cut"
        " from.",
        GuideWords.FRAME: "This picture has flat grey borders. Continue it over the grey to the"
        " edges, without a seam. Keep the rest exactly as it is.",
    }
)
"""Default sentence for each picture drawn from the markup."""

MOST = 500
"""Limit of a sentence in characters."""

_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LINE = re.compile(r"Picture \[(\d{1,3})\]: (.*)")
_MARK = re.compile(r"(\d{1,2}): (.*)")


def label(number: int) -> str:
    """Label before the sentence of picture `number`, counted from 1 in sending order."""
    return f"Picture [{number}]: "


def read_lines(text: str) -> tuple[dict[int, str], str]:
    """Sentences by number at the beginning of a text, and the prompt after them."""
    found: dict[int, str] = {}
    rest = text
    while rest:
        first, _end, after = rest.partition("\n")
        match = _LINE.fullmatch(first)
        if match is None:
            break
        found[int(match[1])] = match[2]
        rest = after
    if found and not rest:
        return found, ""
    return (found, rest[1:]) if found and rest.startswith("\n") else ({}, text)


def mark_label(number: int) -> str:
    """Label before the sentence of mark `number`."""
    return f"{number}: "


def read_marks(text: str) -> tuple[dict[int, str], str]:
    """Sentences of marks by number at the beginning of a text, and the prompt after them."""
    block, _end, rest = text.partition("\n\n")
    found = [_MARK.fullmatch(line) for line in block.split("\n")]
    marks = {int(one[1]): one[2] for one in found if one is not None}
    return (marks, rest) if len(marks) == len(found) else ({}, text)


def guides_with_changes(changed: Mapping[str, str]) -> dict[GuideWords, str]:
    """The sentence of each picture drawn from the markup: that in `changed`, else the default."""
    return {words: changed.get(words.value, usual) for words, usual in GUIDES.items()}


def with_changes(changed: Mapping[str, str]) -> dict[Role, str]:
    """The sentence of each role: that in `changed` by role name, else the default."""
    return {role: changed.get(role.value, usual) for role, usual in DEFAULTS.items()}


def cleaned(sentence: str) -> str:
    """A sentence as it is sent, in one line. Raises InputError for a long one."""
    text = "".join(" " if unicodedata.category(sign) in _CONTROLS else sign for sign in sentence)
    text = " ".join(text.split())
    if len(text) > MOST:
        raise InputError(
            _("The sentence is too long"),
            ngettext(
                "It has {length} character; the limit is {most}.",
                "It has {length} characters; the limit is {most}.",
                len(text),
            ).format(length=i18n.number(len(text)), most=i18n.number(MOST)),
        )
    return text


def is_valid(sentence: str) -> bool:
    """Whether a stored sentence can be sent: short enough, and without control characters."""
    return len(sentence) <= MOST and not any(
        unicodedata.category(sign) in _CONTROLS for sign in sentence
    )


def of_reference(reference: Reference, usual: Mapping[Role, str]) -> str:
    """Sentence of a reference: its own, else that of its role; "" for none."""
    if reference.sentence is not None and reference.role in DEFAULTS:
        return reference.sentence
    return usual.get(reference.role, "")


def with_final_sentence(reference: Reference, usual: Mapping[Role, str]) -> Reference:
    """The reference with the sentence to send; None for a role without one.

    Its own sentence may come from a file, so it is cleaned. Raises InputError for a long one.
    """
    if reference.role not in DEFAULTS:
        return reference if reference.sentence is None else replace(reference, sentence=None)
    return replace(reference, sentence=cleaned(of_reference(reference, usual)))
