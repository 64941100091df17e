"""Monthly budget in the window: sums for the panels, warning, and confirmations.

The library computes the sums on another thread after each picture or failure; until then the
queue's pending amounts are added. Nothing here stops a job.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.common.i18n import _, ngettext, number
from studio.domain import budget
from studio.domain.entities import Job
from studio.domain.events import Event, SettingsChanged
from studio.domain.runs import Run
from studio.ui.panels.composer.composer import Composer
from studio.ui.panels.composer.submit import past_budget
from studio.ui.panels.sidebar.sidebar_model import SidebarModel
from studio.ui.support import formatting
from studio.ui.support.ports import Navigation
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import MessageBar, Notice


class BudgetController(QObject):
    """Warns once a month, and asks before runs beyond the limit if the composer did not ask.

    Signals:
        approved: queue a run (Run).
        limit_wanted: change the limit.
    """

    approved = Signal(object)
    limit_wanted = Signal()

    def __init__(
        self,
        core: Core,
        navigation: Navigation,
        *,
        composer: Composer,
        bar: MessageBar,
        places: SidebarModel,
        parent: QObject,
    ) -> None:
        """`bar` is the window's message bar; the composer has its own."""
        super().__init__(parent)
        self._core = core
        self._navigation = navigation
        self._composer = composer
        self._bar = bar
        self._places = places
        self._held: Run | None = None
        self._show_limit()
        composer.wants_budget.connect(self.limit_wanted)
        self.destroyed.connect(core.events.subscribe(self._on_core_event))

    def send(self, run: Run) -> None:
        """Queue a run the composer did not confirm, i.e. variations of a picture."""
        if not self.asks(run):
            self.approved.emit(run)

    def asks(self, run: Run) -> bool:
        """Whether variations exceed the limit; if so, they are held until confirmed."""
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
        """Ask about the held run again, with the current limit."""
        run = self._held
        if run is not None and not self.asks(run):
            self._show_question(run, _("They now fit the limit."), _("Generate"))

    def question(self, usd: float | None) -> str:
        """Question before spending this many US dollars; empty if they fit the budget."""
        return past_budget(self._core.budget.standing(), usd)

    def on_again(self, job: Job) -> None:
        """Retry a job, after a confirmation if it exceeds the limit."""
        question = self.question(job.estimate_usd)
        if not question:
            self._core.queue.retry(job)
            return
        self._navigation.show_grid()
        self._bar.show_notice(
            Notice(
                key="again",
                text=question,
                tone="warn",
                icon="coin",
                here=True,
                actions=(
                    MessageAction(_("Change limit"), self.limit_wanted.emit),
                    MessageAction(_("Try anyway"), partial(self._core.queue.retry, job)),
                ),
            )
        )

    def on_spent(self) -> None:
        self._warn()

    def on_limit_wanted(self) -> None:
        """Open the setting of the limit; held variations stay held."""
        self.limit_wanted.emit()
        self._ask_again()

    def _send_held(self, run: Run) -> None:
        self._held = None
        self.approved.emit(run)

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
        """Warn once per month and limit; update the sum of a warning already shown."""
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
    """Sentence saying that the variations need a confirmation."""
    n = len(run.requests)
    text = ngettext("Confirm {n} variation.", "Confirm {n} variations.", n)
    return text.format(n=number(n))
