"""What a whole dataset folder says of itself: `dataset.json` and `attributes.parquet`.

`dataset.json` holds format, version, config, seed, fingerprint, distributions, the licence ledger and
the failures. `attributes.parquet` has one row a sample: its name, then scalars, columns in name order.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import facegen
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json, write_bytes, write_json

FORMAT = "facegen-dataset"
FORMAT_VERSION = 1
DATASET_FILE = "dataset.json"
ATTRIBUTES_FILE = "attributes.parquet"
REQUIRED = ("seed", "size", "num", "convention", "profile", "fingerprint", "config", "ledger", "failures")


def write_dataset_json(root: Path, content: Mapping[str, object]) -> None:
    """Write `dataset.json` in one step; format, version and facegen's version are added.

    Raises
    ------
    ValueError : a key of REQUIRED is missing.
    FacegenError : the disk is full or refuses.
    """
    missing = [key for key in REQUIRED if key not in content]
    if missing:
        raise ValueError(f"dataset.json lacks {', '.join(missing)}")
    header = {"format": FORMAT, "format_version": FORMAT_VERSION, "facegen": facegen.__version__}
    write_json(Path(root) / DATASET_FILE, {**content, **header})


def read_dataset_json(root: Path) -> dict:
    """The content of `dataset.json`; FacegenError where it is missing, damaged, foreign or newer."""
    path = Path(root) / DATASET_FILE
    content = read_json(path, "render into another folder, or put a copy of the file back")
    if content.get("format") != FORMAT:
        raise FacegenError(
            f"{path}: not a facegen dataset (format {content.get('format')!r}, need {FORMAT!r})"
        )
    version = content.get("format_version")
    if version != FORMAT_VERSION:
        advice = (
            "update facegen" if isinstance(version, int) and version > FORMAT_VERSION else "render it again"
        )
        raise FacegenError(
            f"{path}: format version {version!r}, this facegen reads {FORMAT_VERSION}: {advice}"
        )
    missing = [key for key in REQUIRED if key not in content]
    if missing:
        raise FacegenError(f"{path}: lacks {', '.join(missing)}: render it again")
    return content


def write_attributes(root: Path, names: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write `attributes.parquet`: column `name`, then every attribute any row has, missing ones null.

    Raises
    ------
    ValueError : names and rows differ in number, or a column mixes types.
    FacegenError : the disk is full or refuses.
    """
    import pyarrow as pa  # 50 ms that `facegen --help` must not pay
    import pyarrow.parquet as pq

    if len(names) != len(rows):
        raise ValueError(f"{len(names)} names for {len(rows)} rows")
    columns = sorted({key for row in rows for key in row})
    data: dict[str, object] = {"name": pa.array(list(names), pa.string())}
    for column in columns:
        try:
            data[column] = pa.array([row.get(column) for row in rows])
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ValueError(f"attribute {column} mixes types ({error})") from None
    buffer = io.BytesIO()
    pq.write_table(pa.table(data), buffer, compression="zstd")
    write_bytes(Path(root) / ATTRIBUTES_FILE, buffer.getvalue())


def read_attributes_table(root: Path) -> dict[str, list]:
    """Column name -> values of `attributes.parquet`; FacegenError where it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(root) / ATTRIBUTES_FILE
    try:
        return pq.read_table(path).to_pydict()
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file") from None
    except (OSError, pa.ArrowInvalid) as error:
        raise FacegenError(f"{path}: damaged table ({str(error).splitlines()[0]}): render again") from None
