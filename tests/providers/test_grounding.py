"""A model's searches: kept as texts and links, never as a web page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.domain.entities import GroundingSource
from studio.providers.base import SpilledString
from studio.providers.gemini import grounding

RENDERED = """
<style>.chip { color: red } a { content: "<a href='https://evil.org'>no</a>" }</style>
<div class="container"><svg><path d="M0"/></svg>
 <div class="carousel">
  <a class="chip" href="https://www.google.com/search?q=lighthouse&amp;x=1">light&shy;house <b>at
  dusk</b></a> <a class="chip" href="javascript:alert(1)">bad</a>
  <a class="chip" href="https://h.org/no words"></a>
  <a href="http://h.org/plain">not encrypted</a>
 </div>
</div><script>document.write("<a href='https://evil.org/2'>no</a>")</script>
"""


def answer(**told: Any) -> Any:
    return {"candidates": [{"groundingMetadata": told}]}


def test_queries_sources_and_searches_are_distinguished(tmp_path: Path) -> None:
    found = grounding.read(
        answer(
            webSearchQueries=["lighthouse  dusk", "lighthouse dusk", "", 7],
            groundingChunks=[
                {"web": {"uri": "https://h.org/a", "title": "A\u202e\x00 page"}},
                {"web": {"uri": "https://h.org/a", "title": "again"}},
                {"image": {"sourceUri": "https://h.org/b", "imageUri": "https://h.org/b.png"}},
                {"web": {"uri": "javascript:alert(1)"}},
                {"web": {"uri": "https://h.org/<script>"}},
                {},
                None,
            ],
            searchEntryPoint={"renderedContent": RENDERED},
        ),
        tmp_path,
    )
    assert found is not None
    assert found.queries == ("lighthouse dusk",)
    assert (found.image_queries, found.billed) == ((), 1)
    assert found.sources == (
        GroundingSource("https://h.org/a", "A page"),
        GroundingSource("https://h.org/b"),
    )
    (search,) = found.searches
    assert search.url == "https://www.google.com/search?q=lighthouse&x=1"
    assert search.title in ("light house at dusk", "light\xadhouse at dusk", "lighthouse at dusk")


def test_a_long_piece_of_page_is_read_from_the_answers_file(tmp_path: Path) -> None:
    body = tmp_path / "answer"
    raw = json.dumps(RENDERED + " " * 5000).encode()
    body.write_bytes(b"xx" + raw)
    told = answer(searchEntryPoint={"renderedContent": SpilledString(3, 2 + len(raw) - 1)})
    found = grounding.read(told, body)
    assert found is not None
    assert [one.url for one in found.searches] == ["https://www.google.com/search?q=lighthouse&x=1"]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"searchEntryPoint": {"renderedContent": SpilledString(0, 10)}},
        {"searchEntryPoint": {"renderedContent": SpilledString(0, 1 << 30)}},
        {"searchEntryPoint": "x", "groundingChunks": "x", "webSearchQueries": {}},
        {"searchEntryPoint": {"renderedContent": "<a href='https://h.org'>"}},
    ],
)
def test_what_says_nothing_is_nothing(told: Any, tmp_path: Path) -> None:
    assert grounding.read(answer(**told), tmp_path / "gone") is None


def test_a_page_of_nothing_but_links_is_cut() -> None:
    page = "".join(f"<a href='https://h.org/{n}'>{n}" for n in range(10_000))
    assert len(grounding.links(page)) == grounding.MOST


def events(*told: Any) -> Any:
    return {"candidates": [{"groundingMetadata": one} for one in told]}


@pytest.mark.parametrize(
    ("told", "billed", "queries", "images"),
    [
        ([{"webSearchQueries": ["a", "b", "a"]}], 2, ("a", "b"), ()),
        ([{"imageSearchQueries": ["a"]}], 1, ("a",), ("a",)),
        # A web search and an image search for the same words are two.
        ([{"webSearchQueries": ["a"], "imageSearchQueries": ["a"]}], 2, ("a",), ("a",)),
        # Every event of a stream repeats what was searched so far; so do further candidates.
        (
            [{"webSearchQueries": ["a"]}, {"webSearchQueries": ["a", "b"]}, None,
             {"imageSearchQueries": ["b"]}, {"imageSearchQueries": ["b", "c"]}],
            4, ("a", "b", "c"), ("b", "c"),
        ),
        ([{"web_search_queries": ["a"], "image_search_queries": ["b"]}], 2, ("a", "b"), ("b",)),
        ([{"webSearchQueries": "a"}], 1, ("a",), ()),
        ([{"webSearchQueries": ["", " \n", None, 7, {}, "a "], "imageSearchQueries": None}],
         1, ("a",), ()),
        # What was not a Google search is not billed as one.
        ([{"retrievalQueries": ["a"], "webSearchQueries": ["b"]}], 1, ("b",), ()),
    ],
)  # fmt: skip
def test_each_query_counts_once_and_each_kind_by_itself(
    told: Any, billed: int, queries: tuple[str, ...], images: tuple[str, ...], tmp_path: Path
) -> None:
    found = grounding.read(events(*told), tmp_path)
    assert found is not None
    assert (found.billed, found.queries, found.image_queries) == (billed, queries, images)


def test_more_queries_than_are_shown_and_longer_ones_all_count(tmp_path: Path) -> None:
    long = "lighthouse " * 30
    told = {"webSearchQueries": [f"{long}{n}" for n in range(grounding.MOST + 20)]}
    found = grounding.read(events(told), tmp_path)
    assert found is not None
    assert found.billed == grounding.MOST + 20
    assert len(found.queries) == 1, "cut, they are the same"
    body = tmp_path / "answer"
    body.write_bytes(b'"' + b"x" * 5000 + b'"')
    spilled = grounding.read(events({"imageSearchQueries": [SpilledString(1, 5001)]}), body)
    assert spilled is not None
    assert spilled.billed == 1


def test_the_page_of_an_image_result_is_a_source(tmp_path: Path) -> None:
    chunk = {
        "image": {
            "sourceUri": "https://h.org/page",
            "imageUri": "https://h.org/picture.png",
            "title": "A lighthouse",
            "domain": "h.org",
        }
    }
    untitled = {"image": {"source_uri": "https://i.org/page", "domain": "i.org"}}
    only_picture = {"image": {"imageUri": "https://j.org/picture.png"}}
    found = grounding.read(events({"groundingChunks": [chunk, untitled, only_picture]}), tmp_path)
    assert found is not None
    assert found.sources == (
        GroundingSource("https://h.org/page", "A lighthouse"),
        GroundingSource("https://i.org/page", "i.org"),
        GroundingSource("https://j.org/picture.png"),
    )
    assert found.billed == 0
