"""A text of several lines with the line height of the design, and one part that stands out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.ui.style.theme import FontName, theme


class Paragraph(QLabel):
    """Words that wrap; `{strong}` in them is replaced by a part in the colour of `text`."""

    def __init__(
        self,
        text: str,
        kind: FontName = "small",
        role: str = "text2",
        parent: QWidget | None = None,
        *,
        line: int = 18,
        strong: str = "",
        weight: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._line = line
        self._role = role
        self._strong = strong
        self._words = text
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setFont(theme().font(kind, weight=weight))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme().changed.connect(self._draw)
        self.set_words(text)

    @property
    def words(self) -> str:
        """What it says, without any markup."""
        return self._words.replace("{strong}", self._strong)

    def set_words(self, text: str) -> None:
        """Say something else."""
        self._words = text
        self.setAccessibleName(self.words)
        self._draw()

    def _draw(self) -> None:
        # 0.3 MB of names of signs, for what a first start and the settings show.
        import html

        look = theme()
        high = self._line + look.px(12) - 12
        ground = look.color(self._role).name()
        part = f'<span style="color:{look.color("text").name()}">{html.escape(self._strong)}</span>'
        words = html.escape(self._words).replace("{strong}", part)
        # A word longer than the line must not widen the column.
        self.setMinimumWidth(1)
        self.setText(f'<p style="line-height:{high}px; color:{ground}; margin:0">{words}</p>')
