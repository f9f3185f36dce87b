"""The last lines of `make demo`: what an audit's report.json says, in a few figures.

python tools/demo_summary.py demo
"""

import json
import sys
from pathlib import Path

WORST = 3


def summary(report: dict) -> list[str]:
    """Lines for people. report: content of a report.json of format 6."""
    faces, reference, counts = report["synthetic"]["n"], report["reference"], report["counts"]
    lines = [f"{faces} faces compared with {reference['name']} ({reference['n']} real pictures)"]
    for key, title in (("content", "content:"), ("all", "all attributes:")):
        test = report["two_sample"][key]
        interval = f"[{test['ci_low']:.2f}, {test['ci_high']:.2f}]"
        floor = f"noise floor {test['floor']:.2f}"
        lines.append(f"{title:<16}AUC {test['auc']:.2f} {interval}, {floor}: {test['verdict']}")
    measured = sum(counts.values()) - counts["not measured"]
    verdicts = f"of {measured} measured: " + ", ".join(
        f"{counts[v]} {v}" for v in ("differs", "borderline", "within noise")
    )
    lines.append(f"{'attributes:':<16}{verdicts}")
    differing = [row["name"] for row in report["attributes"] if row["verdict"] == "differs"]
    if differing:
        lines.append(f"  differs: {', '.join(differing)}")
    lines.append("largest distances above the noise floor:")
    rows = [row for row in report["attributes"] if row.get("distance") is not None and row["matchable"]]
    for row in sorted(rows, key=lambda row: row["floor"] - row["distance"])[:WORST]:
        means = f"real {row['real']:.3g}, synthetic {row['synthetic']:.3g} {row['unit']}"
        distance = f"distance {row['distance']:.2f} standard deviations (noise floor {row['floor']:.2f})"
        lines.append(f"  {row['name']}: {means}, {distance}")
    return lines


def main() -> None:
    folder = Path(sys.argv[1])
    report = json.loads((folder / "audit" / "report.json").read_text(encoding="utf-8"))
    print("\n".join(["", *summary(report), ""]))
    for title, name in (
        ("faces and labels", "contact-sheet.png"),
        ("audit page", "audit/index.html"),
        ("whole table", "audit.txt"),
        ("dataset", "faces"),
    ):
        print(f"{title + ':':<18}{folder / name}")


if __name__ == "__main__":
    main()
