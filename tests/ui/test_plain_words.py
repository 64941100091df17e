"""Words of users and services are shown as they are, never read as markup."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6 import QtGui
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QLabel,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from studio.app.core_options import CoreOptions
from studio.config.settings import Profile
from studio.domain.drafts import Draft
from studio.ui.dialogs.question import Question
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.plain_text import plain_tip, set_words
from studio.ui.widgets.text import Paragraph
from tests.canary import KEY
from tests.fake_service import FakeService, Reply
from tests.source_files import nodes, parsed, texts
from tests.ui import windows
from tests.ui.windows import opened, until

UI = Path(__file__).resolve().parents[2] / "studio" / "ui"
IMAGE = '<img src="file:///tmp/x.svg">'
HOSTILE = (IMAGE, "<b>bold</b>", "&amp; &lt;i&gt;", "a&b", " two  spaces <br>", "line\n<u>two</u>")

NEVER = {
    # Qt shows these as rich text where they look like it; nothing here needs them.
    "setWhatsThis", "setStatusTip", "setHtml", "insertHtml", "appendHtml", "setMarkdown",
    "fromHtml", "QMessageBox", "QErrorMessage", "QTextBrowser", "QStaticText", "QProgressDialog",
    "QInputDialog", "QWhatsThis", "ToolTipRole", "StatusTipRole", "WhatsThisRole", "AutoText",
    "MarkdownText", "setDefaultStyleSheet", "setAcceptRichText(True)",
}  # fmt: skip
AT_HOME = {
    "setToolTip": {"widgets/plain_text.py"},
    "RichText": {"widgets/text.py"},
    "showText": {
        # An item of a list; what it says goes through plain_tip.
        "dialogs/export/preview_list.py",
        "widgets/tips.py",
        "widgets/menu.py",
        "views/gallery/view.py",
        "panels/sidebar/rail.py",
    },
    "showMessage": {"controllers/notifications.py"},
    "addAction": {
        "window/actions.py",
        "window/menus.py",
        "controllers/collections.py",
        "controllers/place_menus.py",
        "widgets/menu.py",
    },
    "QAction": {"window/actions.py", "window/menus.py", "controllers/collections.py"},
    "QLabel": set(),
}
WRITES_ITSELF = {
    # Buttons whose words are our own; and the one that doubles each & itself.
    "widgets/buttons.py", "widgets/segmented.py", "panels/composer/aspect_picker.py",
    "panels/composer/generate_button.py", "views/gallery/view.py",
    "panels/inspector/preview.py",
}  # fmt: skip


@cache
def trees() -> dict[str, ast.Module]:
    """The code of the window, by file."""
    return {name: parsed(source) for name, source in texts(UI)}


@cache
def nodes_by_file() -> list[tuple[str, ast.AST]]:
    return [(file, node) for file, tree in trees().items() for node in nodes(tree)]


def name_of(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def test_nothing_in_the_window_reads_markup() -> None:
    for file, node in nodes_by_file():
        assert name_of(node) not in NEVER, f"{file}: {name_of(node)}"
        if name_of(node) == "RichText":
            assert file in AT_HOME["RichText"], file


def test_tool_tips_menus_and_messages_go_through_their_doors() -> None:
    for file, node in nodes_by_file():
        if not isinstance(node, ast.Call):
            continue
        called = name_of(node.func)
        if called == "QLabel":
            # A label without words: those with words are Text or Paragraph.
            words = [ast.unparse(each) for each in node.args]
            assert words in ([], ["self"], ["parent"], ["head"], ["made"], ["box"], ["sign"]), file
        elif called in AT_HOME:
            assert file in AT_HOME[called], f"{file}: {called}"
        if called == "showText":
            said = ast.unparse(node.args[1])
            assert said.startswith("plain_tip(") or said.endswith(".toolTip()"), file


def test_labels_made_bare_show_pictures_only() -> None:
    for file, tree in trees().items():
        bare = set()
        for node in nodes(tree):
            if isinstance(node, ast.Assign):
                made = {name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
                if "QLabel" in made:
                    bare |= {ast.unparse(one) for target in node.targets
                             for one in getattr(target, "elts", [target])}  # fmt: skip
        for node in nodes(tree):
            if isinstance(node, ast.Call) and name_of(node.func) == "setText":
                assert isinstance(node.func, ast.Attribute)
                assert ast.unparse(node.func.value) not in bare, file


def test_labels_with_words_are_plain_by_construction() -> None:
    kinds = {
        (file, node.name)
        for file, node in nodes_by_file()
        if isinstance(node, ast.ClassDef) and "QLabel" in map(name_of, node.bases)
    }
    assert kinds == {
        ("widgets/text.py", "Text"),
        ("widgets/text.py", "Paragraph"),
    }


def test_a_button_that_paints_itself_takes_words_of_others_by_their_door() -> None:
    for file, tree in trees().items():
        for made in nodes(tree):
            if not isinstance(made, ast.ClassDef):
                continue
            bases = {name_of(base) for base in made.bases}
            if not bases & {"QAbstractButton", "QRadioButton", "QToolButton", "QPushButton"}:
                continue
            for node in nodes(made):
                own = isinstance(node, ast.Call) and ast.unparse(node.func) == "self.setText"
                assert not own or file in WRITES_ITSELF, f"{file}: use set_words"


def shown(tip: str) -> str:
    """What people read where Qt shows this tool tip."""
    if not QtGui.Qt.mightBeRichText(tip):
        return tip
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


signs = st.sampled_from([*"<>&;\n /!?ab\"'=", "&lt;", "<img src=x>", "<?xml", "<!doc", "ü", "مر"])


@settings(max_examples=150, deadline=None)
@given(st.lists(signs, max_size=12).map("".join))
def test_a_tool_tip_is_shown_sign_by_sign(text: str) -> None:
    assert shown(plain_tip(text)) == text


def test_a_name_in_a_tool_tip_turns_nothing_round_and_fills_no_screen() -> None:
    turning = "\u202ename\u2066\u200f\x1b"
    tip = shown(plain_tip(f"{turning}\n1024 × 768\n$0.03"))
    assert tip == "\ufffdname\ufffd\ufffd\ufffd\n1024 × 768\n$0.03"
    spread = shown(plain_tip("<b>first" + "\n" * 60 + "last\n$0.03"))
    assert spread == "<b>first\nlast\n$0.03"
    assert shown(plain_tip("/\u200bhome/\u200bann")) == "/\u200bhome/\u200bann"
    endless = shown(plain_tip("\n".join(map(str, range(900)))))
    assert endless.count("\n") == 23
    assert endless.endswith("…")


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_others_are_no_key_and_no_markup(dressed: None, words: str) -> None:
    host = QWidget()
    column = QVBoxLayout(host)
    button = Button(words, parent=host)
    other = QCheckBox(host)
    set_words(other, words)
    column.addWidget(button)
    for each in (button, other):
        assert each.shortcut().isEmpty()
    assert button.text().replace("&&", "&") == words
    paragraph = Paragraph(words, strong=words)
    document = QTextDocument()
    document.setHtml(paragraph.text())
    assert " ".join(document.toPlainText().split()) == " ".join(words.split())
    menu = Menu("", host)
    row, inner = menu.entry(words, words), menu.submenu(words).menuAction()
    for action in (row, inner):
        text = action.text().partition("\t")[0]
        assert "&" not in text.replace("&&", "")
        assert text.replace("&&", "&") == " ".join(words.split())


def test_a_name_in_a_title_is_no_sign_of_a_changed_document(dressed: None) -> None:
    question = Question("Delete [*]?")
    assert question.windowTitle().replace("\u200b", "") == "Delete [*]?"
    assert "[*]" not in question.windowTitle()


async def test_hostile_names_are_shown_literally_wherever_the_pointer_rests(tmp_path: Path) -> None:
    error = {"error": {"code": 400, "message": f"No {IMAGE} & <b>so</b> &lt;on&gt;"}}
    service = FakeService(fallback=lambda _request: Reply(status=400, body=error))
    with service as running:
        own = Profile(
            name="evil", title=f"Evil {IMAGE} a&b", base_url=running.url, model=f"m{IMAGE}"
        )
        options = CoreOptions()
        async with opened(tmp_path, options=options, key=KEY) as window:
            core = window.core
            core.settings.change(profiles=(own,))
            (picture,) = await windows.make(window, f"fox {IMAGE} a&b &lt;b&gt;")
            for words in HOSTILE:
                plain = " ".join(words.split())
                await core.library.tag([picture.id], add=[plain.replace(",", "")])
                await core.library.collections.collect([picture.id], plain)
            await core.library.entitle([picture.id], f"{IMAGE} & <b>title</b> a&b {'x' * 200}")
            await core.library.annotate([picture.id], IMAGE)
            window.composer.set_draft(
                Draft(
                    profile="dgrid", model=f"m{IMAGE}", prompt=f"{{{IMAGE}|<b>b</b>}} & &lt;i&gt;"
                )
            )
            window.gallery.select_keys([window.library_view.order[0]])
            await until(core, lambda: window.inspector.page.tags.chips, "tags are shown")
            await until(core, lambda: window.sidebar.findChildren(QAbstractItemView), "places")
            window.composer.generate_now()
            await until(
                core,
                lambda: any(job.failure for job in core.queue.jobs.values()),
                "the service has refused",
            )
            met = hover_everything(window)
            assert any("<img" in each for each in met), met
            for tip in met:
                assert "\ufffc" not in tip
            for label in window.findChildren(QLabel):
                if not isinstance(label, Paragraph) and label.objectName() != "qtooltip_label":
                    plainly = label.textFormat() is Qt.TextFormat.PlainText
                    assert plainly or not label.text(), label.text()
            for each in window.findChildren(QAbstractButton):
                assert each.shortcut().isEmpty(), each.text()


def hover_everything(window: QWidget) -> list[str]:
    """Rest on every widget and row; what is read there, which must be what was meant."""
    met: list[str] = []
    tipped = [each for each in window.findChildren(QWidget) if each.toolTip()]
    places = [(each, each.rect().center()) for each in tipped]
    for view in window.findChildren(QAbstractItemView):
        rows = range(min(view.model().rowCount(), 20)) if view.model() else ()
        for row in rows:
            at = view.visualRect(view.model().index(row, 0)).center()
            places.append((view.viewport(), at))
    for widget, at in places:
        if not widget.isVisible():
            continue
        QToolTip.hideText()
        event = QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at))
        QApplication.sendEvent(widget, event)
        tips = [
            label
            for label in QApplication.topLevelWidgets()
            if isinstance(label, QLabel) and label.isVisible() and label.text()
        ]
        met += [shown(tip.text()) for tip in tips]
        if widget.toolTip():
            met.append(shown(widget.toolTip()))
    QToolTip.hideText()
    return met
