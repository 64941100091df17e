"""The composer: source and references, prompt, choices, and Generate."""

from __future__ import annotations

from studio.ui.composer.composer import Composer

__all__ = ["Composer"]
