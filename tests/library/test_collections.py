"""Collections, saved searches, tags and the history of changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio.common.errors import InputError
from studio.library.facade import Library
from studio.library.log import records
from studio.library.query import Collection, Query
from tests.library.builders import opened, take


async def test_a_picture_may_be_in_many_collections(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        first, second, third = [await take(library, prompt=f"number {n}") for n in range(3)]
        posters = await library.collections.make("  Harbour   posters ")
        assert posters.name == "Harbour posters"
        said = await library.collections.add([first.id, second.id], posters.id)
        assert said == "Added 2 pictures to “Harbour posters”"
        assert await library.collections.collect([second.id], "Best") == "Added 1 picture to “Best”"
        every = await library.collections.every()
        assert [(one.name, one.pictures) for one in every] == [("Best", 1), ("Harbour posters", 2)]
        assert list(await library.rows(Query(collection=posters.id))) == [second.row, first.row]
        both = Query(words='in:best in:"harbour posters"')
        assert list(await library.rows(both)) == [second.row]
        assert list(await library.rows(Query(words="in:best,nowhere"))) == [second.row]
        assert list(await library.rows(Query(words="-in:best"))) == [third.row, first.row]
        (found,) = await library.find([second.id])
        assert found.collections == (posters.id, every[0].id)


async def test_putting_in_and_taking_out_is_undone_and_done_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture, other = await take(library), await take(library)
        await library.collections.collect([picture.id], "Best")
        (best,) = await library.collections.every()
        assert await library.collections.add([picture.id], best.id) == ""
        said = await library.collections.remove([picture.id, other.id], best.id)
        assert said == "1 picture removed from a collection"
        await library.undo()
        assert list(await library.rows(Query(collection=best.id))) == [picture.row]
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert list(await library.rows(Query(words="in:best"))) == [picture.row]
        await library.redo()
        assert list(await library.rows(Query(words="in:best"))) == []
        assert [one.pictures for one in await library.collections.every()] == [0]


async def test_a_collection_is_renamed_and_deleted_with_undo(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.collections.collect([picture.id], "{a} Best")
        (best,) = await library.collections.every()
        assert await library.collections.rename(best.id, "Final") == "Collection renamed to Final"
        assert await library.collections.delete(best.id) == "Collection Final deleted"
        assert await library.collections.every() == []
        assert list(await library.rows(Query(words="in:final"))) == []
        assert await library.undo() == "Collection Final created"
        expected = Collection(id=best.id, name="Final", pictures=1)
        assert await library.collections.every() == [expected]
        await library.undo()
        assert [one.name for one in await library.collections.every()] == ["{a} Best"]
        with pytest.raises(InputError, match="no longer exists"):
            await library.collections.rename("nowhere", "x")


async def test_two_collections_have_two_names(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        made = await library.collections.make("Straße")
        with pytest.raises(InputError, match="Straße already"):
            await library.collections.make("STRASSE")
        with pytest.raises(InputError, match="name"):
            await library.collections.make("  ")
        assert await library.collections.rename(made.id, "STRASSE".title()) != ""


async def test_a_saved_search_finds_what_comes_later(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        first = await take(library, prompt="fog at sea")
        search = await library.collections.make("Fog", "fog rating:>=4")
        assert list(await library.rows(Query(collection=search.id))) == []
        later = await take(library, prompt="fog")
        await library.rate([first.id, later.id], 5)
        assert await library.collections.count(search) == 2
        assert list(await library.rows(Query(words="in:fog sea"))) == [first.row]
        assert list(await library.rows(Query(words="-in:fog"))) == []
        with pytest.raises(InputError, match="update automatically"):
            await library.collections.add([first.id], search.id)
        await library.collections.search_for(search.id, "in:fog")
        assert await library.collections.count(search) == 0


async def test_pictures_in_the_trash_are_in_no_collection(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.collections.collect([picture.id], "Best")
        await library.trash([picture.id])
        (best,) = await library.collections.every()
        assert best.pictures == 0
        await library.restore([picture.id])
        assert list(await library.rows(Query(collection=best.id))) == [picture.row]


async def test_tags_are_counted_and_found_by_their_beginning(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        first, second = await take(library), await take(library)
        await library.tag([first.id, second.id], add=["Kelp"])
        await library.tag([first.id], add=["Lötzinn", "kiosk"])
        assert await library.collections.tags() == [("Kelp", 2), ("Lötzinn", 1), ("kiosk", 1)]
        assert await library.collections.tags("lot") == [("Lötzinn", 1)]
        await library.tag([first.id], remove=["Lötzinn"])
        assert await library.collections.tags("lot") == []


async def test_the_history_is_the_log_and_survives_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        await library.rate([picture.id], 4)
        await library.collections.collect([picture.id], "Best")
        await library.undo()
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        history = await library.collections.history()
        assert [(one.sentence, one.undone) for one in history] == [
            ("Added 1 picture to “Best”", True),
            ("Collection Best created", False),
            ("1 picture rated", False),
        ]
        assert len(await library.collections.history(1)) == 1


async def test_collections_are_arranged_by_hand_and_the_order_is_undone(tmp_path: Path) -> None:
    async def names(library: Library) -> list[str]:
        return [one.name for one in await library.collections.every()]

    async with opened(tmp_path) as library:
        made = [await library.collections.make(name) for name in ("Ash", "Birch", "Cedar")]
        ash, birch, cedar = (one.id for one in made)
        said = await library.collections.arrange([cedar, ash, birch])
        assert said == "Collections reordered"
        assert await library.collections.arrange([cedar, ash, birch]) == ""
        await library.collections.make("Alder")
        assert await names(library) == ["Cedar", "Ash", "Birch", "Alder"], "a new one is the last"
        await library.collections.rename(cedar, "Yew")
        assert await names(library) == ["Yew", "Ash", "Birch", "Alder"], "a name moves nothing"
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        assert await names(library) == ["Yew", "Ash", "Birch", "Alder"], "read from the log"
        for _step in ("the name", "the new one", "the order"):
            await library.undo()
        assert await names(library) == ["Ash", "Birch", "Cedar"]
        await library.redo()
        assert await names(library) == ["Cedar", "Ash", "Birch"]


async def test_a_field_of_a_newer_program_is_skipped(tmp_path: Path) -> None:
    """As older programs do with the order of collections and the end of an import."""
    async with opened(tmp_path) as library:
        picture = await take(library)
        unknown = records.change("of_tomorrow", [(3, [picture.id])], [(None, [picture.id])])
        await library.store.write(lambda: library.store.append(unknown))
        await library.rate([picture.id], 4)
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        (found,) = await library.find([picture.id])
        assert found.rating == 4
        assert library.store.damaged == 0
        assert [one.sentence for one in await library.collections.history()] == [
            "1 picture rated",
            "1 changed",
        ]


async def test_the_history_names_the_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        pictures = [await take(library, prompt=f"number {n}") for n in range(5)]
        ids = [picture.id for picture in pictures]
        await library.rate(ids, 3)
        await library.collections.make("Ash")
        made, rated = await library.collections.history()
        assert (made.pictures, made.names) == ((), ())
        assert set(rated.pictures) == set(ids)
        assert len(rated.names) == 3
        assert set(rated.names) <= {picture.name for picture in pictures}


async def test_a_prompt_of_the_history_knows_its_last_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        await take(library)
        last = await take(library)
        (use,) = await library.prompts()
        assert (use.prompt, use.picture) == ("A lighthouse", last.id)
        await library.trash([last.id])
        assert (await library.prompts())[0].picture == last.id


async def test_a_collection_of_pictures_is_one_step_of_the_history(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        first, second, third = [await take(library, prompt=f"number {n}") for n in range(3)]
        await library.collections.collect([first.id], "Quiet light")
        said = await library.collections.make_of([first.id, second.id], "quiet  light")
        assert said == "Added 2 pictures to “quiet light 2”"
        (made,) = [one for one in await library.collections.every() if one.name != "Quiet light"]
        assert list(await library.rows(Query(collection=made.id))) == [second.row, first.row]
        await library.undo()
        assert [one.name for one in await library.collections.every()] == ["Quiet light"]
        assert list(await library.rows(Query(words='in:"quiet light"'))) == [first.row]
    shutil.rmtree(tmp_path / "data")
    async with opened(tmp_path) as library:
        await library.redo()
        assert {one.name for one in await library.collections.every()} == {
            "Quiet light",
            "quiet light 2",
        }
        assert list(await library.rows(Query(collection=made.id))) == [second.row, first.row]
        assert third.row not in await library.rows(Query(collection=made.id))


async def test_in_takes_the_beginning_of_a_name_where_none_is_that_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        one, two, three = [await take(library) for _n in range(3)]
        await library.collections.collect([one.id], "Harbour campaign")
        await library.collections.collect([two.id], "Häfen")
        await library.collections.collect([three.id], "Harbour")

        async def found(words: str) -> set[int]:
            return set(await library.rows(Query(words=words)))

        assert await found("in:harb") == {one.row, three.row}
        assert await found("in:Harbour") == {three.row}, "the whole name, where there is one"
        assert await found("in:HÄF") == {two.row}
        assert await found('in:"harbour c"') == {one.row}
        assert await found("in:campaign") == set()
        assert await found("-in:harb") == {two.row}


async def test_pictures_are_found_by_an_emoji_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        fox = await take(library, prompt="a 🦊 in snow")
        rocket = await take(library, prompt="👩\u200d🚀")
        plain = await take(library, prompt="a fox")
        assert plain.row not in (fox.row, rocket.row)
        assert list(await library.rows(Query(words="🦊"))) == [fox.row]
        assert list(await library.rows(Query(words="👩\u200d🚀"))) == [rocket.row]
        assert list(await library.rows(Query(words="🦉"))) == []
