"""`--set attribute=value|range`: fix or spread one attribute of every face.

hair.style=afro            one value
pose.yaw=-40:40            uniform between two numbers
glasses.kind=round|oval    one of several, evenly
"""

from __future__ import annotations

from dataclasses import dataclass

from facegen.datasets.errors import FacegenError
from facegen.render import spec as s
from facegen.render.draws import generator

CHOICES = {
    "hair.style": s.HAIR_STYLES,
    "facial_hair.kind": s.FACIAL_HAIR,
    "glasses.kind": s.GLASSES,
    "garment.cut": s.GARMENTS,
    "background.kind": s.BACKGROUNDS,
    "light.hdri": s.HDRIS,
}


@dataclass(frozen=True)
class Override:
    """One parsed `--set`. low is high for a single number; names hold the choices of a named attribute."""

    text: str
    path: str
    low: float = 0.0
    high: float = 0.0
    names: tuple[str, ...] = ()

    def apply(self, spec: s.FaceSpec) -> s.FaceSpec:
        """The spec with this attribute set, drawn by the spec's own seed and index."""
        rng = generator(spec.seed, spec.index, f"set.{self.path}")
        value = str(rng.choice(self.names)) if self.names else float(rng.uniform(self.low, self.high))
        return s.replace(spec, self.path, value)


def parse(text: str) -> Override:
    """An Override from its text; FacegenError says what is wrong with it."""
    path, sign, value = text.partition("=")
    path, value = path.strip(), value.strip()
    if not sign or not path or not value:
        raise FacegenError(f"--set {text!r}: write ATTRIBUTE=VALUE, ATTRIBUTE=LOW:HIGH or ATTRIBUTE=A|B")
    old = _attribute(path)
    if isinstance(old, str):
        names = tuple(v.strip() for v in value.split("|"))
        known = CHOICES.get(path)
        for name in names:
            if known and name not in known:
                raise FacegenError(f"--set {path}: {name!r} is none of {', '.join(known)}")
        return Override(text, path, names=names)
    low, colon, high = value.partition(":")
    try:
        numbers = (float(low), float(high if colon else low))
    except ValueError:
        raise FacegenError(f"--set {path}: {value!r} is no number and no range LOW:HIGH") from None
    if numbers[0] > numbers[1]:
        raise FacegenError(f"--set {path}: the range {value} runs backwards")
    return Override(text, path, *numbers)


def _attribute(path):
    try:
        return s.attribute(s.FaceSpec(), path)
    except KeyError:
        return 0.0  # a slider or an action: numbers by name
    except AttributeError:
        raise FacegenError(
            f"--set: unknown attribute {path!r}: see `facegen render --list-attributes`"
        ) from None
