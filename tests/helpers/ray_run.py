"""A run of stub samples on a Ray cluster of this machine, in a process of its own: Ray changes its process.

Arguments: dataset folder, number of samples, size of shards, nodes, and "kill" to end a node after the first
shard. Prints a JSON line: samples done and failed, and whether a node was killed.
"""

import json
import sys
from pathlib import Path
from typing import Any

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


def main(out: str, num: int, shard_size: int, nodes: int, kill: bool) -> None:
    """Run, and print what came out."""
    import ray
    import ray_run  # by this name, and not as __main__, the task is found by the nodes
    from ray.cluster_utils import Cluster

    ray_engine.render_task = ray_run.stub_task
    ray_engine.PAUSE = 0.1
    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 200_000_000}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    others = [cluster.add_node(num_cpus=1, object_store_memory=200_000_000) for _ in range(nodes - 1)]
    ray.init(address=cluster.address, log_to_driver=False)

    def progress(event: Any) -> None:
        if event.stage == "render" and event.done and kill and others:
            cluster.remove_node(others.pop(), allow_graceful=False)

    job = Job(Path(out), 16, "fast")
    outcome = produce(Order(job, num, 0, shard_size=shard_size, engine=RayEngine(cluster.address)), progress)
    print(
        json.dumps({"done": len(outcome.done), "failures": outcome.failures, "killed": kill and not others})
    )
    ray.shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), "kill" in sys.argv)
