"""ComfyUI's graphs, followed from the saved picture to what its sampler was given."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from studio.library.metadata.comfyui import SamplerInputs, nodes, read
from studio.library.metadata.provenance import read as read_texts

Nodes = dict[str, dict[str, Any]]


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def graph(positive: Any, **more: dict[str, Any]) -> Nodes:
    """A usual graph whose sampler is node 3; `more` adds nodes, or replaces some (n3)."""
    usual = {
        "3": node(
            "KSampler", seed=11, steps=8, cfg=2.0, sampler_name="euler", scheduler="normal",
            denoise=1, model=["4", 0], positive=["6", 0], negative=["7", 0],
            latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name="sdxl.safetensors"),
        "5": node("EmptyLatentImage", width=8, height=8, batch_size=1),
        "6": node("CLIPTextEncode", text=positive, clip=["4", 1]),
        "7": node("CLIPTextEncode", text="bad, and longer than the prompt", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix="x"),
    }  # fmt: skip
    return {**usual, **{name.removeprefix("n"): one for name, one in more.items()}}


def sampler(**changed: Any) -> dict[str, Any]:
    return node("KSampler", **{**graph("")["3"]["inputs"], **changed})


def found(made: Nodes) -> tuple[str, Any, str]:
    one = read(nodes(made))
    return one.prompt, one.seed, one.model


BOAT = ("a paper boat", 11, "sdxl.safetensors")

WORDS: dict[str, Nodes] = {
    "plain": graph("a paper boat"),
    "primitive": graph(["9a", 0], n9a=node("PrimitiveStringMultiline", value="a paper boat")),
    "concatenation": graph(
        ["20", 0],
        n20=node("StringConcatenate", string_a="a paper", string_b="boat", delimiter=" "),
    ),
    "concatenation of linked parts": graph(
        ["20", 0],
        n20=node("StringConcatenate", string_a=["21", 0], string_b=["22", 0], delimiter=" "),
        n21=node("PrimitiveString", value="a paper"),
        n22=node("Text Multiline", text="boat"),
    ),
    "WAS": graph(
        ["20", 0],
        n20=node("Text Concatenate", delimiter=" ", clean_whitespace="true", text_a=["21", 0],
            text_b="", text_c=["22", 0]),
        n21=node("Text Multiline", text=" a paper "),
        n22=node("String Literal", string="boat"),
    ),
    "KJNodes": graph(
        ["20", 0],
        n20=node("JoinStringMulti", inputcount=2, string_1="a paper", string_2="boat",
            string_10="left", delimiter=" ", return_list=False),
    ),
    "separator": graph(
        ["20", 0], n20=node("CR Text Concatenate", text1="a paper", text2="boat", separator=" ")
    ),
    "replacing": graph(
        ["20", 0],
        n20=node("StringReplace", string="a X boat", find="X", replace="paper"),
    ),
    "shown on the way": graph(
        ["20", 0],
        n20=node("ShowText|pysssss", text=["21", 0], text_0="what was shown last time"),
        n21=node("ttN text", text="a paper boat"),
    ),
    "wildcards": graph(
        ["20", 0],
        n20=node("ImpactWildcardProcessor", wildcard_text="a {paper|tin} boat",
            populated_text="a paper boat", mode="populate", seed=3),
    ),
    "wildcards that encode": graph(
        "", n6=node("ImpactWildcardEncode", model=["4", 0], clip=["4", 1], seed=99,
            wildcard_text="a {paper|tin} boat", populated_text="a paper boat"),
    ),
    "reroute": graph("", n3=sampler(positive=["20", 0]), n20=node("Reroute", **{"": ["21", 0]}),
        n21=node("CLIPTextEncode", text="a paper boat", clip=["4", 1])),
    "control net": graph(
        "a paper boat",
        n3=sampler(positive=["20", 0], negative=["20", 1]),
        n20=node("ControlNetApplyAdvanced", positive=["6", 0], negative=["7", 0],
            control_net=["21", 0], image=["22", 0], strength=1, start_percent=0, end_percent=1),
        n21=node("ControlNetLoader", control_net_name="canny"),
        n22=node("LoadImage", image="x.png"),
    ),
    "area": graph("a paper boat", n3=sampler(positive=["20", 0]),
        n20=node("ConditioningSetArea", conditioning=["6", 0], width=8, height=8, x=0, y=0)),
    "lora": graph("a paper boat", n3=sampler(model=["20", 0]),
        n20=node("LoraLoader", lora_name="l.safetensors", model=["21", 0], clip=["4", 1]),
        n21=node("ModelSamplingDiscrete", model=["4", 0], sampling="eps")),
    "sdxl": graph("", n6=node("CLIPTextEncodeSDXL", text_g="a paper boat", text_l="a paper boat",
        clip=["4", 1], width=8)),
    "flux": graph("", n6=node("CLIPTextEncodeFlux", t5xxl="a paper boat", clip_l="boat",
        clip=["4", 1], guidance=3.5)),
    "flux, one line only": graph("", n6=node("CLIPTextEncodeFlux", t5xxl="",
        clip_l="a paper boat", clip=["4", 1], guidance=3.5)),
    "qwen": graph("", n6=node("TextEncodeQwenImageEditPlus", prompt="a paper boat",
        clip=["4", 1], vae=["4", 2])),
    "advanced": graph("a paper boat", n3=node("KSamplerAdvanced", add_noise="enable",
        noise_seed=11, steps=8, cfg=2, model=["4", 0], positive=["6", 0], negative=["7", 0],
        latent_image=["5", 0])),
    "custom sampler with a guider": graph(
        "a paper boat",
        n3=node("SamplerCustomAdvanced", noise=["20", 0], guider=["21", 0], sampler=["22", 0],
            sigmas=["23", 0], latent_image=["5", 0]),
        n20=node("RandomNoise", noise_seed=11),
        n21=node("BasicGuider", model=["24", 0], conditioning=["25", 0]),
        n22=node("KSamplerSelect", sampler_name="euler"),
        n23=node("BasicScheduler", model=["24", 0], scheduler="simple", steps=4, denoise=1),
        n24=node("UNETLoader", unet_name="sdxl.safetensors", weight_dtype="default"),
        n25=node("FluxGuidance", conditioning=["6", 0], guidance=3.5),
    ),
    "custom sampler with reroutes": graph(
        "a paper boat",
        n3=node("SamplerCustomAdvanced", noise=["30", 0], guider=["31", 0], sampler=["22", 0],
            sigmas=["23", 0], latent_image=["5", 0]),
        n30=node("Reroute", **{"": ["20", 0]}),
        n31=node("Reroute (rgthree)", **{"": ["21", 0]}),
        n20=node("RandomNoise", noise_seed=11),
        n21=node("BasicGuider", model=["4", 0], conditioning=["6", 0]),
    ),
    "custom sampler with two prompts": graph(
        "a paper boat",
        n3=node("SamplerCustomAdvanced", noise=["20", 0], guider=["21", 0], sampler=["22", 0],
            sigmas=["23", 0], latent_image=["5", 0]),
        n20=node("RandomNoise", noise_seed=["26", 0]),
        n21=node("CFGGuider", model=["4", 0], positive=["6", 0], negative=["7", 0], cfg=3),
        n22=node("KSamplerSelect", sampler_name="euler"),
        n23=node("BasicScheduler", model=["4", 0], scheduler="simple", steps=4, denoise=1),
        n26=node("PrimitiveInt", value=11),
    ),
    "seed linked": graph("a paper boat", n3=sampler(seed=["20", 0]),
        n20=node("PrimitiveInt", value=11)),
    "seed linked twice": graph("a paper boat", n3=sampler(seed=["20", 0]),
        n20=node("Reroute", **{"": ["21", 0]}), n21=node("Seed (rgthree)", seed=11)),
    "seed of another pack": graph("a paper boat", n3=sampler(seed=["20", 3]),
        n20=node("easy seed", seed=11)),
    "efficient": graph(
        "",
        n3=node("KSampler (Efficient)", seed=11, steps=8, cfg=2, model=["20", 0],
            positive=["20", 1], negative=["20", 2], latent_image=["20", 3]),
        n20=node("Efficient Loader", ckpt_name="sdxl.safetensors", positive="a paper boat",
            negative="bad"),
    ),
    "efficient with linked words": graph(
        "",
        n3=node("KSampler (Efficient)", seed=11, steps=8, cfg=2, model=["20", 0],
            positive=["20", 1], negative=["20", 2], latent_image=["20", 3]),
        n20=node("Efficient Loader", ckpt_name="sdxl.safetensors", positive=["21", 0],
            negative=["22", 0]),
        n21=node("PrimitiveString", value="a paper boat"),
        n22=node("PrimitiveString", value="bad"),
    ),
    "pipes": {
        "1": node("easy fullLoader", ckpt_name="sdxl.safetensors", positive="a paper boat",
            negative="bad", batch_size=1),
        "2": node("easy preSampling", pipe=["1", 0], steps=8, cfg=2, sampler_name="euler",
            scheduler="normal", denoise=1, seed=11),
        "3": node("easy kSampler", pipe=["2", 0], image_output="Preview", link_id=0),
        "4": node("SaveImage", images=["3", 1]),
    },
    "a loader nobody knows": graph(
        "a paper boat", n4=node("NewLoader", file="sdxl.safetensors", vae_name="x.safetensors")
    ),
    "tidied": graph(
        ["20", 0],
        n20=node("StringReplace", string=["21", 0], find=", ", replace=" "),
        n21=node("StringFunction|pysssss", action="append", tidy_tags="yes", text_a="a paper",
            text_b="boat", text_c=""),
    ),
    "a context": graph(
        "a paper boat",
        n3=sampler(positive=["20", 4], negative=["20", 5], model=["20", 1], seed=["20", 8]),
        n20=node("Context (rgthree)", base_ctx=["21", 0]),
        n21=node("Context Big (rgthree)", model=["4", 0], positive=["6", 0], negative=["7", 0],
            seed=11),
    ),
    "a basic pipe": graph(
        "a paper boat",
        n3=sampler(positive=["20", 3], negative=["20", 4], model=["20", 0]),
        n20=node("FromBasicPipe", basic_pipe=["21", 0]),
        n21=node("ToBasicPipe", model=["4", 0], clip=["4", 1], vae=["4", 2], positive=["6", 0],
            negative=["7", 0]),
    ),
    "a switch": graph(
        ["20", 0],
        n20=node("CR Text Input Switch", Input=2, text1="something else", text2="a paper boat"),
    ),
    "a note that nobody uses": graph(
        "a paper boat",
        n1=node("PreviewPipe", positive="", text="unused note far longer than the prompt"),
        n0=node("CLIPTextEncode", text="unused words far longer than the prompt", clip=["4", 1]),
    ),
    "a group in a group": {
        ("12:" + name if name in "67" else name): {
            **one, "inputs": {
                key: ["12:" + value[0], value[1]]
                if isinstance(value, list) and value[0] in "67" else value
                for key, value in one["inputs"].items()
            },
        }
        for name, one in graph("a paper boat").items()
    },
    "what is saved, not what is looked at": graph(
        "a paper boat",
        n30=sampler(seed=5, positive=["31", 0]),
        n31=node("CLIPTextEncode", text="another picture", clip=["4", 1]),
        n32=node("VAEDecode", samples=["30", 0], vae=["4", 2]),
        n33=node("PreviewImage", images=["32", 0]),
    ),
    "the last of several": graph(
        "a sketch for it",
        n8=node("VAEDecode", samples=["30", 0], vae=["4", 2]),
        n3=sampler(seed=5),
        n30=sampler(seed=11, latent_image=["31", 0], positive=["32", 0], denoise=0.5),
        n31=node("LatentUpscale", samples=["3", 0]),
        n32=node("CLIPTextEncode", text="a paper boat", clip=["4", 1]),
    ),
    "the refiner goes on with the seed of the base": graph(
        "a paper boat",
        n3=node("KSamplerAdvanced", add_noise="enable", noise_seed=11, steps=8, cfg=2,
            model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0]),
        n8=node("VAEDecode", samples=["30", 0], vae=["4", 2]),
        n30=node("KSamplerAdvanced", add_noise="disable", noise_seed=0, steps=8, cfg=2,
            model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["3", 0]),
    ),
    "faces done again": graph(
        "a paper boat",
        n9=node("SaveImage", images=["30", 0]),
        n30=node("FaceDetailer", image=["8", 0], model=["4", 0], positive=["31", 0],
            negative=["7", 0], seed=77, steps=20, cfg=8, sampler_name="euler", denoise=0.5),
        n31=node("CLIPTextEncode", text="a detailed face", clip=["4", 1]),
    ),
    "both saved": graph(
        "a paper boat",
        n3=sampler(seed=5),
        n30=sampler(seed=11, latent_image=["3", 0], denoise=0.5),
        n31=node("VAEDecode", samples=["30", 0], vae=["4", 2]),
        n32=node("SaveImage", images=["31", 0]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_prompt_seed_and_model_are_those_the_sampler_was_given(name: str) -> None:
    assert found(WORDS[name]) == BOAT


def test_conditioning_put_together_has_all_words_in_order() -> None:
    for kind, names in (
        ("ConditioningConcat", ("conditioning_from", "conditioning_to")),
        ("ConditioningCombine", ("conditioning_2", "conditioning_1")),
    ):
        made = graph(
            "a paper boat",
            n3=sampler(positive=["20", 0]),
            n20=node(kind, **{names[0]: ["21", 0], names[1]: ["6", 0]}),
            n21=node("CLIPTextEncode", text="at dusk", clip=["4", 1]),
        )
        lines = found(made)[0].split("\n")
        assert sorted(lines) == ["a paper boat", "at dusk"]
        if kind == "ConditioningConcat":
            assert lines[0] == "a paper boat"


@pytest.mark.parametrize("name", ["plain", "control net", "a basic pipe", "a context"])
def test_the_negative_prompt_is_separated(name: str) -> None:
    assert read(nodes(WORDS[name])).negative == "bad, and longer than the prompt"


def test_an_emptied_prompt_has_no_words() -> None:
    made = graph(
        "a paper boat", n3=sampler(negative=["20", 0]),
        n20=node("ConditioningZeroOut", conditioning=["6", 0]),
    )  # fmt: skip
    one = read(nodes(made))
    assert (one.prompt, one.negative) == ("a paper boat", "")


UNKNOWN: dict[str, Nodes] = {
    "words of a model": graph(
        ["20", 0], n20=node("OllamaGenerate", prompt="Describe a boat", model="m", seed=1)
    ),
    "words of a picture": graph(["20", 0], n20=node("WD14Tagger|pysssss", image=["8", 0])),
    "a file of lines": graph(["20", 0], n20=node("Text Load Line From File", file_path="x.txt")),
    "some of the lines": graph(["20", 0], n20=node("easy promptLine", prompt="a\nb", max_rows=1)),
    "drawn by lot": graph(["20", 0], n20=node("easy wildcards", text="a __colour__ boat", seed=3)),
    "a switch nobody can see through": graph(
        ["20", 0],
        n20=node("easy textSwitch", input=["21", 0], text1="one", text2="another"),
        n21=node("Random Number", minimum=1, maximum=2),
    ),
    "nodes nobody knows": graph("", n3=sampler(positive=["20", 0]),
        n20=node("Mystery", first=["6", 0], second=["7", 0])),
    "two pictures in one": graph(
        "one",
        n30=sampler(seed=5, positive=["31", 0]),
        n31=node("CLIPTextEncode", text="another", clip=["4", 1]),
        n32=node("VAEDecode", samples=["30", 0], vae=["4", 2]),
        n9=node("SaveImage", images=["33", 0]),
        n33=node("ImageBlend", image1=["8", 0], image2=["32", 0], blend_factor=0.5),
    ),
    "only a negative prompt": graph("", n6=node("CLIPTextEncode", text="", clip=["4", 1])),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_told_is_not_guessed(name: str) -> None:
    assert read(nodes(UNKNOWN[name])).prompt == ""


def test_a_seed_that_is_drawn_later_is_not_known() -> None:
    for seed in (["20", 0], -1, True, None):
        made = graph("a paper boat", n3=sampler(seed=seed), n20=node("Seed (rgthree)", seed=-1))
        assert read(nodes(made)).seed is None


def test_a_mixture_of_models_has_no_name() -> None:
    made = graph("a paper boat", n3=sampler(model=["20", 0]),
        n20=node("ModelMergeSimple", model1=["4", 0], model2=["4", 0], ratio=0.5))  # fmt: skip
    assert found(made) == ("a paper boat", 11, "")


def test_a_node_of_a_service_is_asked_itself() -> None:
    made = {
        "1": node("GeminiImageNode", prompt=["2", 0], model="gemini-image", seed=4),
        "2": node("PrimitiveString", value="a boat"),
        "3": node("SaveImage", images=["1", 0]),
    }
    assert found(made) == ("a boat", 4, "gemini-image")


def test_settings_come_from_the_same_sampler() -> None:
    settings = dict(read(nodes(WORDS["custom sampler with a guider"])).settings)
    assert settings == {
        "steps": 4, "guidance": 3.5, "sampler_name": "euler", "scheduler": "simple", "denoise": 1,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_no_graph_hangs_or_breaks(seed: int) -> None:
    """Links in circles, in all directions and to nowhere, and texts that double at each node."""
    dice = random.Random(seed)
    kinds = [one for made in WORDS.values() for one in made.values()]
    made = {}
    for number in range(60):
        one = json.loads(json.dumps(dice.choice(kinds)))
        for name in one["inputs"]:
            if dice.random() < 0.7:
                one["inputs"][name] = [str(dice.randrange(64)), dice.randrange(3)]
        made[str(number)] = one
    assert isinstance(read_texts({"prompt": json.dumps(made)}).prompt, str)


def test_texts_that_grow_at_each_node_are_given_up() -> None:
    made = graph(["100", 0])
    for number in range(100, 140):
        link = [str(number + 1), 0]
        made[str(number)] = node(
            "StringConcatenate", string_a=link, string_b=link, delimiter="x" * 1000
        )
    made["140"] = node("PrimitiveString", value="y" * 1000)
    assert read(nodes(made)) == read(nodes(graph("")))
    made = graph(["100", 0], n100=node("StringReplace", string="x" * 150_000, find="x",
        replace="y" * 150_000))  # fmt: skip
    assert read(nodes(made)).prompt == ""


def test_a_graph_as_deep_as_can_be_ends() -> None:
    made = graph("", n3=sampler(positive=["100", 0]))
    for number in range(100, 3000):
        made[str(number)] = node("FluxGuidance", conditioning=[str(number + 1), 0])
    assert read(nodes(made)).prompt == ""


@pytest.mark.parametrize("nothing", [None, [], 5, {}, {"1": 5}, {"1": {"inputs": {}}}])
def test_what_is_no_graph_has_no_nodes(nothing: Any) -> None:
    assert nodes(nothing) == {}
    assert read(nodes(nothing)) == SamplerInputs()


# Where a graph lies


FORMS: dict[str, dict[str, str]] = {
    "chunk": {"prompt": json.dumps(graph("a paper boat")), "workflow": "{}"},
    "not a number": {
        "prompt": json.dumps(graph("a paper boat")).replace('"cfg": 2.0', '"cfg": NaN')
    },
    "Exif": {"Make": "workflow:{}", "Model": "prompt:" + json.dumps(graph("a paper boat"))},
    "Exif, the other way": {
        "ImageDescription": "Workflow: {}", "Make": "Prompt: " + json.dumps(graph("a paper boat"))
    },
    "comment": {"UserComment": json.dumps({"prompt": graph("a paper boat"), "workflow": {}})},
    "comment of texts": {
        "UserComment": json.dumps({"prompt": json.dumps(graph("a paper boat")), "workflow": "{}"})
    },
    "written twice": {"prompt": json.dumps(json.dumps(graph("a paper boat")))},
    "comment alone": {"comment": json.dumps(graph("a paper boat"))},
    "description": {"Description": json.dumps(graph("a paper boat"))},
    "beside a broken workflow": {
        "prompt": json.dumps(graph("a paper boat")), "workflow": '{"nodes": [{"inputs": 5'
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_graph_is_found_wherever_it_lies(name: str) -> None:
    one = read_texts(FORMS[name])
    assert (one.tool, one.prompt, one.seed, one.model) == ("ComfyUI", *BOAT)


def test_settings_in_words_are_used_where_the_graph_tells_no_prompt() -> None:
    words = "a moth\nNegative prompt: b\nSteps: 20, Sampler: euler, Seed: 3, Model: m"
    one = read_texts({"prompt": json.dumps(UNKNOWN["words of a model"]), "parameters": words})
    assert (one.prompt, one.seed, one.model) == ("a moth", 3, "m")
    one = read_texts({"prompt": json.dumps(UNKNOWN["words of a model"])})
    assert (one.prompt, one.seed, one.model) == ("", 11, "sdxl.safetensors")
