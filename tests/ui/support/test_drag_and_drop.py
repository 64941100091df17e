"""Drag and copy give originals; drops are read in a fixed order of formats."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.common.errors import InputError, PictureUnreadable
from studio.ui.style import theme
from studio.ui.support import drag_and_drop, drop_contents
from studio.ui.support.drag_and_drop import DraggedPicture, PictureData
from studio.ui.support.drop_contents import accepts, pictures_in
from tests.ui import scripted


@pytest.fixture
def carried(tmp_path: Path) -> list[DraggedPicture]:
    names = ["plain.png", "two words.png", "grün & blau.jpg"]
    made = []
    for row, name in enumerate(names, 1):
        kind = "PNG" if name.endswith("png") else "JPEG"
        path = tmp_path / name
        path.write_bytes(scripted.image_bytes(8, 6, "#102030", kind))
        media = f"image/{kind.lower()}"
        made.append(DraggedPicture(scripted.picture(row, media_type=media), path))
    return made


def test_a_drag_names_the_original_files(carried: list[DraggedPicture]) -> None:
    data = PictureData(carried)
    paths = [Path(url.toLocalFile()) for url in data.urls()]
    assert paths == [each.path for each in carried]
    assert all(path.is_absolute() and path.exists() for path in paths)
    assert bytes(data.data(drop_contents.IDS).data()) == b"p1\np2\np3"
    assert not data.hasImage()
    assert not data.hasFormat("image/png")


@pytest.mark.usefixtures("dressed")
async def test_in_the_mouse_event_nothing_is_done_for_each_file(
    carried: list[DraggedPicture], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files get their mode once the drag has begun, before anybody learns where they are."""
    began: list[object] = []

    class Begun(QDrag):
        def exec(self, *_actions: object) -> Qt.DropAction:
            data = self.mimeData()
            assert isinstance(data, PictureData)
            began.append(data._usual)
            data.urls()
            began.append(data._usual)
            return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(drag_and_drop, "QDrag", Begun)
    source = QWidget()
    qtbot.addWidget(source)
    drag_and_drop.drag_out(source, carried, [QPixmap(4, 4)], scripted.ScriptedDecoder())
    assert began[0] is None
    assert isinstance(began[1], threading.Thread)
    assert not began[1].is_alive()


async def test_a_single_png_goes_with_its_own_bytes_and_its_pixels(
    carried: list[DraggedPicture],
) -> None:
    data = PictureData(carried[:1])
    decoder = scripted.ScriptedDecoder()
    assert decoder.paths == [], "nothing is decoded before somebody may want it"
    await data.load(decoder)
    assert bytes(data.data("image/png").data()) == carried[0].path.read_bytes()
    assert data.hasImage()
    image = data.imageData()
    assert isinstance(image, QImage)
    assert (image.width(), image.height()) == (8, 6)
    assert image.pixelColor(3, 3).name() == "#0a141e"


async def test_a_single_jpeg_is_not_called_png(carried: list[DraggedPicture]) -> None:
    data = PictureData(carried[2:])
    await data.load(scripted.ScriptedDecoder())
    assert not data.hasFormat("image/png")
    assert data.hasImage()


async def test_copy_puts_files_and_image_on_the_clipboard(carried: list[DraggedPicture]) -> None:
    await drag_and_drop.copy(carried[1:2], scripted.ScriptedDecoder())
    mime = QGuiApplication.clipboard().mimeData()
    url = QUrl.fromLocalFile(str(carried[1].path))
    assert mime.urls() == [url]
    gnome = bytes(mime.data(drop_contents.GNOME_FILES).data()).decode()
    assert gnome == "copy\n" + bytes(url.toEncoded().data()).decode()
    assert "two%20words.png" in gnome
    assert mime.hasImage()


async def test_a_copied_jpeg_is_a_png_for_programs_that_want_one(
    carried: list[DraggedPicture],
) -> None:
    """Made once, and not at each request, in the window's thread."""
    await drag_and_drop.copy(carried[2:], scripted.ScriptedDecoder())
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.hasFormat("image/png")
    image = QImage.fromData(mime.data("image/png"))
    assert image.pixelColor(3, 3).name() == "#0a141e"


async def test_files_are_copied_even_when_the_image_cannot_be_had(
    carried: list[DraggedPicture],
) -> None:
    decoder = scripted.ScriptedDecoder()
    decoder.error = PictureUnreadable("The picture cannot be read")
    await drag_and_drop.copy(carried[2:], decoder)
    mime = QGuiApplication.clipboard().mimeData()
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [carried[2].path]
    assert not mime.hasImage()


async def test_more_than_a_thousand_are_refused_in_words(carried: list[DraggedPicture]) -> None:
    with pytest.raises(InputError, match=r"1,001 selected\. Drag or copy at most 1,000"):
        await drag_and_drop.copy(carried[:1] * 1001, scripted.ScriptedDecoder())


@pytest.mark.parametrize("dpr", [1.0, 2.0])
def test_the_picture_under_the_pointer_is_small_and_counts(
    application: QApplication, dpr: float
) -> None:
    theme.install(application, "dark", scale=1.0)
    big = QPixmap(400, 200)
    big.fill("#336699")
    one = drag_and_drop.drag_picture([big], 1, dpr)
    many = drag_and_drop.drag_picture([big, big, big], 12, dpr)
    assert one.deviceIndependentSize().width() == 128
    assert one.devicePixelRatio() == dpr
    assert many.deviceIndependentSize().width() <= 160
    assert many.toImage() != drag_and_drop.drag_picture([big, big, big], 13, dpr).toImage()


def test_our_own_pictures_come_as_ids() -> None:
    mime = QMimeData()
    mime.setData(drop_contents.IDS, QByteArray(b"a\nb"))
    mime.setUrls([QUrl.fromLocalFile("/x/a.png")])
    assert accepts(mime)
    assert pictures_in(mime).ids == ("a", "b")
    assert pictures_in(mime).paths == ()


def test_files_win_over_bytes_and_bytes_over_pixels() -> None:
    mime = QMimeData()
    mime.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    assert pictures_in(mime).blobs[0].image is not None
    png = scripted.image_bytes(3, 3, "#ffffff", "PNG")
    raw = QMimeData()
    raw.setData("image/png", QByteArray(png))
    assert accepts(raw)
    assert pictures_in(raw).blobs[0].data == png
    raw.setUrls([QUrl.fromLocalFile("/x/a b.png")])
    assert pictures_in(raw).paths == (Path("/x/a b.png"),)
    assert pictures_in(raw).blobs == ()


async def test_pixels_become_a_png_file() -> None:
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill("#aabbcc")
    mime = QMimeData()
    mime.setImageData(image)
    data = await pictures_in(mime).blobs[0].read()
    back = QImage.fromData(data)
    assert (back.width(), back.height(), back.pixelColor(1, 1).name()) == (4, 3, "#aabbcc")


def test_addresses_of_the_web_are_only_reported() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.png")])
    assert not accepts(mime)
    found = pictures_in(mime)
    assert found.links == ("https://example.org/a.png",)
    assert not found


def test_words_are_no_picture() -> None:
    mime = QMimeData()
    mime.setText("a lighthouse")
    assert not accepts(mime)
    assert not pictures_in(mime)
