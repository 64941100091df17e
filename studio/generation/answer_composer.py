"""Pictures made here: a model's answer composed into its parent, recomposed pictures, and crops.

Composing and verification run in the comparing process. A composed picture becomes the result only
if its saved file, read again, equals the parent in every pixel that has to be equal; otherwise the
model's own picture is the result, with a warning.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from studio.common import files
from studio.common.errors import InputError, PictureUnreadable, StorageError
from studio.common.i18n import _, listed
from studio.common.serial_executor import SerialExecutor
from studio.domain import guides
from studio.domain.derivation import SEAM, Derivation, Operation
from studio.domain.entities import (
    CostBasis,
    GenerationRequest,
    Parent,
    Picture,
    Reference,
    Role,
    new_id,
)
from studio.domain.markup import Frame, Markup
from studio.domain.models import Model
from studio.generation import answer_warnings
from studio.generation.guides import with_names
from studio.generation.journal_entry import JournalEntry
from studio.imaging.comparer import Comparer
from studio.imaging.composition import Composition, CompositionRecipe, Proof
from studio.imaging.decoder import Decoder, PictureFacts
from studio.library.facade import Library
from studio.library.files.originals import relative_path, sha256_of
from studio.library.operations import derived_pictures

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedAnswer:
    """Result of composing an answer.

    Attributes:
        answer: the model's own picture, hidden behind the composed one or shown with a warning.
        picture: the composed picture; None if the answer itself is the result.
    """

    answer: Picture
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptComposition:
    """The parts of a composed picture, all still in the library.

    Attributes:
        recipe: recipe with the seam and matching of the picture.
        size: width and height of the parent in pixels; a seam is a fraction of the longer side.
        feather: width in pixels of the region's own soft edge; narrower seams have no effect.
        hidden: the answer is not shown as a picture of its own.
    """

    recipe: CompositionRecipe
    size: tuple[int, int]
    feather: float
    hidden: bool


class AnswerComposer:
    """Makes pictures from others, without a model."""

    def __init__(
        self,
        *,
        library: Library,
        decoder: Decoder,
        comparer: Callable[[], Comparer],
        executor: SerialExecutor,
        find_model: Callable[[str, str], Model],
    ) -> None:
        """`executor` reads and writes files; `comparer` is called for a client at each use."""
        self._library = library
        self._decoder = decoder
        self._comparer = comparer
        self._executor = executor
        self._find_model = find_model

    async def compose_answer(
        self, request: GenerationRequest, answer: Picture, part: Path, entry: JournalEntry
    ) -> ComposedAnswer:
        """Compose an answer, whose file is `part`, into the edited picture.

        The composed file is `entry.composed`, durable. Raises StorageError.
        """
        markup, edited = request.markup, request.edited
        if markup is None or edited is None or not is_composed(markup):
            return ComposedAnswer(answer=answer)
        try:
            recipe, crop = await self._recipe(request, markup, edited, part)
            found = await self._comparer().compose(recipe)
            if found.reason is not None:
                return _kept(answer, answer_warnings.does_not_line_up(found))
            await self._executor.run(_rewrite, entry.composed, found.data)
            proof = await self._comparer().prove(recipe, entry.composed)
        except PictureUnreadable as error:
            log.warning("An answer could not be composed: %s", error)
            return _kept(answer, with_names(error.message, edited, markup.region))
        if proof.changed:
            log.error(
                "%d of %d pixels outside changed, which is a bug",
                proof.changed,
                proof.outside,
            )
            return _kept(answer, answer_warnings.changed_outside(proof))
        derivation = Derivation(
            operation=Operation.REFRAME if markup.frames else Operation.ONLY_HERE,
            markup=await self._executor.run(self._library.originals.keep_markup, markup),
            seam=markup.frames[0].seam if markup.frames else SEAM,
            match=recipe.match,
            crop=crop,
            outside=proof.outside,
            shift_x=found.shift[0],
            shift_y=found.shift[1],
            zoom=found.zoom,
        )
        picture = await self._composed_picture(answer, derivation, entry.composed)
        path = _path_beside(answer, entry.composed_id, answer.created)
        return ComposedAnswer(
            answer=replace(answer, answer=True, seen=True),
            picture=replace(
                picture,
                id=entry.composed_id,
                path=path,
                cost_usd=0.0,
                title=_title(markup, edited) or picture.title,
            ),
        )

    async def _recipe(
        self, request: GenerationRequest, markup: Markup, edited: Reference, answer: Path
    ) -> tuple[CompositionRecipe, tuple[float, float, float, float] | None]:
        parent = await self._executor.run(self._library.input_path, edited)
        facts = await self._decoder.probe(parent)
        size = facts.width, facts.height
        crop: tuple[float, float, float, float] | None = None
        if markup.region is not None and not markup.frames:
            layout = guides.layout(request, self._find_model(request.profile, request.model), size)
            shown = next((one.outline for one in layout.guides if one.outline is not None), None)
            crop = None if shown is None else (*shown,)
        frame = markup.frames[0] if markup.frames else None
        seam, match = (SEAM, True) if frame is None else (frame.seam, frame.match)
        recipe = await self._recipe_of(
            markup, parent, answer, size, seam=seam, match=match, crop=crop
        )
        return recipe, crop

    async def _recipe_of(
        self,
        markup: Markup,
        parent: Path,
        answer: Path | None,
        size: tuple[int, int],
        *,
        seam: float,
        match: bool = True,
        crop: tuple[float, float, float, float] | None = None,
    ) -> CompositionRecipe:
        frame = markup.frames[0] if markup.frames else None
        mask = None
        if frame is None and markup.region is not None and markup.region.mask is not None:
            drawn = Reference(sha256=markup.region.mask, media_type="image/png", name=_("the mask"))
            mask = await self._executor.run(self._library.input_path, drawn)
        return CompositionRecipe(
            parent=parent,
            answer=answer,
            region=None if frame is not None else markup.region,
            frame=frame,
            mask=mask,
            seam=seam * max(size),
            match=match,
            crop=crop,
        )

    async def _composed_picture(
        self, answer: Picture, derivation: Derivation, path: Path
    ) -> Picture:
        """The picture of a composed file, with the facts of its answer."""
        facts, digest, size = await self._facts(path)
        return replace(
            _with_file(answer, facts, digest, size),
            warnings=(),
            seconds=None,
            conversation=None,
            answer=False,
            draft=False,
            seen=False,
            parents=(
                *(one for one in answer.parents if one.role is not Role.MASK),
                Parent(sha256=answer.sha256, role=Role.ANSWER, picture=answer.id),
            ),
            derivation=derivation,
        )

    async def _facts(self, path: Path) -> tuple[PictureFacts, str, int]:
        facts, digest, about = await asyncio.gather(
            self._decoder.probe(path),
            self._executor.run(sha256_of, path),
            self._executor.run(path.stat),
        )
        return facts, digest, about.st_size

    # Changes of a picture in the library

    async def recompose(self, picture: Picture, *, seam: float, match: bool) -> Picture:
        """Compose a picture again with another seam or matching, and replace the old one.

        `seam` is a fraction of the longer side of the parent. Free of charge, because the answer
        was kept. Raises the errors of `composition_of`.
        """
        before = picture.derivation
        kept = await self.composition_of(picture)
        assert before is not None
        # A recorded seam wider than the picture could not be read again.
        seam = min(1.0, seam)
        recipe = replace(kept.recipe, seam=seam * max(kept.size), match=match)
        made = replace(picture, derivation=replace(before, seam=seam, match=match))
        return await self._add(recipe, made, replaced=picture.id)

    async def composition_of(self, picture: Picture) -> KeptComposition:
        """Everything needed to compose a picture again.

        Raises InputError if its answer is gone, StorageError if its parent or region is gone,
        PictureUnreadable.
        """
        made = picture.derivation
        edited = next((one for one in picture.parents if one.role is Role.EDIT), None)
        title = _("This picture cannot be made again")
        answer = await self._answer_of(picture, title)
        if made is None or edited is None:
            raise InputError(title)
        markup = await self._executor.run(self._library.originals.markup, made.markup)
        parent = await self._parent(edited)
        facts = await self._decoder.probe(parent)
        size = facts.width, facts.height
        recipe = await self._recipe_of(
            markup,
            parent,
            await self._executor.run(self._library.path, answer),
            size,
            seam=made.seam,
            match=made.match,
            crop=made.crop,
        )
        feather = 0.0 if recipe.region is None else recipe.region.feather * max(size)
        return KeptComposition(recipe=recipe, size=size, feather=feather, hidden=answer.answer)

    async def find_crop(self, parent: Picture, frame: Frame) -> Picture | None:
        """The existing result of `crop` for this frame; None if there is none, or it is trashed."""
        markup = await self._executor.run(
            self._library.originals.keep_markup, Markup(frames=(frame,))
        )
        for child in (await self._library.family(parent.id)).children:
            made = child.derivation
            if (
                made is not None
                and made.operation is Operation.CROP
                and made.markup == markup
                and not child.trashed
            ):
                return child
        return None

    async def crop(self, parent: Picture, frame: Frame) -> Picture:
        """Crop a picture to a frame within it; free of charge. Raises InputError, StorageError."""
        if not frame.inside:
            raise InputError(_("The frame is larger than the picture"))
        path = await self._executor.run(self._library.path, parent)
        kept = await self._library.keep_input(
            path, role=Role.EDIT, name=parent.name, picture=parent.id
        )
        markup = Markup(frames=(frame,))
        recipe = CompositionRecipe(parent=path, frame=frame)
        made = Picture(
            id=parent.id,
            path=parent.path,
            sha256=parent.sha256,
            media_type=parent.media_type,
            width=parent.width,
            height=parent.height,
            bytes=parent.bytes,
            created=parent.created,
            title=parent.title,
            prompt=parent.prompt,
            cost_usd=0.0,
            cost_basis=CostBasis.TABLE,
            offline=parent.offline,
            parents=(
                Parent(sha256=kept.sha256, role=Role.EDIT, picture=parent.id, name=parent.name),
            ),
            derivation=Derivation(
                operation=Operation.CROP,
                markup=await self._executor.run(self._library.originals.keep_markup, markup),
            ),
        )
        return await self._add(recipe, made)

    async def use_whole(self, picture: Picture) -> str:
        """Make the model's answer a picture of its own; returns a sentence. Raises InputError."""
        title = _("The model's answer cannot be used")
        answer = await self._answer_of(picture, title)
        if not answer.answer:
            raise InputError(title, _("It is a picture of its own already."))
        return await derived_pictures.set_answer(self._library.store, answer.id, hidden=False)

    async def _answer_of(self, picture: Picture, title: str) -> Picture:
        """The answer of a composed picture; `title` is that of the error if it is gone."""
        ids = [p.picture for p in picture.parents if p.role is Role.ANSWER and p.picture]
        found = await self._library.find(ids)
        if not found:
            raise InputError(
                title, _("The model's answer it was made from is no longer in the library.")
            )
        if found[0].trashed:
            raise InputError(
                title,
                _("The model's answer it was made from is in the trash."),
                hint=_("Restore it first."),
            )
        return found[0]

    async def _parent(self, edited: Parent) -> Path:
        """The copy of the parent that was sent, or its original."""
        kept: Sequence[Path] = await self._executor.run(
            self._library.originals.kept_inputs, edited.sha256
        )
        if kept:
            return kept[0]
        found = [] if edited.picture is None else await self._library.find([edited.picture])
        if not found or found[0].sha256 != edited.sha256:
            raise StorageError(
                _("The picture it was made from is missing"),
                _("{name} and the library's copy of it are missing.").format(name=edited.name),
            )
        return await self._executor.run(self._library.path, found[0])

    async def _add(
        self, recipe: CompositionRecipe, made: Picture, *, replaced: str | None = None
    ) -> Picture:
        """Compose, verify and record a picture; its other facts are those of `made`."""
        found = await self._comparer().compose(recipe)
        if found.reason is not None:
            raise InputError(answer_warnings.does_not_line_up(found))
        store = self._library.store
        folder = await self._executor.run(derived_pictures.begin_picture, store)
        try:
            path = derived_pictures.file_in(folder)
            await self._executor.run(partial(files.write_new, path, (found.data,)))
            proof = await self._comparer().prove(recipe, path)
            if proof.changed:
                log.error("%d of %d pixels changed, which is a bug", proof.changed, proof.outside)
                raise InputError(answer_warnings.changed_outside(proof))
            picture = await self._described(made, path, found, proof)
            return await derived_pictures.add(store, folder, picture, replaced=replaced)
        except BaseException:
            await self._executor.run(derived_pictures.give_up, folder)
            raise

    async def _described(
        self, made: Picture, path: Path, found: Composition, proof: Proof
    ) -> Picture:
        facts, digest, size = await self._facts(path)
        id, now = new_id(), time.time()
        assert made.derivation is not None
        derivation = replace(
            made.derivation,
            outside=proof.outside,
            shift_x=found.shift[0],
            shift_y=found.shift[1],
            zoom=found.zoom,
        )
        return replace(
            _with_file(made, facts, digest, size),
            id=id,
            row=0,
            created=now,
            path=_path_beside(made, id, now),
            trashed=False,
            missing=False,
            seen=True,
            derivation=derivation,
        )


