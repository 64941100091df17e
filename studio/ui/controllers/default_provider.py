"""Announces a change of the default provider."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from studio.app.core import Core
from studio.common.i18n import _
from studio.config.settings import OFFLINE
from studio.ui.panels.composer.composer import Composer
from studio.ui.support.ports import Messages


class DefaultProvider(QObject):
    """Shows a toast with Undo whenever another provider becomes the default.

    The first stored key changes the default, and so do a button in the settings and the removal of
    a provider. A key from the environment sets the default for this run already, so that saving the
    same default is not a change.
    """

    def __init__(
        self, core: Core, messages: Messages, *, composer: Composer, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._messages = messages
        self._composer = composer
        self._last = core.default_profile

    def on_settings_changed(self) -> None:
        """Announce a change since the last call."""
        settings = self._core.settings.value
        before, self._last = self._last, self._core.default_profile
        if before == self._last:
            return
        # Translators: {name} is a provider.
        text = _("{name} is now the default provider")
        text = text.format(name=settings.find_profile(self._last).title)
        if any(profile.name == before for profile in settings.all_profiles):
            undo = partial(self._undo, before, self._last)
            self._messages.offer_action(text, _("Undo"), undo)
        else:
            self._messages.show_message(text)

    def _undo(self, before: str, after: str) -> None:
        """Make `before` the default again, also in a composer that had followed the change."""
        self._core.settings.change(profile=before)
        if before == OFFLINE and self._composer.draft().profile == after:
            self._composer.use_sketch()
