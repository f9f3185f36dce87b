"""A hand at a head: turned and bent as its pose says, then brought up until it touches.

World coordinates, metres. A right hand is built as a left one and mirrored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from facegen.assets.head.arm_model import ArmModel, HandJoints, PosedArm, arm_model
from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.head.head_model import HeadModel, PosedHead, triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints, Mask
from facegen.assets.wear.hand_registry import HANDS, HandPose
from facegen.assets.wear.thing_registry import Grip
from facegen.render.spec.face_spec import Hand

SUNK, START = 0.02, 0.05  # metres under and off the skin between which a hand comes to touch
HELD_START = 0.10  # metres off a thing: a thumb may reach far around it
HAND_ENDS = 0.02  # of `ArmModel.along`: forearms may lie on shoulders
STEP = 0.004  # metres of its way that are tried at a time: less than the thinnest finger
PRESSED = 0.0012  # metres by which flesh may give: hands and faces yield by more
DEEPEST = 0.002  # metres that nothing of a hand may cut into a head
BISECTIONS = 6
FOLDED = 0.006  # metres inside of skin from which it is asked again whether that is a fold of the skin
# Degrees that a hand is turned further about the place that it touches, where a shoulder is in its way: the
# least first.
TURNS = (0.0, -15.0, 15.0, -30.0, 30.0, -45.0, 45.0, -60.0, 60.0)
SHELL = 0.001  # metres: half the thickness of frames and of cloth
EVERY, NEAR = 6, 0.015  # of the vertices first looked at, and metres within which all are looked at later
AROUND = 0.03  # metres around the place, over which the skin's direction is taken: half of a palm
# Degrees by which fingers of a pose that wraps bend more, tried from the most open on.
WRAPS = np.array([-15.0, -8.0, 0.0, 8.0, 16.0, 25.0, 35.0, 45.0])
MOST_WRIST = 75.0  # degrees that a wrist bends
SHOULDER = (0.18, 0.10, -0.20)  # metres from the middle of the eyes of the template, to the left, back and up
HAIR_GAP = 0.003  # metres that pressed hair keeps under a hand
HAIR_REACH = 0.12  # metres in front of a hand within which hair is pressed under it


@dataclass(frozen=True)
class PlacedHand:
    """Arm and hand in the world.

    Attributes
    ----------
    vertices : (N, 3) float, metres
    faces : (F, 4) int, turned outwards
    model : ArmModel, the vertices' tables
    axes : (3, 3) float
        Columns: along the fingers, out of the palm, to the thumb's side.
    pressed : float, metres by which it cuts into the head at most
    """

    vertices: Floats
    faces: Ints
    model: ArmModel
    axes: Floats
    pressed: float


def place_hand(
    worn: Hand,
    head: PosedHead,
    model: HeadModel,
    solids: Sequence[Body],
    phenotype: Mapping[str, float],
) -> PlacedHand:
    """The hand of a spec on its head, turned further where a shoulder is in its way (`TURNS`).

    Parameters
    ----------
    worn : Hand
        Of a kind that stands in `hand_registry.HANDS`.
    head, model : PosedHead and HeadModel
    solids : sequence of Body
        What it lies on: the head's skin, then the shells of hat and glasses where they are worn.
    phenotype : as of `HeadModel.pose`

    Raises
    ------
    FacegenError : no entry of HANDS has the name `worn.kind`.
    """
    pose = HANDS.get_or_fail(worn.kind, "hand.kind")
    side = 1.0 if worn.side == "left" else -1.0
    tried = []
    for turn in TURNS:
        turned = replace(worn, turn=worn.turn + turn)
        tried.append(_held(pose, turned, side, head, model, solids, phenotype))
        if tried[-1].pressed <= DEEPEST:
            return tried[-1]
    return min(tried, key=lambda placed: placed.pressed)


def holding_hand(
    grip: Grip,
    worn: Hand,
    side: float,
    head: PosedHead,
    model: HeadModel,
    solids: Sequence[Body],
    phenotype: Mapping[str, float],
) -> PlacedHand:
    """The hand that holds a thing.

    Parameters
    ----------
    grip : Grip
    worn : Hand
        Its spread counts; its kind, side and turn are the thing's.
    side : 1 on the subject's left, -1 on the right
    head, model, phenotype : as of `place_hand`
    solids : sequence of Body
        The head's skin and the thing as one body, then the shells of what is worn.
    """
    upright = replace(worn, turn=0.0)
    return _at(grip.pose, upright, side, grip.spot, grip.outwards, head, model, solids, phenotype)


def _held(
    pose: HandPose,
    worn: Hand,
    side: float,
    head: PosedHead,
    model: HeadModel,
    solids: Sequence[Body],
    phenotype: Mapping[str, float],
) -> PlacedHand:
    """The hand of one side: 1 the subject's left, -1 the right."""
    spot, outwards = _place(pose, worn, side, head, model)
    return _at(pose, worn, side, spot, outwards, head, model, solids, phenotype)


