"""The default prior of how a face is photographed: pose, light, camera and background.

Ranges and standard deviations without a source are by eye: wider than portraits, within what people
photograph.
"""

from __future__ import annotations

import colorsys

import numpy as np
import numpy.typing as npt

from facegen.assets.environment.backdrop_drawing import hue
from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.assets.environment.hdri_registry import HDRIS
from facegen.assets.environment.light_registry import LIGHTS
from facegen.assets.head.rotations import rotation_of
from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s
from facegen.render.spec.camera_ranges import (
    CONTRAST,
    KELVIN_SHIFT,
    SATURATION,
    STYLE_RATES,
    TINT,
    CameraRange,
)

# Fraction of people who look at the camera while it stands straight ahead of the face (72 of 90 training
# photographs of all poses do, by eye). It falls to half of that at EASY_GAZE degrees off, softly: eyes seldom
# turn further than 20 to 25 degrees before the head follows (Stahl, Amplitude of human head movements
# associated with horizontal saccades, Exp. Brain Res. 126, 1999), and people who pose do so a little more.
AT_CAMERA, EASY_GAZE, EASY_GAZE_OVER = 0.86, 32.0, 4.0
FIXATION = 1.2  # degrees: standard deviation of the gaze of those who do, round the lens (by eye)
# Of the others: how far they turn to the camera, and the standard deviation round it, degrees (by eye).
ELSEWHERE, WANDER = (0.4, 0.9), 6.0
GAZE_YAW, GAZE_PITCH = (-32.0, 32.0), (-22.0, 20.0)  # degrees that eyes turn at most

# Crops that reach beyond their photograph. Of 700 training photographs (CelebAMask-HQ) those whose hair or
# clothes touch an edge lose their detail there, against the same hair or clothes farther in, in .094 (top),
# .157 (right), .075 (bottom) and .125 (left) of cases, in 129 pictures in all; some of it is depth of field.
# Detail is back to half at .06 to .08 of the side (median; 10th percentile .035, 90th .13 to .17).
ENDS, END_CHANCES = 0.17, {"left": 0.65, "right": 0.65, "top": 0.5, "bottom": 0.3}
OUTSIDE, END_FROM, END_MEAN, END_MOST = -0.1, -0.03, 0.06, 0.2
# Marks on the picture: three of 99 training photographs bear lettering (a word, letters of a cover, a column
# of print), counted by eye; signatures and frames were among 54 hard ones of 1,000.
MARK_RATES = {"watermark": 0.012, "caption": 0.012, "column": 0.006, "signature": 0.002, "frame": 0.004}


def draw_pose(d: Draw, yaw: float, pitch: float, roll: float) -> s.Pose:
    """Body and gaze for a head pose.

    Parameters
    ----------
    d : keyed draws of the face
    yaw, pitch, roll : degrees, of the head: to the subject's left, up, and to the left shoulder

    Returns
    -------
    Pose
        The gaze of most people stays at the camera, so it turns against the head.
    """
    to_camera = towards_camera(yaw, pitch, roll)
    off = float(np.hypot(*to_camera))
    at_camera = d.chance("pose.gaze.camera", AT_CAMERA / (1 + np.exp((off - EASY_GAZE) / EASY_GAZE_OVER)))
    towards = 1.0 if at_camera else d.uniform("pose.gaze.share", *ELSEWHERE)
    wander = FIXATION if at_camera else WANDER
    gaze_yaw, gaze_pitch = towards * to_camera
    return s.Pose(
        yaw=float(yaw),
        pitch=float(pitch),
        roll=float(roll),
        turn=d.uniform("pose.turn", 0.2, 0.75),
        # People who pose seldom face the camera with the body, and lean towards it.
        body_yaw=d.normal("pose.body_yaw", 0, 20, -50, 50),
        lean=d.normal("pose.lean", 5, 8, -10, 28),
        gaze_yaw=float(np.clip(gaze_yaw + d.normal("pose.gaze_yaw", 0, wander), *GAZE_YAW)),
        gaze_pitch=float(np.clip(gaze_pitch + d.normal("pose.gaze_pitch", 0, 0.7 * wander), *GAZE_PITCH)),
    )


def towards_camera(yaw: float, pitch: float, roll: float) -> npt.NDArray[np.float64]:
    """Gaze at the camera from a head with this pose.

    Parameters
    ----------
    yaw, pitch, roll : degrees, of the head, as in face_spec.Pose

    Returns
    -------
    (2,) float64, degrees
        gaze_yaw and gaze_pitch of face_spec.Pose.
    """
    ahead = rotation_of(yaw, pitch, roll).T @ np.array([0.0, -1.0, 0.0])
    gaze: npt.NDArray[np.float64] = np.degrees([np.arctan2(ahead[0], -ahead[1]), np.arcsin(ahead[2])])
    return gaze


