"""A question is as tall as its words need at its width, and no taller."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui.dialogs.question import Question

LONG = (
    "It is removed from the history, the records and their copies, and its file names. Its "
    "pictures stay. This cannot be undone."
)


@pytest.mark.parametrize("width", [440, 480])
@pytest.mark.parametrize("sentences", [(), (LONG,), (LONG, LONG), ("Short.", LONG, "Short.")])
def test_no_room_is_left_over_and_no_line_is_cut(
    dressed: None, qtbot: QtBot, width: int, sentences: tuple[str, ...]
) -> None:
    question = Question("Delete this prompt permanently?", sentences, width=width)
    qtbot.addWidget(question)
    question.add_button("Delete", question.accept)
    question.add_button("Keep it", question.reject, kind="primary", first=True)
    question.show()
    QApplication.sendPostedEvents()
    assert question.width() == width
    layout = question.layout()
    assert layout is not None
    assert question.height() == layout.totalHeightForWidth(width)
    assert question.title.height() == question.title.heightForWidth(question.title.width())


def test_words_that_become_more_get_the_room_they_need(dressed: None, qtbot: QtBot) -> None:
    question = Question("Quit?", (), width=440)
    qtbot.addWidget(question)
    words = question.add_text("")
    button = question.add_button("", question.accept, kind="primary", first=True)
    question.show()
    QApplication.sendPostedEvents()
    words.setText(LONG * 3)
    button.setText("Quit when all of them are done and nothing is left to be waited for " * 2)
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    assert button.width() >= button.sizeHint().width()
    assert words.height() >= words.heightForWidth(words.width())
