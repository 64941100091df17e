"""Sentences about answers that were not composed; they become warnings of the picture."""

from __future__ import annotations

import math
import re

from studio.common.i18n import _, ngettext, number
from studio.imaging.composition import Composition, NotComposed, Proof


def kept() -> str:
    """Last sentence of a warning: the answer stays a picture of its own."""
    return _("It is kept as its own picture.")


def does_not_line_up(found: Composition) -> str:
    """Warning that an answer does not line up with its parent, so it is not composed."""
    if found.reason is NotComposed.SHIFT:
        # Translators: {n} is a number of pixels.
        return _("The answer does not line up ({n} px).").format(n=number(math.hypot(*found.shift)))
    if found.reason is NotComposed.SHAPE:
        return _("The answer has a different aspect ratio.")
    return _("The answer does not line up.")


def changed_outside(proof: Proof) -> str:
    """Warning that the saved file differs from the parent in pixels that should be equal."""
    return _changed(proof.changed).format(n=number(proof.changed))


def counts_changed(warning: str) -> bool:
    """Whether a warning, in the user's language, contains the sentence of `changed_outside`."""
    return any(
        re.search(re.escape(_changed(n)).replace(r"\{n\}", r"\d(?:\D?\d)*"), warning)
        for n in (1, 2, 5)
    )


def _changed(n: int) -> str:
    return ngettext("{n} pixel outside changed.", "{n} pixels outside changed.", n)
