"""`facegen render`: labelled faces from the default prior or matched to a profile."""

from pathlib import Path

import click

from facegen.cli.support.callbacks import is_given
from facegen.datasets.errors import FacegenError

ATTRIBUTE_HELP = """Fix or spread an attribute of every face, as hair.style=afro, pose.yaw=-40:40 or
glasses.kind=round|oval. May be given again. Skin, hair and clothes of the default prior follow a given age,
sex or ancestry. --list-attributes names them all, with their ranges."""


@click.command()
@click.option(
    "--match-dist",
    "match",
    metavar="PROFILE|FILE|REAL_DIR",
    help="Follow the attribute law of a shipped profile, a profile file, or a folder of real faces.",
)
@click.option(
    "--rounds",
    type=click.IntRange(0, 5),
    default=0,
    show_default=True,
    help="Pilots of 32 faces that are rendered, audited and corrected for before matching.",
)
@click.option(
    "--num", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many faces."
)
@click.option(
    "--size",
    type=click.IntRange(32, 2048),
    default=256,
    show_default=True,
    help="Side of the picture in pixels.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed gives the same faces."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("facegen-out"),
    show_default=True,
    help="Dataset folder.",
)
@click.option("--convention", default="celebamaskhq", show_default=True, help="Label convention of masks/.")
@click.option(
    "--quality",
    type=click.Choice(["fast", "standard", "high"]),
    default="standard",
    show_default=True,
    help="Samples, strands and geometry of the renderer.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes, of matching too [one for each processor that memory has room for; 1 renders on a GPU]. "
    "The faces are the same.",
)
@click.option(
    "--device", default="auto", show_default=True, help="auto, cpu, cuda, optix, hip, oneapi or metal."
)
@click.option(
    "--resume",
    type=click.Choice(["if-possible", "always", "never"]),
    default="if-possible",
    show_default=True,
    help="What to do with a folder that already holds part of this order.",
)
@click.option(
    "--backgrounds",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Photographs to stand behind the faces, in place of drawn scenes.",
)
@click.option("--set", "settings", multiple=True, metavar="ATTRIBUTE=VALUE", help=ATTRIBUTE_HELP)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["subsurface", "light", "camera"]),
    help="Leave a part of the renderer out: scattering under the skin, varied light, the camera's faults.",
)
@click.option(
    "--faces-of",
    type=click.Path(path_type=Path),
    metavar="SET",
    help="Render the faces of a set again, as they were; --set or --without, and --size, change one thing.",
)
@click.option("--list-attributes", is_flag=True, help="Print every attribute, its default and its range.")
def command(
    match,
    rounds,
    num,
    size,
    seed,
    out,
    convention,
    quality,
    workers,
    device,
    resume,
    backgrounds,
    settings,
    without,
    faces_of,
    list_attributes,
) -> None:
    """Render labelled synthetic faces into a dataset folder.

    \b
    facegen render --num 16                                   16 faces of the default prior
    facegen render --match-dist celebamaskhq --num 300        follow the shipped profile
    facegen render --match-dist celebamaskhq --rounds 1       the same, corrected by a pilot first
    facegen render --set hair.style=afro --set pose.yaw=-30:30
    facegen render --faces-of facegen-out --without subsurface --out plain-skin

    An interrupted run goes on where it stopped when the same command is given again; a larger
    --num adds faces.
    """
    from rich.console import Console

    console = Console(stderr=False, highlight=False)
    if list_attributes:
        _list_attributes(console)
        return
    from facegen.datasets.conventions.convention_registry import convention as known_convention
    from facegen.render.develop.background_photos import names_in
    from facegen.render.production.dataset_run import Order, is_finished, plan, produce
    from facegen.render.production.worker_pool import Job
    from facegen.render.spec.overrides import WITHOUT, check_together, parse

    if faces_of:
        size, quality, convention = _as_before(faces_of, size, quality, convention, backgrounds)
    known_convention(convention)
    overrides = tuple(parse(text) for text in [*settings, *(one for w in without for one in WITHOUT[w])])
    check_together(overrides)
    faces = _faces(faces_of, match, rounds) if faces_of else ()
    if faces:
        num = min(num, len(faces)) if is_given("num") else len(faces)
    profile = _profile(match, console) if match else None
    photographs = names_in(backgrounds) if backgrounds and not faces else ()
    job = Job(out, size, quality, convention, device, workers or 0, backgrounds=backgrounds)
    order = Order(job, num, seed, profile, match, overrides, resume, rounds, photographs, faces)
    todo = plan(order)
    if not todo and is_finished(order):
        console.print(f"{out}: all {num} faces are there already", soft_wrap=True, markup=False)
        return
    law = f"{faces_of}, again" if faces else match or "the default prior"
    ready = num - len(todo)
    console.print(
        f"{len(todo)} faces of {law}, {size}x{size}, {quality}, seed {seed} -> {out}"
        + (f" ({ready} are there already)" if ready else ""),
        soft_wrap=True,
        markup=False,
    )
    if profile is not None:
        _say_unfollowed(console, profile, convention)
    outcome = _with_bar(console, order, produce, len(todo))
    _summary(console, out, outcome)
    if outcome.failures:
        raise SystemExit(1)


