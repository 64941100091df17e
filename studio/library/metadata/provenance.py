"""Generation metadata that other programs write into pictures. Text in, text out.

Supported are A1111's "parameters" (also Forge, SD.Next and many others), ComfyUI's graphs and
workflows, SwarmUI, Fooocus, InvokeAI, NovelAI, Easy Diffusion, Draw Things, Midjourney, a plain
description, and our own. The texts come from PNG chunks, Exif, XMP and comments; the decoding
process extracts them. The location of a text says little about its format, so each is detected by
its content. All of it is untrusted: no path is followed, nothing is run. Uncertain values are
treated as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from studio.common import foreign_json, json_reader
from studio.library.metadata import a1111_parameters, comfyui, comfyui_workflow, xmp

LONGEST: Final = a1111_parameters.LONGEST
"""Limit of a prompt in characters."""

_PLACES: Final = (
    "parameters", "prompt", "UserComment", "Comment", "comment", "Description", "ImageDescription",
    "XPComment", "XPTitle", "XPSubject", "XPKeywords", "Make", "Model", "Software", "workflow",
    "generation_data", "generation_parameters", "metadata", "MakerNote", "Title", "AI prompt",
)  # fmt: skip
"""Names of texts with structured metadata, in the order they are tried."""

_DESCRIPTIONS: Final = (
    "AI prompt", "Description", "prompt", "Prompt", "Title", "ImageDescription", "UserComment",
    "XPComment", "XPTitle",
)  # fmt: skip
"""Names of texts that may be a plain prompt."""

_GRAPH_NAMES: Final = re.compile(r"\s*(prompt|workflow)\s*:\s*(?=\{)", re.IGNORECASE)
_OBJECT: Final = re.compile(r"\s*\{\s*[\"}]")
_MARKUP: Final = re.compile(r"\s*(?:\[\s*[\[{\"]|\{\s*\"|<\?|<!|</|<(?:x|rdf|svg|html|xml)\b)")
_NO_PROMPT: Final = re.compile(
    r"\s*(?:(?:screenshot|screen shot|untitled|default|image|ai generated image"
    r"|novelai generated image|[\w ]{0,20}(?:dsc|digital (?:still )?camera))\s*$"
    r"|created with (?:gimp|the gimp)|imagej=|file written by)",
    re.IGNORECASE,
)
"""Texts that cameras, systems and editors write where a prompt might be."""

_NO_WORDS: Final = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
"""Characters that occur in cameras' binary data but not in text."""

