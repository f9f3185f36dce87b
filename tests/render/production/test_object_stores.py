"""Sets on object stores: a memory store, one that fails one request in ten, and file://. Faces are copies."""

import json
import multiprocessing
import os
import re
import shutil
from collections import Counter

import fsspec
import pytest
from click.testing import CliRunner
from fsspec.implementations.memory import MemoryFileSystem
from packed_sets import Stop, archives_of, packed_set, shards_of

import facegen
from facegen.api.rendering import order_of as order_of_api
from facegen.cli.main import cli
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io import object_store
from facegen.datasets.io.files import write_bytes, write_json
from facegen.datasets.io.object_store import (
    ObjectStore,
    address_of,
    local_folder,
    mirror_folder,
    put_folder,
    refresh,
    remote_of,
)
from facegen.datasets.io.progress import ignore_progress
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.layouts.open_set import open_set
from facegen.render.production import shard_commits
from facegen.render.production.dataset_run import plan, produce
from facegen.render.production.set_integrity import drop, plan_problems


class Unreliable(MemoryFileSystem):
    """Of each kind of request the first fails, and every tenth; one write in ten leaves half of the file."""

    protocol = "unreliable"
    store, pseudo_dirs = {}, [""]
    requests, failures = Counter(), Counter()

    @classmethod
    def _count(cls, kind):
        cls.requests[kind] += 1
        if cls.requests[kind] % 10 == 1:
            cls.failures[kind] += 1
            raise ConnectionError("503 slow down")
        return cls.requests[kind] % 10 == 4

    def put_file(self, source, target, **more):
        half = self._count("put")
        super().put_file(source, target, **more)
        if half:
            self.failures["half"] += 1
            content = super().cat_file(target)
            self.pipe_file(target, content[: len(content) // 2])

    def info(self, path, **more):
        self._count("info")
        return super().info(path, **more)

    def find(self, *arguments, **more):
        self._count("find")
        return super().find(*arguments, **more)

    def cat_file(self, path, start=None, end=None, **more):
        self._count("read")
        return super().cat_file(path, start, end, **more)

    def get_file(self, *arguments, **more):
        self._count("get")
        return super().get_file(*arguments, **more)


class OfOneProcess(MemoryFileSystem):
    """Works in the process that made it alone, as file systems of fsspec with connections do."""

    protocol = "oneprocess"
    store, pseudo_dirs = {}, [""]

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self._made_in = os.getpid()

    def cat_file(self, *arguments, **more):
        if os.getpid() != self._made_in:
            raise RuntimeError("This class is not fork-safe")
        return super().cat_file(*arguments, **more)


fsspec.register_implementation("unreliable", Unreliable, clobber=True)
fsspec.register_implementation("oneprocess", OfOneProcess, clobber=True)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(object_store, "PAUSE", 0.0)
    yield
    for store in (MemoryFileSystem, Unreliable, OfOneProcess):
        store.store.clear()
        store.pseudo_dirs[:] = [""]


def order_to(out, num, **more):
    """An order as `facegen render --out ADDRESS` makes it."""
    return order_of_api(
        out, num=num, size=32, quality="fast", seed=0, match_dist=None, rounds=0, overrides=(),
        convention=None, backgrounds=None, faces=None, workers=2, device="auto", resume="if-possible",
        progress=ignore_progress, shard_size=3, **more,
    )  # fmt: skip


def there(address):
    """Name -> bytes of everything below an address."""
    files, base = fsspec.core.url_to_fs(address)
    kind = MemoryFileSystem if isinstance(files, Unreliable) else type(files)  # without its failures
    found = kind.find(files, base)
    return {path.removeprefix(base).lstrip("/"): kind.cat_file(files, path) for path in found}


def test_addresses_are_known_by_their_protocol(tmp_path):
    assert address_of("s3://bucket/a/") == address_of("s3:/bucket/a") == "s3://bucket/a"
    assert address_of(f"file://{tmp_path}") == f"file://{tmp_path}"
    assert address_of("C:/faces") is None and address_of("faces") is None and address_of("/a:b/c") is None


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("protocol", ["memory", "file", "unreliable"])
def test_a_store_holds_the_bytes_of_a_folder(tmp_path, protocol):
    address = f"file://{tmp_path}/store" if protocol == "file" else f"{protocol}://faces"
    produce(order_to(tmp_path / "here", 7, storage="tar"))
    Unreliable.requests.clear(), Unreliable.failures.clear()
    order = order_to(address, 7)
    produce(order)
    found, here = there(address), shards_of(tmp_path / "here")
    assert archives_of(found) == here
    assert found["attributes.parquet"] == (tmp_path / "here/attributes.parquet").read_bytes()
    assert json.loads(found["dataset.json"])["complete"]
    mirror = order.job.out
    assert not list(mirror.glob("shards/*.tar")) and not list(mirror.glob("images/*"))
    shutil.rmtree(mirror)  # another machine
    assert plan(order_to(address, 7)) == [] and plan(order_to(address, 8)) == [7]
    faces = open_set(address)
    assert len(faces) == 7 and faces.name == address.rpartition("/")[2] and faces.layout == "facegen"
    ours = open_set(tmp_path / "here")
    assert (faces.image(6) == ours.image(6)).all() and (faces.mask(0) == ours.mask(0)).all()
    assert facegen.open(address)[3].depth.shape == (16, 16)
    assert plan_problems(local_folder(address)) == []
    produce(order_to(address, 8))  # the last archive is fetched, unpacked, and written again
    produce(order_to(tmp_path / "here", 8))
    assert archives_of(there(address)) == shards_of(tmp_path / "here")
    failing = {"put", "half", "info", "find", "read", "get"} if protocol == "unreliable" else set()
    assert {*Unreliable.failures} == failing


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("step", ["write_record", "note_put"])
def test_a_stop_between_the_steps_of_a_commit_loses_nothing(tmp_path, monkeypatch, step):
    produce(order_to(tmp_path / "here", 7, storage="tar"))
    function = getattr(shard_commits, step)

    def stops(*arguments):
        function(*arguments)
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(shard_commits, step, stops)
        with pytest.raises(Stop):
            produce(order_to("memory://faces", 7))
    produce(order_to("memory://faces", 7))
    assert archives_of(there("memory://faces")) == shards_of(tmp_path / "here")
    assert plan_problems(local_folder("memory://faces")) == []


@pytest.mark.usefixtures("stub")
def test_a_store_that_refuses_for_good_ends_the_run_and_keeps_what_is_done(tmp_path, monkeypatch):
    order = order_to("memory://faces", 7)

    asked = []

    def refuse(self, *_, **__):
        asked.append(1)
        raise PermissionError("403 AccessDenied")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "put_file", refuse)
        with pytest.raises(DiskError, match=r"faces/dataset.json: may not be written \(403 AccessDenied"):
            produce(order)
    assert len(asked) == 1  # what is forbidden stays forbidden
    assert len(StoredSamples(order.job.out).names) >= 3
    produce(order_to("memory://faces", 7))
    assert plan_problems(local_folder("memory://faces")) == []


@pytest.mark.usefixtures("stub")
def test_damage_on_the_store_is_found_and_rendered_again(tmp_path):
    produce(order_to("memory://faces", 7))
    whole = there("memory://faces")
    name = "shards/000001.tar"
    changed = bytearray(whole[name])
    changed[600] ^= 1  # of its first sample's picture
    files = fsspec.filesystem("memory")
    files.pipe_file(f"/faces/{name}", bytes(changed))
    problem, sample = plan_problems(local_folder("memory://faces"))
    assert "another content" in str(problem) and sample.name == "000003"
    files.pipe_file(f"/faces/{name}", whole[name][:700])
    assert "has 700 bytes" in str(plan_problems(local_folder("memory://faces"))[0])
    assert plan(order_to("memory://faces", 7)) == [3, 4, 5]
    produce(order_to("memory://faces", 7))
    assert there("memory://faces")[name] == whole[name]


@pytest.mark.usefixtures("stub")
def test_broken_samples_are_deleted_on_the_store_and_rendered_again(tmp_path):
    order = order_to("memory://faces", 7)
    produce(order)
    whole = there("memory://faces")
    changed = bytearray(whole["shards/000001.tar"])
    changed[600] ^= 1  # of its first sample's picture
    fsspec.filesystem("memory").pipe_file("/faces/shards/000001.tar", bytes(changed))
    (problem,) = [one for one in plan_problems(local_folder("memory://faces")) if one.name]
    drop(local_folder("memory://faces"), [problem.name])
    gone = {"shards/000001.tar", "shards/000001.json", "attributes/000001.parquet"}
    assert {*whole} - {*there("memory://faces")} == gone
    assert len(open_set("memory://faces")) == 4
    assert len(plan(order_to("memory://faces", 7))) == 1  # the others of the shard are in the mirror
    produce(order_to("memory://faces", 7))
    assert archives_of(there("memory://faces")) == archives_of(whole)
    assert plan_problems(local_folder("memory://faces")) == []
    # Stubs are of another size than the order: all are broken.
    result = CliRunner().invoke(cli, ["verify", "--drop", "memory://faces"])
    assert "memory://faces: 7 samples" in result.output and "7 samples deleted" in result.output
    assert {*there("memory://faces")} == {"dataset.json", "attributes.parquet"}


@pytest.mark.usefixtures("stub")
def test_dataset_json_is_the_last_file_to_go_either_way(tmp_path, monkeypatch):
    order = order_to("memory://faces", 4)
    written, put = [], ObjectStore.put

    def noted(self, source, name):
        written.append(name)
        put(self, source, name)

    monkeypatch.setattr(ObjectStore, "put", noted)
    produce(order)
    assert written[-2:] == ["attributes.parquet", "dataset.json"]
    write_bytes(order.job.out / "a.json", b"{}")
    monkeypatch.setattr(object_store, "SMALL", re.compile(r"[az]\.json|dataset\.json"))
    write_bytes(order.job.out / "z.json", b"{}")
    put_folder(ObjectStore("memory://faces"), order.job.out, "")
    assert written[-3:] == ["a.json", "z.json", "dataset.json"]
    copied = []
    monkeypatch.setattr(object_store, "write_bytes", lambda path, content: copied.append(path.name))
    refresh("memory://faces", tmp_path / "mirror")
    assert copied[-1] == "dataset.json" and "z.json" in copied


def test_a_forked_process_connects_anew(tmp_path):
    write_bytes(tmp_path / "dataset.json", b"{}")
    ObjectStore("oneprocess://faces").put(tmp_path / "dataset.json", "dataset.json")
    refresh("oneprocess://faces", mirror_folder("oneprocess://faces", "read"))
    assert remote_of(mirror_folder("oneprocess://faces", "read")).store.read("dataset.json") == b"{}"
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_read_remote, (mirror_folder("oneprocess://faces", "read"),)) == b"{}"


