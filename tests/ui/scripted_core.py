"""A scripted core for tests of the panels around the gallery.

Settings, events and keys are the program's own; the keyring and the provider are scripted.
"""

from __future__ import annotations

import asyncio
import gettext
import threading
from collections.abc import Callable
from pathlib import Path

from studio.common import i18n, paths
from studio.common.errors import StudioError
from studio.config.credentials import Credentials, KeyringFailure
from studio.config.key_status import KeyState
from studio.config.settings import SettingsStore
from studio.domain.entities import AspectRatio, Failure, GenerationRequest, Job, JobState
from studio.domain.events import EventBus

PATIENCE = 60.0
"""Seconds after which what is waited for will not come; less than a test may take."""


class Vault:
    """A keyring in memory.

    Attributes:
        gate: calls wait for it while it is not set, as they wait for a prompt.
        trouble: what every call raises, if anything.
    """

    name = "scripted"

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.trouble: KeyringFailure | None = None

    def _wait(self) -> None:
        self.gate.wait(60)
        if self.trouble is not None:
            raise self.trouble

    def door(self) -> KeyState:
        if self.trouble is not None and self.trouble.state is KeyState.LOCKED:
            return KeyState.LOCKED
        return KeyState.OK if self.kept else KeyState.NONE

    def get(self, _service: str, profile: str) -> str | None:
        self._wait()
        return self.kept.get(profile)

    def set(self, _service: str, profile: str, key: str) -> None:
        self._wait()
        self.kept[profile] = key

    def delete(self, _service: str, profile: str) -> None:
        self._wait()
        self.kept.pop(profile, None)


class Quick(SettingsStore):
    """Saves without a thread, so that nothing is on its way when a test ends."""

    async def _save_soon(self) -> None:
        self.save()


class ScriptedDesk:
    """The core, as far as the panels ask.

    Attributes:
        tested: (profile, key) of every test.
        answer: what a test says; an error is raised.
        gate: tests wait for it while it is not set.
    """

    def __init__(self, home: Path, *, patience: float = 4.0) -> None:
        self.paths = paths.find(home)
        self.events = EventBus()
        self.settings: SettingsStore = Quick(self.paths.settings_file, self.events)
        self.vault = Vault()
        self.keys = Credentials(
            "scripted", self.settings, self.events, {}, self.vault, patience=patience
        )
        self.library_folder = self.paths.library
        self.tested: list[tuple[str, str | None]] = []
        self.answer: str | StudioError = "The key works: DGrid lists 4 image models."
        self.gate = asyncio.Event()
        self.gate.set()

    async def test_key(self, name: str, key: str | None = None) -> str:
        self.tested.append((name, key))
        await self.gate.wait()
        if isinstance(self.answer, StudioError):
            raise self.answer
        return self.answer


class Longer(gettext.NullTranslations):
    """A language whose texts are 40 % longer."""

    def gettext(self, message: str) -> str:
        more = max(1, round(len(message) * 0.4))
        return message + (" mmmm" * more)[:more]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, _context: str, message: str) -> str:
        return self.gettext(message)


def speak_longer() -> None:
    """Use that language from now on."""
    i18n.use(Longer())


def speak_english() -> None:
    """Back to the source."""
    i18n.use(gettext.NullTranslations())


def job(name: str, state: JobState, *, run: str = "run", pictures: int = 0) -> Job:
    """A job of that name in that state."""
    request = GenerationRequest(
        profile="sketch", model="sketch", prompt=f"a {name}", aspect=AspectRatio(1, 1)
    )
    failed = state is JobState.FAILED
    return Job(
        id=name,
        run=run,
        request=request,
        created=1.0,
        name=name,
        state=state,
        received=3_100_000 if state is JobState.RECEIVING else 0,
        failure=Failure(kind="server", title="The service is busy") if failed else None,
        pictures=tuple(f"{name}{n}" for n in range(pictures)),
    )


async def until(condition: Callable[[], object], what: str = "it never happened") -> None:
    """Let the loop run until `condition()` holds; fails with `what` when it never does."""
    loop = asyncio.get_running_loop()
    end_by = loop.time() + PATIENCE
    while not condition():
        assert loop.time() < end_by, what
        await asyncio.sleep(0.002)
