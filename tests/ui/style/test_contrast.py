"""Every text on every ground it stands on can be read, in every theme."""

from __future__ import annotations

import pytest
from msgspec.structs import fields
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from studio.domain.markup import MARK_COLOURS
from studio.ui.style import stylesheet
from studio.ui.style.roles import DARK, HIGH_DARK, HIGH_LIGHT, LIGHT, ColorRoles
from studio.ui.style.stylesheet import SEEN, contrast
from studio.ui.style.theme import LEGIBLE, Theme

# The ratios of the design against panel, mat and raise. Its table is rounded here and cut there:
# they agree within 0.1.
PLAIN: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "line": ((1.4, 1.5, 1.2), (1.4, 1.2, 1.6)),
    "edge": ((3.6, 3.9, 3.2), (4.1, 3.5, 4.5)),
    "text": ((14.5, 15.6, 12.7), (15.7, 13.4, 17.4)),
    "text2": ((9.0, 9.6, 7.9), (8.4, 7.2, 9.3)),
    "text3": ((6.4, 6.8, 5.6), (5.8, 4.9, 6.4)),
    "off": ((3.3, 3.6, 2.9), (2.9, 2.5, 3.2)),
    "accent": ((6.1, 6.5, 5.3), (5.4, 4.6, 6.0)),
    "ink": ((8.6, 9.2, 7.5), (6.5, 5.6, 7.2)),
    "ok": ((8.1, 8.7, 7.1), (6.9, 5.9, 7.6)),
    "warn": ((9.0, 9.7, 7.9), (6.4, 5.5, 7.1)),
    "bad": ((6.8, 7.3, 5.9), (6.7, 5.8, 7.5)),
    "star": ((10.6, 11.4, 9.3), (5.3, 4.6, 5.9)),
    "focus": ((16.9, 18.1, 14.7), (15.7, 13.4, 17.4)),
}
PAIRS: dict[tuple[str, str], tuple[float, float]] = {
    ("ink", "tint"): (7.9, 6.0),
    ("onfill", "fill"): (5.5, 6.2),
    ("onfill", "fillh"): (4.9, 6.8),
    ("onfill", "fillp"): (6.8, 8.3),
    ("warn", "warnbg"): (7.4, 5.8),
    ("bad", "badbg"): (5.8, 6.0),
}
THEMES = pytest.mark.parametrize("roles", [DARK, LIGHT], ids=["dark", "light"])
ALL_THEMES = pytest.mark.parametrize(
    "roles",
    [DARK, LIGHT, HIGH_DARK, HIGH_LIGHT],
    ids=["dark", "light", "high-dark", "high-light"],
)
HIGH = pytest.mark.parametrize("roles", [HIGH_DARK, HIGH_LIGHT], ids=["dark", "light"])
TEXTS = ("text", "text2", "text3", "ink", "ok", "warn", "bad")
GROUNDS = ("panel", "mat", "raise_", "sunk", "hover", "cell")
# Text on grounds of its own, as the style sheet and the painted controls use it.
USED = (
    ("text", "press"),
    ("text2", "press"),
    ("text", "toggled"),
    ("text", "chosen"),
    ("text", "warnbg"),
    ("text2", "warnbg"),
    ("warn", "warnbg"),
    ("text", "badbg"),
    ("text2", "badbg"),
    ("bad", "badbg"),
    ("text", "tint"),
    ("ink", "tint"),
    ("onfill", "fill"),
    ("onfill", "fillh"),
    ("onfill", "fillp"),
    ("ontoast", "toast"),
    ("toastlink", "toast"),
    ("text", "tilehover"),
    ("text2", "tilehover"),
    ("text3", "tilehover"),
)