def _read_remote(mirror):
    return remote_of(mirror).store.read("dataset.json")


def test_processes_that_write_one_file_do_not_meet(tmp_path, monkeypatch):
    """Each has a temporary file of its own, on the store and here."""
    (tmp_path / "source").write_bytes(b"whole")
    store, names = ObjectStore(f"file://{tmp_path}/store"), []
    kind = type(store._files)
    put, get = kind.put_file, kind.get_file
    monkeypatch.setattr(kind, "put_file", lambda self, a, b: (names.append(b), put(self, a, b)))
    monkeypatch.setattr(kind, "get_file", lambda self, a, b: (names.append(b), get(self, a, b)))
    for _ in range(2):
        store.put(tmp_path / "source", "shards/000000.json")
        store.fetch("shards/000000.json", tmp_path / "here")
    assert len({*names}) == 4 and (tmp_path / "here").read_bytes() == b"whole"

    def broken(self, source, target):
        put(self, source, target)
        raise OSError("broken off")

    monkeypatch.setattr(kind, "put_file", broken)
    with pytest.raises(DiskError, match="broken off"):
        store.put(tmp_path / "source", "shards/000001.json")
    assert [path.name for path in (tmp_path / "store").rglob("*.json")] == ["000000.json"]


@pytest.mark.parametrize(
    "address", ["ftp://ada:secret@host/faces", "memory://faces?key=secret", "sftp://ada:sec@secret@host/x"]
)
def test_passwords_of_addresses_are_not_shown(address, monkeypatch):

    def refuse(*_, **__):
        raise ConnectionError(f"no route to {address}")

    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda *_, **__: (MemoryFileSystem(), "/faces"))
    monkeypatch.setattr(MemoryFileSystem, "find", refuse)
    with pytest.raises(DiskError) as caught:
        local_folder(address)
    assert "secret" not in str(caught.value) and "no route to" in str(caught.value)


