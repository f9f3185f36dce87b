"""`facegen preview`: faces on one sheet: of a rendered set, of a law, or one face with an attribute swept."""

import io
from pathlib import Path

import click

from facegen.cli.support.callbacks import is_given
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes

REAL_WARNING = "contains real faces: do not publish"
SHEETS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
# What says how faces are to be rendered says nothing of a set that is there, and the other way round.
UNUSED = {
    "a rendered set": ("match", "settings", "size", "quality", "steps", "index"),
    "--grid": ("steps", "index", "num", "start"),
    "--vary": ("num", "start", "real"),
}


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--grid", type=click.IntRange(1, 400), help="Render N faces now instead of showing a set.")
@click.option("--vary", metavar="ATTRIBUTE", help="One face with one attribute swept, or `all` of them.")
@click.option("--steps", type=click.IntRange(2, 50), default=7, show_default=True, help="Of a swept number.")
@click.option("--match-dist", "match", metavar="PROFILE|FILE", help="Rendered faces follow this profile.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of rendered faces.")
@click.option("--index", type=click.IntRange(0), default=0, show_default=True, help="Which face to vary.")
@click.option("--size", type=click.IntRange(32, 2048), default=192, show_default=True, help="To render at.")
@click.option("--quality", type=click.Choice(["fast", "standard", "high"]), default="fast", show_default=True)
@click.option("--set", "settings", multiple=True, metavar="ATTRIBUTE=VALUE", help="As in `facegen render`.")
@click.option("--real", type=click.Path(path_type=Path), help="Put real faces of this folder beside them.")
@click.option("--num", type=click.IntRange(1, 400), default=24, show_default=True, help="Faces of a set.")
@click.option("--start", type=click.IntRange(0), default=0, show_default=True, help="First face of a set.")
@click.option("--columns", type=click.IntRange(1, 60), help="Faces in a row [8, or all steps].")
@click.option("--tile", type=click.IntRange(32, 1024), help="Side of a face on the sheet [as rendered].")
@click.option(
    "--labels",
    type=click.Choice(["beside", "only", "none"]),
    help="Labels laid over a second copy of each face, over the face itself, or left out "
    "[beside; none with --vary].",
)
@click.option("--captions/--no-captions", default=True, show_default=True, help="Attributes under each face.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="PNG, or a folder with --vary all.")
def command(synth, grid, vary, real, out, **options) -> None:
    """Lay faces out on one sheet, with their labels and attributes.

    \b
    facegen preview facegen-out                  faces of a rendered set (default: the newest)
    facegen preview --grid 64 --match-dist celebamaskhq
    facegen preview --vary pose.yaw              one face, one attribute from end to end
    facegen preview --vary hair.style --set identity.gender=0
    facegen preview --vary expression            each action alone; --vary sliders: each slider
    facegen preview --vary all --out sheets      a sheet for every attribute
    facegen preview --grid 24 --real REAL_DIR    real faces beside them

    A sheet with real faces says so on top. It is written beside the working folder's other files, never
    into a set, and must not be published.
    """
    if sum(x is not None for x in (synth, grid, vary)) > 1:
        raise FacegenError("preview: name a set, or give --grid, or --vary: one of them")
    _refuse_unused("--vary" if vary is not None else "--grid" if grid is not None else "a rendered set")
    if out is not None and vary != "all" and out.suffix.lower() not in SHEETS:
        raise FacegenError(f"{out}: a sheet is a picture, name it .png, .jpg or .webp")
    if vary is not None:
        _vary(vary, out, **options)
    elif grid is not None:
        _grid(grid, real, out, **options)
    else:
        _set(synth, real, out, **options)


def _refuse_unused(shown):
    """FacegenError where an option was given that what is shown has no use for."""
    for one in click.get_current_context().command.params:
        if one.name in UNUSED[shown] and is_given(one.name):
            raise FacegenError(f"preview: {one.opts[0]} says nothing about {shown}: leave it out")


def _set(synth, real, out, *, num, start, **options):
    from facegen.cli.support.newest_set import newest_set
    from facegen.datasets.layouts.open_set import open_set

    faces = open_set(synth or newest_set())
    if faces.layout != "facegen":
        raise FacegenError(
            f"{faces.path}: not rendered by facegen: preview shows native labels, which only its sets have"
        )
    chosen = range(start, min(start + num, len(faces)))
    if not chosen:
        raise FacegenError(f"{faces.path}: has {len(faces)} faces, none from --start {start}")
    target = out or (Path("preview-with-real-faces.png") if real else faces.path / "preview.png")
    _sheet_of(faces, chosen, real, target, **options)


def _grid(grid, real, out, *, seed, match, size, quality, settings, **options):
    import tempfile

    from facegen.audit.profiles.profile_files import load_profile
    from facegen.datasets.layouts.open_set import open_set
    from facegen.render.matching.matcher import draw_specs

    overrides = _overrides(settings)
    profile = load_profile(match) if match else None
    specs = list(draw_specs(profile, seed, range(grid), grid, overrides))
    with tempfile.TemporaryDirectory(prefix="facegen-") as folder:
        root = Path(folder)
        _render(root, specs, size, quality, seed)
        faces = open_set(root)
        target = out or Path("preview-with-real-faces.png" if real else "preview.png")
        _sheet_of(faces, range(len(faces)), real, target, seed=seed, **options)


def _vary(
    vary, out, *, seed, index, match, size, quality, settings, steps, columns, tile, labels, captions, **_
):
    import tempfile

    import numpy as np

    from facegen.audit.profiles.profile_files import load_profile
    from facegen.datasets.layouts.open_set import open_set
    from facegen.render.matching.matcher import draw_specs
    from facegen.render.spec.sweeps import attributes, variations

    overrides = _overrides(settings)
    profile = load_profile(match) if match else None
    (base,) = draw_specs(profile, seed, [index], index + 1, overrides)
    sweeps = {path: variations(base, path, steps) for path in attributes(vary)}
    many = len(sweeps) > 1
    with tempfile.TemporaryDirectory(prefix="facegen-") as folder:
        root, order = Path(folder), [v.spec for sweep in sweeps.values() for v in sweep]
        done = _render(root, order, size, quality, seed)
        faces, first = open_set(root), 0
        for path, sweep in sweeps.items():
            rows = [i for i in range(first, first + len(sweep)) if i in done]
            first += len(sweep)
            names = [faces.ids.index(f"{i:06d}") for i in rows]
            captions_of = [sweep[i - first + len(sweep)].caption for i in rows]
            tiles, texts = _tiles(faces, names, labels or "none", tile, captions_of)
            target = _target(out, path, many)
            width = columns or min(len(tiles), 14)
            _save(tiles, width, texts if captions else None, target)
            pictures = [faces.image(i) for i in names]
            still = max((_change(pictures[0], p) for p in pictures[1:]), default=0.0)
            click.echo(
                f"{path}: {len(rows)} of {len(sweep)} faces, changes {np.round(still, 1)} of 255: {target}"
            )


def _target(out, path, many):
    if many:
        return (out or Path("preview-vary")) / f"{path}.png"
    return out or Path(f"preview-vary-{path}.png")


def _change(one, other):
    """Mean difference of two tiles, 8-bit levels."""
    import numpy as np

    return float(np.abs(one.astype(float) - other).mean())


def _overrides(settings):
    from facegen.render.spec.overrides import check_together, parse

    overrides = tuple(parse(text) for text in settings)
    check_together(overrides)
    return overrides


def _render(root, specs, size, quality, seed):
    """Render specs into a passing dataset folder; the indices that came out."""
    from rich.console import Console
    from rich.progress import track

    from facegen.assets.ledger import LEDGER
    from facegen.datasets.io.dataset_file import write_dataset_json
    from facegen.render.production.worker_pool import Job, render_specs

    console = Console(stderr=True)
    ticks = iter(track(range(len(specs)), "rendering", console=console))
    next(ticks)
    outcome = render_specs(Job(root, size, quality), enumerate(specs), lambda _: next(ticks, None))
    for index, why in sorted(outcome.failures.items()):
        console.print(f"not rendered: face {index}: {why}", soft_wrap=True, highlight=False)
    header = {"seed": seed, "size": size, "num": len(specs), "convention": "celebamaskhq", "profile": None}
    rest = {"fingerprint": "", "config": {}, "ledger": LEDGER, "failures": {}}
    write_dataset_json(root, {**header, **rest})
    return set(outcome.done)


def _sheet_of(faces, chosen, real, target, *, columns, tile, labels, captions, seed, **_):
    texts = [_caption(faces.ids[i], faces.meta(i)) for i in chosen]
    shown = labels or "beside"
    tiles, texts = _tiles(faces, chosen, shown, tile, texts)
    columns = columns or 8
    banner = None
    if real is not None:
        tiles, texts = _with_real(tiles, texts, real, seed, columns)
        banner, columns = REAL_WARNING, 2 * columns
        _outside_sets(target)
    _save(tiles, columns, texts if captions else None, target, banner)
    click.echo(f"{len(chosen)} faces on {target}" + (f" ({banner})" if banner else ""))


def _with_real(tiles, texts, real, seed, columns):
    """Rows of `columns` tiles, each followed by as many real faces, drawn by the seed."""
    import numpy as np
    from PIL import Image

    from facegen.datasets.keyed_random import generator
    from facegen.datasets.layouts.open_set import open_set

    others, side = open_set(real), tiles[0].shape[0]
    order = generator(seed, 0, "preview.real").permutation(len(others))
    rows, words, used = [], [], 0
    for first in range(0, len(tiles), columns):
        row = tiles[first : first + columns]
        blank = [np.zeros_like(row[0])] * (columns - len(row))
        rows += row + blank
        words += texts[first : first + columns] + [""] * len(blank)
        for _ in range(columns):
            picture = Image.fromarray(others.image(int(order[used % len(others)])))
            rows.append(np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS)))
            words.append("real")
            used += 1
    return rows, words


