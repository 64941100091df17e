"""Variations of a picture: announced in a toast, and submitted unless cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject

from studio.common.errors import StudioError
from studio.common.i18n import _, ngettext, number
from studio.domain.entities import Job, Picture
from studio.domain.runs import Run
from studio.ui.panels.composer.composer import Composer
from studio.ui.support import formatting
from studio.ui.support.ports import Messages, SpendingLimit, VariationPlans
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.toast import Toast

_SECONDS = 3


class Variations(QObject):
    """Submits variations after a delay for cancelling, then reports what was queued."""

    def __init__(
        self,
        plans: VariationPlans,
        limit: SpendingLimit,
        messages: Messages,
        *,
        paused: Callable[[], bool],
        composer: Composer,
        toast: Toast,
        parent: QObject,
    ) -> None:
        """`paused` returns whether the queue is paused."""
        super().__init__(parent)
        self._plans = plans
        self._limit = limit
        self._messages = messages
        self._paused = paused
        self._composer = composer
        self._toast = toast
        self._announced = ""
        self._planned: set[str] = set()

    def vary(self, picture: Picture) -> None:
        """Announce variations and submit them after the delay."""
        if self._announced:
            # Submit the variations announced before: their toast must not appear beside a question.
            self._toast.hide_toast()
        try:
            run = self._plans.variations(picture, self._composer.draft())
        except StudioError as error:
            self._messages.on_error(error)
            return
        self._planned.add(run.id)
        # Beyond the budget, a question replaces the announcement.
        if not self._limit.asks(run):
            self._announced = run.id
            self._toast.show_toast(
                _words(len(run.requests), run.total_usd),
                MessageAction(_("Cancel"), self._forget),
                on_gone=partial(self._send, run),
                seconds=_SECONDS,
            )

    def _forget(self) -> None:
        self._planned.discard(self._announced)
        self._announced = ""

    def _send(self, run: Run) -> None:
        self._announced = ""
        self._limit.send(run)

    def on_queued(self, run: Run, jobs: Sequence[Job]) -> None:
        """Report which of the planned variations were queued."""
        if run.id not in self._planned:
            return
        self._planned.discard(run.id)
        prices = [job.estimate_usd for job in jobs]
        total = None if None in prices else sum(price for price in prices if price is not None)
        words = _words(len(jobs), total)
        if self._paused():
            # Translators: {what} is "4 variations, ≈ $0.13".
            words = _("{what}; the queue is paused").format(what=words)
        self._messages.show_message(words)


def _words(n: int, usd: float | None) -> str:
    """Number and price of variations."""
    text = ngettext("{n} variation, {price}", "{n} variations, {price}", n)
    return text.format(n=number(n), price=_price(usd))


def _price(usd: float | None) -> str:
    if usd is None:
        return _("price unknown")
    return _("free") if usd == 0 else f"≈ {formatting.money(usd)}"
