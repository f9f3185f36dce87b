"""Names of strangers cannot control a terminal: in errors, and wherever they are printed."""

import json

import pytest

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.printable import printable

CLEAR, TITLE, OSC_8BIT = "\x1b[2J", "\x1b]0;owned\x07", "\x9d52;c;b3duZWQ=\x9c"


@pytest.mark.parametrize(
    "text", [CLEAR, TITLE, OSC_8BIT, "\r", "\b", "\u202egnp.exe", "\u2066", "\udcff", "\u2028"]
)
def test_what_a_terminal_obeys_becomes_an_escape(text):
    shown = printable(f"é {text} 顔")
    assert shown.isprintable() and shown.startswith("é ") and shown.endswith(" 顔")
    assert json.loads(f'"{shown}"') == f"é {text} 顔"


def test_plain_text_stays():
    for text in ("", "a b", "é顔😀", "~/x.png: [3, 4] pixels"):
        assert printable(text) is text
    assert printable("a\n\tb\x1b", keep="\n\t") == "a\n\tb\\u001b"


@pytest.mark.parametrize("kind", [FacegenError, DiskError])
def test_an_error_is_one_printable_line(kind):
    assert str(kind(f"a{CLEAR}.png: damaged\nreplace it")) == "a\\u001b[2J.png: damaged replace it"
