"""The audit as files: report.json, attributes.csv, and index.html, which needs no other file.

Everything that comes from a file (names of pictures and folders) reaches the page through Jinja2's
autoescape. The only pictures in it are thumbnails that the caller gives: of the synthetic set, and of the
real one only where the user requested them.
"""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import numpy as np
from PIL import Image

from facegen.audit.distances.difficulty import ABOUT
from facegen.audit.distances.feature_distance import FeatureDistance
from facegen.audit.distances.frozen_lists import (
    CLASSIFIER,
    HELD_OUT_VERSION,
    MATCHED_APPEARANCE,
    MATCHED_CONTENT,
    REPORTED,
)
from facegen.audit.distances.held_out import HELD_OUT
from facegen.audit.distances.joint import Joint
from facegen.audit.distances.label_mismatch import ClassMismatch, LabelFault
from facegen.audit.distances.sides import Sides
from facegen.audit.measure_dataset import Measurement
from facegen.audit.measures.face_view import WORKING_SIZE
from facegen.audit.measures.measure_table import MEASURES_VERSION
from facegen.audit.measures.realism import PREPARED
from facegen.audit.measures.schema import BINARY, Measure
from facegen.audit.profiles.profile_card import ProfileCard
from facegen.audit.report import figures
from facegen.audit.report.difficulty_report import difficulty_data, hardness_figures
from facegen.audit.report.findings import BORDERLINE, DIFFERS, UNMEASURED, WITHIN, Audit, Row, Separability
from facegen.audit.report.thresholds import Check
from facegen.audit.validation.shipped_accuracy import known_accuracy
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.csv_text import csv_bytes
from facegen.datasets.io.files import write_bytes, write_json

