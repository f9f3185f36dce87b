"""Backdrops, HDRIs and light set-ups: every entry is complete; their order is that of their numbers."""

import numpy as np
import pytest

from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.assets.environment.hdri_registry import HDRIS
from facegen.assets.environment.light_registry import LIGHTS
from facegen.datasets.keyed_random import Draw
from facegen.render.prior.capture_prior import draw_light
from facegen.render.spec.attribute_ranges import rules


@pytest.mark.parametrize("registry", [BACKDROPS, HDRIS, LIGHTS], ids=lambda registry: registry.kind)
def test_orders_are_those_of_the_list_and_something_is_drawn(registry):
    orders = [entry.order for entry in registry.values()]
    assert orders == sorted(set(orders))
    assert all(entry.weight >= 0 for entry in registry.values())
    assert sum(entry.weight for entry in registry.values()) > 0


def test_matching_finds_a_backdrop_for_every_request():
    kinds = BACKDROPS.values()
    assert any(kind.flat for kind in kinds) and any(not (kind.uniform or kind.dark) for kind in kinds)
    assert all(kind.uniform for kind in kinds if kind.flat)


@pytest.mark.parametrize("name", LIGHTS)
def test_a_set_up_lights_within_the_ranges_of_the_spec(name):
    setup = LIGHTS[name]
    for low, high in (setup.key_size, setup.key_elevation, setup.fill_elevation):
        assert low <= high
    assert 0 <= setup.rim_chance <= 1 and 0 <= setup.warm_chance <= 1
    limits = {path.removeprefix("light."): r for path, r in rules().items() if path.startswith("light.")}
    assert limits["key_size"].low <= setup.key_size[0] and setup.key_size[1] <= limits["key_size"].high
    for elevation, field in (
        (setup.key_elevation, "key_elevation"),
        (setup.fill_elevation, "fill_elevation"),
    ):
        assert limits[field].low <= elevation[0] and elevation[1] <= limits[field].high
    assert setup.key_azimuth <= limits["key_azimuth"].high


def test_every_set_up_is_drawn_as_often_as_its_weight_says():
    """Only the flash set-up lights the flash, and only the night set-up is as warm as light bulbs."""
    lights = [draw_light(Draw(0, i)) for i in range(2000)]
    total = sum(setup.weight for setup in LIGHTS.values())
    flash = sum(setup.weight for setup in LIGHTS.values() if setup.flash) / total
    warm = sum(setup.weight * setup.warm_chance for setup in LIGHTS.values()) / total
    for expected, found in (
        (flash, np.mean([light.flash > 0 for light in lights])),
        (warm, np.mean([light.kelvin < 4200 for light in lights])),
    ):
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 2000))
