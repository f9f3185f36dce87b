"""The kinds of things that a check of a set finds: how grave each is, what to call it, what to do.

A kind that makes a result wrong is refused by the commands; the others are printed.
"""

from dataclasses import dataclass

# Grades, the gravest first.
WRONG, FAULT, LEFT_OUT, NOTE = "wrong", "fault", "left out", "note"
GRADES = (WRONG, FAULT, LEFT_OUT, NOTE)


@dataclass(frozen=True)
class FindingKind:
    """One kind.

    Attributes
    ----------
    grade : one of GRADES
        WRONG: a result of the whole set would be wrong. FAULT: one sample is. LEFT_OUT: not used.
    title : str
        What the files are, in the plural.
    advice : str
        What to do.
    mended : bool
        Whether `facegen lint --fix` can.
    whole : bool
        The set as a whole is meant: the message says everything.
    """

    grade: str
    title: str
    advice: str
    mended: bool = False
    whole: bool = False


KINDS: dict[str, FindingKind] = {
    "lossy_mask": FindingKind(
        WRONG,
        "masks in a lossy format (JPEG)",
        "export them again as PNG: the ids along borders are lost",
    ),
    "no_class": FindingKind(
        WRONG,
        "black-and-white masks",
        "black-and-white masks name no class: give index masks, one class id a pixel",
        whole=True,
    ),
    "convention": FindingKind(
        WRONG,
        "label maps of another convention",
        "name the right one with --convention or --classes",
        whole=True,
    ),
    "exchanged_set": FindingKind(
        WRONG,
        "left and right exchanged",
        "`facegen lint --fix OUT` exchanges them",
        mended=True,
        whole=True,
    ),
    "turned_set": FindingKind(WRONG, "turned label maps", "turn pictures and masks upright", whole=True),
    "unlike": FindingKind(
        WRONG,
        "no recognisable faces",
        "check the ids; --convention or --classes names them",
        whole=True,
    ),
    "blended_set": FindingKind(
        WRONG,
        "ids blended along borders",
        "export them again without JPEG, and resize label maps with nearest neighbour",
        whole=True,
    ),
    "palette": FindingKind(
        WRONG,
        "palette masks renumbered by an editor",
        "export the ids again; `facegen lint --fix OUT` writes back those that are grey values",
        mended=True,
    ),
    "damaged": FindingKind(FAULT, "damaged pictures", "replace them"),
    "mask": FindingKind(FAULT, "unreadable masks", "replace them"),
    "missing": FindingKind(FAULT, "missing files", "render the samples again"),
    "unknown_id": FindingKind(FAULT, "masks with ids of no class", "correct them or the convention"),
    "shape": FindingKind(FAULT, "masks of other proportions than their picture", "bring both to one shape"),
    "blank": FindingKind(FAULT, "masks without one class (only 0 and 255)", "draw them or remove them"),
    "blended": FindingKind(
        FAULT, "masks with ids blended along borders", "export them again; resize with nearest neighbour"
    ),
    "exchanged": FindingKind(FAULT, "masks with left and right exchanged", "exchange them", mended=True),
    "turned": FindingKind(FAULT, "pictures with a camera turn (EXIF)", "store them upright", mended=True),
    "shared": FindingKind(FAULT, "pictures that are in the other set too", "take them out of one"),
    "near_duplicate": FindingKind(FAULT, "pictures that are stored twice", "keep one of each"),
    "disagrees": FindingKind(FAULT, "labels that a parser contradicts", "look at them"),
    "habit": FindingKind(NOTE, "labels that the parser contradicts as in many pictures", "trust the labels"),
    "out_of_place": FindingKind(FAULT, "masks with a part of the face in an unusual place", "look at them"),
    "speck": FindingKind(
        FAULT, "masks with specks that move a class", "give them to their neighbours", mended=True
    ),
    "crumb": FindingKind(
        NOTE,
        "masks with specks that move no part of the face",
        "`facegen lint --fix OUT` gives them to their neighbours",
        mended=True,
    ),
    "picture_without_mask": FindingKind(LEFT_OUT, "pictures without a mask", "add masks or remove them"),
    "mask_without_picture": FindingKind(LEFT_OUT, "masks without a picture", "add pictures or remove them"),
    "file_type": FindingKind(LEFT_OUT, "files of a type that is not read", "convert them to PNG or JPEG"),
    "folder": FindingKind(LEFT_OUT, "folders that are not read", "move their files up"),
    "unknown_part": FindingKind(LEFT_OUT, "part masks of an unknown name", "rename them"),
    "no_masks": FindingKind(NOTE, "no masks", "add masks/ to measure what needs labels", whole=True),
    "missing_class": FindingKind(NOTE, "classes that no mask holds", "expected in other sets", whole=True),
    "unusual": FindingKind(NOTE, "unusual label maps", "check the convention", whole=True),
    "small": FindingKind(NOTE, "pictures below 64 pixels", "use larger ones"),
    "other": FindingKind(FAULT, "other problems", "see the message"),
}


def kind_of(name: str) -> FindingKind:
    """The kind of a name; "other" for an unknown one."""
    return KINDS.get(name, KINDS["other"])