def luminance(colour: QColor) -> float:
    """Relative luminance of WCAG 2."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def over(front: str, ground: str) -> QColor:
    """A colour that lets some of its ground through, as it is seen."""
    top, under = QColor(front), QColor(ground)
    alpha = top.alphaF()
    mixed = [
        round(255 * (alpha * a + (1 - alpha) * b))
        for a, b in (
            (top.redF(), under.redF()),
            (top.greenF(), under.greenF()),
            (top.blueF(), under.blueF()),
        )
    ]
    return QColor(*mixed)


def ratio(front: str | QColor, ground: str | QColor) -> float:
    one, two = luminance(QColor(front)), luminance(QColor(ground))
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)


def test_the_ratio_is_that_of_wcag() -> None:
    assert ratio("#ffffff", "#000000") == pytest.approx(21)
    assert ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("role", PLAIN)
@THEMES
def test_ratios_are_those_of_the_design(role: str, roles: ColorRoles) -> None:
    told = PLAIN[role][0 if roles is DARK else 1]
    got = [ratio(getattr(roles, role), ground) for ground in (roles.panel, roles.mat, roles.raise_)]
    assert got == pytest.approx(told, abs=0.1)


@pytest.mark.parametrize("pair", PAIRS)
@THEMES
def test_ratios_of_fills_and_tints_are_those_of_the_design(
    pair: tuple[str, str], roles: ColorRoles
) -> None:
    told = PAIRS[pair][0 if roles is DARK else 1]
    got = ratio(getattr(roles, pair[0]), getattr(roles, pair[1]))
    assert got == pytest.approx(told, abs=0.1)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
@ALL_THEMES
def test_text_can_be_read_on_every_ground(text: str, ground: str, roles: ColorRoles) -> None:
    assert ratio(getattr(roles, text), getattr(roles, ground)) >= 4.5


@pytest.mark.parametrize("pair", USED)
@ALL_THEMES
def test_text_can_be_read_on_grounds_of_its_own(pair: tuple[str, str], roles: ColorRoles) -> None:
    assert ratio(getattr(roles, pair[0]), getattr(roles, pair[1])) >= 4.5


@pytest.mark.parametrize("line", ["edge", "accent", "focus"])
@pytest.mark.parametrize("ground", ["panel", "mat", "raise_", "sunk"])
@ALL_THEMES
def test_outlines_that_are_the_only_cue_can_be_seen(
    line: str, ground: str, roles: ColorRoles
) -> None:
    assert ratio(getattr(roles, line), getattr(roles, ground)) >= 3


@pytest.mark.parametrize(("words", "under"), [("ok", "addbg"), ("bad", "rembg")])
@pytest.mark.parametrize("ground", ["panel", "mat", "sunk"])
@ALL_THEMES
def test_changed_words_can_be_read(words: str, under: str, ground: str, roles: ColorRoles) -> None:
    seen = over(getattr(roles, under), getattr(roles, ground))
    assert ratio(getattr(roles, words), seen) >= 4.5


@pytest.mark.parametrize("text", ["onchrome", "onchrome2"])
@ALL_THEMES
def test_labels_on_a_white_picture_can_be_read(text: str, roles: ColorRoles) -> None:
    assert ratio(getattr(roles, text), over(roles.chrome, "#ffffff")) >= 4.5


@ALL_THEMES
def test_the_tick_of_a_selection_can_be_seen(roles: ColorRoles) -> None:
    assert ratio(roles.tick, roles.accent) >= 3


# What tells that something is on, and the grounds it lies on.
ON = {
    "accent": ("panel", "mat", "raise_", "sunk", "hover", "press", "toggled", "tint", "cell"),
    "chosenline": ("sunk", "panel"),
    "fill": ("panel", "sunk"),
    "onfill": ("fill", "fillh"),
    "star": ("panel", "mat"),
}


@pytest.mark.parametrize(
    ("mark", "ground"), [(mark, ground) for mark, grounds in ON.items() for ground in grounds]
)
@ALL_THEMES
def test_what_is_on_is_marked_by_three_to_one(mark: str, ground: str, roles: ColorRoles) -> None:
    assert ratio(getattr(roles, mark), getattr(roles, ground)) >= SEEN


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", [*GROUNDS, "warnbg", "badbg", "tint", "band", "toggled"])
@HIGH
def test_text_in_high_contrast_is_of_seven_to_one(
    text: str, ground: str, roles: ColorRoles
) -> None:
    assert ratio(getattr(roles, text), getattr(roles, ground)) >= 7


@pytest.mark.parametrize("line", ["line", "line2", "edge", "warnline", "badline", "rowline"])
@pytest.mark.parametrize("ground", ["panel", "mat", "raise_", "sunk"])
@HIGH
def test_every_edge_is_seen_in_high_contrast(line: str, ground: str, roles: ColorRoles) -> None:
    assert ratio(getattr(roles, line), getattr(roles, ground)) >= 4.5


@THEMES
def test_greys_are_exact(roles: ColorRoles) -> None:
    greys = (*GROUNDS, "press", "line", "line2", "edge", "text", "text2", "text3", "off")
    for role in greys:
        colour = QColor(getattr(roles, role))
        assert colour.red() == colour.green() == colour.blue(), role


def test_high_contrast_takes_the_colours_of_the_system() -> None:
    system = QPalette(QColor("#000000"))
    system.setColor(QPalette.ColorRole.Window, QColor("#000000"))
    system.setColor(QPalette.ColorRole.WindowText, QColor("#ffff00"))
    system.setColor(QPalette.ColorRole.Highlight, QColor("#00ffff"))
    system.setColor(QPalette.ColorRole.HighlightedText, QColor("#000001"))
    roles = stylesheet.roles_from(system)
    assert (roles.panel, roles.text, roles.text3, roles.edge) == (
        "#000000",
        "#ffff00",
        "#ffff00",
        "#ffff00",
    )
    assert (roles.fill, roles.onfill) == ("#00ffff", "#000001")


@pytest.mark.parametrize("highlight", ["#0078d7", "#1c1c1c"])
def test_a_highlight_that_cannot_be_seen_gives_way_to_the_text(highlight: str) -> None:
    system = QPalette(QColor("#000000"))
    system.setColor(QPalette.ColorRole.Window, QColor("#000000"))
    system.setColor(QPalette.ColorRole.WindowText, QColor("#ffffff"))
    system.setColor(QPalette.ColorRole.Highlight, QColor(highlight))
    roles = stylesheet.roles_from(system)
    assert ratio(roles.accent, roles.panel) >= SEEN
    assert (roles.accent == highlight) == (highlight == "#0078d7")
    assert ratio(roles.rowline, roles.hover) >= SEEN


def test_every_role_is_a_colour() -> None:
    look = Theme()
    for field in fields(ColorRoles):
        assert look.color(field.name).isValid(), field.name


@pytest.mark.parametrize("roles", [DARK, LIGHT])
def test_colours_of_marks_are_legible_as_text(qapp: QApplication, roles: ColorRoles) -> None:
    look = Theme()
    look.use(roles)
    seen = [look.legible(colour, "sunk") for colour in MARK_COLOURS]
    ground = look.color("sunk")
    assert all(contrast(one, ground) >= LEGIBLE for one in seen)
    assert all(
        one == QColor(colour)
        for one, colour in zip(seen, MARK_COLOURS, strict=True)
        if contrast(QColor(colour), ground) >= LEGIBLE
    )
    assert seen[0].red() > seen[0].green() + 60, "red stays red"
    assert contrast(QColor("#ffffff"), QColor("#000000")) == pytest.approx(21)
