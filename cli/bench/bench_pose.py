"""`facegen bench pose`: learn to read pose and expression off masks, and how well that goes."""

from pathlib import Path

import click

from facegen.cli.support.say import say
from facegen.datasets.errors import FacegenError

HELD_OUT = 8  # every eighth face is learned from by nobody
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


@click.command()
@click.option("--num", type=click.IntRange(0), default=1600, show_default=True, help="Faces to preview.")
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="Of the faces.")
@click.option("--out", type=click.Path(path_type=Path), help="File of weights to write.")
@click.option(
    "--real", type=click.Path(path_type=Path), help="Real masks whose estimated distribution is shown."
)
@click.option("--annotations", type=click.Path(path_type=Path), help="Pose rows to compare it with.")
def command(num: int, seed: int, out: Path | None, real: Path | None, annotations: Path | None) -> None:
    """Learn yaw, pitch, roll, smile and jaw opening from label maps of faces with known pose.

    NUM faces are previewed without Blender (a quarter of a second each); every eighth is held out for
    the errors. The weights that ship are audit/measures/pose_regressor.json. With --num 0 nothing is learned:
    --real and --annotations then compare the shipped estimates with the pose rows, by percentiles alone.
    """
    if num:
        _learn(num, seed, out)
    elif out is not None:
        raise FacegenError("--out writes what was learned: nothing is with --num 0")
    if real is not None:
        _compare(real, annotations)


def _learn(num: int, seed: int, out: Path | None) -> None:
    import numpy as np

    import facegen
    from facegen.audit.measures.face_view import WORKING_SIZE, make_view
    from facegen.audit.measures.pose_regressor import FORMAT, FORMAT_VERSION, estimable, features, tilt_of
    from facegen.audit.validation.pose_regressor_fit import errors, fit
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.render.matching.pose_training_faces import known_faces

    rows = []
    with Terminal(stderr=True).status("") as status:
        for number, (mask, truth) in enumerate(known_faces(seed, num), start=1):
            view = make_view(np.zeros((*mask.shape, 3), np.uint8), mask)
            if estimable(view):
                rows.append((features(view), truth, tilt_of(view)))
            status.update(f"face {number} of {num}")
    x, truth, tilt = (np.array(part) for part in zip(*rows, strict=True))
    held = np.arange(len(x)) % HELD_OUT == 0
    regressor = fit(x[~held], truth[~held], tilt[~held])
    found = errors(regressor, x[held], truth[held], tilt[held])
    say(f"{len(x)} of {num} faces can be measured; {held.sum()} of them held out:")
    for name, row in found.items():
        say(f"  {name}: " + ", ".join(f"{key} {value:g}" for key, value in row.items()))
    if out is not None:
        learned = {"faces": int((~held).sum()), "seed": seed, "num": num, "size": WORKING_SIZE}
        write_json(
            out,
            {
                "format": FORMAT,
                "format_version": FORMAT_VERSION,
                "facegen": facegen.__version__,
                "learned_from": learned,
                "held_out": {"faces": int(held.sum()), **found},
                "weights": regressor.to_dict(),
            },
        )
        say(str(out))


def _compare(real: Path, annotations: Path | None) -> None:
    import numpy as np
    from scipy.stats import wasserstein_distance

    from facegen.audit.measures.pose_regressor import NAMES
    from facegen.cli.support.measuring import measured
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.layouts.annotations import read_annotations
    from facegen.datasets.layouts.open_set import open_set

    table = measured(open_set(real), None, Terminal(stderr=True)).attributes
    columns = {f"{name}, estimated": table.column(name) for name in NAMES}
    if annotations is not None:
        pose = read_annotations(annotations).pose
        # Annotated yaw is positive to the picture's left, the subject's right.
        columns |= {"yaw, annotated": -pose[:, 0], "pitch, annotated": pose[:, 1]}
        for name, annotated in (("yaw", -pose[:, 0]), ("pitch", pose[:, 1])):
            found = table.column(f"pose_{name}")
            found = found[~np.isnan(found)]
            if len(found):
                # Of distributions about their means: the two estimators do not agree on where the camera is.
                gap = wasserstein_distance(found - found.mean(), annotated - annotated.mean())
                say(f"{name}: distributions about their means differ by {gap:.2f} degrees (Wasserstein-1)")
    for name, values in columns.items():
        seen = values[~np.isnan(values)]
        if not len(seen):
            say(f"{name}: not measured in any picture")
            continue
        points = " ".join(f"{value:.2f}" for value in np.percentile(seen, PERCENTILES))
        say(f"{name}: n {len(seen)}, mean {seen.mean():.2f}, sd {seen.std():.2f}, percentiles {points}")
    say(f"percentiles: {', '.join(map(str, PERCENTILES))}")
