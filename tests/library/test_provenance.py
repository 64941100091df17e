"""Generation metadata in the formats of other programs."""

from __future__ import annotations

import json

import pytest

from studio.library.metadata.provenance import NOTHING, Provenance, read

A1111 = (
    "a lighthouse at dusk, (gouache:1.2)\nsecond line\n"
    "Negative prompt: blurry, text\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 4711, Size: 512x768, Model hash: abc, Model: "
    'dream_v2, Lora hashes: "one: 1, two: 2", Version: v1.6'
)
COMFY = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 99, "steps": 25, "cfg": 6.5, "sampler_name": "euler", "denoise": 1,
            "model": ["4", 0], "positive": ["10", 0], "negative": ["7", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a kelp forest", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
    "10": {"class_type": "ControlNetApply", "inputs": {"conditioning": ["6", 0]}},
}  # fmt: skip


def test_a1111_in_png_and_exif() -> None:
    for name in ("parameters", "UserComment"):
        found = read({name: A1111})
        assert found.tool == "A1111"
        assert found.prompt == "a lighthouse at dusk, (gouache:1.2)\nsecond line"
        assert (found.model, found.seed) == ("dream_v2", 4711)
        settings = dict(found.settings)
        assert settings["Negative prompt"] == "blurry, text"
        assert settings["Sampler"] == "Euler a"
        assert settings["Lora hashes"] == "one: 1, two: 2"


def test_a_prompt_without_settings_is_a_prompt() -> None:
    assert read({"parameters": "only words"}).prompt == "only words"


def test_comfyui_is_followed_from_the_sampler_to_the_words() -> None:
    found = read({"prompt": json.dumps(COMFY), "workflow": "{}"})
    assert (found.tool, found.prompt, found.model) == (
        "ComfyUI", "a kelp forest", "sd_xl.safetensors",
    )  # fmt: skip
    assert found.seed == 99
    assert dict(found.settings)["Negative prompt"] == "watermark"
    assert read({"Make": "prompt:" + json.dumps(COMFY)}).prompt == "a kelp forest"


def test_comfyui_without_a_sampler_has_the_words_of_the_node_that_made_it() -> None:
    graph = {"1": {"class_type": "GeminiImageNode", "inputs": {"prompt": "a boat", "model": "g"}}}
    found = read({"prompt": json.dumps(graph)})
    assert (found.prompt, found.model) == ("a boat", "g")


def test_a_graph_that_bites_its_tail_ends() -> None:
    graph = {
        str(n): {"class_type": "X", "inputs": {"positive": [str((n + 1) % 3), 0]}} for n in range(3)
    }
    assert read({"prompt": json.dumps(graph)}) == NOTHING


def test_invokeai_new_and_old() -> None:
    new = {"positive_prompt": "fog", "negative_prompt": "sun", "seed": 5, "model": {"name": "xl"}}
    found = read({"invokeai_metadata": json.dumps(new)})
    assert (found.tool, found.prompt, found.model, found.seed) == ("InvokeAI", "fog", "xl", 5)
    old = {"model_weights": "sd", "image": {"prompt": [{"prompt": "sea"}], "seed": 1}}
    assert read({"sd-metadata": json.dumps(old)}).prompt == "sea"


def test_others() -> None:
    assert read({"Description": "a quiet sea", "Software": "Elsewhere"}) == Provenance(
        tool="Elsewhere", prompt="a quiet sea"
    )
    novel = json.dumps({"prompt": "tide", "seed": 3, "uc": "low"})
    assert read({"Comment": novel, "Description": "tide"}).seed == 3
    swarm = json.dumps({"sui_image_params": {"prompt": "dune", "model": "m", "seed": 2}})
    assert read({"parameters": swarm}).tool == "SwarmUI"
    own = json.dumps({"prompt": "own", "model": "gemini", "seed": 8, "aspect": "16:9"})
    found = read({"gridbrush": own, "parameters": A1111})
    assert (found.tool, found.prompt, found.settings) == ("Gridbrush", "own", (("aspect", "16:9"),))


def test_xmp_is_read_as_text_only() -> None:
    packet = (
        "<x:xmpmeta><!DOCTYPE a [<!ENTITY b 'boom'>]><rdf:Description><dc:description><rdf:Alt>"
        "<rdf:li xml:lang='x-default'>sea &amp; sky &b;</rdf:li></rdf:Alt></dc:description>"
    )
    assert read({"xmp": packet}).prompt == "sea & sky &b;"


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"prompt": "[" * 100_000},
        {"prompt": '{"class_type": 5'},
        {"prompt": '{"1": {"class_type": 1, "inputs": []}}'},
        {"invokeai_metadata": "5"},
        {"sd-metadata": '{"image": {"prompt": []}}'},
        {"Comment": "{}"},
        {"parameters": '{"sui_image_params": []}'},
        {"gridbrush": '{"model": "x" '},
        {"xmp": "<dc:description>" * 50_000},
        {"xmp": "<dc:description><rdf:li" * 50_000},
        {"parameters": '{"a' + " a" * 200_000},
    ],
)
def test_nonsense_is_nothing(texts: dict[str, str]) -> None:
    assert read(texts) == NOTHING


def test_a_number_too_large_for_a_seed_is_no_seed() -> None:
    assert read({"parameters": f"x\nSteps: 1, Seed: {10**30}"}).seed is None


def test_very_long_texts_are_read_in_a_moment() -> None:
    found = read({"parameters": "x\nSteps: 1" + " a" * 200_000})
    assert found.prompt == "x"
    assert len(read({"parameters": "word " * 90_000}).prompt) == 20_000
