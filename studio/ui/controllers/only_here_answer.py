"""The model's answer beside a composed picture: its changes, and actions on it.

Shown in the modes that make such pictures, where there is room.
"""

from __future__ import annotations

import logging
import math

from PySide6.QtCore import QObject, QRect, QSize

from studio.app.core import Core
from studio.common.errors import PictureUnreadable, StudioError
from studio.common.i18n import _, number, sentences
from studio.domain import runs
from studio.domain.entities import Picture
from studio.domain.runs import Run
from studio.generation.answer_composer import KeptComposition
from studio.imaging.composition import AnswerFacts, CompositionRecipe
from studio.imaging.seam_preview import SeamPreview
from studio.ui.support import formatting
from studio.ui.support.layout_direction import margins, placed
from studio.ui.support.loupe_modes import LoupeModeName
from studio.ui.support.ports import Messages, SpendingLimit
from studio.ui.support.tasks import spawn
from studio.ui.support.thumbnail_cache import ThumbnailCache, ThumbnailRequest
from studio.ui.views.loupe import Loupe
from studio.ui.views.loupe.only_here.answer_column import (
    PADDING,
    WIDTH,
    AnswerColumn,
    size_of,
)

log = logging.getLogger(__name__)

COMPOSING = frozenset({LoupeModeName.ONLY_HERE, LoupeModeName.REFRAME})
"""Modes whose pictures are composed."""

_ROOM = 1040
"""Width of the canvas, in logical pixels, from which there is room for the column."""

_GAP = 20
"""Free space on both sides of the column."""

_LEAST_CHANGED = 0.005
"""Share of changed pixels outside the region below which the answer counts as unchanged there."""

_KEPT = 4 * 1024 * 1024
"""Maximum bytes of thumbnails of answers in memory."""


