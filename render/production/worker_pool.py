"""A rendering run: hands specs to worker processes, retries what fails, keeps what is done.

A crash, a hang or an out-of-memory kill of a worker costs one sample's retry, not the run. A worker is
replaced after SAMPLES_PER_WORKER samples, so that no leak of Blender grows. Samples are drawn from the
caller's iterator as workers become free, so that a run of any length takes the same memory.
"""

from __future__ import annotations

import json
import os
import queue
import select
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.child_process import Child, ChildLost
from facegen.datasets.io.hardware import free_memory, processor_count, processors
from facegen.render.production.done_samples import Done, DoneSamples
from facegen.render.spec.face_spec import FaceSpec

MODULE = "facegen.render.blender.worker"
SAMPLES_PER_WORKER = 250
ATTEMPTS = 5  # of a sample whose worker died: of 2,000 samples with one kill in ten, 0.02 die this often
BACK_OFF = 0.5  # seconds before a worker that died is replaced, doubled with every attempt of its sample
LONGEST_BACK_OFF = 30.0  # seconds
IN_FLIGHT = 2  # samples drawn from the caller, times the workers: none waits for the next one
ATTEMPTS_AFTER_ERROR = 2  # of a sample that failed with an error
# The first start on a machine builds Anny's cache and may compile GPU kernels.
START_SECONDS = 900.0
SAMPLE_SECONDS = 600.0  # of a picture of FULL pixels a side or less
FULL = 512
DISK = "disk"
# A worker's peak (VmHWM) was 1.85, 2.18, 3.10 and 6.57 GB at 256, 512, 1024 and 2048 pixels: what Blender and
# the models take, and buffers by the pixel.
WORKER_BYTES, PICTURE_BYTES = 2.0e9, 0.35e9
GPU_FILES = ("/dev/nvidia0", "/dev/kfd", "/dev/dri/renderD128")  # drivers of NVIDIA, AMD and Intel
LOGS = "logs"  # folder of what workers print, below the dataset folder
HOPELESS = 4  # failures without a single success that end a run
# Sums over several threads are rounded differently than over one, and strands depend on the last digit: the
# arrays of a face are computed on one thread, whatever part of the machine a worker has. Cycles has its own.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True)
class Job:
    """What all samples of a run share.

    Attributes
    ----------
    out : Path
        Dataset folder.
    size : int
        Side of the picture in pixels.
    quality : str
        "fast", "standard" or "high".
    convention : str
        Label convention of masks/.
    device : str
        "auto", "cpu", "cuda", "optix", "hip", "oneapi" or "metal".
    workers : int
        Processes; 0 takes as many as suit the machine, see `fitting_workers`.
    task : str
        "render" writes samples, "check" only tests their labels.
    backgrounds : Path, optional
        Folder of the photographs that specs name.
    samples : int, optional
        Rays per pixel; None takes the quality's own number.
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


@dataclass(frozen=True)
class Started:
    """A worker has started. device : what it renders on."""

    device: str


@dataclass(frozen=True)
class Failed:
    """A sample did not come out. error : a line or a trace; disk : a file could not be written."""

    index: int
    error: str
    disk: bool = False

    @property
    def why(self) -> str:
        """The error in one line."""
        return self.error.strip().splitlines()[-1]


Answer = Done | Failed


@dataclass
class Outcome:
    """What a run did, by sample index. device : what the last worker rendered on."""

    done: DoneSamples = field(default_factory=DoneSamples)
    failures: dict[int, str] = field(default_factory=dict)
    device: str = ""


class Worker:
    """One child process that renders; its messages are lines of JSON.

    Parameters
    ----------
    job : Job
    cpus : list of int
        Processors that it may use; all where the list is empty.
    log : Path, optional
        File for what it prints.
    living : set of Child, optional
        Holds its process from its start until it is closed.

    Raises
    ------
    FacegenError : it cannot render, for want of Blender or of the device.
    ChildLost : it died before it could say why.
    """

    def __init__(
        self, job: Job, cpus: list[int], log: Path | None = None, living: set[Child] | None = None
    ) -> None:
        self.served = 0
        self._living: set[Child] = set() if living is None else living
        self._patience = sample_seconds(job.size)
        self._buffer = b""
        self.child = Child(MODULE, ONE_THREAD, log)
        self._living.add(self.child)
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
            self.child.close()
            raise FacegenError(start_failure(hello["fatal"]))
        self.device: str = hello["device"]

    def render(self, index: int, spec: FaceSpec) -> Answer:
        """Render one sample; raises ChildLost."""
        self._send({"index": index, "spec": spec.to_dict()})
        self.served += 1
        answer = self._receive(self._patience)
        if answer["ok"]:
            stages, report = answer.get("timing", {}), answer.get("report", {})
            return Done(index, answer["seconds"], answer["rss_mb"], stages, report)
        return Failed(index, answer["error"], answer.get("kind") == DISK)

    def close(self) -> None:
        """Let the worker leave; kill it when it does not."""
        self.child.close()
        self._living.discard(self.child)

    def _send(self, message: Mapping[str, Any]) -> None:
        self.child.send(json.dumps(message).encode() + b"\n")

    def _receive(self, seconds: float) -> dict[str, Any]:
        out = self.child.output.fileno()
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([out], [], [], seconds)
            if not ready:
                self.child.kill()
                raise ChildLost(f"gave no answer for {seconds:.0f} s: stopped")
            chunk = os.read(out, 1 << 16)
            if not chunk:
                raise self.child.lost()
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


def sample_seconds(size: int) -> float:
    """Seconds that a face of `size` pixels a side may take before its worker counts as hung."""
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
    """Number of workers for a machine: one for each processor that memory has room for; one for a GPU.

    While a face is built and developed, a third of its time, one processor has work: on two cores, two pinned
    workers rendered 24 faces in 78 s and one that takes both in 95 s.

    Parameters
    ----------
    device : str
        As in `Job`.
    size : int
        Side of the picture in pixels.

    Returns
    -------
    int, at least 1
    """
    gpu = sys.platform == "darwin" or any(Path(file).exists() for file in GPU_FILES)
    if device != "cpu" and (device != "auto" or gpu):
        return 1
    room = int(free_memory() // (WORKER_BYTES + PICTURE_BYTES * (size / FULL) ** 2))
    return max(1, min(processor_count(), room))


def cpu_shares(workers: int) -> list[list[int]]:
    """Processors of each worker: an empty list (all of them) for a single one, disjoint lists for several."""
    if workers == 1 or not hasattr(os, "sched_setaffinity"):
        return [[]] * workers
    cpus = processors()
    return [cpus[i::workers] or cpus for i in range(workers)]


def render_specs(
    job: Job,
    specs: Iterable[tuple[int, FaceSpec]],
    progress: Callable[[Answer], object] = lambda _: None,
    stop: threading.Event | None = None,
    proven: bool = False,
) -> Outcome:
    """Render samples into `job.out`.

    Parameters
    ----------
    job : Job
    specs : iterable of (int, FaceSpec)
        Sample index and face; drawn from as workers become free.
    progress : callable
        Called with a `Done` or `Failed` for each sample, in the calling thread.
    stop : threading.Event, optional
        Set it to end the run after the samples now in work.
    proven : bool
        Faces of this order were rendered before: failures alone do not end the run.

    Returns
    -------
    Outcome

    Raises
    ------
    FacegenError : no worker can start, or the disk is full; finished samples stay.
    """
    outcome, source = Outcome(), iter(specs)
    crew = _Crew(job, stop or threading.Event())
    try:
        while crew.feed(source):
            message = crew.answers.get()
            match message:
                case None:
                    crew.alive -= 1
                case Started():
                    outcome.device = message.device
                case Done():
                    crew.open -= 1
                    outcome.done[message.index] = message
                    progress(message)
                case Failed(disk=True):
                    crew.fail(FacegenError(message.error))
                case Failed():
                    crew.open -= 1
                    outcome.failures[message.index] = message.why
                    progress(message)
                    if not (proven or outcome.done) and len(outcome.failures) >= HOPELESS:
                        crew.fail(FacegenError(f"the first {HOPELESS} samples all failed: {message.why}"))
                case _:
                    crew.fail(message)
    except BaseException:
        crew.kill()
        raise
    if crew.error is not None:
        raise crew.error
    return outcome


_Task = tuple[int, FaceSpec, int]  # index, face, number of the attempt
_Message = Started | Done | Failed | Exception | None  # None: a thread has ended
WAKE = 0.2  # seconds after which a thread without work looks whether the run was stopped


class _Crew:
    """The threads that tend workers, and the samples that they were given.

    Attributes
    ----------
    answers : queue of _Message
    alive, open : int
        Threads that run; samples that were drawn from the caller and have no answer yet.
    error : Exception or None
        The first that ends the run.
    """

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self._job, self._stop = job, stop
        self._workers = max(1, job.workers or fitting_workers(job.device, job.size))
        self._todo: queue.Queue[_Task | None] = queue.Queue()
        self.answers: queue.Queue[_Message] = queue.Queue()
        self.alive, self.open = 0, 0
        self.error: Exception | None = None
        self._started = self._ended = False
        self._living: set[Child] = set()  # changed by one call each: needs no lock

    def feed(self, source: Iterator[tuple[int, FaceSpec]]) -> bool:
        """Draw samples for the threads and start these at the first call; whether an answer will come."""
        while not self._ended and not self._stop.is_set() and self.open < IN_FLIGHT * self._workers:
            drawn = next(source, None)
            if drawn is None:
                self._ended = True
                break
            self._todo.put((*drawn, 1))
            self.open += 1
        if not self._started:
            self._start(min(self._workers, self.open))
        if self._ended and not self.open:
            self._stop_threads()
        return self.alive > 0

    def _start(self, count: int) -> None:
        self._started = True
        logs = Path(self._job.out) / LOGS
        for number, cpus in enumerate(cpu_shares(count) if count else ()):
            log = logs / f"worker-{number:02d}.log"
            threading.Thread(target=self._tend, args=(cpus, log), daemon=True).start()
            self.alive += 1

    def _stop_threads(self) -> None:
        for _ in range(self.alive):
            self._todo.put(None)

    def fail(self, error: Exception) -> None:
        """End the run after the samples now in work."""
        self.error = self.error or error
        self._stop.set()

    def kill(self) -> None:
        """End all workers at once; what they had begun to write is incomplete and is not counted."""
        self._stop.set()
        for child in list(self._living):
            child.process.kill()

    def _tend(self, cpus: list[int], log: Path) -> None:
        """Keep one worker busy: the body of a thread."""
        worker: Worker | None = None
        try:
            while not self._stop.is_set():
                try:
                    task = self._todo.get(timeout=WAKE)
                except queue.Empty:
                    continue
                if task is None:
                    break
                worker = self._serve(task, worker, cpus, log)
        except Exception as error:
            self.answers.put(error)
        finally:
            if worker is not None:
                worker.close()
            self.answers.put(None)

    def _serve(self, task: _Task, worker: Worker | None, cpus: list[int], log: Path) -> Worker | None:
        """Render one sample, by a new worker where it takes one, and answer or try again later."""
        index, spec, attempt = task
        answer: Answer
        try:
            if worker is not None and worker.served >= SAMPLES_PER_WORKER:
                worker.close()
                worker = None
            if worker is None:
                worker = Worker(self._job, cpus, log, self._living)
                self.answers.put(Started(worker.device))
            answer, most = worker.render(index, spec), ATTEMPTS_AFTER_ERROR
        except ChildLost as lost:
            worker = None
            answer, most = Failed(index, f"worker {lost} ({attempt} attempts)"), ATTEMPTS
            if attempt < most:
                self._stop.wait(min(BACK_OFF * 2.0 ** (attempt - 1), LONGEST_BACK_OFF))
        if isinstance(answer, Failed) and not answer.disk and attempt < most:
            self._todo.put((index, spec, attempt + 1))
        else:
            self.answers.put(answer)
        return worker
