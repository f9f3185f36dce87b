"""Shaders. Imports bpy: used inside worker processes only.

Each function makes (or remakes) one material by name and returns it.
"""

from __future__ import annotations

import bpy

from facegen.render.labels import EAR_SHARE, UV_OFFSET

# Diffuse mean free path of skin by channel, mm: Jensen et al., A Practical Model for Subsurface Light
# Transport, 2001, table 1 (skin1: 3.67, 1.37, 0.68), scaled to the random walk's single-scattering radius.
SKIN_RADIUS_MM = (1.1, 0.42, 0.21)


class Graph:
    """A thin hand on a node tree: add nodes, wire sockets by name."""

    def __init__(self, tree):
        self.tree = tree
        tree.nodes.clear()

    def node(self, kind, inputs=None, **settings):
        node = self.tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(node, name, value)
        for name, value in (inputs or {}).items():
            socket = node.inputs[name]
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, socket)
            else:
                socket.default_value = value
        return node

    def math(self, operation, *values):
        return self.node("ShaderNodeMath", dict(enumerate(values)), operation=operation).outputs[0]

    def surface(self, socket):
        self.node("ShaderNodeOutputMaterial", {"Surface": socket})


def _material(name):
    material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
    material.use_nodes = True
    return material, Graph(material.node_tree)


def _rgba(colour):
    return (*colour, 1.0)


def _picture(graph, image, interpolation="Cubic"):
    uv = graph.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    node = graph.node("ShaderNodeTexImage", {"Vector": uv}, interpolation=interpolation, extension="REPEAT")
    node.image = image
    return node.outputs["Color"]


def skin(colour, roughness, relief):
    """Skin from chart pictures: colour, roughness and relief are image datablocks."""
    material, g = _material("skin")
    height = _picture(g, relief)
    bump = g.node("ShaderNodeBump", {"Height": height, "Strength": 0.9, "Distance": 0.001}).outputs[0]
    base = _picture(g, colour)
    bsdf = g.node(
        "ShaderNodeBsdfPrincipled",
        {
            "Base Color": base,
            "Roughness": _picture(g, roughness),
            "Normal": bump,
            "Subsurface Weight": 1.0,
            "Subsurface Radius": SKIN_RADIUS_MM,
            "Subsurface Scale": 0.001,
            "IOR": 1.4,
            "Specular IOR Level": 0.5,
            "Coat Weight": 0.07,
            "Coat Roughness": 0.3,
            "Sheen Weight": 0.03,
            "Sheen Roughness": 0.5,
        },
        subsurface_method="RANDOM_WALK",
    )
    g.surface(bsdf.outputs[0])
    return material


def wet_tissue(name, colour, roughness=0.25):
    """Mouth, gums and tongue."""
    material, g = _material(name)
    noise = g.node("ShaderNodeTexNoise", {"Scale": 900.0, "Detail": 3.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": noise, "Strength": 0.35, "Distance": 0.0006}).outputs[0]
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": _rgba(colour),
                "Roughness": roughness,
                "Normal": bump,
                "Subsurface Weight": 0.5,
                "Subsurface Radius": (1.5, 0.4, 0.25),
                "Subsurface Scale": 0.001,
                "Coat Weight": 0.3,
                "Coat Roughness": 0.1,
            },
        ).outputs[0]
    )
    return material


def tooth(colour):
    material, g = _material("tooth")
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": _rgba(colour),
                "Roughness": 0.25,
                "Subsurface Weight": 0.5,
                "Subsurface Radius": (1.6, 1.4, 1.1),
                "Subsurface Scale": 0.001,
                "Coat Weight": 0.3,
                "Coat Roughness": 0.12,
            },
        ).outputs[0]
    )
    return material


