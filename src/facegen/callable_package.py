"""Packages that can be called: `facegen.render` and `facegen.audit` are packages and functions of the API.

Python binds a package as an attribute of its parent when it is first imported, which would hide a function of
the same name. So the package itself is made callable.
"""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

TARGET = "__call_target__"  # "module:function" that a call of the package is passed to


class CallablePackage(ModuleType):
    """A package whose call is a call of the function named in its attribute TARGET."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _target(self)(*args, **kwargs)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        """What `help(facegen.render)` shows: the function's parameters, then the package."""
        head = f"{self.__name__}(...)"
        return f"{head}\n\n{described(self)}\n\n{vars(self).get('__doc__') or ''}"

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(_target(self))


def described(package: ModuleType) -> str:
    """Documentation of the function that a callable package passes its calls to."""
    return inspect.getdoc(_target(package)) or ""


def _target(package: ModuleType) -> Any:
    module, _, name = vars(package)[TARGET].partition(":")
    return getattr(import_module(module), name)


def make_callable(package: str, target: str) -> None:
    """Make a package callable.

    Parameters
    ----------
    package : str
        Name of the package, already imported: its own `__name__`.
    target : str
        "module:function", imported at the first call.
    """
    module = sys.modules[package]
    setattr(module, TARGET, target)
    module.__class__ = CallablePackage
