"""Trains the parser that facegen brings and writes its files and card.

    make parser                                       renders the faces first
    make parser REAL=CelebAMask-HQ                    and scores the parser on real faces
    python tools/ship_parser.py FACES --real REAL     with faces that are rendered already

FACES are sets rendered with `facegen render --match-dist`; nothing else is trained on. REAL is scored on when
the parser is finished. Written are parse/models/shipped/parser.pt, parser.onnx and card.json, and the page
docs/reference/parser.md. A call that was stopped continues; a second one writes the same bytes.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

from facegen.cpu_threads import wait_without_spinning
from facegen.datasets.errors import FacegenError

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Read the command line; train, score, write."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("faces", type=Path, nargs="+", metavar="FACES")
    ask.add_argument("--real", type=Path, help="labelled real faces to score on; of a set, its test part")
    ask.add_argument("--work", type=Path, default=ROOT / "build" / "parser", help="keeps the training")
    ask.add_argument("--target", type=Path, default=ROOT / "parse" / "models" / "shipped")
    ask.add_argument("--steps", type=int, help="training steps [by the network]")
    given = ask.parse_args()
    try:
        _ship(given)
    except FacegenError as error:
        sys.exit(f"error: {error}")


def _ship(given: argparse.Namespace) -> None:
    wait_without_spinning()
    from rich.console import Console

    from facegen.cli.support.parser_table import print_scores
    from facegen.cli.support.training_progress import event_bars
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.experiment.real_sets import open_test
    from facegen.parse.experiment.shipped_training import ShippedRun, score_shipped, train_shipped

    console = Console()
    with event_bars(console) as progress:
        run = ShippedRun([open_set(one) for one in given.faces], given.work, given.target, given.steps)
        card = train_shipped(run, progress)
        if given.real is not None:
            card = score_shipped(given.target, open_test(given.real), _origin(given), progress)
    if card["scores"] is not None:
        print_scores(console, card["scores"])
    for name, file in card["files"].items():
        console.print(f"{given.target / name}: {file['bytes']:,} bytes", soft_wrap=True, highlight=False)
    if given.target == ROOT / "parse" / "models" / "shipped":
        subprocess.run([sys.executable, ROOT / "tools" / "docs_pages.py"], check=True)


def _origin(given: argparse.Namespace) -> dict[str, Any]:
    """The command that scores, without folders of this machine; commit and day."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True)
    words = ["python tools/ship_parser.py", *(one.name for one in given.faces), "--real", given.real.name]
    if given.steps is not None:
        words += ["--steps", str(given.steps)]
    return {
        "command": " ".join(words),
        "commit": done.stdout.strip() or None,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


if __name__ == "__main__":
    main()
