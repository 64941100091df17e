"""Searching: every plan of the index finds what a plain walk over all pictures finds."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.domain.entities import CostBasis, Flag, JobState, Parent, Picture, Role, new_id
from studio.library.index.index import Index, Interrupted
from studio.library.index.search_sql import PlanCosts
from studio.library.index.text_normalization import terms
from studio.library.log import records
from studio.library.log.records import BEGINNING, Record
from studio.library.query import Query, Sort, View
from tests.library.builders import a_job, a_picture, opened, take

WORDS = (
    *("light", "lighthouse", "harbour", "harbor", "fog", "grey", "sea", "kelp", "drawing"),
    *("of", "an", "old", "boat", "Löwe", "Straße", "東京タワー"),
)


def taken(index: Index, *every: Record) -> None:
    index.apply((record, BEGINNING, BEGINNING) for record in every)


def done(*pictures: Picture) -> Record:
    return records.finished(a_job(state=JobState.DONE), list(pictures))


@pytest.fixture
def shelf(
    filled: tuple[Index, dict[int, Picture]],
) -> Iterator[tuple[Index, dict[int, Picture]]]:
    """The index with the settings it has without a test."""
    index, _pictures = filled
    before = index.costs, index.digits, index.wanted
    yield filled
    index.costs, index.digits, index.wanted = before


@pytest.fixture(scope="module")
def filled() -> tuple[Index, dict[int, Picture]]:
    """Six hundred pictures, seeded; the library's own rows from 1."""
    draw = random.Random(4)
    pictures: list[Picture] = []
    for n in range(600):
        pictures.append(
            a_picture(
                id=new_id(),
                created=1_790_000_000.0 + n * 3600,
                prompt=" ".join(draw.choices(WORDS, k=draw.randint(1, 6))),
                model=draw.choice(("sketch", "gemini-flash-image", "gemini-pro-image")),
                width=draw.choice((512, 1024, 1365, 2048)),
                height=draw.choice((512, 768, 1024)),
                cost_usd=draw.choice((None, 0.0, 0.04, 0.134)),
                cost_basis=CostBasis.TABLE,
                rating=draw.randint(0, 5),
                flag=draw.choice((Flag.NONE, Flag.NONE, Flag.PICK, Flag.REJECT)),
                draft=draw.random() < 0.1,
                late=draw.random() < 0.1,
                seen=draw.random() < 0.9,
                tags=tuple(draw.sample(("Kelp", "old town", "blue"), draw.randint(0, 2))),
                parents=(Parent(sha256="0", role=Role.EDIT, picture=pictures[-1].id),)
                if pictures and draw.random() < 0.2
                else (),
            )
        )
    index = Index.in_memory()
    taken(index, *(done(picture) for picture in pictures))
    return index, dict(enumerate(pictures, start=1))


def has(picture: Picture, *words: str) -> bool:
    return all(any(w.startswith(one) for w in picture.prompt.split()) for one in words)


QUERIES = {
    "light": lambda p: has(p, "light"),
    "lighth gre": lambda p: has(p, "lighth", "gre"),
    "ha": lambda p: has(p, "ha"),
    "h": lambda p: has(p, "h"),
    '"grey sea"': lambda p: "grey sea" in p.prompt,
    "-light": lambda p: not has(p, "light"),
    'fog -"grey sea"': lambda p: has(p, "fog") and "grey sea" not in p.prompt,
    "strasse": lambda p: "Straße" in p.prompt,
    "京タワ": lambda p: "東京タワー" in p.prompt,
    "rating:>=4": lambda p: p.rating >= 4,
    "rating:2..3 boat": lambda p: p.rating in (2, 3) and has(p, "boat"),
    "-rating:0": lambda p: p.rating > 0,
    "model:gemini": lambda p: "gemini" in p.model,
    "model:sketch,gemini-pro-image fog": lambda p: "flash" not in p.model and has(p, "fog"),
    "aspect:16:9": lambda p: (p.width, p.height) == (1365, 768),
    "aspect:square": lambda p: p.width == p.height,
    "aspect:wide -aspect:2:1": lambda p: p.width > p.height and p.width != 2 * p.height,
    "size:>=2K": lambda p: p.width * p.height >= 2e6,
    "size:512,2K": lambda p: p.width * p.height < 0.5e6 or p.width * p.height >= 2e6,
    "size:1365x768": lambda p: (p.width, p.height) == (1365, 768),
    "tag:kelp": lambda p: "Kelp" in p.tags,
    'tag:"old town",blue light': lambda p: {"old town", "blue"} & set(p.tags) and has(p, "light"),
    "tag:ol*": lambda p: "old town" in p.tags,
    "-tag:kelp": lambda p: "Kelp" not in p.tags,
    "tag:nowhere": lambda p: False,
    "is:picked": lambda p: p.flag is Flag.PICK,
    "-is:rejected": lambda p: p.flag is not Flag.REJECT,
    "is:draft": lambda p: p.draft,
    "is:late": lambda p: p.late,
    "is:unseen sea": lambda p: not p.seen and has(p, "sea"),
    "is:edited": lambda p: bool(p.parents),
    "is:failed": lambda p: False,
    "cost:>0.1": lambda p: p.cost_usd is not None and p.cost_usd > 0.1,
    "cost:0.04 sea": lambda p: p.cost_usd == 0.04 and has(p, "sea"),
    "-cost:>0.1": lambda p: p.cost_usd is None or p.cost_usd <= 0.1,
    "cost:unknown": lambda p: p.cost_usd is None,
    "rating:many fog": lambda p: has(p, "fog"),
    "fog rating:>=3 is:picked model:pro tag:kelp": lambda p: (
        has(p, "fog")
        and p.rating >= 3
        and p.flag is Flag.PICK
        and "pro" in p.model
        and "Kelp" in p.tags
    ),
}


