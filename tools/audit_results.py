"""Puts two reports of `facegen audit` next to one another: docs/results/audit.json.

    facegen audit default --against REAL --parser R --out audit-default
    facegen audit matched --against REAL --parser R --out audit-matched
    python tools/audit_results.py default audit-default matched audit-matched \
        --real "500 test faces" --rendered-at COMMIT --parser "arm R" -o docs/results/audit.json

All figures are read from the reports and from the sets' dataset.json; none is computed here but the fall of
the mean excess. Nothing of a single picture is taken over.
"""

import argparse
import datetime
import json
import subprocess
from pathlib import Path

from facegen.datasets.io.files import write_json
from facegen.datasets.io.hardware import describe_machine

SIDES = ("default", "matched")
NETWORK = "parser encoder"
WORST = 3


def main() -> None:
    """Read the command line, write the file."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for side in SIDES:
        ask.add_argument(f"{side}_set", type=Path)
        ask.add_argument(f"{side}_audit", type=Path)
    ask.add_argument("--real", required=True, help="what the sets were held against, in words")
    ask.add_argument("--rendered-at", required=True, help="commit that the sets were rendered at")
    ask.add_argument("--parser", required=True, help="what parser read the pictures, in words")
    ask.add_argument("-o", "--out", type=Path, required=True)
    given = ask.parse_args()
    sets = {s: _read(getattr(given, f"{s}_set") / "dataset.json") for s in SIDES}
    reports = {s: _read(getattr(given, f"{s}_audit") / "report.json") for s in SIDES}
    excess = {side: reports[side]["mean_excess"] for side in SIDES}
    matched = sets["matched"]["target"]
    content = {
        "command": "facegen audit SET --against REAL --parser CHECKPOINT, for both sets",
        "render": {side: _order(sets[side]) for side in SIDES} | {"commit": given.rendered_at},
        "real": given.real,
        "parser": given.parser,
        "commit": _git("rev-parse", "--short", "HEAD"),
        "date": datetime.date.today().isoformat(),
        "machine": describe_machine("bpy", "torch", "scikit-learn"),
        "frozen_lists_version": reports["matched"]["frozen_lists"]["version"],
        "sets": {side: _side(reports[side]) for side in SIDES},
        "real_against_real": _floors(reports["matched"]),
        "mean_excess": excess,
        "fall_of_mean_excess": {
            key: round(1 - excess["matched"][key] / excess["default"][key], 4) for key in ("content", "all")
        },
        "worst": reports["matched"]["change_first"][:WORST],
        "matching": {
            **{key: matched[key] for key in ("out_of_reach", "by_gender", "correlations")},
            **sets["matched"]["matching"],
        },
        "attributes": _attributes(reports),
    }
    write_json(given.out, content)
    _print(content)


def _read(path):
    return json.loads(path.read_text())


def _git(*words):
    return subprocess.run(("git", *words), capture_output=True, text=True, check=True).stdout.strip()


def _order(dataset):
    """What was rendered, from what the set says of itself."""
    keys = ("match_dist", "rounds", "size", "quality", "seed", "generator")
    return {"num": dataset["rendered"], **{key: dataset["config"][key] for key in keys}}


def _side(report):
    keys = ("auc", "ci_low", "ci_high", "logistic", "trees")
    network = next(one for one in report["networks"] if one["name"] == NETWORK)
    return {
        "n": report["synthetic"]["n"],
        "two_sample": {
            name: {key: one[key] for key in keys if key in one} for name, one in report["two_sample"].items()
        },
        "held_out": {one["name"]: one["auc"] for one in report["held_out"]},
        "joint": {
            name: {key: value for key, value in one.items() if key != "floor"}
            for name, one in report["joint"].items()
        },
        "parser_encoder": {key: network[key] for key in ("frechet", "kernel", "density", "coverage", "n")},
        "counts": report["counts"],
        "change_first": report["change_first"],
        "label_faults": _faults(report["label_faults"]),
    }


def _floors(report):
    network = next(one for one in report["networks"] if one["name"] == NETWORK)
    return {
        "two_sample": {name: one["floor"] for name, one in report["two_sample"].items()},
        "held_out": {one["name"]: one["floor"] for one in report["held_out"]},
        "parser_encoder": network["floor"],
        "label_faults": _faults(report["real_label_faults"]),
    }


def _faults(faults):
    return [{"what": one["what"], "pictures": one["pictures"]} for one in faults]


def _attributes(reports):
    """A line an attribute: means, distances of both sets, the floor, verdicts."""
    rows = []
    other = {row["name"]: row for row in reports["default"]["attributes"]}
    for row in reports["matched"]["attributes"]:
        line = {key: row[key] for key in ("name", "group", "unit", "kind", "matchable")}
        line |= {"real": row.get("real"), "floor": row.get("floor")}
        for side, one in (("default", other[row["name"]]), ("matched", row)):
            keys = ("synthetic", "distance", "verdict")
            line[side] = {("mean" if key == "synthetic" else key): one.get(key) for key in keys}
        rows.append(line)
    return rows


def _print(content):
    floors = content["real_against_real"]
    for kind in ("two_sample", "held_out"):
        for name, floor in floors[kind].items():
            found = [content["sets"][side][kind][name] for side in SIDES]
            before, after = (one["auc"] if isinstance(one, dict) else one for one in found)
            print(f"AUC {name}: {before} -> {after}, floor {floor}")
    print(f"mean excess {content['mean_excess']}, falls by {content['fall_of_mean_excess']}")
    print(f"worst: {content['worst']}")


if __name__ == "__main__":
    main()
