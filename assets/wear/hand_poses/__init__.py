"""Hands at the head, one a file: each adds itself to `hand_registry.HANDS`.

Angles and places by eye, on meshes and photographs."""
