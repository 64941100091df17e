"""Names of models in sentences: whatever the title, the sentence stays one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import studio
from studio.common.errors import InputError
from studio.domain import runs
from studio.domain.drafts import Draft
from studio.domain.entities import Advanced, SafetySetting
from studio.domain.models import Model
from studio.providers.catalogue import Catalogue

CATALOGUE = Catalogue()
MODELS = [model for profile in ("sketch", "dgrid", "google") for model in CATALOGUE.models(profile)]
ODD = ["Ours, but faster", "Paint: now!", "x (v2)", "a. b", "“Best”", "gpt-image 1.5/hd"]

_QUOTED = re.compile("“[^”]*”+")


def refusals(model: Model) -> list[str]:
    """Titles of the errors about choices that this model does not support."""
    plain = replace(
        model,
        thinking=(), search=False, image_search=False, media_resolution=(), safety=False,
        temperature=False, system=False, advisory=False, aspects=("1:1",), sizes=("1K",),
    )  # fmt: skip
    draft = Draft(prompt="a lamp", profile="dgrid", model=model.id, aspect="1:1")
    block = SafetySetting(category="HARM_CATEGORY_HARASSMENT", threshold="BLOCK_NONE")
    asked = [
        *(
            replace(draft, advanced=advanced)
            for advanced in (
                Advanced(system="x"),
                Advanced(thinking="high"),
                Advanced(search=True),
                Advanced(detail="high"),
                Advanced(safety=(block,)),
            )
        ),
        replace(draft, aspect="3:2"),
        replace(draft, size="4K"),
    ]
    told = []
    for one in asked:
        with pytest.raises(InputError) as caught:
            runs.plan(one, plain, ("a lamp",))
        told.append(caught.value.title)
    return told


@pytest.mark.parametrize("title", [*dict.fromkeys(model.title for model in MODELS), *ODD])
def test_a_refusal_is_one_sentence_with_the_title_as_it_is(title: str) -> None:
    for told in refusals(replace(MODELS[0], title=title)):
        assert title in told
        around = _QUOTED.sub("MODEL", told).replace(title, "MODEL")
        assert re.match(r"MODEL does not support ", around), told


def test_only_titles_with_punctuation_are_in_quotes() -> None:
    names = [replace(MODELS[0], title=title).name_in_text for title in ("Nano Banana 2.1", *ODD)]
    assert [name.startswith("“") for name in names] == [False, True, True, True, False, True, False]


def test_no_sentence_has_a_bare_title() -> None:
    """Read from the source: `name_in_text` is the one for placeholders and before colons."""
    sources = Path(studio.__file__).parent.rglob("*.py")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sources
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"model=(self\._?)?model\.title|\{model\.title\}", line)
    ]
    assert found == []
