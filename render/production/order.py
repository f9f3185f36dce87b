"""A requested set: what decides its samples, and the shards of its plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import facegen
from facegen.audit.profiles.measured_rows import RowSource, digest_of
from facegen.datasets.io.dataset_file import (
    DATASET_FILE,
    read_dataset_json,
)
from facegen.datasets.io.files import fingerprint
from facegen.render.develop.background_photos import digest
from facegen.render.production.ray_engine import RayEngine
from facegen.render.production.shard_plan import SHARD_SIZE, Part, RunPlan
from facegen.render.production.worker_pool import (
    Job,
)
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import Override

FILES, TAR = STORAGES = ("files", "tar")
GENERATOR = 13  # raised when the same order gives other faces: a set of an older one cannot be resumed


@dataclass(frozen=True)
class Order:
    """A requested set.

    Attributes
    ----------
    job : Job
        How and where it is rendered.
    num : int
        Faces of the set.
    seed : int
    profile : Profile or MeasuredRows, optional
        Distribution, or rows of a real folder, that the faces follow; None is the default prior.
    profile_name : str, optional
        The profile as the user named it: a shipped name, a file or a folder.
    overrides : tuple of Override
        Attributes that are set in every face.
    resume : str
        "if-possible", "always" or "never": what to do with a folder that holds part of the order.
    rounds : int
        Pilot sets that are rendered, audited and corrected for before matching.
    photographs : tuple of str
        File names in `job.backgrounds` that faces get as background.
    faces : tuple of FaceSpec
        Given faces, to which only `overrides` are applied; they replace seed and profile.
    shard_size : int, optional
        Samples of a shard; by default that of the folder, else SHARD_SIZE.
    part : Part, optional
        The part of the plan that this run renders; None for all of it.
    engine : RayEngine, optional
        Where it is rendered; None: by worker processes of this machine.
    storage : str, optional
        "files" or "tar": each file of a sample by itself, or an archive a shard; by default as the folder is,
        else "files".
    address : str, optional
        Of an object store that archives go to; `job.out` is its mirror (`io.object_store`).
    """

    job: Job
    num: int
    seed: int
    profile: RowSource | None = None
    profile_name: str | None = None
    overrides: tuple[Override, ...] = ()
    resume: str = "if-possible"
    rounds: int = 0
    photographs: tuple[str, ...] = ()
    faces: tuple[FaceSpec, ...] = ()
    shard_size: int | None = None
    part: Part | None = None
    engine: RayEngine | None = None
    storage: str | None = None
    address: str | None = None

    @property
    def packed(self) -> bool:
        """Whether each shard is one archive."""
        file = Path(self.job.out) / DATASET_FILE
        if self.storage is None and self.address is None and file.is_file():
            return read_dataset_json(file.parent).get("storage") == TAR
        return self.storage == TAR or self.address is not None

    def config(self) -> dict[str, Any]:
        """Everything that decides the bytes of a sample, JSON-ready."""
        return {
            "generator": GENERATOR,
            "size": self.job.size,
            "quality": self.job.quality,
            "convention": self.job.convention,
            "seed": self.seed,
            "match_dist": self.profile_name,
            "rounds": self.rounds if self.profile is not None else 0,
            "set": [o.text for o in self.overrides],
            "facegen": facegen.__version__,
        } | self._digests()

    def _digests(self) -> dict[str, str]:
        """Fingerprints of what the order names: a file or folder of the same name may change."""
        digests = {}
        if self.profile is not None:
            digests["distribution"] = fingerprint({"profile": digest_of(self.profile)})
        if self.photographs:
            digests["photographs"] = digest(self.photographs)
        if self.faces:
            digests["faces"] = fingerprint({"specs": [spec.to_dict() for spec in self.faces]})
        return digests


def run_plan(order: Order) -> RunPlan:
    """The shards of an order; a folder that holds part of it keeps its size of shards."""
    out = Path(order.job.out)
    size = order.shard_size
    if size is None and (out / DATASET_FILE).is_file():
        size = read_dataset_json(out).get("shard_size")
    return RunPlan(order.config(), order.num, size or SHARD_SIZE)


def indices_of(order: Order) -> range:
    """The samples of the order, or of its part of the plan: they are contiguous."""
    shards = list(run_plan(order).shards(order.part))
    return range(shards[0].start, shards[-1].stop)
