"""Previews while the seam is adjusted: one at a time, the newest request first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from studio.common.errors import NotDecoded
from studio.imaging.comparer import Comparer
from studio.imaging.composition import AnswerFacts, CompositionRecipe, SeamPixels, SeamView

log = logging.getLogger(__name__)


class SeamPreview:
    """Requests previews, of one picture at a time.

    Attributes:
        asked: number of previews requested.
        overtaken: number of previews never computed because of a newer request.
    """

    def __init__(self, comparer: Callable[[], Comparer]) -> None:
        """`comparer` returns the client, and is called for each request."""
        self.asked = self.overtaken = 0
        self._comparer = comparer
        self._turn = asyncio.Lock()
        # Number of the current picture; requests for earlier ones are outdated.
        self._picture = 0
        self._open = False

    async def facts(self, recipe: CompositionRecipe) -> AnswerFacts | None:
        """Measurements of the answer; None if the user has left the picture meanwhile.

        Raises PictureUnreadable.
        """
        picture = self._picture
        async with self._turn:
            if picture != self._picture:
                return None
            self._open = True
            found = await self._comparer().open_seam(recipe)
        return found if picture == self._picture else None

    async def pixels(self, recipe: CompositionRecipe, view: SeamView) -> SeamPixels | None:
        """A preview; None if a newer one was requested, or the answer does not line up.

        If the process has ended, it is started again. Raises PictureUnreadable.
        """
        self.asked += 1
        wish, picture = self.asked, self._picture
        async with self._turn:
            if wish != self.asked or picture != self._picture:
                self.overtaken += 1
                return None
            self._open = True
            try:
                found = await self._comparer().seam_preview(recipe, view)
            except NotDecoded as error:
                log.warning("A preview is computed once more: %s", error)
                found = await self._comparer().seam_preview(recipe, view)
        # A preview outdated while it was computed is still newer than the one shown.
        return found if picture == self._picture else None

    async def close(self) -> None:
        """Drop pending requests, and free the pictures that the process keeps."""
        self._picture += 1
        async with self._turn:
            if self._open:
                self._open = False
                await self._comparer().close_seam()
