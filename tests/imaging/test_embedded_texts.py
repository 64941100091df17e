"""Texts of other programs, from files in every known format."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from studio.imaging import decode_jobs
from studio.library.metadata import provenance
from studio.library.metadata.provenance import Provenance
from tests.imaging.embedded import chunk, exif, jpeg, png, riff, saved, segment, text, webp

P = "a lighthouse at dusk, \u6e29\u304b\u3044\u5149, caf\u00e9"
A1111 = (
    f"{P}\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, "
    "Size: 24x16, Model: harbour_v2, Version: v1.9"
)
UNICODE, ASCII = b"UNICODE\0", b"ASCII\0\0\0"


def made(path: Path, data: bytes) -> Provenance:
    path.write_bytes(data)
    facts, body = decode_jobs.describe({"path": str(path)})
    assert "texts_fault" not in facts
    return provenance.read(json.loads(body))


def comment(data: bytes, order: str = "<") -> bytes:
    return exif({}, {0x9286: data}, order)


def in_jpeg(block: bytes) -> bytes:
    return jpeg([segment(0xE1, b"Exif\0\0" + block)])


def xmp(words: str) -> bytes:
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "&#10;")
    return f"<x:xmpmeta><rdf:Description dc:description='{words}'/></x:xmpmeta>".encode()


XMP_SIGN = b"http://ns.adobe.com/xap/1.0/\0"
LONG = b"x" * 60_000
LONG_XMP = b"<!--" + LONG + b"-->" + xmp(A1111)
LONG_EXIF = exif({0x0110: LONG}, {0x9286: ASCII + A1111.encode()})

COATS: dict[str, bytes] = {
    **{
        f"png {kind} {'behind' if behind else 'before'} the pixels": png(
            [text("parameters", A1111.encode(), kind)], behind=behind)
        for kind in ("tEXt", "zTXt", "iTXt", "iTXtz")
        for behind in (False, True)
    },
    "png text with a mark": png([text("parameters", b"\xef\xbb\xbf" + A1111.encode())]),
    "png text of UTF-16": png([text("parameters", A1111.encode("utf-16"), "zTXt")]),
    "png XMP": png([text("XML:com.adobe.xmp", xmp(A1111), "iTXt")]),
    "png Exif": png([chunk(b"eXIf", comment(UNICODE + A1111.encode("utf-16-be"), ">"))]),
    "png old Exif": png([text("Raw profile type APP1", b"\nexif\n%8d\n" % 9 + (
        b"Exif\0\0" + comment(UNICODE + A1111.encode("utf-16-be"))).hex().encode(), "zTXt")]),
    "png beside 9 MB of others": png(
        [text(f"k{n}", b"x" * 1_000_000, "zTXt") for n in range(9)]
        + [text("workflow", b'{"' + b"x" * 3_000_000 + b'": 5}')]
        + [text("parameters", A1111.encode())]),
    "png with an older one": png(
        [text("parameters", b"old\nSteps: 1, Sampler: x, Seed: 1"),
         text("parameters", A1111.encode(), "iTXt")]),
    **{
        f"{name} comment of {label}": wrap(comment(sign + A1111.encode(encoding), order))
        for name, wrap in (
            ("jpeg", in_jpeg),
            ("webp", lambda block: webp([riff(b"EXIF", block)])),
            ("webp with a name", lambda block: webp([riff(b"EXIF", b"Exif\0\0" + block)])),
            ("avif", lambda block: saved("AVIF", exif=block)),
        )
        for label, sign, encoding, order in (
            ("UTF-16BE", UNICODE, "utf-16-be", "<"), ("UTF-16LE", UNICODE, "utf-16-le", ">"),
            ("UTF-16 with a mark", UNICODE, "utf-16", "<"), ("UTF-8", UNICODE, "utf-8", "<"),
            ("ASCII that is UTF-8", ASCII, "utf-8", "<"), ("no name", b"", "utf-8", ">"),
            ("zeros", bytes(8), "utf-8", ">"), ("zeros, UTF-16", bytes(8), "utf-16-le", "<"),
        )
    },
    **{
        f"jpeg tag {tag:#x}": in_jpeg(exif({tag: A1111.encode(encoding) + b"\0\0"}))
        for tag, encoding in (
            (0x010E, "utf-8"), (0x9C9B, "utf-16-le"), (0x9C9C, "utf-16-le"),
            (0x9C9E, "utf-16-le"), (0x9C9F, "utf-16-le"), (0x9286, "utf-8"))
    },
    "jpeg XMP": jpeg([segment(0xE1, XMP_SIGN + xmp(A1111))]),
    "jpeg XMP in parts": jpeg(
        [segment(0xE1, XMP_SIGN + b"<x:xmpmeta xmpNote:HasExtendedXMP='g'/>"),
         *[segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"g" * 32
                   + struct.pack(">II", 9, at) + LONG_XMP[at:at + 50_000])
           for at in (50_000, 0)]]),
    "jpeg comment block": jpeg([segment(0xFE, A1111.encode())]),
    "jpeg Exif of two blocks": jpeg(
        [segment(0xE1, b"Exif\0\0" + part) for part in (LONG_EXIF[:60_000], LONG_EXIF[60_000:])]),
    "webp XMP": webp([riff(b"XMP ", xmp(A1111))]),
    "avif XMP": saved("AVIF", xmp=xmp(A1111)),
    "gif comment": saved("GIF", comment=A1111.encode()),
    "tiff description": saved("TIFF", tiffinfo={270: A1111.encode()}),
}  # fmt: skip


@pytest.mark.parametrize("name", COATS)
def test_words_are_read_in_every_coat(tmp_path: Path, name: str) -> None:
    found = made(tmp_path / "a", COATS[name])
    assert (found.prompt, found.seed, found.model) == (P, 42, "harbour_v2")
    assert dict(found.settings)["Negative prompt"] == "blurry"


CJK = "\u96e8\u4e2d\u7684\u706f\u5854\uff0c\u6c34\u5f69\u753b\uff0c\u67d4\u548c\u7684\u5149\u7ebf"


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-8"])
@pytest.mark.parametrize("words", [CJK, "\U0001f469\u200d\U0001f680 family \U0001f1e9\U0001f1ea"])
def test_a_prompt_without_latin_letters_is_read(tmp_path: Path, words: str, encoding: str) -> None:
    assert made(tmp_path / "a", in_jpeg(comment(UNICODE + words.encode(encoding)))).prompt == words


def as_comment(found: Any) -> bytes:
    return in_jpeg(comment(UNICODE + json.dumps(found).encode("utf-16-le")))


EASY = {
    "prompt": "a swan", "seed": 99, "use_stable_diffusion_model": "sd-v1-5",
    "negative_prompt": "bad", "num_inference_steps": 25,
}  # fmt: skip
NOVEL = {"prompt": "a fern", "uc": "bad", "seed": 21, "steps": 28}
SWARM = {"sui_image_params": {"prompt": "a teapot", "model": "flux/dev", "seed": 77, "steps": 4}}
FOOOCUS = {
    "base_model": "juggernaut", "full_prompt": ["x"], "negative_prompt": "", "prompt": "a kettle",
    "performance": "Speed", "seed": "123456", "version": "Fooocus v2.5",
}  # fmt: skip
INVOKE = {"positive_prompt": "a moth", "seed": 3, "model": {"key": "k", "name": "flux-dev"}}


def chunks(**texts: Any) -> bytes:
    return png([
        text(name.replace("_", "-") if name == "sd_metadata" else name,
             (words if isinstance(words, str) else json.dumps(words)).encode(), "iTXt")
        for name, words in texts.items()
    ])  # fmt: skip


PROGRAMS: dict[str, tuple[bytes, tuple[str, int | None, str]]] = {
    "SwarmUI": (chunks(parameters=SWARM), ("a teapot", 77, "flux/dev")),
    "SwarmUI in a comment": (as_comment(SWARM), ("a teapot", 77, "flux/dev")),
    "Fooocus": (
        chunks(parameters=FOOOCUS, fooocus_scheme="fooocus"), ("a kettle", 123456, "juggernaut")),
    "Fooocus in a comment": (
        in_jpeg(exif({0x927C: b"fooocus\0"}, {0x9286: json.dumps(FOOOCUS).encode()})),
        ("a kettle", 123456, "juggernaut")),
    "Fooocus in A1111's way": (
        chunks(parameters="a kettle\nNegative prompt: b\nSteps: 30, Sampler: x, Seed: 5, Size: "
               "1x1, Model: j, Version: Fooocus v2.5", fooocus_scheme="a1111"),
        ("a kettle", 5, "j")),
    "Fooocus MRE": (
        chunks(Comment={"prompt": "a robot", "negative_prompt": "", "seed": 8834915829939807712,
                        "base_model": "m", "software": "Fooocus 1.0.43 MRE"}),
        ("a robot", 8834915829939807712, "m")),
    "Easy Diffusion": (
        chunks(**{name: str(value) for name, value in EASY.items()}), ("a swan", 99, "sd-v1-5")),
    "Easy Diffusion in a comment": (as_comment(EASY), ("a swan", 99, "sd-v1-5")),
    "Easy Diffusion with labels": (
        chunks(**{"Prompt": "a swan", "Seed": "99", "Stable Diffusion model": "sd-v1-5",
                  "Negative Prompt": "bad"}), ("a swan", 99, "sd-v1-5")),
    "InvokeAI": (chunks(invokeai_metadata=INVOKE), ("a moth", 3, "flux-dev")),
    "InvokeAI 3": (
        chunks(invokeai_metadata={**INVOKE, "model": {"model_name": "xl", "base_model": "b"}}),
        ("a moth", 3, "xl")),
    "InvokeAI 2": (
        chunks(sd_metadata={"model_weights": "sd15", "image": {
            "prompt": [{"prompt": "a moth", "weight": 1}], "seed": 3}}), ("a moth", 3, "sd15")),
    "InvokeAI 1": (
        chunks(Dream='"a "big" moth" -s 50 -S 3 -W 512 -H 512 -C 7.5 -A k_lms'),
        ('a "big" moth', 3, "")),
    "NovelAI": (
        chunks(Software="NovelAI", Source="NovelAI Diffusion V4", Description="a fern",
               Comment=NOVEL, Title="NovelAI generated image"),
        ("a fern", 21, "NovelAI Diffusion V4")),
    "NovelAI in a comment": (
        as_comment({"Comment": json.dumps(NOVEL), "Description": "a fern", "Software": "NovelAI",
                    "Source": "NovelAI Diffusion V4"}), ("a fern", 21, "NovelAI Diffusion V4")),
    "NovelAI with characters": (
        chunks(Software="NovelAI", Source="V4", Comment={
            "v4_prompt": {"caption": {"base_caption": "a fern", "char_captions": [
                {"char_caption": "a snail"}]}}, "seed": 21, "uc": "b"}), ("a fern", 21, "V4")),
    "Draw Things": (
        as_comment({"c": "a fern", "uc": "bad", "seed": 7, "model": "m.ckpt", "v2": {}}),
        ("a fern", 7, "m.ckpt")),
    "TensorArt": (
        chunks(generation_data={"prompt": "a fern", "negativePrompt": "bad", "seed": "7",
                                "baseModel": {"label": "l", "modelFileName": "m"}}),
        ("a fern", 7, "m")),
    "a seed that is to be drawn": (
        chunks(parameters={"sui_image_params": {"prompt": "a fern", "model": "m", "seed": -1}}),
        ("a fern", None, "m")),
    "an object of nobody": (
        as_comment({"Prompt": "a fern", "Seed": 7, "Model": "m"}), ("a fern", 7, "m")),
    "Midjourney": (
        chunks(Description="a fox --ar 3:2 --seed 12 --v 6 "
               "Job ID: 0f8fad5b-d9cb-469f-a165-70867728950e",
               Author="somebody"), ("a fox --ar 3:2 --seed 12 --v 6", 12, "")),
    "IPTC": (
        jpeg([segment(0xE1, XMP_SIGN + b"<rdf:Description Iptc4xmpExt:AISystemUsed='s' "
                      b"Iptc4xmpExt:AIPromptInformation='a fox' dc:description='caption'/>")]),
        ("a fox", None, "s")),
    "a description": (chunks(Description="a fox"), ("a fox", None, "")),
    "a description with brackets": (
        chunks(Description="[a fox|a hare] in {snow|rain} <lora:x:1>"),
        ("[a fox|a hare] in {snow|rain} <lora:x:1>", None, "")),
    "our own": (
        chunks(gridbrush={"prompt": "a fox", "model": "gemini", "seed": 8}, parameters=A1111),
        ("a fox", 8, "gemini")),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_is_understood(tmp_path: Path, name: str) -> None:
    data, wanted = PROGRAMS[name]
    found = made(tmp_path / "a", data)
    assert (found.prompt, found.seed, found.model) == wanted


def test_what_else_an_object_tells_is_kept(tmp_path: Path) -> None:
    found = made(tmp_path / "a", chunks(parameters={**FOOOCUS, "sharpness": 2, "hash": "x" * 900}))
    settings = dict(found.settings)
    assert (found.tool, settings["Performance"], settings["sharpness"]) == ("Fooocus", "Speed", "2")
    assert not {"prompt", "seed", "base_model", "hash"} & settings.keys()


@pytest.mark.parametrize(("told", "tool"), [
    ("Version: v1.9", "A1111"), ("Version: f2.0.1v1.10.1", "Forge"), ("App: SD.Next", "SD.Next"),
    ("Version: Fooocus v2.5", "Fooocus"), ("Version: ComfyUI", "ComfyUI"),
])  # fmt: skip
def test_the_program_is_named_where_it_says_so(tmp_path: Path, told: str, tool: str) -> None:
    words = f"a fox\nSteps: 4, Sampler: e, Seed: 6, {told}"
    assert made(tmp_path / "a", chunks(parameters=words)).tool == tool


NONE: dict[str, bytes] = {
    "nothing": png(),
    "a camera": in_jpeg(exif({0x010E: b"OLYMPUS DIGITAL CAMERA\0", 0x010F: b"OLYMPUS\0"})),
    "a camera that says more": in_jpeg(
        exif({0x010E: b"DCIM/100MEDIA/A_0001.JPG\0", 0x010F: b"DJI\0", 0x0110: b"M\0"})),
    "spaces": in_jpeg(exif({0x010E: b"          \0", 0x010F: b"Canon\0"})),
    "a camera's own bytes": in_jpeg(comment(bytes(8) + bytes(range(1, 200)))),
    "a screenshot": in_jpeg(comment(ASCII + b"Screenshot")),
    "an editor": png([text("Comment", b"Created with GIMP")]),
    "an editor's comment": jpeg([segment(0xFE, b"CREATOR: gd-jpeg v1.0, quality = 90")]),
    "a title of a service": chunks(Title="AI generated image"),
    "XML": chunks(Description="<svg xmlns='x'/>"),
    "another object": chunks(Description={"shape": [16, 24, 3]}, prompt={"a": {"b": 5}}),
    "credentials": png([chunk(b"caBX", b"\0\0\0\x10jumb" + b"a prompt" * 9)]),
    "text, wrong sum": png([chunk(b"tEXt", b"parameters\0" + A1111.encode(), sound=False)]),
    "text cut off": png([chunk(b"zTXt", text("parameters", A1111.encode() * 9, "zTXt")[8:-40])]),
    "a maker's note": in_jpeg(exif({0x927C: bytes(range(200))})),
}  # fmt: skip


@pytest.mark.parametrize("name", NONE)
def test_unknown_is_better_than_wrong(tmp_path: Path, name: str) -> None:
    assert made(tmp_path / "a", NONE[name]).prompt == ""


@pytest.mark.parametrize("words", ["image of a fox", "screenshot of an old game", "created by rain",
    "default", "a digital camera on a desk", "Steps: 3 of them"])  # fmt: skip
def test_a_prompt_that_begins_like_something_else_is_one(tmp_path: Path, words: str) -> None:
    wanted = "" if words == "default" else words
    assert made(tmp_path / "a", chunks(Description=words)).prompt == wanted
    # Where a program keeps its prompt and nothing else, that is what it is.
    assert made(tmp_path / "a", chunks(parameters=words)).prompt == words


def test_half_a_sign_is_replaced(tmp_path: Path) -> None:
    data = png([text("Comment", b'{"prompt": "a \\ud83d fox", "uc": "", "\\udc00": 5}', "iTXt")])
    found = made(tmp_path / "a", data)
    assert found.prompt == "a \ufffd fox"
    assert json.dumps(found.settings, ensure_ascii=False).encode()


def test_a_graph_with_pictures_in_it_is_read_without_them(tmp_path: Path) -> None:
    graph = {
        "3": {"class_type": "KSampler", "inputs": {
            "seed": 11, "steps": 8, "positive": ["6", 0], "model": ["4", 0]}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m"}},
        "5": {"class_type": "LoadImageBase64", "inputs": {"image": "A" * 3_000_000}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a boat", "clip": ["4", 1]}},
    }  # fmt: skip
    found = made(tmp_path / "a", chunks(prompt=graph, workflow={"nodes": ["x" * 900_000]}))
    assert (found.prompt, found.seed, found.model) == ("a boat", 11, "m")


def test_a_long_prompt_is_kept_and_a_text_beyond_all_measure_is_left(tmp_path: Path) -> None:
    assert len(made(tmp_path / "a", chunks(parameters="word " * 90_000)).prompt) == 20_000
    assert made(tmp_path / "a", chunks(parameters="word " * 900_000)).prompt == ""
