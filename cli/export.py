"""`facegen export`: a rendered set in the layout of other tools."""

from pathlib import Path

import click

from facegen.cli.support.newest_set import newest_set
from facegen.datasets.conventions.convention_registry import CONVENTIONS, convention
from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.export.write_formats import export
from facegen.datasets.inspection.opening import report_set
from facegen.datasets.layouts.facegen_folder import is_own
from facegen.datasets.layouts.open_set import open_set

_FORMATS = "\n".join(f"{name:<14} {layout.summary}" for name, layout in FORMATS.items())
_HELP = f"""Write the faces of SYNTH (the newest ./facegen-out* where none is named) in another layout.

\b
{_FORMATS}

Masks of another convention than the set was rendered in have neutral borders: only a set rendered with
`facegen render --convention` draws them as that convention's annotators do. --neutral leaves those borders
out in the set's own convention too; `facegen train-eval SYNTH --also EXPORTED` measures what they change.
"""


@click.command(help=_HELP)
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Choice(list(FORMATS)), help="Layout to write.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="New or empty folder.")
@click.option(
    "--convention", "name", type=click.Choice(list(CONVENTIONS)), help="Of the masks [as rendered]."
)
@click.option("--neutral", is_flag=True, help="Masks with the neutral borders of the native labels.")
def command(synth: Path | None, to: str, out: Path, name: str | None, neutral: bool) -> None:
    synth = synth or newest_set()
    if is_own(synth):  # what else is there is refused below
        report_set(open_set(synth), lambda event: click.echo(str(event), err=True))
    with click.progressbar(length=1, label="exporting", show_pos=True) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        count = export(synth, to, out, convention(name) if name else None, progress, neutral)
    click.echo(f"{count} faces -> {out}")
