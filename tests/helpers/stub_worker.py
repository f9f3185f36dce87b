"""Stands for `facegen.render.blender.worker`: copies a finished sample instead of rendering one.

It imports nothing that takes time to load. Every copy is marked in its meta file ("stub": true), which also
holds its index and spec. Variables of its environment tell it what to do:

STUB_SAMPLE    dataset folder whose samples are copied: of COUNT, the sample index % COUNT
STUB_SECONDS   seconds that a sample takes
STUB_HANG      an index whose first try never ends
STUB_CRASH     an index that ends the worker
STUB_MEMORY    an index at which the system kills the worker, as for want of memory
STUB_MEMORY_ONCE  the same, at its first try
STUB_MARKS     folder that holds what was tried once
"""

import json
import os
import signal
import sys
import time
from functools import cache
from pathlib import Path

FOLDERS = ("images", "masks", "labels", "bare", "coverage", "landmarks", "depth", "meta")


def contents(root: Path) -> dict[str, bytes]:
    """Path below the folder -> bytes of every file of samples and every record."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] in (*FOLDERS, "shards")
    }


@cache
def stored(source: Path) -> int:
    """The number of samples in a folder."""
    return len(list((source / "meta").iterdir()))


@cache
def sample(source: Path, number: int) -> list[tuple[str, str, bytes]]:
    """Folder, ending and content of each file of a sample, meta last."""
    files = [next((source / folder).glob(f"{number:06d}.*")) for folder in FOLDERS]
    return [(folder, path.suffix, path.read_bytes()) for folder, path in zip(FOLDERS, files, strict=True)]


@cache
def made(folder: str) -> str:
    """A folder, made where it is missing."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    return folder


def copy_sample(out: str, index: int, spec: dict | None) -> None:
    """Write the files of a sample in the order of the real worker, meta last, each under a temporary name."""
    source = Path(os.environ["STUB_SAMPLE"])
    for folder, suffix, content in sample(source, index % stored(source)):
        if folder == "meta":
            meta = json.loads(content) | {"stub": True, "index": index, "spec": spec}
            content = json.dumps(meta, sort_keys=True).encode()
        name = f"{index:06d}{suffix}"
        temporary = f"{made(f'{out}/{folder}')}/.partial-{os.getpid()}-{name}"
        with open(temporary, "wb", buffering=0) as file:  # noqa: PTH123  a third of the time of a Path
            file.write(content)
        os.replace(temporary, f"{out}/{folder}/{name}")  # noqa: PTH105


def first_try(name: str) -> bool:
    """Whether nobody tried this before."""
    mark = Path(os.environ["STUB_MARKS"]) / name
    if mark.exists():
        return False
    mark.touch()
    return True


def main() -> None:
    """Serve as the real worker does."""
    config = json.loads(sys.stdin.readline())
    print("stub has started", file=sys.stderr, flush=True)
    print(json.dumps({"ready": True, "device": "stub"}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        index = task["index"]
        answer = {"index": index, "ok": True, "seconds": 0.0, "rss_mb": 1, "timing": {"copy": 0.0}}
        if os.environ.get("STUB_CRASH") == str(index):
            os._exit(9)
        if os.environ.get("STUB_MEMORY") == str(index) or (
            os.environ.get("STUB_MEMORY_ONCE") == str(index) and first_try(f"memory-{index}")
        ):
            os.kill(os.getpid(), signal.SIGKILL)
        if os.environ.get("STUB_HANG") == str(index) and first_try(f"hang-{index}"):
            time.sleep(3600)
        time.sleep(float(os.environ.get("STUB_SECONDS", "0")))
        try:
            copy_sample(config["out"], index, task["spec"])
        except OSError as error:
            answer |= {"ok": False, "error": f"{error.filename}: cannot be written", "kind": "disk"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
