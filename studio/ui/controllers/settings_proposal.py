"""Offer to use the prompt and settings of a picture that came from outside as a reference.

The picture is a reference already; typed text stays until the user chooses its settings, which is
one undo step.
"""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject

from studio.app import embedded_settings
from studio.app.core import Core
from studio.app.embedded_settings import EmbeddedSettings
from studio.common.display_text import one_line
from studio.common.errors import InputError, StudioError
from studio.common.i18n import _, listed, ngettext, number, sentences
from studio.config.settings import OFFLINE
from studio.domain.drafts import Draft
from studio.domain.entities import Reference
from studio.ui.panels.composer.composer import Composer
from studio.ui.support.tasks import spawn
from studio.ui.widgets.message_action import MessageAction
from studio.ui.widgets.message_bar import Notice

log = logging.getLogger(__name__)

KEY = "embedded settings"
_PROMPT = 80  # characters of the prompt that are shown
_NAME = 40  # characters of other names
_NAMES = 4  # settings that are named


class SettingsProposal(QObject):
    """The offer in the composer's bar; a new one replaces the last."""

    def __init__(self, core: Core, composer: Composer, parent: QObject) -> None:
        super().__init__(parent)
        self._core = core
        self._composer = composer
        self._reference: Reference | None = None
        composer.changed.connect(self.on_draft_changed)
        composer.generate.connect(self.withdraw)

    def propose_for(self, reference: Reference) -> None:
        """Offer the settings of a reference, if its file or the library has any."""
        self.withdraw()
        self._reference = reference
        spawn(self._propose_for(reference))

    async def _propose_for(self, reference: Reference) -> None:
        try:
            found = await embedded_settings.read(self._core.library, reference)
        except StudioError as error:
            # The reference stays; the run reports the error.
            log.warning("The settings of an input cannot be read: %s", error)
            return
        if found is None or self._reference is not reference:
            return
        label = _("Use its prompt and settings") if found.tool else _("Use it as the prompt")
        self._composer.open_full()
        self._composer.bar.show_notice(
            Notice(
                key=KEY,
                text=self._sentence(found, reference),
                icon="info",
                actions=(
                    MessageAction(label, partial(self._use, found, reference)),
                    MessageAction(_("Use as reference"), self.withdraw),
                ),
                on_closed=self.withdraw,
            )
        )

    def withdraw(self, _run: object = None) -> None:
        """Remove the offer."""
        self._reference = None
        self._composer.bar.dismiss(KEY)

    def on_draft_changed(self, draft: Draft) -> None:
        """Remove the offer when its picture is no longer a reference."""
        offered = self._reference
        if offered and all(one.sha256 != offered.sha256 for one in draft.references):
            self.withdraw()

    def _use(self, found: EmbeddedSettings, reference: Reference) -> None:
        self.withdraw()
        here = self._composer.draft()
        try:
            draft = found.draft(here, reference, self._profile_of(found.model, here))
        except InputError as error:
            self._composer.show_error(error)
            return
        self._composer.remix(draft)

    def _profile_of(self, model: str, here: Draft) -> str:
        """A provider that has this model and a key, preferably the draft's; "" if there is none."""
        names = [one.name for one in self._core.settings.value.all_profiles if one.name != OFFLINE]
        for name in dict.fromkeys((here.profile, *names)):
            ready = name == here.profile or self._core.keys.status(name).source != "none"
            if ready and any(one.id == model for one in self._core.catalogue.models(name)):
                return name
        return ""

    def _sentence(self, found: EmbeddedSettings, reference: Reference) -> str:
        name = one_line(reference.name, _NAME) or _("The picture")
        prompt = one_line(found.text, _PROMPT)
        if found.tool:
            # Translators: {name} is a picture, {tool} the program that made it.
            words = _("{name} was made with {tool}: “{prompt}”.")
        else:
            # Translators: {name} is a picture.
            words = _("{name} has a description: “{prompt}”.")
        said = words.format(name=name, tool=one_line(found.tool, _NAME), prompt=prompt)
        if unused := self._unused(found):
            # Translators: {names} are settings of another program that have no counterpart here.
            said = sentences(said, _("Not used: {names}.").format(names=listed(unused)))
        return said

    def _unused(self, found: EmbeddedSettings) -> list[str]:
        """Names of the first few settings that are left out."""
        names = [one_line(name, _NAME) for name in found.left_out]
        known = found.picture is not None or not found.model
        if not known and not self._profile_of(found.model, self._composer.draft()):
            # Translators: {model} is the name of a model of another program.
            names.insert(0, _("model {model}").format(model=one_line(found.model, _NAME)))
        more = len(names) - _NAMES
        # Translators: {n} more names in a list.
        rest = ngettext("{n} more", "{n} more", more).format(n=number(more))
        return names[:_NAMES] + ([rest] if more > 0 else [])
