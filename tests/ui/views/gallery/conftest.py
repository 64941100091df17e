"""The gallery of the tests of kept tiles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from studio.ui.style import theme
from tests.ui.views.gallery.cached_gallery import CachedGallery


@pytest.fixture
def desk(
    application: QApplication, at_end: list[Callable[[], object]]
) -> Callable[..., CachedGallery]:
    theme.install(application, "dark", scale=1.0)

    def make(*, keeps: bool = True) -> CachedGallery:
        made = CachedGallery(keeps=keeps)
        at_end.append(made.end)
        return made

    return make
