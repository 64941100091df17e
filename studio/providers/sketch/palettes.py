"""The colours of a painting: one palette for each light, tinted by words or by another picture.

The lights and their colours follow the design drawings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from studio.providers.sketch.colour import (
    BLACK,
    WHITE,
    Colour,
    along,
    colours,
    hsl,
    luminance,
    mix,
    shifted,
    to_hsl,
)

_SCENERY = ("sky", "sea", "far", "land", "leaf")
_LIT = ("sun", "pale", "accent", "lamp")

MANNERS: dict[str, Callable[[Colour], Colour]] = {
    "muted": lambda value: shifted(value, saturation=0.78),
    "vivid": lambda value: shifted(value, saturation=1.35),
    "pastel": lambda value: mix(shifted(value, saturation=0.8), (255, 250, 245), 0.38),
    "grey": lambda value: shifted(value, saturation=0),
    "dark": lambda value: mix(value, (8, 8, 12), 0.32),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePalette:
    """Colours of a scene.

    Attributes:
        sky: four colours from the zenith to the horizon.
        sun: sun or moon.
        sea: water at the horizon and near.
        far: distant land.
        land: near land, lit and in shade.
        pale: walls and paper, lit and in shade.
        accent: stripes, roofs and other small areas of strong colour.
        lamp: artificial light.
        leaf: plants in this light.
        dim: darkness, 0 day to 1 night.
    """

    sky: tuple[Colour, ...]
    sun: Colour
    sea: tuple[Colour, ...]
    far: Colour
    land: tuple[Colour, ...]
    pale: tuple[Colour, ...]
    accent: Colour
    lamp: Colour
    leaf: Colour
    dim: float

    def scenery(self, change: Callable[..., Colour], *others: ScenePalette) -> ScenePalette:
        """This palette with sky, water and land changed.

        `change` takes a colour and its counterpart in each of the `others`.
        """
        return self._with_changed(_SCENERY, change, others)

    def in_manner(self, manner: str) -> ScenePalette:
        """This palette in one of the MANNERS."""
        return self._with_changed(_SCENERY + _LIT, MANNERS[manner])

    def depth(self, near: Colour, share: float) -> Colour:
        """Aerial perspective: `near` at share 1, the haze of the horizon at share 0."""
        haze = mix(self.sky[3], self.far, 0.45)
        return mix(haze, near, share)

    def tonal_scale(self) -> list[Colour]:
        """256 colours from the darkest to the lightest, for grading another picture."""
        chosen = [self.land[1], self.sea[1], self.sky[0], self.far, self.sky[2], self.sky[3]]
        stops = [*sorted(chosen, key=luminance), mix(self.sun, self.pale[0], 0.4)]
        low, high = luminance(stops[0]), luminance(stops[-1])
        # Halfway between equal steps, which give the light of the palette, and steps by luminance,
        # which keep the contrast of the picture.
        places = [
            0.5 * k / (len(stops) - 1)
            + 0.5 * min(1.0, max(0.0, (luminance(stop) - low) / max(0.05, high - low)))
            for k, stop in enumerate(stops)
        ]
        scale: list[Colour] = []
        for value in range(256):
            share = value / 255
            k = next((j for j in range(1, len(stops)) if share <= places[j]), len(stops) - 1)
            width = max(1e-6, places[k] - places[k - 1])
            scale.append(mix(stops[k - 1], stops[k], min(1.0, (share - places[k - 1]) / width)))
        return scale

    def _with_changed(
        self,
        names: tuple[str, ...],
        change: Callable[..., Colour],
        others: tuple[ScenePalette, ...] = (),
    ) -> ScenePalette:
        changed: dict[str, Any] = {}
        for name in names:
            values = [getattr(palette, name) for palette in (self, *others)]
            several = isinstance(values[0][0], tuple)
            changed[name] = tuple(map(change, *values)) if several else change(*values)
        return replace(self, **changed)


# Name, dim, then sky x 4, sun, sea x 2, far, land x 2, pale x 2, accent, lamp, leaf.
_TABLE = """
dusk    0.45  3a2440 8d4560 d9785f f3b184 ffe2b4 b8656a 4a2b4c 8a4c66
              4a2b3c 22141f f2dcc9 b79a98 a83f3b ffd98a 4b2b45
blue    0.7   101d42 25407a 5b7eb3 a9bdd6 e7eefc 5475a8 13244c 33507f
              1d2b4c 0b1328 c6d3e8 7587ab 4b4a78 ffcf6b 1a3a5c
fog     0.2   8d9799 a9b1b0 c3c8c4 d6d8d2 eef0ea bfc5c1 84908f b2b9b7
              7b8685 5a6465 dfe1dc b3bab8 a58b84 ffe9b0 5d716c
snow    0.15  7f96ad a3b5c5 c8d3db e4e6e4 fff8e8 9fb2bf 516a7e aebdc8
              6d7c89 39464f f4f4f0 b9c2c9 b0463f ffd27a 40606a
storm   0.7   171d22 303b42 56646a 7f8b8b 9aa7a6 4d5c60 161d20 3a464b
              272d2f 0f1213 d5d3c6 86887f 7c3b34 ffe08a 25363a
