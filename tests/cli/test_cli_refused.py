"""Refusals by a model or its service on the command line: before, after and later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import KEY, CliProgram, Result
from tests.fake_service import FakeService, Reply, Request, picture_answer

pytestmark = pytest.mark.usefixtures("warm")

BEST = "gemini-nano-banana-2.1"
PRO = "gemini-3-pro-image"
ENV = {"GRIDBRUSH_API_KEY": KEY}
NO_SEED = "The model does not support seeds; the same prompt gives another picture"


def generate(
    program: CliProgram, *more: str | Path, model: str = BEST, provider: str = "own"
) -> Result:
    words = ("generate", "A lamp", "--provider", provider, "--model", model, "--json")
    return program(*words, *more, env=ENV)


def with_own(program: CliProgram, url: str) -> None:
    own = {"name": "own", "title": "Own", "base_url": url}
    program.write_settings(json.dumps({"version": 1, "profiles": [own]}))


def without_seeds(request: Request) -> Reply:
    """A service that takes no seed, whatever the model."""
    if request.method == "POST" and "seed" in request.json["generationConfig"]:
        message = "seed is not enabled for models/gemini-3-pro-image"
        return Reply(400, {"error": {"code": 400, "message": message}})
    return Reply(body=picture_answer(request))


def configs(service: FakeService) -> list[set[str]]:
    return [set(one.json["generationConfig"]) & {"seed", "temperature"} for one in service.requests]


def test_a_model_without_seeds_is_sent_none_and_the_user_is_warned(
    program: CliProgram, service: FakeService
) -> None:
    more = ("--base-url", service.url, "--seed", "5", "--temperature", "0.4")
    result = generate(program, *more, provider="dgrid")
    assert result.code == 0
    assert f"{BEST} does not support seeds; results will differ." in result.err
    assert f"{BEST} does not support a temperature; its default is used." in result.err
    assert configs(service) == [set()]
    (image,) = result.only("image")
    assert (image["seed"], image["warnings"]) == (None, [])
    plain = generate(program, "--base-url", service.url, provider="dgrid")
    assert "does not support" not in plain.err


def test_a_refused_seed_is_left_out_then_remembered_and_then_told_before(
    program: CliProgram,
) -> None:
    with FakeService(fallback=without_seeds) as service:
        with_own(program, service.url)
        first = generate(program, "--seed", "5", model=PRO)
        second = generate(program, "--seed", "5", model=PRO)
        (listed,) = [
            one
            for one in program("models", "--json", "--provider", "own").events
            if one["id"] == PRO
        ]
    assert (first.code, second.code) == (0, 0)
    assert configs(service) == [{"seed"}, set(), set()]
    (image,) = first.only("image")
    assert (image["seed"], image["warnings"]) == (None, [NO_SEED])
    assert "does not support seeds" not in first.err.partition("A lamp")[0]
    (image,) = second.only("image")
    assert (image["seed"], image["warnings"]) == (None, [])
    assert f"{PRO} does not support seeds; results will differ." in second.err
    assert listed["seed"] is False
    shown = program("library", "show", first.only("image")[0]["id"])
    assert NO_SEED in shown.out


def test_what_one_address_refused_is_not_believed_of_another(
    program: CliProgram, service: FakeService
) -> None:
    with FakeService(fallback=without_seeds) as strict:
        with_own(program, strict.url)
        assert generate(program, "--seed", "5", model=PRO).code == 0
    result = generate(program, "--seed", "5", "--base-url", service.url, model=PRO)
    assert (result.code, configs(service)) == (0, [{"seed"}])
    assert "does not support seeds" not in result.err


def test_a_refusal_that_names_no_field_ends_as_before(program: CliProgram) -> None:
    body = {"error": {"code": 400, "message": "Unable to process input image."}}
    with FakeService(fallback=lambda _request: Reply(400, body)) as service:
        with_own(program, service.url)
        result = generate(program, "--seed", "5", model=PRO)
    (failed,) = result.only("failed")
    assert (result.code, failed["kind"], failed["billed"]) == (2, "request", "no")
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("more", "says", "sent"),
    [
        (("--aspect", "9:21"), f"{BEST} may not support 9:21", {"aspectRatio": "9:21"}),
        (("--size", "512"), f"{BEST} may not support 512", {"imageSize": "512"}),
    ],
)
def test_limits_warn_on_a_provider_of_ones_own_and_refuse_on_a_built_in_one(
    program: CliProgram, service: FakeService, more: tuple[str, ...], says: str, sent: dict
) -> None:
    with_own(program, service.url)
    own = generate(program, *more)
    assert (own.code, len(service.requests)) == (0, 1)
    assert f"{says}; the service decides." in own.err
    assert sent.items() <= service.requests[0].json["generationConfig"]["imageConfig"].items()
    built_in = generate(program, "--base-url", service.url, *more, provider="dgrid")
    assert (built_in.code, len(service.requests)) == (2, 1)
    assert f"does not support {more[1]}" in built_in.err


@pytest.mark.parametrize("model", ["nanobanana2", "google/gemini-3.1-flash-image-preview-06-2026"])
def test_an_alias_costs_what_its_model_costs(
    program: CliProgram, service: FakeService, model: str
) -> None:
    result = generate(program, "--base-url", service.url, model=model, provider="dgrid")
    assert result.only("queued")[0]["estimate_usd"] == 0.0672
    assert f"{model}: Was due to be switched off on 2026-10-29" in result.err
    assert result.code == 0, "it is tried all the same"
