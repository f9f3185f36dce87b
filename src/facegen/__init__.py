"""facegen: labelled synthetic faces, and an audit of how they differ from real ones."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("facegen")
except PackageNotFoundError:  # a checkout on the path that was never installed
    __version__ = "0+unknown"
