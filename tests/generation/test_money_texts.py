"""Title, message, hint and `billed` of an error never contradict each other.

The claims of a text are found here by other means than in the program.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.common import errors
from studio.common.billing import hint_with_warning
from studio.common.errors import Billed, StudioError
from studio.config.settings import OFFLINE, built_in
from studio.domain.entities import GenerationRequest, Job, new_id
from studio.generation import failures, kept_answer, recovery, retry, salvage
from studio.generation.response_sink import incomplete
from studio.providers import connection_errors, fetching
from studio.providers.base import AnswerPicture, AnswerSource
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import GeminiProvider, refusals
from studio.providers.gemini.errors import from_status
from tests.source_files import nodes, parsed, texts_with

PAID = r"(?:charged|billed|deducted|invoiced)"
DENIED = re.compile(
    rf"\b(?:not|never|no|nothing)\b(?:\W+\w+){{0,4}}\W+{PAID}|n't(?: \w+){{0,2}} {PAID}"
    r"|refunded|free of charge|\bnot \w*charge\b"
)
DOUBTED = re.compile(rf"\b(?:may|might|could)(?: \w+){{0,3}} {PAID}|billed twice")
AFFIRMED = re.compile(rf"\b(?:was|were|been|is|are) (?:still )?{PAID}|billed again")


def claims(text: str) -> set[Billed]:
    """What a text says about the bill."""
    found = set()
    for sentence in re.split(r"[.!?]\s|[.!?]$|\n", text.lower()):
        if DENIED.search(sentence):
            found.add(Billed.NO)
        elif DOUBTED.search(sentence):
            found.add(Billed.MAYBE)
        elif AFFIRMED.search(sentence) and not re.search(r"\bif\b|\bwhen\b", sentence):
            found.add(Billed.YES)
    return found


def agree(error: StudioError) -> None:
    """Assert that no text contradicts the verdict, nor a retry."""
    text = f"{error.title}. {error.message}\n{hint_with_warning(error)}"
    assert claims(text) <= {error.billed}, (error.billed, text)
    if error.billed is not Billed.NO:
        assert not retry.may_repeat(error, 0), text


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("You will not be charged.", Billed.NO), ("No credits were deducted.", Billed.NO),
        ("It may have been billed.", Billed.MAYBE), ("Your request was billed.", Billed.YES),
        ("If you try again, you may be billed twice.", Billed.MAYBE), ("Refunded.", Billed.NO),
    ],
)  # fmt: skip
def test_a_claim_is_found(text: str, claim: Billed) -> None:
    assert claims(text) == {claim}


STATEMENTS = (
    "You will not be charged for this request.", "You have not been charged.",
    "No credits were deducted.", "Your credits have been refunded.", "This request was not billed.",
    "You won't be charged", "Nothing was billed", "You have been charged for this request.",
    "Credits were deducted.", "The request was billed.", "You may have been charged.",
    "If you were charged, contact the support.", "You might be billed for it",
)  # fmt: skip
CAUSES = (
    "The model is overloaded.", "Deadline exceeded.", "socket hang up", "Invalid token",
    "user quota is not enough", "Request payload size exceeds the limit", "no healthy upstream",
    "Unable to process input image", "User location is not supported", "not implemented", "",
    "upstream connect error or disconnect/reset before headers. reset reason: remote reset",
    "Provider returned error", "Rate limit reached", "daily quota", "models/x is not found",
)  # fmt: skip
STATUSES = (
    *(200, 302, 400, 401, 402, 403, 404, 407, 408, 413, 418, 422, 424, 429, 451, 499),
    *(500, 501, 502, 503, 504, 511, 520, 521, 522, 523, 524, 525, 526, 529, 530, 599),
)
noise = st.text("abc {}<>\"'\\", max_size=9)
sentences = st.builds(
    lambda *some: ". ".join(some),
    st.sampled_from(CAUSES),
    st.one_of(noise, st.sampled_from(STATEMENTS)),
    noise,
)
"""A service does not contradict itself: there is one statement at most."""


def wrapped(text: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Ways to wrap an error in another one."""
    return st.one_of(
        st.builds(lambda one: {"error": {"message": one, "code": 400}}, text),
        st.builds(lambda one: {"error": {"message": json.dumps(one)}}, text),
        st.builds(lambda one: {"error": {"message": "x: b" + repr(json.dumps(one))}}, text),
        st.builds(lambda one: {"error": {"message": f"Error code: 400 - {one!r}"}}, text),
        st.builds(
            lambda one: {"error": {"message": "Provider returned error", "metadata": {"raw": one}}},
            text,
        ),
        st.builds(lambda one: [{"error": one}], text),
        st.builds(lambda one: {"errors": [one]}, text),
        st.builds(lambda one: {"Message": one}, text),
        st.builds(lambda one: {"title": "Bad Request", "detail": one}, text),
        st.builds(lambda one: {"choices": [{"error": one}]}, text),
        st.builds(lambda one: {"detail": [{"loc": ["body", "x"], "msg": one}]}, sentences),
        st.builds(lambda one: f"<html><title>{one}</title></html>", sentences),
        st.builds(lambda one: f"<Error><Message>{one}</Message></Error>", sentences),
        st.builds(lambda one: {"message": one, "err": "failed"}, text),
    )


