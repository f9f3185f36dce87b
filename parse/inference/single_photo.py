"""One photo of any size through a parser.

Pictures are (H, W, 3) uint8 RGB, label maps (H, W) uint8. A photo of 63 megapixels takes about 1 GB:
it is held once, faces are looked for in a smaller copy, and labels are enlarged a band of rows at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.class_places import FaceSquare
from facegen.datasets.inspection.meaning import has_face
from facegen.parse.adaptation.network_adapter import ADAPTER_FILE, Adapter, adapt, load_adapter, one_hot
from facegen.parse.data.device import pick_device
from facegen.parse.data.loaded_set import resize_image
from facegen.parse.inference.face_finding import FoundFace, find_faces, fit_of, is_crop, whole
from facegen.parse.inference.overlay import overlay
from facegen.parse.metrics.evaluate import predict
from facegen.parse.models.checkpoints import Parser, load_parser
from facegen.parse.models.shipped_parser import SHIPPED, WEIGHTS_FILE, shipped_parser

BAND = 64  # rows that are labelled at a time: 20 MB of a photo of 63 megapixels
# Pixels of the longer side from which on faces are looked for in a copy of 1/2, 1/3, ...: the smallest crop
# that is looked for (1/6 of it) still has more pixels than a parser of 256.
WORKING_SIDE = 2048


@dataclass(frozen=True)
class LoadedParser:
    """A parser on its device, and the label adapter that lies next to its checkpoint where that is used."""

    parser: Parser
    device: torch.device
    adapter: Adapter | None = None

    def labels(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """(n, S, S) uint8 of (n, 3, S, S) uint8, without the adapter."""
        return predict(self.parser, pictures, self.device)

    def adapted(self, labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """(S, S) uint8 with the borders of the real set, where there is an adapter."""
        if self.adapter is None:
            return labels
        classes = len(self.parser.convention.classes)
        redrawn: npt.NDArray[np.uint8] = adapt(self.adapter, one_hot(labels[None], classes, self.device), 1)
        return redrawn[0]


@dataclass(frozen=True)
class ParsedPicture:
    """The labels of one picture.

    Attributes
    ----------
    width, height : int
        Of the picture, in pixels.
    faces : tuple of FoundFace
        The best fit first. Where no face is recognised, one: the whole picture, as if it were a face.
    recognised : bool or None
        Whether there is a face; None where the convention has too few parts of known place to say.
    parser : Parser
    device : torch.device
        Where the parser ran.
    """

    width: int
    height: int
    faces: tuple[FoundFace, ...] = field(repr=False)
    recognised: bool | None
    parser: Parser = field(repr=False)
    device: torch.device

    @cached_property
    def labels(self) -> npt.NDArray[np.uint8]:
        """(H, W) uint8: class ids of the parser's convention, 255 outside of every face's square."""
        labels, start = np.empty((self.height, self.width), np.uint8), 0
        for band in self.bands():
            labels[start : start + len(band)] = band
            start += len(band)
        return labels

    def bands(self) -> Iterator[npt.NDArray[np.uint8]]:
        """(n, W) uint8 of BAND rows at a time, from the top: `labels` without their memory."""
        for start in range(0, self.height, BAND):
            yield self._rows(start, min(start + BAND, self.height))

    def _rows(self, start: int, stop: int) -> npt.NDArray[np.uint8]:
        """Labels of some rows. A pixel in several squares is of the face whose middle is the nearest."""
        labels = np.full((stop - start, self.width), IGNORE, np.uint8)
        nearest = np.full(labels.shape, np.inf, np.float32) if len(self.faces) > 1 else None
        for face in self.faces:
            columns, found, distance = _of_face(face, start, stop, self.width)
            if nearest is None:
                labels[:, columns] = found
                continue
            nearer = (distance < nearest[:, columns]) & (found != IGNORE)
            labels[:, columns][nearer] = found[nearer]
            nearest[:, columns][nearer] = distance[nearer]
        return labels

    @cached_property
    def _areas(self) -> npt.NDArray[np.int64]:
        """(256,) int64: pixels of each id."""
        counts = (np.bincount(band.ravel(), minlength=256) for band in self.bands())
        return sum(counts, np.zeros(256, np.int64))

    def fractions(self) -> dict[str, float]:
        """Fraction of the picture that each class covers, without background and classes that are absent."""
        total = self.width * self.height
        classes = self.parser.convention.classes
        return {name: float(self._areas[i] / total) for i, name in enumerate(classes) if i and self._areas[i]}

    def overlay(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The picture (H, W, 3) uint8 tinted by class."""
        photo = Image.fromarray(picture)
        self.tint(photo)
        return np.asarray(photo)

    def tint(self, photo: Image.Image) -> None:
        """Tint the photo itself by class: mode RGB, no second copy is made."""
        start, classes = 0, len(self.parser.convention.classes)
        for band in self.bands():
            box = (0, start, self.width, start + len(band))
            shown = np.where(band == IGNORE, np.uint8(0), band)
            photo.paste(Image.fromarray(overlay(np.asarray(photo.crop(box)), shown, classes)), box)
            start += len(band)


