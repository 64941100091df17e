"""Table of facts with copyable values, such as a proof, and icons with sentences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.entities import Picture
from studio.ui.panels.inspector import facts
from studio.ui.panels.inspector.facts import FactRow
from studio.ui.panels.inspector.section import InspectorSection
from studio.ui.style.theme import theme
from studio.ui.widgets.marked_text import MarkedText
from studio.ui.widgets.text import Text

LABEL = 72  # width of the first column


class FactTable(QWidget):
    """Two columns; long values wrap anywhere, so that nothing is cut off."""

    def __init__(self, name: str, parent: QWidget | None = None, *, label: int = LABEL) -> None:
        """`label` is the width of the first column."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._facts: tuple[FactRow, ...] = ()
        self._rows: list[tuple[Text, MarkedText]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnMinimumWidth(0, theme().px(label))
        self._grid.setColumnStretch(1, 1)

    @property
    def facts(self) -> tuple[FactRow, ...]:
        """The rows shown."""
        return self._facts

    def set_facts(self, facts: Sequence[FactRow]) -> None:
        if tuple(facts) == self._facts:
            return
        self._facts = tuple(facts)
        while len(self._rows) < len(facts):
            self._add_row()
        for at, (label, value) in enumerate(self._rows):
            there = at < len(facts)
            label.setVisible(there)
            value.setVisible(there)
            if there:
                fact = facts[at]
                label.setText(fact.label)
                value.set_runs(
                    (fact.value, fact.role), (fact.note and " " + fact.note, fact.note_role)
                )
                value.setAccessibleName(fact.label)

    def _add_row(self) -> None:
        label = Text("", "small", "text3", self)
        # Values are set at the foot of a fixed line height; the label beside them must match.
        label.setFixedHeight(theme().px(16))
        label.setAlignment(Qt.AlignmentFlag.AlignBottom)
        value = MarkedText("", self, kind="small", line=16, beside=True)
        # A click focuses it for copying; Tab would have to pass too many rows.
        value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        row = len(self._rows)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        self._rows.append((label, value))


class Remarks(QWidget):
    """Sentences with an icon each: warnings with a triangle, not by colour alone.

    Attributes:
        texts: the sentences.
    """

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        icon: str = "warning",
        role: str = "warn",
    ) -> None:
        super().__init__(parent)
        self._name, self._icon, self._role = name, icon, role
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self.texts: tuple[str, ...] = ()

    def set_texts(self, texts: Sequence[str]) -> None:
        """Show these sentences; hidden without any."""
        self.setVisible(bool(texts))
        if tuple(texts) == self.texts:
            return
        self.texts = tuple(texts)
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for text in texts:
            self._column.addWidget(self._row(text))

    def _row(self, text: str) -> QWidget:
        made = QWidget(self)
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        icon = QLabel(made)
        theme().show_icon(icon, self._icon, self._role, 14)
        icon.setFixedSize(QSize(14, theme().line("small")))
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        words = MarkedText(self._name, made, kind="small", role=self._role, line=16)
        words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        words.set_words(text)
        row.addWidget(words, 1)
        return made


class ProofSection(InspectorSection):
    """Facts of a picture's proof; hidden for a picture without one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Proof"), parent)
        self.table = FactTable(_("Proof"), self)
        words = _("Counted on the saved file, not on the screen. Moving the seam costs nothing.")
        self.body.addWidget(self.table)
        self.body.addSpacing(8)
        self.body.addWidget(Text(words, "small", "text3", self, wrap=True))
        self.hide()

    def show_picture(self, picture: Picture | None) -> None:
        """Show the proof of a picture; None for no picture, or several."""
        rows = [] if picture is None else facts.proof(picture)
        self.table.set_facts(rows)
        self.setVisible(bool(rows))
