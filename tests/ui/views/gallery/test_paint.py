"""Text and look of a tile: every state is distinguishable, in both themes."""

from __future__ import annotations

import gettext
import re
from dataclasses import replace

import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from studio.common import i18n
from studio.common.errors import Billed
from studio.domain.entities import Failure, Flag, HoldReason, Job, JobState, Picture
from studio.ui.style import theme
from studio.ui.support.job_outcome import ordinal
from studio.ui.support.tile_content import TileContent, accessible_name, describe
from studio.ui.views.gallery.layout import TileState, arrange
from studio.ui.views.gallery.paint import paint_tile
from studio.ui.views.gallery.tile_style import TileStyle
from tests.ui import scripted

NOW = 1000.0
CELL = QRect(0, 0, 174, 192)


@pytest.fixture(params=["dark", "light"])
def kit(request: pytest.FixtureRequest, application: QApplication) -> TileStyle:
    return TileStyle(theme.install(application, request.param, scale=1.0))


def pixmap(colour: str = "#7788cc") -> QPixmap:
    made = QPixmap(158, 158)
    made.fill(colour)
    return made


def render(state: TileState, kit: TileStyle, dpr: float = 1.0) -> QImage:
    image = QImage(round(174 * dpr), round(192 * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    image.fill(kit.color("mat"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_tile(painter, CELL, state, kit)
    painter.end()
    return image


def failed(kind: str, title: str, billed: Billed) -> Job:
    failure = Failure(kind=kind, title=title, billed=billed)
    made = scripted.job("pier", JobState.FAILED, failure=failure, estimate_usd=0.134)
    assert isinstance(made, Job)
    return made


def every_state() -> dict[str, TileState]:
    def look(item: Picture | Job | None, *, fault: str = "", **marks: object) -> TileState:
        tile = describe(item, NOW, usual=18.0, fault=fault)
        if isinstance(item, Picture) and "pixmap" not in marks and not fault:
            marks["pixmap"] = pixmap()
        return TileState(tile=tile, **marks)  # type: ignore[arg-type]

    p, j = scripted.picture, scripted.job
    running = {"started": NOW - 14, "estimate_usd": 0.134}
    retry = {"attempt": 1, "retry_at": NOW + 6.5, "retry_reason": "service busy"}
    return {
        "rest": look(p(1)),
        "hover": look(p(1), hovered=True),
        "hover on pick": look(p(1), hovered=True, hot="pick"),
        "selected": look(p(1), selected=True),
        "keyboard": look(p(1), selected=True, keyboard=True),
        "many": look(p(1), selected=True, many=True),
        "picked": look(p(1, flag=Flag.PICK)),
        "rated": look(p(1, rating=4)),
        "rejected": look(p(1, flag=Flag.REJECT)),
        "new": look(p(1, seen=False)),
        "earlier step": look(p(1), pixmap=None),
        "fading in": look(p(1), strength=0.5),
        "unread row": look(None),
        "queued": look(j("snow", queue_place=2)),
        "waiting": look(j("fog", JobState.WAITING, **running), phase=0.3),
        "waiting, still": look(j("fog", JobState.WAITING, **running)),
        "waiting, with a source": look(
            j("fog", JobState.WAITING, **running), phase=0.3, ghost=pixmap("#ffffff")
        ),
        "receiving": look(j("fog", JobState.RECEIVING, received=3_100_000, **running)),
        "cancel": look(
            j("fog", JobState.RECEIVING, received=3_100_000, **running), hovered=True, hot="cancel"
        ),
        "saving": look(j("fog", JobState.INGESTING, **running)),
        "retrying": look(j("fog", JobState.RETRYING, **retry)),
        "retrying, hover": look(j("fog", JobState.RETRYING, **retry), hovered=True),
        "refused": look(failed("refused", "Refused", Billed.NO)),
        "words": look(failed("no_image", "The model replied with text", Billed.NO)),
        "paid": look(failed("no_image", "The model replied with text", Billed.YES)),
        "network": look(failed("network", "Connection lost", Billed.MAYBE)),
        "key": look(failed("auth", "Not accepted", Billed.NO)),
        "balance": look(failed("balance", "Not accepted", Billed.NO)),
        "model": look(failed("model", "Not accepted", Billed.NO)),
        "cancelled": look(j("pier", JobState.CANCELLED, started=1.0, finished=7.0)),
        "unsent": look(j("pier", JobState.UNSENT)),
        "unknown": look(j("pier", JobState.UNKNOWN)),
        "cut": look(j("pier", JobState.CUT)),
        "late": look(p(1, late=True)),
        "draft": look(p(1, draft=True)),
        "sketch": look(p(1, offline=True)),
        "not as asked": look(p(1, asked_aspect="16:9")),
        "missing": look(p(1, missing=True)),
        "unreadable": look(p(1), fault="broken"),
        "other shape": look(p(1, width=1600, height=900)),
    }


def test_no_two_states_look_alike(kit: TileStyle) -> None:
    seen: dict[bytes, str] = {}
    for name, state in every_state().items():
        # Its bytes go with it: it is kept until they are copied.
        painted = render(state, kit)
        data = bytes(painted.constBits())
        assert data not in seen, f"{name} looks like {seen[data]}"
        seen[data] = name


def test_every_message_stays_inside_its_box(kit: TileStyle) -> None:
    for name, state in every_state().items():
        layout = arrange(state, CELL, kit)
        for block in layout.blocks:
            assert layout.picture.contains(block.rect), f"{name}: {block}"
        for zone in layout.zones:
            assert CELL.contains(zone.rect), f"{name}: {zone}"
            assert not any(
                zone.rect.intersects(other.rect) for other in layout.zones if other is not zone
            ), name


def test_a_button_with_long_words_stays_in_its_box(kit: TileStyle) -> None:
    made = every_state()["refused"]
    offer = structs.replace(made.tile.offers[0], label="Eingabeaufforderung bearbeiten und senden")
    long = structs.replace(made, tile=structs.replace(made.tile, offers=(offer,)))
    layout = arrange(long, CELL, kit)
    (button,) = [zone for zone in layout.zones if zone.label]
    assert layout.picture.contains(button.rect)


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0])
def test_ring_and_hairline_are_sharp_at_every_scale(application: QApplication, dpr: float) -> None:
    kit = TileStyle(theme.install(application, "dark", scale=1.0))
    tile = describe(scripted.picture(1), NOW)
    image = render(TileState(tile=tile, pixmap=pixmap("#000000"), selected=True), kit, dpr)
    middle = image.height() // 2
    ring = [image.pixelColor(x, middle).name() for x in range(round(2 * dpr))]
    assert set(ring) == {kit.color("accent").name()}
    after = image.pixelColor(round(2 * dpr), middle).name()
    assert after == kit.color("cell").name()


def test_a_picture_lies_pixel_for_pixel(application: QApplication) -> None:
    kit = TileStyle(theme.install(application, "dark", scale=1.0))
    chequered = QImage(158, 158, QImage.Format.Format_RGB32)
    for y in range(158):
        for x in range(158):
            white = (x + y) % 2
            chequered.setPixelColor(x, y, QColor("#ffffff" if white else "#000000"))
    state = TileState(tile=describe(scripted.picture(1), NOW), pixmap=QPixmap.fromImage(chequered))
    image = render(state, kit)
    origin = arrange(state, CELL, kit).picture.topLeft()
    for x in range(20, 60):
        assert image.pixelColor(origin + QPoint(x, 30)) == chequered.pixelColor(x, 30)


def test_small_tiles_keep_the_first_line_and_the_billed_word(application: QApplication) -> None:
    kit = TileStyle(theme.install(application, "dark", scale=1.0))
    tile = describe(failed("network", "Connection lost", Billed.MAYBE), NOW)
    small = arrange(TileState(tile=tile, box=120, caption=False), QRect(0, 0, 140, 144), kit)
    assert [block.part for block in small.blocks] == ["icon", "head", "bill"]
    assert small.zones == ()
    large = arrange(TileState(tile=tile), CELL, kit)
    assert [zone.action for zone in large.zones] == ["retry"]


def test_a_failed_tile_grows_to_the_square_only_when_it_must(application: QApplication) -> None:
    from dataclasses import replace

    from studio.domain.entities import AspectRatio

    kit = TileStyle(theme.install(application, "dark", scale=1.0))
    base = failed("refused", "Refused", Billed.NO)
    shapes = {}
    for text in ("16:9", "4:3", "3:4", "9:16"):
        request = replace(base.request, aspect=AspectRatio.parse(text))
        tile = describe(replace(base, request=request), NOW)
        box = arrange(TileState(tile=tile), CELL, kit).picture
        shapes[text] = (box.width(), box.height())
    assert shapes == {
        "16:9": (158, 158),
        "4:3": (158, 118),
        "3:4": (118, 158),
        "9:16": (158, 158),
    }


def test_nothing_claims_what_is_not_known() -> None:
    job = scripted.job("fog", JobState.RECEIVING, started=NOW - 14, received=2_000_000)
    unknown, known = describe(job, NOW), describe(job, NOW, usual=18.0)
    assert (unknown.note, unknown.bar) == ("", -1)
    assert known.note == "usually 0:18"
    assert known.bar == pytest.approx(14 / 18)
    assert describe(job, NOW + 500, usual=18.0).bar == 0.92
    assert known.cancel_note == "cancelling may cost money; the answer is lost"
    assert describe(scripted.job("snow", queue_place=2), NOW).note == "cancelling is free"


def test_money_is_reported_as_it_is_known() -> None:
    def bill(billed: Billed) -> tuple[str, bool]:
        tile = describe(failed("server", "Broken", billed), NOW)
        return tile.bill, tile.bill_doubt

    assert bill(Billed.NO) == ("Not billed", False)
    assert bill(Billed.MAYBE) == ("May have been billed", True)
    assert bill(Billed.YES) == ("Billed $0.13", False)


@pytest.mark.parametrize(
    ("kind", "offer"),
    [
        ("refused", "edit_prompt"),
        ("no_image", "read_answer"),
        ("auth", "open_keys"),
        ("balance", "top_up"),
        ("model", "pick_model"),
        ("request", "edit_prompt"),
        ("network", "retry"),
        ("incomplete", "retry"),
        ("rate_limited", "retry"),
        ("server", "retry"),
        ("budget", "retry"),
        ("storage", "retry"),
        ("bug", "retry"),
    ],
)
def test_a_failed_tile_offers_the_one_thing_that_helps(kind: str, offer: str) -> None:
    tile = describe(failed(kind, "It failed", Billed.NO), NOW)
    assert [each.action for each in tile.offers] == [offer]
    assert tile.icon


def test_a_count_down_reads_zero_only_when_its_time_has_come() -> None:
    job = scripted.job("fog", JobState.RETRYING, attempt=1, retry_at=NOW + 7)
    assert [describe(job, NOW + t).big for t in (0, 0.5, 6.5, 7)] == [
        "0:07",
        "0:07",
        "0:01",
        "0:00",
    ]


def test_places_in_the_queue_are_spelled_right() -> None:
    spelled = [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)]
    assert spelled == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th"),
    ]


