"""Card for an API key: provider, key, test and save, and the result.

Shared by the first start, the settings and "needs a key". A saved key is only reported; it can be
changed on request. The key is tested with a free call before it is saved. Nothing here blocks: the
keyring may show its prompt for any length of time.
"""

from __future__ import annotations

from collections.abc import Coroutine

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.common.errors import InputError, KeyRefused, StudioError
from studio.common.i18n import _, sentences
from studio.config import profiles
from studio.config.key_status import KeySource, KeyState, KeyStatus, clean
from studio.config.settings import OFFLINE, Profile
from studio.domain.events import Event, KeyChanged
from studio.ui.panels.profile_fields import ProfileFields
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import margins
from studio.ui.support.ports import CoreProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.tasks import SpawnedTask, spawn
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.focus_ring import focus_by_key
from studio.ui.widgets.key_test_result import KeyTestResult
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.plain_text import restyle
from studio.ui.widgets.segmented import Segmented
from studio.ui.widgets.text import Paragraph, Text


class KeyField(QFrame):
    """Password field for a key.

    Attributes:
        field: the line edit.

    Signals:
        edited: the text changed (see `text`).
        submitted: Enter was pressed.
    """

    edited = Signal()
    submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("zone", "search")
        self.setFixedHeight(theme().height(32))
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(self, 9, 0, 3, 0))
        row.setSpacing(4)
        self.field = QLineEdit(self)
        EditMenu(self.field)
        self.field.setProperty("field", "bare")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.field.setInputMethodHints(
            hints.ImhHiddenText | hints.ImhSensitiveData | hints.ImhNoPredictiveText
        )
        self.field.installEventFilter(self)
        self.field.textEdited.connect(self.edited)
        self.field.returnPressed.connect(self.submitted)
        row.addWidget(self.field, 1)
        self.eye = IconButton("eye", _("Show the key"), parent=self, size=24, checkable=True)
        self.eye.toggled.connect(self.on_eye)
        row.addWidget(self.eye)

    @property
    def text(self) -> str:
        """The key as typed or pasted."""
        return self.field.text()

    def clear(self) -> None:
        """Empty the field and mask the next key."""
        self.field.clear()
        self.eye.setChecked(False)

    def set_name(self, name: str) -> None:
        """Set the accessible name, e.g. "DGrid key"."""
        self.field.setAccessibleName(name)

    def on_eye(self, shown: bool) -> None:  # noqa: FBT001 a slot
        """Show the key, or dots."""
        mode = QLineEdit.EchoMode
        self.field.setEchoMode(mode.Normal if shown else mode.Password)

    @needs("field")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
            restyle(self)
        return False


OTHER = ""
OFFERED = ("dgrid", "google")
PROMPT_AFTER = 700
"""Milliseconds without an answer after which the keyring's prompt is mentioned."""


