"""The seldom-made choices of `generate`: sent, recorded, and refused in plain sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.domain.entities import SafetySetting
from studio.domain.safety import CATEGORIES, LEVELS, category_of, threshold_of, with_threshold
from tests.cli.program import KEY, CliProgram
from tests.fake_service import FakeService, Reply, picture_answer

pytestmark = pytest.mark.usefixtures("warm")

MODEL = "gemini-nano-banana-2.1"
FLASH = "gemini-3.1-flash-image"
ENV = {"GRIDBRUSH_API_KEY": KEY}


def words(service: FakeService, *more: str | Path) -> tuple[str | Path, ...]:
    return (
        *("generate", "A lamp", "--provider", "dgrid", "--base-url", service.url),
        *("--model", MODEL, "--json", *more),
    )


def test_every_choice_is_sent_recorded_and_shown(
    program: CliProgram, service: FakeService, tmp_path: Path
) -> None:
    instruction = tmp_path / "brand.txt"
    instruction.write_text("\ufeffFlat colours only.\n", encoding="utf-8")

    def grounded(request: object) -> Reply:
        answer = picture_answer(request)  # type: ignore[arg-type]
        answer["candidates"][0]["groundingMetadata"] = {
            "webSearchQueries": ["lamp 1925"],
            "groundingChunks": [{"web": {"uri": "https://h.org/lamp", "title": "Lamps"}}],
        }
        return Reply(body=answer)

    with FakeService(fallback=grounded) as searching:
        result = program(
            *words(searching, "--system", f"@{instruction}", "--temperature", "0,4"),
            *("--model", FLASH, "--thinking", "High", "--search", "--safety", "harassment=few"),
            *("--safety", "HARM_CATEGORY_HATE_SPEECH=OFF", "--safety", "hate=none"),
            env=ENV,
        )
        assert result.code == 0, result.err
        (request,) = searching.requests
    sent = request.json
    text = sent["systemInstruction"]["parts"][0]["text"]
    assert text == "Flat colours only."
    assert sent["generationConfig"]["temperature"] == 0.4
    assert sent["generationConfig"]["thinkingConfig"] == {"thinkingLevel": "HIGH"}
    assert sent["tools"] == [{"googleSearch": {}}]
    assert sent["safetySettings"] == [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"},
        {"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_NONE"},
    ]
    id = result.only("image")[0]["id"]
    assert program("library", "rebuild").code == 0  # from the record, not from the index
    (shown,) = program("library", "show", id, "--json").events
    assert shown["system"] == "Flat colours only."
    assert (shown["temperature"], shown["thinking"], shown["search"]) == (0.4, "high", True)
    assert shown["safety"] == {"HARASSMENT": "BLOCK_ONLY_HIGH", "HATE_SPEECH": "BLOCK_NONE"}
    assert shown["grounding"] == {
        "queries": ["lamp 1925"],
        "sources": [{"title": "Lamps", "url": "https://h.org/lamp"}],
        "searches": [],
    }
    told = program("library", "show", id).out
    assert "Safety: harassment=few, hate_speech=none" in told
    assert "Search queries: lamp 1925\n  Lamps https://h.org/lamp" in told


def test_what_is_not_chosen_is_neither_sent_nor_shown(
    program: CliProgram, service: FakeService
) -> None:
    result = program(*words(service), env=ENV)
    (request,) = service.requests
    assert set(request.json) == {"contents", "generationConfig"}
    assert set(request.json["generationConfig"]) == {"responseModalities", "imageConfig"}
    id = result.only("image")[0]["id"]
    (shown,) = program("library", "show", id, "--json").events
    assert (shown["temperature"], shown["grounding"], shown["safety"]) == (None, None, {})
    assert "Temperature" not in program("library", "show", id).out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--temperature", "hot"), "not a number"),
        (("--temperature", "nan"), "from 0 to 2"),
        (("--temperature", "2.1"), "from 0 to 2"),
        (("--thinking", "low"), "Available: minimal, medium, high."),
        (("--model", "gemini-3-pro-image", "--thinking", "low"), "not support thinking"),
        (("--model", "gemini-2.5-flash-image", "--search"), "web search"),
        (("--safety", "harassment"), "CATEGORY=LEVEL"),
        (("--safety", "rudeness=few"), "has no category rudeness"),
        (("--safety", "hate=a lot"), "few, some, most, none"),
        (("--system", "@/not/there"), "cannot be read"),
        (
            ("--provider", "sketch", "--model", "sketch", "--temperature", "1"),
            "not support a temperature",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(
    program: CliProgram, service: FakeService, more: tuple[str, ...], says: str
) -> None:
    sketch = "sketch" in more
    start = ("generate", "A lamp") if sketch else words(service)
    result = program(*start, *more, env=ENV)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert service.requests == []


def test_a_retired_model_is_warned_of_and_asked_all_the_same(
    program: CliProgram, service: FakeService
) -> None:
    result = program(*words(service, "--model", "gemini-2.5-flash-image"), env=ENV)
    assert result.code == 0
    assert "Was due to be switched off on 2026-10-02" in result.err
    assert len(service.requests) == 1


def test_models_tell_what_they_can(program: CliProgram) -> None:
    listed = {one["id"]: one for one in program("models", "--json", "--provider", "dgrid").events}
    best = listed[MODEL]
    assert best["thinking"] == ["minimal", "medium", "high"]
    assert (best["search"], best["system"], best["safety"]) == (True,) * 3
    assert (best["seed"], best["temperature"]) == (False, False)
    other = listed["gemini-3-pro-image"]
    assert (other["seed"], other["temperature"]) == (True, True)
    assert [id for id, one in listed.items() if one["default"]] == [MODEL]
    sketch = program("models", "--json", "--provider", "sketch").events[0]
    assert not any(sketch[name] for name in ("search", "system", "temperature", "safety"))


def test_levels_and_categories_are_read_as_people_write_them() -> None:
    assert [category_of(text) for text in ("hate", "Hate-Speech", "harm category hate speech")] == [
        "HATE_SPEECH"
    ] * 3
    assert category_of("weather") == ""
    assert {threshold_of(level) for level in LEVELS} == set(LEVELS.values())
    assert [threshold_of(text) for text in ("default", "block_few", "loud")] == [
        "",
        "BLOCK_ONLY_HIGH",
        None,
    ]
    changed = with_threshold(
        (SafetySetting("harm_category_hate_speech", "OFF"),), CATEGORIES[0], "X"
    )
    assert [(one.category, one.threshold) for one in changed] == [
        ("HARASSMENT", "X"),
        ("HATE_SPEECH", "OFF"),
    ]
    assert with_threshold(changed, "HARASSMENT", "")[0].category == "HATE_SPEECH"
