"""The month's budget in the window: the sums' way to the panels, the warning, and what asks.

The library sums up off this thread whenever a picture or a failure was recorded; between two sums
the queue tells what is on its way. Nothing here stops a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.common.i18n import _, ngettext
from studio.domain import budget
from studio.domain.entities import Job
from studio.domain.events import Event, SettingsChanged
from studio.domain.runs import Run
from studio.domain.spend import Spend
from studio.ui.controllers.messages import variations
from studio.ui.panels.composer.submit import Purse, past_budget
from studio.ui.support import sidebar_items
from studio.ui.widgets import Notice

if TYPE_CHECKING:
    from studio.ui.window.main_window import StudioWindow


class Budgeting(QObject):
    """Warns once a month, and asks before a run that nobody was asked about goes past the limit."""

    def __init__(self, window: StudioWindow) -> None:
        super().__init__(window)
        self._window = window
        self._purse = Purse()
        self._spend = Spend()
        self._held: Run | None = None
        self._again: Job | None = None
        self._show_limit()
        window.composer.generate.connect(self._purse.send)
        window.browsing.summing.connect(self._purse.summing)
        window.browsing.summing.connect(window.composer.on_summing)
        window.browsing.spent.connect(self.on_spent)
        window.composer.wants_budget.connect(self.on_limit_wanted)
        window.composer.bar.acted.connect(self.on_acted)
        window.composer.bar.closed.connect(self.on_closed)
        window.messages.acted.connect(self.on_acted)
        window.running.again.connect(self.on_again)
        self.destroyed.connect(window.core.events.subscribe(self._hear))

    def send(self, run: Run) -> None:
        """Queue a run the composer has not asked about: variations of a picture."""
        if not self.asks(run):
            self._start(run)

    def asks(self, run: Run) -> bool:
        """Whether variations go past the limit; then they wait for the answer."""
        question = self.question(run.total_usd)
        if question:
            self._held = run
            self._ask(f"{_waiting(run)} {question}", _("Generate anyway"))
        return bool(question)

    def _ask(self, text: str, send: str) -> None:
        composer = self._window.composer
        composer.open_full()
        composer.bar.show_notice(
            Notice(
                key="run",
                text=text,
                tone="warn",
                icon="coin",
                actions=(("limit", _("Change limit")), ("send", send)),
            )
        )
        composer.place_sheet()

    def _ask_again(self) -> None:
        """What waits, by the limit as it is now."""
        run = self._held
        if run is not None and not self.asks(run):
            self._ask(f"{_waiting(run)} {_('They fit the limit now.')}", _("Generate"))

    def _start(self, run: Run) -> None:
        self._purse.send(run)
        self._window.running.start(run)

    def question(self, usd: float | None) -> str:
        """What to ask before so many US dollars more are spent; empty where they fit."""
        now = self._purse.budget(self._window.core)
        return past_budget(now, usd) if now is not None and now.over_by(usd) else ""

    def on_again(self, job: Job) -> None:
        """A job shall be sent again: asks where that goes past the limit."""
        question = self.question(job.estimate_usd)
        if not question:
            self._window.core.queue.retry(job)
            return
        self._again = job
        self._window.looking.close_loupe()
        self._window.messages.show_notice(
            Notice(
                key="again",
                text=question,
                tone="warn",
                icon="coin",
                actions=(("limit", _("Change limit")), ("send", _("Try anyway"))),
            )
        )

    def on_spent(self, spend: Spend) -> None:
        """The library has summed up again."""
        self._spend = spend
        self._purse.take(spend)
        self._window.composer.show_spend(spend)
        self._warn()

    def on_limit_wanted(self) -> None:
        """The limit shall be changed: it is in the settings."""
        field = self._window.dialogs.open_settings("pictures").pictures.budget
        field.setFocus()
        field.selectAll()

    def on_acted(self, key: object, action: object) -> None:
        """A button of a message bar was pressed."""
        if key == "run":
            if action == "limit":
                # They still wait; the composer opens the settings.
                self._ask_again()
                return
            run, self._held = self._held, None
            if action == "send" and run is not None:
                self._start(run)
                self._window.talking.tell(variations(run))
        elif key == "again":
            job, self._again = self._again, None
            if action == "send" and job is not None:
                self._window.core.queue.retry(job)
            elif action == "limit":
                self.on_limit_wanted()
        elif key == "budget" and action == "limit":
            self.on_limit_wanted()

    def on_closed(self, key: object) -> None:
        """A question was closed unanswered: what waited for it is not made."""
        if key == "run":
            self._held = None

    def _hear(self, event: Event) -> None:
        self._purse.hear(event)
        if isinstance(event, SettingsChanged) and "budget_usd" in event.names:
            self._show_limit()
            self._warn()
            self._ask_again()

    def _show_limit(self) -> None:
        limit = self._window.core.settings.value.budget_usd
        for side in (self._window.sidebar, self._window.rail):
            side.set_limit(limit)

    def _warn(self) -> None:
        """Say once for each month and limit that most of it is spent."""
        settings = self._window.core.settings
        now = budget.standing(settings.value.budget_usd, self._spend, ())
        if not now.near:
            self._window.messages.dismiss("budget")
            return
        said = budget.mark(now.limit)
        if settings.value.budget_warned == said:
            return
        settings.change(budget_warned=said)
        self._window.messages.show_notice(
            Notice(
                key="budget",
                text=budget.warning(now, sidebar_items.this_month()),
                tone="warn",
                icon="coin",
                actions=(("limit", _("Change limit")),),
            )
        )


def _waiting(run: Run) -> str:
    """That nothing was sent yet."""
    n = len(run.requests)
    text = ngettext(
        "{n} variation waits for your answer.", "{n} variations wait for your answer.", n
    )
    return text.format(n=n)