def load_for_photos(
    model: str | Path | Parser = SHIPPED, device: str = "auto", adapted: bool = False
) -> LoadedParser:
    """A parser ready for photos.

    Parameters
    ----------
    model, device, adapted :
        As of `label_picture`.

    Raises
    ------
    FacegenError : the checkpoint or its adapter cannot be read, no such device.
    """
    chosen = pick_device(device)
    if model == SHIPPED:
        if adapted:
            raise FacegenError(
                "the parser that facegen brings has no label adapter: name a checkpoint of train-eval with "
                "--model, or leave --adapted out"
            )
        return LoadedParser(load_parser(shipped_parser().file(WEIGHTS_FILE), chosen), chosen)
    parser = model if isinstance(model, Parser) else load_parser(Path(model), chosen)
    if not adapted:
        return LoadedParser(parser, chosen)
    if isinstance(model, Parser):
        raise FacegenError("a label adapter lies next to a checkpoint: give `model` as a path")
    return LoadedParser(parser, chosen, load_adapter(Path(model).with_name(ADAPTER_FILE), parser, chosen))


def label_picture(
    picture: npt.NDArray[np.uint8],
    model: str | Path | Parser = SHIPPED,
    device: str = "auto",
    adapted: bool = False,
    find: bool = True,
) -> ParsedPicture:
    """Label every pixel of a picture with a trained parser.

    Parameters
    ----------
    picture : (H, W, 3) uint8 RGB
    model : path or Parser
        A checkpoint of `facegen train-eval`, a parser that is already loaded, or "shipped": the one that
        facegen brings (a file of that name: `Path("shipped")`).
    device : str
        "auto", "cpu", "cuda" or "cuda:K".
    adapted : bool
        Draw borders as the real set does, with the label adapter that lies next to the checkpoint.
    find : bool
        Look for faces where the picture is not one face that fills it as in the parser's training set.
        False: parse it whole.

    Raises
    ------
    FacegenError : the array is not a picture, the checkpoint or its adapter cannot be read, no such device.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise FacegenError(
            f"need a picture as an array (H, W, 3) of uint8, got {picture.shape} {picture.dtype}"
        )
    return label_photo(Image.fromarray(picture), load_for_photos(model, device, adapted), find)


def label_photo(photo: Image.Image, loaded: LoadedParser, find: bool = True) -> ParsedPicture:
    """Find the faces of a photo and label them.

    The photo is parsed whole first. Where that shows no face that fills the photo as in a training set, faces
    are looked for in squares of all sizes; where there is none, the labels of the whole photo stay.

    Parameters
    ----------
    photo : Pillow picture of mode RGB
    loaded : LoadedParser
    find : bool
        As of `label_picture`.
    """
    parser, factor = loaded.parser, max(1, max(photo.size) // WORKING_SIDE)
    small = photo if factor == 1 else photo.reduce(factor)
    square = whole(*photo.size)
    labels = loaded.labels(resize_image(np.asarray(small), parser.size).transpose(2, 0, 1)[None])[0]
    faces, recognised = [FoundFace(square, labels, fit_of(labels, parser.convention))], None
    if has_face(parser.convention):
        recognised = is_crop(labels, parser.convention)
        if find and not recognised:
            found = find_faces(small, loaded.labels, parser.convention, parser.size)
            recognised = bool(found)
            faces = [replace(one, square=_enlarged(one.square, factor)) for one in found] or faces
    done = tuple(replace(one, labels=loaded.adapted(one.labels)) for one in faces)
    return ParsedPicture(*photo.size, done, recognised, parser, loaded.device)


def _enlarged(square: FaceSquare, factor: int) -> FaceSquare:
    return FaceSquare(square.x * factor, square.y * factor, square.side * factor, square.tilt)


def _of_face(
    face: FoundFace, start: int, stop: int, width: int
) -> tuple[slice, npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """The columns of a photo that a face's square can reach, its labels there in some rows, and the distance
    from the square's middle in sides: (n, w) uint8 with IGNORE outside of the square, and float32."""
    square, size = face.square, len(face.labels)
    reach = square.side * float(np.abs(square.across).sum()) / 2
    left, right = (int(np.clip(square.x + sign * reach, 0, width)) for sign in (-1, 1))
    columns = slice(left, min(width, right + 1))
    x = np.arange(columns.start, columns.stop, dtype=np.float32) + np.float32(0.5 - square.x)
    y = np.arange(start, stop, dtype=np.float32) + np.float32(0.5 - square.y)
    cosine, sine = (np.float32(one) for one in square.across / square.side)
    u = cosine * x[None, :] + sine * y[:, None]
    v = cosine * y[:, None] - sine * x[None, :]
    distance = np.hypot(u, v)
    u, v = (np.floor((one + np.float32(0.5)) * size).astype(np.int32) for one in (u, v))
    inside = (u >= 0) & (u < size) & (v >= 0) & (v < size)
    labels = np.full(inside.shape, IGNORE, np.uint8)
    labels[inside] = face.labels[v[inside], u[inside]]
    return columns, labels, distance