def test_a_tile_is_read_out_with_state_rating_verdict_and_aspect() -> None:
    picture = scripted.picture(
        7, title="lighthouse dusk 07", flag=Flag.PICK, rating=4, width=1024, height=1024
    )
    assert accessible_name(picture, NOW) == "lighthouse dusk 07, 4 stars, picked, square"
    new = scripted.picture(8, title="hills", seen=False, draft=True, width=160, height=90)
    assert accessible_name(new, NOW) == "hills, new, draft, 16:9"
    waiting = scripted.job("fog", JobState.RECEIVING, started=1.0, received=5)
    assert accessible_name(waiting, NOW) == accessible_name(waiting, NOW + 5)
    assert accessible_name(waiting, NOW) == "fog, Receiving, square"
    bad = failed("refused", "Refused by the safety filter", Billed.NO)
    assert accessible_name(bad, NOW) == "pier, Refused by the safety filter, Not billed, square"


def test_every_word_of_a_tile_can_be_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    class Brackets(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"[{message}]"

        def ngettext(self, one: str, many: str, number: int) -> str:
            return f"[{one if number == 1 else many}]"

    monkeypatch.setattr(i18n, "_catalogue", Brackets())
    for name, state in every_state().items():
        tile: TileContent = state.tile
        told = [tile.line, tile.note, tile.bill, tile.cancel, tile.cancel_note]
        told += [offer.label for offer in tile.offers]
        for text in told:
            assert not text or text.startswith("["), f"{name}: {text!r}"


def test_a_late_job_says_so_and_still_listens() -> None:
    waiting = scripted.job("fog", JobState.WAITING, started=NOW - 400, late=True)
    tile = describe(waiting, NOW, usual=18.0)
    assert (tile.big, tile.line, tile.note) == (
        "6:40",
        "Later than expected",
        "still waiting, usually 0:18",
    )
    assert tile.cancel
    receiving = replace(waiting, state=JobState.RECEIVING, received=3_100_000)
    tile = describe(receiving, NOW, usual=18.0)
    assert (tile.line, tile.note) == ("Receiving 3.1 MB", "later than expected")
    assert describe(replace(waiting, state=JobState.INGESTING), NOW).line == "Saving"
    assert accessible_name(waiting, NOW) == "fog, Later than expected, square"


def test_before_a_sent_job_is_cancelled_it_says_what_that_means() -> None:
    job = scripted.job("fog", JobState.WAITING, started=NOW - 4, estimate_usd=0.134)
    paid = replace(job, request=replace(job.request, profile="dgrid"))
    tile = describe(paid, NOW)
    assert "The answer is lost" in tile.cancel
    assert "may be billed" in tile.cancel
    assert tile.cancel_note == "cancelling may cost $0.13; the answer is lost"
    assert describe(job, NOW).cancel == "Cancel"
    assert describe(replace(paid, state=JobState.QUEUED), NOW).cancel == "Cancel"


@pytest.mark.parametrize(
    ("hold", "line", "spoken"),
    [
        (HoldReason.PAUSED, "the queue is paused", "the queue is paused"),
        (HoldReason.KEY, "waiting for a key", "waiting for a key"),
        (HoldReason.PACE, "waiting for the rate limit, 12 s", "waiting for the rate limit"),
    ],
)
def test_a_queued_job_says_what_it_waits_for(hold: HoldReason, line: str, spoken: str) -> None:
    job = scripted.job("fog", queue_place=2, hold=hold, send_at=NOW + 11.4)
    tile = describe(job, NOW)
    assert (tile.big, tile.line) == ("2nd", line)
    assert tile.ticks == (hold is HoldReason.PACE)
    # A name that changes every second would be read out every second.
    assert accessible_name(job, NOW) == f"fog, 2nd {spoken}, square"


def test_a_failed_tile_says_when_the_service_may_be_asked_again() -> None:
    job = failed("rate_limited", "Rate limit reached", Billed.NO)
    assert job.failure is not None
    job = replace(job, failure=replace(job.failure, retry_at=NOW + 600))
    told = describe(job, NOW)
    assert re.fullmatch(r"Try again after \d\d:\d\d", told.line)
    assert [offer.action for offer in told.offers] == ["retry"]
    assert describe(job, NOW + 601).line == ""


def test_captions_lose_their_end_and_not_their_middle(kit: TileStyle) -> None:
    name = "gouache, a lighthouse on a granite island at dusk"
    shown = kit.elided(name, 90)
    assert shown.endswith("…")
    assert name.startswith(shown[:-1])


def test_a_new_picture_is_marked_by_its_dot_alone(kit: TileStyle) -> None:
    """The name looks like any other: thirty bold ones would shout."""
    seen = render(TileState(tile=describe(scripted.picture(1, seen=True), NOW)), kit)
    new = render(TileState(tile=describe(scripted.picture(1, seen=False), NOW)), kit)
    name, dot = QRect(8, 166, 100, 24), QRect(150, 166, 20, 24)
    assert seen.copy(name) == new.copy(name)
    assert seen.copy(dot) != new.copy(dot)


def test_stars_stay_while_the_pointer_is_over_the_tile(kit: TileStyle) -> None:
    def stars(rating: int) -> QImage:
        tile = describe(scripted.picture(1, rating=rating, seen=True), NOW)
        return render(TileState(tile=tile, hovered=True), kit)

    layout = arrange(
        TileState(tile=describe(scripted.picture(1, rating=4), NOW), hovered=True), CELL, kit
    )
    buttons = QRect(layout.zones[0].rect.left() + 2, 166, 174, 24)
    assert stars(4) != stars(0)
    assert stars(4) != stars(2)
    assert stars(4).copy(buttons) == stars(0).copy(buttons)


@pytest.mark.parametrize("name", ["x", "a name that is much too long for its tile, by far"])
@pytest.mark.parametrize("kind", ["offline", "draft"])
def test_there_is_one_kind_of_sketch_badge(kit: TileStyle, name: str, kind: str) -> None:
    """An icon, whatever the name: a word in a frame would take the name's room."""

    def caption(title: str, **traits: bool) -> QImage:
        made = scripted.picture(1, title=title, seen=True, **traits)
        return render(TileState(tile=describe(made, NOW)), kit)

    badge, rest = QRect(156, 166, 16, 24), QRect(8, 166, 118, 24)
    marked, plain = caption(name, **{kind: True}), caption(name)
    assert marked.copy(badge) == caption("another", **{kind: True}).copy(badge)
    assert marked.copy(badge) != plain.copy(badge)
    assert marked.copy(rest) == plain.copy(rest)


def test_the_badge_of_a_sketch_is_also_on_small_tiles(kit: TileStyle) -> None:
    def small(*, offline: bool) -> QImage:
        made = scripted.picture(1, seen=True, offline=offline)
        return render(TileState(tile=describe(made, NOW), caption=False), kit)

    assert small(offline=True) != small(offline=False)
