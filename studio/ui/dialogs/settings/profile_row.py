"""One provider in the settings: state of its key, and actions."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.common.errors import StudioError
from studio.common.i18n import _, sentences
from studio.config.key_status import KeySource, KeyState, KeyStatus
from studio.config.profiles import without_profile
from studio.config.settings import BUILT_IN_NAMES, OFFLINE, Profile
from studio.ui.dialogs.settings.section import CancellableCall
from studio.ui.support.ports import CoreProtocol
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.key_test_result import KeyTestResult
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.signs import Lamp
from studio.ui.widgets.text import ElidedLabel, Tag, Text


class ProfileRow(QFrame):
    """Row of a provider with its buttons.

    Signals:
        key_wanted: open the card for its key (name of the profile).
        edit_wanted, copy_wanted: open the form to edit or copy it (name of the profile).
    """

    key_wanted = Signal(str)
    edit_wanted = Signal(str)
    copy_wanted = Signal(str)

    def __init__(self, core: CoreProtocol, profile: Profile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._profile = profile
        self._work = CancellableCall()
        self.setProperty("zone", "box")
        self.setAccessibleName(profile.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._lamp = Lamp(self)
        self._title = ElidedLabel(profile.title, "body", "text", self, weight=600, prose=True)
        self._default = Tag(_("default"), "text2", self)
        head.addWidget(self._lamp)
        head.addWidget(self._title)
        head.addWidget(self._default)
        head.addStretch(1)
        self.edit = IconButton("edit", _("Edit provider"), parent=self, size=26)
        self.copy = IconButton("copy", _("Duplicate provider"), parent=self, size=26)
        self.remove = IconButton("trash", _("Remove provider"), parent=self, size=26)
        self.edit.clicked.connect(self.on_edit)
        self.copy.clicked.connect(self.on_copy)
        self.remove.clicked.connect(self.on_remove)
        for icon in (self.edit, self.copy, self.remove):
            head.addWidget(icon)
        column.addLayout(head)
        self._state = Text("", "small", "text2", self, wrap=True)
        column.addWidget(self._state)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.give = Button("", parent=self, size=26)
        self.test = Button(_("Test"), parent=self, size=26)
        self.use = Button(_("Use as default"), parent=self, size=26)
        self.delete = Button(_("Delete key…"), "danger", self, size=26)
        self.give.clicked.connect(self.on_give)
        self.test.clicked.connect(self.on_test)
        self.use.clicked.connect(self.on_use)
        self.delete.clicked.connect(self.on_delete)
        for button in (self.give, self.test, self.use):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.delete)
        column.addSpacing(2)
        column.addLayout(row)
        self.verdict = KeyTestResult(self)
        self.verdict.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.verdict)
        self.destroyed.connect(self._work.cancel)

    def show_profile(self, profile: Profile) -> None:
        """Show the current state of a profile and its key."""
        self._profile = profile
        self._title.setText(profile.title)
        settings = self._core.settings.value
        default = settings.profile == profile.name
        self._default.setVisible(default)
        self.use.setVisible(not default)
        if profile.name == OFFLINE:
            self._lamp.show_role("ok")
            self._state.setText(_("Not AI. Free; needs no key or network."))
            for hidden in (self.give, self.test, self.delete, self.edit, self.copy, self.remove):
                hidden.hide()
            return
        status = self._core.keys.status(profile.name)
        self._lamp.show_role(*_lamp(status), hollow=not status.usable)
        self._state.setText(f"{status.sentence.removesuffix('.')} · {profile.base_url}")
        given = status.source is not KeySource.NONE or status.state is not KeyState.NONE
        self.give.setText(_("Change key…") if given else _("Add key…"))
        self.give.setVisible(status.source is not KeySource.ENVIRONMENT)
        self.test.setVisible(status.usable or status.locked)
        self.delete.setVisible(status.source in (KeySource.KEYRING, KeySource.SESSION))
        for button in (self.give, self.test, self.use, self.delete):
            # Every row has the same labels: add the provider for screen readers.
            button.setAccessibleName(f"{button.text()} ({profile.title})")
        for icon, words in (
            (self.edit, _("Edit {provider}")),
            (self.copy, _("Duplicate {provider}")),
            (self.remove, _("Remove {provider}")),
        ):
            icon.set_name(words.format(provider=profile.title))
        self.remove.setVisible(profile.name not in BUILT_IN_NAMES)
        if self.verdict.button(_("Delete key")) is not None and self.delete.isHidden():
            self.verdict.clear()

    def on_give(self) -> None:
        self.key_wanted.emit(self._profile.name)

    def on_use(self) -> None:
        """Make this provider the default."""
        self._core.settings.change(profile=self._profile.name)

    def on_test(self) -> None:
        """Test the key with a free call."""
        self._work.start(self._test())

    def on_edit(self) -> None:
        self.edit_wanted.emit(self._profile.name)

    def on_copy(self) -> None:
        self.copy_wanted.emit(self._profile.name)

    def on_delete(self) -> None:
        """Ask before deleting the key."""
        title = _("Delete the key of {provider}?").format(provider=self._profile.title)
        detail = _("It is deleted here and in the keyring. It stays valid at the provider.")
        self._show_confirmation(title, detail, _("Delete key"), self._delete)

    def on_remove(self) -> None:
        """Ask before removing a custom provider and its key."""
        title = _("Remove {provider}?").format(provider=self._profile.title)
        detail = _("Pictures made with it are kept.")
        if self._has_key:
            more = _("Its key is deleted here and in the keyring. It stays valid at the provider.")
            detail = sentences(more, detail)
        self._show_confirmation(title, detail, _("Remove provider"), self._remove)

    @property
    def _has_key(self) -> bool:
        name = self._profile.name
        source = self._core.keys.status(name).source
        return source in (KeySource.KEYRING, KeySource.SESSION) or (
            name in self._core.settings.value.known_keys
        )

    def _show_confirmation(
        self, title: str, detail: str, label: str, work: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        confirm = MessageAction(label, partial(self._carry_out, work))
        keep = MessageAction(_("Keep"), self._stop)
        self.verdict.show_result("warn", title, detail, [confirm, keep])
        if (button := self.verdict.button(keep.label)) is not None:
            button.setFocus()

    def _carry_out(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._stop()
        self._work.start(work())

    def _stop(self) -> None:
        self._work.cancel()
        self.verdict.clear()

    async def _remove(self) -> None:
        # Delete the key first: otherwise a failure would leave a key without a provider.
        if self._has_key and not await self._delete_key():
            return
        settings = self._core.settings
        rest, default = without_profile(settings.value, self._profile.name)
        settings.change(profiles=rest, profile=default)

    async def _test(self) -> None:
        self.verdict.show_result(
            "busy", _("Testing the key…"), "", [MessageAction(_("Cancel"), self._stop)]
        )
        try:
            sentence = await self._core.test_key(self._profile.name)
        except StudioError as error:
            self.verdict.show_error(error)
        else:
            self.verdict.show_result("ok", sentence)

    async def _delete(self) -> None:
        if await self._delete_key():
            self.verdict.show_result("ok", _("The key was deleted."))
            self.show_profile(self._profile)

    async def _delete_key(self) -> bool:
        """Delete the key, with progress; on failure show the error and return False."""
        self.verdict.show_result("busy", _("Deleting the key…"))
        try:
            await self._core.keys.delete_key(self._profile.name)
        except StudioError as error:
            self.verdict.show_error(error)
            return False
        return True


def _lamp(status: KeyStatus) -> tuple[str]:
    if status.saved or status.source is KeySource.ENVIRONMENT:
        return ("ok",)
    return ("warn",) if status.usable or status.locked else ("edge",)
