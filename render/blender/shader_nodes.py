"""What all shaders are built from. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import bpy


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


def new_material(name):
    """A material of this name, made or emptied, and its Graph."""
    material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
    material.use_nodes = True
    return material, Graph(material.node_tree)


def rgba(colour):
    """An opaque colour, as sockets want it."""
    return (*colour, 1.0)


def picture(graph, image, interpolation="Cubic"):
    """Colour socket of an image datablock laid on the chart."""
    uv = graph.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    node = graph.node("ShaderNodeTexImage", {"Vector": uv}, interpolation=interpolation, extension="REPEAT")
    node.image = image
    return node.outputs["Color"]