FORMAT, FORMAT_VERSION = "facegen-audit", 6
THUMBNAIL = 128  # pixels of the longer side
FIRST = 10  # attributes named under "what to change first"
WORST = 3  # of these, drawn as large figures on the first screen
NO_SHEETS: "Sides[Sequence[Thumbnail]]" = Sides((), ())
STRIP = 9  # thumbnails of each side on the first screen
# Figures of different days can be compared where these are equal.
FROZEN_LISTS = {
    "version": HELD_OUT_VERSION,
    "matched_content": list(MATCHED_CONTENT),
    "matched_appearance": list(MATCHED_APPEARANCE),
    "reported": list(REPORTED),
    "held_out": list(HELD_OUT),
    "classifier": CLASSIFIER,
}
_COLUMNS = (
    "name", "group", "unit", "verdict", "real", "synthetic", "real_median", "synthetic_median", "real_sd",
    "synthetic_sd", "distance", "ci_low", "ci_high", "floor", "ks", "p_adjusted", "n_real", "n_synthetic",
    "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Thumbnail:
    """A small picture of the synthetic set: its id and a JPEG as data URI."""

    caption: str
    uri: str


def thumbnail(image: np.ndarray, caption: str) -> Thumbnail:
    """The thumbnail of a picture (H, W, 3) uint8."""
    small = Image.fromarray(image)
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return Thumbnail(caption, "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode())


def write_report(
    audit: Audit,
    synthetic: Measurement,
    checks: list[Check],
    thumbnails: list[Thumbnail],
    out: Path,
    real: Sequence[Thumbnail] = (),
    hardest: Sides[Sequence[Thumbnail]] = NO_SHEETS,
) -> list[Path]:
    """Write report.json, attributes.csv and index.html into the folder `out`, made if needed.

    real : thumbnails of the reference, only where the user requested them
    hardest : thumbnails of the hardest pictures; those of the real side only where the user requested them

    Returns
    -------
    The files, the page first. Raises FacegenError where they cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FacegenError(
            f"{out}: cannot make the folder of the report ({error.strerror or error})"
        ) from None
    paths = [out / "index.html", out / "report.json", out / "attributes.csv"]
    write_bytes(paths[0], render_html(audit, synthetic, checks, thumbnails, real, hardest).encode())
    write_json(paths[1], report_data(audit, checks))
    write_bytes(paths[2], _csv(audit))
    return paths


def report_data(audit: Audit, checks: list[Check]) -> dict:
    """The audit as JSON-ready values; null = not measured."""
    from facegen import __version__

    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "facegen": __version__,
        "measures_version": MEASURES_VERSION,
        "working_size": WORKING_SIZE,
        "reference": {
            "name": audit.reference.name,
            "kind": audit.reference.kind,
            "n": audit.reference.n,
            "fidelity": {key: _number(auc) for key, auc in audit.reference.fidelity.items()},
            "card": _card(audit.reference.card),
        },
        "synthetic": {"name": audit.synthetic, "n": audit.n_synthetic},
        "two_sample": {"content": _separability(audit.content), "all": _separability(audit.all_attributes)},
        "joint": {key: _joint(one) for key, one in audit.joint.items()},
        "held_out": [
            {
                "name": one.name,
                "dimensions": one.dimensions,
                "auc": _number(one.auc),
                "floor": _number(one.floor),
                "reason": one.reason,
                "joint": _joint(one.joint),
            }
            for one in audit.held_out
        ],
        "networks": [_network(one) for one in audit.networks],
        "realism_preparation": PREPARED,
        "frozen_lists": FROZEN_LISTS,
        "label_faults": _faults(audit.faults),
        "real_label_faults": _faults(audit.real_faults),
        "label_mismatch": _mismatch(audit),
        "difficulty": difficulty_data(audit.difficulty, audit.no_difficulty),
        "mean_excess": {
            "content": _number(audit.mean_excess(content_only=True)),
            "all": _number(audit.mean_excess(content_only=False)),
        },
        "family_factor": _number(audit.family_factor),
        "change_first": list(audit.change_first),
        "warnings": list(audit.warnings),
        "counts": counts(audit.rows),
        "attributes": [_row(row) for row in audit.rows],
        "label_statistics": [_row(row) for row in audit.labels],
        "checks": [
            {"name": c.name, "value": _number(c.value), "limit": c.limit, "status": c.status} for c in checks
        ],
    }


def counts(rows: tuple[Row, ...]) -> dict[str, int]:
    """How many rows have each verdict."""
    return {v: sum(row.verdict == v for row in rows) for v in (DIFFERS, BORDERLINE, WITHIN, UNMEASURED)}


def sentence(row: Row) -> str:
    """What is different about an attribute: "real 4.9 %, synthetic 14.0 %", or mean ± standard deviation."""
    if row.gap is None:
        return row.reason
    g, unit = row.gap, unit_of(row)
    sides = [(g.reference, g.reference_sd), (g.synthetic, g.synthetic_sd)]
    real, synthetic = (
        shown(row, mean) if row.measure.kind == BINARY else f"{shown(row, mean)} ± {shown(row, sd)}"
        for mean, sd in sides
    )
    return f"real {real} {unit}, synthetic {synthetic} {unit}"


def shown(row: Row, value: float) -> str:
    """A mean in the attribute's unit, or a frequency in percent."""
    if row.measure.kind == BINARY:
        return f"{100 * value:.1f}"
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.3g}"


def unit_of(row: Row) -> str:
    """The unit that goes with `shown`."""
    return "%" if row.measure.kind == BINARY else row.measure.unit


def span(measure: Measure) -> str:
    """The measure's valid range."""
    if measure.kind == BINARY:
        return "0 or 1"
    low, high = (f"{end:g}" if math.isfinite(end) else "any" for end in (measure.low, measure.high))
    return f"{low} to {high}"


def accuracy_of(measure: Measure) -> str:
    """How well the measure follows the truth of rendered faces, as one line for people."""
    known = known_accuracy().get(measure.name)
    return known.summary(measure) if known else "not known: compared with no truth"


def render_html(
    audit: Audit,
    synthetic: Measurement,
    checks: list[Check],
    thumbnails: list[Thumbnail],
    real: Sequence[Thumbnail] = (),
    hardest: Sides[Sequence[Thumbnail]] = NO_SHEETS,
) -> str:
    """The page as one string."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("facegen.audit.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    first = [audit.row(name) for name in audit.change_first[:FIRST]]
    return environment.get_template("report.html.j2").render(
        audit=audit,
        counts=counts(audit.rows),
        label_counts=counts(audit.labels),
        first=first,
        worst=[(row, _figure(audit, synthetic, row, figures.LARGE)) for row in _worst(audit, first)],
        others=first[WORST:],
        strip=STRIP,
        more=max(0, len(audit.change_first) - FIRST),
        groups=audit.by_group,
        labels=sorted(
            (row for row in audit.labels if row.verdict in (DIFFERS, BORDERLINE)),
            key=lambda row: (row.verdict != DIFFERS, -row.excess),
        ),
        histograms=_histograms(audit, synthetic),
        checks=checks,
        thumbnails=thumbnails,
        real=real,
        hardest=hardest,
        hardness=hardness_figures(audit.difficulty) if audit.difficulty else {},
        about=ABOUT,
        shown=shown,
        unit_of=unit_of,
        sentence=sentence,
        span=span,
        accuracy_of=accuracy_of,
        working_size=WORKING_SIZE,
        real_colour=figures.REAL_COLOUR,
        synthetic_colour=figures.SYNTHETIC_COLOUR,
        frozen=FROZEN_LISTS,
        prepared=PREPARED,
        nan=math.nan,
    )


def _worst(audit: Audit, first: list[Row]) -> list[Row]:
    """The rows drawn on the first screen: what to change first, then the farthest borderline rows."""
    likely = [row for row in audit.rows if row.verdict == BORDERLINE and row.measure.matchable]
    return [*first, *sorted(likely, key=lambda row: -row.excess)][:WORST]


def _histograms(audit: Audit, synthetic: Measurement) -> dict[str, str]:
    """Attribute name -> data URI, for the continuous attributes that were compared."""
    out = {}
    for row in audit.rows:
        if row.gap and row.measure.kind != BINARY:
            out[row.measure.name] = _figure(audit, synthetic, row, figures.SMALL)
    return out


def _figure(audit: Audit, synthetic: Measurement, row: Row, form: figures.Format) -> str:
    """The distributions of one measured attribute on both sides, as a data URI."""
    columns = [t.column(row.measure.name) for t in (audit.reference.attributes, synthetic.attributes)]
    real, other = (column[~np.isnan(column)] for column in columns)
    if row.measure.kind == BINARY:
        return figures.frequency_bars(real, other, form)
    return figures.overlaid_histogram(real, other, row.measure.unit, form)


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None


def _card(card: ProfileCard | None) -> dict | None:
    """The card of the profile; None against a set."""
    if card is None:
        return None
    told = {
        key: {name: _number(value) for name, value in vars(one).items()}
        for key, one in card.separated.items()
    }
    return vars(card) | {"separated": told}


def _faults(faults: Sequence[LabelFault]) -> list[dict]:
    return [vars(one) | {"examples": list(one.examples)} for one in faults]


def _separability(one: Separability) -> dict:
    return {key: _number(value) if isinstance(value, float) else value for key, value in vars(one).items()}


def _mismatch(audit: Audit) -> dict | None:
    if audit.mismatch is None:
        return None
    return {
        "size": audit.mismatch.size,
        "worst": [{"id": name, "mean_recall": _number(value)} for name, value in audit.mismatch.worst],
        "confusion": audit.mismatch.confusion.tolist(),
        "classes": [
            {
                "name": one.synthetic.name,
                "verdict": one.verdict,
                "synthetic": _class(one.synthetic),
                "real": _class(one.real) if one.real else None,
            }
            for one in audit.class_verdicts
        ],
    }


def _class(row: ClassMismatch) -> dict:
    data: dict = {
        "boundary_iou": _number(row.boundary_iou),
        "offset_px": _number(row.offset),
        "found_fraction": _number(row.found_fraction),
        "recall": _number(row.recall),
    }
    taken = row.confused_with
    return data | {
        "pictures": row.pictures,
        "confused_with": {"name": taken.name, "fraction": _number(taken.fraction)} if taken else None,
    }


def _joint(one: Joint) -> dict:
    data: dict = {key: _number(value) for key, value in vars(one).items() if key != "floor"}
    return data | {"floor": _joint(one.floor) if one.floor else None}


def _network(one: FeatureDistance) -> dict:
    data: dict = {key: _number(getattr(one, key)) for key in ("frechet", "kernel", "density", "coverage")}
    floor = _network(one.floor) if one.floor else None
    return data | {
        "name": one.name,
        "n": one.n,
        "dimensions": one.dimensions,
        "reason": one.reason,
        "floor": floor,
    }


def _row(row: Row) -> dict:
    m, g = row.measure, row.gap
    data: dict = {"name": m.name, "group": m.group, "unit": m.unit, "kind": m.kind, "matchable": m.matchable}
    known = known_accuracy().get(m.name)
    data |= {"verdict": row.verdict, "reason": row.reason, "description": m.about, "missing_when": m.missing}
    data |= {"range": [_number(m.low), _number(m.high)], "accuracy": vars(known) if known else None}
    if g is not None:
        data |= {
            "real": _number(g.reference),
            "synthetic": _number(g.synthetic),
            "real_median": _number(g.reference_median),
            "synthetic_median": _number(g.synthetic_median),
            "real_sd": _number(g.reference_sd),
            "synthetic_sd": _number(g.synthetic_sd),
            "distance_unit": _number(g.distance_unit),
            "distance": _number(g.distance),
            "ci_low": _number(g.ci_low),
            "ci_high": _number(g.ci_high),
            "floor": _number(g.floor),
            "critical": _number(g.critical),
            "ks": _number(g.ks),
            "p_adjusted": _number(row.p_adjusted),
            "n_real": g.n_reference,
            "n_synthetic": g.n_synthetic,
        }
    return data


def _csv(audit: Audit) -> bytes:
    rows = (_row(row) for row in (*audit.rows, *audit.labels))
    return csv_bytes([_COLUMNS, *([row.get(name, "") for name in _COLUMNS] for row in rows)])
