"""What measured rows of a real folder do not say of the person: drawn as in people who show the same.

A folder has pictures and masks, but no annotations. A row of it says how long hair is and how dark a chin,
and not whether it is a man, how old, or who smiles. These are drawn from the shipped profile of
CelebAMask-HQ, given what the row does say (`annotated_attributes.LINKS` names what ties the two). The
assumption is that a person who shows the same is of the same sex and age as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import BINARY
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.profile_files import load_profile

Columns = Mapping[str, npt.NDArray]

SHIPPED = "celebamaskhq"


def completed(columns: Columns, seed: int, profile: Profile | None = None) -> dict[str, npt.NDArray]:
    """The columns and, for each row, what annotators would say of it.

    Parameters
    ----------
    columns : name -> (n,) of `MeasuredRows.sample`; NaN where a row lacks it
    seed : of the set; row i depends on it, on i and on the row's own values
    profile : with annotations; None is the shipped one

    Returns
    -------
    dict, name -> (n,): `columns`, and the annotated attributes that generators follow
    """
    profile = profile or _shipped()
    assert profile.annotated is not None
    known = [link.measured for link in profile.links if link.measured in columns]
    n = len(next(iter(columns.values())))
    seen = np.array([~np.isnan(np.asarray(columns[name], float)) for name in known]).reshape(len(known), n)
    names = [a.name for a in profile.annotated.attributes if a.matched and a.name not in columns]
    out: dict[str, npt.NDArray] = {}
    for pattern in np.unique(seen.T, axis=0):
        mine = np.flatnonzero((pattern == seen.T).all(1))
        given = {
            name: _given(columns[name], name, mine) for name, has in zip(known, pattern, strict=True) if has
        }
        drawn = profile.sample(n, seed, given)
        for name in names:
            out.setdefault(name, np.empty(n, drawn[name].dtype))[mine] = drawn[name][mine]
    return {**columns, **out}


def _given(values: npt.NDArray, name: str, mine: npt.NDArray[np.int_]) -> npt.NDArray:
    """(n,) values that the rows `mine` hold; the others, whose draws are not used, get the first of these."""
    full = np.full(len(values), values[mine[0]])
    full[mine] = values[mine]
    return full.astype(bool) if BY_NAME[name].kind == BINARY else full


@lru_cache(maxsize=1)
def _shipped() -> Profile:
    return load_profile(SHIPPED)
