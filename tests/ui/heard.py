"""What a screen reader is told in a test: announcements, and events of rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent


@dataclass(slots=True)
class Heard:
    """Everything told since the last `clear`.

    Attributes:
        said: announcements, in their order.
        names: names that items of a list were told to have.
        focused: names of the items that were told to have the focus.
        shown: names of the notifications that were told to be shown.
    """

    said: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    focused: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def take(self, event: QAccessibleEvent) -> None:
        """Note an event."""
        if isinstance(event, QAccessibleAnnouncementEvent):
            self.said.append(event.message())
            return
        kinds = {
            QAccessible.Event.NameChanged: self.names,
            QAccessible.Event.Focus: self.focused,
        }
        told = kinds.get(event.type())
        whole = QAccessible.queryAccessibleInterface(event.object())
        appears = event.type() == QAccessible.Event.ObjectShow
        if appears and whole is not None and whole.role() == QAccessible.Role.Notification:
            self.shown.append(whole.text(QAccessible.Text.Name))
        item = None if whole is None else whole.child(event.child())
        if told is not None and item is not None:
            told.append(item.text(QAccessible.Text.Name))

    def clear(self) -> None:
        """Forget everything."""
        self.said.clear()
        self.names.clear()
        self.focused.clear()
        self.shown.clear()
