"""`facegen bench`: each measurement of facegen itself is a command of its own."""

import click

from facegen.cli.support.lazy_group import LazyGroup

_TABLE = {
    "render": ("facegen.cli.bench.bench_render", "Seconds and memory a rendered face."),
    "match": ("facegen.cli.bench.bench_match", "Seconds to match faces to a profile."),
    "quality": ("facegen.cli.bench.bench_quality", "What more rays a pixel buy."),
    "labels": ("facegen.cli.bench.bench_labels", "Faults of the labels, and ray casting against them."),
    "reverse": ("facegen.cli.bench.bench_reverse", "A parser trained on real faces, run on renders."),
    "parser": ("facegen.cli.bench.bench_parser", "F1 of a parser by class, and for whom it fails."),
    "oracles": ("facegen.cli.bench.bench_oracles", "What factors of photographs would be worth."),
    "mean-face": ("facegen.cli.bench.bench_mean_face", "The mean render compared with the mean photograph."),
    "audit": ("facegen.cli.bench.bench_audit", "Seconds an audited face."),
    "measures": ("facegen.cli.bench.bench_measures", "The audit's measures against known faces."),
    "pose": ("facegen.cli.bench.bench_pose", "Pose and expression read off masks."),
    "anthropometry": (
        "facegen.cli.bench.bench_anthropometry",
        "Head shapes in millimetres compared with norms of real people.",
    ),
    "train": ("facegen.cli.bench.bench_train", "Seconds a training step, by device."),
}


@click.group(cls=LazyGroup, table=_TABLE)
def command() -> None:
    """Measure facegen itself."""
