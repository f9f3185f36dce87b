"""A set of archives that is written to an S3 server and read from there by audit, train-eval and verify.

The server is a process of its own (`s3_server`); faces are drawn heads that stub workers copy.
"""

import json

import pytest
from drawn_heads import random_heads
from index_folder import write_set
from native_heads import write_rendered
from packed_sets import archives_of, shards_of
from parse_runs import TINY, run, short_settings
from s3_server import s3_server

from facegen.audit.distances import univariate
from facegen.audit.report import compare, figures
from facegen.datasets.io.object_store import local_folder
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.data.loaded_set import load_set
from facegen.render.production import worker_pool

COUNT, SIZE = 50, 64
ADDRESS = "s3://faces/set"

s3fs = pytest.importorskip("s3fs")
pytest.importorskip("moto")


@pytest.fixture(scope="module", autouse=True)
def environment(tmp_path_factory):
    """A server, a cache of its own, stub workers, and few draws of audit and train-eval."""
    root = tmp_path_factory.mktemp("s3")
    heads = write_rendered(root / "heads", random_heads(COUNT, seed=1, size=SIZE)[1])
    with s3_server() as variables, pytest.MonkeyPatch.context() as patch, short_settings():
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setenv("FACEGEN_CACHE", str(root / "cache"))
        patch.setenv("STUB_SAMPLE", str(heads))
        patch.setattr(worker_pool, "MODULE", "stub_worker")
        patch.setattr(compare, "FLOOR_REPEATS", 1)
        patch.setattr(univariate.Draws.make.__func__, "__defaults__", (60,))
        patch.setattr(figures, "overlaid_histogram", lambda *_, **__: "<svg></svg>")
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("faces")
        yield root


@pytest.fixture(scope="module")
def here(environment):
    """The same order as a folder of archives, and as a set on the server."""
    order = "render", "--num", COUNT, "--size", SIZE, "--quality", "fast", "--shard-size", 16, "--workers", 2
    for out, more in ((environment / "here", ("--storage", "tar")), (ADDRESS, ())):
        result = run(*order, "--out", out, *more)
        assert result.exit_code == 0, result.output
        assert f"seed 0 -> {out}\n" in result.output and f"facegen audit {out}\n" in result.output
    result = run(*order, "--out", ADDRESS)
    assert result.output == f"{ADDRESS}: all {COUNT} faces are there already\n"
    return environment / "here"


@pytest.fixture(scope="module")
def real(environment):
    write_set(environment / "real" / "train", random_heads(40, seed=2, size=SIZE)[1])
    write_set(environment / "real" / "test", random_heads(6, seed=3, size=SIZE)[1])
    return environment / "real"


def there():
    """Name -> bytes of everything on the server."""
    files = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    return {path.removeprefix("faces/set/"): files.cat_file(path) for path in files.find("faces")}


def test_the_server_holds_the_archives_of_a_folder_and_this_machine_none(here):
    found = there()
    assert archives_of(found) == shards_of(here)
    assert {*found} - {*archives_of(found)} == {"dataset.json", "attributes.parquet"}
    assert json.loads(found["dataset.json"])["complete"]
    assert len([name for name in found if name.endswith(".tar")]) == 4
    assert not list(local_folder(ADDRESS).rglob("*.tar"))
    assert (open_set(ADDRESS).image(COUNT - 1) == open_set(here).image(COUNT - 1)).all()


def test_verify_reads_every_archive_on_the_server(here):
    result = run("verify", ADDRESS)
    assert result.exit_code == 0, result.output
    assert f"{ADDRESS}: {COUNT} samples" in result.output


def test_an_audit_of_the_server_is_that_of_the_folder(here, real, tmp_path):
    reports = []
    for number, place in enumerate((here, ADDRESS)):
        out = tmp_path / str(number)
        result = run("audit", place, "--against", real / "train", "--out", out, "--workers", 1)
        assert result.exit_code == 0, result.output
        reports.append(json.loads((out / "report.json").read_text()))
    names = [report.pop("synthetic")["name"] for report in reports]
    assert names == ["here", "set"] and reports[0] == reports[1]


@pytest.mark.slow  # half a minute
def test_a_parser_is_trained_on_the_server(here, real, tmp_path):
    result = run("train-eval", ADDRESS, "--real", real, *TINY, "--quick", "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    arms = {arm["key"]: arm for arm in json.loads((tmp_path / "run" / "results.json").read_text())["arms"]}
    assert all(0 < arms[key]["figures"]["mean_f1_core"]["value"] < 1 for key in ("R", "S"))
    ours, theirs = load_set(open_set(here), SIZE), load_set(open_set(ADDRESS), SIZE)
    assert (ours.images == theirs.images).all() and (ours.masks == theirs.masks).all()
