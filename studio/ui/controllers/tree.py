"""Family trees: reading them, following changes, and naming branches."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.app.core import Core
from studio.ui.support.tasks import spawn
from studio.ui.views.tree import TreeView


class TreeReader(QObject):
    """Keeps the tree view in step with the library.

    Signals:
        said: sentence about a change, shown with Undo (str).
    """

    said = Signal(str)

    def __init__(self, core: Core, view: TreeView) -> None:
        super().__init__(view)
        self._core = core
        self._view = view
        self._reading = False
        self._again = False

    def on_outdated(self) -> None:
        """Read the family again after a change; changes meanwhile are read together."""
        if not self._view.tree.root or not self._view.isVisible():
            return
        self._again = True
        if not self._reading:
            self._reading = True
            spawn(self._read_again())

    async def _read_again(self) -> None:
        try:
            while self._again:
                self._again = False
                root = self._view.tree.root
                tree = await self._core.library.choosing.family(root)
                if self._view.tree.root == root:
                    self._view.renew(tree)
        finally:
            self._reading = False

    def on_branch_named(self, id: str, name: str) -> None:
        """Name a branch."""
        spawn(self._name(id, name), records=True)

    async def _name(self, id: str, name: str) -> None:
        sentence = await self._core.library.choosing.name_branch(id, name)
        if sentence:
            self.said.emit(sentence)
