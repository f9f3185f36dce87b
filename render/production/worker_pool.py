"""A rendering run: hands specs to worker processes, retries what fails, keeps what is done.

A crash, a hang or an out-of-memory kill of a worker costs one sample's retry, not the run. A worker is
replaced after SAMPLES_PER_WORKER samples, so that no leak of Blender grows.
"""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.hardware import free_memory, processor_count, processors
from facegen.render.spec.face_spec import FaceSpec

SAMPLES_PER_WORKER = 250
ATTEMPTS = 3
# The first start on a machine builds Anny's cache and may compile GPU kernels.
START_SECONDS = 900.0
SAMPLE_SECONDS = 600.0  # of a picture of FULL pixels a side or less
FULL = 512
DISK = "disk"
# A worker's peak (VmHWM) was 1.85, 2.18, 3.10 and 6.57 GB at 256, 512, 1024 and 2048 pixels: what Blender and
# the models take, and buffers by the pixel.
WORKER_BYTES, PICTURE_BYTES = 2.0e9, 0.35e9
GPU_FILES = ("/dev/nvidia0", "/dev/kfd", "/dev/dri/renderD128")  # drivers of NVIDIA, AMD and Intel
HOPELESS = 4  # failures without a single success that end a run
# Sums over several threads are rounded otherwise than over one, and strands hang on the last digit: the
# arrays of a face are computed on one thread, whatever the worker's share of the machine. Cycles has its own.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True)
class Job:
    """What all samples of a run share. task: "render" writes samples, "check" only tests their labels.

    workers: processes; 0 takes as many as suit the machine, see `fitting_workers`. backgrounds: the folder of
    the photographs that specs name. samples: rays a pixel, where it is not to be the quality's own number.
    """

    out: Path
    size: int = 256
    quality: str = "standard"
    convention: str = "celebamaskhq"
    device: str = "auto"
    workers: int = 0
    task: str = "render"
    backgrounds: Path | None = None
    samples: int | None = None


@dataclass
class Outcome:
    """What a run did. seconds, rss_mb and timing are per sample, by index."""

    done: dict[int, dict] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    device: str = ""


class WorkerLost(Exception):
    """The worker died or hung; the message says how."""


