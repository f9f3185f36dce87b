"""Finishing shards: a shard whose last sample was answered gets its record, which makes it count as done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.object_store import ObjectStore, note_put, put_folder
from facegen.datasets.io.packed_shard import left_over, pack, remove_files, reopen
from facegen.datasets.io.sample import remove_sample, sample_name
from facegen.datasets.io.shard_record import (
    ShardRecord,
    differing_files,
    is_recorded,
    make_record,
    packed_files,
    read_record,
    record_file,
    write_record,
)
from facegen.render.production.shard_plan import Part, RunPlan, Shard


@dataclass(frozen=True)
class Destination:
    """Where finished shards go.

    Attributes
    ----------
    out : Path
        Dataset folder.
    packed : bool
        Whether each shard becomes one archive.
    store : ObjectStore, optional
        Where archives go that do not stay in the folder; `out` is its mirror.
    """

    out: Path
    packed: bool = False
    store: ObjectStore | None = None


class ShardCommits:
    """The shards of a run that have no record yet.

    Records of shards with samples in `todo` are removed at once, and so are the files of these samples;
    archives of such shards are unpacked first. Shards that are whole and lack a record, as after a stop
    between the last sample and the record, get it at once.

    Parameters
    ----------
    to : Destination
    plan : RunPlan
    part : Part, optional
    todo : sequence of int
        Samples that will be answered.
    """

    def __init__(self, to: Destination, plan: RunPlan, part: Part | None, todo: Sequence[int]) -> None:
        self.out, self._to, self._plan, self._mark = to.out, to, plan, fingerprint(plan.config)
        self._open = Counter(index // plan.shard_size for index in todo)
        self._failures: dict[int, dict[str, str]] = {}
        self._announced = False
        shards = list(plan.shards(part))
        if to.packed:
            for shard in shards:
                self._reopen(shard)
        for number in self._open:
            record_file(to.out, number).unlink(missing_ok=True)
        fresh = not (to.out / "meta").is_dir()
        for index in todo:
            if fresh:
                break
            try:
                remove_sample(to.out, sample_name(index))
            except OSError as error:
                raise DiskError(f"{error.filename}: cannot be removed ({error.strerror})") from None
        for shard in shards:
            if not self._open[shard.number] and not self._is_recorded(shard):
                self._commit(shard)
            elif to.store is not None:
                self._put_again(to.store, shard)
        if to.packed:
            self._clear(shards)

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

    def _reopen(self, shard: Shard) -> None:
        """Unpack a shard that grows, has samples to render, or is not as its record says."""
        record = self._record(shard)
        if record is None or not record.packed:
            return
        changes = self._open[shard.number] or (record.start, record.stop) != (shard.start, shard.stop)
        if changes or next(differing_files(self.out, record, hashes=False), None):
            reopen(self.out, record)

    def _record(self, shard: Shard) -> ShardRecord | None:
        try:
            record = read_record(self.out, shard.number)
        except FacegenError:
            return None
        return record if record is not None and record.fingerprint == self._mark else None

    def _commit(self, shard: Shard) -> None:
        failures = self._failures.pop(shard.number, {})
        record = make_record(self.out, shard.number, shard.start, shard.stop, self._mark, failures)
        if self._to.packed:
            record = pack(self.out, record)
        write_record(self.out, record)
        if self._to.store is not None:
            self._put(self._to.store, record)
        if self._to.packed:
            remove_files(self.out, record.names)

    def _put(self, store: ObjectStore, record: ShardRecord) -> None:
        """Bring a shard to the store, its record last, and remove the archive here."""
        if not self._announced:
            put_folder(store, self.out, "")
            self._announced = True
        for name in record.packed:
            store.put(self.out / name, name)
        name = record_file(self.out, record.number).relative_to(self.out).as_posix()
        store.put(self.out / name, name)
        note_put(self.out, {name: 0} | {one: known.size for one, known in record.packed.items()})
        (self.out / packed_files(record.number)[0]).unlink()

    def _put_again(self, store: ObjectStore, shard: Shard) -> None:
        """Bring a finished shard to the store that a stop has kept here."""
        record = self._record(shard)
        if record is not None and record.packed and (self.out / packed_files(shard.number)[0]).is_file():
            self._put(store, record)

    def _clear(self, shards: Sequence[Shard]) -> None:
        """Remove files that a stop has left of samples that an archive holds."""
        names = left_over(self.out)
        for shard in shards:
            here = {sample_name(index) for index in shard.indices} & names
            record = self._record(shard) if here else None
            if record is not None and record.packed:
                remove_files(self.out, sorted(here))
