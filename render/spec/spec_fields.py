"""Rules of the fields of FaceSpec: range or choices, what shows the attribute, what makes it void.

`number`, `choice`, `colour`, `seed` and `family` make a dataclass field with a `Rule` in its metadata; `part`
makes the field of a nested dataclass. `attribute_ranges` reads the rules.

The names of a choice are a tuple, or "module:attribute" of a tuple or a registry. That module is imported
when the choice is first read, because the spec lies below the assets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

RULE = "rule"  # key of a field's metadata
NEEDS = "needs"  # of a field made by `part`
NOTHING = ("none", "bald", "plain")  # choices that show nothing of what goes with them
SEEDS = (0, 2**31 - 1)  # lowest and highest seed: NumPy's bound of an int32


@dataclass(frozen=True)
class Need:
    """What must be there for an attribute to show.

    Attributes
    ----------
    setting : str
        The dotted path of another attribute.
    value : object
        Put on where what is there does not show the attribute.
    enough : tuple
        Values of `setting` that show the attribute. Empty: `setting` is always set to `value`.
    worn : bool
        Any value shows the attribute but those of NOTHING.
    flag : str
        Values show the attribute whose entry in the registry of `setting` has this field true.
    shows : bool
        Values show the attribute whose entry in the registry of `setting` names it in its field `shows`.
    """

    setting: str
    value: object
    enough: tuple[object, ...] = ()
    worn: bool = False
    flag: str = ""
    shows: bool = False


@dataclass(frozen=True)
class Rule:
    """What a field may be.

    Attributes
    ----------
    kind : str
        "number", "choice", "colour" or "family" (a dictionary of numbers).
    low, high : float
        Least and greatest value of a number, of a colour's channels, of a family's numbers.
    unit : str
        In words; empty for a plain number.
    names : tuple of str, or str
        Of a choice or a family: its values, or "module:attribute" of a tuple or a registry of them.
    none : bool
        A choice may also be "none", listed first.
    needs : tuple of Need
    void_when : tuple (path, value), or None
        The attribute means nothing while that choice has that value.
    developed_for : str
        Path of the development target for which developing would change this setting.
    is_seed : bool
        A number without an order.
    """

    kind: str
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    names: tuple[str, ...] | str = ()
    none: bool = False
    needs: tuple[Need, ...] = ()
    void_when: tuple[str, str] | None = None
    developed_for: str = ""
    is_seed: bool = False

    def choices(self) -> tuple[str, ...]:
        """The names of a choice or a family. Imports the module that holds them, where they are elsewhere."""
        names = self.entries() if isinstance(self.names, str) else self.names
        return (*(("none",) if self.none else ()), *names)

    def entries(self) -> Any:
        """The registry or tuple that `names` refers to."""
        module, _, attribute = str(self.names).partition(":")
        return getattr(import_module(module), attribute)


def set_to(setting: str, value: object) -> Need:
    """`setting` is always set to `value`."""
    return Need(setting, value)


def worn(setting: str, value: str) -> Need:
    """`setting` is anything but nothing; else `value`."""
    return Need(setting, value, worn=True)


def one_of(setting: str, value: str, *others: str) -> Need:
    """`setting` is `value` or one of `others`; else it becomes `value`."""
    return Need(setting, value, (value, *others))


def showing(setting: str, value: str) -> Need:
    """`setting` is an entry that names the attribute in its field `shows`; else it becomes `value`."""
    return Need(setting, value, shows=True)


def flagged(setting: str, value: str, flag: str) -> Need:
    """`setting` is an entry whose field `flag` is true; else it becomes `value`."""
    return Need(setting, value, flag=flag)


def number(
    default: float,
    low: float,
    high: float,
    unit: str = "",
    *,
    needs: tuple[Need, ...] = (),
    void_when: tuple[str, str] | None = None,
    developed_for: str = "",
) -> Any:
    """A field that holds a number in [low, high].

    The range is what the renderer was made for, wider than what the default prior draws.
    """
    rule = Rule("number", low, high, unit, needs=needs, void_when=void_when, developed_for=developed_for)
    return field(default=default, metadata={RULE: rule})


def seed(*, needs: tuple[Need, ...] = ()) -> Any:
    """A field that holds a seed: a number without an order, which `--vary all` leaves out."""
    return field(default=0, metadata={RULE: Rule("number", *SEEDS, needs=needs, is_seed=True)})


def choice(
    default: str,
    names: tuple[str, ...] | str,
    *,
    none: bool = False,
    needs: tuple[Need, ...] = (),
    void_when: tuple[str, str] | None = None,
) -> Any:
    """A field that holds one of `names`, a tuple or "module:attribute" of a tuple or a registry.

    none : the field may also be "none", which is no entry of the registry.
    """
    rule = Rule("choice", names=names, none=none, needs=needs, void_when=void_when)
    return field(default=default, metadata={RULE: rule})


def colour(
    default: tuple[float, float, float] | None,
    low: float = 0.0,
    high: float = 1.0,
    *,
    needs: tuple[Need, ...] = (),
    void_when: tuple[str, str] | None = None,
) -> Any:
    """A field that holds a colour: linear RGB, each channel in [low, high]."""
    rule = Rule("colour", low, high, needs=needs, void_when=void_when)
    return field(default=default, metadata={RULE: rule})


def family(names: str, low: float, high: float) -> Any:
    """A field that holds a dictionary of numbers in [low, high] by name; names that are absent are 0."""
    return field(default_factory=dict, metadata={RULE: Rule("family", low, high, names=names)})


def part(kind: type, *, needs: tuple[Need, ...] = (), void_when: tuple[str, str] | None = None) -> Any:
    """A field that holds a nested dataclass.

    needs, void_when : of each of its attributes, after the attribute's own
    """
    return field(default_factory=kind, metadata={NEEDS: (needs, void_when)})


def rule_of(
    metadata: Mapping[str, Any], above: tuple[tuple[Need, ...], tuple[str, str] | None]
) -> Rule | None:
    """The rule of a field with what its part adds, or None: nobody sets this field."""
    rule = metadata.get(RULE)
    if rule is None:
        return None
    needs, void_when = above
    return replace(rule, needs=(*rule.needs, *needs), void_when=rule.void_when or void_when)
