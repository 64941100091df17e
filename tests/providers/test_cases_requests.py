"""The numbered cases of requests: the choices, and the body sent for them."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from studio.common.errors import InputError, KeyRefused
from studio.common.file_types import kind_of
from studio.config.settings import Profile, built_in
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Advanced, AspectRatio, GenerationRequest, Role, SafetySetting
from studio.domain.entities import Reference as Ref
from studio.domain.prompt_variants import expand
from studio.imaging.decoder import Decoder
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import request

CATALOGUE = Catalogue(today=lambda: "2026-11-23")
BEST, OLD = "gemini-nano-banana-2.1", "gemini-2.5-flash-image"
FLASH = "gemini-3.1-flash-image"
PNG, JPEG = b"\x89PNG\r\n\x1a\n1", b"\xff\xd8\xff2"
BOTH = {"responseModalities": ["TEXT", "IMAGE"]}
USER = {"role": "user", "parts": [{"text": "p"}]}


def inline(data: bytes, kind: str) -> dict[str, Any]:
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(data).decode()}}


@dataclass
class Case:
    """A request and its whole body; `config` is the generationConfig beside the modalities."""

    ask: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    model: str = BEST
    inputs: tuple[tuple[bytes, str, Role], ...] = ()
    both: bool = True


CASES = {
    "R01 text only": Case(),
    "R01 text only, as DGrid's page has it": Case(both=False),
    "R02 aspect left out, 4K": Case({"size": "4K"}, {"imageConfig": {"imageSize": "4K"}}),
    "R03 aspect only": Case(
        {"aspect": AspectRatio(16, 9)}, {"imageConfig": {"aspectRatio": "16:9"}}
    ),
    "R03 neither": Case(),
    "R04 a model of one size": Case({"size": "4K"}, model=OLD),
    "R05 the user's own size": Case(
        {"size": "1024x1024"}, {"imageConfig": {"imageSize": "1024x1024"}}
    ),
    "R06 one reference": Case(
        body={"contents": [{"role": "user", "parts": [inline(JPEG, "image/jpeg"), {"text": "p"}]}]},
        inputs=((JPEG, "image/jpeg", Role.FREE),),
    ),
    "R06 many, the edited one last": Case(
        body={
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        inline(JPEG, "image/jpeg"),
                        inline(PNG, "image/png"),
                        {"text": "p"},
                    ],
                }
            ]
        },
        inputs=((PNG, "image/png", Role.EDIT), (JPEG, "image/jpeg", Role.STYLE)),
    ),
    "R13 all of it": Case(
        {
            "seed": 5,
            "temperature": 0.5,
            "system": "Flat.",
            "safety": (SafetySetting("HARASSMENT", "BLOCK_NONE"),),
            "search": True,
            "thinking": "high",
        },
        {"seed": 5, "temperature": 0.5, "thinkingConfig": {"thinkingLevel": "HIGH"}},
        {
            "systemInstruction": {"role": "user", "parts": [{"text": "Flat."}]},
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
            "tools": [{"googleSearch": {}}],
        },
        model=FLASH,
    ),
    "R13 neither seed nor temperature": Case({"seed": 5, "temperature": 0.5}),
    "R13 what the model has not": Case(
        {"search": True, "thinking": "high", "temperature": 1.0}, {"temperature": 1.0}, model=OLD
    ),
    "R14 any script": Case(
        {"prompt": 'Ü 灯台 🗼 \u0000"\\' * 2000},
        body={"contents": [{"role": "user", "parts": [{"text": 'Ü 灯台 🗼 \u0000"\\' * 2000}]}]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_body_is_exactly_this(name: str) -> None:
    case = CASES[name]
    ask = {"profile": "dgrid", "model": case.model, "prompt": "p", **case.ask}
    sent = request.body(
        GenerationRequest(**ask),
        case.inputs,
        CATALOGUE.find("dgrid", case.model),
        both_modalities=case.both,
    )
    modalities = BOTH if case.both else {"responseModalities": ["IMAGE"]}
    assert json.loads(sent.decode("utf-8")) == {
        "contents": [USER],
        **case.body,
        "generationConfig": {**modalities, **case.config},
    }


def planned(model: str = BEST, **choices: Any) -> runs.Run:
    draft = Draft(**{"prompt": "p", "profile": "dgrid", "model": model, **choices})
    return runs.plan(draft, CATALOGUE.find("dgrid", model), expand(draft.prompt))


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        pytest.param({"model": OLD, "size": "4K"}, "does not support 4K", id="R04 not offered"),
        pytest.param({"size": "512"}, "does not support 512", id="R05 not offered"),
        pytest.param(
            {"model": OLD, "references": (Ref(sha256="a", media_type="image/png"),) * 4},
            "accepts 3 pictures",
            id="R09",
        ),
        pytest.param({"prompt": " \n"}, "Write a prompt first", id="R14 empty"),
        pytest.param({"model": OLD, "advanced": Advanced(search=True)}, "web search", id="R13"),
    ],
)
def test_what_cannot_be_sent_is_said_here(choices: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        planned(**choices)
    assert says in f"{caught.value.title} {caught.value.message}"


def test_r10_four_pictures_are_four_requests_of_one_candidate() -> None:
    made = planned(FLASH, count=4, seed=7)
    assert [one.seed for one in made.requests] == [7, 8, 9, 10]
    model = CATALOGUE.find("dgrid", FLASH)
    for one in made.requests:
        assert b"candidateCount" not in request.body(one, (), model, both_modalities=True)


@pytest.mark.parametrize(
    ("base", "prefix"),
    [
        ("https://api.dgrid.ai", "https://api.dgrid.ai/v1"),
        ("https://api.dgrid.ai/v1", "https://api.dgrid.ai/v1"),
        ("https://api.dgrid.ai/v1/", "https://api.dgrid.ai/v1"),
        ("https://api.dgrid.ai/v1beta", "https://api.dgrid.ai/v1beta"),
        ("https://x.org/v1/v1beta", "https://x.org/v1/v1beta"),
        ("api.dgrid.ai/v1/models", "https://api.dgrid.ai/v1"),
        ("https://api.dgrid.ai/v1/chat/completions", "https://api.dgrid.ai/v1"),
    ],
)
def test_r11_the_address(base: str, prefix: str) -> None:
    profile = Profile(name="own", title="Own", base_url=base)
    id = "google/gemini-3-pro-image"
    assert request.url(profile, id) == f"{prefix}/models/{id}:generateContent"
    assert request.list_url(profile) == f"{prefix}/models"


@pytest.mark.parametrize("pasted", ["K1", " K1\r\n", "Bearer K1", "'K1'", "K\u200b1"])
def test_r12_the_headers(pasted: str) -> None:
    dgrid, google, _sketch = built_in()
    headers = request.headers(dgrid, pasted)
    assert headers["Authorization"] == "Bearer K1"
    assert headers["Content-Type"] == "application/json"
    assert request.headers(google, pasted)["x-goog-api-key"] == "K1"
    for profile in (dgrid, google):
        address = request.url(profile, "m")
        assert "key=" not in address
        assert "alt=sse" not in address
        assert "K1" not in address


@pytest.mark.parametrize("pasted", ["ключ", "", " "])
def test_r12_what_is_no_key(pasted: str) -> None:
    with pytest.raises(KeyRefused):
        request.headers(built_in()[0], pasted)


def _pictures(folder: Path) -> dict[str, Path]:
    from PIL import Image

    turned = Image.Exif()
    turned[0x0112] = 6
    made: dict[str, tuple[Image.Image, dict[str, Any]]] = {
        "a.bmp": (Image.new("RGB", (90, 60), "red"), {}),
        "a.tif": (Image.new("RGB", (90, 60), "red"), {}),
        "a.gif": (Image.new("P", (90, 60)), {}),
        "a.avif": (Image.new("RGB", (90, 60), "red"), {}),
        "tiny.bmp": (Image.new("RGB", (9, 6), "red"), {}),
        "turned.jpg": (Image.new("RGB", (90, 60), "red"), {"exif": turned}),
        "clear.png": (Image.new("RGBA", (90, 60), (1, 2, 3, 90)), {}),
        "long.png": (Image.new("RGB", (5000, 50), "red"), {}),
    }
    for name, (picture, more) in made.items():
        picture.save(folder / name, **more)
    # A file that says it is a PNG and holds a JPEG.
    Image.new("RGB", (90, 60), "red").save(folder / "lying.png", "JPEG")
    return {path.name: path for path in folder.iterdir()}


async def test_r06_r07_r08_any_picture_is_sent_as_the_services_take_it(tmp_path: Path) -> None:
    import io

    from PIL import Image

    from studio.imaging import upload_limits

    files = await asyncio.to_thread(_pictures, tmp_path)
    decoder = Decoder()
    try:
        sent = {
            name: await decoder.upright(
                path, edge=upload_limits.LONGEST, limit=upload_limits.LARGEST
            )
            for name, path in files.items()
        }
        heavy, _kind = await decoder.upright(files["long.png"], edge=4096, limit=3000)
    finally:
        await decoder.close()
    assert {name: kind for name, (_data, kind) in sent.items()} == {
        **dict.fromkeys(("a.bmp", "a.tif", "a.gif", "a.avif", "tiny.bmp"), "image/jpeg"),
        **dict.fromkeys(("turned.jpg", "lying.png", "long.png"), "image/jpeg"),
        "clear.png": "image/png",
    }
    for data, kind in sent.values():
        found = kind_of(data[:64])
        assert found is not None
        assert found.media_type == kind
    sizes = {name: Image.open(io.BytesIO(data)).size for name, (data, _kind) in sent.items()}
    assert sizes["turned.jpg"] == (60, 90)
    assert sizes["long.png"] == (4096, 41)
    assert sizes["tiny.bmp"] == (9, 6)
    assert Image.open(io.BytesIO(sent["clear.png"][0])).mode == "RGBA"
    assert len(heavy) <= 3000


def test_r07_together_they_are_refused_beyond_what_a_request_may_have() -> None:
    big = (PNG * 900_000, "image/png", Role.FREE)
    ask = GenerationRequest(profile="dgrid", model=BEST, prompt="p")
    with pytest.raises(InputError, match="too large to send together"):
        request.body(ask, [big, big], CATALOGUE.find("dgrid", BEST), both_modalities=True)
