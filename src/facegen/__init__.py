"""facegen: labelled synthetic faces, and an audit of how they differ from real ones."""

from importlib.metadata import version

__version__ = version("facegen")