_MIDJOURNEY: Final = re.compile(r"(?:(?<!\s)\s+)?\bJob ID:\s*([0-9a-fA-F-]{8,})\s*$")
_MIDJOURNEY_SEED: Final = re.compile(r"\s--seed\s+(\d+)\b")
_DREAM: Final = re.compile(r'\s*"(.*)"((?:\s+-.*)?)\s*$', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a picture was made, according to its file.

    Attributes:
        tool: the program that wrote it; "" for a plain description.
        settings: all other named values, as text.
        picture: id of the library's picture that the file claims to be a copy of; not checked.
    """

    tool: str = ""
    prompt: str = ""
    model: str = ""
    seed: int | None = None
    settings: tuple[tuple[str, str], ...] = ()
    picture: str = ""


NOTHING = Provenance()


def read(texts: Mapping[str, str]) -> Provenance:
    """The result of the first reader that finds anything, preferably a prompt; else `NOTHING`."""
    every = {name: words.lstrip("\ufeff") for name, words in texts.items()}
    every = {**xmp.words(every.get("xmp", "")), **every}
    less = NOTHING
    for reader in (_own, _invoke, _objects, _a1111, _settings_alone, _plain):
        try:
            found = reader(every)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            # Another format, or a damaged text: another reader may understand it.
            continue
        if found is None or found == NOTHING:
            continue
        if found.prompt or (reader is not _objects and (found.model or found.seed is not None)):
            return found if less == NOTHING or reader is not _plain else less
        if less == NOTHING and (found.model or found.seed is not None):
            less = found
    return less


def _made(
    tool: str,
    prompt: Any,
    model: Any = "",
    seed: Any = None,
    settings: Mapping[str, Any] | None = None,
) -> Provenance:
    number = _number(seed)
    if number is not None and number < 0 and tool != "Gridbrush":
        number = None  # programs write -1 for a random seed
    if number is None and re.fullmatch(r"\d{19,40}", _text(seed)):
        # The seed is too large for the library, but is shown as a setting.
        settings = {"Seed": _text(seed), **(settings or {})}
    return Provenance(
        tool=_text(tool)[:60],
        prompt=_text(prompt)[:LONGEST],
        model=_text(model)[:200],
        seed=number,
        settings=tuple(
            (_text(str(name))[:60], _text(value)[:2000])
            for name, value in list((settings or {}).items())[:60]
            if _text(value)
        ),
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        # JSON may have unpaired surrogates, which cannot be encoded.
        words = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return words.replace("\0", "").replace("\r\n", "\n").strip()
    return "" if value is None or isinstance(value, (dict, list, bool)) else str(value)


def _number(value: Any) -> int | None:
    """A seed as a number, even if written as text; None for anything but a whole number."""
    if isinstance(value, bool) or (isinstance(value, float) and abs(value) > 2**53):
        return None
    if isinstance(value, str) and not re.fullmatch(r"\s*-?\d{1,20}(?:\.0)?\s*", value):
        return None
    try:
        number = int(float(value)) if isinstance(value, str) and "." in value else int(value)
    except (ValueError, TypeError, OverflowError):
        return None
    exact = isinstance(value, str) or number == value
    return number if exact and -json_reader.MOST <= number < json_reader.MOST else None


def _json(text: str) -> dict[str, Any]:
    found = foreign_json.forgiving(text)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 another format, not a wrong type
    return found


# Programs


def _own(texts: Mapping[str, str]) -> Provenance | None:
    if "gridbrush" not in texts:
        return None
    found = _json(texts["gridbrush"])
    rest = {
        name: found.get(name) for name in ("aspect", "size", "system", "temperature", "thinking")
    }
    made = _made("Gridbrush", found["prompt"], found.get("model"), found.get("seed"), rest)
    return replace(made, picture=_text(found.get("id"))[:36])


def _invoke(texts: Mapping[str, str]) -> Provenance | None:
    """Provenance from InvokeAI's own chunks, in all its versions."""
    for name in ("invokeai_metadata", "invokeai"):
        if name in texts:
            return _invoke_object(_json(texts[name]))
    if "sd-metadata" in texts:
        found = _json(texts["sd-metadata"])
        image = found["image"]
        prompt = image["prompt"]
        if isinstance(prompt, list):
            prompt = ", ".join(_text(one["prompt"]) for one in prompt) if prompt[0] else ""
        rest = {
            "Steps": image.get("steps"),
            "CFG scale": image.get("cfg_scale"),
            "Sampler": image.get("sampler"),
        }
        return _made("InvokeAI", prompt, found.get("model_weights"), image.get("seed"), rest)
    if (dream := _DREAM.match(texts.get("Dream", texts.get("dream", "")))) is not None:
        flags = dict(re.findall(r"\s-([sSCA])\s*([\w.]+)", dream[2]))
        rest = {"Steps": flags.get("s"), "CFG scale": flags.get("C"), "Sampler": flags.get("A")}
        return _made("InvokeAI", dream[1], "", flags.get("S"), rest)
    return None


def _invoke_object(found: Mapping[str, Any]) -> Provenance:
    model = found.get("model") or {}
    name = model.get("name") or model.get("model_name") if isinstance(model, dict) else model
    rest = {
        "Negative prompt": found.get("negative_prompt"),
        "Steps": found.get("steps"),
        "CFG scale": found.get("cfg_scale"),
        "Scheduler": found.get("scheduler"),
    }
    prompt = found.get("positive_prompt") or found.get("positive_conditioning")
    return _made("InvokeAI", prompt, name, found.get("seed"), rest)


def _objects(texts: Mapping[str, str]) -> Provenance | None:
    """The first text that is a JSON object of a known program; graphs come first."""
    best: Provenance | None = None
    graph, flow = _graphs(texts)
    for nodes in (graph, flow):
        if nodes:
            made = _comfy(nodes)
            if made.prompt:
                return made
            best = best or made
    for name in _PLACES:
        text = _unwrapped(texts.get(name, ""))
        if _OBJECT.match(text) is None:
            continue
        try:
            found = _object(_json(text), texts)
        except (ValueError, TypeError, LookupError, AttributeError):
            continue
        if found is not None and found.prompt:
            return found
        best = best or found
    return best


def _object(found: dict[str, Any], texts: Mapping[str, str]) -> Provenance | None:
    for tells, reader in _KNOWN_OBJECTS:
        if tells(found):
            return reader(found, texts)
    return None


def _swarm(found: dict[str, Any], _texts: Mapping[str, str]) -> Provenance:
    inside = found["sui_image_params"]
    names = {"negativeprompt": "Negative prompt", "cfgscale": "CFG scale", "steps": "Steps"}
    rest = {
        names.get(name, name): value
        for name, value in inside.items()
        if name not in ("prompt", "model", "seed")
    }
    return _made("SwarmUI", inside["prompt"], inside.get("model"), inside.get("seed"), rest)


def _nested(found: dict[str, Any], texts: Mapping[str, str]) -> Provenance | None:
    """Provenance of NovelAI's WebP files, which have the texts of its PNG files in one object."""
    inside = {name: value for name, value in found.items() if isinstance(value, str)}
    inner = _json(inside["Comment"])
    return _novel(inner, {**texts, **inside})


def _novel(found: dict[str, Any], texts: Mapping[str, str]) -> Provenance:
    prompt = found.get("prompt")
    caption = _at(found, "v4_prompt", "caption")
    if not prompt and isinstance(caption, dict):
        prompt = caption.get("base_caption")
    characters = caption.get("char_captions") if isinstance(caption, dict) else None
    rest = {
        "Negative prompt": found.get("uc"),
        "Characters": " | ".join(
            _text(one.get("char_caption"))
            for one in (characters if isinstance(characters, list) else [])
            if isinstance(one, dict)
        ),
        "Steps": found.get("steps"),
        "Sampler": found.get("sampler"),
        "CFG scale": found.get("scale"),
        **_others(found, ("prompt", "uc", "seed", "steps", "sampler", "scale")),
    }
    prompt = prompt or texts.get("Description", "")
    tool = texts.get("Software") or "NovelAI"
    return _made(tool, prompt, texts.get("Source"), found.get("seed"), rest)


def _draw_things(found: dict[str, Any], _texts: Mapping[str, str]) -> Provenance:
    rest = {
        "Negative prompt": found.get("uc"),
        "Steps": found.get("steps"),
        "Sampler": found.get("sampler"),
        "Guidance scale": found.get("scale"),
        **_others(found, ("c", "uc", "model", "seed", "steps", "sampler", "scale", "size")),
    }
    return _made("Draw Things", found["c"], found.get("model"), found.get("seed"), rest)


def _flat(found: dict[str, Any], texts: Mapping[str, str]) -> Provenance:
    """Provenance from a flat object, or a set of texts, by Fooocus, Easy Diffusion and others."""
    fields = {_plainly(name): value for name, value in found.items()}
    rest: dict[str, Any] = {}
    for label, names in _FIELDS.items():
        rest[label] = next((fields[n] for n in names if fields.get(n) not in (None, "")), None)
    prompt, model, seed = rest.pop("prompt"), rest.pop("model"), rest.pop("seed")
    if isinstance(model, dict):
        model = next((model[n] for n in ("name", "modelName", "modelFileName") if n in model), "")
    tool = _text(fields.get("software")) or _text(fields.get("app"))
    version = _text(fields.get("version"))
    if "usestablediffusionmodel" in fields or "stablediffusionmodel" in fields:
        tool = "Easy Diffusion"
    elif "fooocus" in f"{tool} {version}".lower() or {"basemodel", "performance"} <= fields.keys():
        tool = "Fooocus"
    rest |= _others(found, (name for names in _FIELDS.values() for name in names))
    return _made(tool or texts.get("Software", ""), prompt, model, seed, rest)


_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "prompt": ("prompt", "positiveprompt", "positive", "originalprompt"),
    "model": ("usestablediffusionmodel", "stablediffusionmodel", "basemodel", "model",
        "modelname", "sdmodelname", "sdmodel", "checkpoint", "ckptname", "modelid"),
    "seed": ("seed", "noiseseed"),
    "Negative prompt": ("negativeprompt", "negative"),
    "Steps": ("numinferencesteps", "steps", "step"),
    "CFG scale": ("guidancescale", "cfgscale", "cfg"),
    "Sampler": ("samplername", "sampler"),
    "Scheduler": ("scheduler",),
    "Performance": ("performance",),
    "Styles": ("styles", "style"),
    "Version": ("version",),
}  # fmt: skip
"""Normalized names of each value."""

