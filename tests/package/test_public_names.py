"""What `import facegen` offers: quick, lazy, typed, documented; packages that can be called."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import facegen

HEAVY = ("torch", "click", "rich", "bpy", "numpy", "pandas", "sklearn")


def run(code, folder="."):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_is_quick_and_loads_nothing_heavy():
    """The time of the import alone, least of three: other work on the machine only adds to it."""
    code = (
        "import sys, time\nstarted = time.perf_counter()\nimport facegen\n"
        f"print(time.perf_counter() - started, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = [run(code).split(" ", 1) for _ in range(3)]
    assert {loaded.strip() for _, loaded in found} == {"[]"}
    assert min(float(spent) for spent, _ in found) < 0.2


def test_every_public_name_is_there_and_documented():
    assert dir(facegen) == sorted(facegen.__all__)
    for name in facegen.__all__:
        value = getattr(facegen, name)
        if name == "__version__":
            continue
        target = getattr(value, "__call_target__", None)
        if target is not None:
            module, _, function = target.partition(":")
            value = getattr(__import__(module, fromlist=[function]), function)
        text = inspect.getdoc(value)
        assert text, name
        if inspect.isfunction(value):
            for heading in ("Parameters", "Returns", "Raises", "Examples"):
                assert f"{heading}\n{'-' * len(heading)}" in text, (name, heading)
            parameters = [p for p in inspect.signature(value).parameters if p != "progress"]
            # One line may describe several: "steps, batch : int".
            heads = [line.split(" : ")[0] for line in text.splitlines() if " : " in line]
            described = {part.strip() for head in heads for part in head.split(",")}
            assert not set(parameters) - described, name
    with pytest.raises(AttributeError, match="no attribute 'rendr'"):
        _ = facegen.rendr


@pytest.mark.parametrize("first", ["import facegen.audit.report.compare", "facegen.audit"])
def test_packages_are_functions_too_whatever_was_imported_first(first):
    said = run(
        f"import inspect, facegen\n{first}\n"
        "from facegen.audit.profiles import profile_files as inside\n"
        "import facegen.audit.measures.schema as outside\n"
        "print(list(inspect.signature(facegen.audit).parameters)[:2], inside.__name__, outside.__name__)\n"
        "try: facegen.audit('no such folder')\n"
        "except facegen.FacegenError as error: print(error)\n"
    )
    assert said.splitlines()[0] == (
        "['faces', 'against'] facegen.audit.profiles.profile_files facegen.audit.measures.schema"
    )
    assert "no such folder" in said.splitlines()[1]


@pytest.mark.slow  # mypy reads the whole package: half a minute
def test_type_checkers_know_the_names(tmp_path):
    """mypy on a user's script, with the package found as it is installed."""
    pytest.importorskip("mypy")
    (tmp_path / "user.py").write_text(
        "import facegen\n"
        "faces = facegen.render('faces', num=16, set={'pose.yaw': (-10, 10)})\n"
        "reveal_type(faces)\n"
        "reveal_type(faces[0].image)\n"
        "reveal_type(facegen.audit(faces))\n"
        "reveal_type(facegen.draw_spec(0, 3).with_('headwear.kind', 'cap'))\n"
        "reveal_type(facegen.open('faces').torch())\n"
        "reveal_type(facegen.train_eval(['a'], real='b', quick=True))\n"
        "facegen.render('faces', nun=16)\n"
    )
    source = str(Path(facegen.__path__[0]).parent)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "--ignore-missing-imports", "user.py"],
        capture_output=True, text=True, cwd=tmp_path, env={"MYPYPATH": source, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    told = [line.partition("note: Revealed type is ")[2].strip('"') for line in done.stdout.splitlines()]
    names = [one.rpartition("facegen.")[2] for one in told if one]
    assert names[0] == "api.dataset.Dataset", done.stdout
    assert "ndarray" in told[1] and names[2:5] == [
        "api.auditing.Audit", "render.spec.face_spec.FaceSpec", "api.torch_faces.TorchFaces",
    ], done.stdout  # fmt: skip
    assert names[5] == "parse.experiment.results.Results"
    assert 'Unexpected keyword argument "nun"' in done.stdout