def is_composed(markup: Markup) -> bool:
    """Whether the answer to a request with this markup is composed into its parent."""
    if markup.frames:
        return markup.frames[0].keep_centre
    return markup.region is not None and not markup.region.empty


def _title(markup: Markup, edited: Reference) -> str:
    """Title of an extended picture; "" for any other, which is named by its prompt."""
    if not markup.frames or not edited.name:
        return ""
    # Translators: title of a picture; {name} is the one around which more was drawn.
    title = _("Reframe of {name}").format(name=edited.name)
    aspect = markup.frames[0].aspect
    return listed((title, aspect)) if aspect else title


def _with_file(picture: Picture, facts: PictureFacts, sha256: str, size: int) -> Picture:
    return replace(
        picture,
        sha256=sha256,
        bytes=size,
        width=facts.width,
        height=facts.height,
        media_type=facts.media_type,
        colour=facts.colour,
    )


def _path_beside(picture: Picture, id: str, created: float) -> str:
    """Path of a new picture, named after another one."""
    name = PurePosixPath(picture.path).stem.removesuffix(f"-{picture.id[-8:]}")
    return relative_path(name, id, ".png", created)


def _kept(answer: Picture, why: str) -> ComposedAnswer:
    warning = f"{why} {answer_warnings.kept()}"
    return ComposedAnswer(answer=replace(answer, warnings=(*answer.warnings, warning)))


def _rewrite(part: Path, data: bytes) -> None:
    # A crash leaves an incomplete file, which is made again from the answer.
    part.unlink(missing_ok=True)
    files.write_new(part, (data,))