class Worker:
    """One child process and its pipe."""

    def __init__(self, job: Job, cpus: list[int]):
        self.served = 0
        self._patience = sample_seconds(job.size)
        self._log = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "facegen.render.blender.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
        )
        self._buffer = b""
        threading.Thread(target=self._drain, daemon=True).start()
        self._send(
            {
                "out": str(Path(job.out).resolve()),
                "size": job.size,
                "quality": job.quality,
                "samples": job.samples,
                "convention": job.convention,
                "device": job.device,
                "task": job.task,
                "backgrounds": None if job.backgrounds is None else str(Path(job.backgrounds).resolve()),
                "cpus": cpus,
            }
        )
        hello = self._receive(START_SECONDS)
        if "fatal" in hello:
            raise FacegenError(start_failure(hello["fatal"]))
        self.device = hello["device"]

    def render(self, index: int, spec: FaceSpec) -> dict:
        """Render one sample; raises WorkerLost."""
        self._send({"index": index, "spec": spec.to_dict()})
        self.served += 1
        return self._receive(self._patience)

    def close(self, patience: float = 10.0) -> None:
        """Let the worker leave; kill it when it does not."""
        try:
            if self.process.stdin is not None:
                self.process.stdin.close()
            self.process.wait(patience)
        except (subprocess.TimeoutExpired, OSError):
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _send(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except OSError as error:
            raise WorkerLost(self._epitaph()) from error

    def _receive(self, seconds):
        out = self.process.stdout.fileno()
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([out], [], [], seconds)
            if not ready:
                self.kill()
                raise WorkerLost(f"no answer for {seconds:.0f} s: stopped")
            chunk = os.read(out, 1 << 16)
            if not chunk:
                self.process.wait()
                raise WorkerLost(self._epitaph())
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def _drain(self):
        for line in self.process.stderr:
            self._log = (self._log + line)[-4000:]

    def _epitaph(self):
        code = self.process.poll()
        cause = "killed, perhaps for memory" if code == -9 else f"exit code {code}"
        last = self._log.decode(errors="replace").strip().splitlines()
        return f"worker died ({cause}){': ' + last[-1] if last else ''}"


def sample_seconds(size: int) -> float:
    """How long a face of `size` pixels a side may take before its worker counts as hung."""
    return SAMPLE_SECONDS * max(1.0, (size / FULL) ** 2)


def start_failure(trace: str) -> str:
    """One line for a user from the trace of what kept rendering from starting."""
    last = trace.strip().splitlines()[-1]
    if "No module named 'bpy'" in last:
        return "rendering needs Blender as a module: use Python 3.11 and `pip install facegen[render]`"
    if "No module named" in last or "cannot open shared object" in last:
        return f"rendering cannot start ({last}): run `facegen doctor`"
    return last.removeprefix("facegen.datasets.errors.FacegenError: ")


def fitting_workers(device: str, size: int = FULL) -> int:
    """One for each processor that memory has room for; a single one where a GPU may render.

    While a face is built and developed, a third of its time, one processor has work: of two cores, two pinned
    workers rendered 24 faces in 78 s and one that takes both in 95 s.
    """
    gpu = sys.platform == "darwin" or any(Path(file).exists() for file in GPU_FILES)
    if device != "cpu" and (device != "auto" or gpu):
        return 1
    room = int(free_memory() // (WORKER_BYTES + PICTURE_BYTES * (size / FULL) ** 2))
    return max(1, min(processor_count(), room))


def cpu_shares(workers: int) -> list[list[int]]:
    """Processor sets of the workers: one worker takes all, several are pinned side by side."""
    if workers == 1 or not hasattr(os, "sched_setaffinity"):
        return [[]] * workers
    cpus = processors()
    return [cpus[i::workers] or cpus for i in range(workers)]


def render_specs(
    job: Job,
    specs: Iterable[tuple[int, FaceSpec]],
    progress: Callable[[dict], None] = lambda _: None,
    stop: threading.Event | None = None,
    proven: bool = False,
) -> Outcome:
    """Render samples into `job.out`.

    Parameters
    ----------
    job : Job
    specs : (index, FaceSpec) pairs
    progress : called with each worker's answer as it comes, in the calling thread
    stop : set it to end the run after the samples now in work
    proven : faces of this order were rendered before: failures alone do not end the run

    Returns
    -------
    Outcome

    Raises
    ------
    FacegenError : no worker can start, or the disk is full; finished samples stay.
    """
    todo: queue.Queue = queue.Queue()
    for index, spec in specs:
        todo.put((index, spec, 1))
    answers: queue.Queue = queue.Queue()
    stop = stop or threading.Event()
    workers = max(1, min(job.workers or fitting_workers(job.device, job.size), todo.qsize()))
    threads = [
        threading.Thread(target=_tend, args=(job, cpus, todo, answers, stop), daemon=True)
        for cpus in cpu_shares(workers)
    ]
    for thread in threads:
        thread.start()
    outcome, error, alive = Outcome(), None, len(threads)
    try:
        while alive:
            answer = answers.get()
            if answer is None:
                alive -= 1
            elif isinstance(answer, Exception):
                error = error or answer
                stop.set()
            elif "device" in answer:
                outcome.device = answer["device"]
            elif answer["ok"]:
                outcome.done[answer["index"]] = answer
                progress(answer)
            elif answer.get("kind") == DISK:
                error = error or FacegenError(answer["error"])
                stop.set()
            else:
                why = answer["error"].strip().splitlines()[-1]
                outcome.failures[answer["index"]] = why
                progress(answer)
                if not (proven or outcome.done) and len(outcome.failures) >= HOPELESS:
                    error = error or FacegenError(f"the first {HOPELESS} samples all failed: {why}")
                    stop.set()
    except BaseException:
        stop.set()
        raise
    if error is not None:
        raise error
    return outcome


def _tend(job, cpus, todo, answers, stop):
    """Keep one worker busy: the body of a thread."""
    worker = None
    try:
        while not stop.is_set():
            try:
                index, spec, attempt = todo.get_nowait()
            except queue.Empty:
                break
            try:
                if worker is not None and worker.served >= SAMPLES_PER_WORKER:
                    worker.close()
                    worker = None
                if worker is None:
                    worker = Worker(job, cpus)
                    answers.put({"device": worker.device})
                answer = worker.render(index, spec)
            except WorkerLost as lost:
                worker = None
                if attempt < ATTEMPTS:
                    todo.put((index, spec, attempt + 1))
                else:
                    answers.put({"index": index, "ok": False, "error": f"{lost} ({attempt} attempts)"})
                continue
            if not answer["ok"] and answer.get("kind") != DISK and attempt < ATTEMPTS - 1:
                todo.put((index, spec, attempt + 1))
                continue
            answers.put(answer)
    except Exception as error:
        answers.put(error)
    finally:
        if worker is not None:
            worker.close()
        answers.put(None)