@pytest.mark.parametrize("words", QUERIES)
@pytest.mark.parametrize("small", [10**9, 0], ids=["small", "large"])
def test_the_index_finds_what_a_walk_finds(
    shelf: tuple[Index, dict[int, Picture]], words: str, small: int
) -> None:
    index, pictures = shelf
    index.costs = PlanCosts(small=small)
    expected = [row for row, picture in pictures.items() if QUERIES[words](picture)]
    assert list(index.rows(Query(words=words, sort=Sort.OLDEST))) == expected
    assert list(index.rows(Query(words=words), 7)) == expected[::-1][:7]
    assert index.count(Query(words=words)) == len(expected)
    by_rating = index.rows(Query(words=words, sort=Sort.RATING))
    assert list(by_rating) == sorted(expected, key=lambda row: (-pictures[row].rating, -row))
    by_cost = index.rows(Query(words=words, sort=Sort.COST), 9)
    assert list(by_cost) == sorted(
        expected, key=lambda row: (-(pictures[row].cost_usd or -1), -row)
        if pictures[row].cost_usd is not None
        else (2, -row),
    )[:9]  # fmt: skip
    by_name = [pictures[row].name.lower() for row in index.rows(Query(words=words, sort=Sort.NAME))]
    assert len(by_name) == len(expected)


@pytest.mark.parametrize("way", ["words", "scan", "lead"])
def test_each_way_finds_the_same(shelf: tuple[Index, dict[int, Picture]], way: str) -> None:
    """The prices of the ways decide; here one of them is free and the others are dear."""
    index, pictures = shelf
    words, scan, lead = (0.0 if name == way else 1e9 for name in ("words", "scan", "lead"))
    index.costs = PlanCosts(small=0, look=0.0, words=words, scan=scan, lead=lead)
    query = Query(words="light -boat rating:4 tag:kelp")
    expected = [
        row
        for row, p in pictures.items()
        if has(p, "light") and not has(p, "boat") and p.rating == 4 and "Kelp" in p.tags
    ][::-1]
    assert list(index.rows(query)) == expected
    source = {"words": "FROM words ", "scan": "FROM facts f WHERE", "lead": "INDEXED|tagged g"}
    assert any(part in index.compile(query).rows().sql for part in source[way].split("|"))


