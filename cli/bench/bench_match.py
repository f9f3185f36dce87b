"""`facegen bench match`: how long matching takes, and how near its previews come."""

import time
from pathlib import Path

import click

from facegen.cli.support.say import say


@click.command()
@click.argument("profile", default="celebamaskhq")
@click.option("--num", type=click.IntRange(2), default=1000, show_default=True, help="Faces to match.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the faces.")
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(profile: str, num: int, seed: int, out: Path | None) -> None:
    """Match NUM faces to PROFILE, a shipped one or a file, and render none of them.

    What `facegen render --match-dist` does before its first picture: rows are drawn, six faces for each are
    bent to it and previewed, assigned, and refined.
    """
    import numpy as np

    from facegen.audit.distances.two_sample import two_sample
    from facegen.audit.measures.measure_table import BY_NAME
    from facegen.audit.profiles.profile_files import load_profile
    from facegen.cli.support.progress import progress_bar
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.hardware import describe_machine, processor_count
    from facegen.render.matching.label_preview import preview_processes
    from facegen.render.matching.matcher import draw_specs

    target = load_profile(profile)
    blocks: list = []
    previews = 0
    began = time.perf_counter()
    with progress_bar(Terminal(stderr=True)) as bar, preview_processes(processor_count()) as pool:
        task = bar.add_task("match", total=None, note="previews")

        def on_progress(count: int) -> None:
            nonlocal previews
            previews += count
            bar.update(task, advance=count)

        for _ in draw_specs(
            target, seed, range(num), num, pool=pool, on_block=blocks.append, on_progress=on_progress
        ):
            pass
    seconds = time.perf_counter() - began
    targets, predicted = (
        np.concatenate([getattr(block, side) for block in blocks])[:num] for side in ("targets", "predicted")
    )
    names = blocks[0].names
    content = [i for i, name in enumerate(names) if BY_NAME[name].content]
    auc = two_sample(targets[:, content], predicted[:, content], 0).auc
    found = {
        "format": "facegen-bench-match",
        "format_version": 1,
        "machine": describe_machine("open3d", "anny"),
        "config": {"profile": profile, "num": num, "seed": seed, "workers": processor_count()},
        "seconds": round(seconds, 1),
        "previews": previews,
        "content_auc_of_previews_against_their_rows": None if np.isnan(auc) else round(float(auc), 4),
        "blocks": [block.report for block in blocks],
    }
    say(
        f"{num} faces matched to {profile} in {seconds:.1f} s: {previews} previews, "
        f"{previews / seconds:.1f} a second in {processor_count()} processes"
    )
    say(f"content AUC of previews against the rows they were made for: {auc:.3f}")
    if out is not None:
        write_json(out, found)
        say(str(out))
