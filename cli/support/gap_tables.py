"""The answer of `facegen train-eval` on the terminal, from the content of results.json."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from facegen.cli.support.training_progress import say_on

MEANS = {"mean_f1": "mean F1", "mean_f1_core": "mean F1, no accessories", "mean_iou": "mIoU"}
SHORT = {"mean_f1": "mean", "mean_f1_core": "no accessories", "mean_iou": "mIoU"}  # eight arms in 80 columns
CORE = "mean_f1_core"


def number(figure: dict[str, Any] | None, form: str = ".3f", interval: bool = True) -> str:
    """A figure as "0.712 [0.701, 0.722]", a dash where it was not measured."""
    if figure is None or figure["value"] is None:
        return "–"
    ends = [format(figure[end], form) for end in ("low", "high") if figure[end] is not None]
    return format(figure["value"], form) + (f" [{', '.join(ends)}]" if interval and ends else "")


def print_results(console: Console, content: Mapping[str, Any]) -> None:
    """F1 a class and arm, the means with intervals, the gap and its split, and what was not measured."""
    say = say_on(console)
    test, size = content["test"], content["scored_at_px"]
    arms = content["arms"]
    title = f"F1 on {test['images']} real faces ({test['source']}), scored at {size} px"
    table = Table(
        title=escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    table.add_column("class", no_wrap=True)
    for arm in arms:
        table.add_column(arm["key"], justify="right", no_wrap=True)
    names = list(arms[0]["figures"])
    for name in names[1:]:  # the first is background
        if name == "mean_f1":
            table.add_section()
        cells = [number(arm["figures"][name], interval=False) for arm in arms]
        table.add_row(SHORT.get(name, name), *cells)
    console.print(table)
    plain = [f"{arm['key']} {arm['title']}" for arm in arms if not arm["label_adapter"]]
    say(f"{', '.join(plain)}; the second arm of each pair is behind a label adapter")
    for arm in arms:
        say(f"{arm['key']:5s} {MEANS[CORE]} {number(arm['figures'][CORE])}")
    print_split(console, content["gap"].get(CORE))
    for name, figure in (content["gap"].get(CORE) or {"relative_to_real": {}})["relative_to_real"].items():
        say(f"{name} {number(figure)}")
    covers = content["intervals"]["covers"]
    lacking = [one for one in ("seeds", "rendered sets") if one not in covers]
    note = f"; not {' nor '.join(lacking)}, of which an arm has one" if lacking else ""
    say(f"95 % intervals cover {', '.join(covers)}{note}")
    if content["not_measured"]:
        say(f"not in the test set, left out of the means: {', '.join(content['not_measured'])}")
    for key, values in content["training_differences"].items():
        say(f"trainings differ in {key} ({', '.join(values)}), not only in data and seed: compare cautiously")
    early = [
        f"{arm['key']} set {one['set']} seed {one['seed']}"
        for arm in arms
        if not arm["label_adapter"]
        for one in arm["runs"]
        if one["overfit"]
    ]
    if early:
        say(f"the validation score fell before the end (overfitting): {', '.join(early)}")


def print_split(console: Console, gap: dict[str, Any] | None) -> None:
    """The three parts of the gap, or why there is none."""
    say = say_on(console)
    if gap is None or gap["split"] is None:
        return
    split = gap["split"]
    say(f"gap R − S, {MEANS[CORE]}: {number(split['gap'], '+.3f')}")
    for part, figure in split["parts"].items():
        fraction = (
            "" if split["fractions"] is None else f"   {number(split['fractions'][part], '.0%')} of the gap"
        )
        orders = ", ".join(
            f"{order} {number(one[part], '+.3f', False)}" for order, one in split["orders"].items()
        )
        say(f"  {part:12s} {number(figure, '+.3f')}{fraction}   ({orders})")
    if split["fractions"] is None:
        say("  no fractions: the gap's interval holds 0")
