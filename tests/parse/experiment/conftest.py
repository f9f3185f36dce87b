"""Drawn sets, and a finished run on them that several tests start from."""

import shutil

import pytest
from drawn_faces import write_index_set
from parse_runs import quick, run, short_settings


@pytest.fixture(scope="session")
def sets(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets")
    write_index_set(root / "real" / "train", 20, 64)
    write_index_set(root / "real" / "test", 4, 64, seed=1)
    write_index_set(root / "drawn", 16, 64, seed=2)
    write_index_set(root / "drawn2", 16, 64, seed=3)
    write_index_set(root / "drawn3", 16, 64, seed=4)
    return root


@pytest.fixture(autouse=True, scope="module")
def short():
    with short_settings():
        yield


@pytest.fixture(scope="session")
def finished(sets, tmp_path_factory):
    """The folder of a run of one set with one seed."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    with short_settings():
        result = run(*quick(sets / "drawn", sets / "real", folder))
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def run_folder(finished, tmp_path):
    """A copy of that folder, in tmp_path/run."""
    return shutil.copytree(finished, tmp_path / "run")
