"""`facegen preview`: faces of a set on one sheet, faces rendered now, or one attribute swept."""

from pathlib import Path

import click

from facegen.api.defaults import PREVIEW, QUALITIES
from facegen.cli.support.callbacks import is_given
from facegen.cli.support.say import say
from facegen.datasets.errors import FacegenError

SHEETS = (".png", ".jpg", ".jpeg", ".webp")
# Options that have no meaning for what is shown.
UNUSED = {
    "a rendered set": ("match_dist", "settings", "size", "quality", "steps", "index"),
    "--grid": ("steps", "index", "num", "start"),
    "--vary": ("num", "start", "real"),
}


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--grid", type=click.IntRange(1, 400), help="Render N faces now instead of showing a set.")
@click.option("--vary", metavar="ATTRIBUTE", help="One face with one attribute swept, or `all` of them.")
@click.option(
    "--steps",
    type=click.IntRange(2, 50),
    default=PREVIEW.steps,
    show_default=True,
    help="Of a swept number.",
)
@click.option("--match-dist", metavar="PROFILE|FILE", help="Rendered faces follow this profile.")
@click.option(
    "--seed", type=click.IntRange(0), default=PREVIEW.seed, show_default=True, help="Of rendered faces."
)
@click.option("--index", type=click.IntRange(0), default=0, show_default=True, help="Which face to vary.")
@click.option(
    "--size", type=click.IntRange(32, 2048), default=PREVIEW.size, show_default=True, help="To render at."
)
@click.option("--quality", type=click.Choice(QUALITIES), default=PREVIEW.quality, show_default=True)
@click.option("--set", "settings", multiple=True, metavar="ATTRIBUTE=VALUE", help="As in `facegen render`.")
@click.option("--real", type=click.Path(path_type=Path), help="Add real faces of this folder.")
@click.option(
    "--num", type=click.IntRange(1, 400), default=PREVIEW.num, show_default=True, help="Faces of a set."
)
@click.option("--start", type=click.IntRange(0), default=0, show_default=True, help="First face of a set.")
@click.option(
    "--columns", type=click.IntRange(1, 60), help=f"Faces in a row [{PREVIEW.columns}, or all steps]."
)
@click.option("--tile", type=click.IntRange(32, 1024), help="Side of a face on the sheet [as rendered].")
@click.option(
    "--labels",
    type=click.Choice(["beside", "only", "none"]),
    help="Labels laid over a second copy of each face, over the face itself, or left out "
    "[beside; none with --vary].",
)
@click.option("--captions/--no-captions", default=True, show_default=True, help="Attributes under each face.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="PNG, or a folder with --vary all.")
def command(
    synth: Path | None,
    grid: int | None,
    vary: str | None,
    steps: int,
    match_dist: str | None,
    seed: int,
    index: int,
    size: int,
    quality: str,
    settings: tuple[str, ...],
    real: Path | None,
    num: int,
    start: int,
    columns: int | None,
    tile: int | None,
    labels: str | None,
    captions: bool,
    out: Path | None,
) -> None:
    """Lay faces out on one sheet, with their labels and attributes.

    \b
    facegen preview facegen-out                  faces of a rendered set (default: the newest)
    facegen preview --grid 64 --match-dist celebamaskhq
    facegen preview --vary pose.yaw              one face, one attribute from end to end
    facegen preview --vary hair.style --set identity.gender=0
    facegen preview --vary expression            each action alone; --vary sliders: each slider
    facegen preview --vary all --out sheets      a sheet for every attribute
    facegen preview --grid 24 --real REAL_DIR    next to real faces

    A sheet with real faces says so at the top. It is written into the working folder, never into a set of
    faces, and must not be published.
    """
    if sum(x is not None for x in (synth, grid, vary)) > 1:
        raise FacegenError("preview: name a set, or give --grid, or --vary: one of them")
    _refuse_unused("--vary" if vary is not None else "--grid" if grid is not None else "a rendered set")
    if out is not None and vary != "all" and out.suffix.lower() not in SHEETS:
        raise FacegenError(f"{out}: a sheet is a picture, name it .png, .jpg or .webp")
    from facegen.api import sheets
    from facegen.api.rendering import overrides_of
    from facegen.audit.profiles.profile_files import load_profile
    from facegen.cli.support.newest_set import newest_set
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars
    from facegen.datasets.layouts.open_set import open_set

    style = sheets.Style(columns, tile, labels, captions)
    profile = load_profile(match_dist) if match_dist else None
    drawn = sheets.Drawn(seed, profile, overrides_of(settings), size, quality)
    with event_bars(Terminal(stderr=True)) as progress:
        if vary is not None:
            for one in sheets.sweep_sheets(vary, index, steps, drawn, out, style, progress):
                counted = f"{one.faces} of {one.tried} faces, changes {one.change:.1f} of 255"
                say(f"{one.title}: {counted}: {one.path}")
            return
        if grid is not None:
            one = sheets.grid_sheet(grid, drawn, real, out, style, progress)
        else:
            one = sheets.set_sheet(open_set(synth or newest_set()), start, num, real, seed, out, style)
    say(f"{one.faces} faces on {one.path}" + (f" ({sheets.REAL_WARNING})" if real else ""))


def _refuse_unused(shown: str) -> None:
    """FacegenError where an option was given that has no meaning for what is shown."""
    for one in click.get_current_context().command.params:
        if one.name in UNUSED[shown] and is_given(one.name):
            raise FacegenError(f"preview: {one.opts[0]} says nothing about {shown}: leave it out")
