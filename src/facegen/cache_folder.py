"""Where facegen and what it is built on keep files between runs: one folder, one setting.

FACEGEN_CACHE names it. Without that it is `facegen` in $XDG_CACHE_HOME or ~/.cache, and where neither can be
written (no home folder, a read-only one) a folder of the user's own among the temporary files.
"""

import os
import tempfile
from pathlib import Path

VARIABLE = "FACEGEN_CACHE"
# Variables by which dependencies take a folder, and what they would use else, below the home folder.
OTHERS = (
    ("ANNY_CACHE_DIR", ".cache/anny", "anny"),  # anny/paths.py
    ("WARP_CACHE_PATH", ".cache/warp", "warp"),  # warp/_src/build.py
    ("MPLCONFIGDIR", ".config/matplotlib", "matplotlib"),  # matplotlib/__init__.py, get_configdir
)


def cache_folder() -> Path:
    """The folder; it is not made."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    for base in (os.environ.get("XDG_CACHE_HOME"), _home(".cache")):
        if base and _can_be_written(Path(base)):
            return Path(base) / "facegen"
    return _temporary()


def keep_caches_together() -> None:
    """Send the caches of dependencies to `cache_folder`, before they are imported.

    With FACEGEN_CACHE all of them go there; without it those whose own folder below the home folder can be
    written stay where they are. A variable that is set already is left as it is.
    """
    folder = cache_folder()
    everything = bool(os.environ.get(VARIABLE))
    for variable, own, name in OTHERS:
        if variable not in os.environ and (everything or not _is_usable(_home(own))):
            os.environ[variable] = str(folder / name)
    if _home("") is None:
        os.environ["HOME"] = str(folder)  # dependencies look for a home folder while they are imported


def _home(below: str) -> str | None:
    """A path below the home folder; None where the user has none."""
    try:
        return str(Path.home() / below)
    except RuntimeError:
        return None


def _is_usable(path: str | None) -> bool:
    return path is not None and _can_be_written(Path(path))


def _can_be_written(path: Path) -> bool:
    """Whether a folder, or the nearest one above it that exists, may be written."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def _temporary() -> Path:
    """A folder among the temporary files that nobody else can have prepared."""
    path = Path(tempfile.gettempdir()) / f"facegen-cache-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
        if path.is_symlink() or (hasattr(os, "getuid") and status.st_uid != os.getuid()):
            return Path(tempfile.mkdtemp(prefix="facegen-cache-"))
    except OSError:
        return path  # whoever writes there says what is wrong
    return path
