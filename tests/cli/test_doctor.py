"""The doctor: what each broken machine is told, and its exit code."""

import subprocess
import sys
import types

import pytest
from click.testing import CliRunner

from facegen.cli import doctor, system_libraries
from facegen.cli.support import machine_checks
from facegen.cli.support.machine_checks import BAD, OK, UNKNOWN, Finding
from facegen.datasets.errors import FacegenError


def statuses(findings):
    return {finding.subject: finding.status for finding in findings}


@pytest.mark.parametrize(
    "found, code", [([OK], 0), ([OK, BAD], 1), ([OK, UNKNOWN], 2), ([UNKNOWN, BAD], 1), ([], 2)]
)
def test_exit_codes(found, code):
    assert doctor.exit_code([Finding("x", status, "") for status in found]) == code


def test_a_line_says_what_to_do_and_the_end_counts(monkeypatch):
    lines = [
        Finding("Python", OK, "3.11.2"),
        Finding("system libraries", BAD, "missing libgl1", "apt-get install libgl1"),
    ]
    monkeypatch.setattr(doctor, "_CHECKS", (lambda: lines[:1], lambda: lines[1:]))
    result = CliRunner().invoke(doctor.command)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "ok      Python: 3.11.2",
        "bad     system libraries: missing libgl1 -> apt-get install libgl1",
        "something is missing: see above",
    ]


@pytest.mark.parametrize("running, status, told", [
    ((3, 11, 9), OK, "3.11.9"), ((3, 12, 1), OK, "rendering needs 3.11"), ((3, 10, 0), BAD, "3.10.0"),
])  # fmt: skip
def test_python(monkeypatch, running, status, told):
    monkeypatch.setattr(machine_checks.sys, "version_info", running)
    (finding,) = machine_checks.python()
    assert finding.status == status and told in finding.detail


def test_this_pair_of_torch_and_torchvision_works():
    assert statuses(machine_checks.torch_pair()) == {"torch and torchvision": OK, "training device": OK}


def test_a_torchvision_without_its_operators_is_found(monkeypatch):
    def nms(*_):
        raise RuntimeError("operator torchvision::nms does not exist\nand a long trace")

    broken = types.SimpleNamespace(ops=types.SimpleNamespace(nms=nms), __version__="0.1")
    monkeypatch.setitem(sys.modules, "torchvision", broken)
    (finding,) = machine_checks.torch_pair()
    assert finding.status == BAD and finding.detail == "operator torchvision::nms does not exist"
    assert "same release" in finding.advice


def test_a_missing_library_names_its_debian_package(monkeypatch):
    monkeypatch.setitem(system_libraries.DEBIAN_PACKAGE, "libfacegen-none.so.9", "libnone9")
    assert "libnone9" in system_libraries.missing_packages()
    if sys.platform.startswith("linux"):
        (finding,) = machine_checks.system_libraries()
        assert finding.status == BAD and "libnone9" in finding.advice


def test_the_library_table_runs_on_a_bare_python():
    done = subprocess.run(
        [sys.executable, "-I", "-S", system_libraries.__file__], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == system_libraries.missing_packages()


def test_packages_that_are_not_there(monkeypatch):
    def version(name):
        if name == "numpy":
            return "2.1"
        raise machine_checks.PackageNotFoundError(name)

    monkeypatch.setattr(machine_checks, "version", version)
    assert statuses(machine_checks.packages()) == {
        "numpy": OK,
        "bpy": BAD,
        "anny": BAD,
        "open3d": BAD,
        "OpenEXR": BAD,
    }


@pytest.mark.parametrize("probe, told", [
    ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("import os; os._exit(11)", "exit code 11"),
])  # fmt: skip
def test_a_blender_that_does_not_start(monkeypatch, probe, told):
    monkeypatch.setattr(machine_checks, "_BLENDER_PROBE", probe)
    (finding,) = machine_checks.blender()
    assert finding.status == BAD and finding.detail == told


def test_a_blender_that_hangs(monkeypatch):
    monkeypatch.setattr(machine_checks, "_BLENDER_PROBE", "import time; time.sleep(60)")
    monkeypatch.setattr(machine_checks, "PROBE_TIMEOUT_S", 0.5)
    (finding,) = machine_checks.blender()
    assert finding.status == BAD and "no answer" in finding.detail


def test_blenders_answer_is_read_between_other_lines(monkeypatch):
    answer = 'print("warning"); print(\'PROBE{"version": "4.5", "devices": {"CUDA": ["A"]}}\')'
    monkeypatch.setattr(machine_checks, "_BLENDER_PROBE", answer)
    assert [finding.detail for finding in machine_checks.blender()] == ["4.5", "cpu; cuda: A"]


def test_storage(monkeypatch, tmp_path):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    assert statuses(machine_checks.storage())["cache folder"] == OK
    (tmp_path / "file").touch()
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "file" / "cache"))
    assert statuses(machine_checks.storage())["cache folder"] == BAD
    monkeypatch.setattr(machine_checks, "MIN_FREE_GB", 1e9)
    assert statuses(machine_checks.storage())["disk space here"] == BAD


def test_a_face_that_fails_is_bad_and_one_that_cannot_be_tried_is_unknown(monkeypatch):
    for raised, status in ((FacegenError("worker died"), BAD), (ImportError("no bpy"), UNKNOWN)):

        def fail(_folder, raised=raised):
            raise raised

        monkeypatch.setattr(machine_checks, "render_one_face", fail)
        (finding,) = machine_checks.one_face()
        assert finding.status == status and str(raised) in finding.detail
