"""Tree view: a whole family of pictures, edited from one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.common.i18n import _
from studio.domain.entities import Job, Picture
from studio.domain.family import FamilyTree
from studio.domain.tree_layout import FoldState
from studio.ui.style.theme import theme
from studio.ui.support import view_keys
from studio.ui.support.key_repeat import ENTER
from studio.ui.support.layout_direction import placed
from studio.ui.support.ports import LibraryProtocol
from studio.ui.support.qt_overrides import needs
from studio.ui.support.view_keys import ViewCommand
from studio.ui.views.tree import tree_words
from studio.ui.views.tree.bar import TreeBar
from studio.ui.views.tree.canvas import STEP, TreeCanvas
from studio.ui.widgets.accessible import set_role
from studio.ui.widgets.plain_text import describe
from studio.ui.widgets.text import Text

NAME_WIDTH = 180  # width of the field for the name of a branch
NAME_HEIGHT = 26
NOTE_WIDTH = 320


class TreeView(QWidget):
    """Shows a `FamilyTree` under its bar.

    Signals:
        selection_changed: another picture is selected, or it was read.
        branch_selected: cost of the branch that begins with it (an Outlay); emitted afterwards.
        opened: open the selected picture in the loupe.
        closed: Esc was pressed.
        action: "drag" and the selected picture, within the mouse event.
        menu_requested: the selected picture and the global position.
        job_chosen: id of a clicked job.
        branch_named: id of a picture and the name of the branch that begins there; "" clears it.
        outdated: the family may have changed.
    """

    selection_changed = Signal()
    branch_selected = Signal(object)
    opened = Signal(object)
    closed = Signal()
    action = Signal(str, object)
    menu_requested = Signal(object, QPoint)
    job_chosen = Signal(str)
    branch_named = Signal(str, str)
    outdated = Signal()

    def __init__(self, library: LibraryProtocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, QAccessible.Role.Grouping)
        # Branches folded and unfolded by hand, by root; remembered until the program ends.
        self._folds: dict[str, FoldState] = {}
        self._bar = TreeBar(self)
        self.canvas = TreeCanvas(library, self)
        self._alone = Text(
            _("Edit or vary it, and its family grows here."), "body", "text2", self.canvas
        )
        self._alone.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._alone.hide()
        self._note = Text("", "small", "text2", self.canvas, wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._field = QLineEdit(self.canvas)
        self._field.setAccessibleName(_("Name of the branch"))
        describe(self._field, "")
        self._field.setPlaceholderText(_("Name of the branch"))
        self._field.setMaxLength(80)
        self._field.hide()
        self._field.installEventFilter(self)
        # Ids of a picture and of its replacement, until that is read.
        self._replaced = ("", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.canvas, 1)
        self.setAccessibleName(_("Tree"))
        self.setFocusProxy(self.canvas)
        self._connect()

    def _connect(self) -> None:
        canvas, bar = self.canvas, self._bar
        bar.words_chosen.connect(canvas.set_words)
        bar.filter_chosen.connect(canvas.set_filter)
        bar.fit.connect(canvas.fit)
        canvas.selection_changed.connect(self.on_selection)
        canvas.opened.connect(self.on_opened)
        canvas.closed.connect(self.closed)
        canvas.dragged.connect(self.on_dragged)
        canvas.menu_wanted.connect(self.on_menu)
        canvas.job_chosen.connect(self.job_chosen)
        canvas.naming_wanted.connect(self.name_branch)
        canvas.folds_changed.connect(self.on_folds_changed)
        canvas.moved.connect(self.on_moved)

    # --- content --------------------------------------------------------------------------

    @property
    def tree(self) -> FamilyTree:
        """The family shown."""
        return self.canvas.scene.tree

    @property
    def row(self) -> int | None:
        """Index row of the selected picture; None for one that is not in the library."""
        node = self.canvas.scene.node
        return node.row if node is not None and node.id in self.canvas.readable else None

    @property
    def picture(self) -> Picture | None:
        """The selected picture; None until it is read."""
        return self.canvas.picture

    @property
    def naming(self) -> QLineEdit:
        """The field for the name of a branch; hidden unless one is being named."""
        return self._field

    def show_tree(self, tree: FamilyTree, selected: str) -> None:
        """Open a family, with a picture selected."""
        self.stop_naming()
        folds = self._folds.get(tree.root, FoldState())
        self._show_facts(tree)
        self.canvas.show_tree(tree, selected, folds=folds)
        self._place_hint()

    def renew(self, tree: FamilyTree) -> None:
        """Show the same family after a change."""
        self._show_facts(tree)
        self.canvas.renew(tree)
        id, successor = self._replaced
        if successor in tree.nodes:
            self._replaced = ("", "")
            if self.canvas.selected == id:
                self.canvas.select(successor)
        self._place_hint()

    def show_successor(self, id: str, successor: str) -> None:
        """Select the picture that replaced another one (both by id), if that one is selected."""
        self._replaced = (id, successor)
        self.outdated.emit()

    def set_jobs(self, jobs: Sequence[Job]) -> None:
        """Show these running jobs at the pictures they edit."""
        self.canvas.set_jobs(jobs)

    def refresh(self, ids: Iterable[str]) -> None:
        """Read changed pictures again."""
        found = [id for id in ids if id in self.tree.nodes]
        if found:
            self.canvas.refetch(found)
            self.outdated.emit()

    def set_presenting(self, *, presenting: bool) -> None:
        """Show only the tree, or the bar again."""
        self._bar.setVisible(not presenting)

    def step(self, way: int) -> None:
        """Select the next (1) or previous (-1) picture of the same generation."""
        self.canvas.to_beside(way)

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.canvas.zoom_by(STEP)

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.canvas.zoom_by(1 / STEP)

    def focus_view(self) -> None:
        """Give the tree keyboard focus."""
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_facts(self, tree: FamilyTree) -> None:
        root = tree.nodes.get(tree.root)
        self._bar.show_family(
            "" if root is None else tree_words.name_of(root),
            "" if root is None else tree_words.head(tree),
        )
        self._alone.setVisible(len(tree) == 1 and not tree.jobs)

    def _place_hint(self) -> None:
        rect = self.canvas.box_rect(self.tree.root)
        if rect is not None:
            self._alone.adjustSize()
            after, hint = placed(self.canvas, rect), self._alone.rect()
            hint.moveTo(
                round(after.right()) + 24, round(after.center().y()) - self._alone.height() // 2
            )
            self._alone.setGeometry(placed(self.canvas, hint))

    @property
    def note(self) -> str:
        """Note on the share of the family that is drawn, and on keys."""
        scene = self.canvas.scene
        if scene.node is None or len(scene.tree) < 2:
            return ""
        texts = []
        fold = view_keys.spoken(ViewCommand.TREE_FOLD)
        name = view_keys.spoken(ViewCommand.TREE_NAME)
        if fold and name:
            # Translators: {fold} and {name} are keys.
            texts.append(_("{fold} folds a branch, {name} names it").format(fold=fold, name=name))
        if scene.shape.folds:
            texts.insert(0, tree_words.drawn(scene.shape.shown, len(scene.tree)))
        return "\n".join(texts)

    def _place_note(self) -> None:
        """Place the note in the bottom trailing corner, or beside the map."""
        self._note.setText(self.note)
        width = theme().px(NOTE_WIDTH)
        self._note.setFixedSize(
            width, self._note.fontMetrics().lineSpacing() * (self.note.count("\n") + 1)
        )
        room, note = self.canvas.rect(), self._note.rect()
        end = room.width() - 12
        if not self.canvas.map.isHidden():
            end = placed(self.canvas, self.canvas.map.geometry()).x() - 10
        note.moveTo(end - width, room.height() - 12 - self._note.height())
        self._note.setGeometry(placed(self.canvas, note))

    # --- naming a branch ------------------------------------------------------------------

    def name_branch(self) -> None:
        """Ask for the name of the branch that begins with the selected picture."""
        node, place = self.canvas.scene.node, self.canvas.tag_place()
        if node is None or place is None or node.id not in self.canvas.readable:
            return
        width, height = theme().px(NAME_WIDTH), theme().height(NAME_HEIGHT)
        left = round(place.center().x() - width / 2)
        top = round(place.bottom() - height)
        room = self.canvas.rect()
        self._field.setGeometry(
            min(max(left, 4), max(room.width() - width - 4, 4)),
            min(max(top, 4), max(room.height() - height - 4, 4)),
            width,
            height,
        )
        self._field.setText(node.branch)
        self._field.selectAll()
        self._field.show()
        self._field.raise_()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_naming(self) -> None:
        """Hide the field; the name stays as it was."""
        if not self._field.isHidden():
            had = self._field.hasFocus()
            self._field.hide()
            if had:
                self.focus_view()

    def on_named(self) -> None:
        """Name the branch as written."""
        node, name = self.canvas.scene.node, " ".join(self._field.text().split())
        self.stop_naming()
        if node is not None and name != node.branch:
            self.branch_named.emit(node.id, name)

    # --- slots ----------------------------------------------------------------------------

    def on_selection(self) -> None:
        """Emit the selection, and the cost of its branch."""
        self._place_note()
        self.selection_changed.emit()
        scene = self.canvas.scene
        if scene.node is not None:
            self.branch_selected.emit(scene.tree.outlay(scene.selected))

    def on_moved(self) -> None:
        """Keep the hint beside the only picture, and end the naming of a branch."""
        self.stop_naming()
        self._place_note()
        if not self._alone.isHidden():
            self._place_hint()

    def on_folds_changed(self) -> None:
        """Remember the branches folded by hand."""
        self._folds[self.tree.root] = self.canvas.scene.folds

    def on_opened(self) -> None:
        """Open the selected picture in the loupe."""
        if self.picture is not None:
            self.opened.emit(self.picture)

    def on_dragged(self) -> None:
        """Request a drag of the selected picture."""
        if self.picture is not None:
            self.action.emit("drag", self.picture)

    def on_menu(self, at: QPoint) -> None:
        """Request the context menu of the selected picture."""
        if self.picture is not None:
            self.menu_requested.emit(self.picture, at)

    # --- Qt -------------------------------------------------------------------------------

    @needs("_field")
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field:
            # Not passed to the field, which would pass them on to the tree.
            if isinstance(event, QKeyEvent) and event.key() in (*ENTER, Qt.Key.Key_Escape):
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()
                    return True
                if event.type() == QEvent.Type.KeyPress:
                    if event.key() in ENTER:
                        self.on_named()
                    else:
                        self.stop_naming()
                    return True
            if event.type() == QEvent.Type.FocusOut:
                self._field.hide()
        return super().eventFilter(watched, event)
