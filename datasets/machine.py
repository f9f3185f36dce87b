"""What a measured time depends on: processor, cores, memory and versions."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import facegen


def processor_name() -> str:
    """Name of the processor as the system gives it, or the machine's architecture."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def processors() -> list[int]:
    """Numbers of those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def describe_machine(*packages: str) -> dict[str, str | int | float | None]:
    """Processor, cores that may be used, load, Python, facegen and the versions of `packages`."""
    found: dict[str, str | int | float | None] = {
        "processor": processor_name(),
        "cores": len(processors()),
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
