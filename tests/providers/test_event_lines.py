"""An unrequested stream of events is read as the list of its events, in any pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.providers.gemini import scan
from tests.any_text import any_text
from tests.providers.scan_harness import scanned, unspilled

LONG = "A" * (scan.LONG + 700)
EVENT = st.dictionaries(
    any_text(max_size=6),
    st.integers() | any_text(max_size=9) | st.just(LONG) | st.lists(any_text()),
)
BETWEEN = st.sampled_from(["", ": ping\n", "event: message\n", "id: 7\nretry: 10\n", "\n\n"])


def lines(event, *, spread, newline):
    text = json.dumps(event, indent=1 if spread else None)
    return "".join(f"data: {line}{newline}" for line in text.split("\n")) + newline


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(EVENT, BETWEEN), min_size=1, max_size=4),
    st.lists(st.integers(0, 100_000), max_size=8),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "data: [DONE]\n\n", "data:[DONE]"]),
)
def test_every_event_is_found_at_any_chunk_borders(events, cuts, spread, newline, end):
    told = "".join(
        between + lines(event, spread=spread, newline=newline) for event, between in events
    )
    data = (told + end).encode()
    scanner = scanned(data, cuts)
    found = scanner.finish()
    assert found.complete
    assert not found.trailing
    assert unspilled(found.value, data) == [event for event, _between in events]


@settings(max_examples=80, deadline=None)
@given(EVENT, EVENT, st.data())
def test_a_stream_cut_within_an_event_is_never_whole(first, second, data):
    begun = lines(first, spread=False, newline="\n")
    body = (begun + lines(second, spread=False, newline="\n")).encode()
    least = len(begun) + len("data: {")
    cut = data.draw(st.integers(least, max(least, len(body) - 4)))
    if second:
        scanner = scanned(body[:cut], [cut // 2])
        assert not scanner.complete
        found = scanner.finish()
        assert found.json
        assert not found.complete


def test_only_the_service_says_that_a_stream_is_all_there():
    scanner = scanned(b'data: {"a": 1}\n\n')
    assert not scanner.complete
    scanner.feed(b"data: [DONE]\n\n")
    whole: bool = scanner.complete
    assert whole
    assert scanner.finish().value == [{"a": 1}]


def told(*events):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()


def candidates(*reasons):
    named = enumerate(reasons)
    return {
        "candidates": [
            {"index": place, **({"finishReason": reason} if reason else {})}
            for place, reason in named
        ]
    }


@pytest.mark.parametrize(
    ("events", "ended"),
    [
        ([candidates("")], False),
        ([candidates("STOP")], True),
        ([candidates(""), candidates("IMAGE_SAFETY"), {"usageMetadata": {}}], True),
        ([candidates("STOP", ""), candidates("FINISH_REASON_UNSPECIFIED")], False),
        ([candidates("STOP", ""), candidates("", "STOP")], True),
        ([{"response": candidates("STOP")}], True),
        ([{"choices": [{"delta": {}, "finish_reason": None}]}], False),
        ([{"choices": [{"delta": {}, "finish_reason": "stop"}]}], True),
        ([{"promptFeedback": {"blockReason": "SAFETY"}}], True),
        ([{"error": {"message": "overloaded"}}], True),
        ([{"usageMetadata": {"totalTokenCount": 3}}], False),
        ([7, "x", None], False),
    ],
)
def test_a_stream_whose_candidates_have_ended_need_not_say_so(events, ended):
    scanner = scanned(told(*events), [5, 17, 40])
    assert not scanner.complete
    assert scanner.ended is ended
    scanner.feed(b'data: {"candidates": [{')
    assert not scanner.ended, "what is begun is waited for"


@pytest.mark.parametrize(
    "body",
    [
        b'data: {"a": 1}\n\n{"a": 2}\n',
        b': hello\ndata: {"a": 1}\ndata: pong\n\ndata: {"a": 2}',
        b'event: x\ndata: {"a": 1}\n\nevent: y\ndata:{"a": 2}\n\ndata: [DONE]',
        b'data: {"a": 1} and more\n\n\ndata: {"a":\ndata: 2}\n\n',
    ],
)
def test_lines_that_are_no_events_are_passed_over(body):
    for size in range(1, 9):
        scanner = scanned(body, range(0, len(body), size))
        assert scanner.finish().value == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("body", [b": ping\n\n: ping\n", b"event: done\n\n", b"data: [DONE]\n\n"])
def test_a_stream_without_an_event_is_an_answer_that_did_not_come(body):
    found = scanned(body).finish()
    assert not found.complete
    assert found.json
