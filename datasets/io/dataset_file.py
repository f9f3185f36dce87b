"""The two files about a whole dataset folder: `dataset.json` and `attributes.parquet`.

`dataset.json` holds format, version, config, seed, fingerprint, distributions, the licence ledger and
the failures. `attributes.parquet` has one row a sample: its name, then scalars, columns in name order.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import facegen
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint, read_json, write_bytes, write_json

FORMAT = "facegen-dataset"
FORMAT_VERSION = 2
ROWS_AT_ONCE = 1000  # of the table of attributes, before they are turned into columns
DATASET_FILE = "dataset.json"
ATTRIBUTES_FILE = "attributes.parquet"
REQUIRED = ("seed", "size", "num", "convention", "profile", "fingerprint", "config", "ledger", "failures")
# What the values of keys must be; those that are not in REQUIRED may be missing or null.
KINDS: Mapping[str, type] = {
    "seed": int, "size": int, "num": int, "convention": str, "profile": str, "fingerprint": str,
    "config": dict, "ledger": list, "failures": dict, "shard_size": int, "plan": str, "part": str,
    "storage": str, "handwritten_profile": bool, "target": dict, "timing": dict, "matching": dict,
}  # fmt: skip
NULLABLE = ("profile",)
LEAST = {"size": 1, "num": 0, "shard_size": 1}
MOST = {"size": 1 << 16, "num": 1_000_000, "shard_size": 1_000_000}  # samples are named by six digits
# Keys of version 1 and their names of today: of the file, of its `config`, and anywhere in its `target`.
RENAMED = {"law_by_hand": "handwritten_profile"}
RENAMED_IN_CONFIG = {"law": "distribution"}
RENAMED_IN_TARGET = {
    "asked": "requested",
    "drawn": "in_spec",
    "seen": "in_mask",
    "expected": "predicted",
    "realised": "rendered",
    "rms": "rms_difference",
    "chance": "rms_by_chance",
    "farthest": "largest_differences",
}


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


def read_dataset_json(root: Path) -> dict[str, Any]:
    """The content of `dataset.json` in the keys of FORMAT_VERSION.

    A file of version 1 is translated, its fingerprint with it: a set of an older facegen can be resumed.

    Parameters
    ----------
    root : Path
        Dataset folder.

    Returns
    -------
    dict
        With all keys of REQUIRED.

    Raises
    ------
    FacegenError : the file is missing, damaged, foreign or newer.
    """
    path = Path(root) / DATASET_FILE
    content = read_json(path, "render into another folder, or put a copy of the file back")
    if content.get("format") != FORMAT:
        raise FacegenError(
            f"{path}: not a facegen dataset (format {content.get('format')!r}, need {FORMAT!r})"
        )
    version = content.get("format_version")
    if version not in (1, FORMAT_VERSION):
        newer = isinstance(version, int) and version > FORMAT_VERSION
        advice = "update facegen" if newer else "render it again"
        raise FacegenError(
            f"{path}: format version {version!r}, this facegen reads 1 to {FORMAT_VERSION}: {advice}"
        )
    missing = [key for key in REQUIRED if key not in content]
    if missing:
        raise FacegenError(f"{path}: lacks {', '.join(missing)}: render it again")
    content = _from_version_1(content) if version == 1 else content
    _check_kinds(path, content)
    return content


def _check_kinds(path: Path, content: Mapping[str, Any]) -> None:
    """FacegenError where a value is of another kind or beyond its bounds."""
    for key, kind in KINDS.items():
        value = content.get(key)
        if value is None and (key in NULLABLE or key not in REQUIRED):
            continue
        if type(value) is not kind:
            raise FacegenError(f"{path}: {key} is {value!r:.60}, need {kind.__name__}: render it again")
        if isinstance(value, int) and key in LEAST and not LEAST[key] <= value <= MOST[key]:
            raise FacegenError(
                f"{path}: {key} is {value}, need {LEAST[key]} to {MOST[key]:,}: render it again"
            )
    if not all(isinstance(why, str) for why in content["failures"].values()):
        raise FacegenError(f"{path}: failures need a reason each, as text: render it again")


def _from_version_1(content: dict[str, Any]) -> dict[str, Any]:
    config = content["config"]
    new = {RENAMED.get(key, key): value for key, value in content.items()}
    new["format_version"] = FORMAT_VERSION
    if isinstance(config, dict):
        new["config"] = {RENAMED_IN_CONFIG.get(key, key): value for key, value in config.items()}
        if content["fingerprint"] == fingerprint(config):
            new["fingerprint"] = fingerprint(new["config"])
    if "target" in new:
        new["target"] = _target_of_version_1(new["target"])
    return new


def _target_of_version_1(value: Any) -> Any:
    """A part of `target` with its keys renamed at every depth."""
    if isinstance(value, dict):
        return {_key_of_version_1(key, one): _target_of_version_1(one) for key, one in value.items()}
    return [_target_of_version_1(one) for one in value] if isinstance(value, list) else value


def _key_of_version_1(key: str, value: Any) -> str:
    """Two keys had two meanings each, which their values tell apart."""
    if key == "share":
        return "fraction_of_faces" if isinstance(value, dict) else "fraction_present"
    if key == "followed" and isinstance(value, dict):
        return "proposed"
    return RENAMED_IN_TARGET.get(key, key)


def write_attributes(root: Path, names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write `attributes.parquet`: column `name`, then every attribute any row has, missing ones null.

    Rows are taken one by one and kept in columns: a table of any length takes little memory.

    Raises
    ------
    ValueError : names and rows differ in number, or a column mixes types.
    FacegenError : the disk is full or refuses.
    """
    write_table(Path(root) / ATTRIBUTES_FILE, attribute_table(names, rows))


