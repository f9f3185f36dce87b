"""Which measures enter the figures that summarise a whole set, frozen under a version.

Reports name the version and the lists, so that figures of different days and sets stay comparable. Only the
measures of frozen themes are in them (measure_registry.Theme.frozen): a measure that a new file or another
package adds is reported one by one and changes no AUC, no joint distance and no mean of an older audit.
"""

from facegen.audit.measures.measure_table import FROZEN
from facegen.audit.measures.schema import APPEARANCE_GROUPS, CONTENT_GROUPS

# Raised when one of the lists, the classifier, or how a held-out group is computed changes.
HELD_OUT_VERSION = 6
MATCHED_CONTENT: tuple[str, ...] = tuple(
    one.name for one in FROZEN if one.matchable and one.group in CONTENT_GROUPS
)
MATCHED_APPEARANCE: tuple[str, ...] = tuple(
    one.name for one in FROZEN if one.matchable and one.group in APPEARANCE_GROUPS
)
# Attributes that are compared one by one and never matched, nor seen by the two-sample tests of the matched.
REPORTED: tuple[str, ...] = tuple(one.name for one in FROZEN if not one.matchable and one.group != "labels")
DESCRIPTORS: tuple[str, ...] = tuple(
    one.name for one in FROZEN if one.name in REPORTED and one.group in CONTENT_GROUPS
)
REALISM: tuple[str, ...] = tuple(
    one.name for one in FROZEN if one.name in REPORTED and one.group == "realism"
)
CLASSIFIER = (
    "5-fold cross-validated AUC, the larger of logistic regression (C = 0.1, median imputation with "
    "indicators) and gradient-boosted trees (50 of depth 3)"
)


def matched_names(names: tuple[str, ...] | list[str], content_only: bool) -> list[str]:
    """Those of `names`, in their order, that two-sample tests and joint distances look at.

    Parameters
    ----------
    names : sequence of str
        Attributes that both sets hold.
    content_only : bool
        Leave out what needs the picture's colours.
    """
    chosen = MATCHED_CONTENT if content_only else (*MATCHED_CONTENT, *MATCHED_APPEARANCE)
    return [name for name in names if name in chosen]
