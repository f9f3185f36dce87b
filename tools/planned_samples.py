"""How a run of many samples grows: time, memory, and a kill half way, with copies in place of renders.

    python tools/planned_samples.py FOLDER --num 100000
    python tools/planned_samples.py FOLDER --num 10000 --nodes 2        on a Ray cluster of two nodes

The process that runs the order is killed (SIGKILL) at half of the samples; a second one resumes. Everything
but the pixels is as in a rendered set: specs are drawn, archives written, hashed and recorded. Then the hash
of every file is compared. Prints one JSON object; FOLDER is removed unless --keep is given.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [str(ROOT / "src"), str(ROOT / "tests" / "helpers")]
LEAVE = 10.0  # seconds that workers of a killed run have to leave
POINTS = 10  # memory is reported at so many numbers of samples


def main() -> int:
    """Run, kill, resume, verify, and print; the exit code is 1 where the set is not whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--num", type=int, default=100_000)
    parser.add_argument("--shard-size", type=int, default=256)
    parser.add_argument("--nodes", type=int, default=0, help="of a Ray cluster [0: worker processes alone]")
    parser.add_argument("--keep", action="store_true", help="do not remove the folder")
    words = parser.parse_args()
    sys.path[:0] = FOLDERS
    found = measure(words.folder, words.num, words.shard_size, words.nodes)
    print(json.dumps(found, indent=1))
    if not words.keep:
        shutil.rmtree(words.folder)
    return int(not found["whole"])


def measure(folder: Path, num: int, shard_size: int, nodes: int) -> dict[str, Any]:
    """The figures of both runs and of the set."""
    from stub_sample import write_stub_sample

    with tempfile.TemporaryDirectory(prefix="facegen-stub-") as sample:
        os.environ["STUB_SAMPLE"] = str(write_stub_sample(Path(sample)))
        order = [str(folder / "set"), str(num), str(shard_size), str(nodes), "tar"]
        runs = [run(order, kill_at=num // 2), run(order, kill_at=None)]
        started = time.perf_counter()
        problems = problems_of(folder / "set", num)
    return {
        "samples": num,
        "shard_size": shard_size,
        "engine": f"Ray, {nodes} nodes" if nodes else "local",
        "killed_at": runs[0]["rss_mb"][-1][0],
        "runs": runs,
        "verify_s": round(time.perf_counter() - started, 1),
        "bytes": sum(path.stat().st_size for path in (folder / "set").rglob("*") if path.is_file()),
        "problems": problems,
        "whole": not problems,
    }


def run(order: list[str], kill_at: int | None) -> dict[str, Any]:
    """Run an order in a process of its own, and kill this process alone when `kill_at` samples are there."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*FOLDERS, os.environ.get("PYTHONPATH", "")])}
    started, lines, left = time.perf_counter(), list[dict[str, Any]](), list[psutil.Process]()
    with subprocess.Popen(
        [sys.executable, "-m", "stub_run", *order], stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout
        for text in process.stdout:
            if not text.startswith("{"):
                continue  # Ray prints as well
            lines.append(json.loads(text))
            if kill_at is not None and lines[-1]["done"] >= kill_at:
                left = psutil.Process(process.pid).children(recursive=True)
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    for one in psutil.wait_procs(left, timeout=LEAVE)[1]:  # workers leave by themselves, nodes of Ray do not
        one.kill()
    wanted = -signal.SIGKILL if kill_at is not None else 0
    if process.returncode != wanted:
        raise SystemExit(f"the run ended with code {process.returncode}, not {wanted}")
    memory = [[line["done"], line["rss_mb"]] for line in lines if "rss_mb" in line]
    figures = {
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mb": round(used.ru_maxrss / 1e3, 1),
        "rss_mb": memory[:: max(1, len(memory) // POINTS)] + memory[-1:],
    }
    return figures | {key: lines[-1][key] for key in ("own_cpu_s", "failures") if key in lines[-1]}


def problems_of(folder: Path, num: int) -> list[str]:
    """What is wrong with the set, by the hash of every file and the number of rows of its table."""
    import pyarrow.parquet as pq

    from facegen.datasets.io.dataset_file import ATTRIBUTES_FILE, read_dataset_json
    from facegen.render.production.set_integrity import plan_problems

    found = [str(problem) for problem in plan_problems(folder)]
    header, rows = read_dataset_json(folder), pq.read_metadata(folder / ATTRIBUTES_FILE).num_rows
    if not header["complete"] or header["rendered"] != num or rows != num:
        found.append(f"{header['rendered']} samples and {rows} rows of {num}")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