def attribute_table(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Any:
    """The table of `write_attributes` as a `pyarrow.Table`; ValueError as there."""
    source, parts, count = iter(rows), [], 0
    while chunk := list(islice(source, ROWS_AT_ONCE)):
        parts.append(_columns(names[count : count + len(chunk)], chunk))
        count += len(chunk)
    if len(names) != count:
        raise ValueError(f"{len(names)} names for {count} rows")
    return joined(parts or [_columns([], [])])


def joined(parts: Sequence[Any]) -> Any:
    """Tables of `attribute_table` one below the other; ValueError where a column mixes types."""
    import pyarrow as pa  # 50 ms that `facegen --help` must not pay

    try:
        table = pa.concat_tables(parts, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"an attribute mixes types ({error})") from None
    return table.combine_chunks().select(["name", *sorted(set(table.column_names) - {"name"})])


def write_table(path: Path, table: Any) -> None:
    """Write a `pyarrow.Table` as Parquet, in one step; DiskError where the disk is full or refuses."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    write_bytes(path, buffer.getvalue())


def read_table(path: Path) -> Any:
    """A `pyarrow.Table` of a Parquet file; FacegenError where it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file") from None
    except (OSError, ValueError, KeyError, MemoryError, pa.ArrowException) as error:
        raise FacegenError(f"{path}: damaged table ({str(error).splitlines()[0]}): render again") from None


def _columns(names: Sequence[str], rows: Sequence[Mapping[str, object]]) -> Any:
    """Rows as an Arrow table; ValueError where a column mixes types or there are more rows than names."""
    import pyarrow as pa

    if len(names) != len(rows):
        raise ValueError(f"{len(names)} names for {len(rows)} rows")
    data: dict[str, object] = {"name": pa.array(list(names), pa.string())}
    for column in sorted({key for row in rows for key in row}):
        try:
            data[column] = pa.array([row.get(column) for row in rows])
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ValueError(f"attribute {column} mixes types ({error})") from None
    return pa.table(data)


def read_attributes_table(root: Path) -> dict[str, list]:
    """Column name -> values of `attributes.parquet`; FacegenError where it is missing or damaged."""
    columns: dict[str, list] = read_table(Path(root) / ATTRIBUTES_FILE).to_pydict()
    return columns