bodies = st.one_of(
    st.lists(st.integers(0, 255), max_size=200).map(bytes),
    st.recursive(sentences, wrapped, max_leaves=4).map(
        lambda one: (one if isinstance(one, str) else json.dumps(one)).encode()
    ),
)


def reads_well(error: StudioError) -> None:
    """Assert that a person reads words, not JSON, HTML or base64."""
    text = f"{error.title}\n{error.message}\n{hint_with_warning(error)}"
    assert not re.search(r"\{\s*\\*[\"'][\w ]+\\*[\"']\s*:|\"\w+\\*\"\s*:\s*[\"{\[]", text), text
    assert not re.search(
        r"</?(?:html|head|body|title|h1|p|error|message)\b", text, re.IGNORECASE
    ), text
    assert not re.search(r"[A-Za-z0-9+/]{200}", text), text


@given(st.sampled_from(STATUSES), bodies, st.sampled_from(("", "3", "9999")))
def test_a_refusal_agrees_with_its_bill(status: int, body: bytes, wait: str) -> None:
    error = from_status(status, {"retry-after": wait} if wait else {}, body, model="x", key="k-123")
    agree(error)
    reads_well(error)
    for later in Billed:
        error.billed = later
        agree(error)


def candidate(says: str, finish: str) -> dict[str, Any]:
    return {"candidates": [{"finishReason": finish, "finishMessage": says}]}


answers = st.one_of(
    bodies,
    st.builds(candidate, sentences, st.sampled_from(("STOP", "IMAGE_SAFETY", "NO_IMAGE", "OTHER"))),
    st.builds(
        lambda one: {"promptFeedback": {"blockReason": one}}, st.sampled_from(("OTHER", "SAFETY"))
    ),
    st.builds(
        lambda one: {"choices": [{"message": {"refusal": one}, "native_finish_reason": "SAFETY"}]},
        sentences,
    ),
    st.builds(lambda one: {"candidates": [{"content": {"parts": [{"text": one}]}}]}, sentences),
).map(lambda one: one if isinstance(one, bytes) else json.dumps(one).encode())
CATALOGUE = Catalogue()
PROVIDER = GeminiProvider(built_in()[0], lambda id: CATALOGUE.find("dgrid", id))


