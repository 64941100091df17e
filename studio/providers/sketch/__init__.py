"""The offline painter: pictures without a key or a network, in the wire format of a service.

The painter is procedural and deterministic, and labels itself "Offline sketch, not AI". Pillow is
loaded when the first picture is painted, never before.
"""

from __future__ import annotations

from studio.providers.sketch.wire import CHUNK, MODELS, Answer, Painter

__all__ = ["CHUNK", "MODELS", "Answer", "Painter", "answer"]

answer = Painter().answer
"""Answer a request with the painter that the whole process shares."""
