"""What a meta file says of a face that stands before its camera, made without Blender."""

from facegen.assets.head.head_model import head_model
from facegen.render.geometry.camera_framing import solve_view
from facegen.render.geometry.pose import pose_head
from facegen.render.spec.face_spec import FaceSpec, replace


def frontal(**pose):
    """The default face, looking straight at the camera but for some fields of its pose, degrees."""
    spec = FaceSpec()
    still = dict.fromkeys(("yaw", "pitch", "roll", "gaze_yaw", "gaze_pitch", "body_yaw", "lean", "turn"), 0.0)
    for name, value in (still | pose).items():
        spec = replace(spec, f"pose.{name}", value)
    return spec


def meta_of(spec, size=64):
    """The parts of meta.json that a head is built again from."""
    view = solve_view(pose_head(head_model(), spec).landmarks, spec.camera)
    return {
        "spec": spec.to_dict(),
        "size": size,
        "intrinsics": view.intrinsics(size).tolist(),
        "extrinsics": view.extrinsics().tolist(),
    }