def _outside_sets(target):
    """FacegenError where a sheet with real faces would be written into a set of faces."""
    for folder in Path(target).resolve().parents:
        if (folder / "dataset.json").is_file() or (folder / "images").is_dir():
            raise FacegenError(
                f"{target}: lies in a set of faces ({folder}): real faces stay out, choose another -o"
            )


def _tiles(faces, chosen, labels, side, captions):
    """Tiles and captions of faces of a facegen set; labels: beside, only or none."""
    import numpy as np
    from PIL import Image

    from facegen.render.production.contact_sheet import overlay

    tiles, texts = [], []
    for i, caption in zip(chosen, captions, strict=True):
        rgb = faces.image(i)
        native = np.asarray(Image.open(faces.path / "labels" / f"{faces.ids[i]}.png"))
        shown = {"beside": [rgb, overlay(rgb, native)], "only": [overlay(rgb, native)], "none": [rgb]}[labels]
        size = (side or rgb.shape[0],) * 2
        tiles += [np.asarray(Image.fromarray(t).resize(size, Image.Resampling.LANCZOS)) for t in shown]
        texts += [caption] + [""] * (len(shown) - 1)
    return tiles, texts


def _save(tiles, columns, texts, target, banner=None):
    from facegen.render.production.contact_sheet import sheet

    content = io.BytesIO()
    sheet(tiles, columns, texts, banner).save(content, SHEETS[target.suffix.lower()])
    write_bytes(target, content.getvalue())


def _caption(name, meta):
    a, pose = meta["attributes"], meta["head_pose"]
    sex = "m" if a["gender"] > 0.5 else "f"
    return f"{name} {sex}{a['age']:.0f} {a['hair_style']} y{pose['yaw']:+.0f} p{pose['pitch']:+.0f}"
