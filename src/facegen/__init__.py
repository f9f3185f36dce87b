"""facegen: labelled synthetic faces, and an audit of how they differ from real ones.

Names are imported when they are first used: `import facegen` loads neither torch nor Blender.
"""

from importlib import import_module as _import_module
from importlib.metadata import PackageNotFoundError as _PackageNotFoundError
from importlib.metadata import version as _version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facegen.api.auditing import Audit as Audit
    from facegen.api.auditing import audit as audit
    from facegen.api.dataset import Dataset as Dataset
    from facegen.api.dataset import Sample as Sample
    from facegen.api.dataset import open as open
    from facegen.api.evaluating import Results as Results
    from facegen.api.evaluating import train_eval as train_eval
    from facegen.api.exporting import export as export
    from facegen.api.linting import LintReport as LintReport
    from facegen.api.linting import lint as lint
    from facegen.api.merging import merge as merge
    from facegen.api.profile_fitting import Profile as Profile
    from facegen.api.profile_fitting import fit_profile as fit_profile
    from facegen.api.profile_fitting import load_profile as load_profile
    from facegen.api.rendering import draw_spec as draw_spec
    from facegen.api.rendering import render as render
    from facegen.api.rendering import render_face as render_face
    from facegen.datasets.errors import FacegenError as FacegenError
    from facegen.datasets.io.progress import ProgressEvent as ProgressEvent
    from facegen.render.spec.face_spec import FaceSpec as FaceSpec

try:
    __version__ = _version("facegen")
except _PackageNotFoundError:  # a checkout on the path that was never installed
    __version__ = "0+unknown"

# Name -> module that holds it. `render` and `audit` are packages that can be called: see callable_package.
_HOMES = {
    "Audit": "facegen.api.auditing",
    "Dataset": "facegen.api.dataset",
    "FaceSpec": "facegen.render.spec.face_spec",
    "FacegenError": "facegen.datasets.errors",
    "LintReport": "facegen.api.linting",
    "Profile": "facegen.api.profile_fitting",
    "ProgressEvent": "facegen.datasets.io.progress",
    "Results": "facegen.api.evaluating",
    "Sample": "facegen.api.dataset",
    "audit": "",
    "draw_spec": "facegen.api.rendering",
    "export": "facegen.api.exporting",
    "fit_profile": "facegen.api.profile_fitting",
    "lint": "facegen.api.linting",
    "load_profile": "facegen.api.profile_fitting",
    "merge": "facegen.api.merging",
    "open": "facegen.api.dataset",
    "render": "",
    "render_face": "facegen.api.rendering",
    "train_eval": "facegen.api.evaluating",
}
__all__ = [
    "Audit",
    "Dataset",
    "FaceSpec",
    "FacegenError",
    "LintReport",
    "Profile",
    "ProgressEvent",
    "Results",
    "Sample",
    "__version__",
    "audit",
    "draw_spec",
    "export",
    "fit_profile",
    "lint",
    "load_profile",
    "merge",
    "open",
    "render",
    "render_face",
    "train_eval",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'facegen' has no attribute {name!r}")
    home = _HOMES[name]
    value = getattr(_import_module(home), name) if home else _import_module(f"facegen.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
