"""Proof of a picture made here, in words, or the reason why there is none.

A count is shown as proof only if it is in the record of a composed picture: the pixels were
counted in the saved file, and a picture with any difference is never recorded as composed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.common.i18n import _, ngettext, number
from studio.domain.derivation import Derivation, Operation
from studio.domain.entities import Picture
from studio.generation import answer_warnings
from studio.generation.answer_composer import is_composed

Tone = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofText:
    """A result in words.

    Attributes:
        tone: "ok" only with a proof.
        spoken: the whole text for screen readers.
    """

    tone: Tone
    title: str
    detail: str
    spoken: str


def of_picture(picture: Picture) -> ProofText | None:
    """Result for a picture that was to be composed; None for any other picture."""
    made = picture.derivation
    if made is not None:
        return None if made.operation is Operation.CROP else _proved(made)
    if picture.markup is None or not is_composed(picture.markup):
        return None
    told = next((one for one in picture.warnings if answer_warnings.kept() in one), "")
    if not told:
        return None
    name = _("Only here") if not picture.markup.frames else _("Reframe")
    if answer_warnings.counts_changed(told):
        detail = _("This is a bug in Gridbrush. Please report it.")
        return ProofText(tone="bad", title=told, detail=detail, spoken=f"{name}. {told}")
    detail = _("Nothing outside is verified: this is the full model result.")
    return ProofText(tone="warn", title=told, detail=detail, spoken=f"{name}. {told}")


def _proved(made: Derivation) -> ProofText:
    n = number(made.outside)
    # Translators: {n} is the number of pixels that have to be those of the original.
    detail = _("Verified: 0 of {n} px changed").format(n=n)
    if made.operation is Operation.REFRAME:
        title = _("Reframe: the original is untouched")
        spoken = ngettext(
            "Reframe. 0 of {n} pixel of the original changed.",
            "Reframe. 0 of {n} pixels of the original changed.",
            made.outside,
        ).format(n=n)
    else:
        title = _("Only here: everything outside the region is untouched")
        spoken = ngettext(
            "Only here. 0 of {n} pixel outside changed.",
            "Only here. 0 of {n} pixels outside changed.",
            made.outside,
        ).format(n=n)
    return ProofText(tone="ok", title=title, detail=detail, spoken=spoken)
