"""The folder of a run of train-eval: which one is taken, and whether a run may continue in it.

This module does without torch, so that commands which only look for a checkpoint start fast.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.parse.training.step_log import LOG_FILE

ARGUMENTS_FILE = "args.json"
# Settings that all trainings in a run folder have in common. Everything else may change between calls, so
# that a run can later get more seeds, a second set or a curve.
COMMON = ("real", "real_test", "network", "size", "steps", "batch")
FOLDERS = ("real", "real_test")
# Folders of trainings that earlier versions named differently: {name before: name now}, as prefixes.
RENAMED = {"R-law-": "R-reweighted-"}


def fresh_folder() -> Path:
    """./facegen-eval, or the first facegen-eval-K that does not exist."""
    folder, k = Path("facegen-eval"), 1
    while folder.exists():
        k += 1
        folder = Path(f"facegen-eval-{k}")
    return folder


def check_run_folder(folder: Path, arguments: Mapping[str, Any]) -> None:
    """Check that a run with these arguments may start or continue in a folder.

    A run that never trained a step (its batch was too large for the GPU, for example) does not count.

    Raises
    ------
    FacegenError : the folder holds a run with other settings, which would be mixed with this one, or
        something that is not a run.
    """
    file = folder / ARGUMENTS_FILE
    if file.exists():
        # The heading of a log is written before the first step.
        if not any(log.read_text().count("\n") > 1 for log in folder.glob(f"*/{LOG_FILE}")):
            return
        other = read_json(file)
        differing = sorted(key for key in COMMON if _differ(key, other.get(key), arguments.get(key)))
        if differing:
            raise FacegenError(f"{folder} holds a run of other {', '.join(differing)}: choose another --out")
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FacegenError(f"{folder} holds something else than a run of train-eval: choose another --out")


def _differ(key: str, one: Any, other: Any) -> bool:
    """Whether two settings differ; folders are compared as the places that they name."""
    if key in FOLDERS and isinstance(one, str) and isinstance(other, str):
        return Path(one).resolve() != Path(other).resolve()
    return bool(one != other)


def adopt_renamed(folder: Path) -> None:
    """Give trainings that an earlier version of facegen left in a run folder their present names."""
    for before, now in RENAMED.items():
        for old in folder.glob(f"{before}*"):
            target = folder / old.name.replace(before, now, 1)
            if not target.exists():
                old.rename(target)


def newest_checkpoint(folder: Path | None = None) -> Path | None:
    """The newest checkpoint of an arm in the runs ./facegen-eval*; None where there is none.

    Parameters
    ----------
    folder : Path, optional
        Where the run folders lie; the working directory by default.
    """
    found: list[Path] = []
    for run in (folder or Path.cwd()).glob("facegen-eval*"):
        with contextlib.suppress(FacegenError, KeyError):
            count = read_json(run / ARGUMENTS_FILE)["num"]  # of the arms; points of curves have others
            for arm in ("R", "S-*", "S_D-*", "X*"):
                found += run.glob(f"{arm}-n{count}-seed*/checkpoint.pt")
    return max(found, key=lambda one: (one.stat().st_mtime, str(one)), default=None)
