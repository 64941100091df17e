"""What a picture file says of how it was made, as other programs write it. Text in, text out.

Known are A1111's "parameters" (also Forge, SwarmUI's flat form and many others), ComfyUI's graph,
InvokeAI's metadata, NovelAI's comment, a plain description, and our own. The texts come from PNG
chunks, Exif and XMP; the decoding process takes them out of the file. Nothing here is believed more
than words: no path is followed, nothing is run.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from studio.values import dataclass

LONGEST = 20_000
"""Signs of a prompt that are kept."""

_SETTING = re.compile(r'\s*([\w][\w \-/]*?):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_NEGATIVE = re.compile(r"^Negative prompt:\s*", re.MULTILINE)
_STEPS = re.compile(r"^Steps:\s*\d", re.MULTILINE)
_XMP = {
    "dc:description": "Description",
    "exif:UserComment": "UserComment",
    "gridbrush:made": "gridbrush",
}
_SETTINGS = 4000
"""Signs of a line of settings that are read."""

_LINKS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a picture was made, as far as its file tells.

    Attributes:
        tool: the program that wrote it; "" for a plain description.
        settings: everything else that is named, in words.
    """

    tool: str = ""
    prompt: str = ""
    model: str = ""
    seed: int | None = None
    settings: tuple[tuple[str, str], ...] = ()


NOTHING = Provenance()


def read(texts: Mapping[str, str]) -> Provenance:
    """The first that one of the known readers makes sense of; `NOTHING` where none does."""
    every = {**_from_xmp(texts.get("xmp", "")), **texts}
    for reader in (_own, _invoke, _comfy, _a1111, _novel, _plain):
        try:
            found = reader(every)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            # It looked like theirs and is not, or is broken: maybe another one knows it.
            continue
        if found is not None and (found.prompt or found.model or found.seed is not None):
            return found
    return NOTHING


def _from_xmp(packet: str) -> dict[str, str]:
    # No parser: a packet may be hostile, and all that is wanted of it is a few words.
    found: dict[str, str] = {}
    for tag, name in _XMP.items():
        if (inside := _between(packet, tag)) is not None:
            item = _between(inside, "rdf:li")
            found[name] = html.unescape(inside if item is None else item).strip()
    return found


def _between(text: str, tag: str) -> str | None:
    start = text.find(f"<{tag}")
    begin = text.find(">", start) + 1 if start >= 0 else 0
    end = text.find(f"</{tag}>", begin) if begin else -1
    return text[begin:end] if end >= 0 else None


