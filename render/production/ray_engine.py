"""Rendering and matching on a Ray cluster, or on this machine as a cluster of one.

A shard is a task: it renders in a worker process of its own, as the local pool does, so that Blender never
enters a Ray worker, and returns the bytes of the files. The process that runs the order writes them: nodes
need no common folder, a task that runs twice, as Ray allows, leaves nothing behind, and there is one writer
and one lock. Blocks of matching are tasks as well. Ray retries tasks whose node or process is gone; what
still fails is tried again here with growing pauses, and in the end counts as a failure of the shard's
samples, not of the run.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.files import write_bytes
from facegen.render.matching.matcher import Matched, match_block
from facegen.render.production.done_samples import Done
from facegen.render.production.matched_blocks import correction_of, keep_block, missing_blocks
from facegen.render.production.worker_pool import (
    FULL,
    HOPELESS,
    IN_FLIGHT,
    PICTURE_BYTES,
    WORKER_BYTES,
    Answer,
    Failed,
    Job,
    Outcome,
    render_specs,
)
from facegen.render.spec.face_spec import FaceSpec

if TYPE_CHECKING:
    from facegen.render.production.order import Order

ATTEMPTS = 3  # of a task, each with Ray's own retries
NODE_RETRIES = 3  # by Ray, where a node or a process is gone
PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a task is tried again, doubled each time
LOOK_SECONDS = 1.0  # between looks at tasks that wait for their pause to end


@dataclass(frozen=True)
class RayEngine:
    """How an order runs on Ray.

    Attributes
    ----------
    address : str, optional
        Of a running cluster, as "auto" or "ray://head:10001"; None starts one on this machine.
    cpus, gpus : float
        Of each task; several tasks share a GPU where `gpus` is less than 1.
    """

    address: str | None = None
    cpus: float = 1.0
    gpus: float = 0.0

    def render(
        self,
        job: Job,
        specs: Iterable[tuple[int, FaceSpec]],
        shard_size: int,
        progress: Callable[[Answer], object],
        proven: bool = False,
    ) -> Outcome:
        """Render samples into `job.out`, a task for those of each shard; as `worker_pool.render_specs`.

        Raises
        ------
        FacegenError : Ray is not installed or cannot be reached, no task can render, or a file cannot be
            written; finished samples stay.
        """
        outcome, out = Outcome(), Path(job.out)
        shards = ([*pairs] for _, pairs in groupby(specs, lambda pair: pair[0] // shard_size))
        tasks = ((pairs, (replace(job, workers=1), pairs)) for pairs in shards)
        memory = WORKER_BYTES + PICTURE_BYTES * (job.size / FULL) ** 2
        for pairs, result in self._run(render_task, tasks, memory):
            answers = result.answers if isinstance(result, Rendered) else failures_of(pairs, result)
            if isinstance(result, Rendered):
                outcome.device = result.device or outcome.device
                for name, content in result.files.items():
                    write_bytes(out / name, content)
            for answer in answers:
                if isinstance(answer, Failed):
                    outcome.failures[answer.index] = answer.why
                else:
                    outcome.done[answer.index] = answer
                progress(answer)
            if not (proven or outcome.done) and len(outcome.failures) >= HOPELESS:
                why = next(iter(outcome.failures.values()))
                raise FacegenError(f"the first {len(outcome.failures)} samples all failed: {why}")
        return outcome

    def match(self, order: Order, mark: str, indices: range, on_step: Callable[[str, int], object]) -> None:
        """Match the blocks of `indices` that are not stored with the set yet, a task each, and store them.

        Raises
        ------
        FacegenError : Ray is not installed or cannot be reached, or a block cannot be matched.
        """
        profile = order.profile
        assert profile is not None
        correction = correction_of(
            order.job, profile, order.seed, order.overrides, order.rounds, 1, mark, on_step
        )
        starts = missing_blocks(order.job, profile, order.seed, indices, mark)
        tasks = (
            ((start, stop), (profile, order.seed, start, stop, order.overrides, correction))
            for start, stop in starts
        )
        for (start, stop), result in self._run(match_task, tasks, WORKER_BYTES):
            if isinstance(result, str):
                raise FacegenError(f"faces {start} to {stop - 1} cannot be matched: {result}")
            block, previews = result
            keep_block(order.job, profile, start, mark, block)
            on_step("match", previews)

    def _run(
        self, function: Callable[..., Any], tasks: Iterator[tuple[Any, tuple[Any, ...]]], memory: float
    ) -> Iterator[tuple[Any, Any]]:
        """Run tasks, twice as many in flight as there is room for; yields key and result or last error."""
        ray = _ray(self.address)
        remote = ray.remote(
            num_cpus=self.cpus, num_gpus=self.gpus, memory=int(memory), max_retries=NODE_RETRIES
        )(function)
        flying: dict[Any, _Task] = {}
        waiting: list[_Task] = []
        source = (_Task(key, arguments) for key, arguments in tasks)
        try:
            while True:
                _launch(remote, flying, waiting, source, IN_FLIGHT * self._slots(ray, memory))
                if not flying and not waiting:
                    return
                if not flying:
                    time.sleep(LOOK_SECONDS)
                    continue
                ready, _ = ray.wait(list(flying), num_returns=1, timeout=LOOK_SECONDS)
                for reference in ready:
                    task = flying.pop(reference)
                    try:
                        yield task.key, ray.get(reference)
                    except (ray.exceptions.RayError, FacegenError) as error:
                        task.attempts += 1
                        if task.attempts >= ATTEMPTS:
                            yield task.key, _last_line(error)
                            continue
                        pause = min(PAUSE * 2.0 ** (task.attempts - 1), LONGEST_PAUSE)
                        task.not_before = time.monotonic() + pause
                        waiting.append(task)
        finally:
            for reference in flying:  # nobody will read the answers
                ray.cancel(reference, force=True)

    def _slots(self, ray: Any, memory: float) -> int:
        """Tasks that the cluster of this moment can run at once; it may grow and shrink."""
        there = ray.cluster_resources()
        room = [there.get("CPU", 0.0) / self.cpus] if self.cpus else []
        room += [there.get("GPU", 0.0) / self.gpus] if self.gpus else []
        room += [there.get("memory", 0.0) / memory]
        return max(1, int(min(room)))


@dataclass
class _Task:
    """A task. not_before : when it may be tried again, on the monotonic clock."""

    key: Any
    arguments: tuple[Any, ...]
    attempts: int = 0
    not_before: float = 0.0


@dataclass(frozen=True)
class Rendered:
    """What a task returns: an answer for each sample, and the files of those that came out."""

    answers: list[Answer]
    files: dict[str, bytes] = field(repr=False)
    device: str = ""


def render_task(job: Job, pairs: list[tuple[int, FaceSpec]]) -> Rendered:
    """Render samples in a folder of this node and return their files: the body of a Ray task."""
    with _scratch() as name:
        scratch, answers = Path(name), list[Answer]()
        outcome = render_specs(replace(job, out=scratch), pairs, answers.append, proven=True)
        done = {f"{one.index:06d}" for one in answers if isinstance(one, Done)}
        files = {
            path.relative_to(scratch).as_posix(): path.read_bytes()
            for path in sorted(scratch.glob("*/*"))
            if path.stem in done
        }
        return Rendered(answers, files, outcome.device)


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A temporary folder; DiskError where there is no room for one."""
    try:
        return tempfile.TemporaryDirectory(prefix="facegen-shard-")
    except OSError as error:
        raise DiskError(
            f"temporary folder {tempfile.gettempdir()}: cannot be written ({error.strerror}): make room, or "
            "name another by TMPDIR"
        ) from None