def draw_light(d: Draw) -> s.Light:
    """Draw one of the set-ups of LIGHTS, varied, under one of the HDRIs."""
    setup = LIGHTS[d.choice("light.kind", {name: one.weight for name, one in LIGHTS.items()})]
    warm = d.chance("light.warm", setup.warm_chance)
    # Even where nobody set a fill, floor, walls and clothes throw some of the key back from below.
    bounced = setup.key * d.uniform("light.bounce", 0.06, 0.38)
    return s.Light(
        hdri=d.choice("light.hdri", {name: one.weight for name, one in HDRIS.items()}),
        turn=d.uniform("light.turn", 0, 360),
        strength=setup.ambient * d.uniform("light.strength", 0.6, 1.15),
        key=setup.key * d.uniform("light.key", 0.6, 1.25),
        key_azimuth=d.uniform("light.key_azimuth", -setup.key_azimuth, setup.key_azimuth),
        key_elevation=d.uniform("light.key_elevation", *setup.key_elevation),
        key_size=d.uniform("light.key_size", *setup.key_size),
        fill=setup.fill * d.uniform("light.fill", 0.3, 1.6) + bounced,
        fill_elevation=d.uniform("light.fill_elevation", *setup.fill_elevation),
        rim=d.uniform("light.rim", 0.1, 0.6) if d.chance("light.rim.on", setup.rim_chance) else 0.0,
        rim_kelvin=d.uniform("light.rim_kelvin", 3200, 9000),
        flash=d.uniform("light.flash", 0.5, 1.0) if setup.flash else 0.0,
        kelvin=d.uniform("light.kelvin", *((2900, 4200) if warm else (4200, 7200))),
    )


def draw_camera(d: Draw) -> s.Camera:
    """Draw a camera.

    Framing: the standard deviations of CelebA-HQ around its own crop rule, 3.2 % in side, 0.3 % in place, 1
    degree. Distances of 0.7 to 3.5 m give lenses of 24 to 135 mm (35 mm equivalent) the same size of the
    head. Colours and tones: `render.spec.camera_ranges`. Exposure and metering give the default
    prior the median lightness of skin of 700 photographs (L* 63 and 64). Sharpening and
    noise: with 0.8 on average and 0.009, 24 faces have a sharpness of 1.78 and noise of .59 (medians;
    photographs 1.76 and .57); with half of both 1.54 and .38.
    """
    left, right, top, bottom = draw_ends(d)
    return s.Camera(
        distance=float(np.exp(d.uniform("camera.distance", np.log(0.7), np.log(3.5)))),
        scale=d.normal("camera.scale", 1.006, 0.032, 0.9, 1.1),
        shift_x=d.normal("camera.shift_x", 0, 0.003),
        shift_y=d.normal("camera.shift_y", -0.005, 0.003),
        tilt=d.normal("camera.tilt", 0.1, 1.0, -4, 4),
        exposure=d.normal("camera.exposure", 0.55, 0.35, -0.8, 1.3),
        metering=d.uniform("camera.metering", 0.75, 1.0),
        white_balance=d.uniform("camera.white_balance", 0.5, 0.95),
        kelvin_shift=_within(d, "camera.kelvin_shift", KELVIN_SHIFT),
        tint=_within(d, "camera.tint", TINT),
        contrast=_within(d, "camera.contrast", CONTRAST),
        saturation=draw_saturation(d),
        style=d.choice("camera.style", {"colour": 1 - sum(STYLE_RATES.values()), **STYLE_RATES}),
        noise=float(np.exp(d.uniform("camera.noise", np.log(0.005), np.log(0.014)))),
        blur_px=max(0.0, d.normal("camera.blur_px", -0.1, 0.25, -0.9, 0.9)),
        sharpen=d.uniform("camera.sharpen", 0.3, 1.2),
        vignette=max(0.0, d.normal("camera.vignette", 0.05, 0.12)),
        jpeg=int(d("camera.jpeg").integers(72, 99)),
        aperture_mm=float(np.exp(d.uniform("camera.aperture", np.log(4), np.log(75)))),
        end_left=left,
        end_right=right,
        end_top=top,
        end_bottom=bottom,
        mark=d.choice("camera.mark", {"none": 1 - sum(MARK_RATES.values()), **MARK_RATES}),
        mark_seed=int(d("camera.mark_seed").integers(2**31)),
    )


def draw_ends(d: Draw) -> list[float]:
    """Where the photograph ends at the left, right, top and bottom of the crop: see `s.Camera.end_left`."""
    ends = [OUTSIDE] * len(END_CHANCES)
    if not d.chance("camera.ends", ENDS):
        return ends
    for number, (side, chance) in enumerate(END_CHANCES.items()):
        depth = float(np.clip(END_FROM + d(f"camera.end.{side}").exponential(END_MEAN), END_FROM, END_MOST))
        if d.chance(f"camera.end.{side}.inside", chance):
            ends[number] = depth
    return ends


def _within(d: Draw, key: str, setting: CameraRange) -> float:
    return d.normal(key, setting.usual, setting.sd, setting.low, setting.high)


def draw_saturation(d: Draw) -> float:
    """Saturation of a camera."""
    low, high = np.log(SATURATION.low), np.log(SATURATION.high)
    return float(np.exp(d.normal("camera.saturation", SATURATION.usual, SATURATION.sd, low, high)))


def draw_background(d: Draw) -> s.Background:
    """Draw a kind of backdrop and two colours for it; dark ones are more frequent."""
    tones, vivid = d("background.tones"), d("background.vivid").random(2)
    value = d("background.value").random(2) ** 1.5

    def tone(i: int) -> tuple[float, float, float]:
        rgb = colorsys.hsv_to_rgb(hue(tones), 0.5 * vivid[i], 1.25 * value[i])
        red, green, blue = (float(np.clip(x, 0.004, 1.2)) for x in rgb)
        return red, green, blue

    return s.Background(
        kind=d.choice("background.kind", {name: one.weight for name, one in BACKDROPS.items()}),
        first=tone(0),
        second=tone(1),
        tint=d.uniform("background.tint", 0, 0.6),
        chroma=d.uniform("background.chroma", 0.4, 1.4),
        blur=d.uniform("background.blur", 0.0, 1.0) ** 2 * 0.05,
        seed=int(d("background.seed").integers(2**31)),
    )
