"""One folder for all caches, whatever the machine has."""

import os
import stat

import pytest

from facegen.cache_folder import OTHERS, cache_folder, keep_caches_together


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A home folder of its own and none of the variables; what is set is removed again."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    for name in ("FACEGEN_CACHE", "XDG_CACHE_HOME", *(variable for variable, _, _ in OTHERS)):
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)


def caches():
    return {variable: os.environ.get(variable) for variable, _, _ in OTHERS}


def refuse(monkeypatch, *folders):
    """Root may write everywhere: these folders are made to look as if they may not be written."""
    access, refused = os.access, {str(one) for one in folders}
    monkeypatch.setattr(os, "access", lambda path, how: str(path) not in refused and access(path, how))


def test_the_setting_holds_everything(monkeypatch, tmp_path):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "c"))
    monkeypatch.setenv("WARP_CACHE_PATH", "mine")
    keep_caches_together()
    assert cache_folder() == tmp_path / "c"
    assert caches() == {
        "ANNY_CACHE_DIR": str(tmp_path / "c" / "anny"),
        "WARP_CACHE_PATH": "mine",
        "MPLCONFIGDIR": str(tmp_path / "c" / "matplotlib"),
    }


def test_without_it_writable_folders_stay_where_they_are(monkeypatch, tmp_path):
    keep_caches_together()
    assert cache_folder() == tmp_path / "home" / ".cache" / "facegen" and not any(caches().values())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache_folder() == tmp_path / "x" / "facegen"


def test_a_home_that_may_not_be_written(monkeypatch, tmp_path):
    (tmp_path / "home").mkdir()
    refuse(monkeypatch, tmp_path / "home")
    folder = cache_folder()
    assert folder.parent == tmp_path / "tmp" and stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    keep_caches_together()
    assert caches()["ANNY_CACHE_DIR"] == str(tmp_path / "x" / "facegen" / "anny")


def test_no_home_at_all(monkeypatch, tmp_path):
    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("pathlib.Path.home", none)
    keep_caches_together()
    assert os.environ["HOME"] == str(cache_folder()) and cache_folder().parent == tmp_path / "tmp"
    assert all(caches().values())


def test_a_temporary_folder_that_somebody_prepared_is_not_used(monkeypatch, tmp_path):
    (tmp_path / "home").mkdir()
    refuse(monkeypatch, tmp_path / "home")
    name = cache_folder().name
    cache_folder().rmdir()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "tmp" / name).symlink_to(tmp_path / "theirs")
    assert cache_folder().name != name and not cache_folder().is_symlink()
