"""What `facegen render` prints before and after its work."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from facegen.audit.measure_dataset import CONVENTION
from facegen.audit.profiles.measured_rows import RowSource
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.object_store import without_secrets
from facegen.render.matching.distribution_report import not_followed
from facegen.render.production.order import Order, indices_of
from facegen.render.production.set_summary import timing
from facegen.render.production.worker_pool import Outcome
from facegen.render.spec.attribute_ranges import families, find, paths
from facegen.render.spec.face_spec import FaceSpec, attribute

KEYS = ("requested", "in_spec", "in_mask")  # of the table by gender
NAMED = 8  # attributes out of reach that are printed


def say_order(console: Console, order: Order, todo: int, source: str) -> None:
    """Print what will be rendered, and what of the order cannot be followed."""
    job, ready = order.job, len(indices_of(order)) - todo
    console.print(
        f"{todo} faces of {source}, {job.size}x{job.size}, {job.quality}, seed {order.seed}"
        + (f", part {order.part} of {order.num} faces" if order.part else "")
        + f" -> {place_of(order)}"
        + (f" ({ready} are there already)" if ready else ""),
        soft_wrap=True,
        markup=False,
    )
    if order.profile is not None:
        say_not_followed(console, order.profile, job.convention)


def place_of(order: Order) -> str:
    """Where a set is written, as a user names it: its folder, or the address of which that is the mirror."""
    return str(order.job.out) if order.address is None else without_secrets(order.address)


def say_not_followed(console: Console, profile: RowSource, convention: str) -> None:
    """Print attributes of a profile that no face follows, and masks that cannot be measured."""
    unfollowed = not_followed(profile)
    if unfollowed:
        console.print(
            f"no face follows {', '.join(unfollowed)}: these lines of the profile change nothing",
            style="yellow",
            soft_wrap=True,
            markup=False,
        )
    if convention != CONVENTION:
        console.print(
            f"what masks show is measured on {CONVENTION} masks only: dataset.json will hold the target "
            f"distribution and the predicted one, not the one of these {convention} masks",
            style="yellow",
            soft_wrap=True,
            markup=False,
        )


def print_summary(console: Console, order: Order, outcome: Outcome) -> None:
    """Print time and memory, failures, how close matching came, and what to do next."""
    spent = timing(outcome.done.values())
    if spent:
        console.print(
            f"{spent['samples']} faces on {outcome.device}: median {spent['median_s']:.2f} s, 90 % under "
            f"{spent['p90_s']:.2f} s, peak memory {spent['peak_rss_mb']} MB",
            soft_wrap=True,
        )
    for index, why in sorted(outcome.failures.items()):
        console.print(f"not rendered: {index:06d}: {why}", soft_wrap=True, markup=False)
    data = read_dataset_json(Path(order.job.out))
    print_distribution(console, data)
    for line in next_steps(place_of(order), data):
        console.print(line, soft_wrap=True, markup=False)


def next_steps(place: str, data: Mapping[str, Any]) -> list[str]:
    """What to do after a run, one command a line; place : folder or address; data : of dataset.json."""
    folder = shlex.quote(place)
    lines = []
    if data["failures"]:
        lines.append(f"{len(data['failures'])} faces failed: the same command tries them again")
    if data.get("part") is not None:
        return [*lines, "when all parts are there: facegen merge --out FOLDER PARTS..."]
    return [
        *lines,
        f"look at them: facegen preview {folder}",
        f"check every file: facegen verify {folder}",
        f"compare them with real faces: facegen audit {folder}",
    ]


def print_distribution(console: Console, data: Mapping[str, Any]) -> None:
    """Print how close matching came, and what of the profile cannot be made; data : of dataset.json."""
    target, matching = data.get("target"), data.get("matching")
    if matching:
        pilot = f" and a pilot of {matching['pilot_faces']}" if matching["pilot_faces"] else ""
        console.print(
            f"matching took {matching['seconds']:.0f} s, {matching['previews']} previews{pilot}",
            soft_wrap=True,
        )
    if not target or not target.get("matched"):
        return
    blocks = target["blocks"]
    rows = sum(block["rows"] for block in blocks)
    first, last = (
        sum(block["rows"] * block["stages"][key]["mean_w1"] for block in blocks) / rows
        for key in ("proposed", "refined")
    )
    console.print(
        f"matched {len(target['matched'])} attributes of {target['profile']}: mean distance of "
        f"their distributions in the previews {first:.2f} -> {last:.2f} standard deviations "
        f"(mean of {len(blocks)} blocks)",
        soft_wrap=True,
    )
    fractions = sorted(target["out_of_reach"].items(), key=lambda item: -item[1])
    reach = [f"{name} ({100 * fraction:.0f} %)" for name, fraction in fractions]
    if reach:
        more = f" and {len(reach) - NAMED} more (dataset.json)" if len(reach) > NAMED else ""
        console.print(
            f"out of the generator's reach, by fraction of faces: {', '.join(reach[:NAMED])}{more}",
            soft_wrap=True,
        )
    print_joint(console, target)


def print_joint(console: Console, target: Mapping[str, Any]) -> None:
    """Print how attributes go together in the profile and in the finished faces."""
    pairs = target.get("correlations", {})
    if pairs.get("pairs"):
        console.print(
            f"correlations of {pairs['pairs']} pairs of attributes: requested and rendered differ by "
            f"{pairs['rms_difference']:.3f} (root mean square; {pairs['rms_by_chance']:.3f} by chance alone)",
            soft_wrap=True,
        )
    table = target.get("by_gender")
    if not table:
        return
    grid = Table(title="requested / in the specs / in the masks, %", title_justify="left", box=None)
    for column in ("", "men", "women"):
        grid.add_column(column, justify="left" if not column else "right")
    for name, fractions in table.items():
        cells = [
            " / ".join(f"{100 * part[key]:.1f}" if key in part else "–" for key in KEYS)
            for part in (fractions["men"], fractions["women"])
        ]
        grid.add_row(name, *cells)
    console.print(grid)


def list_attributes(console: Console) -> None:
    """Print every attribute of a face, its default and its range."""
    for path in paths():
        family = path.removesuffix(".*")
        if family in families():
            names, (low, high) = families()[family]
            console.print(f"{family}.NAME = 0   ({low:g} to {high:g}; {', '.join(names)})", soft_wrap=True)
        else:
            value = attribute(FaceSpec(), path)
            console.print(f"{path} = {value}   ({find(path).limits()})", soft_wrap=True, markup=False)
