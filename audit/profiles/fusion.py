"""Two parts of a profile that cannot be joined row by row, fused through what they share.

The measured part keeps its mixture as it is. The annotated part is a Gaussian copula; its latents depend
linearly on the measured latents that links name, so the two together are a mixture of normal distributions
again. How the annotated attributes depend on one another is kept from the annotations, as far as the measured
rows allow.
"""

from dataclasses import dataclass

import numpy as np

from facegen.audit.profiles.annotated_attributes import GIVING_WAY, WEIGHTS
from facegen.audit.profiles.copula import linked, nearest_correlation
from facegen.audit.profiles.mixture import Mixture
from facegen.audit.profiles.profile_parts import Link, Part

# How much correlations of shared and of linked attributes weigh where the sources contradict each other.
SHARED_WEIGHT, LINKED_WEIGHT = 20.0, 3.0
# Weight of the link against the annotated correlation of a linked attribute and a shared one that gives way.
# More of it gives fewer men with long hair and more men with earrings.
MEET = 0.45
_LEAST_VARIANCE = 1e-6  # of what the measured part leaves of the annotated latents


@dataclass(frozen=True)
class Fusion:
    """The joint distribution of both parts.

    Attributes
    ----------
    names : latents: those of the measured part, then those of the annotated part that have one of their own
    mixture : Mixture of these
    source : attribute -> the latent it reads, and whether upwards (1) or downwards (-1)
    """

    names: tuple[str, ...]
    mixture: Mixture
    source: dict[str, tuple[str, int]]


def fuse(annotated: Part | None, measured: Part, links: tuple[Link, ...]) -> Fusion:
    """The joint distribution of two parts: they are independent given what links them.

    A link of correlation 1 or -1 makes the annotated attribute read the latent of the measured one. The other
    links set a correlation of their two latents. Where that contradicts how the annotated one goes with the
    shared attributes (long hair and earrings both go with women, but are seldom visible together), both give
    way (annotated_attributes.GIVING_WAY). Of all normal distributions of the annotated latents given the
    measured ones that have these correlations, this is the one of largest entropy (Dempster, Covariance
    Selection, Biometrics 28, 1972).

    Parameters
    ----------
    annotated : Part or None
        None: the measured part alone.
    measured : Part
    links : tuple of Link
    """
    source = {name: (name, 1) for name in measured.names}
    if annotated is None:
        return Fusion(measured.latents, measured.mixture, source)
    same = [link for link in links if link.same]
    loose = [link for link in links if not link.same]
    source |= {link.annotated: (link.measured, int(link.correlation)) for link in same}
    rest = [name for name in annotated.names if name not in source]
    source |= {name: (name, 1) for name in rest}

    known = measured.mixture.correlation
    shared = [measured.latents.index(link.measured) for link in same]
    pairs = [(rest.index(link.annotated), measured.latents.index(link.measured)) for link in loose]
    among = known[np.ix_(shared, shared)]
    expected = {
        member: link.correlation * known[place, shared]
        for link, (member, place) in zip(loose, pairs, strict=True)
    }
    gain, remainder = _given_shared(annotated, rest, same, among, expected)
    across = gain @ known[shared]
    # The links set correlations of what the shared latents leave of either part.
    left: np.ndarray = known - known[:, shared] @ np.linalg.solve(among, known[shared])
    requested = np.array([link.correlation - across[pair] for link, pair in zip(loose, pairs, strict=True)])
    across = across + linked(remainder, left, pairs, requested)
    own = gain @ among @ gain.T + remainder
    linking = sorted({*shared, *(place for _, place in pairs)})
    return Fusion((*measured.latents, *rest), _joined(measured.mixture, own, across, linking), source)


def _joined(measured: Mixture, own: np.ndarray, across: np.ndarray, linking: list[int]) -> Mixture:
    """The mixture of the d measured latents and r others that depend on those at `linking` linearly.

    own : (r, r) correlation of the others; across : (r, d) their correlation with the measured ones
    """
    known, sd = measured.correlation, np.sqrt(np.diag(measured.covariance))
    slope = np.linalg.solve(known[np.ix_(linking, linking)], across[:, linking].T).T
    values, vectors = np.linalg.eigh(own - slope @ across[:, linking].T)
    free = (vectors * np.maximum(values, _LEAST_VARIANCE)) @ vectors.T
    matrix = np.vstack([np.eye(measured.size), np.zeros((len(own), measured.size))])
    matrix[measured.size :, linking] = slope / sd[linking]
    shift = np.zeros(len(matrix))
    shift[measured.size :] = -matrix[measured.size :] @ measured.mean
    out = measured.mapped(matrix, shift)
    out.covariances[:, measured.size :, measured.size :] += free
    return out


def _given_shared(
    annotated: Part, rest: list[str], same: list[Link], among: np.ndarray, expected: dict[int, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The attributes `rest` (r) regressed on the shared latents (s): coefficients (r, s), and covariance of
    the remainders (r, r); the attributes have variance 1.

    among : (s, s) correlation of the shared ones
    expected : place in `rest` -> (s,) correlations that its link implies
    """
    order = [annotated.names.index(name) for name in (*rest, *(link.annotated for link in same))]
    sign = np.array([1.0] * len(rest) + [link.correlation for link in same])
    both = annotated.mixture.correlation[np.ix_(order, order)] * np.outer(sign, sign)
    weights = np.array([WEIGHTS.get(name, 1.0) for name in rest] + [SHARED_WEIGHT] * len(same))
    r, s = slice(0, len(rest)), slice(len(rest), None)
    both[s, s] = among
    meet = np.array([MEET * (link.annotated in GIVING_WAY) for link in same])
    for member, correlations in expected.items():
        both[member, s] += meet * (correlations - both[member, s])
        both[s, member], weights[member] = both[member, s], max(LINKED_WEIGHT, weights[member])
    both = nearest_correlation(both, weights)
    gain = np.linalg.solve(both[s, s], both[s, r]).T
    remainder = both[r, r] - gain @ both[s, r]
    sd = np.sqrt(np.diag(gain @ among @ gain.T + remainder))
    return gain / sd[:, None], remainder / sd[:, None] / sd[None, :]
