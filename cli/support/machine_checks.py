"""What `facegen doctor` checks, one function a subject.

Each function returns Findings and raises nothing. Whatever imports Blender does so in a child process,
so that a crash there is a finding and this process never holds bpy.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from facegen.cache_folder import cache_folder
from facegen.cli.system_libraries import missing_packages
from facegen.datasets.errors import FacegenError

OK, BAD, UNKNOWN = "ok", "bad", "unknown"
RENDER_PYTHON = (3, 11)  # what the bpy 4.5 wheel is built for
MIN_FREE_GB = 2.0  # a hundred 512 px samples with depth and normals take 0.5 GB, caches of heads 0.3 GB
PROBE_TIMEOUT_S = 300  # the first start on a new GPU compiles its kernels

# Prints one JSON line with the Blender version and, per Cycles back end, the device names.
_BLENDER_PROBE = """
import json, os, sys
import bpy
addon = bpy.context.preferences.addons["cycles"].preferences
found = {}
for backend in ("CUDA", "OPTIX", "HIP", "ONEAPI", "METAL"):
    try:
        devices = addon.get_devices_for_type(backend)
    except (TypeError, ValueError):
        continue
    names = sorted({d.name for d in devices if d.type != "CPU"})
    if names:
        found[backend] = names
print("PROBE" + json.dumps({"version": bpy.app.version_string, "devices": found}))
sys.stdout.flush()
os._exit(0)
"""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: subject, OK / BAD / UNKNOWN (could not be measured), detail, and what to do."""

    subject: str
    status: str
    detail: str
    advice: str = ""


def python() -> list[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < RENDER_PYTHON:
        return [Finding("Python", BAD, found, "install Python 3.11")]
    if sys.version_info[:2] > RENDER_PYTHON:
        return [Finding("Python", OK, f"{found}: audit and parse only, rendering needs 3.11")]
    return [Finding("Python", OK, found)]


def packages() -> list[Finding]:
    """numpy, and the packages of the render extra, by their installed versions."""
    findings = [Finding("numpy", OK, version("numpy"))]
    for name in ("bpy", "anny", "open3d", "OpenEXR"):
        try:
            findings.append(Finding(name, OK, version(name)))
        except PackageNotFoundError:
            findings.append(
                Finding(
                    name, BAD, "not installed, no rendering", "on Python 3.11: pip install 'facegen[render]'"
                )
            )
    return findings


def torch_pair() -> list[Finding]:
    """torch and torchvision fit only as a pair: run one compiled operator of torchvision."""
    advice = "install the torchvision of the same release as torch (2.11 with 0.26, 2.15 with 0.29)"
    try:
        import torch
        import torchvision

        boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.9], [5.0, 5.0, 6.0, 6.0]])
        kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.5)
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        return [Finding("torch and torchvision", BAD, _short(error), advice)]
    pair = f"{torch.__version__} with {torchvision.__version__}"
    if kept.tolist() != [0, 2]:
        return [Finding("torch and torchvision", BAD, f"{pair}: wrong result of torchvision.ops.nms", advice)]
    cuda = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no CUDA device"
    return [Finding("torch and torchvision", OK, pair), Finding("training device", OK, f"cpu; {cuda}")]


def system_libraries() -> list[Finding]:
    if not sys.platform.startswith("linux"):
        return [Finding("system libraries", UNKNOWN, f"only known for Linux, this is {sys.platform}")]
    missing = missing_packages()
    if missing:
        install = f"apt-get install -y {' '.join(missing)}"
        return [Finding("system libraries", BAD, f"missing {', '.join(missing)}", install)]
    return [Finding("system libraries", OK, "all there")]


def blender() -> list[Finding]:
    """Start Blender in a child process and ask Cycles for its devices."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _BLENDER_PROBE], capture_output=True, text=True, timeout=PROBE_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return [
            Finding("Blender starts", BAD, f"no answer in {PROBE_TIMEOUT_S} s", "is the machine overloaded?")
        ]
    lines = [line for line in done.stdout.splitlines() if line.startswith("PROBE")]
    if not lines:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return [Finding("Blender starts", BAD, last[:200], "see the lines on bpy and system libraries")]
    answer = json.loads(lines[-1].removeprefix("PROBE"))
    devices = [f"{backend.lower()}: {', '.join(names)}" for backend, names in answer["devices"].items()]
    return [
        Finding("Blender starts", OK, answer["version"]),
        Finding("render devices", OK, "; ".join(["cpu", *devices])),
    ]


def storage() -> list[Finding]:
    """The cache folder can be written, and the disks of cache and working folder have room."""
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache) as file:
            file.write(b"facegen")
    except OSError as error:
        findings = [
            Finding(
                "cache folder", BAD, f"{cache}: {_short(error)}", "set FACEGEN_CACHE to a writable folder"
            )
        ]
    else:
        findings = [Finding("cache folder", OK, str(cache))]
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    enough = free >= MIN_FREE_GB
    advice = "" if enough else f"make room: {MIN_FREE_GB:.0f} GB at least"
    return [*findings, Finding("disk space here", OK if enough else BAD, f"{free:.1f} GB free", advice)]


def one_face() -> list[Finding]:
    """Render and read back one 64 x 64 face with the default spec."""
    subject = "one 64² face"
    try:
        with tempfile.TemporaryDirectory(prefix="facegen-doctor-") as folder:
            seconds = render_one_face(Path(folder))
    except FacegenError as error:
        return [Finding(subject, BAD, _short(error), "see the lines above")]
    except ImportError as error:
        return [Finding(subject, UNKNOWN, f"not rendered: {_short(error)}")]
    return [Finding(subject, OK, f"{seconds:.1f} s with the start of Blender")]


def render_one_face(folder: Path) -> float:
    """Seconds to render the default face at 64 px into `folder` and to find skin, eyes and depth in it."""
    import numpy as np

    from facegen.datasets.conventions.native_labels import Native
    from facegen.datasets.io.sample import read_sample
    from facegen.render.production.worker_pool import Job, render_specs
    from facegen.render.spec.face_spec import FaceSpec

    started = time.perf_counter()
    outcome = render_specs(Job(folder, size=64, quality="fast"), [(0, FaceSpec())])
    if outcome.failures:
        raise FacegenError(outcome.failures[0])
    seconds = time.perf_counter() - started
    sample = read_sample(folder, 0)
    seen = set(np.unique(sample.native).tolist())
    if not {Native.FACE_SKIN, Native.NOSE, Native.UPPER_LIP} <= seen or not (sample.depth > 0).any():
        raise FacegenError("the face was rendered but its labels or depth are empty")
    return seconds


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