def _say_unfollowed(console, profile, convention):
    """What of an order will not be done, before anything is rendered."""
    from facegen.audit.measure_dataset import CONVENTION
    from facegen.render.matching.distribution_report import not_followed

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


def _as_before(folder, size, quality, convention, backgrounds):
    """Size, quality and convention of a set, where the command line does not say others."""
    from facegen.datasets.io.dataset_file import read_dataset_json

    config = read_dataset_json(folder)["config"]
    if config.get("photographs") and backgrounds is None:
        raise FacegenError(f"{folder} stands before photographs: say with --backgrounds where they lie")
    asked = {"size": size, "quality": quality, "convention": convention}
    for name in asked:
        if not is_given(name):
            asked[name] = config.get(name, asked[name])
    return tuple(asked.values())


def _faces(folder, match, rounds):
    """The faces of a set, which say themselves all that other options would."""
    from facegen.render.production.dataset_run import faces_of

    for name, value in (("--match-dist", match), ("--rounds", rounds)):
        if value:
            raise FacegenError(f"--faces-of renders given faces: leave {name} out")
    return faces_of(folder)


def _with_bar(console, order, produce, total):
    from facegen.cli.support.progress import progress_bar

    with progress_bar(console) as bar:
        first = "matching" if order.profile is not None else "starting Blender"
        task = bar.add_task("render", total=total, note=first)
        steps = {}

        def match(step, count):
            if step not in steps:
                steps[step] = bar.add_task(step, total=None, note="previews" if step == "match" else "faces")
            bar.update(steps[step], advance=count)

        def step(answer):
            bar.update(task, advance=1)
            if answer["ok"]:
                bar.update(task, note=f"{answer['seconds']:.1f} s a face")
            else:
                why = answer["error"].strip().splitlines()[-1]
                bar.console.print(f"sample {answer['index']:06d}: {why}", markup=False)

        return produce(order, step, match)


def _summary(console, out, outcome):
    from facegen.render.production.dataset_run import timing

    spent = timing(outcome)
    if spent:
        console.print(
            f"{spent['samples']} faces on {outcome.device}: median {spent['median_s']:.2f} s, 90 % under "
            f"{spent['p90_s']:.2f} s, peak memory {spent['peak_rss_mb']} MB",
            soft_wrap=True,
        )
    for index, why in sorted(outcome.failures.items()):
        console.print(f"not rendered: {index:06d}: {why}", soft_wrap=True, markup=False)
    _distribution(console, out)
    console.print(f"look at them: facegen preview {out}", soft_wrap=True, markup=False)


def _distribution(console, out):
    """How near matching came, and what the profile asks for that cannot be made."""
    from facegen.datasets.io.dataset_file import read_dataset_json

    data = read_dataset_json(out)
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
    _joint(console, target)


KEYS = ("requested", "in_spec", "in_mask")
NAMED = 8  # attributes out of reach that are printed


def _joint(console, target):
    """How attributes go together in the profile and in the finished faces."""
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
    from rich.table import Table

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


def _profile(match, console):
    """A Profile from a shipped name, a file, or a folder of real faces (measured on the spot)."""
    from facegen.audit.profiles.profile_files import load_profile
    from facegen.audit.profiles.profile_fit import fit_profile
    from facegen.cli.support.measuring import is_real_folder, measured
    from facegen.datasets.layouts.open_set import open_set

    if not is_real_folder(match, "match"):
        return load_profile(match)
    path = Path(match)
    return fit_profile(measured(open_set(path), None, console).attributes, name=path.name)


def _list_attributes(console):
    from facegen.render.spec.attribute_ranges import families, find, paths
    from facegen.render.spec.face_spec import FaceSpec, attribute

    for path in paths():
        family = path.removesuffix(".*")
        if family in families():
            names, (low, high) = families()[family]
            console.print(f"{family}.NAME = 0   ({low:g} to {high:g}; {', '.join(names)})", soft_wrap=True)
        else:
            value = attribute(FaceSpec(), path)
            console.print(f"{path} = {value}   ({find(path).limits()})", soft_wrap=True, markup=False)
