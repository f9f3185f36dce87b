"""Defaults of the Python API and of the command line: one table for both. Imports nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RenderDefaults:
    """Of `facegen.render` and `facegen render`.

    Attributes
    ----------
    out : str
        Dataset folder.
    num, size, seed : int
        Faces, side of the picture in pixels, seed.
    quality, convention, device, resume : str
    rounds : int
        Pilot sets before matching.
    """

    out: str = "facegen-out"
    num: int = 100
    size: int = 256
    seed: int = 0
    quality: str = "standard"
    convention: str = "celebamaskhq"
    device: str = "auto"
    resume: str = "if-possible"
    rounds: int = 0


@dataclass(frozen=True)
class AuditDefaults:
    """Of `facegen.audit` and `facegen audit`.

    Attributes
    ----------
    against : str
        Shipped profile.
    out : str
        Folder of the report.
    seed : int
        Of the bootstrap and the folds.
    gallery : int
        Thumbnails in the report.
    parsed, read : int
        Pictures of each side whose labels a parser is compared with; of which it draws label maps that are
        measured.
    """

    against: str = "celebamaskhq"
    out: str = "facegen-audit"
    seed: int = 0
    gallery: int = 24
    parsed: int = 300
    read: int = 1000


@dataclass(frozen=True)
class PreviewDefaults:
    """Of `facegen preview`: sizes in pixels, faces of a set and of a row, steps of a sweep."""

    size: int = 192
    quality: str = "fast"
    seed: int = 0
    num: int = 24
    steps: int = 7
    columns: int = 4


RENDER = RenderDefaults()
AUDIT = AuditDefaults()
PREVIEW = PreviewDefaults()
QUALITIES = ("fast", "standard", "high")
STORAGES = ("files", "tar")
RESUME = ("if-possible", "always", "never")