night   1.0   070b1c 0f1a38 1b2d54 2f4a74 f3efd9 1d3157 070d1f 16264a
              0e1730 050914 93a3c4 4b5a80 5b3a52 fff0b0 0d2440
dawn    0.2   8fb7c6 c9cfc4 f2d3b0 f7b79b fff3d6 e0ac9b 6d8c9d c79a98
              64606d 393745 fbf1e6 cdb8b4 cf6450 ffe7a8 55606a
noon    0.0   3f93b6 78bacb b4dad6 e3ece0 fff9dc 63b0b6 1f6277 7fa7a6
              6d6a58 3c4138 fffaf0 cfd0c6 d4523e fff0b0 2f6a58
mist    0.05  a9cfc6 bcdcd2 cfe6dc e2efe4 fff6dd a5cdc4 3d7c78 8fbcae
              3f6f66 1d4a43 f6f6ea bccfc6 d9785f fff0c0 1d4a43
autumn  0.1   d8b58c e6c79a f1d9ae f7e6c6 fff3d6 c9a183 6b5a58 c48f62
              7a4a35 3d2a26 fbf1e0 cdb8a0 b5432a ffd98a a4502a
violet  0.75  221a3f 4a2f6e 8d5a97 e79aa0 ffd3b0 8a5f9a 2b1f4c 5f4383
              352655 171029 e9dcf0 a892bd d0566f ffd98a 3a2a5c
shore   0.05  c3c4e6 cfcfeb d9d8ef e4e0f0 e8745c a9ccd3 1d3d8f 9db4cf
              3b5c9c 1a2b6b f7f3ec c4c3d8 e8654f ffe2a8 2f6d73
mono    0.0   e9e4d8 e3ddcf ddd6c6 d6cebc c8452f cfc6b2 b6ab95 c2b8a4
              3a3631 24211e f5f0e4 cfc6b4 2c2925 c8452f 4a453e
"""


def _lights() -> dict[str, ScenePalette]:
    words = _TABLE.split()
    lights: dict[str, ScenePalette] = {}
    for row in range(0, len(words), 17):
        name, dim = words[row : row + 2]
        c = colours(" ".join(words[row + 2 : row + 17]))
        lights[name] = ScenePalette(
            sky=tuple(c[:4]),
            sun=c[4],
            sea=tuple(c[5:7]),
            far=c[7],
            land=tuple(c[8:10]),
            pale=tuple(c[10:12]),
            accent=c[12],
            lamp=c[13],
            leaf=c[14],
            dim=float(dim),
        )
    return lights


LIGHTS = _lights()


def weathered(light: ScenePalette, weather: str) -> ScenePalette:
    """The palette of a light in the weather "fog", "snow" or "storm"."""
    other = LIGHTS[weather]
    by = min(1.0, luminance(light.sky[1]) / max(0.15, luminance(other.sky[1])))

    def veiled(one: Colour, two: Colour) -> Colour:
        # The weather's hue with the light's own brightness, so that fog at night stays dark.
        return mix(one, mix(BLACK, two, by), 0.42)

    return replace(light.scenery(veiled, other), sun=mix(light.sun, other.sun, 0.4))


def tinted(palette: ScenePalette, hue: float) -> ScenePalette:
    """The palette shifted to one hue; lights and darks stay."""
    centre = to_hsl(palette.sky[1])[0]

    def leaning(value: Colour) -> Colour:
        own, saturation, lightness = to_hsl(value)
        apart = ((own - centre + 180) % 360) - 180
        return hsl(hue + apart * 0.28, max(saturation * 0.7, 0.31), lightness)

    changed = palette.scenery(leaning)
    return replace(changed, pale=(palette.pale[0], mix(palette.pale[1], changed.far, 0.25)))


def turned(palette: ScenePalette, degrees: float) -> ScenePalette:
    """The palette with the hues of its scenery rotated by a few degrees."""
    return palette.scenery(lambda value: shifted(value, hue=degrees))


def drawn_from(palette: ScenePalette, found: list[Colour]) -> ScenePalette:
    """The palette in colours found in another picture; lights and darks stay."""
    # A quantised picture is duller than it looks.
    ramp = sorted((shifted(value, saturation=1.2) for value in found), key=luminance)
    if len(ramp) < 2:
        ramp = [mix(ramp[0], BLACK, 0.7), ramp[0], mix(ramp[0], WHITE, 0.7)]
    low, high = luminance(ramp[0]), luminance(ramp[-1])

    def matched(value: Colour) -> Colour:
        bright = luminance(value)
        match = along(ramp, (bright - low) / max(0.08, high - low))
        # The colour keeps its brightness, so that night does not turn into day.
        target = max(0.02, luminance(match))
        if bright < target:
            match = mix(BLACK, match, bright / target)
        return mix(value, match, 0.82)

    strongest = max(found, key=lambda value: to_hsl(value)[1] * (1 - abs(luminance(value) - 0.5)))
    return replace(
        palette.scenery(matched),
        accent=mix(palette.accent, strongest, 0.75),
        pale=tuple(mix(tone, ramp[-1], 0.3) for tone in palette.pale),
        sun=mix(palette.sun, ramp[-1], 0.3),
    )
