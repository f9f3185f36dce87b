"""A set made of files that were recognised one by one, in folders or archives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import PictureHeader, picture_header, read_binary, read_index, read_rgb
from facegen.datasets.layouts.class_table import Table
from facegen.datasets.layouts.face_set import FaceSet, Problem, no_files
from facegen.datasets.layouts.index_masks import no_meta
from facegen.datasets.layouts.members import Member

SOFT_LEAST = 0.5  # of white: what no part of a soft mask reaches this far stays background

Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class IndexMask:
    """One file with an id a pixel."""

    member: Member

    def read(self) -> Labels:
        """(h, w) uint8."""
        return read_index(self.member.shown, self.member.content())


@dataclass(frozen=True)
class _FileAClass:
    """A mask of several files, one a class.

    Attributes
    ----------
    parts : mapping of class id to Member
    """

    parts: Mapping[int, Member]

    @property
    def member(self) -> Member:
        """The first file, for messages."""
        return next(iter(self.parts.values()))


class PartMasks(_FileAClass):
    """Files of one class each, black and white, later classes over earlier ones."""

    def read(self) -> Labels:
        """(h, w) uint8. FacegenError : damaged, or parts of two sizes."""
        merged: Labels | None = None
        for one, member in sorted(self.parts.items()):
            drawn = read_binary(member.shown, member.content())
            merged = np.zeros(drawn.shape, np.uint8) if merged is None else merged
            _require_size(member, drawn.shape, merged.shape)
            merged[drawn] = one
        assert merged is not None
        return merged


class SoftMasks(_FileAClass):
    """Grey files of one class each, whose values are the class's part of the pixel; the largest one wins."""

    def read(self) -> Labels:
        """(h, w) uint8. FacegenError : damaged, or parts of two sizes."""
        merged = best = None
        for one, member in sorted(self.parts.items()):
            grey = read_rgb(member.shown, member.content()).max(axis=2)
            if merged is None or best is None:
                merged, best = np.zeros(grey.shape, np.uint8), np.full(grey.shape, int(255 * SOFT_LEAST))
                if 0 in self.parts:
                    best[:] = 0
            _require_size(member, grey.shape, merged.shape)
            more = grey > best
            merged[more], best[more] = one, grey[more]
        assert merged is not None
        return merged


@dataclass(frozen=True)
class PanopticMask:
    """A picture whose colours number segments: R + 256 G + 65,536 B (COCO's panoptic format).

    Attributes
    ----------
    member : Member
    segments : mapping of segment number to class id
    """

    member: Member
    segments: Mapping[int, int]

    def read(self) -> Labels:
        """(h, w) uint8; segments that the annotation does not name are 255."""
        colours = read_rgb(self.member.shown, self.member.content()).astype(np.int64)
        numbers, place = np.unique(colours @ (1, 256, 65536), return_inverse=True)
        ids = np.array([self.segments.get(int(one), 0 if one == 0 else 255) for one in numbers], np.uint8)
        return ids[place.reshape(colours.shape[:2])]


class Mask(Protocol):
    """Something that gives one label map."""

    @property
    def member(self) -> Member:
        """The file that a message names."""

    def read(self) -> Labels:
        """(h, w) uint8. FacegenError : damaged."""


@dataclass(frozen=True)
class Found:
    """What was recognised.

    Attributes
    ----------
    layout, convention : str
    images : mapping of name to Member
    masks : mapping of name to Mask
    others : list of Problem
        What is not read.
    remarks : tuple of str
    parts : mapping of "train", "val", "test" to names
        The published split, where there is one.
    meaning : (Convention, Table or None), optional
        In place of `convention`: ids that are translated.
    """

    layout: str
    convention: str
    images: Mapping[str, Member]
    masks: Mapping[str, Mask]
    others: Sequence[Problem] = ()
    remarks: tuple[str, ...] = ()
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    meaning: tuple[Convention, Table | None] | None = None


def found_set(path: Path, found: Found, split: str | None) -> FaceSet:
    """The FaceSet of what was recognised, all of it or one part.

    Raises
    ------
    FacegenError : no picture has a mask, or there is no such part.
    """
    ids = sorted(set(found.images) & set(found.masks))
    if not ids:
        raise FacegenError(
            f"{path}: {found.layout} layout, but of {len(found.images)} pictures and {len(found.masks)} "
            "masks none belong together: give both the same names"
        )
    if split is not None:
        kept = set(found.parts.get(split, ()))
        ids = [one for one in ids if one in kept]
        if not ids:
            there = ", ".join(found.parts) or "it has none"
            raise FacegenError(f"{path} has no part {split!r}: {there}")
    convention = found.meaning[0] if found.meaning is not None else convention_named(found.convention)
    faces = FaceSet(
        name=path.name,
        path=path,
        layout=found.layout,
        convention=convention,
        ids=ids,
        has_masks=True,
        image_path=partial(_shown, found.images),
        mask_path=partial(_mask_shown, found.masks),
        read_image=partial(_read_image, found.images),
        read_mask=partial(_read_mask, found.masks),
        read_meta=no_meta,
        pairing=partial(_unpaired, found),
        mask_files=partial(_mask_file, found.masks),
        remarks=found.remarks,
        read_header=partial(_header, found.images),
    )
    if found.meaning is None or found.meaning[1] is None:
        return faces
    return replace(faces, read_mask=partial(_read_translated, found.masks, found.meaning[1]))


def _unpaired(found: Found) -> list[Problem]:
    lone = [
        Problem(member.shown, "picture without a mask", "picture_without_mask")
        for name, member in found.images.items()
        if name not in found.masks
    ]
    lone += [
        Problem(mask.member.shown, "mask without a picture", "mask_without_picture")
        for name, mask in found.masks.items()
        if name not in found.images
    ]
    return lone + list(found.others)


def _shown(members: Mapping[str, Member], name: str) -> Path:
    return members[name].shown


def _mask_shown(masks: Mapping[str, Mask], name: str) -> Path:
    return masks[name].member.shown


def _mask_file(masks: Mapping[str, Mask], name: str) -> list[Path]:
    mask = masks[name]
    return [mask.member.path] if isinstance(mask, IndexMask) and not mask.member.inner else no_files(name)


def _read_image(members: Mapping[str, Member], name: str) -> npt.NDArray[np.uint8]:
    return read_rgb(members[name].shown, members[name].content())


def _header(members: Mapping[str, Member], name: str) -> PictureHeader:
    return picture_header(members[name].shown, members[name].content())


def _read_mask(masks: Mapping[str, Mask], name: str) -> Labels:
    return masks[name].read()


def _read_translated(masks: Mapping[str, Mask], table: Table, name: str) -> Labels:
    return table[masks[name].read()]


def _require_size(member: Member, shape: tuple[int, ...], other: tuple[int, ...]) -> None:
    if shape != other:
        raise FacegenError(f"{member.shown}: {shape} pixels, its picture's other parts have {other}")
