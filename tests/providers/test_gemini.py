"""One request through the whole wire: body, key, answer and picture, for each kind of profile."""

from __future__ import annotations

import pytest

from studio.domain import AspectRatio, GenerationRequest, Reference, Role
from studio.errors import InputError
from studio.providers.base import AnswerSource, Input
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import Gemini
from studio.providers.gemini.scan import Scanner
from studio.providers.transport import Client
from studio.settings import Profile, built_in
from tests.fake_service import FakeService, Reply, answer_with, tiny_png

CATALOGUE = Catalogue()
ASKED = GenerationRequest(
    profile="own",
    model="gemini-nano-banana-2.1",
    prompt="a lighthouse",
    aspect=AspectRatio(16, 9),
    size="512",
)


def find(id):
    return CATALOGUE.find("own", id)


class FileSink:
    def __init__(self, path):
        self.path = path
        self.code = 0
        self.headers = {}
        self.scanner = Scanner()

    async def status(self, code, headers):
        self.code, self.headers = code, headers

    async def chunk(self, data):
        with self.path.open("ab") as file:
            file.write(data)
        self.scanner.feed(data)

    @property
    def whole(self):
        return self.scanner.complete


async def made(provider, request, path, inputs=(), key="sk-1"):
    client = Client()
    sink = FileSink(path)
    try:
        await provider.send(request, inputs, key, client, sink)
    finally:
        await client.close()
    source = AnswerSource(
        status=sink.code,
        headers=sink.headers,
        body=path,
        request=request,
        scan=sink.scanner.finish(),
    )
    return provider.read(source)


@pytest.mark.parametrize(
    ("auth", "version", "header", "value", "modalities"),
    [
        ("bearer", "v1", "authorization", "Bearer sk-1", ["IMAGE"]),
        ("google", "v1beta", "x-goog-api-key", "sk-1", ["TEXT", "IMAGE"]),
    ],
)
async def test_a_picture_comes_back_for_each_kind_of_profile(
    tmp_path, auth, version, header, value, modalities
):
    picture = tiny_png(16, 9) + b"\0" * 9000
    with FakeService() as service:
        service.script(Reply(body=answer_with(picture)))
        profile = Profile(name="own", title="Own", base_url=service.url, auth=auth, version=version)
        answer = await made(Gemini(profile, find), ASKED, tmp_path / "body")
    (request,) = service.requests
    assert request.path == f"/{version}/models/gemini-nano-banana-2.1:generateContent"
    assert request.headers[header] == value
    assert request.json["generationConfig"]["responseModalities"] == modalities
    (found,) = answer.results
    assert b"".join(found.chunks(tmp_path / "body")) == picture


async def test_a_model_that_needs_words_beside_is_asked_for_both_by_any_profile(tmp_path):
    request = GenerationRequest(
        profile="own", model="gemini-2.0-flash-preview-image-generation", prompt="p"
    )
    with FakeService() as service:
        service.script(Reply(body=answer_with(tiny_png())))
        profile = Profile(name="own", title="Own", base_url=service.url)
        await made(Gemini(profile, find), request, tmp_path / "body")
    config = service.requests[0].json["generationConfig"]
    assert config["responseModalities"] == ["TEXT", "IMAGE"]


async def test_inputs_are_loaded_when_they_are_sent_and_a_huge_one_is_not(tmp_path):
    def input_of(data):
        async def load():
            return data, "image/png"

        return Input(Reference(sha256="ab", media_type="", role=Role.EDIT, name="old"), load)

    with FakeService() as service:
        service.script(Reply(body=answer_with(tiny_png())))
        provider = Gemini(Profile(name="own", title="Own", base_url=service.url), find)
        await made(provider, ASKED, tmp_path / "body", [input_of(tiny_png())])
        with pytest.raises(InputError, match="old"):
            await made(provider, ASKED, tmp_path / "body", [input_of(b"x" * (8 << 20))])
    (request,) = service.requests
    parts = request.json["contents"][0]["parts"]
    assert [list(part) for part in parts] == [["inlineData"], ["text"]]


async def test_a_sketch_is_made_without_a_key_or_a_network(tmp_path):
    request = GenerationRequest(profile="sketch", model="sketch", prompt="sea", size="512", seed=7)
    provider = Gemini(built_in()[2], lambda id: CATALOGUE.find("sketch", id))
    answer = await made(provider, request, tmp_path / "body", key=None)
    assert answer.seed == 7
    (found,) = answer.results
    assert b"".join(found.chunks(tmp_path / "body")).startswith(b"\x89PNG")
    assert not answer.warnings


async def test_the_services_painter_obeys_aspect_and_size(tmp_path):
    with FakeService() as service:
        provider = Gemini(Profile(name="own", title="Own", base_url=service.url), find)
        answer = await made(provider, ASKED, tmp_path / "body")
    data = b"".join(answer.results[0].chunks(tmp_path / "body"))
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (688, 384)