def _at(
    pose: HandPose,
    worn: Hand,
    side: float,
    spot: Floats,
    outwards: Floats,
    head: PosedHead,
    model: HeadModel,
    solids: Sequence[Body],
    phenotype: Mapping[str, float],
) -> PlacedHand:
    """A hand brought up to a place (3,), metres, from outside of it."""
    hold = _Hold(pose, worn, side, spot, outwards, head, model, phenotype)
    joints = hold.joints
    if pose.wraps:
        joints = joints.bent_more(_wrapped(hold, solids))
    (arm,) = hold.pose([joints])
    vertices, pressed = hold.brought_up(arm, solids)
    faces = hold.arm.faces
    return PlacedHand(vertices, faces if side > 0 else faces[:, ::-1], hold.arm, hold.axes, pressed)


def _place(
    pose: HandPose, worn: Hand, side: float, head: PosedHead, model: HeadModel
) -> tuple[Floats, Floats]:
    """Where a hand touches (3,), metres, and the direction (3,) out of the head there."""
    wanted = np.array([side * (pose.place[0] + worn.shift_s), pose.place[1] + worn.shift_t])
    on_skin = np.zeros(len(model.chart), bool)
    on_skin[model.faces[model.face_part == PART_SKIN]] = True
    distance = np.where(on_skin, np.hypot(*(model.chart - wanted).T), np.inf)
    spot = head.vertices[np.argmin(distance)].astype(float)
    near = on_skin & (np.linalg.norm(head.vertices - spot, axis=1) < AROUND)
    outwards = head.normals[near].astype(float).mean(0)
    return spot, outwards / np.linalg.norm(outwards)