class KeyCard(QWidget):
    """Form for one provider's key.

    Attributes:
        title: name of the provider.
        advice: the request for a key; hidden while a saved key is only reported.
        where: where the key is kept and whom it is sent to.
        providers: choice of the provider.
        own: form for a custom provider.
        key: the field.
        save: the button "Test and save".
        verdict: result, or status of the key.
        asking: whether the field is shown; False while a saved key is kept.
        tested: whether the key saved last was tested before.

    Signals:
        saved: a key is usable now (name of the profile).
    """

    saved = Signal(str)

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._running = _CardCall()
        self._fixed: Profile | None = None
        self._about = ""
        self._changing = False
        self.asking = True
        self.tested = False
        self.setAccessibleName(_("Key"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(0)
        self._build_head(column)
        settings = core.settings.value
        titles = [(name, settings.find_profile(name).title, "") for name in OFFERED]
        self.providers = Segmented([*titles, (OTHER, _("Other…"), "")], self, name=_("Provider"))
        for value in (*OFFERED, OTHER):
            policy = QSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
            self.providers.segment(value).setSizePolicy(policy)
        self.providers.set_value(self._first())
        self.providers.changed.connect(self.on_provider)
        column.addWidget(self.providers)
        column.addSpacing(8)
        self.own = ProfileFields(self)
        self.own.setContentsMargins(0, 0, 0, 8)
        self.own.edited.connect(self.on_edited)
        column.addWidget(self.own)
        self._label = Text("", "small", "text2", self)
        column.addWidget(self._label)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.key = KeyField(self)
        self._label.setBuddy(self.key.field)
        self.key.edited.connect(self.on_edited)
        self.key.submitted.connect(self.on_submitted)
        self.save = Button(_("Test and save"), parent=self, size=32)
        self.save.clicked.connect(self.on_submitted)
        row.addWidget(self.key, 1)
        row.addWidget(self.save)
        column.addLayout(row)
        self.verdict = KeyTestResult(self)
        self.verdict.setContentsMargins(0, 10, 0, 0)
        column.addWidget(self.verdict)
        column.addSpacing(10)
        self._build_lock(column)
        self._prompting = QTimer(self, singleShot=True, interval=PROMPT_AFTER)
        self._prompting.timeout.connect(self.on_prompting)
        self._running.unsubscribe = core.events.subscribe(self.on_core_event)
        self.destroyed.connect(self._running.stop)
        theme().changed.connect(self._draw_icons)
        self._show_profile()

    def _build_head(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = QLabel(self)
        head.addWidget(self._icon)
        self.title = Text(_("An image model"), "body", "text", self, weight=600, wrap=True)
        head.addWidget(self.title, 1)
        column.addLayout(head)
        column.addSpacing(5)
        words = _("Paste your key. Testing it is free.")
        self.advice = Paragraph(words, "small", "text2", self)
        column.addWidget(self.advice)
        column.addSpacing(12)

    def _build_lock(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._lock = QLabel(self)
        row.addWidget(self._lock, 0, Qt.AlignmentFlag.AlignTop)
        self.where = Text("", "micro", "text3", self, wrap=True)
        row.addWidget(self.where, 1)
        column.addLayout(row)
        self._draw_icons()

    # --- profile --------------------------------------------------------------------------

    def _first(self) -> str:
        """Initial profile: the default one, else one with a key, else the first."""
        chosen = self._core.settings.value.profile
        having = [name for name in OFFERED if self._core.keys.status(name).usable]
        return chosen if chosen in OFFERED else next(iter(having), OFFERED[0])

    def show_default(self, name: str) -> None:
        """Follow a change of the default profile, unless a key is being typed or tested."""
        if name not in (OFFLINE, self._about) and not self._running.busy and not self.key.text:
            self.set_profile(name)

    def ask_for_key(self) -> None:
        """Show the field even if a key is saved."""
        self._changing = True
        self._show_profile()
        self.focus_key()

    def set_profile(self, name: str) -> None:
        """Switch to the key of this profile. Raises InputError for an unknown one."""
        self._changing = False
        profile = self._core.settings.value.find_profile(name)
        self._fixed = None if name in OFFERED else profile
        self.providers.setVisible(self._fixed is None)
        if self._fixed is None:
            self.providers.set_value(name)
        self.title.setText(profile.title if self._fixed else _("An image model"))
        self._show_profile()

    def focus_key(self) -> None:
        """Focus the first empty field, with a focus ring."""
        form = self._is_own and not self.own.title.text()
        change = self.verdict.button(_("Change key…"))
        if change is not None:
            focus_by_key(change)
        else:
            focus_by_key(self.own.title if form else self.key.field)

    @property
    def _is_own(self) -> bool:
        return self._fixed is None and self.providers.value == OTHER

    @property
    def _known(self) -> Profile | None:
        """The chosen profile; None while a custom provider is being entered."""
        if self._is_own:
            return None
        name = str(self.providers.value)
        return self._fixed or self._core.settings.value.find_profile(name)

    def _show_profile(self) -> None:
        profile = self._known
        self.own.setVisible(profile is None)
        title = profile.title if profile else self.own.title.text().strip()
        name = _("{provider} key").format(provider=title) if title else _("Key")
        self._label.setText(name)
        self.key.set_name(name)
        self.verdict.clear()
        self._about = profile.name if profile else ""
        if profile is not None:
            self._show_status(self._core.keys.status(profile.name))
        else:
            self._ask_for(asking=True)
        self._refresh()

    def _ask_for(self, *, asking: bool) -> None:
        self.asking = asking
        for part in (self.advice, self._label, self.key, self.save):
            part.setVisible(asking)

    def _refresh(self) -> None:
        profile = self._known
        host = profiles.host_of(profile.base_url) if profile else self.own.host
        kept = _("Saved in the system keyring, never in a file.")
        status = self._core.keys.status(self._about) if self._about else None
        if status and (status.source is KeySource.SESSION or status.state is KeyState.ABSENT):
            kept = _("Kept for this session only, never in a file.")
        sent = _("Sent only to {host}.").format(host=host) if host else ""
        self.where.setText(sentences(kept, sent))
        ready = bool(self.key.text.strip()) and (profile is not None or self.own.complete)
        self.save.setEnabled(ready and not self._running.busy)
        for part in (self.key, self.own, self.providers):
            part.setEnabled(not self._running.busy)

    # --- test and save --------------------------------------------------------------------

    def _start(self, work: Coroutine[object, object, None]) -> None:
        self._running.start(work)
        self._refresh()

    async def _test_and_save(self, key: str, *, test: bool) -> None:
        """Test and save a key; a new custom profile is kept only if that succeeds."""
        before = self._core.settings.value.profiles
        saved = False
        try:
            profile = self._known or self._add_own()
            sentence = ""
            if test:
                self.verdict.show_result("busy", _("Testing the key…"), "", [self._cancel_button])
                sentence = await self._core.test_key(profile.name, clean(key))
            self._about = profile.name
            self.verdict.show_result("busy", _("Saving the key…"))
            self._prompting.start()
            status = await self._core.keys.store(profile.name, key)
            saved = True
            self._finish(profile, status, sentence)
        except StudioError as error:
            self._show_error(error)
        finally:
            self._prompting.stop()
            if not saved and self._core.settings.value.profiles != before:
                self._core.settings.change(profiles=before)
            self._running.done()
            self._refresh()

    def _add_own(self) -> Profile:
        settings = self._core.settings.value
        profile = self.own.profile(settings)
        self._core.settings.change(profiles=(*settings.profiles, profile))
        return profile

    def _finish(self, profile: Profile, status: KeyStatus, sentence: str) -> None:
        self.key.clear()
        self.own.clear()
        self._changing = False
        self.tested = bool(sentence)
        focus = QApplication.focusWidget()
        inside = focus is not None and self.isAncestorOf(focus)
        if profile.name not in OFFERED:
            self._fixed = profile
            self.providers.setVisible(False)
            self.own.setVisible(False)
            self.title.setText(profile.title)
            self.key.set_name(_("{provider} key").format(provider=profile.title))
        self._show_status(status, sentence)
        if inside and not self.asking:
            self.focus_key()
        self.saved.emit(profile.name)

    async def _unlock(self, name: str) -> None:
        try:
            self._say_waiting()
            status = await self._core.keys.unlock(name)
            self._show_status(status)
            if status.usable:
                self.saved.emit(name)
        finally:
            self._running.done()
            self._refresh()

    # --- result ---------------------------------------------------------------------------

    def _show_status(self, status: KeyStatus, sentence: str = "") -> None:
        saved = status.saved or status.source is KeySource.ENVIRONMENT
        self._ask_for(asking=self._changing or not saved)
        if status.state is KeyState.WAITING:
            self._say_waiting()
        elif status.source is KeySource.SESSION:
            self.verdict.show_result("warn", _("The key is not saved"), status.sentence)
        elif status.usable:
            title, detail = (sentence, status.sentence) if sentence else (status.sentence, "")
            mine = status.source is KeySource.KEYRING and not self.asking
            change = MessageAction(_("Change key…"), self.ask_for_key)
            self.verdict.show_result("ok", title, detail, [change] if mine else [])
        elif status.locked:
            unlock = MessageAction(_("Unlock the keyring"), self.on_unlock)
            self.verdict.show_result("warn", _("The keyring is locked"), status.sentence, [unlock])
        elif status.state is not KeyState.NONE:
            self.verdict.show_result("warn", status.sentence)

    def _say_waiting(self) -> None:
        detail = _("The password prompt may be behind this window.")
        self.verdict.show_result(
            "busy", _("Enter the keyring password"), detail, [self._cancel_button]
        )

    def _show_error(self, error: StudioError) -> None:
        untested = not isinstance(error, (KeyRefused, InputError))
        anyway = MessageAction(_("Save without a test"), self.on_save_untested)
        self.verdict.show_error(error, [anyway] if untested else [])

    def on_core_event(self, event: Event) -> None:
        """Update after a keyring prompt or a change of the key elsewhere."""
        if not isinstance(event, KeyChanged) or event.profile != self._about:
            return
        status = self._core.keys.status(event.profile)
        if not self._running.busy:
            waited = self.verdict.tone == "busy"
            self.verdict.clear()
            self._show_status(status)
            if waited and status.usable and status.source is not KeySource.SESSION:
                self.saved.emit(event.profile)
        self._refresh()

    def on_provider(self) -> None:
        self._changing = False
        self._show_profile()

    def on_edited(self) -> None:
        """Clear a verdict about the previous key."""
        if self.verdict.tone in ("bad", "ok") and not self._running.busy:
            self.verdict.clear()
        self._refresh()

    def on_submitted(self) -> None:
        """Test and save, by button or Enter."""
        if self.save.isEnabled():
            self._start(self._test_and_save(self.key.text, test=True))

    def on_prompting(self) -> None:
        """Mention the keyring's prompt after a delay."""
        self._say_waiting()

    def on_save_untested(self) -> None:
        """Save the key despite a failed test."""
        self._start(self._test_and_save(self.key.text, test=False))

    def on_unlock(self) -> None:
        if self._about:
            self._start(self._unlock(self._about))

    @property
    def _cancel_button(self) -> MessageAction:
        return MessageAction(_("Cancel"), self.cancel)

    def cancel(self) -> None:
        """Stop testing or waiting; a key already entered is used for this session."""
        self._running.cancel()
        self._prompting.stop()
        self.verdict.clear()
        if self._about:
            status = self._core.keys.status(self._about)
            if status.state is not KeyState.WAITING:
                self._show_status(status)
            elif status.source is KeySource.SESSION:
                self.verdict.show_result("warn", _("The key is not saved"), status.sentence)
                self.key.clear()
        self._refresh()

    def _draw_icons(self) -> None:
        dpr = self.devicePixelRatioF()
        self._icon.setPixmap(theme().pixmap("key", "text", 16, dpr))
        self._lock.setPixmap(theme().pixmap("lock", "text3", 14, dpr))


class _CardCall:
    """The one call in flight; cancelled when the card is destroyed."""

    def __init__(self) -> None:
        self._task: SpawnedTask | None = None
        self.unsubscribe = _nothing

    @property
    def busy(self) -> bool:
        return self._task is not None

    def start(self, work: Coroutine[object, object, None]) -> None:
        self.cancel()
        self._task = spawn(work)

    def done(self) -> None:
        if self._task is not None and self._task.runs_here():
            self._task = None

    def cancel(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def stop(self) -> None:
        self.cancel()
        self.unsubscribe()


def _nothing() -> None:
    return None
