"""A posed head of the default prior on which tests try on what is worn."""

from dataclasses import dataclass
from functools import lru_cache

from facegen.assets.head.head_model import HeadModel, PosedHead, head_model, triangles
from facegen.assets.meshes.collision import Body
from facegen.render.geometry.pose import pose_head
from facegen.render.prior.default_prior import draw_spec


@dataclass(frozen=True)
class Wearer:
    """Head, and its skin as a body."""

    model: HeadModel
    head: PosedHead
    body: Body


@lru_cache(maxsize=1)
def wearer() -> Wearer:
    """Face 1 of seed 3: turned, with an expression."""
    model = head_model()
    head = pose_head(model, draw_spec(3, 1))
    return Wearer(model, head, Body(head.vertices, triangles(model.faces)))