@pytest.mark.usefixtures("stub")
def test_parts_on_a_store_are_merged_into_a_folder(tmp_path):
    for i in range(2):
        produce(order_to(f"memory://part{i}", 7, shard=f"{i}/2"))
    produce(order_to(tmp_path / "here", 7, storage="tar"))
    facegen.merge(["memory://part0", "memory://part1"], tmp_path / "merged")
    assert shards_of(tmp_path / "merged") == shards_of(tmp_path / "here")
    with pytest.raises(FacegenError, match="merge into a folder"):
        facegen.merge(["memory://part0"], "memory://merged")


def test_a_mirror_takes_the_files_of_a_set_and_no_others(tmp_path):
    files = fsspec.filesystem("memory")
    for name in (
        "dataset.json",
        "shards/000000.tar",
        "../evil.json",
        "shards/../../x.json",
        "run.sh",
        "shards/9.json",
    ):
        files.store[f"/faces/{name}"] = files.open("/x", "wb")
        files.pipe_file(f"/faces/{name}", b"{}")
    folder = tmp_path / "mirror"
    refresh("memory://faces", folder)
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "dataset.json",
        "remote.json",
    ]
    assert not (tmp_path / "evil.json").exists()
    files.pipe_file("/faces/shards/000007.json", b"{}")
    refresh("memory://faces", folder)
    write_bytes(folder / "shards/000008.json", b"{}")  # has not come to the store yet
    files.rm("/faces/shards/000007.json")
    files.pipe_file("/faces/dataset.json", b'{"a": 1}')
    refresh("memory://faces", folder)
    assert [path.name for path in (folder / "shards").iterdir()] == ["000008.json"]
    assert (folder / "dataset.json").read_bytes() == b'{"a": 1}'