@given(st.sampled_from((200, 200, 200, 201, 400, 500, 503)), answers, st.booleans())
def test_an_answer_without_a_picture_agrees_with_its_bill(
    status: int, body: bytes, packed: bool
) -> None:
    request = GenerationRequest(profile="dgrid", model="gemini-3-pro-image", prompt="p")
    headers = {"content-encoding": "xyz"} if packed else {"content-type": "application/json"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer"
        path.write_bytes(body)
        source = AnswerSource(status=status, headers=headers, body=path, request=request)
        with pytest.raises(StudioError) as caught:
            PROVIDER.read(source)
    agree(caught.value)
    reads_well(caught.value)
    kept_answer.mark_kept(caught.value)
    agree(caught.value)


BROKEN = (
    OSError("x"), ConnectionRefusedError(), ConnectionResetError(), ssl.SSLError("x"),
    ssl.SSLCertVerificationError("x"), TimeoutError(), BrokenPipeError(),
)  # fmt: skip


def lost_connections() -> Iterator[StudioError]:
    flags = itertools.product((False, True), repeat=3)
    for error, (sent, whole, answering) in itertools.product(BROKEN, flags):
        yield connection_errors.explain(
            error, "https://h.example/v1", sent=sent, whole_request=whole, answering=answering
        )


def job(profile: str = "dgrid", started: float | None = 1.0) -> Job:
    request = GenerationRequest(profile=profile, model="m", prompt="p")
    return Job(id=new_id(), run=new_id(), request=request, created=0.0, started=started)


def damaged_entries() -> Iterator[StudioError]:
    class _Journal:
        unreadable = ()
        folder = Path("journal")

    for sent, answers_ in ((0, 0), (1, 0), (1, 1)):
        entries = recovery._DamagedEntries(every=1, sent=sent, answers=answers_)
        error = entries.trouble(_Journal())  # type: ignore[arg-type]
        assert error is not None
        yield error


def own_errors() -> Iterator[StudioError]:
    yield from lost_connections()
    yield from damaged_entries()
    for profile, started in itertools.product(("dgrid", OFFLINE), (None, 1.0)):
        yield failures.cancelled(job(profile, started))
        yield failures.bug(ValueError("x"), job(profile, started))
    yield incomplete(10, 1.0)
    yield recovery._unanswered()
    yield salvage.nothing_kept()
    yield fetching.refused("https://h", "No.")
    yield fetching.not_fetched("https://h", "No.")
    yield connection_errors.too_long(1 << 20)
    yield connection_errors.unreadable_encoding("br")
    for picture in (AnswerPicture(url="https://h"), AnswerPicture(data="€€€€")):
        with pytest.raises(StudioError) as caught:
            list(picture.chunks(Path("none")))
        yield caught.value
    for finish, block, words in itertools.product(
        ("STOP", "SAFETY", "RECITATION", "MAX_TOKENS", "NO_IMAGE", "X"), ("", "OTHER"), ("", "No.")
    ):
        yield refusals.explain(finish=finish, block=block, words=words)


def test_every_error_of_our_own_agrees_with_its_bill_whatever_is_found_out_later() -> None:
    every = list(own_errors())
    assert len(every) > 80
    for error in every:
        agree(error)
        if "may have been billed" in error.message:
            continue  # damaged entries, whose request is lost, so nothing more is found out
        for later, kept in itertools.product(Billed, (False, True)):
            error.billed, error.kept = later, kept
            agree(error)
            assert failures.failure_of(error).billed is later
            assert claims(failures.failure_of(error).hint) <= {later}


@pytest.mark.parametrize(
    ("says", "billed"), [*((one, Billed.NO) for one in STATEMENTS[:7]), (STATEMENTS[7], Billed.YES)]
)
def test_a_sentence_about_the_end_of_an_answer_settles_its_bill(says: str, billed: Billed) -> None:
    for told, words in ((says, ""), ("", says)):
        error = refusals.explain(finish="IMAGE_OTHER", told=told, words=words)
        assert error.billed is billed
        error.billed = Billed.MAYBE
        assert error.billed is billed
        agree(error)


def test_what_the_service_states_outranks_what_we_conclude() -> None:
    error = errors.ServiceError("No", billed=Billed.MAYBE, stated=Billed.NO)
    error.billed = Billed.MAYBE
    assert (error.billed, hint_with_warning(error)) == (Billed.NO, "")
    assert replace(failures.failure_of(error)).billed is Billed.NO


SPEAKERS = {
    "common/billing.py": "the sentences that are composed from `billed`",
    "cli/facts.py": "the number of such requests in the statistics",
    "cli/parser.py": "the help of a command that sends nothing",
    "generation/recovery.py": "the request itself is lost; `billed` is set beside",
    "ui/controllers/cancel_notice.py": "the number of such jobs, counted by `billed`",
    "ui/controllers/live_messages.py": "the bill of a failed job, from its outcome",
    "ui/controllers/retry.py": "the number of such jobs, counted by `billed`",
    "ui/dialogs/quit.py": "the number of such jobs, counted by state",
    "ui/support/job_outcome.py": "composed from `billed`",
    "ui/support/sidebar_items.py": "the number of such requests in the sum of a month",
    "ui/support/tile_content.py": "a retry, which only follows what was not billed",
}
"""Modules with texts about money: why they cannot contradict an error."""


def texts_about_money() -> Iterator[tuple[str, str]]:
    for name, source in texts_with("billed", "charged"):
        for node in nodes(parsed(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for text in node.args if node.func.id in ("_", "ngettext", "pgettext") else ():
                    words = getattr(text, "value", "")
                    if isinstance(words, str) and re.search(
                        r"\b(?:un)?(?:billed|charged)\b", words
                    ):
                        yield name, words


def test_only_what_knows_the_bill_speaks_of_money() -> None:
    found = set(texts_about_money())
    assert {place for place, _text in found} == set(SPEAKERS)
    assert [text for place, text in found if place == "generation/recovery.py"] == [
        "It may have been billed, and is not sent again."
    ]


def test_a_verdict_about_money_is_no_afterthought() -> None:
    """A failure is made of a final error: replacing its bill would leave its hint behind."""
    changed = [
        f"{name}:{node.lineno}"
        for name, source in texts_with("billed", "hint")
        for node in nodes(parsed(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("replace")
        and any(keyword.arg in ("billed", "hint") for keyword in node.keywords)
    ]
    assert changed == []
