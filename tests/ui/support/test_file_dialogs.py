"""How folders are shown beside the system's file dialogs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QDir

from studio.ui.support.file_dialogs import folder_words


@pytest.mark.skipif(sys.platform == "win32", reason="paths are shown whole there")
def test_a_folder_of_the_home_is_shown_short() -> None:
    home = Path(QDir.homePath())
    assert folder_words(home / "Pictures" / "a b") == "~/Pictures/a b"
    assert folder_words(home) == "~"
    assert folder_words(home.parent / f"{home.name}2") == str(home.parent / f"{home.name}2")
