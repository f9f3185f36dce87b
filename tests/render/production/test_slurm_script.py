"""The script of a job array: bash reads it, and run as a job it starts the right part."""

import os
import subprocess
from pathlib import Path

import pytest

from facegen.datasets.errors import FacegenError
from facegen.render.production.slurm_script import slurm_script

HOSTILE = 'a b\'; touch pwned; $(touch pwned) `touch pwned` "x"'


def run(script, tmp_path, task, restarts=0):
    """Run a script as Slurm would, with programs that print their arguments one a line."""
    programs = tmp_path / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("facegen", "sbatch"):
        file = programs / name
        file.write_text(f'#!/bin/bash\nprintf "%s\\n" {name} "$@" END\n')
        file.chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "SLURM_ARRAY_TASK_ID": str(task),
        "SLURM_ARRAY_JOB_ID": "77",
        "SLURM_RESTART_COUNT": str(restarts),
    }
    found = subprocess.run(
        ["bash", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    calls = [one.strip("\n").split("\n") for one in found.stdout.split("END\n") if one]
    return {call[0]: call[1:] for call in calls}


def test_a_job_renders_its_part_and_the_first_submits_the_merge(tmp_path):
    out = tmp_path / "faces"
    script = slurm_script(["--num", "1000", "--set", f"hat={HOSTILE}"], out, 12, cpus=4, hours=1.5, at_once=3)
    heads = [line for line in script.splitlines() if line.startswith("#SBATCH")]
    assert {"#SBATCH --array=0-11%3", "#SBATCH --cpus-per-task=4", "#SBATCH --time=1:30:00"} <= set(heads)
    calls = run(script, tmp_path, 0)
    assert calls["facegen"] == [
        "render", "--num", "1000", "--set", f"hat={HOSTILE}", "--resume", "if-possible", "--workers", "4",
        "--shard", "0/12", "--out", f"{out}-parts/00000",
    ]  # fmt: skip
    assert calls["sbatch"][0] == "--dependency=afterok:77"
    assert calls["sbatch"][-1] == f"--wrap=facegen merge --out {out} {out}-parts/*"
    calls = run(script, tmp_path, 7)
    assert "sbatch" not in calls and calls["facegen"][-3:] == ["7/12", "--out", f"{out}-parts/00007"]
    assert "sbatch" not in run(script, tmp_path, 0, restarts=1)
    assert not list(tmp_path.rglob("pwned"))


def test_hostile_folders_and_partitions_start_nothing(tmp_path):
    script = slurm_script([], tmp_path / HOSTILE.replace("/", ""), 1, partition=HOSTILE)
    calls = run(script, tmp_path, 0)
    assert calls["facegen"][-1].endswith("-parts/00000") and not list(tmp_path.rglob("pwned"))
    merge = calls["sbatch"][-1].removeprefix("--wrap=")
    assert run(merge, tmp_path, 0)["facegen"][:2] == ["merge", "--out"]
    assert not list(tmp_path.rglob("pwned"))


def test_what_the_script_sets_cannot_be_given():
    for option in ("--out", "--shard=0/2", "--workers", "--resume"):
        with pytest.raises(FacegenError, match="the script sets"):
            slurm_script([option], Path("x"), 2)
    with pytest.raises(FacegenError, match="not printed"):
        slurm_script([], Path("x\n#SBATCH --x"), 2)
    with pytest.raises(FacegenError, match="1 job"):
        slurm_script([], Path("x"), 0)