class AnswerBeside(QObject):
    """Shows the answer of the picture in the loupe, and uses it.

    Attributes:
        column: beside the picture.
        facts: measurements of the answer; None before they are made.
    """

    def __init__(
        self,
        core: Core,
        messages: Messages,
        limit: SpendingLimit,
        preview: SeamPreview,
        loupe: Loupe,
    ) -> None:
        super().__init__(loupe)
        self._core = core
        self._messages = messages
        self._limit = limit
        self._preview = preview
        self._loupe = loupe
        self._picture: Picture | None = None
        self._answer: Picture | None = None
        self._kept: KeptComposition | None = None
        self._why = ""
        self._again: Run | None = None
        self.facts: AnswerFacts | None = None
        self.column = AnswerColumn(loupe.canvas)
        self.column.hide()
        self._thumbnails = ThumbnailCache(core.library, self, bound=_KEPT)
        self._thumbnails.ready.connect(self.on_thumbnail)
        self.column.whole_wanted.connect(self.on_whole_wanted)
        self.column.again_wanted.connect(self.on_again_wanted)

    def show_picture(self, picture: Picture | None) -> None:
        """Switch to another composed picture; None for a picture that is not composed."""
        self._picture = picture
        self._answer = self._kept = self.facts = self._again = None
        self._thumbnails.request_thumbnails(())

    def show_answer(self, answer: Picture | None, kept: KeptComposition | None, why: str) -> None:
        """Show the picture's answer; without `kept` it cannot be used, for the reason `why`."""
        self._answer, self._kept, self._why = answer, kept, why
        hidden = kept is not None and kept.hidden
        if kept is not None and not hidden:
            why = _("It is a picture of its own already.")
        self.column.set_whole(usable=hidden and not why, why=why)
        self.fill()

    @property
    def usable(self) -> bool:
        """Whether the answer can become a picture of its own."""
        return self.column.whole.isEnabled() and self._kept is not None

    def forget_facts(self) -> None:
        """Discard the measurements; the answer is measured again when it is shown again."""
        self.facts = None

    def fill(self) -> None:
        """Fill the column in a mode that has it, and measure the answer once."""
        picture, answer = self._picture, self._answer
        if picture is None or self._loupe.mode not in COMPOSING:
            return
        self.column.set_words(self._words())
        self.column.show_answer(answer, None)
        if answer is not None:
            dpr, size = self.column.devicePixelRatioF(), size_of(answer)
            wanted = QSize(round(size.width() * dpr), round(size.height() * dpr))
            self._thumbnails.request_thumbnails((ThumbnailRequest(answer, wanted, 0),))
            self.column.show_answer(answer, self._thumbnails.pixmap(answer.id))
        self._offer_again(picture)
        if self._kept is not None and self.facts is None:
            spawn(self._measure(self._kept.recipe))

    async def _measure(self, recipe: CompositionRecipe) -> None:
        try:
            found = await self._preview.facts(recipe)
        except PictureUnreadable as error:
            # Moving the seam reports the error; here, only the sentence is left out.
            log.warning("An answer could not be measured: %s", error)
            return
        if found is not None and self._kept is not None and self._kept.recipe == recipe:
            self.facts = found
            self.column.set_words(self._words())

    def _words(self) -> str:
        """The answer's changes outside, as measured or recorded; or why the answer is missing."""
        made = None if self._picture is None else self._picture.derivation
        if made is None or self._kept is None:
            return self._why
        texts = []
        if self.facts is not None and self.facts.reason is None:
            share = self.facts.changed
            if share < _LEAST_CHANGED:
                texts.append(_("The model changed almost nothing outside."))
            else:
                # Translators: {percent} is a share with its sign, such as "38 %".
                words = _("The model also changed {percent} of the pixels outside. Discarded.")
                texts.append(words.format(percent=formatting.percent(share)))
        if (shift := math.hypot(made.shift_x, made.shift_y)) >= 0.5:
            # Translators: {n} is a number of pixels, such as "1.4".
            words = _("It was shifted by {n} px. Corrected.")
            texts.append(words.format(n=number(shift, 1)))
        return sentences(*texts)

    def _offer_again(self, picture: Picture) -> None:
        self._again = self._run_of(picture)
        if self._again is None:
            self.column.set_again("")
            return
        label = _("Try again")
        if usd := self._again.total_usd:
            # Translators: {price} is an estimate, such as "$0.13".
            label = _("Try again {price}").format(price=formatting.money(usd))
        self.column.set_again(label)

    def _run_of(self, picture: Picture) -> Run | None:
        """A run that repeats a picture's request with a new seed; None if that is not possible."""
        if not picture.profile or not runs.can_repeat(picture):
            return None
        settings = self._core.settings.value
        model = self._core.catalogue.find(picture.profile, picture.model)
        try:
            return runs.variations(
                picture,
                model,
                1,
                sentences=settings.sentences,
                guide_words=settings.guide_sentences,
            )
        except StudioError as error:
            log.info("A request cannot be repeated: %s", error)
            return None

    def place(self) -> None:
        """Show the column where there is room, beside the picture."""
        canvas, picture = self._loupe.canvas, self._picture
        # Formats and frame need the whole width; the bar offers the answer there.
        there = self._loupe.mode is LoupeModeName.ONLY_HERE and not self._loupe.presenting
        high = canvas.height() - 20 + 2 * PADDING
        room = canvas.width() >= _ROOM and high >= self.column.minimumSizeHint().height()
        if picture is None or not there or not room:
            self.column.hide()
            canvas.reserve_room("answer", None)
            return
        # A tall picture stays centred while the column fits beside it.
        across = WIDTH + 2 * _GAP
        crowded = canvas.fitted_left(picture.width, picture.height) < across
        beside = margins(canvas, 0, 0, across, 0) if crowded else None
        canvas.reserve_room("answer", beside)
        left = canvas.width() - self.column.width() - _GAP + PADDING
        column = QRect(left, 10 - PADDING, self.column.width(), high)
        self.column.setGeometry(placed(canvas, column))
        self.column.show()
        self.column.raise_()

    # --- slots ------------------------------------------------------------------------------

    def on_thumbnail(self, name: str) -> None:
        """Show the answer's picture."""
        if self._answer is not None and self._answer.id == name:
            self.column.show_answer(self._answer, self._thumbnails.pixmap(name))

    def on_whole_wanted(self) -> None:
        """Make the answer a picture of its own."""
        if self._picture is not None:
            spawn(self._use_whole(self._picture))

    async def _use_whole(self, picture: Picture) -> None:
        composer = (await self._core.making()).composer
        self._messages.on_said(await composer.use_whole(picture))

    def on_again_wanted(self) -> None:
        """Send the same request again, after a question if it exceeds the budget."""
        if (run := self._again) is not None and self._picture is not None:
            self._limit.send(run)
            # A run can be sent only once: offer a new one.
            self._offer_again(self._picture)
