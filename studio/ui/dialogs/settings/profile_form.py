"""Form for a provider: address, models, prices, extra fields and limits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from studio.common.errors import InputError, StudioError
from studio.common.i18n import _
from studio.config import key_hosts, profiles
from studio.config.key_status import KeySource
from studio.config.settings import BUILT_IN_NAMES, USUAL_PATH, Profile, built_in
from studio.domain import extra_fields
from studio.ui.dialogs.settings.section import CancellableCall
from studio.ui.panels.profile_fields import ProfileFields, field
from studio.ui.style.theme import theme
from studio.ui.support.ports import CoreProtocol
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.edit_menu import EditMenu
from studio.ui.widgets.key_test_result import KeyTestResult
from studio.ui.widgets.labelled import add_labelled
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.plain_text import set_tip
from studio.ui.widgets.text import Text

MOST_AT_ONCE = 16
MOST_PER_MINUTE = 600
WIDTH = 156


class LimitFields(QWidget):
    """Two numbers; the lowest value of each means no limit for this provider.

    Attributes:
        at_once, per_minute: parallel requests, and requests per minute.

    Signals:
        edited: the user changed one of them.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self.at_once = self._number(_("Parallel requests"), MOST_AT_ONCE, _("same as global"), row)
        self.per_minute = self._number(
            _("Requests per minute"), MOST_PER_MINUTE, _("no limit"), row
        )
        row.addStretch(1)

    def _number(self, name: str, most: int, none: str, row: QHBoxLayout) -> Stepper:
        made = Stepper(name, 0, most, 0, self, size=32)
        made.setSpecialValueText(none)
        made.setFixedWidth(theme().height(WIDTH))
        made.changed.connect(self.edited)
        add_labelled(row, name, made)
        return made

    def show_profile(self, profile: Profile) -> None:
        """Show the limits of a profile."""
        self.at_once.set_value(profile.at_once or 0)
        self.per_minute.set_value(profile.per_minute or 0)

    def taken_by(self, profile: Profile) -> Profile:
        """The profile with these limits."""
        at_once, per_minute = self.at_once.value(), self.per_minute.value()
        return replace(profile, at_once=at_once or None, per_minute=per_minute or None)


PRICE_LINES = 3  # visible lines of prices and of extra fields


