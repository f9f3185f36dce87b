"""The set a command takes when none is named."""

from pathlib import Path

from facegen.datasets.errors import FacegenError


def newest_set(folder: Path | None = None) -> Path:
    """The newest ./facegen-out* that `facegen render` has written to; FacegenError where there is none."""
    folder = folder or Path.cwd()
    found = [one for one in folder.glob("facegen-out*") if (one / "dataset.json").is_file()]
    if not found:
        raise FacegenError(f"no rendered set in {folder}: name one, or run `facegen render` first")
    return max(found, key=lambda one: ((one / "dataset.json").stat().st_mtime, one.name))
