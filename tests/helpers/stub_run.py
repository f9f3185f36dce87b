"""A run of stub samples in a process of its own, here or on a Ray cluster of this machine.

Arguments: dataset folder, number of samples, size of shards, nodes of the cluster (0: worker processes
without Ray), and of these words: "tar" for archives, "kill" to end a node when half of the samples are there.
Prints a JSON line with the faces done and the memory of this process for each shard, and one at the end.
"""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
from stub_sample import SIZE

from facegen.render.production import ray_engine, worker_pool
from facegen.render.production.dataset_run import produce
from facegen.render.production.order import Order
from facegen.render.production.ray_engine import RayEngine, Rendered, render_task
from facegen.render.production.worker_pool import Job


def stub_task(*arguments: Any) -> Rendered:
    """`render_task` with the stub as its worker."""
    worker_pool.MODULE = "stub_worker"
    rendered = render_task(*arguments)
    assert "bpy" not in sys.modules
    return rendered


def main(out: str, num: int, shard_size: int, nodes: int, words: list[str]) -> None:
    """Run, and print what came out."""
    worker_pool.MODULE = "stub_worker"
    with ExitStack() as stack:
        engine, cluster = None, None
        if nodes:
            import stub_run  # by this name, and not as __main__, the task is found by the nodes
            from ray_nodes import nodes_here

            ray_engine.render_task, ray_engine.PAUSE = stub_run.stub_task, 0.1
            cluster = stack.enter_context(nodes_here(nodes))
            engine = RayEngine(cluster.address)

        def progress(event: Any) -> None:
            if event.stage != "render" or event.done == 0:
                return
            if event.done % shard_size == 0:
                say(done=event.done, rss_mb=round(psutil.Process().memory_info().rss / 1e6, 1))
            if "kill" in words and cluster is not None and 2 * event.done >= num and not cluster.lost:
                cluster.lose_one()

        storage = "tar" if "tar" in words else None
        job = Job(Path(out), SIZE, "fast", workers=2)
        started = time.perf_counter()
        outcome = produce(Order(job, num, 0, shard_size=shard_size, engine=engine, storage=storage), progress)
        say(
            done=len(outcome.done), failures=outcome.failures, killed=bool(cluster and cluster.lost),
            seconds=round(time.perf_counter() - started, 1), own_cpu_s=round(time.process_time(), 1),
        )  # fmt: skip


def say(**figures: Any) -> None:
    """Print figures as a line of JSON."""
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
