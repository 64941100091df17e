"""Words: the sentences sent with references, by role."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain import sentences
from studio.domain.entities import Role
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.style.theme import theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.role_names import role_name
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.text import Text


class SentenceRow(QWidget):
    """The sentence of one role, and the button that restores the default.

    Signals:
        changed(object, str): the role and its new sentence.
    """

    changed = Signal(object, str)

    def __init__(self, role: Role, parent: QWidget) -> None:
        super().__init__(parent)
        self._role = role
        name = role_name(role)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        label = Text(name, "body", "text2", self)
        self.reset = Button(_("Restore the default"), "link", self, size=26)
        # Translators: {role} is the role of a reference, such as "Style".
        self.reset.setAccessibleName(_("Restore the default for {role}").format(role=name))
        self.reset.clicked.connect(self.on_reset)
        top = QHBoxLayout()
        top.addWidget(label)
        top.addStretch(1)
        top.addWidget(self.reset)
        column.addLayout(top)
        self.field = QLineEdit(self)
        EditMenu(self.field)
        self.field.setMaxLength(sentences.MOST)
        # Translators: {role} is the role of a reference, such as "Style".
        self.field.setAccessibleName(_("Sentence for {role}").format(role=name))
        self.field.setPlaceholderText(_("Nothing is sent"))
        self.field.setMinimumHeight(theme().height(32))
        self.field.editingFinished.connect(self.on_edited)
        label.setBuddy(self.field)
        column.addWidget(self.field)
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)

    def show_sentence(self, sentence: str) -> None:
        """Show the sentence, unless it is being edited."""
        if not self.field.hasFocus():
            with QSignalBlocker(self.field):
                self.field.setText(sentence)
                self.field.setCursorPosition(0)
        self.reset.setVisible(sentence != sentences.DEFAULTS[self._role])

    def on_edited(self) -> None:
        """Save the sentence in the form in which it is sent."""
        sentence = sentences.cleaned(self.field.text())
        with QSignalBlocker(self.field):
            self.field.setText(sentence)
        self.changed.emit(self._role, sentence)

    def on_reset(self) -> None:
        """Restore the default."""
        with QSignalBlocker(self.field):
            self.field.setText(sentences.DEFAULTS[self._role])
            self.field.setFocus()
        self.changed.emit(self._role, sentences.DEFAULTS[self._role])


class WordsSection(SettingsSection):
    """Sentences of the roles; an empty one sends nothing.

    Attributes:
        rows: by role.
    """

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(core, _("Words"), parent)
        about = _(
            "Sent with a reference to tell the model what it is for. Models follow English best."
        )
        self.column.addWidget(Text(about, "small", "text3", self, wrap=True))
        self.rows: dict[Role, SentenceRow] = {}
        for role in sentences.DEFAULTS:
            row = self.rows[role] = SentenceRow(role, self)
            row.changed.connect(self.on_changed)
            self.column.addWidget(row)
        self.refresh()

    def refresh(self) -> None:
        current = self._core.settings.value.sentences
        for role, row in self.rows.items():
            row.show_sentence(current[role])

    def on_changed(self, role: Role, sentence: str) -> None:
        """Save a sentence; only those that differ from the defaults are stored."""
        own = dict(self._core.settings.value.role_sentences)
        if sentence == sentences.DEFAULTS[role]:
            own.pop(role.value, None)
        else:
            own[role.value] = sentence
        self._core.settings.change(role_sentences=own)
        self.refresh()
