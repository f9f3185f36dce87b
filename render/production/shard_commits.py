"""Finishing shards: a shard whose last sample was answered gets its record, which makes it count as done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from facegen.datasets.errors import DiskError
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.sample import remove_sample, sample_name
from facegen.datasets.io.shard_record import is_recorded, make_record, record_file, write_record
from facegen.render.production.shard_plan import Part, RunPlan, Shard


class ShardCommits:
    """The shards of a run that have no record yet.

    Records of shards with samples in `todo` are removed at once, and so are the files of these samples.
    Shards that are whole and lack a record, as after a stop between the last sample and the record, get it at
    once.

    Parameters
    ----------
    out : Path
        Dataset folder.
    plan : RunPlan
    part : Part, optional
    todo : sequence of int
        Samples that will be answered.
    """

    def __init__(self, out: Path, plan: RunPlan, part: Part | None, todo: Sequence[int]) -> None:
        self.out, self._plan, self._mark = out, plan, fingerprint(plan.config)
        self._open = Counter(index // plan.shard_size for index in todo)
        self._failures: dict[int, dict[str, str]] = {}
        for number in self._open:
            record_file(out, number).unlink(missing_ok=True)
        fresh = not (out / "meta").is_dir()
        for index in todo:
            if fresh:
                break
            try:
                remove_sample(out, sample_name(index))
            except OSError as error:
                raise DiskError(f"{error.filename}: cannot be removed ({error.strerror})") from None
        for shard in plan.shards(part):
            if not self._open[shard.number] and not self._is_recorded(shard):
                self._commit(shard)

    def add(self, index: int, failure: str | None) -> None:
        """Count the answer of a sample; `failure` says why it could not be rendered.

        Raises
        ------
        FacegenError : the shard was finished by it and its record cannot be written.
        """
        number = index // self._plan.shard_size
        if failure is not None:
            self._failures.setdefault(number, {})[sample_name(index)] = failure
        self._open[number] -= 1
        if not self._open[number]:
            self._commit(self._plan.shard(number))

    def _is_recorded(self, shard: Shard) -> bool:
        return is_recorded(self.out, shard.number, shard.start, shard.stop, self._mark)

    def _commit(self, shard: Shard) -> None:
        failures = self._failures.pop(shard.number, {})
        record = make_record(self.out, shard.number, shard.start, shard.stop, self._mark, failures)
        write_record(self.out, record)
