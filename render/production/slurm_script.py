"""The sbatch script of a job array that renders an order in parts and merges them.

A plain script, and no submitit: the jobs need nothing from the process that submits them but their number,
the script can be read, changed and kept with the data, and a job that is submitted again resumes its own
folder.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from facegen.datasets.errors import FacegenError

GB_A_WORKER = 3  # peak of a worker at 512 pixels was 2.2 GB, at 1024 pixels 3.1 (worker_pool)
NEEDED = ("--out", "--shard", "--workers", "--resume")  # options that the script sets


def slurm_script(
    options: Sequence[str],
    out: Path,
    jobs: int,
    *,
    cpus: int = 8,
    hours: float = 24.0,
    gpus: int = 0,
    partition: str | None = None,
    at_once: int | None = None,
    program: str = "facegen",
) -> str:
    """Write the script.

    Parameters
    ----------
    options : sequence of str
        Of `facegen render`, without those in NEEDED.
    out : Path
        Folder of the whole set, on a file system that all nodes share. Parts go into `parts/` beside it.
    jobs : int
        Jobs of the array: parts of the plan.
    cpus, gpus : int
        Of each job; one worker a processor, or one in all with a GPU.
    hours : float
        Time limit of a job.
    partition : str, optional
    at_once : int, optional
        Jobs that run at the same time.
    program : str
        Command that starts facegen on a node.

    Returns
    -------
    str
        A bash script for `sbatch`. The array renders; the merge is submitted to follow it.

    Raises
    ------
    FacegenError : a number is out of its range, or `options` sets what the script sets.
    """
    if jobs < 1 or cpus < 1 or gpus < 0 or hours <= 0:
        raise FacegenError("a job array needs 1 job, 1 processor and some time, or more")
    for option in options:
        if option.partition("=")[0] in NEEDED:
            raise FacegenError(f"{option}: the script sets {', '.join(NEEDED)} itself: leave it out")
    if not all(text.isprintable() for text in (*options, str(out), partition or "", program)):
        raise FacegenError("a letter that is not printed in an option: a script cannot hold it")
    workers = 1 if gpus else cpus
    name = out.absolute().name
    parts = out.absolute().with_name(f"{name}-parts")
    limit = max(1, round(hours * 60))
    heads = [
        f"--job-name=facegen-{''.join(c if c.isalnum() or c in '-_' else '_' for c in name)}",
        f"--array=0-{jobs - 1}{f'%{at_once}' if at_once else ''}",
        f"--cpus-per-task={cpus}",
        f"--mem={GB_A_WORKER * workers + 2}G",
        f"--time={limit // 60}:{limit % 60:02d}:00",
        "--requeue",  # a job of a node that was taken away starts again and resumes
        "--signal=B:TERM@60",
    ]
    heads += [f"--gpus={gpus}"] if gpus else []
    heads += [f"--partition={shlex.quote(partition)}"] if partition else []
    render = [program, "render", *options, "--resume", "if-possible", "--workers", str(workers)]
    merge = [program, "merge", "--out", str(out.absolute())]
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {one}" for one in heads),
        "set -euo pipefail",
        f"parts={shlex.quote(str(parts))}",
        'part=$(printf %05d "$SLURM_ARRAY_TASK_ID")',
        'mkdir -p "$parts"',
        'if [ "$SLURM_ARRAY_TASK_ID" = 0 ] && [ "${SLURM_RESTART_COUNT:-0}" = 0 ]; then',
        '  sbatch --dependency="afterok:$SLURM_ARRAY_JOB_ID" --job-name=facegen-merge \\',
        f"    --wrap={shlex.quote(shlex.join(merge) + ' ' + shlex.quote(str(parts)) + '/*')}",
        "fi",
        f'exec {shlex.join(render)} --shard "$SLURM_ARRAY_TASK_ID/{jobs}" --out "$parts/$part"',
    ]
    return "\n".join(lines) + "\n"