_LONGEST_OTHER: Final = 200


def _others(found: Mapping[str, Any], used: Iterable[str]) -> dict[str, Any]:
    """The other short values of an object, by their own names."""
    known = {_plainly(name) for name in (*used, *_PLACES, "software", "app", "xmp")}
    return {
        name: value
        for name, value in found.items()
        if _plainly(name) not in known and 0 < len(_text(value)) <= _LONGEST_OTHER
    }


def _plainly(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


def _is_flat(found: Mapping[str, Any]) -> bool:
    fields = {_plainly(name): value for name, value in found.items()}
    more = ("seed", "negativeprompt", "model", "basemodel", "steps", "numinferencesteps")
    return isinstance(fields.get("prompt", fields.get("positiveprompt")), str) and any(
        name in fields for name in more
    )


_KNOWN_OBJECTS: Final[
    tuple[
        tuple[
            Callable[[dict[str, Any]], bool],
            Callable[[dict[str, Any], Mapping[str, str]], Provenance | None],
        ],
        ...,
    ]
] = (
    (lambda found: isinstance(found.get("sui_image_params"), dict), _swarm),
    (lambda found: isinstance(found.get("Comment"), str), _nested),
    (lambda found: isinstance(found.get("prompt"), str) and "uc" in found, _novel),
    (lambda found: "v4_prompt" in found, _novel),
    (
        lambda found: isinstance(found.get("c"), str) and ("uc" in found or "v2" in found),
        _draw_things,
    ),
    (
        lambda found: "positive_prompt" in found or "positive_conditioning" in found,
        lambda found, _texts: _invoke_object(found),
    ),
    (_is_flat, _flat),
)
"""Detection and reader of each program's objects."""


def _at(found: Any, *names: str) -> Any:
    """A value in nested objects; None if one is missing."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _a1111(texts: Mapping[str, str]) -> Provenance | None:
    for name in _PLACES:
        text = texts.get(name, "")
        if text and _OBJECT.match(text) is None and a1111_parameters.looks_like(text):
            found = a1111_parameters.parsed(text)
            settings = dict(found.settings)
            seed = settings.pop("Seed", None)
            settings.pop("Model", None)
            if found.negative:
                settings = {"Negative prompt": found.negative, **settings}
            return _made(_writer(settings), found.prompt, found.model, seed, settings)
    text = texts.get("parameters", "")
    return _made("", text) if text and _MARKUP.match(text) is None else None


def _writer(settings: Mapping[str, str]) -> str:
    """The program that wrote a text, judged by its settings."""
    version = settings.get("Version", "")
    if app := settings.get("App"):
        return app
    if (named := re.match(r"(Fooocus|ComfyUI|SD\.Next|Draw Things)\b", version)) is not None:
        return named[1]
    return "Forge" if re.match(r"f\d", version) else "A1111"


def _settings_alone(texts: Mapping[str, str]) -> Provenance | None:
    """Reader for Easy Diffusion, which writes a text for each value."""
    return _flat(dict(texts), texts) if _is_flat(texts) else None


def _plain(texts: Mapping[str, str]) -> Provenance | None:
    camera = texts.get("Make", "").strip() and _GRAPH_NAMES.match(texts["Make"]) is None
    for name in _DESCRIPTIONS:
        text = texts.get(name, "").strip()
        if not text or _MARKUP.match(text) or _NO_PROMPT.match(text) or _NO_WORDS.search(text):
            continue
        if camera and name not in ("AI prompt", "prompt", "Prompt"):
            continue  # a photograph's title, or a fixed text of the camera
        if _GRAPH_NAMES.match(text):
            continue
        if (job := _MIDJOURNEY.search(text)) is not None:
            seed = _MIDJOURNEY_SEED.search(text)
            rest = {"Job ID": job[1]}
            return _made("Midjourney", text[: job.start()], "", seed[1] if seed else None, rest)
        return _made(texts.get("Software", ""), text, texts.get("AI system", ""))
    return None


# ComfyUI


def _comfy(nodes: Mapping[str, dict[str, Any]]) -> Provenance:
    made = comfyui.read(nodes)
    settings: dict[str, Any] = dict(made.settings)
    if made.negative and made.negative != made.prompt:
        settings = {"Negative prompt": made.negative, **settings}
    return _made("ComfyUI", made.prompt, made.model, made.seed, settings)


def _graphs(
    texts: Mapping[str, str],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The graph that ran and the graph of its workflow; each empty if there is none."""
    graph: dict[str, dict[str, Any]] = {}
    flow: dict[str, dict[str, Any]] = {}
    for name in _PLACES:
        text = _unwrapped(texts.get(name, ""))
        text = text[label.end() :] if (label := _GRAPH_NAMES.match(text)) else text
        if _OBJECT.match(text) is None or not (
            '"class_type"' in text or '"nodes"' in text or '\\"class_type' in text
        ):
            continue
        try:
            found = list(_parts(_json(text)))
        except ValueError:
            continue
        for one in found:
            graph = graph or comfyui.nodes(one)
            flow = flow or comfyui_workflow.graph(one)
    return graph, flow


def _unwrapped(text: str) -> str:
    """A text without a second encoding as a JSON string."""
    if not text.lstrip().startswith('"{'):
        return text
    try:
        return _text(foreign_json.forgiving(text))
    except json_reader.NotUnderstood:
        return text


def _parts(found: dict[str, Any]) -> Iterator[Any]:
    """An object, and the objects nested in it under names of graphs; JSON strings are decoded."""
    yield found
    for name in ("prompt", "workflow", "extra_pnginfo"):
        inside = found.get(name)
        if isinstance(inside, str) and _OBJECT.match(inside):
            inside = _json(inside)
        if isinstance(inside, dict):
            yield inside
            yield inside.get("workflow")
