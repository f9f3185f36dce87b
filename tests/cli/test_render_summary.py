"""What a render prints of the law it followed."""

from types import SimpleNamespace

from rich.console import Console

from facegen.cli.render import _joint, _with_bar


def test_shares_stand_under_their_names_where_one_is_missing():
    """No man was asked for but one was drawn: what was drawn must not stand where it was asked for."""
    console = Console(record=True, width=100)
    shares = {"men": {"drawn": 0.5, "seen": 0.25}, "women": {"asked": 0.1, "drawn": 0.2, "seen": 0.3}}
    correlations = {"pairs": 3, "rms": 0.12, "chance": 0.05}
    _joint(console, {"correlations": correlations, "by_gender": {"glasses": shares}})
    text = console.export_text()
    assert "– / 50.0 / 25.0" in text and "10.0 / 20.0 / 30.0" in text
    assert "0.120" in text and "0.050 by chance" in text


def test_nothing_is_printed_of_nothing():
    console = Console(record=True)
    _joint(console, {"correlations": {"pairs": 0}})
    assert not console.export_text().strip()


def test_a_face_that_failed_is_told_and_the_run_goes_on():
    """What a worker answers of a failure holds no seconds."""

    def produce(order, step, match):
        step({"ok": False, "index": 7, "error": "Traceback\nValueError: no chin\n"})
        step({"ok": True, "index": 8, "seconds": 2.0})
        return "outcome"

    console = Console(record=True, width=100)
    assert _with_bar(console, SimpleNamespace(profile=None), produce, 2) == "outcome"
    assert "sample 000007: ValueError: no chin" in console.export_text()
