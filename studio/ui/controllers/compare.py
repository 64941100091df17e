"""Decisions of a comparison: which pictures stay."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.domain.entities import Flag
from studio.ui.support.tasks import spawn
from studio.ui.views.compare import CompareView


class CompareDecisions(QObject):
    """Picks and rejects the compared pictures, in one step of the history each.

    Signals:
        said: sentence about a decision, shown with Undo (str).
    """

    said = Signal(str)

    def __init__(self, core: Core, view: CompareView) -> None:
        super().__init__(view)
        self._core = core
        self._view = view

    def on_decided(self, what: str) -> None:
        """Keep A, crown the challenger, or keep both; then show the next challenger.

        `what` is "keep_a", "crown_b" or "keep_both".
        """
        pictures, active = self._view.pictures, self._view.active or 1
        if len(pictures) != len(self._view.comparison.sides):
            return  # not read yet
        champion, challenger = pictures[0], pictures[active]
        # Crown first: a rejected picture may leave the order.
        if what == "crown_b":
            self._view.crown()
            flags = {champion.id: Flag.REJECT, challenger.id: Flag.PICK}
        else:
            self._view.step(1)
            other = Flag.PICK if what == "keep_both" else Flag.REJECT
            flags = {champion.id: Flag.PICK, challenger.id: other}
        spawn(self._flag(flags), records=True)

    def on_keys_hidden(self) -> None:
        """Hide the strip of keys for good."""
        self._view.group.keys.set_wanted(shown=False)
        self._core.settings.change(compare_keys=False)

    async def _flag(self, flags: dict[str, Flag]) -> None:
        def groups(_former: object) -> list[tuple[object, list[str]]]:
            return [
                (flag.value, [id for id, wanted in flags.items() if wanted is flag])
                for flag in (Flag.PICK, Flag.REJECT)
                if flag in flags.values()
            ]

        sentence = await self._core.library.change("flag", list(flags), groups)
        if sentence:
            self.said.emit(sentence)