SCRIPTS = {
    "Latin": ("Der Löwe an der Großen Straße", ("lowe", "GROSSE", "strass")),
    "Cyrillic": ("Маяк у Чёрного моря", ("маяк", "черн", "МОРЯ")),
    "Chinese": ("黄昏时分的灯塔", ("灯塔", "黄昏", "塔", "灯")),
    "Japanese": ("夕暮れの灯台とカモメ", ("灯台", "カモ", "夕暮れ", "れ")),
    "Korean": ("해질녘의 등대", ("등대", "해질녘", "녘의")),
    "Thai": ("ประภาคารยามพลบค่ำ", ("ประภาคาร", "พลบค่ำ", "ยาม")),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_are_found_in_every_script(script: str) -> None:
    index = Index.in_memory()
    taken(index, *(done(a_picture(prompt=text)) for text, _asked in SCRIPTS.values()))
    row = list(SCRIPTS).index(script) + 1
    for words in SCRIPTS[script][1]:
        assert row in index.rows(Query(words=words)), words
    assert len(index.rows(Query(words=SCRIPTS[script][1][0]))) == 1


def test_pairs_that_are_not_beside_each_other_are_not_found() -> None:
    index = Index.in_memory()
    taken(index, done(a_picture(prompt="京都と東京")), done(a_picture(prompt="東京都")))
    assert list(index.rows(Query(words="東京都"))) == [2]


def test_a_prefix_of_very_many_words_is_exact() -> None:
    index = Index.in_memory()
    pictures = [a_picture(prompt=f"prefix{n:03d} preface") for n in range(300)]
    taken(index, *(done(picture) for picture in pictures), done(a_picture(prompt="preamble")))
    assert index.count(Query(words="pref")) == 300
    assert index.count(Query(words="prefi")) == 300
    assert index.count(Query(words="prefix29")) == 10
    assert index.count(Query(words="p")) == 301


def test_new_words_are_found_and_old_ones_no_more() -> None:
    index = Index.in_memory()
    picture = a_picture(prompt="fog")
    taken(index, done(picture), records.change("title", [("Harbour", [picture.id])], []))
    assert index.count(Query(words="harbour fog")) == 1
    taken(index, records.change("title", [("Quay", [picture.id])], []))
    assert index.count(Query(words="harbour")) == 0
    assert index.count(Query(words="quay")) == 1


def test_pictures_made_from_one_are_found_by_its_id() -> None:
    index = Index.in_memory()
    first = a_picture()
    edge = Parent(sha256="0", role=Role.STYLE, picture=first.id)
    taken(index, done(first), done(a_picture(parents=(edge,))))
    assert list(index.rows(Query(words=f"ref:{first.id[-8:]}"))) == [2]
    assert list(index.rows(Query(words="ref:ffffffff"))) == []


def test_shelves_and_searches_go_together() -> None:
    index = Index.in_memory()
    old, new = a_picture(prompt="fog", created=10.0), a_picture(prompt="fog", created=90.0)
    gone = a_picture(prompt="fog", created=95.0)
    taken(index, done(old), done(new), done(gone))
    taken(index, records.change("trashed", [(True, [gone.id])], []))
    taken(index, records.change("flag", [("reject", [old.id])], []))
    assert list(index.rows(Query(words="fog", view=View.SESSION, since=50.0))) == [2]
    assert list(index.rows(Query(words="fog", view=View.TRASH))) == [3]
    assert list(index.rows(Query(words="fog", hide_rejected=True))) == [2]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("words", ["", "light", "rating:>=4 model:pro", "is:draft", "ha boat"])
@pytest.mark.parametrize("small", [10**9, 0], ids=["small", "large"])
def test_a_page_is_the_beginning_of_all(
    shelf: tuple[Index, dict[int, Picture]], sort: Sort, words: str, small: int
) -> None:
    index, _pictures = shelf
    index.costs = PlanCosts(small=small)
    query = Query(words=words, sort=sort)
    assert list(index.rows(query, 7)) == list(index.rows(query))[:7]


def test_all_rows_come_in_parts_that_fit_together(
    shelf: tuple[Index, dict[int, Picture]],
) -> None:
    index, pictures = shelf
    index.digits = 56
    assert list(index.rows(Query())) == sorted(pictures, reverse=True)
    assert list(index.rows(Query(words="nowhere"))) == []


def test_all_rows_are_given_up_between_two_parts(
    shelf: tuple[Index, dict[int, Picture]],
) -> None:
    index, _pictures = shelf
    index.digits = 8
    answers = iter((True, True, True, False))
    index.wanted = lambda: next(answers)
    with pytest.raises(Interrupted):
        index.rows(Query())
    assert list(answers) == []


@pytest.mark.parametrize("words", QUERIES)
def test_it_is_quickly_told_which_of_a_few_are_found(
    shelf: tuple[Index, dict[int, Picture]], words: str
) -> None:
    index, pictures = shelf
    few = list(pictures)[::7]
    found = set(index.rows(Query(words=words)))
    assert index.filter_rows(Query(words=words), few) == found.intersection(few)


def test_words_that_seldom_meet_lead_although_each_is_common(
    shelf: tuple[Index, dict[int, Picture]],
) -> None:
    index, _pictures = shelf
    index.costs = PlanCosts(small=0)
    selection = index.compile(Query(words="light old of rating:5 model:pro is:picked"))
    assert "words MATCH" in selection.rows(200).sql


async def test_a_page_does_not_wait_for_what_takes_long(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        begun, go_on = threading.Event(), threading.Event()

        def long(index: Index) -> int:
            begun.set()
            assert go_on.wait(60)
            return index.count(Query())

        counted = asyncio.create_task(library.query_index(long, long=True))
        await asyncio.to_thread(begun.wait)
        assert list(await library.rows(Query(), 10)) == [picture.row]
        assert not counted.done()
        go_on.set()
        assert await counted == 1


async def test_who_gives_up_ends_the_work(tmp_path: Path) -> None:
    async with opened(tmp_path) as library:
        picture = await take(library)
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def endless(index: Index) -> None:
            loop.call_soon_threadsafe(begun.set)
            for _row in index._db.execute(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
                " SELECT max(x) FROM n"
            ):
                raise AssertionError("it has no end")

        asked = asyncio.create_task(library.query_index(endless))
        await begun.wait()
        after = asyncio.create_task(library.rows(Query()))
        # An interrupt that comes before the statement runs is nobody's: it is asked for again.
        while not asked.done():
            asked.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await asked
        reading = library.store.reading
        while reading.answering is not None and reading.index is not None:
            reading.index.interrupt()
            await asyncio.sleep(0)
        assert list(await after) == [picture.row]


def test_a_question_nobody_waits_for_is_not_begun() -> None:
    index = Index.in_memory()
    index.wanted = lambda: False
    with pytest.raises(Interrupted):
        index.count(Query(words="fog"))


SIGNS = (
    ("a fox \U0001f98a in fog", ""),
    ("heart \u2764\ufe0f\u200d\U0001f525 on fire", ""),
    ("海辺 with a lamp", ""),
    ("price: $5, really?!", ""),
    ("plain words", "\u2728 titled"),
    ("n\u0303 with an odd mark q\u0304", ""),
)
"""Prompts and titles."""


@pytest.fixture(scope="module")
def signs() -> Index:
    index = Index.in_memory()
    pictures = [
        a_picture(id=new_id(), prompt=prompt, title=title, tags=("tag \U0001f3f7",) * (n == 4))
        for n, (prompt, title) in enumerate(SIGNS)
    ]
    taken(index, done(*pictures))
    return index


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("\U0001f98a", [1]),
        ("\U0001f680", []),
        ("\u2764", [2]),
        ("\u2764\ufe0f", [2]),
        ("\u2764\u200d\U0001f525", [2]),
        ("-\U0001f98a", [6, 5, 4, 3, 2]),
        ('"\U0001f98a"', [1]),
        ("fog \U0001f98a", [1]),
        ("fog \U0001f680", []),
        ("\u2728", [5]),
        ("\U0001f3f7", [5]),
        ("?!", [4]),
        ("!!!", []),
        ("...", []),
        ("\u2026", []),
        ("---", []),
        ("{}", []),
        ("[", []),
        (":", [4]),
        ('"?!"', [4]),
        ("$5", [4]),
        ("海", [3]),
        ("山", []),
        ("\u0304", [6]),
        ("\u0489", []),
        ("\u200d", [2]),
        ("\u3164", []),
        ("\ufe0f", [2]),
        ("price & ?! really", [4]),
        ("fox - fog", [1]),
    ],
)
def test_signs_that_are_no_words_find_what_has_them_and_not_everything(
    signs: Index, words: str, rows: list[int]
) -> None:
    query = Query(words=words)
    assert list(signs.rows(query)) == rows
    assert signs.count(query) == len(rows)


@pytest.mark.parametrize("words", ["", "  ", '"', '""', "-", "*", "rating:"])
def test_a_search_that_is_not_written_yet_leaves_nothing_out(signs: Index, words: str) -> None:
    assert signs.count(Query(words=words)) == len(SIGNS)


def test_every_sign_of_unicode_finds_only_what_has_it(signs: Index) -> None:
    every = "".join(f"{prompt} {title}" for prompt, title in SIGNS) + "\U0001f3f7"
    draw = random.Random(5)
    codes = [code for code in range(0x21, 0x1FFFF) if not 0xD800 <= code < 0xE000]
    for code in (*range(0x21, 0x250), *draw.sample(codes, 400)):
        sign = chr(code)
        if sign.isspace() or sign in '"-*' or sign in every or terms(sign):
            continue
        assert signs.count(Query(words=sign)) == 0, hex(code)
