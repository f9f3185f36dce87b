"""`facegen bench pose` without learning: the law of the shipped estimates, and bad usage."""

from click.testing import CliRunner
from drawn_heads import head, paint
from PIL import Image

from facegen.cli.main import cli


def test_the_law_of_a_set_is_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", "")
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for i in range(5):
        mask = head(128, roll=4.0 * i - 8, nose_u=0.01 * (i - 2))
        Image.fromarray(mask).save(tmp_path / "masks" / f"{i}.png")
        Image.fromarray(paint(mask)).save(tmp_path / "images" / f"{i}.png")
    result = CliRunner().invoke(cli, ["bench", "pose", "--num", "0", "--real", str(tmp_path)])
    assert result.exit_code == 0, result.output
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines() if ": " in line)
    assert lines["pose_yaw, estimated"].startswith("n 5, mean ")
    assert lines.pop("percentiles") == "1, 5, 25, 50, 75, 95, 99"
    assert set(lines) == {f"{name}, estimated" for name in ("pose_yaw", "pose_pitch", "pose_roll", "smile",
                                                            "jaw_open")}  # fmt: skip


def test_nothing_learned_is_nothing_to_write(tmp_path):
    result = CliRunner().invoke(cli, ["bench", "pose", "--num", "0", "--out", str(tmp_path / "w.json")])
    assert result.exit_code == 2 and "--out writes what was learned" in result.stderr
