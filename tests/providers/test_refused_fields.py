"""What a service refuses is left out: in every wording, once, and only what may be left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from studio.common.errors import Billed
from studio.config.settings import Profile
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import (
    Advanced,
    Picture,
    SafetySetting,
)
from studio.providers.gemini.fallback import MOST_FORMS
from studio.providers.gemini.refused_fields import read_objection, refused_fields
from studio.providers.gemini.sent_fields import remove_fields, sent_fields
from tests.fake_service import FakeService, Reply, Request, answer_with, tiny_png
from tests.generation.harness import studio

BEST = "gemini-nano-banana-2.1"
UNKNOWN = "acme/image-9"
"""A model nobody knows takes every choice until its service says otherwise."""

CHOICES: dict[str, Any] = {
    "model": UNKNOWN,
    "seed": 7,
    "advanced": Advanced(
        system="Flat colours.",
        temperature=0.4,
        thinking="high",
        search=True,
        safety=(SafetySetting("HARASSMENT", "BLOCK_ONLY_HIGH"),),
    ),
}
NO_SEED = "The model does not support seeds; the same prompt gives another picture"
NO_TEMPERATURE = "The model does not support a temperature; its default was used"
NO_THINKING = "The model does not support thinking levels; its default was used"
NO_SEARCH = "The service does not support web search for this model; it did not search"
NO_SAFETY = "The service does not support safety settings for this model; its defaults were used"
MOVED = "The service does not support a system instruction; it was sent with the prompt"
NO_ASPECT = "The service does not support an aspect ratio for this model; its default was used"
NO_SIZE = "The service does not support a size for this model; its default was used"


def google(message: str, *fields: str) -> dict[str, Any]:
    """An error as Google words it."""
    error: dict[str, Any] = {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}
    if fields:
        kind = "type.googleapis.com/google.rpc.BadRequest"
        violations = [{"field": one, "description": "Not here."} for one in fields]
        error["details"] = [{"@type": kind, "fieldViolations": violations}]
    return {"error": error}


def openai(message: str, param: str = "", code: str = "") -> dict[str, Any]:
    """An error as gateways of another API word it."""
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def fast(*path: str | int, msg: str = "Extra inputs are not permitted") -> dict[str, Any]:
    """A validation error of a gateway written in Python."""
    entry = {"type": "extra_forbidden", "loc": ["body", *path], "msg": msg, "input": 7}
    return {"detail": [entry]}


NOT_SUPPORTED = "Sorry: seed is not supported"


def unknown_name(name: str, place: str = "generation_config") -> str:
    return (
        f"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field."
    )


@dataclass(frozen=True)
class Kind:
    """A field, its place in the request, and the ways services refuse it."""

    place: tuple[str, ...]
    warning: str
    bodies: list[tuple[int, Any]] = field(default_factory=list)


CONFIG = "generationConfig"
KINDS = {
    "seed": Kind(
        (CONFIG, "seed"),
        NO_SEED,
        [
            (400, google(unknown_name("seed"))),
            (400, google("Request contains an invalid argument.", "generation_config.seed")),
            (400, google("seed is not enabled for models/gemini-nano-banana-2.1")),
            (400, google("The model does not support the `seed` parameter.")),
            (400, openai("Unsupported parameter: 'seed' is not supported with this model.")),
            (400, openai("Bad request (request id: 2026x)", "seed", "unsupported_parameter")),
            (422, fast(CONFIG, "seed")),
            (400, fast(CONFIG, "GenerationConfig", "seed", msg="")),
            (400, {"error": {"message": json.dumps(google(unknown_name("seed")))}}),
            (400, openai(f"Provider returned error ({json.dumps(google(NOT_SUPPORTED))})")),
            (400, {"message": "Validation failed: body.generationConfig.seed should not exist"}),
            (400, {"errors": [{"location": "generationConfig.seed", "message": "x"}]}),
            (422, {"errors": [{"path": "/config", "params": {"additionalProperty": "seed"}}]}),
            (400, b"seed: not supported by this model"),
            (400, openai("`seed` 参数不支持")),
            (400, google("Invalid value at 'generation_config.seed' (TYPE_INT32), 99999999999")),
        ],
    ),
    "temperature": Kind(
        (CONFIG, "temperature"),
        NO_TEMPERATURE,
        [
            (400, google("`temperature` isn't supported by this model")),
            (400, openai("Unsupported value: 'temperature' does not support 0.4 with this model. "
                         "Only the default (1) value is supported.", "temperature")),
            (422, fast(CONFIG, "temperature")),
            (400, google("temperature must be between 0 and 0.2")),
            (400, {"detail": "Please remove the temperature parameter and try again"}),
        ],
    ),
    "thinking": Kind(
        (CONFIG, "thinkingConfig"),
        NO_THINKING,
        [
            (400, google("Thinking level is not supported for this model.")),
            (400, google("Thinking is not enabled for models/gemini-3-pro-image")),
            (400, google(unknown_name("thinkingLevel", "generation_config.thinking_config"))),
            (400, openai("parameter thinking_level not supported")),
            (422, fast(CONFIG, "thinkingConfig", "thinkingLevel")),
            (400, google("Unknown field for GenerationConfig: thinking_config")),
        ],
    ),
    "search": Kind(
        ("tools",),
        NO_SEARCH,
        [
            (400, google("Search Grounding is not supported.")),
            (400, google("Search as tool is not enabled for this model")),
            (400, google(unknown_name("google_search", "tools[0]"))),
            (400, google("Tool use is not supported by models/gemini-2.5-flash-image")),
            (422, fast("tools", 0, "googleSearch")),
        ],
    ),
    "safety": Kind(
        ("safetySettings",),
        NO_SAFETY,
        [
            (400, google("Bad.", "safety_settings")),
            (400, openai("safety_settings is not supported")),
            (422, fast("safetySettings")),
        ],
    ),
    "system": Kind(
        ("systemInstruction",),
        MOVED,
        [
            (400, google("Developer instruction is not enabled for models/gemini-2.0-flash")),
            (400, google("System instruction is not supported by this model.")),
            (400, openai("The system role is not supported", "systemInstruction")),
            (422, fast("systemInstruction")),
        ],
    ),
}  # fmt: skip

CASES = [
    pytest.param(kind, status, body, id=f"{name} {number}")
    for name, kind in KINDS.items()
    for number, (status, body) in enumerate(kind.bodies)
]


def at(value: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def refusing(*refusals: tuple[tuple[str, ...], int, Any]) -> Callable[[Request], Reply]:
    """A service that refuses a request as long as it has one of the fields."""

    def reply(request: Request) -> Reply:
        for place, status, body in refusals:
            if at(request.json, place) is not None:
                return Reply(status, body)
        return Reply(body=answer_with(tiny_png(), size="1K"))

    return reply


def bodies(service: FakeService) -> list[Any]:
    return [one.json for one in service.requests]


def warned(picture: Picture) -> list[str]:
    """Warnings apart from that about the size, which the tiny picture has in every case."""
    return [one for one in picture.warnings if not one.startswith("Requested 1K")]


@pytest.mark.one_loop
@pytest.mark.parametrize(("kind", "status", "body"), CASES)
async def test_a_refused_field_is_left_out_once_and_the_picture_says_so(
    tmp_path: Path, kind: Kind, status: int, body: Any
) -> None:
    with FakeService(fallback=refusing((kind.place, status, body))) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.gone(job)
            (picture,) = await one.pictures()
    first, second = bodies(service)
    assert at(first, kind.place) is not None
    assert at(second, kind.place) is None
    if kind.place == ("systemInstruction",):
        assert second["contents"][0]["parts"] == [{"text": "Flat colours.\n\nA lamp"}]
        assert {**second, "contents": 0} == {
            name: value for name, value in {**first, "contents": 0}.items() if name != kind.place[0]
        }
    else:
        remove_fields(first, {kind.place[-1]})
        assert second == first, "everything else is sent as before"
    assert warned(picture) == [kind.warning]


@pytest.mark.parametrize("name", KINDS)
async def test_the_record_has_what_was_sent_and_what_was_not(tmp_path: Path, name: str) -> None:
    kind = KINDS[name]
    status, body = kind.bodies[0]
    with FakeService(fallback=refusing((kind.place, status, body))) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.gone(job)
        # Once more from the records alone.
        async with studio(tmp_path, service) as one:
            await one.core.library.rebuild()
            (picture,) = await one.pictures()
    wanted = CHOICES["advanced"]
    less = {
        "temperature": replace(wanted, temperature=None),
        "thinking": replace(wanted, thinking=""),
        "search": replace(wanted, search=False),
        "safety": replace(wanted, safety=()),
    }
    assert picture.advanced == less.get(name, wanted)
    assert picture.seed == (None if name == "seed" else 7)
    assert warned(picture) == [kind.warning]


async def test_what_was_queued_before_a_model_refused_it_is_not_sent_either(tmp_path: Path) -> None:
    """An old request with a seed, to a model that takes none."""
    with FakeService(fallback=refusing()) as service:
        async with studio(tmp_path, service) as one:
            model = one.core.catalogue.find("dgrid", BEST)
            run = runs.plan(Draft(prompt="p", profile="dgrid", model=BEST), model, ("p",))
            old = replace(run.requests[0], seed=7, temperature=0.4)
            (job,) = await one.core.submit(replace(run, requests=(old,)))
            await one.gone(job)
            (picture,) = await one.pictures()
    assert not {"seed", "temperature"} & set(bodies(service)[0][CONFIG])
    assert warned(picture) == [NO_SEED, NO_TEMPERATURE]
    assert (picture.seed, picture.advanced) == (None, None)


async def test_a_note_of_an_earlier_attempt_is_not_told_of_a_later_one(tmp_path: Path) -> None:
    """The seed is refused, the service breaks, and then it takes the seed."""
    with FakeService() as service:
        service.script(
            Reply(400, google(unknown_name("seed"))),
            Reply(503, {"error": {"message": "overloaded"}}),
            Reply(body=answer_with(tiny_png())),
        )
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.gone(job)
            (picture,) = await one.pictures()
    assert [at(one, (CONFIG, "seed")) for one in bodies(service)] == [7, None, 7]
    assert (picture.seed, warned(picture)) == (7, [])


async def test_what_was_refused_is_not_sent_after_a_restart_nor_by_another_profile(
    tmp_path: Path,
) -> None:
    refusal = (400, google(unknown_name("seed")))
    own = Profile(name="own", title="Own", base_url="http://127.0.0.1:1")
    with FakeService(fallback=refusing(((CONFIG, "seed"), *refusal))) as service:
        async with studio(tmp_path, service) as one:
            one.core.settings.change(profiles=(own,))
            (job,) = await one.submit(**CHOICES)
            await one.gone(job)
        async with studio(tmp_path, service) as one:
            assert not one.core.catalogue.find("dgrid", UNKNOWN).seed
            assert one.core.catalogue.find("own", UNKNOWN).seed
            assert one.core.catalogue.find("dgrid", "acme/other").seed
            (job,) = await one.submit(**CHOICES)
            await one.gone(job)
            pictures = await one.pictures()
    assert [at(one, (CONFIG, "seed")) for one in bodies(service)] == [7, None, None]
    assert {one.seed for one in pictures} == {None}
    assert sorted(map(warned, pictures)) == [[], [NO_SEED]], "the second was told before"
    async with studio(tmp_path) as one:
        assert one.core.catalogue.find("dgrid", UNKNOWN).seed, "the usual address refused nothing"


async def test_a_refused_value_is_left_out_and_other_values_are_still_sent(tmp_path: Path) -> None:
    refusal = google("temperature must be between 0 and 0.2")

    def reply(request: Request) -> Reply:
        hot = (at(request.json, (CONFIG, "temperature")) or 0) > 0.2
        return Reply(400, refusal) if hot else Reply(body=answer_with(tiny_png()))

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as one:
            for degrees in (0.4, 0.1):
                advanced = Advanced(temperature=degrees)
                (job,) = await one.submit(model=UNKNOWN, advanced=advanced)
                await one.gone(job)
    assert [at(one, (CONFIG, "temperature")) for one in bodies(service)] == [0.4, None, 0.1]


async def test_a_level_that_is_refused_by_its_name_leaves_the_others(tmp_path: Path) -> None:
    refusal = google("Thinking level HIGH is not supported for this model.")

    def reply(request: Request) -> Reply:
        level = at(request.json, (CONFIG, "thinkingConfig", "thinkingLevel"))
        return Reply(400, refusal) if level == "HIGH" else Reply(body=answer_with(tiny_png()))

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as one:
            for level in ("high", "low"):
                (job,) = await one.submit(model=UNKNOWN, advanced=Advanced(thinking=level))
                await one.gone(job)
    sent = [at(one, (CONFIG, "thinkingConfig", "thinkingLevel")) for one in bodies(service)]
    assert sent == ["HIGH", None, "LOW"]


async def test_an_aspect_the_service_refuses_is_reported_and_no_other_shape_is_billed(
    tmp_path: Path,
) -> None:
    place = (CONFIG, "imageConfig", "aspectRatio")
    refusal = google("Invalid value at 'image_config.aspect_ratio'", "aspect_ratio")
    with FakeService(fallback=refusing((place, 400, refusal))) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(model=UNKNOWN, aspect="9:21")
            await one.until(lambda: one.last[job.id].failure)
            failure = one.failure(job)
    assert [at(one, place) for one in bodies(service)] == ["9:21"]
    assert (failure.billed, failure.hint) == (Billed.NO, "Choose another aspect ratio.")


async def test_a_square_is_made_without_a_ratio_and_no_other_shape_is(tmp_path: Path) -> None:
    """Square is what services make without a ratio; the memory of it changes nothing else."""
    place = (CONFIG, "imageConfig", "aspectRatio")
    refusal = google("Aspect ratio is not enabled for this model")
    with FakeService(fallback=refusing((place, 400, refusal))) as service:
        async with studio(tmp_path, service) as one:
            for _number in range(2):
                (job,) = await one.submit(model=UNKNOWN, aspect="1:1")
                await one.gone(job)
            (job,) = await one.submit(model=UNKNOWN, aspect="16:9")
            await one.until(lambda: one.last[job.id].failure)
            pictures = await one.pictures()
    assert [at(one, place) for one in bodies(service)] == ["1:1", None, None, "16:9"]
    assert sorted(map(warned, pictures)) == [[], [NO_ASPECT]], "told once: it is the same picture"


async def test_a_ratio_outside_the_list_is_sent_and_remembered_when_it_is_accepted(
    tmp_path: Path,
) -> None:
    with FakeService(fallback=refusing()) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(model=UNKNOWN, aspect="9:21")
            await one.gone(job)
        async with studio(tmp_path, service) as one:
            assert "9:21" in one.core.catalogue.find("dgrid", UNKNOWN).aspects
    assert at(bodies(service)[0], (CONFIG, "imageConfig", "aspectRatio")) == "9:21"


async def test_several_refused_fields_go_together_or_one_after_the_other(tmp_path: Path) -> None:
    together = google("x", "generation_config.seed", "generation_config.temperature")
    later = google("Thinking is not enabled for models/x")
    refusals = (((CONFIG, "seed"), 400, together), ((CONFIG, "thinkingConfig"), 400, later))
    with FakeService(fallback=refusing(*refusals)) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.gone(job)
            (picture,) = await one.pictures()
    configs = [
        set(one[CONFIG]) & {"seed", "temperature", "thinkingConfig"} for one in bodies(service)
    ]
    assert configs == [{"seed", "temperature", "thinkingConfig"}, {"thinkingConfig"}, set()]
    assert set(warned(picture)) == {NO_SEED, NO_TEMPERATURE, NO_THINKING}


PROMPT = "A lamp with a seed"
NAMES_NOTHING = google("Request contains an invalid argument.")
LEFT_ALONE = {
    "a field that was not sent": (400, google(unknown_name("topK")), "request"),
    "nothing": (400, NAMES_NOTHING, "request"),
    "the contents": (400, google("Bad.", "contents[0].parts[0].text"), "request"),
    "the whole configuration": (400, google(unknown_name("generationConfig", "")), "request"),
    "the aspect ratio": (400, google("Invalid value at 'image_config.aspect_ratio'"), "request"),
    "the ratio of a square": (400, google("Invalid value at 'aspect_ratio'"), "request"),
    "the prompt, with such a word": (400, google(f"'{PROMPT}' is not allowed"), "request"),
    "blocked content": (400, google("content_filter: safety settings do not allow it"), "refused"),
    "the key": (400, google("API key not valid. seed is not supported"), "auth"),
    "the balance": (400, openai("seed", code="insufficient_user_quota"), "balance"),
    "a status that may be billed": (500, google("seed is not supported"), "server"),
    "a forbidden one": (403, google("seed is not supported"), "auth"),
}  # fmt: skip


@pytest.mark.one_loop
@pytest.mark.parametrize("name", LEFT_ALONE)
async def test_other_refusals_are_not_sent_again(tmp_path: Path, name: str) -> None:
    status, body, kind = LEFT_ALONE[name]
    with FakeService(fallback=lambda _request: Reply(status, body)) as service:
        async with studio(tmp_path, service) as one:
            aspect = "1:1" if "square" in name else "16:9"
            (job,) = await one.submit(PROMPT, aspect=aspect, **CHOICES)
            await one.until(lambda: one.last[job.id].failure)
            assert one.failure(job).kind == kind
            assert one.failure(job).billed in (Billed.NO, Billed.MAYBE)
            assert not one.core.catalogue.find("dgrid", UNKNOWN).refused
    distinct = {json.dumps(one) for one in bodies(service)}
    assert len(distinct) == 1, "what was sent again is an ordinary retry"


async def test_a_service_that_refuses_field_after_field_is_given_up(tmp_path: Path) -> None:
    """Whatever it says, the number of requests has a limit, and the last refusal is shown."""

    def reply(request: Request) -> Reply:
        fields = sent_fields(request.json)
        names = sorted(set(fields) - {"responseModalities", "imageSize", "aspectRatio"})
        return Reply(400, openai(f"{len(names)} left", (names or ["contents"])[0]))

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.until(lambda: one.last[job.id].failure)
            failure = one.failure(job)
    assert len(service.requests) <= MOST_FORMS
    assert (failure.kind, failure.billed, failure.message) == ("request", Billed.NO, "0 left")


async def test_the_second_refusal_is_shown_when_the_first_was_solved(tmp_path: Path) -> None:
    other = google("Unable to process input image.")
    with FakeService() as service:
        service.script(Reply(400, google(unknown_name("seed"))), Reply(400, other))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(**CHOICES)
            await one.until(lambda: one.last[job.id].failure)
            assert one.failure(job).message == "Unable to process input image."
            assert one.failure(job).billed is Billed.NO
            assert not one.core.catalogue.find("dgrid", UNKNOWN).refused
    assert len(service.requests) == 2


async def test_the_usual_size_is_left_out_where_neither_spelling_is_taken(tmp_path: Path) -> None:
    place = (CONFIG, "imageConfig", "imageSize")
    refusal = google("Invalid value at 'generation_config.image_config.image_size'")
    with FakeService(fallback=refusing((place, 400, refusal))) as service:
        async with studio(tmp_path, service) as one:
            for _number in range(2):
                (job,) = await one.submit(size="1K", model=UNKNOWN)
                await one.gone(job)
            pictures = await one.pictures()
            model = one.core.catalogue.find("dgrid", UNKNOWN)
            (job,) = await one.submit(size="4K", model="acme/other")
            await one.until(lambda: one.last[job.id].failure)
            assert "size" in one.failure(job).hint
    sizes = [at(one, place) for one in bodies(service)]
    assert sizes[:4] == ["1K", "1024x1024", None, None], "remembered"
    assert sizes[4:] == ["4K", "4096x4096"], "a smaller picture is not what was asked for"
    assert model.sizes == ("1K",)
    assert sorted(map(warned, pictures)) == [[], [NO_SIZE]], "told once: it is the same picture"


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        (
            "The requested combination of response modalities is not supported by the model.\n* X",
            [["IMAGE"], ["TEXT", "IMAGE"], ["TEXT", "IMAGE"]],
        ),
        (unknown_name("responseModalities"), [["IMAGE"], ["TEXT", "IMAGE"], None, None]),
        ("response_modalities: unsupported", [["IMAGE"], ["TEXT", "IMAGE"], None, None]),
    ],
)
async def test_modalities_are_requested_together_and_then_not_at_all(
    tmp_path: Path, message: str, sent: list[Any]
) -> None:
    wrong = [one for one in sent if sent.count(one) == 1]

    def reply(request: Request) -> Reply:
        modalities = request.json[CONFIG].get("responseModalities")
        if modalities in wrong:
            return Reply(400, google(message))
        return Reply(body=answer_with(tiny_png()))

    with FakeService(fallback=reply) as service:
        async with studio(tmp_path, service) as one:
            for _number in range(2):
                (job,) = await one.submit(model=UNKNOWN)
                await one.gone(job)
    assert [one[CONFIG].get("responseModalities") for one in bodies(service)] == sent


# --- reading a refusal ------------------------------------------------------------------------

WHOLE = {
    "contents": [{"role": "user", "parts": [{"text": "p"}, {"mediaResolution": {"level": "X"}}]}],
    "generationConfig": {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K", "personGeneration": "ALLOW_ALL"},
        "seed": 1, "temperature": 0.4, "topP": 0.9, "topK": 3, "logprobs": 2,
        "thinkingConfig": {"thinkingLevel": "HIGH"},
    },
    "systemInstruction": {"role": "user", "parts": [{"text": "x"}]},
    "safetySettings": [{"category": "H", "threshold": "B"}],
    "tools": [{"googleSearch": {"searchTypes": {"webSearch": {}, "imageSearch": {}}}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (openai("Unsupported parameter: 'top_p' is not supported with this model."), "topP"),
        (openai("Invalid", "top_k"), "topK"),
        (google("Logprobs is not enabled for models/x"), "logprobs"),
        (google("topP and topK are not supported by this model"), "topP topK"),
        (google("This model does not support seed or temperature"), "seed temperature"),
        (google("seed isn't supported, use temperature instead"), "seed"),
        (google("Unsupported parameter: 'seed'. Supported parameters: 'topP'."), "seed"),
        (google("Unsupported parameter 'seed' (supported: 'temperature')"), "seed"),
        (google("Unrecognized keys: 'seed', 'top_k'"), "seed topK"),
        ({"error": {"issues": [{"keys": ["seed", "topP"], "path": [CONFIG]}]}}, "seed topP"),
        (google(f"{unknown_name('seed')}\n{unknown_name('topK')}"), "seed topK"),
        (google(unknown_name("mediaResolution", "contents[0].parts[1]")), "mediaResolution"),
        (google(unknown_name("searchTypes", "tools[0].google_search")), "searchTypes"),
        (google("Image search is not supported"), "searchTypes"),
        (google("x", "generation_config.image_config.person_generation"), "personGeneration"),
        (b"1 error for Body\nconfig.seed\n  Extra inputs are not permitted", "seed"),
        (b"unknown field `seed`, expected one of `temperature`, `topP`", "seed"),
        (b'Unrecognized field "seed" (class X), not ignorable (2 known: "topP", "topK"])', "seed"),
        (b"{'loc': ('body', 'seed'), 'msg': 'extra fields not permitted'}", "seed"),
        (google("Sampling parameters are not supported"), "seed temperature topP topK"),
        (google("Budget 0 is invalid. This model only works in thinking mode."), "thinkingConfig"),
        (openai("seed", code="unsupported_parameter"), "seed"),
        ({"error": {"code": "invalid_value", "message": "x", "input": "a seed"}}, ""),
        ({"errors": {"generationConfig.seed": ["The field is not here."]}}, "seed"),
        ({"error": {"inner_error": {"target": "generationConfig.topK"}}}, "topK"),
        (google("Deterministic seeding isn't available for gemini-x"), "seed"),
        (google("Setting temperature is disabled for image models"), "temperature"),
        (google("Custom temperature values are prohibited"), "temperature"),
        (openai("Tool 'google_search' not found"), "tools"),
        (openai("additionalProperties: 'seed' not expected"), "seed"),
        (openai("parâmetro seed não suportado"), "seed"),
        (openai("Der Parameter seed wird nicht unterstützt"), "seed"),
        (google("* safety_settings[0]: element predicate failed: $.category"), "safetySettings"),
        (google(unknown_name("imageConfig")), ""),
        (google("Image part is missing a thought_signature in content position 2"), ""),
        (google("Multiple candidates is not enabled for this model"), ""),
        (google("Unable to process input image. Please retry"), ""),
        (google("Aspect ratio is not enabled for this model"), "aspectRatio"),
        ({"error": {"message": "x", "param": "500"}}, ""),
        (b"<html><title>400 Bad Request</title></html>", ""),
        (b"", ""),
        (b"[" * 50_000, ""),
        (b'{"detail": "' + b"seed temperature not " * 1500 + b'"}', ""),
        (b'{"detail": "' + b"is not a seed, " * 2000 + b'"}', "seed"),
    ],
)  # fmt: skip
def test_the_fields_a_refusal_names(body: Any, named: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert refused_fields(read_objection(data), sent_fields(WHOLE)) == set(named.split())


def test_a_removed_field_leaves_no_empty_object_behind() -> None:
    whole = json.loads(json.dumps(WHOLE))
    every = set(sent_fields(whole))
    removed = remove_fields(whole, every)
    assert removed == every
    assert whole["contents"] == [{"role": "user", "parts": [{"text": "p"}, {}]}]
    assert whole["generationConfig"] == {}
    assert set(whole) == {"contents", "generationConfig"}
