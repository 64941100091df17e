"""Colour profiles in the decoding process: reading, and conversion of pictures."""

from __future__ import annotations

import io

from PIL import Image, ImageCms

Profile = ImageCms.ImageCmsProfile

SRGB = Profile(ImageCms.createProfile("sRGB"))

_FAULTS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


def read(raw: bytes) -> Profile | None:
    """The profile in these bytes; None if missing or damaged."""
    if not raw:
        return None
    try:
        profile = Profile(io.BytesIO(raw))
        _ = profile.profile.xcolor_space
    except _FAULTS:
        return None
    return profile


def is_rgb(profile: Profile) -> bool:
    """Whether the profile is for RGB colours."""
    return str(profile.profile.xcolor_space).strip() == "RGB"


def embedded(raw: bytes) -> Profile | None:
    """The profile of a picture; None if missing or damaged, and for sRGB."""
    profile = read(raw)
    try:
        if profile is None or ImageCms.getProfileDescription(profile).startswith("sRGB"):
            return None
    except _FAULTS:
        return None
    return profile


def to_rgb(
    picture: Image.Image, profile: Profile | None, *, target: Profile | None = None
) -> tuple[Image.Image, Profile]:
    """The picture as RGB or RGBA, and its profile: `target`, or sRGB if the conversion fails.

    Without a profile, or with one for another colour space, the picture is treated as sRGB and not
    converted.
    """
    alpha = picture.getchannel("A") if picture.mode in ("LA", "RGBA") else None
    colours = picture.convert("RGB" if picture.mode == "RGBA" else "L") if alpha else picture
    space = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}.get(colours.mode)
    reached = SRGB
    if profile is not None and profile.profile.xcolor_space.strip() == space:
        for wanted in (SRGB,) if target is None else (target, SRGB):
            if (converted := _converted(colours, profile, wanted)) is not None:
                colours, reached = converted, wanted
                break
    if colours.mode != "RGB":
        colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours, reached


def _converted(colours: Image.Image, profile: Profile, target: Profile) -> Image.Image | None:
    """The picture as RGB in `target`; None if the profiles are incompatible."""
    try:
        return ImageCms.profileToProfile(
            colours, profile, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
        )
    except _FAULTS:
        return None
