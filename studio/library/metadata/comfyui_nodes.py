"""Known ComfyUI nodes: naming schemes of node packs, and the inputs of each node."""

from __future__ import annotations

import re
from typing import Final

SAVING: Final = re.compile(r"save|output|websocket|send_?image", re.IGNORECASE)
SHOWING: Final = re.compile(r"preview|show|compare|display", re.IGNORECASE)
REFINING: Final = re.compile(r"detailer|ultimatesd|faceswap|reactor|supir", re.IGNORECASE)
CONTROL: Final = re.compile(r"controlnet|ipadapter|conditioning|reference", re.IGNORECASE)
SWITCH: Final = re.compile(r"switch|select|choose|\bif|logic|random|index", re.IGNORECASE)
WRITER: Final = re.compile(
    r"tagger|caption|florence|ollama|llm|gpt|interrogat|joy|llava|describe|enhance|expan[ds]"
    r"|translat|qwen.*(instruct|generat)|gemini|claude|deepseek|chat|promptline|vision|blip|style|random"
    r"|regex|extract|split|substring|truncate|format|shuffle|file|load",
    re.IGNORECASE,
)
"""Pattern of nodes whose text does not come from their inputs."""

BUNDLE: Final = re.compile(r"pipe|context|ctx|tuple|loader", re.IGNORECASE)
BUNDLES: Final = (
    "pipe", "basic_pipe", "sdxl_tuple", "detailer_pipe", "context", "base_ctx", "ctx",
)  # fmt: skip
"""Inputs that bundle several values of another node."""

TEMPLATE: Final = re.compile(r"__[\w*/-]+__|\{[^{}]*\|")
"""Pattern of templates whose parts are chosen at random when a graph runs."""

PICTURE_INPUTS: Final = ("samples", "images", "image", "latent", "latent_image", "pixels")
SAMPLER_INPUTS: Final = frozenset({
    "seed", "noise_seed", "steps", "cfg", "sampler_name", "latent_image", "latent", "sampler",
    "sigmas", "samples", "denoise", "guider",
})  # fmt: skip
SEEDS: Final = ("seed", "noise_seed")
NUMBERS: Final = ("seed", "noise_seed", "value", "int", "number", "Number", "Value", "Int")
MODELS: Final = ("ckpt_name", "unet_name", "model_name", "base_ckpt_name", "gguf_name", "model")
MODEL_FILE: Final = re.compile(r"[^\0]+\.(?:safetensors|ckpt|gguf|sft|pth?|bin)", re.IGNORECASE)
NOT_MODELS: Final = re.compile(r"lora|vae|clip|control|embed|upscale|text|t5|encoder|config|style")
"""Pattern of inputs whose files are not image models."""

SETTINGS: Final = ("steps", "cfg", "guidance", "sampler_name", "scheduler", "denoise")

ENCODED: Final = ("prompt", "text", "text_g", "t5xxl", "user_prompt", "positive_prompt", "clip_g",
    "llama", "bert", "clip_l", "text_l", "mt5xl", "positive", "string")  # fmt: skip
"""Inputs of a node that encodes text, the most important one first."""

WORDS: Final = ("populated_text", "text", "string", "value", "prompt", "Text", "String", "str",
    "Value", "positive", "positive_prompt", "wildcard_text", "any", "source", "anything", "input",
    "text1", "text_a", "string_a", "string1", "")  # fmt: skip
"""Inputs of a node that passes text on."""

CONDITIONING: Final = ("clip", "conditioning", "conditioning_to", "conditioning_1", "positive")
"""Inputs of a node that passes encoded text on."""

NUMBERED: Final = re.compile(r"(text|string|prompt|str|input|value)_?([a-h]|\d{1,2})")
NOT_WORDS: Final = frozenset({
    "clip", "model", "vae", "control_net", "image", "mask", "clip_vision_output", "style_model",
    "pixels", "latent", "gligen_textbox_model", "clip_vision",
})  # fmt: skip


def encodes(kind: str) -> bool:
    """Whether nodes of a kind encode text as conditioning."""
    small = kind.lower().replace("_", "").replace(" ", "")
    return "textencode" in small or "promptencode" in small or "wildcardencode" in small


def natural(name: str) -> tuple[str, int, str]:
    """Natural sort key of numbered inputs: text2 comes before text10."""
    match = re.fullmatch(r"(.*?)(\d*)", name)
    assert match is not None
    return match[1] if match[2] else name[:-1], int(match[2] or 0), name
