"""Status of a key without the key itself: source, state and a sentence; cleaning of pasted keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from studio.common.errors import InputError
from studio.common.i18n import _
from studio.config.environment import KEY_VARIABLE

_WRAPPING = re.compile(
    r"^(?:export\s+)?(?:[\w-]*key\s*[:=]\s*)?(?:authorization\s*[:=]\s*)?", re.IGNORECASE
)


class KeySource(StrEnum):
    """Source of a profile's key."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    SESSION = "session"
    NONE = "none"


class KeyState(StrEnum):
    """State of the keyring's key, or reason for not saving a session's key."""

    OK = "ok"
    UNREAD = "unread"  # saved, but not read yet
    LOCKED = "locked"
    WAITING = "waiting"  # the keyring shows its prompt, or does not answer
    ABSENT = "absent"  # no keyring on this system
    DENIED = "denied"  # the user or the system denied access
    TOO_LONG = "too long"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """Status of a profile's key, without the key.

    Attributes:
        sentence: the status in words.
        reason: reason why the key is not saved or cannot be read; "" otherwise.
    """

    profile: str
    source: KeySource
    state: KeyState
    sentence: str
    reason: str = ""

    @property
    def usable(self) -> bool:
        """Whether a request can be made now, as far as known."""
        return self.source in (KeySource.ENVIRONMENT, KeySource.SESSION) or self.saved

    @property
    def saved(self) -> bool:
        """Whether the key is in the keyring and can be read."""
        return self.source is KeySource.KEYRING and self.state in (KeyState.OK, KeyState.UNREAD)

    @property
    def locked(self) -> bool:
        """Whether unlocking the keyring would help."""
        return self.source is not KeySource.SESSION and self.state in (
            KeyState.LOCKED,
            KeyState.WAITING,
            KeyState.DENIED,
        )


def describe(profile: str, source: KeySource, state: KeyState, reason: str = "") -> KeyStatus:
    """The status with its sentence; `reason` becomes a part of it."""
    return KeyStatus(
        profile=profile,
        source=source,
        state=state,
        sentence=_sentence(source, state, reason),
        reason=reason,
    )


def _sentence(source: KeySource, state: KeyState, reason: str) -> str:
    if source is KeySource.ENVIRONMENT:
        return _("The key is from {variable}, for this run only.").format(variable=KEY_VARIABLE)
    if source is KeySource.SESSION:
        return _("Key kept for this session only: {reason}.").format(reason=reason)
    if state is KeyState.WAITING:
        return _("Waiting for the keyring's password prompt.")
    if source is KeySource.KEYRING and state in (KeyState.OK, KeyState.UNREAD):
        return _("The key is saved in the system keyring.")
    if state is KeyState.NONE:
        return _("No key")
    return _("The key cannot be read: {reason}.").format(reason=reason)


def clean(key: str) -> str:
    """A pasted key without quotes, "Bearer", spaces and line endings.

    Raises InputError for an empty text and for characters that no key has.
    """
    text = re.sub("[\u200b-\u200f\u2060\ufeff]", "", key).strip().strip("\"'`“”‘’").strip()
    text = _WRAPPING.sub("", text).strip().strip("\"'`")
    text = re.sub(r"^bearer(\s+|$)", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+", "", text).strip("\"'`")
    if not text:
        raise InputError(_("The key is empty"), hint=_("Paste the key as the provider shows it."))
    if len(text) > 4096 or not all("!" <= sign <= "~" for sign in text):
        raise InputError(
            _("This is not a key"),
            _("It contains invalid characters, or is too long."),
            hint=_("Copy it again from the provider's page."),
        )
    return text
