"""One request through the whole wire: body, key, answer and picture, for each kind of profile."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studio.common.errors import Billed, InputError, RequestRefused, ServiceError, StudioError
from studio.config.settings import Profile, built_in
from studio.domain.entities import AspectRatio, GenerationRequest, Reference, Role
from studio.domain.models import ServiceObservation
from studio.providers.base import AnswerSource, InputPicture
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider
from studio.providers.gemini.scan import GeminiScanner
from studio.providers.transport import HttpClient
from tests.fake_service import FakeService, Reply, answer_with, tiny_png
from tests.generation.harness import studio

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
        self.scanner = GeminiScanner()

    async def status(self, code, headers):
        self.code, self.headers = code, headers

    async def chunk(self, data):
        with self.path.open("ab") as file:
            file.write(data)
        self.scanner.feed(data)

    @property
    def whole(self):
        return self.scanner.complete

    promising = False


async def made(provider, request, path, inputs=(), key="sk-1"):
    client = HttpClient()
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
        answer = await made(GeminiProvider(profile, find), ASKED, tmp_path / "body")
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
        await made(GeminiProvider(profile, find), request, tmp_path / "body")
    config = service.requests[0].json["generationConfig"]
    assert config["responseModalities"] == ["TEXT", "IMAGE"]


async def test_inputs_are_loaded_when_they_are_sent_and_a_huge_one_is_not(tmp_path):
    def input_of(data):
        async def load():
            return data, "image/png"

        return InputPicture(Reference(sha256="ab", media_type="", role=Role.EDIT, name="old"), load)

    with FakeService() as service:
        service.script(Reply(body=answer_with(tiny_png())))
        provider = GeminiProvider(Profile(name="own", title="Own", base_url=service.url), find)
        await made(provider, ASKED, tmp_path / "body", [input_of(tiny_png())])
        with pytest.raises(InputError, match="old"):
            await made(provider, ASKED, tmp_path / "body", [input_of(b"x" * (8 << 20))])
    (request,) = service.requests
    parts = request.json["contents"][0]["parts"]
    assert [list(part) for part in parts] == [["inlineData"], ["text"]]


async def test_a_sketch_is_made_without_a_key_or_a_network(tmp_path):
    request = GenerationRequest(profile="sketch", model="sketch", prompt="sea", size="512", seed=7)
    provider = GeminiProvider(built_in()[2], lambda id: CATALOGUE.find("sketch", id))
    answer = await made(provider, request, tmp_path / "body", key=None)
    assert answer.seed == 7
    (found,) = answer.results
    assert b"".join(found.chunks(tmp_path / "body")).startswith(b"\x89PNG")
    assert not answer.warnings


async def test_the_services_painter_obeys_aspect_and_size(tmp_path):
    with FakeService() as service:
        provider = GeminiProvider(Profile(name="own", title="Own", base_url=service.url), find)
        answer = await made(provider, ASKED, tmp_path / "body")
    data = b"".join(answer.results[0].chunks(tmp_path / "body"))
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (688, 384)


SIZE_REFUSED = {
    "error": {
        "code": 400,
        "message": "Invalid value at 'generation_config.image_config.image_size'",
        "status": "INVALID_ARGUMENT",
        "details": [{"fieldViolations": [{"field": "generation_config.image_config"}]}],
    }
}
ASKED_2K = GenerationRequest(profile="own", model="gemini-nano-banana-2.1", prompt="p", size="2K")


class Learnt:
    def __init__(self):
        self.catalogue = Catalogue()
        self.lessons = []

    def find(self, id):
        return self.catalogue.find("own", id)

    def learn(self, lesson):
        self.lessons.append(lesson)
        self.catalogue.add_observation("own", lesson)


def own(service, learnt, **more):
    profile = Profile(name="own", title="Own", base_url=service.url, **more)
    return GeminiProvider(profile, learnt.find, learnt.learn)


def sizes(service):
    configs = [one.json["generationConfig"].get("imageConfig", {}) for one in service.requests]
    return [config.get("imageSize") for config in configs]


async def test_a_refused_size_is_sent_once_in_the_other_spelling_and_remembered(
    tmp_path,
):
    learnt = Learnt()
    with FakeService() as service:
        done = Reply(body=answer_with(tiny_png()))
        service.script(Reply(400, SIZE_REFUSED), done, done)
        provider = own(service, learnt)
        answer = await made(provider, ASKED_2K, tmp_path / "1")
        await made(provider, ASKED_2K, tmp_path / "2")
    assert answer.results
    assert sizes(service) == ["2K", "2048x2048", "2048x2048"]
    assert learnt.lessons == [ServiceObservation(model=ASKED_2K.model, pixel_sizes=True)]


async def test_each_request_says_so_before_its_first_byte(tmp_path):
    begun = []

    async def before():
        begun.append(len(service.requests))

    client = HttpClient()
    with FakeService() as service:
        service.script(Reply(400, SIZE_REFUSED), Reply(body=answer_with(tiny_png())))
        try:
            sink = FileSink(tmp_path / "body")
            send = own(service, Learnt()).send
            await send(ASKED_2K, (), "sk-1", client, sink, before_first_byte=before)
        finally:
            await client.close()
    assert begun == [0, 1]
    assert sink.code == 200


async def test_when_neither_spelling_is_taken_the_first_refusal_is_reported(tmp_path):
    learnt = Learnt()
    other = {"error": {"code": 400, "message": "Unknown image size 2048x2048"}}
    with FakeService() as service:
        service.script(Reply(400, SIZE_REFUSED), Reply(400, other))
        with pytest.raises(RequestRefused, match="image_config") as caught:
            await made(own(service, learnt), ASKED_2K, tmp_path / "body")
    assert "size" in caught.value.hint
    assert len(service.requests) == 2
    assert not learnt.lessons


@pytest.mark.parametrize(
    ("message", "size"),
    [
        ("Invalid value at 'image_config.aspect_ratio'", "2K"),
        ("Multiple candidates is not enabled for this model", "2K"),
        ("Invalid value at 'image_config.image_size'", "1024x1024"),
        ("Invalid value at 'image_config.image_size'", None),
    ],
)
async def test_other_refusals_and_the_users_own_spelling_are_asked_once(tmp_path, message, size):
    request = replace(ASKED_2K, size=size)
    with FakeService() as service:
        service.script(Reply(400, {"error": {"code": 400, "message": message}}))
        with pytest.raises(RequestRefused, match=message.replace(".", r"\.")):
            await made(own(service, Learnt()), request, tmp_path / "body")
    assert len(service.requests) == 1


async def test_a_second_try_that_is_overloaded_teaches_nothing(tmp_path):
    learnt = Learnt()
    with FakeService() as service:
        service.script(Reply(400, SIZE_REFUSED), Reply(503, {"error": {"message": "m"}}))
        with pytest.raises(ServiceError) as caught:
            await made(own(service, learnt), ASKED_2K, tmp_path / "body")
    assert caught.value.retryable
    assert not learnt.lessons


NOTHING = {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]}


@pytest.mark.parametrize(
    ("answer", "auth", "learns"),
    [
        (NOTHING, "bearer", True),
        ({"candidates": [{"finishReason": "NO_IMAGE"}]}, "bearer", True),
        (NOTHING, "google", False),
        ({"candidates": [{"finishReason": "IMAGE_SAFETY"}]}, "bearer", False),
        ({"candidates": [{"content": {"parts": [{"text": "No."}]}}]}, "bearer", False),
        ({"promptFeedback": {"blockReason": "OTHER"}}, "bearer", False),
    ],
)
async def test_a_service_that_says_nothing_at_all_is_asked_for_words_too_from_then_on(
    tmp_path, answer, auth, learns
):
    learnt = Learnt()
    with FakeService() as service:
        service.script(Reply(body=answer), Reply(body=answer_with(tiny_png())))
        provider = own(service, learnt, auth=auth)
        with pytest.raises(StudioError):
            await made(provider, ASKED_2K, tmp_path / "1")
        await made(provider, ASKED_2K, tmp_path / "2")
    last = service.requests[-1].json["generationConfig"]["responseModalities"]
    assert last == (["TEXT", "IMAGE"] if learns or auth == "google" else ["IMAGE"])
    assert bool(learnt.lessons) is learns


async def test_what_was_learned_is_on_disk_for_the_next_start(tmp_path):
    with FakeService() as service:
        service.script(Reply(400, SIZE_REFUSED), Reply(body=answer_with(tiny_png())))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit(size="2K")
            await one.gone(job)
        async with studio(tmp_path, service) as one:
            assert one.core.catalogue.find("dgrid", job.request.model).pixel_sizes
    assert sizes(service) == ["2K", "2048x2048"]


def streamed(*values):
    return b"".join(b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in values)


async def test_an_unrequested_stream_becomes_a_picture_of_the_library(tmp_path):
    picture = tiny_png(16, 9)
    words = {"candidates": [{"content": {"parts": [{"text": "Here it is"}]}}]}
    body = streamed(words, answer_with(picture))
    with FakeService() as service:
        service.script(Reply(body=body, framing="chunked", pieces=9))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.gone(job)
            (found,) = await one.pictures()
            assert (one.core.library.folder / found.path).read_bytes() == picture
    assert found.words == "Here it is"
    assert found.cost_usd


async def test_a_stream_that_is_cut_is_kept_and_not_taken_for_whole(tmp_path):
    body = streamed(answer_with(tiny_png() + b"\0" * 9000))
    with FakeService() as service:
        service.script(Reply(body=body[:-200], framing="close"))
        async with studio(tmp_path, service) as one:
            (job,) = await one.submit()
            await one.until(lambda: one.last[job.id].failure)
            assert one.failure(job).kind == "incomplete"
            assert one.journal
    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 504, 524])
async def test_a_list_of_models_is_never_billed(status):
    gone = Reply(status, {"error": {"message": "socket hang up"}})
    client = HttpClient()
    with FakeService(fallback=lambda _request: gone) as service:
        try:
            with pytest.raises(ServiceError) as caught:
                await own(service, Learnt()).listed("key-1234", client)
        finally:
            await client.close()
    assert caught.value.billed is Billed.NO
