"""Extra fields of a provider: what is accepted, what is refused in which words, how they merge."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.common.errors import InputError
from studio.domain import extra_fields
from tests.any_text import any_text


@pytest.mark.parametrize("text", ["", " \n", "{}", " { } "])
def test_nothing_is_no_extra_fields(text: str) -> None:
    assert extra_fields.checked(text) == ""
    assert extra_fields.parse(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        '{"topP": 0.9, "topK": 40}',
        '\n{ "imageConfig": {"personGeneration": "ALLOW_ADULT"} }\n',
        '{"image_config": {"imageOutputOptions": {"mimeType": "image/png"}}}',
        '{"thinkingConfig": {"includeThoughts": true, "thinkingBudget": 1024}}',
        '{"a": {"seed": 1}, "b": [{"temperature": 2}]}',
        '{"a": 9223372036854775807, "b": null, "c": "NaN and Infinity"}',
        '{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}',
    ],
)
def test_valid_fields_stay_as_they_were_typed(text: str) -> None:
    assert extra_fields.checked(text) == text.strip()
    assert extra_fields.parse(text) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"topP": 0.9', "line 1, column 13"),
        ('{\n  "topP": 0.9,\n  topK: 4\n}', "line 3, column 3"),
        ('{"topP": 0,9}', "line 1"),
        ("{'topP': 1}", "line 1, column 2"),
        ("{“topP”: 1}", "straight quotes"),
        ('{"a": 1} {"b": 2}', "line 1, column 10"),
        ("[1, 2]", "not a JSON object"),
        ("7", "not a JSON object"),
        ('"topP"', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"a": NaN}', "Line 1, column 7: NaN is not a number"),
        ('{"NaN": 1,\n"a": [1, -Infinity]}', "Line 2, column 10: -Infinity is not a number"),
        ('{"a": "1e999",\n "b": 1e999}', "Line 2, column 7: 1e999 is not a number"),
        ('{"a": 9223372036854775808}', "9223372036854775808 is not a number"),
        ('{"a": %s}' % ("9" * 5000), "is not a number"),
        ('{"topP": 1, "topP": 2}', "topP occurs more than once"),
        ('{"a": {"b": 1, "b": 1}}', "b occurs more than once"),
        ('{"topP": 1, "top_p": 2}', "topP and top_p are the same field"),
        ('{"x":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}', "8 levels"),
        ('{"a":' + "[" * 2000 + "]" * 2000 + "}", "8 levels"),
        ('{"a": "%s"}' % ("x" * 16400), "larger than 16 KB"),
        ('{"a": "\\ud800"}', "characters that cannot be sent"),
        ('{"imageConfig": 4}', "imageConfig is not an object"),
        ('{"thinking_config": null}', "thinking_config is not an object"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        extra_fields.checked(text)
    error = caught.value
    assert error.title == "The extra fields are not valid"
    assert says in f"{error.message} {error.hint}"
    assert error.hint.strip()
    assert len(error.message) < 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"responseModalities": ["TEXT"]}', "responseModalities is set by Gridbrush"),
        ('{"response_modalities": ["TEXT"]}', "response_modalities is set by Gridbrush"),
        ('{"candidateCount": 4}', "candidateCount is set"),
        ('{"CANDIDATE-COUNT": 4}', "is set by Gridbrush"),
        ('{"responseMimeType": "application/json"}', "is set by Gridbrush"),
        ('{"responseSchema": {}}', "is set by Gridbrush"),
        ('{"responseFormat": []}', "is set by Gridbrush"),
        ('{"seed": 4}', "chosen for each picture"),
        ('{"temperature": 0.1}', "chosen for each picture"),
        ('{"imageConfig": {"aspectRatio": "1:1"}}', "chosen for each picture"),
        ('{"image_config": {"image_size": "4K"}}', "chosen for each picture"),
        ('{"thinkingConfig": {"thinkingLevel": "HIGH"}}', "chosen for each picture"),
        ('{"generationConfig": {"topP": 1}}', "Write only what belongs inside"),
        ('{"contents": []}', "not a field of generationConfig"),
        ('{"tools": [{"googleSearch": {}}]}', "not a field of generationConfig"),
        ('{"safetySettings": []}', "not a field of generationConfig"),
        ('{"apiKey": "sk-1234"}', "looks like a key"),
        ('{"a": [{"Authorization": "Bearer sk-1234"}]}', "looks like a key"),
    ],
)
def test_what_the_program_controls_cannot_be_changed_in_any_spelling(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        extra_fields.checked(text)
    assert says in f"{caught.value.message} {caught.value.hint}"
    assert "sk-1234" not in str(caught.value)


OURS: dict[str, Any] = {
    "responseModalities": ["IMAGE"],
    "imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"},
    "seed": 7,
    "thinkingConfig": {"thinkingLevel": "HIGH"},
}


def merged(text: str, config: dict[str, Any] | None = None) -> dict[str, Any]:
    made = copy.deepcopy(OURS if config is None else config)
    extra_fields.merge(made, text)
    return made


def test_fields_are_merged_deeply_and_into_one_spelling() -> None:
    made = merged('{"topP": 0.9, "image_config": {"personGeneration": "ALLOW_ADULT"}}')
    assert made == {
        **OURS,
        "topP": 0.9,
        "imageConfig": {**OURS["imageConfig"], "personGeneration": "ALLOW_ADULT"},
    }
    alone = merged('{"image_config": {"personGeneration": "ALLOW_ADULT"}}', {"seed": 1})
    assert alone == {"seed": 1, "imageConfig": {"personGeneration": "ALLOW_ADULT"}}


def test_a_thinking_level_replaces_a_budget_because_services_refuse_both() -> None:
    text = '{"thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": true}}'
    assert merged(text)["thinkingConfig"] == {"thinkingLevel": "HIGH", "includeThoughts": True}
    assert merged(text, {})["thinkingConfig"] == {"thinkingBudget": 1024, "includeThoughts": True}


NAMES = st.sampled_from(
    ["topP", "top_p", "seed", "Seed", "imageConfig", "image_config", "aspectRatio", "imageSize",
     "thinkingConfig", "thinkingLevel", "thinkingBudget", "responseModalities", "candidate_count",
     "mediaResolution", "x"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | any_text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_no_extra_fields_change_what_the_program_sends(fields: dict[str, Any]) -> None:
    text = json.dumps(fields)
    try:
        made = merged(text)
    except InputError:
        return
    assert made["imageConfig"].items() >= OURS["imageConfig"].items()
    assert made["thinkingConfig"].items() >= OURS["thinkingConfig"].items()
    assert (made["responseModalities"], made["seed"]) == (["IMAGE"], 7)
    spelled = [name.replace("_", "").lower() for name in made]
    assert len(spelled) == len(set(spelled)), "one field in two spellings"


@given(any_text(max_size=60) | st.binary(max_size=60).map(lambda data: data.decode("latin-1")))
def test_any_text_is_fields_or_one_kind_of_error(text: str) -> None:
    try:
        found: Any = extra_fields.parse(text)
    except InputError as error:
        found = error
    assert isinstance(found, dict) or found.title == "The extra fields are not valid"
