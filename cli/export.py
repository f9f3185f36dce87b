"""`facegen export`: a rendered set in the layout of other tools."""

from pathlib import Path

import click

from facegen.cli.support.newest_set import newest_set
from facegen.cli.support.say import say
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.inspection.opening import report_set
from facegen.datasets.io.object_store import local_folder
from facegen.datasets.layouts.facegen_folder import is_own
from facegen.datasets.layouts.open_set import open_set

_FORMATS = "\n".join(f"{name:<14} {layout.summary}" for name, layout in FORMATS.items())
_HELP = f"""Write the faces of SYNTH (the newest ./facegen-out* where none is named) in another layout.

\b
{_FORMATS}

\b
facegen export faces --to coco --out faces-coco
facegen export faces --to huggingface --convention lapa --dense --out faces-hf
facegen train-eval --real faces-official ...    exports are read like any other set

Every export holds provenance.json: which distribution the faces follow, how they were made, and the licences
of all assets. With it the export keeps its convention and its role (default or matched) when it is read.

celebamaskhq, lapa, helen and facesynthetics have label conventions of their own; the others take any. Masks
of another convention than the set was rendered in have neutral borders: only a set rendered with
`facegen render --convention` draws them as that convention's annotators do. --neutral leaves those borders
out in the set's own convention too; `facegen train-eval SYNTH --also EXPORTED` measures what they change.

--dense adds dense/000000.npz (500 fixed vertices of the head, 68 points of iBUG and the pupils, in 2D and 3D,
with visibility; gaze of both eyes) and points.json, which says what they are. --mesh adds mesh/000000.glb:
the posed head and what it wears, with UV, albedo and a native label for each face. Both build heads from
their specs again (about 0.2 s a face; --mesh more) with the version of facegen that rendered them.
"""


@click.command(help=_HELP)
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Choice(list(FORMATS)), help="Layout to write.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="New or empty folder.")
@click.option(
    "--convention", "name", type=click.Choice(list(CONVENTIONS)), help="Of the masks [as rendered]."
)
@click.option("--neutral", is_flag=True, help="Masks with the neutral borders of the native labels.")
@click.option("--dense", is_flag=True, help="Also dense points in 2D and 3D, and gaze.")
@click.option("--mesh", is_flag=True, help="Also the posed head of each face as .glb.")
def command(
    synth: Path | None, to: str, out: Path, name: str | None, neutral: bool, dense: bool, mesh: bool
) -> None:
    from facegen.api.exporting import export

    synth = local_folder(synth or newest_set())
    if is_own(synth):  # what else is there is refused below
        report_set(open_set(synth), lambda event: say(str(event), err=True))
    count = 0
    with click.progressbar(length=1, label="exporting", show_pos=True) as bar:

        def progress(done: int, total: int) -> None:
            nonlocal count
            bar.length, count = total, total
            bar.update(done - bar.pos)

        export(synth, to, out, convention=name, neutral=neutral, dense=dense, mesh=mesh, progress=progress)
    say(f"{count} faces -> {out}")