class _Hold:
    """A hand on its way to one place of a head."""

    def __init__(
        self,
        pose: HandPose,
        worn: Hand,
        side: float,
        spot: Floats,
        outwards: Floats,
        head: PosedHead,
        model: HeadModel,
        phenotype: Mapping[str, float],
    ) -> None:
        self.pose_entry, self.side, self.spot, self.outwards = pose, side, spot, outwards
        self.arm, self.phenotype = arm_model(), phenotype
        self.most = START if pose.name in HANDS else HELD_START
        self.joints = HandJoints(np.array(pose.bend, float), pose.oppose, worn.spread)
        mirror = np.array([side, 1.0, 1.0])

        def world(direction: tuple[float, float, float]) -> Floats:
            out: Floats = head.head_rotation @ (np.array(direction) * mirror)
            return out / np.linalg.norm(out)

        turn = Rotation.from_rotvec(np.radians(side * worn.turn) * outwards)
        along, palm = turn.apply(world(pose.fingers)), turn.apply(world(pose.palm))
        if pose.wraps:  # the palm lies on the skin
            along, palm = _square(along, -outwards), -outwards
        else:
            palm = _square(palm, along)
        # (along, palm, thumb) of a left hand: thumb = palm x along, see `arm_model`.
        self.axes = np.stack([along, palm, side * np.cross(palm, along)], 1)
        self.wrist = self._bent_to(world(pose.forearm), self.arm.rest)
        shoulder = np.argmin(np.linalg.norm(model.template - np.array(SHOULDER) * mirror, axis=1))
        self.elbow = self._elbow(head.vertices[shoulder].astype(float))

    def _bent_to(self, forearm: Floats, rest: PosedArm) -> Floats:
        """Rotation of the wrist by which the forearm goes in a direction (3,) of the world."""
        wanted = rest.axes @ (self.axes.T @ forearm)
        is_now = rest.elbow - rest.wrist
        turn = _least_turn(wanted, is_now / np.linalg.norm(is_now)).as_rotvec()
        angle = np.linalg.norm(turn)
        return Rotation.from_rotvec(turn * min(1.0, np.radians(MOST_WRIST) / max(angle, 1e-9))).as_matrix()

    def _elbow(self, shoulder: Floats) -> Floats:
        """Rotation of the elbow by which the upper arm goes to the shoulder (3,), metres."""
        (arm,) = self.arm.pose(self.phenotype, [self.joints], self.wrist)
        to_world = self.axes @ arm.axes.T
        elbow = self.spot + to_world @ (arm.elbow - self._touching(arm))
        rest = self.arm.rest
        is_now = rest.vertices[self.arm.along > 1.8].mean(0) - rest.elbow
        # In the axes of the forearm at rest.
        forearm = to_world @ self.wrist
        wanted = forearm.T @ (shoulder - elbow)
        return _least_turn(wanted / np.linalg.norm(wanted), is_now / np.linalg.norm(is_now)).as_matrix()

    def pose(self, joints: list[HandJoints]) -> list[PosedArm]:
        return self.arm.pose(self.phenotype, joints, self.wrist, self.elbow)

    def _touching(self, arm: PosedArm) -> Floats:
        """The point (3,) of an arm that comes to the place."""
        digit, tip = self.arm.digit, self.arm.tip
        points = arm.vertices
        inwards = (points - arm.palm) @ arm.axes[:, 1]
        if self.pose_entry.touch == "index_tip":
            return points[(digit == 2) & tip].mean(0)
        if self.pose_entry.touch == "palm":
            return arm.palm
        fingers = (digit > 1) & ~tip
        if self.pose_entry.touch == "fingers":
            return points[fingers].mean(0)
        back = fingers & (inwards < np.median(inwards[fingers]))
        return points[back].mean(0)

    def laid(self, arm: PosedArm, gap: float) -> Floats:
        """Vertices (N, 3) in the world, the touching point `gap` metres off the skin."""
        to_world = self.axes @ arm.axes.T
        target = self.spot + gap * self.outwards
        return (arm.vertices - self._touching(arm)) @ to_world.T + target

    def brought_up(self, arm: PosedArm, solids: Sequence[Body]) -> tuple[Floats, float]:
        """Vertices (N, 3) of an arm that touches the head, and how deep it is pressed, metres."""
        start = self.laid(arm, 0.0)
        hand = start[self.arm.along < HAND_ENDS]

        def clear(points: Floats, gap: float) -> float:
            return float(_clearance(solids, points + gap * self.outwards, self.outwards).min())

        gap, few = -SUNK, hand[::EVERY]
        while gap < self.most and clear(few, gap) < -PRESSED:
            gap += STEP
        # Others may lie deeper than the few: from here on, all that is near.
        near = hand[_clearance(solids, hand + gap * self.outwards, self.outwards) < NEAR]
        while gap < self.most and clear(near, gap) < -PRESSED:
            gap += STEP
        low, high = gap - STEP, gap
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            low, high = (low, middle) if clear(near, middle) > -PRESSED else (middle, high)
        return start + high * self.outwards, max(-clear(near, high), 0.0)


