"""Words: the sentences sent with references, by role, and with marked pictures."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain import sentences
from studio.domain.entities import Role
from studio.domain.sentences import GuideWords
from studio.ui.dialogs.settings.section import SettingsSection
from studio.ui.style.theme import theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.role_names import role_name
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.text import Text

GUIDES = (GuideWords.MARKS, GuideWords.MARKS_ALONE)
"""Pictures drawn from a markup that can be sent from the window."""


def guide_name(words: GuideWords) -> str:
    """Name of a picture drawn from the markup."""
    return {
        GuideWords.MARKS: _("Marks"),
        GuideWords.MARKS_ALONE: _("Marks, without the clean picture"),
        GuideWords.REGION: _("Region"),
        GuideWords.REGION_ALONE: _("Region, without the clean picture"),
        GuideWords.CROP: _("Position of a crop"),
        GuideWords.FRAME: _("Frame"),
    }[words]


class SentenceRow(QWidget):
    """The sentence of one role or marked picture, and the button that restores the default.

    Signals:
        changed(object, str): the role or `GuideWords`, and its new sentence.
    """

    changed = Signal(object, str)

    def __init__(self, about: Role | GuideWords, name: str, usual: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._about = about
        self._usual = usual
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        label = Text(name, "body", "text2", self)
        self.reset = Button(_("Restore the default"), "link", self, size=26)
        # Translators: {role} is the role of a reference, such as "Style", or "Marks".
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
        # Translators: {role} is the role of a reference, such as "Style", or "Marks".
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
        self.reset.setVisible(sentence != self._usual)

    def on_edited(self) -> None:
        """Save the sentence in the form in which it is sent."""
        sentence = sentences.cleaned(self.field.text())
        with QSignalBlocker(self.field):
            self.field.setText(sentence)
        self.changed.emit(self._about, sentence)

    def on_reset(self) -> None:
        """Restore the default."""
        with QSignalBlocker(self.field):
            self.field.setText(self._usual)
            self.field.setFocus()
        self.changed.emit(self._about, self._usual)


class WordsSection(SettingsSection):
    """Sentences of the roles and of marked pictures; an empty one sends nothing.

    Attributes:
        rows: by role.
        guide_rows: by kind of picture.
    """

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(core, _("Words"), parent)
        about = _(
            "Sent with a reference to tell the model what it is for. Models follow English best."
        )
        self.column.addWidget(Text(about, "small", "text3", self, wrap=True))
        self.rows: dict[Role, SentenceRow] = {}
        for role, usual in sentences.DEFAULTS.items():
            self._add(row := SentenceRow(role, role_name(role), usual, self))
            self.rows[role] = row
        marked = _("Sent with a picture on which you marked what should change.")
        self.column.addWidget(Text(marked, "small", "text3", self, wrap=True))
        self.guide_rows: dict[GuideWords, SentenceRow] = {}
        for words in GUIDES:
            self._add(row := SentenceRow(words, guide_name(words), sentences.GUIDES[words], self))
            self.guide_rows[words] = row
        self.refresh()

    def _add(self, row: SentenceRow) -> None:
        row.changed.connect(self.on_changed)
        self.column.addWidget(row)

    def refresh(self) -> None:
        current = self._core.settings.value.sentences
        for role, row in self.rows.items():
            row.show_sentence(current[role])
        own = self._core.settings.value.guide_sentences
        for words, row in self.guide_rows.items():
            row.show_sentence(own[words])

    def on_changed(self, about: Role | GuideWords, sentence: str) -> None:
        """Save a sentence; only those that differ from the defaults are stored."""
        own = dict(self._core.settings.value.role_sentences)
        usual = sentences.DEFAULTS[about] if isinstance(about, Role) else sentences.GUIDES[about]
        if sentence == usual:
            own.pop(about.value, None)
        else:
            own[about.value] = sentence
        self._core.settings.change(role_sentences=own)
        self.refresh()
