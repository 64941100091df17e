"""Token counts of every family of interfaces, and the cost that follows from them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.domain.entities import CostBasis
from studio.domain.pricing import cost
from studio.domain.usage import Usage
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import usage

BEST = Catalogue(today=lambda: "2026-11-23").find("dgrid", "gemini-nano-banana-2.1")
OURS = Usage(prompt_tokens=14, answer_tokens=1120, image_tokens=1120, total_tokens=1134)

CHAT = {"prompt_tokens": 14, "completion_tokens": 1120, "total_tokens": 1134}
OTHER = {"input_tokens": 14, "output_tokens": 1120, "total_tokens": 1134}
FAMILIES: dict[str, Any] = {
    "chat": {"choices": [], "usage": CHAT},
    "chat with details": {"usage": {
        **CHAT, "completion_tokens_details": {"image_tokens": 1120, "reasoning_tokens": 0}}},
    "chat that thought": {"usage": {
        "prompt_tokens": 14, "completion_tokens": 1220, "total_tokens": 1234,
        "completion_tokens_details": {"reasoning_tokens": 100}}},
    "images": {"data": [], "usage": {
        **OTHER, "input_tokens_details": {"text_tokens": 14, "image_tokens": 0}}},
    "responses": {"output": [], "usage": {
        **OTHER, "output_tokens_details": {"image_tokens": 1120, "text_tokens": 0}}},
    "responses, the last event": {"type": "response.completed", "response": {"usage": OTHER}},
    "interactions": {"steps": [], "usage": {
        "total_input_tokens": 14, "total_output_tokens": 1120, "total_tokens": 1134,
        "output_tokens_by_modality": [{"modality": "image", "tokens": 1120}]}},
    "details of zeros": {"usage": {**CHAT, "completion_tokens_details": {"image_tokens": 0}}},
    "in data": {"data": [{"usage": CHAT}]},
    "numbers as texts": {"usage": {name: str(one) for name, one in CHAT.items()}},
}  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_is_counted_alike(name: str) -> None:
    found = usage.read(FAMILIES[name])
    assert found is not None
    thoughts = found.thought_tokens
    assert (found.prompt_tokens, found.answer_tokens, found.image_tokens) == (14, 1120, 1120)
    assert found.total_tokens == 1134 + thoughts
    usd, basis = cost(found, BEST, "1K")
    expected, _basis = cost(OURS, BEST, "1K")
    assert basis is CostBasis.USAGE
    assert usd == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("value", [{}, {"usage": None}, {"usage": []}, {"usage": 4}, [], None, "x"])
def test_nothing_is_counted_where_nothing_is_said(value: Any) -> None:
    assert usage.read(value) is None


@pytest.mark.parametrize("field", ["cost", "total_cost", "cost_usd"])
def test_what_the_service_says_it_charged_is_the_cost(field: str) -> None:
    found = usage.read({"usage": {**CHAT, field: 0.0421}})
    assert cost(found, BEST, "1K", queries=3) == (0.0421, CostBasis.USAGE)


@pytest.mark.parametrize("odd", [0, -1, 1400, 0.00001, True, "0.04", None, float("nan")])
def test_a_cost_in_another_unit_is_not_believed(odd: Any) -> None:
    found = usage.read(json.loads(json.dumps({"usage": {**CHAT, "cost": odd}})))
    assert cost(found, BEST, "1K") == cost(OURS, BEST, "1K")
