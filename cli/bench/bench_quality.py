"""`facegen bench quality`: what more rays a pixel buy, against a render that has converged."""

from pathlib import Path
from typing import Any

import click

from facegen.datasets.errors import FacegenError

REFERENCE = 256


@click.command()
@click.option("--num", type=click.IntRange(1), default=8, show_default=True, help="Faces of each setting.")
@click.option("--size", type=click.IntRange(32, 1024), default=256, show_default=True, help="In pixels.")
@click.option("--samples", type=click.IntRange(1, 4096), multiple=True, default=(6, 16, 32),
              show_default=True, help="Rays a pixel; may be given again.")  # fmt: skip
@click.option("--reference", type=click.IntRange(1, 4096), default=REFERENCE, show_default=True,
              help="Rays a pixel of what they are compared with.")  # fmt: skip
@click.option("--quality", type=click.Choice(["fast", "standard", "high"]), default="standard",
              show_default=True, help="Strands, textures and bounces; `fast` is compared too.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the faces.")
@click.option("--match-dist", "match", metavar="PROFILE|FILE", help="Faces of a profile, not the prior.")
@click.option("--real", type=click.Path(path_type=Path), help="Real faces: adds the reverse test's F1.")
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(
    num: int,
    size: int,
    samples: tuple[int, ...],
    reference: int,
    quality: str,
    seed: int,
    match: str | None,
    real: Path | None,
    out: Path | None,
) -> None:
    """Render the same faces with few and with many rays a pixel, and compare.

    Error: root mean square difference from the reference on the face, in 8-bit steps. Hair: energy of three
    octaves inside the hair over the reference's, in decibels (0: the same structure, below: smoothed away).
    """
    import tempfile

    from facegen.audit.profiles.profile_files import load_profile
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.hardware import describe_machine
    from facegen.render.matching.matcher import draw_specs

    console = Terminal(highlight=False)
    machine = describe_machine("bpy")
    profile = load_profile(match) if match else None
    specs = list(enumerate(draw_specs(profile, seed, range(num), num)))
    settings = [("fast", None), *((quality, n) for n in sorted(set(samples))), (quality, reference)]
    rows = []
    with tempfile.TemporaryDirectory(prefix="facegen-") as folder:
        for i, (name, rays) in enumerate(settings):
            title = f"{name}, {rays or 'its own'} rays a pixel"
            with console.status(title) as status:
                one = _render(specs, Path(folder) / str(i), size, name, rays, status, title)
            rows.append({"quality": name, "samples_per_pixel": rays, **one})
        _compare(rows)
        if real is not None:
            _reverse(console, rows, real)
    for row in rows:
        del row["folder"]
    console.print(_table(rows, reference))
    if out is not None:
        config = {"num": num, "size": size, "seed": seed, "match_dist": match, "reference": reference}
        content = {"format": "facegen-bench-quality", "format_version": 1, "machine": machine}
        write_json(out, {**content, "config": config, "results": rows})
        console.print(str(out), soft_wrap=True)


def _render(
    specs: list[Any], folder: Path, size: int, quality: str, rays: int | None, status: Any, title: str
) -> dict[str, Any]:
    import statistics

    from facegen.render.production.worker_pool import Job, render_specs

    done = 0

    def step(answer: Any) -> None:
        nonlocal done
        done += 1
        status.update(f"{title}: {done} of {len(specs)}, {answer.seconds:.1f} s")

    outcome = render_specs(Job(folder, size, quality, samples=rays), specs, step)
    if outcome.failures:
        raise FacegenError(f"{title}: {next(iter(outcome.failures.values()))}")
    seconds = statistics.median(answer.seconds for answer in outcome.done.values())
    return {"folder": folder, "median_s": seconds}


def _compare(rows: list[dict[str, Any]]) -> None:
    """Add error and hair bands against the last row."""
    import numpy as np

    from facegen.audit.validation.spectral_bands import band_energy
    from facegen.datasets.layouts.open_set import open_set

    sets = [open_set(row["folder"]) for row in rows]
    classes = sets[-1].convention.classes
    on_face = [classes.index(name) for name in ("skin", "nose", "l_eye", "r_eye", "mouth", "u_lip", "l_lip")]
    for row, faces in zip(rows, sets, strict=True):
        squares, bands = [], []
        for i in range(len(faces)):
            mask = sets[-1].mask(i)
            pair = faces.image(i).astype(np.float64), sets[-1].image(i).astype(np.float64)
            squares.append(np.mean((pair[0] - pair[1])[np.isin(mask, on_face)] ** 2))
            energy = [band_energy(picture.mean(-1), mask == classes.index("hair")) for picture in pair]
            if energy[0] is not None and energy[1] is not None:
                bands.append(10 * np.log10(energy[0] / energy[1]))
        row["face_rms"] = float(np.sqrt(np.median(squares)))
        row["hair_octaves_db"] = np.median(bands, axis=0).tolist() if bands else None


def _reverse(console: Any, rows: list[dict[str, Any]], real: Path) -> None:
    """Add the mean F1 of a parser trained on real faces."""
    from facegen.cli.support.training_progress import load, training_bar
    from facegen.cpu_threads import wait_without_spinning
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.data.device import pick_device
    from facegen.parse.experiment.real_sets import open_real
    from facegen.parse.experiment.reverse_test import reverse_parser, reverse_recipe, reverse_test

    wait_without_spinning()
    device, recipe = pick_device("auto"), reverse_recipe(128)
    sets = open_real(real, None)
    fit, validate = (load(console, one, recipe.size) for one in (sets.fit, sets.validate))
    with training_bar(console, "training on real") as report:
        parser, _ = reverse_parser(fit, recipe, device, on_progress=report)
    for row in rows:
        synthetic = load(console, open_set(row["folder"]), recipe.size)
        result = reverse_test(parser, synthetic, validate, None, device)
        row["reverse_f1_core"] = result.common_means()["core"][1]["synthetic"]


def _table(rows: list[dict[str, Any]], reference: int) -> Any:
    from rich.table import Table

    table = Table(caption=f"against {reference} rays a pixel; octaves: 1, 2 and 4 pixels")
    for name in ("quality", "rays", "s a face", "error", "hair, dB", "F1 reverse"):
        table.add_column(name, justify="right")
    for row in rows:
        octaves, f1 = row["hair_octaves_db"], row.get("reverse_f1_core")
        table.add_row(
            row["quality"],
            str(row["samples_per_pixel"] or "own"),
            f"{row['median_s']:.2f}",
            f"{row['face_rms']:.2f}",
            "–" if octaves is None else " ".join(f"{value:+.1f}" for value in octaves),
            "–" if f1 is None else f"{f1:.3f}",
        )
    return table
