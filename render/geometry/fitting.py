"""One face while its parts are made: what they share, each worked out once and only where it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from facegen.assets.hair.hair_plan import brow_of, groom_of, scalp_of
from facegen.assets.hair.scalp import Scalp
from facegen.assets.hair.style_registry import Style
from facegen.assets.head.head_model import HeadModel, PosedHead, head_model
from facegen.assets.head.head_model import triangles as split
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints, Mesh, merge
from facegen.assets.skin.painted_borders import BrowShape
from facegen.assets.wear import drapes, garments, glasses, hands, headwear
from facegen.assets.wear.garment_registry import Piece
from facegen.assets.wear.hat_registry import HATS, Hat, HatPiece
from facegen.assets.wear.thing_registry import THINGS, Front, Thing, ThingPiece
from facegen.datasets.keyed_random import build_generator
from facegen.render.geometry.camera_framing import CameraView, solve_view
from facegen.render.geometry.pose import phenotype
from facegen.render.spec.face_spec import FaceSpec

LIFTED = 0.001  # metres over the skin, to which hanging ends of headwear are lifted
LIPS_MEET = (62, 66)  # middles of the lips' inner edges, iBUG


@dataclass(frozen=True)
class RenderDetail:
    """Everything that is rendered.

    Attributes
    ----------
    hair_count : int
        Strands of a full head of hair; a style takes its own multiple of it.
    hair_points : int
        Points of a strand; a style takes its own multiple of it.
    subdivision : int
        Steps of Catmull-Clark subdivision of the skin.
    texture_width : int
        Pixels around the head of the skin's pictures.
    """

    hair_count: int
    hair_points: int
    subdivision: int
    texture_width: int


@dataclass(frozen=True)
class PreviewDetail:
    """What decides the content measures of a label map, and no more.

    Hair is a fixed number of broad ribbons for every style, eyes are plain balls. There are no materials, and
    no parts too small to be measured (teeth, corneas, brow hairs, lashes, beards).

    Attributes
    ----------
    ribbons, ribbon_points : int
        Strands of a head of hair and their points.
    ribbon_width : float, metres
        Neighbouring ribbons of a full head of hair overlap, a single one hides no eye.
    guides : int
        Strands that are grown; the others follow them.
    """

    ribbons: int = 300
    ribbon_points: int = 7
    ribbon_width: float = 0.005
    guides: int = 70


@dataclass(frozen=True, eq=False)
class WornGlasses:
    """Glasses in the world, metres.

    Attributes
    ----------
    frame, lens : (V, 3) float
    frame_faces, lens_faces : (F, 4) int
    place : (V, 2) float, texture coordinates of the lenses
    """

    frame: Floats
    frame_faces: Ints
    lens: Floats
    lens_faces: Ints
    place: Floats


@dataclass(frozen=True, eq=False)
class HeldThing:
    """A thing where it is.

    Attributes
    ----------
    kind : Thing
    front : Front, the face that it stands in front of
    pieces : list of ThingPiece
    """

    kind: Thing
    front: Front
    pieces: list[ThingPiece]

    @cached_property
    def mesh(self) -> Mesh:
        """All pieces as one mesh: vertices (V, 3), metres, and quads (F, 4)."""
        return merge([piece.mesh for piece in self.pieces])[:2]


@dataclass(frozen=True, eq=False)
class Fitting:
    """A posed head and what it is to carry.

    Attributes
    ----------
    spec : FaceSpec
    head : PosedHead, the spec's head in world coordinates
    detail : RenderDetail or PreviewDetail
    """

    spec: FaceSpec
    head: PosedHead
    detail: RenderDetail | PreviewDetail

    @property
    def model(self) -> HeadModel:
        """The tables of the head mesh."""
        return head_model()

    @property
    def preview(self) -> bool:
        """Whether only a preview is wanted."""
        return isinstance(self.detail, PreviewDetail)

    def generator(self, name: str) -> np.random.Generator:
        """The random numbers of one named part of this face."""
        return build_generator(self.spec, name)

    @cached_property
    def view(self) -> CameraView:
        """The camera that looks at the face."""
        return solve_view(self.head.landmarks, self.spec.camera)

    @cached_property
    def body(self) -> Body:
        """The head as a solid that hair, hats and jewellery keep clear of."""
        return Body(self.head.vertices, skin_triangles())

    @property
    def body_middle(self) -> Floats:
        """The middle of the skull (3,), metres."""
        back = self.head.head_rotation @ np.array([0.0, headwear.CENTRE_DEPTH_MM / 1000, 0.0])
        middle: Floats = self.head.eye_centres.mean(0) + back
        return middle

    @cached_property
    def brow(self) -> BrowShape:
        """The outline of the brows."""
        return brow_of(self.spec.brows)

    @cached_property
    def hair(self) -> Style:
        """How the hair of the head grows; its groom is None on a bald head."""
        return groom_of(self.spec.hair)

    @cached_property
    def scalp(self) -> Scalp:
        """Where hair grows on the head."""
        return scalp_of(self.spec.hair)

    @cached_property
    def hat_frame(self) -> headwear.HatFrame | None:
        """Where the headwear sits; None without any."""
        worn, kind = self.spec.headwear, self.hat_kind
        if kind is None:
            return None
        if kind.drape is not None:
            return drapes.drape_frame(self.head, self.model, kind.drape(worn), worn.lean)
        make = headwear.overhead_frame if kind.overhead else headwear.hat_frame
        return make(self.head, worn)

    @property
    def hat_kind(self) -> Hat | None:
        """The entry of the headwear; None without any.

        Raises
        ------
        FacegenError : there is no such kind.
        """
        worn = self.spec.headwear
        return None if worn.kind == "none" else HATS.get_or_fail(worn.kind, "headwear.kind")

    @cached_property
    def headwear_mesh(self) -> tuple[Floats, Ints, Ints, Floats] | None:
        """The headwear in the world, as `headwear.in_world` returns it; None without any."""
        frame, kind = self.hat_frame, self.hat_kind
        if frame is None or kind is None:
            return None
        vertices, faces, part, uv = headwear.in_world(self._hat_pieces(frame, kind), frame)
        if kind.hangs_free:
            gap, outwards = self.body.clearance(vertices)
            vertices = vertices + outwards * np.clip(LIFTED - gap, 0, None).astype(np.float32)[:, None]
        return vertices.astype(np.float32), faces, part, uv

    def _hat_pieces(self, frame: headwear.HatFrame, kind: Hat) -> list[HatPiece]:
        if isinstance(frame, drapes.DrapeFrame):
            return drapes.drape(frame, self.body, self.generator("hat folds"))
        if kind.heights_mm:
            profile = headwear.front_profile(self.body, frame, np.array(kind.heights_mm))
        else:
            profile = headwear.head_profile(self.body, frame)
        return kind.build(profile, self.spec.headwear)

    @cached_property
    def glasses(self) -> WornGlasses | None:
        """The glasses where they sit; None without."""
        worn, head = self.spec.glasses, self.head
        if worn.kind == "none":
            return None
        origin = head.eye_centres.mean(0)
        local = (head.landmarks - origin) @ head.head_rotation
        (frame, frame_faces), (lens, lens_faces), place = glasses.glasses(worn, local)

        def world(points: Floats) -> Floats:
            return points @ head.head_rotation.T + origin

        def clearance(points: Floats) -> Floats:
            return self.body.clearance(world(points))[0]

        front = np.concatenate([frame[frame[:, 1] < glasses.FRONT_ENDS], lens])
        ahead = np.array([0, -glasses.ahead_of_face(front, clearance), 0], np.float32)
        frame, lens = glasses.beside_head(frame + ahead, clearance), lens + ahead
        return WornGlasses(world(frame), frame_faces, world(lens), lens_faces, place)

    @cached_property
    def thing(self) -> HeldThing | None:
        """The thing; None without one, and in a preview, whose masks are drawn through it."""
        worn = self.spec.thing
        if worn.kind == "none" or self.preview:
            return None
        kind = THINGS.get_or_fail(worn.kind, "thing.kind")
        mouth = self.head.landmarks[list(LIPS_MEET)].astype(float).mean(0)
        side = 1.0 if worn.side == "left" else -1.0
        draws = self.generator("thing")
        front = Front(self.head, self.model, self.body, mouth, side, worn.reach, draws)
        return HeldThing(kind, front, kind.build(front))

    @cached_property
    def hand(self) -> hands.PlacedHand | None:
        """The hand at the head; None without one, and in a preview, whose masks are drawn through it.

        A thing that is held brings its own hand.
        """
        worn = self.spec.hand
        held = self.thing if self.thing is not None and self.thing.kind.grip is not None else None
        if (worn.kind == "none" and held is None) or self.preview:
            return None
        solids = [self.body]
        if self.headwear_mesh is not None:
            vertices, faces, *_ = self.headwear_mesh
            solids.append(Body(vertices, split(faces)))
        if self.glasses is not None:
            solids.append(Body(self.glasses.frame, split(self.glasses.frame_faces)))
        if held is not None and held.kind.grip is not None:
            points, quads = held.mesh
            vertices, faces, _ = merge([(self.head.vertices, skin_triangles()), (points, split(quads))])
            solids[0] = Body(vertices, faces)
            grip, side, person = held.kind.grip(held.front), held.front.side, phenotype(self.spec.identity)
            return hands.holding_hand(grip, worn, side, self.head, self.model, solids, person)
        return hands.place_hand(worn, self.head, self.model, solids, phenotype(self.spec.identity))

    @cached_property
    def garment(self) -> tuple[list[Piece], np.random.Generator]:
        """The pieces of the garment, and the generator that goes on to draw how they look."""
        rng = self.generator("garment")
        hood_up = self.hat_kind is not None and bool(self.hat_kind.garment_cuts)
        return garments.garment(self.head, self.model, self.spec.garment, rng, hood_up), rng

    @cached_property
    def cloth(self) -> tuple[Floats, Ints]:
        """The garment as one solid: vertices (V, 3) float32, triangles (T, 3) int32."""
        return garments.solid(self.garment[0])


@lru_cache(maxsize=1)
def skin_triangles() -> npt.NDArray[np.int32]:
    """Triangles (T, 3) of the head mesh, the first of each quad before all the second ones."""
    return split(head_model().faces)
