"""The error shown when the library cannot be opened, and its override."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.common.errors import LibraryLocked, StorageError
from studio.common.library_lock import LibraryLock
from studio.ui.dialogs.start_error import StartErrorDialog
from studio.ui.style import theme
from studio.ui.widgets.buttons import Button


@pytest.fixture
def dressed(qapp: QApplication) -> None:
    theme.install(qapp, "dark", scale=1.0)


def locked(folder: Path) -> LibraryLocked:
    note = {"pid": 7, "host": "attic", "machine": "of somebody else", "started": 1.0}
    (folder / ".gridbrush").mkdir()
    (folder / ".gridbrush" / "lock").write_text(json.dumps({**note, "version": "0.1"}))
    with pytest.raises(LibraryLocked) as caught:
        LibraryLock(folder).acquire()
    return caught.value


def test_a_library_left_open_elsewhere_can_be_opened_anyway(dressed: None, tmp_path: Path) -> None:
    dialog = StartErrorDialog(locked(tmp_path))
    ended: list[int] = []
    dialog.finished.connect(ended.append)
    dialog.open_anyway.click()
    assert dialog.anyway
    assert len(ended) == 1


def test_other_trouble_has_no_way_around(dressed: None) -> None:
    dialog = StartErrorDialog(StorageError("The disk is read-only"))
    (close,) = dialog.findChildren(Button)
    close.click()
    assert not dialog.anyway


@pytest.mark.parametrize("anyway", [False, True])
def test_enter_presses_what_has_the_keyboard(
    dressed: None, tmp_path: Path, *, anyway: bool
) -> None:
    dialog = StartErrorDialog(locked(tmp_path))
    dialog.show()
    dialog.activateWindow()
    wanted = "Open anyway" if anyway else "Quit"
    next(each for each in dialog.findChildren(Button) if each.text() == wanted).setFocus()
    ended: list[int] = []
    dialog.finished.connect(ended.append)
    focused = dialog.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert dialog.anyway is anyway
    assert len(ended) == 1