def _made(
    tool: str,
    prompt: Any,
    model: Any = "",
    seed: Any = None,
    settings: Mapping[str, Any] | None = None,
) -> Provenance:
    return Provenance(
        tool=tool,
        prompt=_text(prompt)[:LONGEST],
        model=_text(model)[:200],
        seed=_number(seed),
        settings=tuple(
            (str(name)[:60], _text(value)[:2000])
            for name, value in list((settings or {}).items())[:60]
            if _text(value)
        ),
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    return "" if value is None or isinstance(value, (dict, list, bool)) else str(value)


def _number(value: Any) -> int | None:
    try:
        number = int(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return number if -(2**63) <= number < 2**63 else None


def _json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 a text that is not theirs, not a wrong type
    return found


# Programs


def _own(texts: Mapping[str, str]) -> Provenance | None:
    if "gridbrush" not in texts:
        return None
    found = _json(texts["gridbrush"])
    rest = {
        name: found.get(name) for name in ("aspect", "size", "system", "temperature", "thinking")
    }
    return _made("Gridbrush", found["prompt"], found.get("model"), found.get("seed"), rest)


def _a1111(texts: Mapping[str, str]) -> Provenance | None:
    for name in ("parameters", "UserComment", "Description"):
        text = texts.get(name, "")
        if _STEPS.search(text) or _NEGATIVE.search(text):
            return _parameters(text)
    text = texts.get("parameters", "")
    if text.lstrip().startswith("{"):
        # SwarmUI keeps its settings as an object under the same name.
        inside = _json(text).get("sui_image_params", {})
        rest = {k: v for k, v in inside.items() if k not in ("prompt", "model", "seed")}
        return _made("SwarmUI", inside["prompt"], inside.get("model"), inside.get("seed"), rest)
    return _made("", text) if text else None


def _parameters(text: str) -> Provenance:
    last = _STEPS.search(text)
    head, tail = (text[: last.start()], text[last.start() :]) if last else (text, "")
    prompt, _sign, negative = head.partition("Negative prompt:")
    settings: dict[str, str] = {}
    for name, value in _SETTING.findall(tail[:_SETTINGS].replace("\n", ", ")):
        settings.setdefault(name.strip(), value.strip().strip('"'))
    model, seed = settings.pop("Model", ""), settings.pop("Seed", None)
    if negative.strip():
        settings = {"Negative prompt": negative.strip(), **settings}
    return _made("A1111", prompt, model, seed, settings)


def _invoke(texts: Mapping[str, str]) -> Provenance | None:
    if "invokeai_metadata" in texts:
        found = _json(texts["invokeai_metadata"])
        model = found.get("model") or {}
        name = model.get("name") or model.get("model_name") if isinstance(model, dict) else model
        rest = {
            "Negative prompt": found.get("negative_prompt"),
            "Steps": found.get("steps"),
            "CFG scale": found.get("cfg_scale"),
            "Scheduler": found.get("scheduler"),
        }
        return _made("InvokeAI", found.get("positive_prompt"), name, found.get("seed"), rest)
    if "sd-metadata" in texts:
        found = _json(texts["sd-metadata"])
        image = found["image"]
        prompt = image["prompt"]
        if isinstance(prompt, list):
            prompt = prompt[0]["prompt"]
        rest = {"Steps": image.get("steps"), "CFG scale": image.get("cfg_scale")}
        return _made("InvokeAI", prompt, found.get("model_weights"), image.get("seed"), rest)
    return None


def _novel(texts: Mapping[str, str]) -> Provenance | None:
    comment = texts.get("Comment", "")
    if not comment.lstrip().startswith("{"):
        return None
    found = _json(comment)
    prompt = found.get("prompt") or texts.get("Description", "")
    rest = {"Negative prompt": found.get("uc"), "Steps": found.get("steps")}
    return _made(
        texts.get("Software", "NovelAI"), prompt, texts.get("Source"), found.get("seed"), rest
    )


def _plain(texts: Mapping[str, str]) -> Provenance | None:
    for name in ("Description", "prompt", "Prompt", "Title", "ImageDescription", "UserComment"):
        text = texts.get(name, "").strip()
        if text and not text.startswith(("{", "[", "<")):
            return _made(texts.get("Software", ""), text)
    return None


# ComfyUI: the graph that was run, node by node


def _comfy(texts: Mapping[str, str]) -> Provenance | None:
    text = next((texts[n] for n in ("prompt", "Make", "Model") if _is_graph(texts.get(n, ""))), "")
    if not text:
        return None
    graph = {
        str(id): node
        for id, node in _json(text.removeprefix("prompt:")).items()
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
    }
    prompt = negative = ""
    seed: Any = None
    settings: dict[str, Any] = {}
    for node in graph.values():
        inputs = node["inputs"]
        if not prompt and "positive" in inputs:
            prompt = _followed(graph, inputs["positive"])
            negative = _followed(graph, inputs.get("negative"))
        for name in ("seed", "noise_seed"):
            if seed is None and not isinstance(inputs.get(name), list):
                seed = inputs.get(name)
        for name in ("steps", "cfg", "sampler_name", "scheduler", "denoise"):
            if isinstance(inputs.get(name), (str, int, float)):
                settings.setdefault(name, inputs[name])
    if not prompt:
        prompt = max(_words(graph.values()), key=len, default="")
    if negative and negative != prompt:
        settings = {"Negative prompt": negative, **settings}
    return _made("ComfyUI", prompt, _checkpoint(graph), seed, settings)


def _is_graph(text: str) -> bool:
    return text.removeprefix("prompt:").lstrip().startswith("{") and '"class_type"' in text


def _followed(graph: Mapping[str, Any], link: Any) -> str:
    """The words a link leads to, through whatever stands between."""
    seen: set[str] = set()
    waiting = [link]
    while waiting and len(seen) < _LINKS:
        one = waiting.pop(0)
        if not (isinstance(one, list) and one and str(one[0]) in graph) or str(one[0]) in seen:
            continue
        seen.add(str(one[0]))
        inputs = graph[str(one[0])]["inputs"]
        if found := max(_words([graph[str(one[0])]]), key=len, default=""):
            return found
        waiting += [value for value in inputs.values() if isinstance(value, list)]
    return ""


_WORD_INPUTS = ("text", "prompt", "text_g", "t5xxl", "clip_l", "string", "value", "wildcard_text")


def _words(nodes: Any) -> Iterator[str]:
    for node in nodes:
        for name in _WORD_INPUTS:
            value = node["inputs"].get(name)
            if isinstance(value, str) and value.strip():
                yield value.strip()


def _checkpoint(graph: Mapping[str, Any]) -> str:
    for name in ("ckpt_name", "unet_name", "model_name", "model"):
        for node in graph.values():
            value = node["inputs"].get(name)
            if isinstance(value, str) and value:
                return value
    return ""
