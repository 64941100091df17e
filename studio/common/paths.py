"""Where everything lies: one answer for a checkout, an installed wheel and a frozen program."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from studio.errors import InputError
from studio.values import dataclass
from studio.words import _

APP = "gridbrush"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders of one user, or of one `--home`.

    Attributes:
        home: the folder given by `--home`, None for the system's own places.
        library: the library opened when settings name no other.
        keyring_service: the name under which keys are kept in the system keyring.
    """

    home: Path | None
    library: Path
    data: Path
    cache: Path
    config: Path
    state: Path
    keyring_service: str

    @property
    def settings_file(self) -> Path:
        """Choices; no secrets."""
        return self.config / "settings.json"

    @property
    def draft_file(self) -> Path:
        """The composer as the user left it."""
        return self.state / "draft.json"

    @property
    def window_file(self) -> Path:
        """Size, place and splitters of the window."""
        return self.state / "window.json"

    @property
    def log_folder(self) -> Path:
        """Log files, a few, small."""
        return self.state / "logs"

    def computed(self, library_id: str) -> Path:
        """Index and thumbnails of a library; may be deleted at any time."""
        return self.data / "libraries" / library_id


def find(home: str | Path | None = None) -> Paths:
    """The folders for `home`, or the system's own (platformdirs) when it is None.

    Raises InputError for a name that is no text: neither records nor the index could hold it.
    """
    if home is not None:
        root = _readable(Path(home))
        digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
        return Paths(
            home=root,
            library=root / "library",
            data=root / "data",
            cache=root / "cache",
            config=root / "config",
            state=root / "state",
            keyring_service=f"{APP}:{digest}",
        )
    import platformdirs

    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    return Paths(
        home=None,
        library=platformdirs.user_pictures_path() / "Gridbrush",
        data=dirs.user_data_path,
        cache=dirs.user_cache_path,
        config=dirs.user_config_path,
        state=dirs.user_state_path,
        keyring_service=APP,
    )


def _readable(home: Path) -> Path:
    try:
        folder = home.expanduser().absolute()
        str(folder).encode()
    except (RuntimeError, UnicodeEncodeError) as error:
        raise InputError(
            _("The folder cannot be used"),
            _("{name} is nobody's folder, or has bytes that are no letters.").format(
                name=repr(str(home))
            ),
            hint=_("Choose a folder with another name."),
        ) from error
    return folder


def resources() -> Path:
    """The folder with icons, style sheet, model table and words.

    Beside the package in a checkout, inside it in a wheel and in a frozen program.
    """
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def program() -> list[str]:
    """The command that starts this program again, for the decoding worker and the self-test."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "studio"]
