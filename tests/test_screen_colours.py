"""Only what is painted is converted for the monitor: read from the source."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.source_files import nodes, nodes_by_function, parsed, texts

DOOR = "ui/support/screen_colours.py"
"""The only module that converts colours in the window's process."""

CONVERSIONS = {
    "QColorSpace", "QColorTransform", "applyColorTransform", "colorTransformed",
    "convertToColorSpace", "convertedToColorSpace", "transformationToColorSpace", "setColorSpace",
}  # fmt: skip

CONVERTED = {
    "ui/support/thumbnail_cache.py": "pixmaps of the grid and of previews",
    "ui/support/raster.py": "what the loupe paints, and the examples of the first page",
    "ui/app/first_images.py": "the first pixmaps of the grid",
}
"""Modules with images in the colours of the monitor: why they only paint them."""

PIXELS = {"ui/views/canvas/plate_loader.py", "imaging/decoder.py", "ui/support/ports.py"}
"""Modules that name the decoder's pixels for a monitor."""

OWN_JPEG = {
    "ui/support/thumbnail_cache.py:_image": "converted by `fitted` and `_decode_tiny`",
    "ui/support/thumbnail_cache.py:decoded": "converted by `fitted`",
    "ui/support/raster.py:from_jpeg": "converted there",
    "ui/app/first_images.py:decoded": "converted there",
    "ui/controllers/mark.py:_image": "for the clipboard, never shown",
    "imaging/sheet_jobs.py:_image": "drawn into a file, in another process, never shown",
}
"""Functions in which Qt reads a picture file: what converts it."""

NOT_SHOWN = {
    "ui/support/drag_and_drop.py:image_of": "raw pixels for the clipboard, in sRGB",
    "ui/support/raster.py:_unpacked": "raw pixels, converted there",
    "ui/support/raster.py:build_grey": "levels of a map, not colours of a picture",
    "ui/support/region_raster.py:ground_of": "the shape of a mask, not colours of a picture",
}
"""Functions that make an image of raw pixels."""


Sources = dict[str, ast.Module]


@pytest.fixture(scope="module")
def sources() -> Sources:
    """The code of the program, by file."""
    return {name: parsed(source) for name, source in texts()}


@cache
def _words(tree: ast.AST) -> set[str]:
    """Names and attributes in a module, those of its imports included."""
    found: set[str] = set()
    for node in nodes(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.add(node.name.rpartition(".")[2])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
    return found


@cache
def _calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    """Every call, with the function it stands in."""
    return [(name, node) for name, node in nodes_by_function(tree) if isinstance(node, ast.Call)]


def converting(tree: ast.AST) -> set[str]:
    """Functions of Qt's that convert colours, as far as a module names them."""
    return _words(tree) & CONVERSIONS


def reading(tree: ast.AST) -> set[str]:
    """Functions of a module in which Qt reads a picture file."""
    return {
        name
        for name, call in _calls(tree)
        if (isinstance(call.func, ast.Name) and call.func.id == "QImageReader")
        or (isinstance(call.func, ast.Attribute) and call.func.attr in ("fromData", "loadFromData"))
    }


def making(tree: ast.AST) -> set[str]:
    """Functions of a module that make an image of pixels from elsewhere."""
    return {
        name
        for name, call in _calls(tree)
        if isinstance(call.func, ast.Name) and call.func.id == "QImage" and len(call.args) >= 4
    }


def test_colours_are_converted_in_one_module_only(sources: Sources) -> None:
    found = {name for name, tree in sources.items() if converting(tree)}
    assert found == {DOOR}


def test_only_what_is_painted_is_converted(sources: Sources) -> None:
    named = {name for name, tree in sources.items() if "to_screen" in _words(tree)}
    assert named == {DOOR, *CONVERTED}


def test_pixels_for_a_monitor_are_fetched_for_painting_only(sources: Sources) -> None:
    words = {"screen_pixels", "ScreenPixels", "ScreenPixelsProtocol"}
    found = {name for name, tree in sources.items() if words & _words(tree)}
    assert found == {*PIXELS, "imaging/decode_jobs.py"}


def test_no_picture_reaches_the_screen_past_the_conversion(sources: Sources) -> None:
    read = {f"{name}:{function}" for name, tree in sources.items() for function in reading(tree)}
    assert read == set(OWN_JPEG)
    made = {f"{name}:{function}" for name, tree in sources.items() for function in making(tree)}
    assert made == set(NOT_SHOWN)


def test_what_would_be_a_find() -> None:
    tree = ast.parse(
        "from PySide6.QtGui import QColorSpace\n"
        "def save(image, data):\n"
        "    image.convertToColorSpace(QColorSpace())\n"
        "    QImage.fromData(data)\n"
        "    QImage(data, 1, 1, 4, shape)\n"
        "    to_screen(image, None)\n"
    )
    assert converting(tree) == {"QColorSpace", "convertToColorSpace"}
    assert reading(tree) == making(tree) == {"save"}
    assert "to_screen" in _words(tree)
