"""A library of an early version opens unchanged, with all its contents."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from studio.domain.entities import Flag, Picture
from studio.library.operations import verify
from studio.library.query import Query, Sort, View
from tests import canary
from tests.generation.harness import Studio, studio
from tests.old_home import DATA, LIBRARY, contents, copy_home

DGRID, PRO = "gemini-nano-banana-2.1", "gemini-3-pro-image"

PICTURES = [
    # id, name, prompt, profile, model, pixels, stars, mark, cost
    ("323ef3ad", "The old lighthouse", "A lighthouse at dusk", "dgrid", DGRID, "32x18", 5, "", 3),
    ("9ecce288", "red", "A red boat", "dgrid", DGRID, "16x16", 3, "", 3),
    ("b426d9a0", "green", "A green boat", "dgrid", DGRID, "16x16", 1, "", 3),
    ("f7b87f5d", "Now at night", "Now at night", "dgrid", DGRID, "32x18", 3, "pick", 3),
    ("8eee0cb2", "The boat as a linocut", "The boat as a linocut", "dgrid", PRO, "10x10", 0, "", 0),
    (
        *("3ff483f0", "The boat as a linocut", "The boat as a linocut"),
        *("dgrid", PRO, "24x24", 0, "", 13),
    ),
    ("d9abf64d", "A gate in a hedge", "A gate in a hedge", "dgrid", DGRID, "12x20", 0, "", 3),
    ("fceb5656", "A harbour in fog", "A harbour in fog", "", "someModel_v1", "12x12", 0, "", None),
    ("81bd336f", "scan 1", "", "", "", "22x11", 0, "", None),
    ("f13dcfbe", "A paper crane", "A paper crane", "workshop", PRO, "20x20", 0, "", 5),
    ("18e900c8", "A circle icon", "A circle icon", "sketch", "sketch", "9x9", 0, "", 0),
]
"""Cost in hundredths of a US dollar, None where nobody knows."""

IN_TRASH = "54e35844"

JOBS_WITHOUT_A_PICTURE = [
    ("A prompt that is refused", "refused"),
    ("A prompt answered in words", "no_image"),
    ("A bridge in the morning", "incomplete"),
]
"""The one that was put away and the one the user stopped are not among them."""

UNDONE_AND_LEFT = [
    ("Note of 1 picture changed", True),
    ("1 picture rated", True),
    ("1 picture rated", False),
    ("1 picture deleted permanently", False),
    ("1 picture restored", False),
    ("3 pictures moved to the trash", False),
    ("Collection Tried out deleted", False),
]

indexes = pytest.mark.parametrize("index", [True, False], ids=["its index", "no index"])


def row(picture: Picture) -> tuple[object, ...]:
    cost = picture.cost_usd
    return (
        *(picture.id[-8:], picture.name, picture.prompt, picture.profile, picture.model),
        *(f"{picture.width}x{picture.height}", picture.rating, picture.flag.value),
        None if cost is None else round(cost * 100),
    )


async def by_end(one: Studio, view: View = View.ALL) -> dict[str, Picture]:
    """Pictures of a shelf, the oldest first, by the end of their ids."""
    library = one.core.library
    found = await library.pictures(await library.rows(Query(view=view, sort=Sort.OLDEST)))
    return {picture.id[-8:]: picture for picture in found}


@indexes
async def test_every_picture_is_there_as_it_was(tmp_path: Path, *, index: bool) -> None:
    home = copy_home(tmp_path / "home", index=index)
    async with studio(home, provider=None, key="") as one:
        library = one.core.library
        assert library.id == LIBRARY
        assert library.store.damaged == 0
        found = await by_end(one)
        assert [row(picture) for picture in found.values()] == PICTURES
        assert [*await by_end(one, View.TRASH)] == [IN_TRASH]
        lighthouse, night = found["323ef3ad"], found["f7b87f5d"]
        assert (lighthouse.seed, lighthouse.asked_aspect, lighthouse.asked_size) == (
            7,
            "16:9",
            "1K",
        )
        assert lighthouse.note == "Seen from the pier.\nFor the cover."
        assert (lighthouse.tags, night.tags) == (("Leuchtturm", "coast"), ("Leuchtturm",))
        assert lighthouse.words == "Here is the lighthouse."
        # Two were looked at; what is imported was seen before.
        seen = ["323ef3ad", "9ecce288", "fceb5656", "81bd336f"]
        assert [p.id[-8:] for p in found.values() if p.seen] == seen
        # The two boats are of one run, with the prompt as it was written.
        assert found["9ecce288"].run == found["b426d9a0"].run
        assert found["9ecce288"].source_prompt == "A {red|green} boat"
        assert found["f13dcfbe"].cost_basis == "table"
        assert [p.name for p in found.values() if p.offline] == ["A circle icon"]
        assert [p.id[-8:] for p in found.values() if p.draft] == ["8eee0cb2"]


@indexes
async def test_lineage_conversation_and_choices_are_there(tmp_path: Path, *, index: bool) -> None:
    home = copy_home(tmp_path / "home", index=index)
    async with studio(home, provider=None, key="") as one:
        library, found = one.core.library, await by_end(one)
        lighthouse, night = found["323ef3ad"], found["f7b87f5d"]
        linocut = found["3ff483f0"]
        family = await library.family(night.id)
        assert [p.id for p in family.ancestors] == [lighthouse.id]
        assert [p.id for p in (await library.family(lighthouse.id)).children] == [night.id]
        assert [(p.role, p.picture, p.name) for p in linocut.parents] == [
            ("style", None, "linocut.jpg"),
            ("subject", found["9ecce288"].id, "red"),
        ]
        assert night.conversation is not None
        assert (night.conversation.turns, night.conversation.after) == (2, lighthouse.id)
        # What was said is in the library, byte by byte.
        for picture in (lighthouse, night):
            assert picture.conversation is not None
            assert library.originals.turn(picture.conversation.parts)
        assert linocut.advanced is not None
        assert (linocut.advanced.system, linocut.advanced.temperature) == ("Muted colours.", 0.4)
        assert [(s.category, s.threshold) for s in linocut.advanced.safety] == [
            ("HARM_CATEGORY_HARASSMENT", "BLOCK_ONLY_HIGH")
        ]
        assert linocut.grounding is not None
        assert linocut.grounding.queries == ("fishing boats",)
        assert dict(found["fceb5656"].settings)["Negative prompt"] == "people"
        assert (found["fceb5656"].seed, found["81bd336f"].imported) == (4242, "scan 1.jpg")


@indexes
async def test_collections_searches_jobs_and_prompts_are_there(
    tmp_path: Path, *, index: bool
) -> None:
    home = copy_home(tmp_path / "home", index=index)
    async with studio(home, provider=None, key="") as one:
        library = one.core.library
        harbour, best = await library.collections.every()
        assert (harbour.name, harbour.search) == ("Harbour & coast", "")
        assert (best.name, best.search) == ("The best", "rating:>=3")

        async def names(query: Query) -> list[str]:
            return sorted(p.name for p in await library.pictures(await library.rows(query)))

        assert await names(Query(collection=harbour.id)) == [
            "A harbour in fog",
            "The old lighthouse",
        ]
        three = ["Now at night", "The old lighthouse", "red"]
        assert await names(Query(collection=best.id)) == three
        assert await names(Query(words="tag:leuchtturm boat")) == []
        assert await names(Query(words="leuchtturm")) == three[:2]
        assert await names(Query(words="pier")) == ["The old lighthouse"]
        failed = await library.failed()
        told = [(job.request.prompt, job.failure and job.failure.kind) for job in failed]
        assert sorted(told) == sorted(JOBS_WITHOUT_A_PICTURE)
        prompts = {use.prompt: use.times for use in await library.prompts()}
        assert prompts["A {red|green} boat"] == 1
        assert prompts["A prompt that is stopped"] == 1
        # That of the trash too, and of what was deleted; all of one month, not that of today.
        spent = await library.spend((await by_end(one))["323ef3ad"].created)
        assert spent.month == pytest.approx(7 * 0.033621 + 0.134428 + 0.05)
        assert spent.maybe == 4


@indexes
async def test_the_history_goes_on_with_undo_and_redo(tmp_path: Path, *, index: bool) -> None:
    home = copy_home(tmp_path / "home", index=index)
    async with studio(home, provider=None, key="") as one:
        library = one.core.library
        history = await library.collections.history(7)
        assert [(change.sentence, change.undone) for change in history] == UNDONE_AND_LEFT
        assert await library.redo() == "1 picture rated"
        assert (await by_end(one))["b426d9a0"].rating == 2
        assert await library.undo() == "1 picture rated"
        assert await library.undo() == "Rating of 1 picture cleared"
        assert (await by_end(one))["b426d9a0"].rating == 0
        # What was deleted for good is passed over; the one that was restored goes back.
        assert await library.undo() == "1 picture moved to the trash"
        assert [*await by_end(one, View.TRASH)] == ["b426d9a0", IN_TRASH]
        assert await library.undo() == "2 pictures restored"
        assert await by_end(one, View.TRASH) == {}
        assert await library.undo() == "Collection Tried out created"
        assert len(await library.collections.every()) == 3
        await library.store.wait_for_tasks()
        assert (await verify.check(library.store)).orphans == ()


async def test_a_picture_of_the_trash_comes_back(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    async with studio(home, provider=None, key="") as one:
        library = one.core.library
        (picture,) = (await by_end(one, View.TRASH)).values()
        before = library.path(picture).read_bytes()
        assert await library.restore([picture.id]) == "1 picture restored"
        await library.store.wait_for_tasks()
        back = (await by_end(one))[IN_TRASH]
        assert library.path(back) == library.folder / picture.path
        assert library.path(back).read_bytes() == before


@indexes
async def test_every_file_is_sound_and_can_be_looked_at(tmp_path: Path, *, index: bool) -> None:
    home = copy_home(tmp_path / "home", index=index)
    async with studio(home, provider=None, key="") as one:
        report = await verify.check(one.core.library.store)
        assert (report.checked, report.sound, report.whole) == (12, 12, True)
        assert report.orphans == ()
        for picture in (await by_end(one)).values():
            assert await one.core.library.thumbnail(picture, 128)


@indexes
async def test_opening_it_writes_nothing_into_the_library(tmp_path: Path, *, index: bool) -> None:
    home = copy_home(tmp_path / "home", index=index)
    before = contents(home)
    for _start in range(2):
        async with studio(home, provider=None, key="") as one:
            assert one.core.writable
            assert len(await by_end(one)) == len(PICTURES)
    after = contents(home)
    # Settings, draft and the window's state neither; index and thumbnails are computed.
    computed = f"data/libraries/{LIBRARY}/"
    assert [n for n in after if not n.startswith(computed) and after[n] != before.get(n)] == []
    assert [n for n in before if not n.startswith(computed) and n not in after] == []


async def test_a_change_is_one_more_line_behind_those_that_were_there(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    before = contents(home / "library/.gridbrush/records")
    (name,) = before
    async with studio(home, provider=None, key="") as one:
        await one.core.library.flag([(await by_end(one))["9ecce288"].id], Flag.PICK)
    now = contents(home / "library/.gridbrush/records")
    assert now[name].startswith(before[name])
    added = b"".join(now[one] for one in sorted(now))[len(before[name]) :]
    assert added.count(b"\n") == 1
    for keep_index in (True, False):
        if not keep_index:
            for path in (home / "data/libraries" / LIBRARY).glob("index.sqlite*"):
                path.unlink()
        async with studio(home, provider=None, key="") as one:
            assert (await by_end(one))["9ecce288"].flag is Flag.PICK
            assert one.core.library.store.damaged == 0


def test_what_is_kept_of_it_names_no_machine_and_no_service() -> None:
    for path in DATA.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        assert not canary.found_in(data), path
        for word in (
            b"/home/",
            b"/root/",
            b"/tmp/",
            b"/Users/",
            b":\\\\",
            b"127.0.0.1",
            b"localhost",
        ):
            assert word not in data, (path, word)
        hosts = set(re.findall(rb"https?://([^/\"' ]+)", data))
        assert all(re.search(rb"(^|\.)example\.(com|org)$", host) for host in hosts), (path, hosts)
