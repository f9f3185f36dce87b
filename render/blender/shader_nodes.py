"""What all shaders are built from. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import bpy

Socket: TypeAlias = bpy.types.NodeSocket


class Graph:
    """Adds nodes to a node tree and links their sockets by name. Empties the tree first."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree
        tree.nodes.clear()

    def node(self, kind: str, inputs: Mapping[Any, Any] | None = None, **settings: Any) -> bpy.types.Node:
        """A node.

        Parameters
        ----------
        kind : str, Blender's type of the node
        inputs : mapping of an input's name or place to its value, or to a socket that is linked to it
        settings : properties of the node
        """
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

    def math(self, operation: str, *values: Socket | float) -> Socket:
        """The result of a math node: each value is a socket or a number."""
        return self.node("ShaderNodeMath", dict(enumerate(values)), operation=operation).outputs[0]

    def surface(self, socket: Socket) -> None:
        """Make a shader the surface of the material."""
        self.node("ShaderNodeOutputMaterial", {"Surface": socket})


def new_material(name: str) -> tuple[bpy.types.Material, Graph]:
    """A material of this name, made or emptied, and its Graph."""
    material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
    material.use_nodes = True
    return material, Graph(material.node_tree)


def rgba(colour: Sequence[float]) -> tuple[float, ...]:
    """An opaque colour (r, g, b, 1), as sockets take it."""
    return (*colour, 1.0)


def picture(graph: Graph, image: bpy.types.Image, interpolation: str = "Cubic") -> Socket:
    """Colour socket of an image datablock laid on the chart."""
    uv = graph.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    node = graph.node("ShaderNodeTexImage", {"Vector": uv}, interpolation=interpolation, extension="REPEAT")
    node.image = image
    return node.outputs["Color"]
