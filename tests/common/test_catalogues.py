"""Every language that is shipped is whole, fits the source, and is found by the program."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "resources" / "locale"
GLOSSARIES = ROOT / "docs" / "glossary"

LANGUAGES = sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/gridbrush.po"))

PLACEHOLDER = re.compile(r"\{(\w+)(?:[:!][^}]*)?\}")
MARKUP = re.compile(r"</?\w[^<>]*>|&\w+;")
COMMAND = re.compile(r"`[^`]+`|(?<![\w-])--[a-z][a-z-]*|\b\w+:(?:>=?|<)\d")
ACCELERATOR = re.compile(r"&(?=[^&\s])")


@cache
def template() -> Catalog:
    """The messages of the source."""
    with (LOCALE / "gridbrush.pot").open("rb") as stream:
        return read_po(stream)


@cache
def catalogue(language: str) -> Catalog:
    """The translations into a language."""
    with (LOCALE / language / "LC_MESSAGES" / "gridbrush.po").open("rb") as stream:
        return read_po(stream, locale=language)


def texts(value: object) -> tuple[str, ...]:
    """The forms of a message or of its translation."""
    return tuple(map(str, value)) if isinstance(value, (tuple, list)) else (str(value),)


def context_of(message: Message) -> str | None:
    """The context of a compiled message, which Babel leaves encoded."""
    context: object = message.context
    return context.decode() if isinstance(context, bytes) else message.context


def translated(language: str) -> list[tuple[Message, str, str]]:
    """Each message of a language, with each of its forms beside the English one."""
    mine = catalogue(language)
    of_one = form_of_one(mine)
    return [
        (message, texts(message.id)[0 if index == of_one else -1], form)
        for message in mine
        if message.id
        for index, form in enumerate(texts(message.string))
    ]


def form_of_one(mine: Catalog) -> int | None:
    """Which plural form is that of one thing; None where one is said as many are."""
    rules = gettext.c2py(mine.plural_expr)
    return None if rules(1) == rules(2) else rules(1)


def faults(english: str, form: str, *, plural: bool) -> list[str]:
    """What a translation of one text breaks."""
    found = []
    wanted, given = (set(PLACEHOLDER.findall(text)) for text in (english, form))
    # A language may say "one picture" for "{n} picture".
    if wanted - {"n"} != given - {"n"} or given - wanted or (not plural and wanted != given):
        found.append(f"placeholders {sorted(wanted ^ given)}")
    for kind, pattern in (("markup", MARKUP), ("commands", COMMAND)):
        if Counter(pattern.findall(english)) != Counter(pattern.findall(form)):
            found.append(kind)
    if len(ACCELERATOR.findall(english)) != len(ACCELERATOR.findall(form)):
        found.append("accelerator")
    if english.count("%%") != form.count("%%"):
        found.append("percent signs of the command line's help")
    if english.count("\n") != form.count("\n"):
        found.append("lines")
    if [english[:1].isspace(), english[-1:].isspace()] != [form[:1].isspace(), form[-1:].isspace()]:
        found.append("spaces at the ends")
    if english.rstrip().endswith("…") != form.rstrip().endswith("…"):
        found.append("three dots at the end")
    if (english.rstrip()[-1:] in ".。") != (form.rstrip()[-1:] in ".。") and " " in english.strip():
        found.append("full stop at the end")
    return found


RIGHT_TO_LEFT = {"ar"}
IN_LATIN_LETTERS = re.compile(
    r"`[^`]+`|(?<![`\w-])--[a-z][a-z-]*"
    r"|\{(?:name|names|file|folder|path|source|target|where|provider|model|host|url|address"
    r"|variable|keys|words|word|value|letter|letters|version|colour|aspect|shape|ratio)\}"
)
"""What keeps its direction between words that run from right to left."""

ISOLATED = re.compile(r"[\u2066\u2068][^\u2066-\u2069]*\u2069")

STORED = re.compile(r"copy|[Pp]art of|\{name\} with|Reframe of")
"""Titles and names that are kept in the library or the settings, without signs for the screen."""

SHORT_FORMS = {"{n}th", "{n}st", "{n}nd", "{n}rd"}
"""Messages that may end with another sign."""

JOINTS = {("between sentences", " "), ("in a list", ", ")}
"""What stands between two texts, which may be nothing, or another sign."""


def test_there_are_languages() -> None:
    assert set(LANGUAGES) >= {"de", "fr", "es", "ja", "zh_CN", "ar"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_complete(language: str) -> None:
    mine = catalogue(language)
    missing = [
        message.id
        for message in template()
        if message.id
        and (
            (found := mine.get(message.id, message.context)) is None
            or found.fuzzy
            or not all(texts(found.string))
        )
        and (message.context, message.id) not in JOINTS
    ]
    assert not missing, "translate these: docs/translating.md tells how"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fits_its_message(language: str) -> None:
    wrong = {
        form: broken
        for message, english, form in translated(language)
        if form
        and (message.context, message.id) not in JOINTS
        and english not in SHORT_FORMS
        and (broken := faults(english, form, plural=message.pluralizable))
    }
    assert not wrong


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_latin_letters_keep_their_direction(language: str) -> None:
    bare = [
        form
        for _message, english, form in translated(language)
        if not STORED.search(english)
        and re.search("[\u0600-\u06ff]", form)
        and IN_LATIN_LETTERS.search(ISOLATED.sub("", form))
    ]
    assert not bare, "between U+2068 and U+2069; options between U+2066 and U+2069"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_form_of_the_language_is_there(language: str) -> None:
    mine = catalogue(language)
    wrong = [
        message.id
        for message in mine
        if message.pluralizable and len(texts(message.string)) != mine.num_plurals
    ]
    assert not wrong
    assert mine.locale == Locale.parse(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "gridbrush.mo").open("rb") as stream:
        compiled = read_mo(stream)
    expected = {
        (message.context, texts(message.id)): texts(message.string)
        for message in catalogue(language)
        if message.id and all(texts(message.string)) and not message.fuzzy
    }
    found = {
        (context_of(message), texts(message.id)): texts(message.string)
        for message in compiled
        if message.id
    }
    assert found == expected, "pybabel compile -D gridbrush -d resources/locale"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_a_glossary_with_the_words_of_the_trade(language: str) -> None:
    page = (GLOSSARIES / f"{language}.md").read_text("utf-8")
    words = {row.split("|")[1].strip() for row in page.splitlines() if row.startswith("|")}
    english = (GLOSSARIES / "README.md").read_text("utf-8")
    wanted = {row.split("|")[1].strip() for row in english.splitlines() if row.startswith("|")}
    assert wanted - words == set(), "terms without a translation"


@pytest.mark.parametrize(
    ("english", "form", "fault"),
    [
        ("Move {name}", "Verschieben", "placeholders"),
        ("Move {name}", "{nam} verschieben", "placeholders"),
        ("{n} of {all}", "von {all}", "placeholders"),
        ("Run `gridbrush models`", "`gridbrush modelle` ausführen", "commands"),
        ("Add --yes to go", "Mit --ja weiter", "commands"),
        ("Rate it rating:>=4", "Bewerten wertung:>=4", "commands"),
        ("<b>Now</b>", "<b>Jetzt<b>", "markup"),
        ("Now", "Jetzt <br>", "markup"),
        ("&Open", "Öffnen", "accelerator"),
        ("50%% of it", "50% davon", "percent"),
        ("Key: ", "Schlüssel:", "spaces"),
        ("Rename…", "Umbenennen", "three dots"),
        ("It is done.", "Es ist fertig", "full stop"),
        ("One\nTwo", "Eins Zwei", "lines"),
    ],
)
def test_what_breaks_a_message_is_found(english: str, form: str, fault: str) -> None:
    assert any(one.startswith(fault) for one in faults(english, form, plural=False))


def test_a_singular_may_be_said_without_its_number() -> None:
    assert not faults("{n} picture of {all}", "ein Bild von {all}", plural=True)
