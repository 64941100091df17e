"""The chip and the list of drag recipes."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.common.i18n import _, ngettext, number
from studio.domain.export import ExportPreset, title_of
from studio.ui.controllers.drag_recipes import DragRecipes, progress_words
from studio.ui.dialogs.export.export_words import summary
from studio.ui.panels.status_bar.activity import StatusBar
from studio.ui.panels.status_bar.recipe_popover import RecipeChoice, RecipePopover
from studio.ui.support.tasks import spawn
from studio.ui.widgets.accessible import announce


class RecipeChooser(QObject):
    """Shows the recipe in the status bar, and lets the user choose another one.

    Attributes:
        popover: the list.
    """

    def __init__(self, recipes: DragRecipes, status_bar: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._recipes = recipes
        self._status_bar = status_bar
        self.popover = RecipePopover(status_bar, "Ctrl+D")
        self.popover.chosen.connect(self.on_chosen)
        recipes.changed.connect(self.on_changed)

    def toggle(self) -> None:
        """Open or close the list."""
        if self.popover.isVisible():
            self.popover.close_it()
        else:
            spawn(self._open())

    async def _open(self) -> None:
        if not self._recipes.presets:
            await self._recipes.load_presets()
        self._fill()
        self.popover.open_over(self._status_bar.recipe_anchor)

    def on_chosen(self, id: str) -> None:
        """Use another preset for drags from the place shown."""
        self._recipes.choose(id)
        # Translators: {recipe} is a preset for export, such as "Web JPEG 2048".
        words = _("Drag as {recipe}").format(recipe=title_of(self._recipes.preset))
        announce(self._status_bar, words)

    def on_changed(self) -> None:
        """Show the recipe and the progress of its copies."""
        recipes = self._recipes
        made, total = recipes.prepared
        self._status_bar.show_recipe(
            title_of(recipes.preset),
            originals=recipes.gives_originals,
            progress=progress_words(made, total) if recipes.waits else "",
        )
        if self.popover.isVisible():
            self._fill()

    def _fill(self) -> None:
        recipes = self._recipes
        chosen = recipes.preset.id
        choices = [
            self._choice(one, chosen=one.id == chosen and (recipes.own or not recipes.collection))
            for one in recipes.presets
        ]
        if recipes.collection:
            library = recipes.library_preset
            choices.insert(
                0,
                RecipeChoice(
                    "", _("Same as everywhere else"), title_of(library), chosen=not recipes.own
                ),
            )
        self.popover.show_recipes(choices)
        self.popover.show_state(self._state())

    def _choice(self, preset: ExportPreset, *, chosen: bool) -> RecipeChoice:
        line = summary(preset)
        if chosen and self._recipes.own:
            # Translators: {name} is a collection.
            line = _("default of {name}").format(name=self._recipes.collection)
        return RecipeChoice(preset.id, title_of(preset), line, chosen)

    def _state(self) -> str:
        recipes = self._recipes
        if recipes.gives_originals:
            return _("The original files, bit for bit.")
        made, total = recipes.prepared
        hint = _("Hold Ctrl as you start dragging to get the original.")
        if not total:
            return hint
        if made < total:
            ready = _("{made} of {total} copies are ready.").format(
                made=number(made), total=number(total)
            )
        else:
            ready = ngettext("{n} copy is ready.", "{n} copies are ready.", total).format(
                n=number(total)
            )
        # Translators: {one} and {two} are whole sentences.
        return _("{one} {two}").format(one=ready, two=hint)