def sclera(redness):
    """White of the eye: veins, darker and pinker towards the lids, flesh in the inner corner.

    Needs the vertex fields "lid" and "corner" of `assets.eyes.lid_fields`; uv = (angle off gaze, azimuth).
    """
    material, g = _material("sclera")
    uv = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    lid = g.node("ShaderNodeAttribute", attribute_name="lid").outputs["Fac"]
    corner = g.node("ShaderNodeAttribute", attribute_name="corner").outputs["Fac"]
    angle = g.node("ShaderNodeSeparateXYZ", {0: uv}).outputs[0]
    stretched = g.node("ShaderNodeMapping", {"Vector": uv, "Scale": (6.0, 26.0, 1.0)}).outputs[0]
    noise = g.node(
        "ShaderNodeTexNoise", {"Vector": stretched, "Scale": 3.0, "Detail": 6.0, "Distortion": 1.6}
    ).outputs[0]
    # Veins run where the noise crosses its mean: thin, branching lines.
    off = g.math("ABSOLUTE", g.math("MULTIPLY", g.math("SUBTRACT", noise, 0.5), 9.0))
    thin = g.math("POWER", g.math("MAXIMUM", g.math("SUBTRACT", 1.0, off), 0.0), 3.0)
    outer = g.math("MULTIPLY", g.math("MAXIMUM", g.math("SUBTRACT", angle, 0.13), 0.0), 3.2)
    veins = g.math(
        "MULTIPLY", g.math("MULTIPLY_ADD", thin, 0.6, 0.2), g.math("MULTIPLY", outer, 0.6 + 1.6 * redness)
    )
    flesh = g.math("MULTIPLY_ADD", g.math("POWER", lid, 3.0), 0.35, g.math("MULTIPLY", corner, 0.9))
    share = g.math("MINIMUM", g.math("ADD", veins, flesh), 0.92)
    mix = g.node("ShaderNodeMix", {0: share}, data_type="RGBA")
    # ShaderNodeMix lists one A and B a data type; names resolve to the first: wire the colour pair by index.
    mix.inputs[6].default_value, mix.inputs[7].default_value = (0.40, 0.365, 0.34, 1), (0.36, 0.13, 0.11, 1)
    shade = g.math("SUBTRACT", 1.0, g.math("MULTIPLY", g.math("POWER", lid, 1.6), 0.5))
    dark = g.node("ShaderNodeVectorMath", {0: mix.outputs[2], "Scale": shade}, operation="SCALE").outputs[0]
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": dark,
                "Roughness": 0.35,
                "Subsurface Weight": 0.25,
                "Subsurface Radius": (1.0, 0.5, 0.4),
                "Subsurface Scale": 0.001,
                "Coat Weight": 0.35,
                "Coat Roughness": 0.08,
                "Specular IOR Level": 0.3,
            },
        ).outputs[0]
    )
    return material


CORNEA_IOR = 1.376  # Navarro, Santamaria and Bescos, Accommodation-dependent model of the human eye, 1985
CORNEA_MIRROR = 0.4  # of Fresnel: low HDRIs smear the sun over the sky, and a true mirror would hide the iris


def cornea(direction, strength, spread):
    """Clear shell that mirrors the scene and carries the catch-light.

    A lamp's image in the cornea is smaller than a pixel of most pictures; path tracing finds it by luck and
    the denoiser removes it. It is therefore computed: camera rays that the shell would mirror to within
    `spread` degrees of `direction` (3,), a unit vector towards the lamp, see light of `strength`.
    """
    from math import cos, radians

    material, g = _material("cornea")
    fresnel = g.math("MULTIPLY", g.node("ShaderNodeFresnel", {"IOR": CORNEA_IOR}).outputs[0], CORNEA_MIRROR)
    transparent = g.node("ShaderNodeBsdfTransparent", {"Color": (1, 1, 1, 1)}).outputs[0]
    glossy = g.node("ShaderNodeBsdfAnisotropic", {"Color": (1, 1, 1, 1), "Roughness": 0.03}).outputs[0]
    shell = g.node("ShaderNodeMixShader", {0: fresnel, 1: transparent, 2: glossy}).outputs[0]
    geometry = g.node("ShaderNodeNewGeometry")
    ray = g.node("ShaderNodeVectorMath", {0: geometry.outputs["Incoming"], "Scale": -1.0}, operation="SCALE")
    mirrored = g.node(
        "ShaderNodeVectorMath", {0: ray.outputs[0], 1: geometry.outputs["Normal"]}, operation="REFLECT"
    ).outputs[0]
    towards = g.node("ShaderNodeVectorMath", {0: mirrored, 1: tuple(direction)}, operation="DOT_PRODUCT")
    spot = g.node(
        "ShaderNodeMapRange",
        {
            "Value": towards.outputs["Value"],
            "From Min": cos(radians(spread)),
            "From Max": cos(radians(0.7 * spread)),
        },
        interpolation_type="SMOOTHSTEP",
    ).outputs[0]
    seen = g.math("MULTIPLY", spot, g.node("ShaderNodeLightPath").outputs["Is Camera Ray"])
    light = g.node("ShaderNodeEmission", {"Strength": g.math("MULTIPLY", seen, strength)}).outputs[0]
    g.surface(g.node("ShaderNodeAddShader", {0: shell, 1: light}).outputs[0])
    return material


def iris(image):
    material, g = _material("iris")
    colour = _picture(g, image)
    g.surface(g.node("ShaderNodeBsdfDiffuse", {"Color": colour}).outputs[0])
    return material


def black(name="pupil"):
    material, g = _material(name)
    g.surface(g.node("ShaderNodeBsdfDiffuse", {"Color": (0.002, 0.002, 0.002, 1)}).outputs[0])
    return material


def clear(name, roughness=0.02, ior=1.376, tint=0.0, tint_colour=(0.05, 0.05, 0.055)):
    """A clear shell: mirror by Fresnel over straight transmission.

    Refraction is left out on purpose: light then reaches what lies behind by direct sampling, noise-free.
    """
    material, g = _material(name)
    fresnel = g.node("ShaderNodeFresnel", {"IOR": ior}).outputs[0]
    through = tuple(1 - tint * (1 - c) for c in tint_colour)
    transparent = g.node("ShaderNodeBsdfTransparent", {"Color": _rgba(through)}).outputs[0]
    glossy = g.node("ShaderNodeBsdfAnisotropic", {"Color": (1, 1, 1, 1), "Roughness": roughness}).outputs[0]
    g.surface(g.node("ShaderNodeMixShader", {0: fresnel, 1: transparent, 2: glossy}).outputs[0])
    return material


