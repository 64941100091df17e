"""Variations of a picture: announced in a toast, and submitted unless cancelled."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from studio.common.errors import StudioError
from studio.common.i18n import _, ngettext
from studio.domain.entities import Picture
from studio.domain.runs import Run
from studio.ui.panels.composer.composer import Composer
from studio.ui.support import formatting
from studio.ui.support.ports import Messages, SpendingLimit, VariationPlans
from studio.ui.widgets import MessageAction, Toast

_SECONDS = 3


class Variations(QObject):
    """Submits variations after a delay for cancelling."""

    def __init__(
        self,
        plans: VariationPlans,
        limit: SpendingLimit,
        messages: Messages,
        *,
        composer: Composer,
        toast: Toast,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._plans = plans
        self._limit = limit
        self._messages = messages
        self._composer = composer
        self._toast = toast

    def vary(self, picture: Picture) -> None:
        """Announce variations and submit them after the delay."""
        try:
            run = self._plans.variations(picture, self._composer.draft())
        except StudioError as error:
            self._messages.on_error(error)
            return
        # Beyond the budget, a question replaces the announcement.
        if not self._limit.asks(run):
            self._toast.show_toast(
                variations(run),
                MessageAction(_("Cancel")),
                on_gone=partial(self._limit.send, run),
                seconds=_SECONDS,
            )


def variations(run: Run) -> str:
    """Text with number and price of the variations."""
    n = len(run.requests)
    text = ngettext("{n} variation, {price}", "{n} variations, {price}", n)
    return text.format(n=n, price=_price(run))


def _price(run: Run) -> str:
    if run.total_usd is None:
        return _("price unknown")
    return _("free") if run.total_usd == 0 else f"≈ {formatting.money(run.total_usd)}"
