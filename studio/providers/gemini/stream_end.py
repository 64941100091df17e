"""Detect the end of a stream from its events, because some services leave the connection open.

The last event of a candidate has its finishReason; a refusal or an error is also the end.
"""

from __future__ import annotations

from typing import Any

from studio.providers.gemini import fields

_NO_REASON = (*fields.NO_REASON, "NULL")
_ENVELOPES = ("response", "result")


class StreamEnd:
    """State of one stream, updated by its events."""

    def __init__(self) -> None:
        self._ended: dict[int, bool] = {}
        self._refused = False

    def on_stream_event(self, event: Any) -> None:
        """Process one more parsed event."""
        for name in _ENVELOPES:
            event = fields.get(event, name) or event
        for name in ("candidates", "choices"):
            for place, one in enumerate(fields.items(event, name)):
                number = fields.number(one, "index")
                number = place if number is None else number
                reason = fields.text(one, "finishReason").strip().upper()
                self._ended[number] = self._ended.get(number, False) or reason not in _NO_REASON
        blocked = fields.text(fields.get(event, "promptFeedback"), "blockReason")
        self._refused = self._refused or bool(blocked) or fields.get(event, "error") is not None

    @property
    def goes_on(self) -> bool:
        """Whether a candidate has started and not ended yet."""
        return not self._refused and not all(self._ended.values())

    @property
    def has_ended(self) -> bool:
        """Whether every started candidate has ended."""
        return self._refused or (bool(self._ended) and all(self._ended.values()))
