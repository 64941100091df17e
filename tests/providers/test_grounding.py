"""What a model looked up: kept as words and links, never as a web page."""

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


def test_queries_sources_and_searches_are_told_apart(tmp_path: Path) -> None:
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