def match_task(*arguments: Any) -> tuple[Matched, int]:
    """Match one block and count its previews: the body of a Ray task."""
    previews = 0

    def count(number: int) -> None:
        nonlocal previews
        previews += number

    return match_block(*arguments, None, count), previews


def failures_of(pairs: list[tuple[int, FaceSpec]], why: str) -> list[Answer]:
    """A failure of every sample of a shard."""
    return [Failed(index, f"{why} ({ATTEMPTS} attempts)") for index, _ in pairs]


def _launch(
    remote: Any, flying: dict[Any, _Task], waiting: list[_Task], source: Iterator[_Task], most: int
) -> None:
    """Start tasks, those whose pause is over before new ones, until `most` are in flight."""
    now = time.monotonic()
    for task in [one for one in waiting if one.not_before <= now]:
        if len(flying) < most:
            waiting.remove(task)
            flying[remote.remote(*task.arguments)] = task
    while len(flying) + len(waiting) < most and (new := next(source, None)) is not None:
        flying[remote.remote(*new.arguments)] = new


def _ray(address: str | None) -> Any:
    """The library, connected to a cluster.

    Raises
    ------
    FacegenError : it is not installed, or there is no cluster at `address`.
    """
    try:
        import ray
    except ModuleNotFoundError:
        raise FacegenError("--engine ray needs Ray: pip install 'facegen[cluster]'") from None
    if not ray.is_initialized():
        try:
            ray.init(
                address=address, log_to_driver=False, include_dashboard=False if address is None else None
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise FacegenError(f"no Ray cluster at {address}: {_last_line(error)}") from None
    return ray


def _last_line(error: BaseException) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
