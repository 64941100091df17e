"""The grammar of prompts: groups, escapes, notes; and text that only looks like it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.common.errors import InputError
from studio.domain.prompt_variants import (
    Span,
    Variant,
    VariantGroup,
    count,
    expand,
    parse,
    variants,
)
from tests.any_text import any_text


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a lighthouse", ["a lighthouse"]),
        ("", [""]),
        ("{dusk | dawn} light", ["dusk light", "dawn light"]),
        ("{a|b} {1|2}", ["a 1", "a 2", "b 1", "b 2"]),
        ("{a {x|y}|b}", ["a x", "a y", "b"]),
        ("{a|{b|{c|d}}}", ["a", "b", "c", "d"]),
        ("red{| hot} car", ["red car", "redhot car"]),
        ("{a|a}", ["a", "a"]),
        ("a | b", ["a | b"]),
        ("{just text}", ["{just text}"]),
        ('{"size": [1, 2]}', ['{"size": [1, 2]}']),
        ('{"mood": {calm|wild}}', ['{"mood": calm}', '{"mood": wild}']),
        (r"\{a\|b\}", ["{a|b}"]),
        (r"{a\|b|c}", ["a|b", "c"]),
        (r"{a\}|b}", ["a}", "b"]),
        (r"C:\new \d", [r"C:\new \d"]),
        ("open {a|b", ["open {a|b"]),
        ("open {a|{b|c}", ["open {a|b", "open {a|c"]),
        ("close } here", ["close } here"]),
        ("# a note\na picture", ["a picture"]),
        ("a picture\n# {x|y} note\nof a cat", ["a picture\nof a cat"]),
        ("{a\n# note | here\n|b}", ["a", "b"]),
        ("a #1 picture\n #2", ["a #1 picture\n #2"]),
        ("# only a note", [""]),
        ("{Ü 灯台|😀}!", ["Ü 灯台!", "😀!"]),
    ],
)
def test_a_prompt_makes_these_in_reading_order(prompt, expected):
    assert list(expand(prompt)) == expected
    assert count(prompt) == len(expected)


def test_each_variant_is_named_by_the_words_that_set_it_apart():
    assert variants("a {tower|barn {red|old}} at {blue hour|}") == (
        Variant("a tower at blue hour", "tower, blue hour"),
        Variant("a tower at", "tower"),
        Variant("a barn red at blue hour", "barn red, blue hour"),
        Variant("a barn red at", "barn red"),
        Variant("a barn old at blue hour", "barn old, blue hour"),
        Variant("a barn old at", "barn old"),
    )


def test_the_editor_learns_where_everything_is():
    parsed = parse("# n\n{a|{b|c}} } {x| } {")
    assert parsed.groups == (
        VariantGroup(4, 13, (6,)),
        VariantGroup(7, 12, (9,)),
        VariantGroup(16, 21, (18,)),
    )
    assert parsed.comments == (Span(0, 4),)
    assert parsed.warnings == (Span(14, 15), Span(18, 21), Span(22, 23))
    assert parsed.count == 6


def test_too_many_variants_are_refused_without_making_them():
    assert count("{a|b}" * 8) == 256
    assert len(expand("{a|b}" * 8)) == 256
    with pytest.raises(InputError, match="Too many"):
        expand("{a|b}" * 9)
    with pytest.raises(InputError, match="Too many"):
        expand("{a|b}" * 5000)


@pytest.mark.parametrize(
    "prompt", ["{" * 30_000, "{" * 15_000 + "}" * 15_000, "{a|" * 9000 + "}" * 9000]
)
def test_piles_of_braces_do_no_harm(prompt):
    assert parse(prompt).count == count(prompt) >= 1


@given(st.text(alphabet="ab{|}\\# \n", max_size=40))
def test_any_text_is_a_prompt(prompt):
    number = count(prompt)
    assert number == parse(prompt).count >= 1
    if number <= 256:
        assert len(expand(prompt)) == number


@given(any_text(max_size=60).filter(lambda text: "#" not in text and "\r" not in text))
def test_escaped_text_is_sent_as_it_was_meant(text):
    plain = text.replace("\\", "").strip()
    escaped = "".join(f"\\{sign}" if sign in "{|}" else sign for sign in plain)
    assert expand(escaped) == (plain,)


JSON = st.recursive(
    st.integers() | st.text(alphabet="ab c", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner),
    max_leaves=8,
)


@given(JSON)
def test_pasted_json_is_text(value):
    text = json.dumps(value, indent=1)
    assert expand(text) == (text,)
