"""Preparation before Qt is loaded: the core, and the first pictures on a thread."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import i18n, paths
from studio.common.errors import StudioError
from studio.common.terminal import harmless
from studio.config.environment import own_environment
from studio.ui.app.first_screen import FirstScreen


class Startup:
    """One start, in the language of the settings.

    Attributes:
        options: command line options.
        where: the program's folders.
        core: prepared, but not yet open.
        trouble: reason why the core cannot be opened; None if it can.
        first: reader of the first pictures; None if there is `trouble`.
        asked_to_end: signals received before the loop handled them.
    """

    def __init__(self, options: Any, where: paths.Paths, *, catalogues: Path | None = None) -> None:
        self.options = options
        self.where = where
        self._environ = own_environment()
        self._chosen = CoreOptions(
            provider=options.provider,
            base_url=options.base_url,
            anyway=options.anyway,
            trusted=options.trust,
        )
        self.asked_to_end: list[int] = []
        self.core = self._prepared()
        if language := self.core.settings.value.language:
            i18n.install(catalogues or paths.resources() / "locale", language)
        self.first = FirstScreen(self.core) if self.trouble is None else None

    def begin_again(self, *, anyway: bool) -> None:
        """Prepare another core; with `anyway`, even for a library that is open elsewhere."""
        self._chosen = replace(self._chosen, anyway=anyway)
        self.core = self._prepared()

    def _prepared(self) -> Core:
        self.trouble: StudioError | None = None
        core = Core(self.where, self._chosen, self._environ)
        try:
            core.prepare()
        except StudioError as error:
            self.trouble = error
        return core


def print_line(text: str) -> None:
    """Print a line to the terminal, on stderr."""
    sys.stderr.write(harmless(text) + "\n")
