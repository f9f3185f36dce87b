"""The folder of a train-eval run: which one is taken, and whether a run may go on in it."""

from pathlib import Path
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json

ARGUMENTS_FILE = "args.json"
LOG_FILE = "log.csv"  # of a training that has begun (parse.train); named here so that torch stays unloaded
# What every training in a run folder has in common; everything else may change between calls, so that a
# run can be given more seeds, a second set or a curve later.
COMMON = ("real", "real_test", "network", "size", "steps", "batch")


def fresh_folder() -> Path:
    """./facegen-eval, or the first facegen-eval-K that does not exist."""
    folder, k = Path("facegen-eval"), 1
    while folder.exists():
        k += 1
        folder = Path(f"facegen-eval-{k}")
    return folder


def check_run_folder(folder: Path, arguments: dict[str, Any]) -> None:
    """FacegenError where a folder holds a run of other settings: going on there would mix two runs.

    A run that never trained a step (too large a batch for the GPU, say) does not count.
    """
    file = folder / ARGUMENTS_FILE
    if file.exists():
        # Its heading is written before the first step.
        if not any(log.read_text().count("\n") > 1 for log in folder.glob(f"*/{LOG_FILE}")):
            return
        other = read_json(file)
        differing = sorted(key for key in COMMON if other.get(key) != arguments.get(key))
        if differing:
            raise FacegenError(f"{folder} holds a run of other {', '.join(differing)}: choose another --out")
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FacegenError(f"{folder} holds something else than a run of train-eval: choose another --out")
