"""A1111's text of prompt and settings, as many programs write it."""

from __future__ import annotations

import pytest

from studio.library.metadata.a1111_parameters import looks_like, parsed
from studio.library.metadata.provenance import read

TAIL = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 24x16, Model: m"

PARTS: dict[str, tuple[str, str, str, str | None]] = {
    # name: (text, prompt, negative prompt, seed)
    "usual": (f"a kiln\nNegative prompt: blurry\n{TAIL}", "a kiln", "blurry", "42"),
    "lines": (f"a\n\nb\nNegative prompt: c\nd\n{TAIL}", "a\n\nb", "c\nd", "42"),
    "Windows": (f"a kiln\r\nNegative prompt: b\r\n{TAIL}\r\n", "a kiln", "b", "42"),
    "no negative prompt": (f"a kiln\n{TAIL}", "a kiln", "", "42"),
    "no prompt": (f"Negative prompt: b\n{TAIL}", "", "b", "42"),
    "no settings": ("a kiln\nNegative prompt: b", "a kiln", "b", None),
    "few settings": ("a kiln\nNegative prompt: b\nSteps: 20", "a kiln", "b", None),
    "only settings": (TAIL, "", "", "42"),
    "on one line": (f"a kiln, fog. Negative prompt: b, c. {TAIL}", "a kiln, fog.", "b, c.", "42"),
    "on one line without a negative": (f"a kiln, fog. {TAIL}", "a kiln, fog.", "", "42"),
    "negative on the line of the prompt": (
        f"a kiln Negative prompt: b\n{TAIL}", "a kiln", "b", "42"),
    "settings on the line of the negative": (
        f"a kiln\nNegative prompt: b, {TAIL}", "a kiln", "b,", "42"),
    "steps in the prompt": (
        f"a poster\nSteps: 3 wooden ones, mossy\nand a gate\nNegative prompt: b\n{TAIL}",
        "a poster\nSteps: 3 wooden ones, mossy\nand a gate", "b", "42"),
    "a list of steps in the prompt": (
        f"a poster\nSteps: 3, mossy, old\nand a gate\nNegative prompt: b\n{TAIL}",
        "a poster\nSteps: 3, mossy, old\nand a gate", "b", "42"),
    "settings in the prompt": (
        f"a screen that says\nSteps: 5, Sampler: X, Seed: 9\nin green\nNegative prompt: b\n{TAIL}",
        "a screen that says\nSteps: 5, Sampler: X, Seed: 9\nin green", "b", "42"),
    "steps in a prompt without settings": (
        "a poster\nSteps: 3 wooden ones, mossy", "a poster\nSteps: 3 wooden ones, mossy", "", None),
    "steps on one line without settings": (
        "a manual. Steps: 3, cut: wood, fold: paper", "a manual. Steps: 3, cut: wood, fold: paper",
        "", None),
    "the words in a sentence": (
        f"a sign that says Negative prompt: no\nNegative prompt: b\n{TAIL}",
        "a sign that says Negative prompt: no", "b", "42"),
    "a second prompt in the settings": (
        (f'a kiln\nNegative prompt: b\n{TAIL}, Hires prompt: "x\\nSteps: 3, Seed: 99, Model: y", '
        "Hires upscale: 2, Hires upscaler: Latent"), "a kiln", "b", "42"),
    "a template behind the settings": (
        (f"a kiln\nNegative prompt: b\n{TAIL}, Version: v1.9\nTemplate: a {{kiln|oven}}\n"
        "Negative Template: b"), "a kiln", "b", "42"),
    "others first": (
        "a kiln\nNegative prompt: b\nSeed: 42, Steps: 20, Sampler: Euler, Model: m",
        "a kiln", "b", "42"),
    "SD.Next": (
        ("a kiln\nNegative prompt: b\nSteps: 20, Size: 24x16, Sampler: Euler, Seed: 42, CFG scale: "
        "6, App: SD.Next, Version: abc, Pipeline: StableDiffusionXLPipeline, Operations: txt2img, "
        "Model: m"), "a kiln", "b", "42"),
    "Forge": (
        (f"a kiln\n{TAIL}, Schedule type: Simple, Distilled CFG Scale: 3.5, Version: f2.0.1, "
        "Module 1: ae, Module 2: t5xxl"), "a kiln", "", "42"),
    "a service": (
        (f"a kiln\nNegative prompt: b\n{TAIL}, Clip skip: 2, Created Date: 2026-01-01T1:02:03Z, "
        'Civitai resources: [{"type":"checkpoint","modelName":"Other, one"}], '
        "Civitai metadata: {}"), "a kiln", "b", "42"),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_the_parts_of_the_text_are_separated(name: str) -> None:
    text, prompt, negative, seed = PARTS[name]
    found = parsed(text)
    assert (found.prompt, found.negative, found.settings.get("Seed")) == (prompt, negative, seed)
    if seed is not None:
        assert found.model == "m"
        assert looks_like(text)


@pytest.mark.parametrize("place", ["parameters", "UserComment", "XPComment", "comment", "Comment",
    "Description", "ImageDescription", "XPKeywords", "Software"])  # fmt: skip
def test_the_text_is_found_wherever_it_lies(place: str) -> None:
    found = read({place: f"a kiln\nNegative prompt: b\n{TAIL}"})
    assert (found.prompt, found.model, found.seed) == ("a kiln", "m", 42)


def test_values_may_have_commas_and_quotes() -> None:
    found = parsed('a\nSteps: 4, Seed: 6, Model: "a, b: c", Template: "one\\nSteps: 9, \\"two\\""')
    assert found.model == "a, b: c"
    assert found.settings["Template"] == 'one\nSteps: 9, "two"'
    found = parsed('a\nSteps: 4, Seed: 6, Hashes: {"model": "x, Model: y", "vae": "z"}, Model: m')
    assert (found.model, found.settings["Hashes"]) == ("m", '{"model": "x, Model: y", "vae": "z"}')
    found = parsed('a\nSteps: 4, Seed: 6, Odd: [1, 2, Model: m, Left: "open')
    assert (found.settings["Seed"], found.model) == ("6", "m")


def test_a_service_names_its_model_in_a_list() -> None:
    listed = '[{"type":"lora","modelName":"l"},{"type":"checkpoint","modelName":"Pony, 6"}]'
    found = parsed(f"a\nSteps: 4, Sampler: e, Seed: 6, Civitai resources: {listed}")
    assert found.model == "Pony, 6"
    assert parsed("a\nSteps: 4, Seed: 6, Civitai resources: [5, {").model == ""


@pytest.mark.parametrize("text", [
    "Steps: 1, " * 50_000, '"' * 200_000, "Steps: 1, a: " + "[" * 200_000,
    "\nSteps: 1" * 50_000, "Negative prompt: " * 50_000, 'a: "' * 50_000, "Steps:" + "1" * 500_000,
    "Steps: 5, " + '{"' * 100_000, " \t" * 200_000, ("w" * 59 + " ") * 8000,
])  # fmt: skip
def test_hostile_texts_are_read_in_the_end(text: str) -> None:
    assert isinstance(read({"parameters": text}).prompt, str)
