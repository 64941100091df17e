"""The scene a motif is painted on: a canvas with palette, recipe and random numbers."""

from __future__ import annotations

import threading
from random import Random

from studio.providers.sketch.canvas import SketchCanvas
from studio.providers.sketch.palettes import ScenePalette
from studio.providers.sketch.recipe import Recipe
from studio.providers.sketch.sizes import Size


class Scene(SketchCanvas):
    """A canvas with everything its motif depends on.

    Attributes:
        palette: its colours.
        recipe: motif, light, weather, variant and small objects.
        form: random numbers of the composition, the same for a motif and seed in every light and at
            every size.
    """

    def __init__(
        self,
        size: Size,
        palette: ScenePalette,
        recipe: Recipe,
        stop: threading.Event | None = None,
    ) -> None:
        super().__init__(*size, stop)
        self.palette = palette
        self.recipe = recipe
        self.form = Random(recipe.form)

    def random(self) -> float:
        """A random number from 0 to 1."""
        return self.form.random()

    def between(self, low: float, high: float) -> float:
        """A random number from `low` to `high`."""
        return low + (high - low) * self.form.random()

    def pick(self, count: int) -> int:
        """A random whole number from 0 to count - 1."""
        return int(self.form.random() * count)

    def noise(self) -> Random:
        """Random numbers for details; how many are drawn does not change the composition."""
        return Random(self.form.random())