def test_what_cannot_be_opened_is_said_in_one_line(tmp_path, monkeypatch):
    with pytest.raises(FacegenError, match="memory://nothing: holds no set"):
        open_set("memory://nothing")
    with pytest.raises(FacegenError, match="nosuch://x"):
        open_set("nosuch://x/y")

    def missing(*_, **__):
        raise ImportError("Install s3fs to access S3")

    with monkeypatch.context() as patch:
        patch.setattr(fsspec.core, "url_to_fs", missing)
        with pytest.raises(FacegenError, match="s3:// needs s3fs: pip install s3fs"):
            open_set("s3://bucket/faces")
    with pytest.raises(FacegenError, match="takes archives, not single files"):
        order_to("memory://faces", 3, storage="files")
    with pytest.raises(DiskError, match="is not there"):
        ObjectStore("memory://faces").read("dataset.json")
    assert (
        mirror_folder("s3://a", "read")
        != mirror_folder("s3://a", "write")
        != mirror_folder("s3://b", "write")
    )


def test_a_set_of_a_stranger_cannot_lead_to_other_files(tmp_path):
    """`remote.json` of a folder that is no mirror of this user's cache is no part of the set."""
    secret, root = tmp_path / "secret", packed_set(tmp_path / "faces", 2, 2)
    (secret / "shards").mkdir(parents=True)
    archive = root / "shards" / "000000.tar"
    archive.rename(secret / "shards" / "000000.tar")
    content = {"address": f"file://{secret}", "archives": {"shards/000000.tar": 51200}, "seen": {}}
    write_json(root / "remote.json", content)
    with pytest.raises(FacegenError, match="no finished sample"):
        open_set(root)
    with pytest.raises(FacegenError, match=r"not empty|in none of the|is gone|missing"):
        facegen.merge([root], tmp_path / "merged")


def test_a_mirror_leads_to_its_own_address_alone():
    folder = mirror_folder("memory://faces", "read")
    write_json(folder / "remote.json", {"address": "file:///etc", "archives": {}, "seen": {}})
    with pytest.raises(FacegenError, match=r"remote.json: damaged \(of another address\): remove it"):
        remote_of(folder)