class ProfileForm(QFrame):
    """Form to add or edit a provider. A built-in provider's address is fixed.

    Attributes:
        title: the heading.
        form: name, address and how the key is sent.
        path, model, prices, extra, limits: the other fields.

    Signals:
        kept: the provider was added or changed (Profile).
        left: the form was cancelled.
    """

    kept = Signal(object)
    left = Signal()

    def __init__(self, core: CoreProtocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self._like: Profile | None = None
        self._work = CancellableCall()
        self.setProperty("zone", "box")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        self.title = Text("", "body", "text", self, weight=600)
        column.addWidget(self.title)
        self.form = ProfileFields(self, with_version=True)
        self.form.edited.connect(self.on_edited)
        column.addWidget(self.form)
        self._path_part = QWidget(self)
        path = QVBoxLayout(self._path_part)
        path.setContentsMargins(0, 0, 0, 0)
        self.path = field(_("Custom path (optional)"), path, self._path_part)
        column.addWidget(self._path_part)
        set_tip(self.path, _("Such as /v1/publishers/google/models/{model}:generateContent"))
        self.model = field(_("Default model (optional)"), column, self)
        for line in (self.path, self.model):
            line.textEdited.connect(self.on_edited)
        self.prices = QPlainTextEdit(self)
        EditMenu(self.prices)
        self.prices.setAccessibleName(_("Custom prices"))
        self.prices.setPlaceholderText(_("gemini-3-pro-image 2K 0.10"))
        # Translators: "search" is spelled exactly so.
        set_tip(self.prices, _("Use “search” in place of a size for the price of one search"))
        words = _("Custom prices, one per line: model, size or *, USD per picture")
        add_labelled(column, words, self.prices)
        self.extra = QPlainTextEdit(self)
        EditMenu(self.extra)
        self.extra.setAccessibleName(_("Extra fields"))
        # Translators: an example of JSON; do not translate it.
        self.extra.setPlaceholderText(_('{"topP": 0.9}'))
        set_tip(self.extra, _("Sent with every request to this provider"))
        for box in (self.prices, self.extra):
            box.setTabChangesFocus(True)
            box.setFont(theme().font("small"))
            box.setFixedHeight(PRICE_LINES * theme().line("small") + theme().height(16))
            box.textChanged.connect(self.on_edited)
        words = _("Extra fields, as JSON for generationConfig (optional)")
        add_labelled(column, words, self.extra)
        self.limits = LimitFields(self)
        self.limits.edited.connect(self.on_edited)
        column.addWidget(self.limits)
        self.verdict = KeyTestResult(self)
        column.addWidget(self.verdict)
        row = QHBoxLayout()
        row.addStretch(1)
        self.cancel = Button(_("Cancel"), parent=self)
        self.cancel.clicked.connect(self.on_cancel)
        self.save = Button("", "primary", self)
        self.save.clicked.connect(self.on_save)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        column.addLayout(row)
        self.destroyed.connect(self._work.cancel)
        self.show_profile(None)

    def show_profile(self, profile: Profile | None) -> None:
        """Fill the form from a profile; one without a name is a template, None empties the form."""
        self._like = profile
        self.form.clear()
        if profile is not None:
            self.form.show_profile(profile)
        known = profile or Profile(name="", title="", base_url="")
        self.path.setText("" if known.path == USUAL_PATH else known.path)
        self.model.setText(known.model)
        self.prices.setPlainText(profiles.written_prices(known.prices))
        self.extra.setPlainText(known.extra_fields)
        self.limits.show_profile(known)
        for part in (self.form, self._path_part):
            part.setVisible(not self._built_in)
        editing = bool(known.name)
        self.title.setText(
            _("Edit {provider}").format(provider=known.title) if editing else _("New provider")
        )
        self.save.setText(_("Save") if editing else _("Add provider"))
        self.on_edited()
        first = self.model if self._built_in else self.form.title
        first.setFocus()
        first.selectAll()

    @property
    def _built_in(self) -> bool:
        return self._like is not None and self._like.name in BUILT_IN_NAMES

    def on_edited(self) -> None:
        self.verdict.clear()
        self.save.setEnabled(self._built_in or self.form.complete)

    def on_cancel(self) -> None:
        self._work.cancel()
        self.show_profile(None)
        self.left.emit()

    def on_save(self) -> None:
        """Add or change the provider if all fields are valid."""
        try:
            profile = self._written()
        except InputError as error:
            self.verdict.show_error(error)
            return
        if (before := self._elsewhere(profile)) is None:
            self._save_profile(profile)
            return
        now = profiles.host_of(profile.base_url)
        title = _("Send the key to {host}?").format(host=now)
        detail = _("It was saved for {host} and has only been sent there.")
        send = MessageAction(_("Send it there"), partial(self._save_profile, profile))
        forget = MessageAction(_("Delete the key"), partial(self._forget_key, profile))
        self.verdict.show_result("warn", title, detail.format(host=before), [send, forget])

    def _written(self) -> Profile:
        """Profile from the fields. Raises InputError."""
        settings = self._core.settings.value
        more = replace(
            self.limits.taken_by(self._like or Profile(name="", title="", base_url="")),
            path=self.path.text().strip() or USUAL_PATH,
            model=self.model.text().strip(),
            prices=profiles.read_prices(self.prices.toPlainText()),
            extra_fields=extra_fields.checked(self.extra.toPlainText()),
        )
        return more if self._built_in else self.form.profile(settings, more)

    def _elsewhere(self, profile: Profile) -> str | None:
        """Previous host of a stored key that would now be sent to another; None if unchanged."""
        like, settings = self._like, self._core.settings.value
        if like is None or not like.name:
            return None
        before = profiles.host_of(like.base_url)
        if before == profiles.host_of(profile.base_url):
            return None
        source = self._core.keys.status(like.name).source
        stored = (
            source in (KeySource.KEYRING, KeySource.SESSION) or like.name in settings.known_keys
        )
        return before if stored else None

    def _forget_key(self, profile: Profile) -> None:
        self._work.start(self._forget_and_keep(profile))

    async def _forget_and_keep(self, profile: Profile) -> None:
        self.verdict.show_result("busy", _("Deleting the key…"))
        try:
            await self._core.keys.delete_key(profile.name)
        except StudioError as error:
            self.verdict.show_error(error)
            return
        self._save_profile(profile)

    def _save_profile(self, profile: Profile) -> None:
        settings = self._core.settings
        # Any question about the key has been answered.
        key_hosts.forget_host(settings, profile.name)
        own = profiles.with_profile(settings.value, profile)
        # A built-in profile without changes by the user is not stored.
        settings.change(profiles=tuple(one for one in own if one not in built_in()))
        self.show_profile(None)
        self.kept.emit(profile)
