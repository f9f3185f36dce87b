"""Progress on something that is no terminal."""

import io
import json

from rich.console import Console

from facegen.cli.support.run_progress import TimedProgress, json_of, line_of, run_progress
from facegen.datasets.io.progress import MESSAGE, ProgressEvent


def test_a_log_gets_a_line_a_minute_and_the_first_and_last():
    now, lines = [0.0], []
    progress = TimedProgress(lambda *one: lines.append(line_of(*one)), 60.0, lambda: now[0])
    for done in range(0, 601):  # a face every second
        progress(ProgressEvent("render", "faces", done, 600, "3.0 s a face"))
        now[0] += 1.0
    assert len(lines) == 11
    assert lines[0] == "render faces 0/600: 3.0 s a face"
    assert lines[1] == "render faces 60/600: 3.0 s a face, 60.0 a minute, 9 min left".replace(
        "9 min", "0 h 09 min"
    )
    assert lines[-1] == "render faces 600/600: 3.0 s a face, 60.0 a minute"


def test_a_stage_begins_with_a_line_and_messages_are_never_held_back():
    lines = []
    progress = TimedProgress(lambda *one: lines.append(one[0].text), 60.0, lambda: 0.0)
    for event in (
        ProgressEvent("match", "previews", 0),
        ProgressEvent("match", "previews", 5),
        ProgressEvent(MESSAGE, "sample 000003: no face"),
        ProgressEvent("render", "faces", 0, 2),
        ProgressEvent("render", "faces", 1, 2),
    ):
        progress(event)
    assert lines == ["previews", "sample 000003: no face", "faces"]


def test_the_rate_counts_from_where_a_resumed_stage_began():
    now, seen = [100.0], []
    progress = TimedProgress(lambda *one: seen.append(one), 0.0, lambda: now[0])
    progress(ProgressEvent("render", "faces", 900, 1000))
    now[0] = 130.0
    progress(ProgressEvent("render", "faces", 910, 1000))
    assert seen[0][1:] == (0.0, None) and seen[1][1:] == (20.0, 270.0)


def test_json_lines_hold_every_figure():
    event = ProgressEvent("render", "faces", 3, 9, "note", {"failures": 1, "disk_left_gb": 5.5})
    assert json.loads(json_of(event, 2.0, None)) == {
        "stage": "render", "text": "faces", "done": 3, "total": 9, "per_minute": 2.0, "seconds_left": None,
        "failures": 1, "disk_left_gb": 5.5,
    }  # fmt: skip
    hostile = ProgressEvent(MESSAGE, 'a "b"\n\x1b[31m')
    line = json_of(hostile, 0.0, None)
    assert "\n" not in line and "\x1b" not in line and json.loads(line)["text"] == hostile.text


def test_the_output_decides_the_form(capsys):
    written = io.StringIO()
    console = Console(file=written)
    with run_progress(console) as progress:
        progress(ProgressEvent("render", "faces", 0, 2))
    assert written.getvalue() == "render faces 0/2\n"
    with run_progress(console, as_json=True) as progress:
        progress(ProgressEvent("render", "faces", 0, 2))
    captured = capsys.readouterr()
    assert json.loads(captured.err)["total"] == 2 and captured.out == ""
