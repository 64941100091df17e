"""Card at the end of a round: the decisions, and the next steps."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.common.i18n import _, ngettext, number
from studio.domain.pick_round import RoundCounts
from studio.ui.widgets.steps_card import StepsCard


class FinishCard(StepsCard):
    """Offers the next steps: "collect", "open", "picks", "duel", "trash" or "end"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(("collect", "open", "picks", "duel", "trash", "end"), parent)

    def open_for(self, counts: RoundCounts, new: int = 0) -> None:
        """Show the card for these counts; `new` pictures arrived since the round began."""
        n, picked, rejected = counts.undecided, counts.picked, counts.rejected
        words = {
            "collect": ngettext(
                "Add the pick to a collection…", "Add the {n} picks to a collection…", picked
            ).format(n=number(picked)),
            "open": _open_words(n, new),
            "picks": ngettext(
                "Next round with the {n} pick", "Next round with the {n} picks", picked
            ).format(n=number(picked)),
            "duel": ngettext("Duel the {n} pick", "Duel the {n} picks", picked).format(
                n=number(picked)
            ),
            "trash": ngettext(
                "Move the rejected one to the trash", "Move the {n} rejected to the trash", rejected
            ).format(n=number(rejected)),
            "end": _("End the round"),
        }
        offered = {
            "collect": picked > 0,
            "open": n + new > 1 and (n < counts.total or new > 0),
            "picks": picked > 1,
            "duel": picked > 1,
            "trash": rejected > 0,
            "end": True,
        }
        steps = {name: words[name] for name in words if offered[name]}
        self.open_with(summary(counts), steps)


def _open_words(undecided: int, new: int) -> str:
    if not new:
        words = ngettext(
            "Next round with the {n} undecided", "Next round with the {n} undecided", undecided
        )
    elif not undecided:
        words = ngettext("Next round with the {new} new", "Next round with the {new} new", new)
    else:
        # Translators: {n} pictures of this round have no decision, {new} arrived meanwhile.
        words = _("Next round with the {n} undecided and the {new} new")
    return words.format(n=number(undecided), new=number(new))


def summary(counts: RoundCounts) -> str:
    """The decisions in words: "11 picked, 16 rejected, 9 undecided"."""
    # Translators: {picked}, {rejected} and {open} are numbers of pictures in a round.
    return _("{picked} picked, {rejected} rejected, {open} undecided").format(
        picked=number(counts.picked),
        rejected=number(counts.rejected),
        open=number(counts.undecided),
    )
