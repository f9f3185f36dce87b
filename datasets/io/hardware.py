"""What a measured time depends on: processor, cores, memory and versions."""

import math
import os
import platform
import shutil
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

import facegen

ROOM_SECONDS = 2.0
_OWN_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


def processor_name() -> str:
    """Name of the processor as the system gives it, or the machine's architecture."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def processors() -> list[int]:
    """Numbers of the processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def processor_count() -> int:
    """How many processors can be kept busy: in a container no more than its quota of processor time."""
    count, quota = len(processors()), _limit("cpu.max").split()
    if len(quota) == 2 and all(word.isdigit() for word in quota):
        count = min(count, max(1, math.ceil(int(quota[0]) / int(quota[1]))))
    return count


def free_memory() -> int:
    """Free bytes of memory: of the machine, or of the container where that may use less."""
    free = psutil.virtual_memory().available
    most, used = _limit("memory.max").strip(), _limit("memory.current").strip()
    if most.isdigit() and used.isdigit():
        free = min(free, max(0, int(most) - int(used)))
    return free


class Room:
    """What is left of the disk under a folder and of memory, looked up at most every ROOM_SECONDS."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._looked = folder, -math.inf
        self._disk, self._memory = 0, 0

    def figures(self) -> dict[str, float]:
        """`disk_left_gb` and `memory_left_gb`, in 10^9 bytes."""
        now = time.monotonic()
        if now - self._looked >= ROOM_SECONDS:
            self._looked = now
            self._disk, self._memory = shutil.disk_usage(self._folder).free, free_memory()
        return {"disk_left_gb": round(self._disk / 1e9, 2), "memory_left_gb": round(self._memory / 1e9, 2)}

    def __str__(self) -> str:
        left = self.figures()
        return f"{left['disk_left_gb']:.0f} GB disk, {left['memory_left_gb']:.0f} GB memory left"


def _limit(name: str) -> str:
    """Content of a file of this process's control group (Linux, version 2); empty where there is none."""
    try:
        own = next(line[3:] for line in _OWN_GROUP.read_text().splitlines() if line.startswith("0::"))
        folder = _GROUPS / own.strip("/")
        return ((folder if (folder / name).is_file() else _GROUPS) / name).read_text()
    except (OSError, StopIteration):
        return ""


def describe_machine(*packages: str) -> dict[str, str | int | float | None]:
    """Processor, cores that may be used, load, Python, facegen and the versions of `packages`."""
    found: dict[str, str | int | float | None] = {
        "processor": processor_name(),
        "cores": processor_count(),
        "load_1min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "facegen": facegen.__version__,
    }
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
