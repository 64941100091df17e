"""Paths of a checkout, an installed wheel and a frozen program."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from studio.common.errors import InputError, UsageError
from studio.common.i18n import _

if sys.platform != "win32":
    import pwd

APP = "gridbrush"
_XDG = sys.platform not in ("win32", "darwin")
_POSIX = sys.platform != "win32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders of one user, or of one `--home`.

    Attributes:
        home: the folder given by `--home`; None for the system's usual ones.
        library: the library opened if the settings name no other.
        keyring_service: the service name of keys in the system keyring.
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
        """File of the settings."""
        return self.config / "settings.json"

    @property
    def export_presets_file(self) -> Path:
        """The user's presets for export, as JSON."""
        return self.config / "export-presets.json"

    @property
    def copies_folder(self) -> Path:
        """Folder of copies that were dragged or copied out of the window."""
        return self.cache / "copies"

    @property
    def draft_file(self) -> Path:
        """File of the composer's draft."""
        return self.state / "draft.json"

    @property
    def window_file(self) -> Path:
        """File of the window's geometry and splitters."""
        return self.state / "window.json"

    @property
    def log_folder(self) -> Path:
        """Folder of the log files."""
        return self.state / "logs"

    def computed(self, library_id: str) -> Path:
        """Folder of a library's index and thumbnails, which may be deleted at any time."""
        return self.data / "libraries" / library_id


def find(home: str | Path | None = None) -> Paths:
    """The folders for `home`, or the system's usual ones (platformdirs) if it is None.

    Raises InputError for a name that cannot be encoded, which records and index require.
    """
    if home is not None:
        if not str(home).strip():
            raise UsageError(_("--home needs the name of a folder"))
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
    if not _XDG:
        dirs = platformdirs.PlatformDirs(APP, appauthor=False)
        places = (
            dirs.user_data_path, dirs.user_cache_path, dirs.user_config_path, dirs.user_state_path,
        )  # fmt: skip
    else:
        places = (
            _xdg("XDG_DATA_HOME", ".local/share") / APP, _xdg("XDG_CACHE_HOME", ".cache") / APP,
            _xdg("XDG_CONFIG_HOME", ".config") / APP, _xdg("XDG_STATE_HOME", ".local/state") / APP,
        )  # fmt: skip
    data, cache, config, state = map(_readable, places)
    return Paths(
        home=None,
        library=_readable(_pictures() / "Gridbrush"),
        data=data,
        cache=cache,
        config=config,
        state=state,
        keyring_service=APP,
    )


def _xdg(name: str, usual: str) -> Path:
    """A folder of the XDG specification, which ignores relative paths."""
    folder = Path(os.environ.get(name, ""))
    return folder if folder.is_absolute() else user_home() / usual


def _pictures() -> Path:
    if _XDG:
        named = Path(os.environ.get("XDG_PICTURES_DIR", ""))
        usual = named if named.is_absolute() else user_home() / "Pictures"
        found = usual if usual == named else platformdirs.user_pictures_path()
        return found if found.is_absolute() else usual
    return platformdirs.user_pictures_path()


def user_home() -> Path:
    """The user's existing home folder. Raises InputError."""
    text = os.environ.get("HOME") if _POSIX else str(Path.home())
    if text is None:
        text = _home_of_this_user()
    home = Path(text)
    if not home.is_absolute():
        raise _homeless(_("HOME is {name}, not an absolute path.").format(name=repr(text)))
    try:
        there = home.is_dir()
    except OSError:
        there = False
    if not there:
        raise _homeless(_("Folder {name} not found.").format(name=repr(text)))
    return home


def _home_of_this_user() -> str:
    if sys.platform == "win32":
        return ""
    else:
        try:
            return pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            raise _homeless(_("HOME is not set, and the system does not know this user.")) from None


def _homeless(message: str) -> InputError:
    return InputError(
        _("Your home folder was not found"),
        message,
        hint=_("Set HOME to your home folder, or start with --home DIR. Nothing was written."),
    )


def of_user(text: str | Path) -> Path:
    """A path written by the user, with "~" expanded. Raises InputError."""
    path = Path(text)
    first = path.parts[0] if path.parts else ""
    if first == "~":
        return user_home().joinpath(*path.parts[1:])
    if first[:1] == "~":
        try:
            return path.expanduser()
        except RuntimeError:
            return path  # no such user: it may be a file
    return path


def _readable(home: Path) -> Path:
    try:
        folder = user_home().joinpath(*home.parts[1:]) if home.parts[:1] == ("~",) else home
        folder = folder.expanduser().absolute()
        str(folder).encode()
    except (OSError, RuntimeError, UnicodeEncodeError) as error:
        raise InputError(
            _("The folder cannot be used"),
            _("{name} is an unknown home folder, or contains invalid characters.").format(
                name=repr(str(home))
            ),
            hint=_("Choose a folder with another name."),
        ) from error
    return folder


def resources() -> Path:
    """Folder of icons, style sheet, model table and translations.

    Beside the package in a checkout, inside it in a wheel and in a frozen program.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def program() -> list[str]:
    """Command that starts this program, for the decoding process and the self-test."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "studio"]
