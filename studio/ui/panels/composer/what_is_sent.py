""" "What is sent": shows the plan of the requests that Generate would make now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from studio.common.errors import StudioError
from studio.domain.drafts import Draft
from studio.domain.entities import GenerationRequest, Role
from studio.domain.models import Model
from studio.domain.request_plan import RequestPlan, new_references, plan_request
from studio.ui.panels.composer import submit
from studio.ui.panels.composer.guide_thumbnails import GuideThumbnails
from studio.ui.panels.composer.sent_panel import SentPicture, count_words

if TYPE_CHECKING:
    from studio.app.core import Core
    from studio.generation.guides import GuidePreview
    from studio.ui.panels.composer.dock import Dock

PAUSE = 150
"""Milliseconds between updates of the unfolded panel during typing."""

LONG_PAUSE = 600
LONG = 8_000
"""Length of a prompt in characters from which the panel waits for a pause in typing."""


class WhatIsSent(QObject):
    """Keeps the folded line and the panel of a dock up to date with its draft.

    A change plans one request and updates the counts; the panel follows after a pause.

    Signals:
        edit_wanted: change the program's sentences.
        toggled(bool): whether the panel is shown now.
    """

    edit_wanted = Signal()
    toggled = Signal(bool)

    def __init__(self, core: Core, dock: Dock, current: Callable[[], tuple[Draft, Model]]) -> None:
        """`current` returns the draft as it would be sent, and its model."""
        super().__init__(dock)
        self._core = core
        self._dock = dock
        self._current = current
        self._place = 0
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self.fill)
        self._guides = GuideThumbnails(core, self)
        self._guides.arrived.connect(self.on_guides_drawn)
        self._guides.failed.connect(self.on_guides_failed)
        card = dock.card
        card.fold.clicked.connect(self.toggle)
        card.sent.fold_wanted.connect(self.toggle)
        card.sent.step_wanted.connect(self.on_step)
        card.sent.edit_wanted.connect(self.edit_wanted)
        self._show_folded()

    @property
    def unfolded(self) -> bool:
        """Whether the panel is shown."""
        return self._core.settings.value.show_sent

    def toggle(self) -> None:
        """Fold or unfold; if the card is closed, open it unfolded."""
        card = self._dock.card
        closed = not self._dock.is_open
        focus = self._dock.window().focusWidget()
        focused = card.fold is focus or (focus is not None and card.sent.isAncestorOf(focus))
        on = closed or not self.unfolded
        if closed:
            self._dock.open_full()
        self._core.settings.change(show_sent=on)
        self._show_folded()
        self.refresh()
        if focused:
            (card.sent.head if on else card.fold).setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.toggled.emit(on)

    def _show_folded(self) -> None:
        card, on = self._dock.card, self.unfolded
        card.fold.restore_checked()
        card.sent.head.restore_checked()
        card.sent.setVisible(on)
        card.fold.setVisible(not on)
        if on:
            self.fill()
        self._dock.place_sheet()

    def refresh(self) -> None:
        """Update for a changed draft; runs at every keystroke."""
        card = self._dock.card
        sent, model = self._current()
        try:
            request, _preview = self._with_guides(self._first(sent, model))
            plan: RequestPlan | None = plan_request(request, model)
        except StudioError:
            plan = None
        counts = count_words(plan) if plan is not None else ""
        card.fold.show_counts(counts)
        card.sent.head.show_counts(counts)
        if not self.unfolded:
            return
        if len(sent.prompt) > LONG:
            self._pause.start(LONG_PAUSE)
        elif not self._pause.isActive():
            self._pause.start(PAUSE)

    def _first(self, sent: Draft, model: Model) -> GenerationRequest:
        return submit.first_request(sent, model, self._core.settings.value.sentences)

    def fill(self) -> None:
        """Fill the panel."""
        self._pause.stop()
        sent, model = self._current()
        panel = self._dock.card.sent
        try:
            requests = self._requests(sent, model)
        except StudioError as error:
            panel.show_nothing(error.title)
            return
        self._place = max(0, min(self._place, len(requests) - 1))
        request, preview = self._with_guides(requests[self._place])
        plan = plan_request(request, model)
        panel.show_plan(
            plan,
            self._pictures(request, plan),
            frozenset(self._core.settings.value.sentences.values()),
            place=self._place,
            requests=len(requests),
            colours=_mark_colours(request),
        )
        self._dock.place_sheet()
        if request.markup is not None and request.markup.sent:
            self._guides.show(requests[self._place], preview)

    def _with_guides(
        self, request: GenerationRequest
    ) -> tuple[GenerationRequest, GuidePreview | None]:
        """The request with the pictures drawn from its markup, and their preview once it exists."""
        if request.markup is None or not request.markup.sent:
            return request, None
        preview = self._core.guides.known_preview(request)
        if preview is None:
            return self._core.guides.expected(request), None
        return preview.request, preview

    def on_guides_drawn(self) -> None:
        """Show the pictures that were drawn meanwhile."""
        self.refresh()
        if self.unfolded:
            self.fill()

    def on_guides_failed(self, error: StudioError) -> None:
        """Show why a picture cannot be drawn."""
        self._dock.card.sent.show_nothing(error.title)

    def _requests(self, sent: Draft, model: Model) -> Sequence[GenerationRequest]:
        """The distinct requests, without the copies that differ only by their seed."""
        once = replace(sent, count=1)
        return submit.run_of(once, model, self._core.settings.value.sentences).requests

    def _pictures(self, request: GenerationRequest, plan: RequestPlan) -> list[SentPicture]:
        references = new_references(request)
        slots = self._dock.card.slots
        drawn = [one for one in references if one.role is Role.MASK]
        pictures: list[SentPicture] = []
        for one in plan.pictures:
            reference = references[one.index]
            if reference in drawn and not reference.sha256:
                pixmap = self._guides.pixmap(request, drawn.index(reference))
            else:
                pixmap = slots.thumbnail(reference.sha256)
            pictures.append(SentPicture(one.number, reference.name, pixmap))
        return pictures

    def on_step(self, step: int) -> None:
        """Show the previous or next request."""
        self._place += step
        self.fill()


def _mark_colours(request: GenerationRequest) -> dict[int, str]:
    """Colours of the marks that are sent, by their numbers."""
    marks = () if request.markup is None else request.markup.sent_marks
    return {n: one.colour for n, one in marks}
