"""Typical faults of edits by models, simulated by the fault models only."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from PIL import Image, ImageOps

from studio.providers.sketch import guides, repaint, roles
from studio.providers.sketch.brief import Brief, SketchInput
from studio.providers.sketch.scene import Scene

DRIFTS = "sketch-drifts"
KEEPS_MARKS = "sketch-keeps-marks"
RESHAPES = "sketch-reshapes"

SHIFT = 12.0
"""Maximum shift in pixels, in each direction."""

ZOOM = 0.02
GAIN = 0.06


def with_other_shape(brief: Brief) -> Brief:
    """The brief of `sketch-reshapes`: a square, or 4:3 in place of a square, of the same area."""
    if brief.fault != RESHAPES:
        return brief
    width, height = brief.size
    pixels = width * height
    ratio = 4 / 3 if abs(width / height - 1) < 0.05 else 1.0
    high = (pixels / ratio) ** 0.5
    return replace(brief, size=(_in_steps(high * ratio), _in_steps(high)))


def spoil(scene: Scene, brief: Brief, edited: SketchInput) -> None:
    """Apply the brief's fault to its finished edit."""
    if brief.fault == DRIFTS:
        _drift(scene, brief.seed)
    elif brief.fault == KEEPS_MARKS:
        _keep_marks(scene, brief, edited)


def _drift(scene: Scene, seed: int) -> None:
    """Shift, zoom and brighten the picture; pixels moved in from outside repeat the edge."""
    draw = Random(f"drifts {seed}")
    right, down = draw.uniform(-SHIFT, SHIFT), draw.uniform(-SHIFT, SHIFT)
    zoom = 1 + draw.uniform(-ZOOM, ZOOM)
    gains = [1 + draw.uniform(-GAIN, GAIN) for _channel in range(3)]
    picture = scene.image
    width, height = picture.size
    pad = round(SHIFT + ZOOM * max(width, height)) + 2
    wide = Image.new("RGB", (width + 2 * pad, height + 2 * pad))
    wide.paste(ImageOps.mirror(picture), (pad - width, pad))
    wide.paste(ImageOps.mirror(picture), (pad + width, pad))
    wide.paste(picture, (pad, pad))
    wide.paste(ImageOps.flip(wide.crop((0, pad, wide.width, 2 * pad))), (0, 0))
    wide.paste(ImageOps.flip(wide.crop((0, height, wide.width, pad + height))), (0, pad + height))
    middle_x, middle_y = width / 2, height / 2
    at_x = pad + middle_x - (middle_x + right) / zoom
    at_y = pad + middle_y - (middle_y + down) / zoom
    moved = wide.transform(
        picture.size,
        Image.Transform.AFFINE,
        (1 / zoom, 0, at_x, 0, 1 / zoom, at_y),
        Image.Resampling.BICUBIC,
    )
    levels = [min(255, round(level * gain)) for gain in gains for level in range(256)]
    picture.paste(moved.point(levels))


def _keep_marks(scene: Scene, brief: Brief, edited: SketchInput) -> None:
    """Leave the marks drawn on the marked copy in the picture."""
    marked = brief.with_role(roles.MARKED)
    if marked is None:
        return
    copy = repaint.opened(marked.data)
    over = guides.drawn_over(repaint.opened(edited.data), copy)
    size = scene.image.size
    scene.image.paste(
        ImageOps.fit(copy, size, Image.Resampling.BICUBIC),
        (0, 0),
        ImageOps.fit(over, size, Image.Resampling.BILINEAR),
    )


def _in_steps(side: float) -> int:
    return max(16, round(side / 8) * 8)
