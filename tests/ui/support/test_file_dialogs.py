"""How folders are shown beside the system's file dialogs."""

from __future__ import annotations

from studio.common.paths import user_home
from studio.ui.support.file_dialogs import folder_words


def test_a_folder_of_the_home_is_shown_short() -> None:
    home = user_home()
    assert folder_words(home / "Pictures" / "a b") == "Pictures / a b"
    assert folder_words(home) == str(home)
    assert folder_words(home.parent / f"{home.name}2") == str(home.parent / f"{home.name}2")
