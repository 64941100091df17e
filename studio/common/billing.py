"""Sentences about billing, composed from `billed` when shown.

No other text of an error mentions money, so none can contradict a later finding.
"""

from __future__ import annotations

from studio.common.errors import Billed, StudioError
from studio.common.i18n import _, ended, sentences


def billed_sentence(billed: Billed) -> str:
    """Sentence about whether a request was billed."""
    return {
        Billed.NO: _("Not billed."),
        Billed.MAYBE: _("May have been billed."),
        Billed.YES: _("Billed."),
    }[billed]


def resend_warning(billed: Billed) -> str:
    """Warning about the price of sending the same request again; empty if nothing was billed."""
    return {
        Billed.NO: "",
        Billed.MAYBE: _("If you try again, you may be billed twice."),
        Billed.YES: _("If you try again, you are billed again."),
    }[billed]


def hint_with_warning(error: StudioError) -> str:
    """Hint, with a warning if another request may be billed too; may be empty."""
    warning = resend_warning(error.billed) if error.warns and not error.kept else ""
    return f"{error.hint} {warning}".strip()


def sentences_of(error: StudioError) -> str:
    """An error with its message and hint, as sentences."""
    return sentences(*map(ended, (error.title, error.message, hint_with_warning(error))))
