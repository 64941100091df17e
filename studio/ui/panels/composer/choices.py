"""Row of choices: model, aspect ratio, size, count, seed, and a menu for the hidden ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.common import i18n
from studio.common.i18n import _, left_to_right, listed, pgettext
from studio.config.settings import OFFLINE, Profile
from studio.domain import runs
from studio.domain.drafts import MATCH, Draft
from studio.domain.entities import Advanced
from studio.domain.models import Model, ModelState
from studio.domain.request_fields import choice_warnings, detail_word, thinking_word
from studio.ui.panels.composer.advanced_panel import AdvancedPanel
from studio.ui.panels.composer.aspect_picker import AspectChip, AspectPanel, AspectPicker
from studio.ui.panels.composer.seed import SeedControl
from studio.ui.panels.composer.suggestion import DraftSuggestion
from studio.ui.style.theme import theme
from studio.ui.support.layout_direction import placed
from studio.ui.support.qt_overrides import needs
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.chip import ChipChoice, MenuChip
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.number_controls import Stepper
from studio.ui.widgets.plain_text import describe, set_tip
from studio.ui.widgets.text import Text

GAP = 6
LEAST_MODEL = 96
MOST_COUNT = 8


_ENDING = (ModelState.DEPRECATED, ModelState.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenChoices:
    """Choices hidden for lack of room; each step also hides the choices of earlier steps.

    `words` is the text beside the count, which stays in its tool tip and accessible description.
    """

    words: bool = False
    pixels: bool = False
    seed: bool = False
    advanced: bool = False
    aspect: bool = False
    count: bool = False


_STEPS = (
    HiddenChoices(),
    HiddenChoices(words=True),
    HiddenChoices(words=True, pixels=True),
    HiddenChoices(words=True, pixels=True, seed=True),
    HiddenChoices(words=True, pixels=True, seed=True, advanced=True),
    HiddenChoices(words=True, pixels=True, seed=True, advanced=True, aspect=True),
    HiddenChoices(words=True, pixels=True, seed=True, advanced=True, aspect=True, count=True),
)


class MarkedButton(IconButton):
    """Icon with a dot beside it while the choices behind it differ from the defaults."""

    marked = False

    def set_marked(self, marked: bool, words: str) -> None:  # noqa: FBT001 - as Qt's setters
        """Show or hide the dot; `words` describe the non-default choices."""
        self.marked = marked
        describe(self, words)
        name = self.accessibleName()
        set_tip(self, f"{name}: {words}" if words else name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.marked:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawEllipse(placed(self, QRectF(self.width() - 10, 5, 5, 5)))
            painter.end()


class ChoicesRow(QWidget):
    """Chips that give way as the row narrows: pixels and seed are hidden, the aspect ratio becomes
    a chip, and the count moves into "more".

    Attributes:
        given_way: the choices hidden now.
        advanced_panel: the panel of the advanced choices; None until it was opened.

    Signals:
        model_chosen(object): (profile, model).
        aspect_chosen(object), size_chosen(object), count_chosen(object), seed_chosen(object): the
            user's choice; a seed of None is automatic.
        advanced_chosen(object, str): the advanced choices, and which of them changed.
        system_kept(str): the instruction kept for all pictures; empty for none.
        troubled(object): a StudioError for content that cannot be pasted.
        clear_wanted: empty the composer.
    """

    model_chosen = Signal(object)
    aspect_chosen = Signal(object)
    size_chosen = Signal(object)
    count_chosen = Signal(object)
    seed_chosen = Signal(object)
    advanced_chosen = Signal(object, str)
    system_kept = Signal(str)
    troubled = Signal(object)
    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.given_way = HiddenChoices()
        self._narrow = False
        self._draft = Draft()
        self._offer: DraftSuggestion | None = None
        self._model: Model | None = None
        self._extra: QWidget | None = None
        self.advanced_panel: AdvancedPanel | None = None
        self._kept = ""
        self.model = MenuChip(_("Model"), self)
        self.aspect = AspectPicker(self)
        self.aspect_chip = AspectChip(self)
        self.size_chip = MenuChip(_("Size"), self, strong=True)
        self.count = Stepper(_("Count"), 1, MOST_COUNT, 1, self)
        self.per_variant = Text(_("per variant"), "small", "text3", self)
        self._each = ""
        self.seed = SeedControl(self)
        self.advanced = MarkedButton("sliders", _("Advanced"), "", self)
        self.more = IconButton("more", _("More choices"), "", self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme().height(30))
        self.model.changed.connect(self.model_chosen)
        self.size_chip.changed.connect(self.size_chosen)
        self.count.changed.connect(self.count_chosen)
        self.seed.changed.connect(self.seed_chosen)
        self.aspect.changed.connect(self.aspect_chosen)
        self.aspect.panel_wanted.connect(self.on_panel_wanted)
        self.aspect_chip.clicked.connect(self.on_panel_wanted)
        self.aspect_chip.stepped.connect(self.on_aspect_stepped)
        self.advanced.clicked.connect(self.on_advanced)
        self.more.clicked.connect(self.on_more)

    # --- content --------------------------------------------------------------------------

    def show_draft(
        self, draft: Draft, offer: DraftSuggestion, model: Model, *, kept: str = ""
    ) -> None:
        """Show the choices the model supports; `kept` is the instruction for all pictures."""
        self._draft, self._offer, self._model, self._kept = draft, offer, model, kept
        sent = offer.sent
        self.aspect.show_choice(
            sent.aspect, offer.aspects, match=offer.match, note=offer.aspect_note
        )
        self.aspect_chip.show_choice(sent.aspect, offer.aspect_note)
        sizes = offer.sizes if sent.size in offer.sizes or not offer.sizes else ()
        shape = sent.aspect
        self.size_chip.set_choices(
            [
                ChipChoice(value=size, text=size, note=_pixels(model.pixels(shape, size)))
                for size in sizes or ((*offer.sizes, sent.size) if offer.sizes else ())
            ]
        )
        if offer.sizes:
            self.size_chip.set_value(sent.size)
        self.size_chip.set_supplement(_pixels(offer.pixels))
        self.size_chip.set_mark(offer.size_note)
        self.count.set_value(draft.count)
        self.seed.show_seed(sent.seed)
        self.advanced.set_marked(sent.advanced != Advanced(), summary(sent.advanced))
        about = [model.note] if model.state in _ENDING else []
        about += choice_warnings(model.id, runs.left_out(draft, model))
        self.model.set_mark("\n".join(about))
        if self.advanced_panel is not None and self.advanced_panel.isVisible():
            self.advanced_panel.show_choices(draft.advanced, model, kept)
        self.fit()

    def show_variants(self, variants: int, sources: int) -> None:
        """Label the count "per variant" or "per picture" for several prompts or sources."""
        words = _("per variant") if variants > 1 else _("per picture") if sources > 1 else ""
        if words != self._each:
            self._each = words
            describe(self.count, words)
            self.fit()

    def show_models(self, choices: list[ChipChoice], chosen: tuple[str, str]) -> None:
        self.model.set_choices(choices)
        if any(choice.value == chosen for choice in choices):
            self.model.set_value(chosen)
        self.fit()

    def set_narrow(self, narrow: bool, extra: QWidget | None) -> None:  # noqa: FBT001
        """Use the narrow layout: a chip for the ratio; seed, menu and `extra` at the right."""
        self._narrow = narrow
        self._extra = extra
        if extra is not None:
            extra.setParent(self)
            extra.show()
        self.fit()

    def controls(self) -> list[QWidget]:
        """All controls, in tab order."""
        return [
            self.model,
            *self.aspect.controls(),
            self.aspect_chip,
            self.size_chip,
            self.count,
            self.seed.dice,
            self.seed.number,
            self.seed.clear,
            self.advanced,
            self.more,
        ]

    # --- layout ---------------------------------------------------------------------------

    def fit(self) -> None:
        """Hide choices until the rest fits, then lay out the row."""
        # Each part is measured and shown or hidden only once: among the steps, only the one without
        # pixels changes a part's width.
        sizes: dict[QWidget, QSize] = {}
        for step in _STEPS:
            if step.pixels != self.given_way.pixels:
                sizes.pop(self.size_chip, None)
            self.given_way = step
            self.size_chip.set_supplement_visible(not step.pixels)
            visible = self._visible(step)
            if _width(self.parts(visible), sizes) <= self.width():
                break
        for part, wanted in visible.items():
            part.setVisible(wanted)
        self._place(sizes)

    def _visible(self, step: HiddenChoices) -> dict[QWidget, bool]:
        """Visibility of the optional parts at this step."""
        offer = self._offer
        has_aspects = offer is not None and bool(offer.aspects)
        chip = step.aspect or self._narrow
        told = self._model is not None and self._model.has_advanced
        return {
            self.aspect: has_aspects and not chip,
            self.aspect_chip: has_aspects and chip,
            self.size_chip: offer is not None and bool(offer.sizes),
            self.seed: offer is not None and offer.seed and not step.seed,
            self.advanced: told and not step.advanced,
            self.count: not step.count,
            self.per_variant: bool(self._each) and not step.words,
        }

    def parts(self, visible: Mapping[QWidget, bool] | None = None) -> list[QWidget]:
        """The shown parts from left to right, by `visible` or as they are now."""
        row = (
            self.model,
            self.aspect,
            self.aspect_chip,
            self.size_chip,
            self.count,
            self.per_variant,
            self.seed,
            self.advanced,
            self.more,
            self._extra,
        )
        wanted = visible or {}
        return [part for part in row if part is not None and wanted.get(part, not part.isHidden())]

    def _place(self, sizes: dict[QWidget, QSize]) -> None:
        parts = self.parts()
        spare = self.width() - _width(parts, sizes)
        at = 0
        right = {self.seed, self.advanced, self.more, self._extra} if self._narrow else set()
        pushed = False
        for part in parts:
            width = sizes[part].width()
            if part is self.model and spare < 0:
                width = max(LEAST_MODEL, width + spare)
            if part in right and not pushed:
                at, pushed = at + max(0, spare), True
            height = min(sizes[part].height(), self.height())
            box = QRect(at, (self.height() - height) // 2, width, height)
            part.setGeometry(placed(self, box))
            at += width + GAP

    # --- slots ----------------------------------------------------------------------------

    def on_panel_wanted(self) -> None:
        """Open the panel of all ratios."""
        offer, model = self._offer, self._model
        if offer is None or model is None:
            return
        sizes: dict[str, tuple[int, int] | None] = {}
        if offer.match:
            sizes[MATCH] = offer.pixels if offer.sent.aspect == MATCH else None
        sizes.update({a: model.pixels(a, offer.sent.size) for a in offer.aspects})
        panel = AspectPanel(sizes, offer.sent.aspect, self)
        panel.chosen.connect(self.aspect_chosen)
        panel.open_at(self.aspect if self.aspect.isVisible() else self.aspect_chip)

    def on_aspect_stepped(self, step: int) -> None:
        """Choose the previous (-1) or next (1) ratio."""
        offer = self._offer
        if offer is None:
            return
        row = [MATCH] * offer.match + list(offer.aspects)
        at = row.index(offer.sent.aspect) if offer.sent.aspect in row else 0
        self.aspect_chosen.emit(row[max(0, min(at + step, len(row) - 1))])

    def on_advanced(self) -> None:
        """Open or close the advanced choices."""
        panel, model = self.advanced_panel, self._model
        if model is None:
            return
        if panel is not None and panel.host is not self.window():
            panel.deleteLater()
            panel = None
        if panel is None:
            panel = self.advanced_panel = AdvancedPanel(self)
            panel.chosen.connect(self.advanced_chosen)
            panel.kept.connect(self.system_kept)
            panel.troubled.connect(self.troubled)
        if panel.isVisible():
            panel.close_it()
            return
        panel.show_choices(self._draft.advanced, model, self._kept)
        panel.open_over(self._advanced_anchor())

    def _advanced_anchor(self) -> QWidget:
        return self.more if self.advanced.isHidden() else self.advanced

    def on_more(self) -> None:
        """Open the menu of hidden and rare choices."""
        self.more_menu().open_above(self.more)

    def more_menu(self) -> Menu:
        """Menu of hidden and rare choices."""
        menu = Menu("", self)
        if self.given_way.count:
            counts = menu.submenu(_("Count {n}").format(n=i18n.number(self._draft.count)))
            for number in range(1, MOST_COUNT + 1):
                chosen = number == self._draft.count
                counts.entry(str(number), data=("count", number), checked=chosen)
        if self._offer is not None and self._offer.seed:
            seed = self._draft.seed
            menu.entry(_("Automatic seed"), data=("seed", None), checked=seed is None)
            fixed = self.seed.to_fix() if seed is None else seed
            words = _("Fixed seed {seed}").format(seed=fixed)
            menu.entry(words, data=("seed", fixed), checked=seed is not None)
        if self.advanced.isHidden() and self._model is not None and self._model.has_advanced:
            menu.entry(_("Advanced…"), data=("advanced", None))
        if not menu.isEmpty():
            menu.addSeparator()
        menu.entry(_("Clear the composer"), data=("clear", None))
        menu.triggered.connect(self.on_triggered)
        return menu

    def on_triggered(self, action: QAction) -> None:
        """Run the chosen entry of the menu."""
        what, value = action.data()
        if what == "count":
            self.count_chosen.emit(value)
        elif what == "seed":
            self.seed_chosen.emit(value)
        elif what == "advanced":
            self.on_advanced()
        else:
            self.clear_wanted.emit()

    # --- Qt -------------------------------------------------------------------------------

    @needs("more")
    def sizeHint(self) -> QSize:
        return QSize(_width(self.parts(), {}), theme().height(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_MODEL + 200, theme().height(30))

    @needs("more")
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
        if self.advanced_panel is not None and self.advanced_panel.isVisible():
            self.advanced_panel.move_to_anchor(self._advanced_anchor())


def summary(advanced: Advanced) -> str:
    """Short list of the advanced choices that differ from the model's defaults."""
    words: list[str] = []
    if advanced.system.strip():
        words.append(_("system instruction"))
    if advanced.temperature is not None:
        value = i18n.short_number(advanced.temperature)
        # Translators: {number} is the temperature of a model, from 0 to 2.
        words.append(_("temperature {number}").format(number=value))
    if advanced.thinking:
        words.append(_("thinking {level}").format(level=thinking_word(advanced.thinking)))
    if advanced.search:
        words.append(
            pgettext("advanced choices", "web and image search")
            if advanced.image_search
            else pgettext("advanced choices", "search")
        )
    if advanced.detail:
        level = detail_word(advanced.detail)
        words.append(_("reference detail {level}").format(level=level))
    if advanced.safety:
        words.append(pgettext("advanced choices", "safety"))
    return listed(words)


