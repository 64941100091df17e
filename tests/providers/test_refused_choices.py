"""One category of the safety settings, image search and reference detail are refused alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Advanced, JobState, Role, SafetySetting
from studio.domain.request_fields import choice_warnings
from tests.fake_service import FakeService, Reply, Request, answer_with, tiny_png
from tests.generation.harness import studio
from tests.providers.test_refused_fields import (
    BEST,
    CHOICES,
    UNKNOWN,
    fast,
    google,
    openai,
    unknown_name,
    warned,
)

REFUSED_CATEGORIES: list[tuple[int, Any, list[int]]] = [
    (400, google("Bad.", "safety_settings[2].category"), [2]),
    (400, google("Invalid value at 'safety_settings[1].category' (type.googleapis.com/x.Harm"
                 'Category), "HARM_CATEGORY_HATE_SPEECH"'), [1]),
    (422, fast("safetySettings", 3, "category"), [3]),
    (400, google("* GenerateContentRequest.safety_settings[2]: element predicate failed: "
                 "$.category in (HarmCategory.HARM_CATEGORY_HARASSMENT, "
                 "HarmCategory.HARM_CATEGORY_HATE_SPEECH)"), [2]),
    (400, openai("HARM_CATEGORY_CIVIC_INTEGRITY is not supported by this model"), [2]),
    (400, openai("Unsupported safety category: civic integrity"), [2]),
    (400, {"detail": "Unknown category 'CIVIC_INTEGRITY', expected one of 'HARASSMENT'"}, [2]),
    (400, google("safety_settings[0] and safety_settings[3] are not supported"), [0, 3]),
    (400, google("BLOCK_NONE is not allowed for HARM_CATEGORY_CIVIC_INTEGRITY"), [2]),
]  # fmt: skip
"""Refusals of some of four categories, with the places of those they name."""


@pytest.mark.parametrize("number", range(len(REFUSED_CATEGORIES)))
async def test_one_refused_category_does_not_cost_the_others(tmp_path: Path, number: int) -> None:
    status, body, places = REFUSED_CATEGORIES[number]
    names = ("HARASSMENT", "HATE_SPEECH", "CIVIC_INTEGRITY", "DANGEROUS_CONTENT")
    settings = tuple(SafetySetting(name, "BLOCK_NONE") for name in names)
    kept = [f"HARM_CATEGORY_{name}" for n, name in enumerate(names) if n not in places]

    def reply(request: Request) -> Reply:
        sent = [one["category"] for one in request.json["safetySettings"]]
        return Reply(body=answer_with(tiny_png())) if sent == kept else Reply(status, body)

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as one:
            for _number in range(2):
                (job,) = await one.submit(model=UNKNOWN, advanced=Advanced(safety=settings))
                await one.gone(job)
            pictures = await one.pictures()
            model = one.core.catalogue.find("dgrid", UNKNOWN)
    remembered = "BLOCK_NONE" not in json.dumps(body)
    assert len(service.requests) == (3 if remembered else 4), "what was learned is not sent again"
    said = {
        "HARASSMENT": "Harassment", "HATE_SPEECH": "Hate speech",
        "CIVIC_INTEGRITY": "Civic integrity", "DANGEROUS_CONTENT": "Dangerous content",
    }  # fmt: skip
    wanted = sorted(
        f"The service does not support a setting for “{said[names[n]]}” with this model; "
        "its default was used"
        for n in places
    )
    for picture in pictures:
        assert sorted(warned(picture)) == wanted
        assert picture.advanced is not None
        assert [f"HARM_CATEGORY_{one.category}" for one in picture.advanced.safety] == kept
    draft = Draft(prompt="p", model=UNKNOWN, advanced=Advanced(safety=settings))
    before = choice_warnings(UNKNOWN, runs.left_out(draft, model))
    assert len(before) == (len(places) if remembered else 0)


async def test_blocked_words_do_not_cost_a_category(tmp_path: Path) -> None:
    body = google("Content of HARM_CATEGORY_HARASSMENT is not allowed: it violates our policy")
    with FakeService(fallback=lambda _request: Reply(400, body)) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.reaches(job, JobState.FAILED)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("refusal", "field", "warning"),
    [
        (google(unknown_name("searchTypes", "tools[0].google_search")), "image_search",
         "The service does not support image search for this model; it searched the web"),
        (google("Image search is not supported"), "image_search",
         "The service does not support image search for this model; it searched the web"),
        (google(unknown_name("mediaResolution", "contents[0].parts[0]")), "detail",
         "The service does not support reference detail for this model; its default was used"),
        (google("Media resolution is not supported by this model"), "detail",
         "The service does not support reference detail for this model; its default was used"),
    ],
)  # fmt: skip
async def test_image_search_and_detail_are_named_as_on_the_screen(
    tmp_path: Path, refusal: Any, field: str, warning: str
) -> None:
    chosen = Advanced(search=True, image_search=True, detail="high")

    def reply(request: Request) -> Reply:
        text = request.body
        there = b"imageSearch" in text if field == "image_search" else b"mediaResolution" in text
        return Reply(400, refusal) if there else Reply(body=answer_with(tiny_png()))

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as one:
            reference = await one.core.library.keep_input(
                tiny_png(16, 16), role=Role.STYLE, name="style"
            )
            for _number in range(2):
                (job,) = await one.submit(
                    model=BEST, references=(reference,), advanced=chosen, aspect=""
                )
                await one.gone(job)
            first, second = await one.pictures()
            model = one.core.catalogue.find("dgrid", BEST)
    assert len(service.requests) == 3, "what was learned is not sent again"
    assert warning in first.warnings + second.warnings
    for picture in (first, second):
        assert picture.advanced is not None
        assert not getattr(picture.advanced, field)
    assert warning in (*first.warnings, *second.warnings)
    draft = Draft(prompt="p", model=BEST, references=(reference,), advanced=chosen)
    (before,) = choice_warnings(BEST, runs.left_out(draft, model))
    assert ("image search" if field == "image_search" else "reference detail") in before
