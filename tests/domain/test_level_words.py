"""Levels of thinking and of detail, in the user's language."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest

from studio.app.export.captions import caption
from studio.app.picture_settings import as_text
from studio.common import i18n
from studio.domain.contact_sheet import SheetCaption
from studio.domain.entities import Advanced
from studio.domain.models import THINKING
from studio.domain.request_fields import detail_word, thinking_word
from tests.ui.scripted_library import picture


class Loud(gettext.NullTranslations):
    """A language of capitals."""

    def pgettext(self, context: str, message: str) -> str:
        return message.upper()


@pytest.fixture
def loud() -> Iterator[None]:
    i18n.use(Loud())
    yield
    i18n.use(gettext.NullTranslations())


@pytest.mark.usefixtures("loud")
def test_every_level_is_said_in_the_users_language() -> None:
    assert [thinking_word(level) for level in THINKING] == ["MINIMAL", "LOW", "MEDIUM", "HIGH"]
    assert detail_word("ultra_high") == "ULTRA HIGH"


def test_a_level_that_is_unknown_here_is_said_as_it_is() -> None:
    assert (thinking_word("deep\u202e"), detail_word("very_fine")) == ("deep", "very fine")
    assert (thinking_word(""), detail_word("")) == ("", "")


@pytest.mark.usefixtures("loud")
def test_captions_and_copied_settings_say_the_level_so() -> None:
    made = picture(1, advanced=Advanced(thinking="high"))
    assert "Thinking HIGH" in caption(made, SheetCaption.SETTINGS)
    assert "Thinking: HIGH" in as_text([made])
