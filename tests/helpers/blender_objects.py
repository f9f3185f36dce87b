"""Which parts of faces Blender holds otherwise than they were assembled. Imports bpy: run in its own process.

    python blender_objects.py SPECS.json

SPECS.json holds a list of specs. Prints a line `WRONG ...` for each difference, and `COMPARED n` at the end.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

from facegen.render.blender.scene import Studio
from facegen.render.geometry.part import MeshGeometry
from facegen.render.labels.label_pass import EYEWEAR, EYEWEAR_STEP, STRANDS, Surface, own
from facegen.render.spec.face_spec import FaceSpec


def read(collection, name, width, dtype=np.float32):
    values = np.empty(len(collection) * width, dtype)
    collection.foreach_get(name, values)
    return values.reshape(-1, width) if width > 1 else values


def shape_of(item):
    """Arrays of an object's data by name."""
    data = item.data
    if item.type == "CURVES":
        count = len(data.curve_offset_data) - 1
        points = read(data.position_data, "vector", 3).reshape(count, -1, 3)
        return {"points": points, "radii": read(data.points, "radius", 1).reshape(points.shape[:2])}
    sides = read(data.polygons, "loop_total", 1, np.int32)
    assert np.ptp(sides) == 0
    faces = read(data.loops, "vertex_index", 1, np.int32).reshape(-1, sides[0])
    out = {"vertices": read(data.vertices, "co", 3), "faces": faces}
    if data.uv_layers:
        out["uv"] = read(data.uv_layers["chart"].data, "uv", 2).reshape(*faces.shape, 2)
    out["slot"] = read(data.polygons, "material_index", 1, np.int32)
    return out


def code_of(material):
    """What a material of the label scene emits: its code, and whether the ray passes on behind it."""
    emission = next(node for node in material.node_tree.nodes if node.type == "EMISSION")
    colour = emission.inputs["Color"]
    if colour.is_linked:
        return int(material.get("code", Surface.SKIN)), False
    blue = int(colour.default_value[2])
    return (own(EYEWEAR[blue // EYEWEAR_STEP]), True) if blue >= EYEWEAR_STEP else (blue, False)


def expected_of(part):
    """The same arrays from the part."""
    shape = part.geometry
    if not isinstance(shape, MeshGeometry):
        return {"points": shape.points, "radii": shape.radii}
    out = {"vertices": shape.vertices, "faces": shape.faces}
    if shape.uv is not None:
        out["uv"] = shape.uv if shape.uv.ndim == 3 else shape.uv[shape.faces]
    out["slot"] = np.zeros(len(shape.faces)) if shape.slot is None else shape.slot
    return out


def differences(part, scenes):
    """What Blender holds otherwise than the part says."""
    beauty, labels = (scene.collection.objects.get(f"{scene.name}.{part.name}") for scene in scenes)
    if beauty is None or (labels is None) != (not part.labels):
        return ["missing, or there without a label"]
    wrong = []
    expected, held = expected_of(part), shape_of(beauty)
    if expected.keys() != held.keys():
        wrong.append(f"holds {sorted(held)}")
    for name in expected.keys() & held.keys():
        if not np.array_equal(np.asarray(expected[name]).astype(held[name].dtype), held[name]):
            wrong.append(name)
    for name, values in part.fields.items():
        if not np.array_equal(read(beauty.data.attributes[name].data, "value", 1), values.astype(np.float32)):
            wrong.append(f"field {name}")
    if beauty.visible_shadow != part.casts_shadow:
        wrong.append("shadow")
    levels = part.geometry.subdivision if isinstance(part.geometry, MeshGeometry) else 0
    for item in filter(None, (beauty, labels)):
        if item.data != beauty.data or sum(m.render_levels for m in item.modifiers) != levels:
            wrong.append(f"{item.name}: data or subdivision")
    if labels is not None:
        codes = [code_of(slot.material) for slot in labels.material_slots]
        want = [(Surface.SKIN if x is None else own(x), part.see_through) for x in part.labels]
        if codes[: len(want)] != want or len(set(codes[len(want) - 1 :])) > 1:
            wrong.append(f"codes {codes}")
        if any(x in STRANDS for x in part.labels) != any("code" in s.material for s in labels.material_slots):
            wrong.append("strands do not say how they shine")
    return wrong


def main():
    studio, compared = Studio(64, "fast"), 0
    for values in json.loads(Path(sys.argv[1]).read_text()):
        built = studio.build(FaceSpec.from_dict(values))
        scenes = (studio.beauty, studio.labels)
        names = {f"beauty.{part.name}" for part in built.parts}
        held = {item.name for item in studio.beauty.collection.objects if item.type in ("MESH", "CURVES")}
        if held != names:
            print("WRONG objects", sorted(held ^ names))
        for part in built.parts:
            compared += 1
            for what in differences(part, scenes):
                print("WRONG", part.name, what)
    print("COMPARED", compared, flush=True)
    os._exit(0)  # Blender's own shutdown can hang


if __name__ == "__main__":
    main()
