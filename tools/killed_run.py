"""A run whose processes are killed at random moments: is it whole, and of the bytes of an undisturbed run?

    python tools/killed_run.py FOLDER                       2,000 faces of 128 pixels, 200 kills
    python tools/killed_run.py FOLDER --num 16 --size 64 --kills 10 --again 4

Kills (SIGKILL) are spread over the run: each comes at a random moment of an equal part of it, and hits a
worker, or one time in ten the process that runs the order, which is then started again. In the end `facegen
verify` compares every file with its hash and renders --again faces once more, undisturbed, to compare their
bytes. The same command continues after a stop. Prints one JSON object, which is also FOLDER/kills.json; the
exit code is 1 where a face is missing or a byte differs.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
FACEGEN = [sys.executable, "-c", "from facegen.cli.main import main; main()"]
WORKER = "facegen.render.blender.worker"
RUN_SHARE = 0.1  # of the kills that hit the process that runs the order
LATEST = 3.0  # seconds from the face that a kill follows: a face of 128 pixels takes about two
STATE = "kills.json"


def main() -> int:
    """Render with kills, verify, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--num", type=int, default=2000)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--again", type=int, default=200, help="faces that are rendered once more")
    parser.add_argument("--workers", type=int, default=2)
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    state = State(words.folder / STATE)
    code = -1
    while code != 0:
        started = time.perf_counter()
        code = run_once(words, state)
        state.add("render_s", time.perf_counter() - started)
        if code == 1:  # faces failed: their worker was killed each time; the next run tries them again
            state.add("runs_with_failures", 1)
        elif code not in (0, -signal.SIGKILL):
            print(f"facegen render ended with code {code}", file=sys.stderr)
            return 1
    started = time.perf_counter()
    verified = facegen("verify", words.folder / "set", "--rerender", words.again)
    found = state.content | {
        "faces": words.num, "size": words.size, "workers": words.workers, "rendered_again": words.again,
        "verify_s": round(time.perf_counter() - started, 1), "verified": verified == 0,
    }  # fmt: skip
    state.write(found)
    print(json.dumps(found, indent=1))
    return int(verified != 0)


class State:
    """What was done so far, in a file: kills of workers and of runs, faces, seconds."""

    def __init__(self, file: Path) -> None:
        self.file = file
        empty = dict.fromkeys(
            ("rendered", "kills_of_workers", "kills_of_runs", "runs_with_failures", "render_s"), 0
        )
        self.content: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else empty

    @property
    def rendered(self) -> int:
        """Faces of the set that are there."""
        return int(self.content["rendered"])

    @property
    def kills(self) -> int:
        """Processes that were killed."""
        return int(self.content["kills_of_workers"] + self.content["kills_of_runs"])

    def add(self, key: str, amount: float) -> None:
        """Count, and store."""
        self.write(self.content | {key: round(self.content[key] + amount, 1)})

    def write(self, content: dict[str, Any]) -> None:
        """Store in one step."""
        self.content = content
        self.file.with_suffix(".new").write_text(json.dumps(content, indent=1) + "\n")
        self.file.with_suffix(".new").replace(self.file)


def run_once(words: argparse.Namespace, state: State) -> int:
    """One `facegen render`, until it ends or is killed; its exit code."""
    command = [
        *FACEGEN, "render", "--num", words.num, "--size", words.size, "--quality", "fast", "--device", "cpu",
        "--workers", words.workers, "--shard-size", 64, "--json-progress", "--out", words.folder / "set",
    ]  # fmt: skip
    chance = random.Random(state.kills)
    with subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, env=environment(), text=True) as run:
        assert run.stderr
        for line in run.stderr:
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("stage") != "render":
                print(line, end="", file=sys.stderr)
                continue
            state.write(state.content | {"rendered": words.num - event["total"] + event["done"]})
            if state.kills < words.kills and state.rendered * words.kills >= state.kills * words.num:
                time.sleep(chance.uniform(0.0, LATEST))
                kill(run, chance, state)
        return run.wait()


def kill(run: "subprocess.Popen[str]", chance: random.Random, state: State) -> None:
    """Kill a worker, or the run itself; nothing where no worker is alive at this moment."""
    if chance.random() < RUN_SHARE:
        run.send_signal(signal.SIGKILL)
        state.add("kills_of_runs", 1)
        return
    with suppress(psutil.Error):  # it has just ended by itself
        workers = [one for one in psutil.Process(run.pid).children() if WORKER in one.cmdline()]
        if workers:
            chance.choice(workers).kill()
            state.add("kills_of_workers", 1)


def facegen(*arguments: object) -> int:
    """Run a command of facegen, its output to the standard error; its exit code."""
    command = [*FACEGEN, *map(str, arguments)]
    return subprocess.run(command, env=environment(), stdout=sys.stderr).returncode


def environment() -> dict[str, str]:
    """With this clone's facegen."""
    folders = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, folders))}


if __name__ == "__main__":
    raise SystemExit(main())