def _width(parts: Sequence[QWidget], sizes: dict[QWidget, QSize]) -> int:
    """Width of a row of parts; adds missing sizes to `sizes`."""
    for part in parts:
        if part not in sizes:
            sizes[part] = _size(part)
    return sum(sizes[part].width() for part in parts) + GAP * (len(parts) - 1)


def _size(part: QWidget) -> QSize:
    """Size hint of a part, within its minimum and maximum."""
    return part.sizeHint().expandedTo(part.minimumSize()).boundedTo(part.maximumSize())


def _pixels(size: tuple[int, int] | None) -> str:
    return left_to_right(f"{size[0]} × {size[1]}") if size else ""


Models = Callable[[str], Sequence[Model]]


def offered(
    profiles: Sequence[Profile],
    models: Models,
    keyless: Callable[[str], bool],
    chosen: tuple[str, Model],
    *,
    faults: bool = False,
) -> list[ChipChoice]:
    """Entries for the chip "Model"; their values are (profile, model).

    `keyless` returns whether a profile has no key; choosing one of its models asks for one. Models
    that only simulate faults are listed with `faults`, or while chosen. Retired models are listed
    where chosen or listed by the service, which may still serve them.
    """
    current, model = chosen
    ordered = sorted(profiles, key=lambda profile: (profile.name != current, keyless(profile.name)))
    entries: list[ChipChoice] = []
    for profile in ordered:
        shown = [
            one
            for one in models(profile.name)
            if faults or not one.fault or _is(profile, one, chosen)
        ]
        if profile.name == current and all(m.id != model.id for m in shown):
            shown.insert(0, model)
        for place, one in enumerate(shown):
            # The offline section needs no heading at the top of the list; further down, it would
            # seem to belong to the section above.
            alone = profile.name == OFFLINE and not entries
            section = profile.title if place == 0 and not alone else ""
            missing = keyless(profile.name)
            entries.append(_entry(profile.name, one, section, missing=missing))
    return entries