def _square(direction: Floats, to: Floats) -> Floats:
    """Unit vector (3,): a direction without what of it lies along the unit vector `to`."""
    out: Floats = direction - to * (direction @ to)
    return out / np.linalg.norm(out)


def _least_turn(start: Floats, end: Floats) -> Rotation:
    """The smallest rotation that takes a unit vector (3,) to another."""
    axis, cosine = np.cross(start, end), float(np.clip(start @ end, -1, 1))
    length = float(np.linalg.norm(axis))
    return Rotation.from_rotvec(axis / max(length, 1e-12) * np.arccos(cosine))


def _clearance(solids: Sequence[Body], points: Floats, outwards: Floats) -> Floats:
    """Metres (N,) from points (N, 3) to the nearest of some solids, negative inside of the first.

    The others are thin shells: what comes within SHELL of them touches. `outwards` (3,) leads off the head.
    """
    head, *worn = (solid.clearance(points)[0] for solid in solids)
    deep = np.flatnonzero(head < -FOLDED)
    free = deep[~solids[0].encloses(points[deep], outwards)] if len(deep) else deep
    head[free] = -head[free]
    return np.min([head, *(np.abs(distance) - SHELL - PRESSED for distance in worn)], axis=0)


def _wrapped(hold: _Hold, solids: Sequence[Body]) -> Floats:
    """Degrees (5,) that each digit bends more until it lies on the head.

    The hand first comes up with its fingers as they are. Each finger then takes the largest bend of WRAPS up
    to which it has not cut into the head.
    """
    levels = [hold.joints.bent_more(np.full(5, more)) for more in WRAPS]
    arms = hold.pose([hold.joints, *levels])
    vertices, _ = hold.brought_up(arms[0], solids)
    to_world = hold.axes @ arms[0].axes.T
    shift = vertices[0] - to_world @ arms[0].vertices[0]
    more = np.zeros(5)
    for digit in range(1, 6):
        mine = hold.arm.digit == digit
        for level, arm in zip(WRAPS, arms[1:], strict=True):
            # The palm stays where it is: fingers bend about it.
            points = (arm.vertices[mine]) @ to_world.T + shift
            if _clearance(solids, points, hold.outwards).min() < -PRESSED:
                break
            more[digit - 1] = level
        else:
            more[digit - 1] = 0.0  # it meets nothing: it stays as it is
    return more


def press_hair(strands: Floats, vertices: Floats, faces: Ints, centre: Floats) -> Floats:
    """Hair that a hand or a thing holds down: what would pass through it or lie over it is pressed under it.

    Parameters
    ----------
    strands : (N, K, 3) float, metres
    vertices, faces : (V, 3) float, metres, and (F, 4) int, of what holds it down
    centre : (3,) float, metres
        The middle of the head, from which under and over are seen.

    Returns
    -------
    (N, K, 3) of the type of `strands`
    """
    flat = strands.reshape(-1, 3)
    near = _near_box(flat, vertices)
    away = flat[near] - centre
    distance = np.linalg.norm(away, axis=1)
    direction = away / np.maximum(distance, 1e-9)[:, None]
    held_down = Body(vertices, triangles(faces))
    hit = held_down.first_hit(np.broadcast_to(centre, direction.shape), direction)
    over = np.isfinite(hit) & (distance > hit - HAIR_GAP) & (distance < hit + HAIR_REACH)
    moved = flat.copy()
    rows = np.flatnonzero(near)[over]
    moved[rows] = (centre + direction[over] * (hit[over] - HAIR_GAP)[:, None]).astype(flat.dtype)
    return moved.reshape(strands.shape)


def _near_box(points: Floats, vertices: Floats) -> Mask:
    """Whether points (N, 3) lie in the box of an arm, HAIR_REACH wider."""
    low, high = vertices.min(0) - HAIR_REACH, vertices.max(0) + HAIR_REACH
    return ((points > low) & (points < high)).all(1)
