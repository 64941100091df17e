"""What the painter reads from the words of a prompt."""

from __future__ import annotations

import pytest

from studio.providers.sketch.brief import chosen_motif, read_prompt
from studio.providers.sketch.icon import GLYPHS
from studio.providers.sketch.painter import MOTIFS
from studio.providers.sketch.palettes import LIGHTS
from studio.providers.sketch.recipe import VARIANTS
from studio.providers.sketch.vocabulary import LIGHTS as LIGHT_WORDS
from studio.providers.sketch.vocabulary import MOTIFS as MOTIF_WORDS
from studio.providers.sketch.vocabulary import WEATHERS


@pytest.mark.parametrize(("word", "motif"), MOTIF_WORDS.items())
def test_every_motif_word_chooses_its_motif(word: str, motif: str) -> None:
    assert read_prompt(f"A quiet picture: {word.upper()}, please").motif == motif


def test_every_name_in_the_vocabulary_can_be_painted() -> None:
    assert set(MOTIF_WORDS.values()) == set(MOTIFS)
    assert set(LIGHT_WORDS.values()) | set(WEATHERS.values()) <= set(LIGHTS)
    assert set(VARIANTS["icon"]) == set(GLYPHS)


@pytest.mark.parametrize(
    ("prompt", "motif", "light", "weather"),
    [
        ("A lighthouse on a granite island at dusk, gouache", "lighthouse", "dusk", ""),
        ("Keep the composition, but move it to blue hour", "", "blue", ""),
        ("Pine forest in morning mist, layered paper cut", "forest", "mist", "fog"),
        ("Lighthouse in heavy fog", "lighthouse", "", "fog"),
        ("first snow over the city at night", "city", "night", "snow"),
        ("Sea of paper waves, red sun, screen print", "waves", "", ""),
        ("Geometric pattern, four colours, seamless, Bauhaus", "pattern", "", ""),
        ("夜の海", "waves", "night", ""),
        ("城市，雪", "city", "", "snow"),
        ("harbour linocut, two colours", "lighthouse", "mono", ""),
    ],
)
def test_prompts_of_designers(prompt: str, motif: str, light: str, weather: str) -> None:
    reading = read_prompt(prompt)
    assert (reading.motif, reading.light, reading.weather) == (motif, light, weather)


def test_a_colour_belongs_to_the_thing_it_stands_before() -> None:
    assert read_prompt("violet haze").hue == 264
    reading = read_prompt("waves under a red sun")
    assert reading.hue is None
    assert reading.sun_hue == 4
    assert read_prompt("a lighthouse with a teal roof").accent_hue == 180


def test_black_and_white_has_no_colour_at_all() -> None:
    reading = read_prompt("a forest, black and white")
    assert (reading.light, reading.manner) == ("mono", "grey")


def test_the_blue_of_blue_hour_is_a_light_and_no_tint() -> None:
    assert read_prompt("blue hour").hue is None


@pytest.mark.parametrize(
    "prompt", ["", "{", "}{|", "\n\n", "a\0b", "🦊🌊", "x" * 10_000, "\ud83d", "# note", "%s{0}"]
)
def test_any_text_finds_a_motif_that_stays(prompt: str) -> None:
    assert read_prompt(prompt).motif == ""
    text = prompt.encode("utf-8", "replace").decode()
    assert chosen_motif(text) == chosen_motif(text)
    assert chosen_motif(text) in MOTIFS


def test_unknown_words_do_not_all_become_the_same_motif() -> None:
    assert len({chosen_motif(f"qx{number}") for number in range(60)}) >= 8
