"""Each kind of failed response has its consequences, whoever sends it and in whatever words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.common.billing import hint_with_warning
from studio.common.errors import Billed, StudioError
from studio.providers.gemini.errors import from_status
from tests.providers.error_examples import BILLED, CAUSES, COUNTRY, Expected, Response

CASES = [(expected, one) for expected, some in CAUSES.values() for one in some]
NAMES = [f"{name} {n}" for name, (_e, some) in CAUSES.items() for n, _one in enumerate(some)]


def error_of(one: Response) -> StudioError:
    headers = {name.lower(): value for name, value in one.headers.items()}
    return from_status(
        one.status, headers, one.body, model="gemini-x", references=one.references, key="canary-9"
    )


@pytest.mark.parametrize(("expected", "one"), CASES, ids=NAMES)
def test_a_kind_has_its_consequences(expected: Expected, one: Response) -> None:
    found = error_of(one)
    assert (found.kind, found.billed) == (expected.kind, expected.billed), found
    assert (found.repeats if found.retryable else 0) == expected.requests - 1
    assert expected.hint in hint_with_warning(found)
    assert found.title


@pytest.mark.parametrize(("expected", "one"), CASES, ids=NAMES)
def test_the_services_sentence_is_read(expected: Expected, one: Response) -> None:
    found = error_of(one)
    if one.says.startswith(("upstream error: ", "litellm.")):
        assert found.message == one.says.partition(": ")[2]
    elif one.says:
        assert found.message == one.says


def test_every_kind_has_at_least_three_members() -> None:
    assert all(len(some) >= 3 for _expected, some in CAUSES.values())


@pytest.mark.parametrize("one", BILLED)
def test_what_the_service_says_it_billed_is_billed_and_not_sent_again(one: Response) -> None:
    found = error_of(one)
    assert (found.billed, found.retryable) == (Billed.YES, False)
    assert "billed again" in hint_with_warning(found)


@pytest.mark.parametrize("one", COUNTRY)
def test_a_country_is_no_fault_of_the_key(one: Response) -> None:
    found = error_of(one)
    assert "country" in found.title
    assert "key" not in f"{found.title} {found.hint}"


LINES = (Path(__file__).parent / "error_reports.jsonl").read_text("utf-8").splitlines()
REPORTS = [json.loads(line) for line in LINES]
"""Bodies written after the program was, in the words of services, gateways and proxies."""


@pytest.mark.parametrize(
    "one", REPORTS, ids=[f"{n} {one['status']}" for n, one in enumerate(REPORTS)]
)
def test_a_reported_body_has_its_consequences(one: dict[str, Any]) -> None:
    found = error_of(Response(one["status"], one["body"].encode()))
    told = (found.kind, found.billed, found.repeats + 1 if found.retryable else 1)
    assert told == (one["kind"], one["billed"], one["requests"]), found
    assert one["says"] in found.message
