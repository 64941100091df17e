"""The month's budget in the window: the sums' way to the panels, the warning, and what asks.

The library sums up off this thread whenever a picture or a failure was recorded; between two sums
the queue tells what is on its way. Nothing here stops a job.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _, ngettext
from studio.domain import budget
from studio.domain.entities import Job
from studio.domain.events import Event, SettingsChanged
from studio.domain.runs import Run
from studio.ui.controllers.variations import variations
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.composer.submit import past_budget
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.support import formatting
from studio.ui.support.ports import Messages, Navigation
from studio.ui.widgets import MessageAction, MessageBar, Notice


class BudgetController(QObject):
    """Warns once a month, and asks before a run that nobody was asked about goes past the limit.

    Signals:
        approved: a run shall be queued (Run).
        limit_wanted: the limit shall be changed.
    """

    approved = Signal(object)
    limit_wanted = Signal()

    def __init__(
        self,
        core: Core,
        messages: Messages,
        navigation: Navigation,
        *,
        composer: Composer,
        bar: MessageBar,
        places: SidebarModel,
        parent: QObject,
    ) -> None:
        """`bar` is that of the window; the composer has one of its own."""
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._navigation = navigation
        self._composer = composer
        self._bar = bar
        self._places = places
        self._held: Run | None = None
        self._show_limit()
        composer.wants_budget.connect(self.limit_wanted)
        self.destroyed.connect(core.events.subscribe(self._on_core_event))

    def send(self, run: Run) -> None:
        """Queue a run the composer has not asked about: variations of a picture."""
        if not self.asks(run):
            self.approved.emit(run)

    def asks(self, run: Run) -> bool:
        """Whether variations go past the limit; then they wait for the answer."""
        question = self.question(run.total_usd)
        if question:
            self._held = run
            self._show_question(run, question, _("Generate anyway"))
        return bool(question)

    def _show_question(self, run: Run, question: str, send: str) -> None:
        composer = self._composer
        composer.open_full()
        composer.bar.show_notice(
            Notice(
                key="run",
                text=f"{_waiting(run)} {question}",
                tone="warn",
                icon="coin",
                actions=(
                    MessageAction(_("Change limit"), self.on_limit_wanted),
                    MessageAction(send, partial(self._send_held, run)),
                ),
                on_closed=self._drop_held,
            )
        )

    def _ask_again(self) -> None:
        """What waits, by the limit as it is now."""
        run = self._held
        if run is not None and not self.asks(run):
            self._show_question(run, _("They fit the limit now."), _("Generate"))

    def question(self, usd: float | None) -> str:
        """What to ask before so many US dollars more are spent; empty where they fit."""
        return past_budget(self._core.budget.standing(), usd)

    def on_again(self, job: Job) -> None:
        """A job shall be sent again: asks where that goes past the limit."""
        question = self.question(job.estimate_usd)
        if not question:
            self._core.queue.retry(job)
            return
        self._navigation.close_loupe()
        self._bar.show_notice(
            Notice(
                key="again",
                text=question,
                tone="warn",
                icon="coin",
                actions=(
                    MessageAction(_("Change limit"), self.limit_wanted.emit),
                    MessageAction(_("Try anyway"), partial(self._core.queue.retry, job)),
                ),
            )
        )

    def on_spent(self) -> None:
        """The library has summed up again."""
        self._warn()

    def on_limit_wanted(self) -> None:
        """The limit shall be changed; variations wait for that."""
        self.limit_wanted.emit()
        self._ask_again()

    def _send_held(self, run: Run) -> None:
        self._held = None
        self.approved.emit(run)
        self._messages.show_message(variations(run))

    def _drop_held(self) -> None:
        self._held = None

    def _on_core_event(self, event: Event) -> None:
        if isinstance(event, SettingsChanged) and "budget_usd" in event.names:
            self._show_limit()
            self._warn()
            self._ask_again()

    def _show_limit(self) -> None:
        limit = self._core.budget.limit
        self._places.set_limit(limit)

    def _warn(self) -> None:
        """Say once for each month and limit that most is spent, and keep the sum in it true."""
        settings = self._core.settings
        now = self._core.budget.recorded()
        if not now.nears(0.0):
            self._bar.dismiss("budget")
            return
        notice = Notice(
            key="budget",
            text=budget.warning(now, formatting.this_month()),
            tone="warn",
            icon="coin",
            actions=(MessageAction(_("Change limit"), self.limit_wanted.emit),),
        )
        mark = budget.mark(now.limit)
        if settings.value.budget_warned == mark:
            self._bar.update_notice(notice)
        else:
            settings.change(budget_warned=mark)
            self._bar.show_notice(notice)


def _waiting(run: Run) -> str:
    """That nothing was sent yet."""
    n = len(run.requests)
    text = ngettext("Confirm {n} variation.", "Confirm {n} variations.", n)
    return text.format(n=n)
