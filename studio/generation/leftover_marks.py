"""Detection of pictures that still show the marks they were made with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from studio.common.errors import PictureUnreadable, StorageError
from studio.common.i18n import _
from studio.domain.entities import GenerationRequest, Role
from studio.domain.guides import Guide
from studio.imaging.comparer import Comparer
from studio.imaging.guide_request import GuideDrawing
from studio.library.facade import Library

log = logging.getLogger(__name__)


class MarkChecker:
    """Looks for marks in pictures that were made from a marked copy."""

    def __init__(self, library: Library, comparer: Callable[[], Comparer]) -> None:
        """`comparer` is called for a client at each use."""
        self._library = library
        self._comparer = comparer

    async def warnings(self, request: GenerationRequest, made: Path) -> tuple[str, ...]:
        """A warning if the picture in `made` still shows marks; none if it cannot be read."""
        markup, edited = request.markup, request.edited
        drawn = sum(one.role is Role.MASK for one in request.references)
        if markup is None or edited is None or not markup.sent_marks:
            return ()
        if markup.frames or drawn != 1:
            # The answer does not show the same part as the marked copy.
            return ()
        drawing = GuideDrawing(guide=Guide(marks=True), marks=markup.sent_marks)
        try:
            path = await asyncio.to_thread(self._library.input_path, edited)
            found = await self._comparer().marks_left(path, made, drawing)
        except (PictureUnreadable, StorageError) as error:
            log.warning("Whether a picture shows marks is not known: %s", error)
            return ()
        return (_("The picture still shows the marks"),) if found else ()