def _is(profile: Profile, model: Model, chosen: tuple[str, Model]) -> bool:
    return (profile.name, model.id) == (chosen[0], chosen[1].id)


def _entry(profile: str, model: Model, section: str, *, missing: bool) -> ChipChoice:
    value = (profile, model.id)
    if model.offline and not model.fault:
        words, beside = _("Offline sketch"), _("not AI")
        return ChipChoice(value=value, text=words, supplement=beside, icon="brush", section=section)
    if model.offline:
        return ChipChoice(value=value, text=model.title, icon="brush", section=section)
    if missing:
        return ChipChoice(
            value=value,
            text=model.id,
            note=_("needs a key"),
            section=section,
            quiet=True,
            asks=True,
        )
    title = model.title if model.title != model.id else ""
    note = " · ".join(words for words in (title, state_words(model)) if words)
    quiet = model.state is ModelState.RETIRED
    return ChipChoice(value=value, text=model.id, note=note, section=section, quiet=quiet)


def state_words(model: Model) -> str:
    """Short note on a model's availability; empty if it is available."""
    if model.state is ModelState.RETIRED:
        return _("was due to end {day}").format(day=model.shut_down).strip()
    if model.state is ModelState.DEPRECATED:
        return _("due to end {day}").format(day=model.shut_down).strip()
    if model.state is ModelState.UNKNOWN and not model.offline:
        return _("not in the model table")
    return ""
