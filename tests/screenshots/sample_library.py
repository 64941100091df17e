"""A designer's library: pictures of many kinds and shapes, painted offline, rated and named."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from studio.app.core import Core
from studio.common import paths
from studio.domain import prompt_variants, runs
from studio.domain.drafts import MATCH, Draft, DraftFile
from studio.domain.entities import Flag, Picture, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One picture of the library.

    Attributes:
        source: title of the picture it was edited from.
    """

    title: str
    prompt: str
    aspect: str = "1:1"
    seed: int = 1
    rating: int = 0
    flag: Flag = Flag.NONE
    source: str = ""
    tags: tuple[str, ...] = ()
    model: str = "sketch"


EDGES = (256, 512, 1024)
"""Of the thumbnails that tiles, the inspector and a fine screen show."""

ISLAND = "A lighthouse on a granite island"
GOUACHE = "gouache illustration, muted palette, wide negative space above"
SLOW = Work(
    title="dune", prompt="Sand dunes in the evening, warm paper cut", model="sketch-slow", seed=6
)

SHELF = (
    SLOW,
    Work(title="tonic 2", prompt="Tonic bottle with a blue label, poster, noon", aspect="4:5"),
    Work(title="amber city", prompt="City skyline at dusk, amber windows, river", aspect="16:9"),
    Work(title="fern plate", prompt="Botanical herbarium of ferns, morning", seed=4, rating=2),
    Work(title="winter pass", prompt="Mountains in the snow, blue hour", aspect="3:2", seed=3),
    Work(title="compass icon", prompt="App icon of a compass, coral", seed=2, rating=3),
    Work(title="fruit bowl", prompt="Still life with lemons in a bowl", aspect="4:5", seed=8),
    Work(title="kelp", prompt="Kelp under water, teal, soft light", seed=5, rating=3),
    Work(title="old town", prompt="Old town by a river at dawn", aspect="3:2", seed=3),
    Work(title="pine study", prompt="Pine forest in morning mist, layered paper cut", seed=6),
    Work(title="analytics icon", prompt="App icon for analytics, chart, violet", seed=3, rating=2),
    Work(
        title="north ridge",
        prompt="Hills at night, dark, moon",
        aspect="3:2",
        seed=4,
        flag=Flag.REJECT,
    ),
    Work(title="pattern 12", prompt="Geometric pattern, Bauhaus, four colours", seed=4, rating=3),
    Work(
        title="tonic label 3",
        prompt="Tonic bottle, label design, yellow disc behind it",
        aspect="4:5",
        seed=3,
        rating=4,
        flag=Flag.PICK,
    ),
    Work(
        title="shoreline",
        prompt="Sea of paper waves, red sun, screen print",
        aspect="2:3",
        seed=2,
        rating=3,
    ),
    Work(
        title="lighthouse print",
        prompt="Lighthouse, linocut in two colours, red sun",
        seed=3,
        rating=5,
        flag=Flag.PICK,
    ),
    Work(
        title="cinema still",
        prompt="Lighthouse on a cliff at night, stars, wide film still",
        aspect="16:9",
        seed=9,
        rating=4,
        flag=Flag.PICK,
    ),
    Work(title="harbour story", prompt="Lighthouse at dawn, boat", aspect="9:16", seed=4, rating=3),
    Work(title="lighthouse storm", prompt="Lighthouse in a storm", aspect="4:3", seed=5),
    Work(title="isle noon", prompt=f"{ISLAND} at noon, {GOUACHE}", seed=12),
    Work(
        title="isle dawn 02",
        prompt=f"{ISLAND} at dawn, {GOUACHE}",
        aspect=MATCH,
        seed=12,
        rating=1,
        source="isle noon",
    ),
    Work(
        title="isle dusk 06",
        prompt=f"{ISLAND} at dusk, {GOUACHE}",
        seed=11,
        rating=2,
    ),
    Work(
        title="isle dusk 07",
        prompt=f"{ISLAND} at dusk, {GOUACHE}",
        aspect=MATCH,
        seed=7,
        rating=4,
        flag=Flag.PICK,
        source="isle dawn 02",
        tags=("harbour", "gouache"),
    ),
    Work(
        title="isle night",
        prompt=f"{ISLAND} at night, {GOUACHE}",
        aspect=MATCH,
        seed=7,
        source="isle dusk 07",
    ),
)


COLLECTIONS = {
    "Harbour campaign": ("isle", "harbour", "lighthouse", "cinema", "shoreline"),
    "Icon studies": ("compass", "analytics"),
    "Packaging mockups": ("tonic",),
}
"""How the titles of what is in them begin."""

BEST = ("4 stars and more", "rating:>=4")
"""A search that is kept, and its name."""


REFERRING = "referring-draft.json"
"""File in the home with a draft that has a picture for each of three roles."""

_REFERRED = (
    ("tonic label 3", Role.SUBJECT),
    ("shoreline", Role.STYLE),
    ("harbour story", Role.COMPOSITION),
)


def fill(home: Path) -> None:
    """Paint the library into this home."""
    asyncio.run(_fill(home))


async def _fill(home: Path) -> None:
    core = await Core.open(paths.find(home), environ={})
    try:
        made: dict[str, Picture] = {}
        for work in SHELF:
            made[work.title] = await _make(core, work, made)
        await core.library.mark_seen([picture.id for picture in list(made.values())[:-1]])
        # What was done last stands last in the log, as it would.
        for work in SHELF:
            await _judge(core, work, made[work.title].id)
        collections = core.library.collections
        for name, begins in COLLECTIONS.items():
            kept = [picture.id for title, picture in made.items() if title.startswith(begins)]
            await collections.add(kept, (await collections.make(name)).id)
        await collections.make(*BEST)
        await _leave_references(core, home, made)
        # As after the first look at them: nothing is still being read when the picture is taken.
        for picture in made.values():
            for edge in EDGES:
                await core.library.thumbnail(picture, edge)
    finally:
        await core.close()


async def _leave_references(core: Core, home: Path, made: dict[str, Picture]) -> None:
    references = [
        await core.library.keep_input(
            core.library.path(made[title]), role=role, name=title, picture=made[title].id
        )
        for title, role in _REFERRED
    ]
    prompt = "The bottle of [1] on a rock by the sea at dusk, wide space above"
    DraftFile(home / REFERRING).save(
        Draft(prompt=prompt, references=tuple(references), aspect="4:5", seed=7)
    )


async def _make(core: Core, work: Work, made: dict[str, Picture]) -> Picture:
    draft = Draft(prompt=work.prompt, aspect=work.aspect, seed=work.seed, model=work.model)
    if work.source:
        source = made[work.source]
        reference = await core.library.keep_input(
            core.library.path(source), role=Role.EDIT, name=work.source, picture=source.id
        )
        draft = replace(draft, references=(reference,))
    model = core.catalogue.find("sketch", work.model)
    (job,) = await core.submit(runs.plan(draft, model, prompt_variants.expand(work.prompt)))
    await core.queue.idle()
    newest = await core.library.pictures([len(made) + 1])
    assert newest[0].job == job.id, work.title
    return newest[0]


async def _judge(core: Core, work: Work, id: str) -> None:
    await core.library.entitle([id], work.title)
    if work.rating:
        await core.library.rate([id], work.rating)
    if work.flag is not Flag.NONE:
        await core.library.flag([id], work.flag)
    if work.tags:
        await core.library.tag([id], add=work.tags)


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
