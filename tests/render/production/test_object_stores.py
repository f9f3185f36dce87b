"""Sets on object stores: a memory store, one that fails one request in ten, and file://. Faces are copies."""

import json
import shutil

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from packed_sets import Stop, archives_of, shards_of

import facegen
from facegen.api.rendering import order_of as order_of_api
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io import object_store
from facegen.datasets.io.files import write_bytes
from facegen.datasets.io.object_store import ObjectStore, address_of, local_folder, mirror_folder, refresh
from facegen.datasets.io.progress import ignore_progress
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.layouts.open_set import open_set
from facegen.render.production import shard_commits
from facegen.render.production.dataset_run import plan, produce
from facegen.render.production.set_integrity import plan_problems


class Unreliable(MemoryFileSystem):
    """Fails every tenth request; one write in ten leaves half of the file and says nothing."""

    protocol = "unreliable"
    store, pseudo_dirs = {}, [""]
    requests = failures = 0

    @classmethod
    def _count(cls):
        cls.requests += 1
        if cls.requests % 10 == 5:
            cls.failures += 1
            raise ConnectionError("503 slow down")
        return cls.requests % 10 == 9

    def put_file(self, source, target, **more):
        half = self._count()
        super().put_file(source, target, **more)
        if half:
            type(self).failures += 1
            content = self.cat_file(target)
            self.pipe_file(target, content[: len(content) // 2])

    def info(self, path, **more):
        return super().info(path, **more)

    def find(self, *arguments, **more):
        self._count()
        return super().find(*arguments, **more)

    def cat_file(self, path, start=None, end=None, **more):
        return super().cat_file(path, start, end, **more)

    def get_file(self, *arguments, **more):
        self._count()
        return super().get_file(*arguments, **more)


fsspec.register_implementation("unreliable", Unreliable, clobber=True)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(object_store, "PAUSE", 0.0)
    yield
    for store in (MemoryFileSystem, Unreliable):
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
    return {path.removeprefix(base).lstrip("/"): files.cat_file(path) for path in files.find(base)}


def test_addresses_are_known_by_their_protocol(tmp_path):
    assert address_of("s3://bucket/a/") == address_of("s3:/bucket/a") == "s3://bucket/a"
    assert address_of(f"file://{tmp_path}") == f"file://{tmp_path}"
    assert address_of("C:/faces") is None and address_of("faces") is None and address_of("/a:b/c") is None


@pytest.mark.usefixtures("stub")
@pytest.mark.parametrize("protocol", ["memory", "file", "unreliable"])
def test_a_store_holds_the_bytes_of_a_folder(tmp_path, protocol):
    address = f"file://{tmp_path}/store" if protocol == "file" else f"{protocol}://faces"
    produce(order_to(tmp_path / "here", 7, storage="tar"))
    Unreliable.failures = 0
    order = order_to(address, 7)
    produce(order)
    assert (Unreliable.failures > 0) == (protocol == "unreliable")
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

    def refuse(self, *_, **__):
        raise PermissionError("403 AccessDenied")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "put_file", refuse)
        with pytest.raises(DiskError, match=r"faces/dataset.json: cannot be written \(403 AccessDenied"):
            produce(order)
    assert len(StoredSamples(order.job.out).names) >= 3
    produce(order_to("memory://faces", 7))
    assert plan_problems(local_folder("memory://faces")) == []


@pytest.mark.usefixtures("stub")
def test_damage_on_the_store_is_found_and_rendered_again(tmp_path):
    produce(order_to("memory://faces", 7))
    whole = there("memory://faces")
    name = "shards/000001.tar"
    changed = bytearray(whole[name])
    changed[5000] ^= 1
    files = fsspec.filesystem("memory")
    files.pipe_file(f"/faces/{name}", bytes(changed))
    (problem,) = plan_problems(local_folder("memory://faces"))
    assert "another content" in str(problem)
    files.pipe_file(f"/faces/{name}", whole[name][:700])
    assert "has 700 bytes" in str(plan_problems(local_folder("memory://faces"))[0])
    assert plan(order_to("memory://faces", 7)) == [3, 4, 5]
    produce(order_to("memory://faces", 7))
    assert there("memory://faces")[name] == whole[name]


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