def frame(colour, metal, roughness=0.25):
    material, g = _material("glasses_frame")
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": _rgba(colour),
                "Metallic": metal,
                "Roughness": roughness,
                "Coat Weight": 0.3,
            },
        ).outputs[0]
    )
    return material


def cloth(name, image, roughness):
    """Woven cloth: a weave and creases as bumps, light on its nap."""
    material, g = _material(name)
    colour = _picture(g, image, "Linear")
    place = g.node("ShaderNodeTexCoord").outputs["Object"]
    weave = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 1400.0, "Detail": 2.0}).outputs[0]
    crease = g.node(
        "ShaderNodeTexNoise", {"Vector": place, "Scale": 14.0, "Detail": 2.0, "Distortion": 1.5}
    ).outputs[0]
    fine = g.node("ShaderNodeBump", {"Height": weave, "Strength": 0.5, "Distance": 0.0012}).outputs[0]
    bump = g.node(
        "ShaderNodeBump", {"Height": crease, "Strength": 0.6, "Distance": 0.006, "Normal": fine}
    ).outputs[0]
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": colour,
                "Roughness": roughness,
                "Normal": bump,
                "Sheen Weight": 0.1,
                "Sheen Roughness": 0.4,
                "Specular IOR Level": 0.2,
            },
        ).outputs[0]
    )
    return material


def identity(name, code):
    """Flat emission that carries a code in blue for the label pass; made once."""
    found = bpy.data.materials.get(f"id.{name}")
    if found is not None:
        return found
    material, g = _material(f"id.{name}")
    g.surface(
        g.node("ShaderNodeEmission", {"Color": (0.0, 0.0, float(code), 1.0), "Strength": 1.0}).outputs[0]
    )
    return material


def identity_in_front(name, code):
    """Clear for the label pass, but the first such surface of a ray adds a code in blue; made once."""
    found = bpy.data.materials.get(f"id.front.{name}")
    if found is not None:
        return found
    material, g = _material(f"id.front.{name}")
    passed = g.node("ShaderNodeLightPath").outputs["Transparent Depth"]
    first = g.math("LESS_THAN", passed, 0.5)
    light = g.node("ShaderNodeEmission", {"Color": (0.0, 0.0, float(code), 1.0), "Strength": first})
    clear = g.node("ShaderNodeBsdfTransparent", {"Color": (1.0, 1.0, 1.0, 1.0)})
    g.surface(g.node("ShaderNodeAddShader", {0: light.outputs[0], 1: clear.outputs[0]}).outputs[0])
    return material


def identity_on_chart(name, code):
    """Flat emission of (u + 10, v + 10, code + 0.9 ear): numbers, not colours."""
    material, g = _material(f"id.{name}")
    uv = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    split = g.node("ShaderNodeSeparateXYZ", {0: uv})
    ear = g.node("ShaderNodeAttribute", attribute_name="ear").outputs["Fac"]
    colour = g.node(
        "ShaderNodeCombineXYZ",
        {
            0: g.math("ADD", split.outputs[0], UV_OFFSET),
            1: g.math("ADD", split.outputs[1], UV_OFFSET),
            2: g.math("MULTIPLY_ADD", ear, EAR_SHARE, float(code)),
        },
    ).outputs[0]
    g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])
    return material


def world(name, hdri_path, turn, gain):
    """Light from an HDRI times `gain` (3,); what stands behind the head is laid in by `photo`."""
    from math import radians

    item = bpy.data.worlds.get(name) or bpy.data.worlds.new(name)
    item.use_nodes = True
    # The automatic importance map is far finer than the HDRIs: 1.65 s of processor time a face, 0.1 s at 512.
    item.cycles.sampling_method, item.cycles.sample_map_resolution = "MANUAL", 512
    g = Graph(item.node_tree)
    direction = g.node("ShaderNodeTexCoord").outputs["Generated"]
    turned = g.node("ShaderNodeMapping", {"Vector": direction, "Rotation": (0, 0, radians(turn))}).outputs[0]
    environment = g.node("ShaderNodeTexEnvironment", {"Vector": turned})
    environment.image = bpy.data.images.load(hdri_path, check_existing=True)
    scaled = g.node(
        "ShaderNodeVectorMath", {0: environment.outputs[0], 1: gain}, operation="MULTIPLY"
    ).outputs[0]
    light = g.node("ShaderNodeBackground", {"Color": scaled, "Strength": 1.0}).outputs[0]
    g.node("ShaderNodeOutputWorld", {"Surface": light})
    return item
