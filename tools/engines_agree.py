"""The same matched faces by worker processes, on Ray and as a job array: are all files equal?

    python tools/engines_agree.py FOLDER                    64 matched faces of 128 pixels
    python tools/engines_agree.py FOLDER --num 8 --size 64 --shard-size 2

Ray is a cluster of two nodes on this machine, one of which is killed when half of the faces are there. The
job array is two parts (`facegen render --shard`), put together by `facegen merge`. What is there already is
not rendered again: the same command continues after a stop, and the time of an engine is then that of its
last run. Prints one JSON object; the exit code is 1 where two files differ.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [str(ROOT / "src"), str(ROOT / "tests" / "helpers")]
PARTS = 2
SECONDS = "seconds.json"  # of each engine, in the folder of the proof


def main() -> int:
    """Render by each engine, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--num", type=int, default=64)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--shard-size", type=int, default=8)
    parser.add_argument("--ray", action="store_true", help=argparse.SUPPRESS)  # Ray changes its process
    words = parser.parse_args()
    sys.path[:0] = FOLDERS
    order = {"num": words.num, "size": words.size, "shard_size": words.shard_size}
    if words.ray:
        on_ray(words.folder / "ray", order)
        return 0
    words.folder.mkdir(parents=True, exist_ok=True)
    seconds = {name: timed(words.folder, name, order) for name in ("pool", "ray", "jobs")}
    found = compared(words.folder, words.num)
    print(json.dumps(order | {"seconds": seconds} | found, indent=1))
    return int(not found["equal"])


def timed(folder: Path, name: str, order: dict[str, int]) -> float:
    """Seconds that an engine took for its set, in this call or in the one that finished it."""
    file = folder / SECONDS
    known: dict[str, float] = json.loads(file.read_text()) if file.is_file() else {}
    if name not in known:
        started = time.perf_counter()
        {"pool": by_pool, "ray": by_ray, "jobs": by_jobs}[name](folder, order)
        known[name] = round(time.perf_counter() - started, 1)
        file.write_text(json.dumps(known))
    return known[name]


def by_pool(folder: Path, order: dict[str, int]) -> None:
    """Worker processes of this machine."""
    facegen("render", *options(order), "--out", folder / "pool")


def by_jobs(folder: Path, order: dict[str, int]) -> None:
    """The jobs of an array one after another, and the merge."""
    parts = [folder / f"part-{number}" for number in range(PARTS)]
    for number, part in enumerate(parts):
        facegen("render", *options(order), "--shard", f"{number}/{PARTS}", "--out", part)
    facegen("merge", "--out", folder / "jobs", *parts)


def by_ray(folder: Path, order: dict[str, int]) -> None:
    """A process of its own that is connected to a cluster."""
    values = [text for key, value in order.items() for text in (f"--{key.replace('_', '-')}", str(value))]
    python(__file__, folder, *values, "--ray")


def on_ray(out: Path, order: dict[str, int]) -> None:
    """Render on two nodes and kill one half way."""
    from ray_nodes import nodes_here

    import facegen
    from facegen.datasets.io.progress import ProgressEvent
    from facegen.render.production.ray_engine import RayEngine

    with nodes_here(2) as nodes:

        def progress(event: ProgressEvent) -> None:
            if event.stage == "render" and event.total and 2 * event.done >= event.total:
                nodes.lose_one()

        faces = facegen.render(
            out, num=order["num"], size=order["size"], quality="fast", match_dist="celebamaskhq",
            device="cpu", shard_size=order["shard_size"], engine=RayEngine(nodes.address), progress=progress,
        )  # fmt: skip
        if faces.failures or not nodes.lost:
            raise SystemExit(f"failures on Ray: {faces.failures}; nodes lost: {nodes.lost}")


def options(order: dict[str, int]) -> list[object]:
    """Of `facegen render`."""
    return [
        "--match-dist", "celebamaskhq", "--num", order["num"], "--size", order["size"], "--quality", "fast",
        "--shard-size", order["shard_size"], "--device", "cpu",
    ]  # fmt: skip


def facegen(*arguments: object) -> None:
    """Run a command of facegen."""
    python("-c", "from facegen.cli.main import main; main()", *arguments)


def python(*arguments: object) -> None:
    """Run Python with this clone's facegen; its output goes to the standard error."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*FOLDERS, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, *map(str, arguments)]
    subprocess.run(command, env=environment, stdout=sys.stderr, check=True)


def compared(folder: Path, num: int) -> dict[str, Any]:
    """Whether all engines wrote the same files, by the bytes of each, and how many files there are."""
    import hashlib

    from facegen.datasets.io.sample import FOLDERS as KINDS
    from facegen.datasets.io.shard_record import SHARDS

    hashes = {
        name: {
            path.relative_to(folder / name).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for kind in (*KINDS, SHARDS, "matching")
            for path in sorted((folder / name / kind).iterdir())
        }
        for name in ("pool", "ray", "jobs")
    }
    first = hashes["pool"]
    differing = sorted(
        f"{name}/{file}"
        for name, files in hashes.items()
        for file in {*first, *files}
        if files.get(file) != first.get(file)
    )
    whole = sum(name.startswith("meta/") for name in first) == num
    return {"files": len(first), "differing": differing[:20], "equal": whole and not differing}


if __name__ == "__main__":
    raise SystemExit(main())
