"""The programs that prove runs of any size (`tools/`), at a size that takes minutes."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not TOOLS.is_dir(), reason="not run from a clone"),
]
needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra cluster")
needs_blender = pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs the extra render")


def proof(program, *arguments):
    """What a program found: the JSON object that it prints last."""
    command = [sys.executable, TOOLS / f"{program}.py", *map(str, arguments)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stdout
    return json.loads(run.stdout[run.stdout.index("{") :])


@pytest.mark.parametrize("nodes", [0, pytest.param(2, marks=needs_ray)])
def test_a_run_killed_half_way_is_resumed_whole(tmp_path, nodes):
    found = proof("planned_samples", tmp_path / "proof", "--num", 3000, "--nodes", nodes)
    assert found["whole"] and 1500 <= found["killed_at"] < 3000 and not (tmp_path / "proof").exists()
    first, second = (dict(run["rss_mb"]) for run in found["runs"])
    assert max(second) <= 3000 - found["killed_at"] // found["shard_size"] * found["shard_size"]
    if not nodes:  # with Ray, files of shards on their way as well
        assert max(first.values()) - min(first.values()) < 40


@pytest.mark.render
@needs_ray
@needs_blender
def test_pool_ray_and_job_array_write_the_same_files(tmp_path):
    found = proof("engines_agree", tmp_path, "--num", 8, "--size", 64, "--shard-size", 2)
    assert found["equal"] and found["differing"] == [] and sorted(found["seconds"]) == ["jobs", "pool", "ray"]
    assert found["files"] == 8 * 8 + 4 + 2  # of samples, records, the matched block and its correction


@pytest.mark.render
@needs_blender
def test_kills_at_random_moments_lose_no_face_and_change_no_byte(tmp_path):
    found = proof("killed_run", tmp_path, "--num", 16, "--size", 64, "--kills", 10, "--again", 4)
    assert found["verified"] and found["kills_of_workers"] + found["kills_of_runs"] >= 8
