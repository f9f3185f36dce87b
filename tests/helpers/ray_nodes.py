"""A Ray cluster of several nodes on this machine, of which one can be lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STORE_BYTES = 200_000_000  # shared memory of a node, for the files of shards on their way


class Nodes:
    """Nodes that each have one processor.

    Attributes
    ----------
    address : str
        For `RayEngine`.
    lost : int
        Nodes that were killed.
    """

    def __init__(self, count: int) -> None:
        from ray.cluster_utils import Cluster

        node = {"num_cpus": 1, "object_store_memory": STORE_BYTES}
        self._cluster = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": False})
        self._others: list[Any] = [self._cluster.add_node(**node) for _ in range(count - 1)]
        self.address: str = self._cluster.address
        self.lost = 0

    def lose_one(self) -> None:
        """Kill a node other than the first with all that runs on it; nothing where there is no other."""
        if self._others:
            self._cluster.remove_node(self._others.pop(), allow_graceful=False)
            self.lost += 1

    def end(self) -> None:
        """End all nodes."""
        self._cluster.shutdown()


@contextmanager
def nodes_here(count: int) -> Iterator[Nodes]:
    """A cluster that this process is connected to. It changes the process: use one of its own."""
    import ray

    nodes = Nodes(count)
    try:
        ray.init(address=nodes.address, log_to_driver=False)
        yield nodes
    finally:
        ray.shutdown()
        nodes.end()
