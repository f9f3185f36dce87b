"""The registries of what is worn: their order is part of what a seed means."""

import subprocess
import sys

import pytest

from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.glasses_registry import GLASSES_FRAMES
from facegen.assets.wear.hand_registry import HANDS
from facegen.assets.wear.hat_registry import HATS
from facegen.assets.wear.jewellery_registry import EARRINGS, NECKLACES
from facegen.assets.wear.thing_registry import THINGS
from facegen.datasets.errors import FacegenError
from facegen.registry import LAST
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import find
from facegen.render.spec.sweeps import with_needs

REGISTRIES = (HATS, GLASSES_FRAMES, GARMENT_CUTS, EARRINGS, NECKLACES, HANDS, THINGS)
# Draws walk through the entries in this order: a change of it changes every face of every seed.
ORDER = {
    "headwear.kind": "none beanie cap fedora cowboy sun_hat bucket flat_cap bandana head_scarf head_wrap "
    "hood fur_hat turban towel scarf_band visor flower_crown helmet headband tiara hair_flower net_veil",
    "glasses.kind": "none rectangular round oval browline aviator wayfarer cat_eye rimless",
    "garment.cut": "crew v_neck scoop tank strapless turtleneck shirt suit blazer open_collar coat hoodie"
    " tuxedo scarf roll_neck jumper camisole halter zipped uniform fur_collar lace_top",
    "jewellery.earrings": "none stud hoop drop",
    "jewellery.necklace": "none chain pendant beads choker",
    "thing.kind": "none microphone lollipop face_mask cup cigarette bouquet fan box cylinder lump sheet",
    "hand.kind": "none cheek cheek_fist chin_fist chin_hold mouth_finger mouth_cover temple brow in_hair "
    "behind_head",
}


@pytest.mark.parametrize("path", ORDER)
def test_entries_keep_their_order(path):
    assert find(path).names == tuple(ORDER[path].split())


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_every_entry_has_an_order_of_its_own_and_a_weight(registry):
    orders = [entry.order for entry in registry.values()]
    assert len(set(orders)) == len(orders) and max(orders) < LAST
    for entry in registry.values():
        if registry is GLASSES_FRAMES:
            assert min(entry.weight_clear, entry.weight_sun) >= 0
        else:
            assert all(entry.weight(gender) >= 0 for gender in (0.0, 0.5, 1.0))


@pytest.mark.parametrize("registry", REGISTRIES, ids=lambda registry: registry.kind)
def test_an_unknown_kind_is_an_error_that_lists_the_known_ones(registry):
    with pytest.raises(FacegenError, match=f"unknown {registry.kind} 'crown'.*{next(iter(registry))}"):
        registry.get_or_fail("crown")


@pytest.mark.parametrize(
    ("path", "setting", "registry"),
    [
        ("headwear.brim", "headwear.kind", HATS),
        ("headwear.curl", "headwear.kind", HATS),
        ("headwear.turned", "headwear.kind", HATS),
        ("headwear.emblem", "headwear.kind", HATS),
        ("jewellery.drop_mm", "jewellery.necklace", NECKLACES),
        ("jewellery.stone", "jewellery.necklace", NECKLACES),
        ("jewellery.stone", "jewellery.earrings", EARRINGS),
        ("garment.depth", "garment.cut", GARMENT_CUTS),
    ],
)
def test_a_sweep_puts_on_what_shows_the_attribute_and_leaves_what_shows_it(path, setting, registry):
    field = path.rpartition(".")[2]
    for worn in find(setting).names:
        spec = with_needs(s.replace(s.FaceSpec(), setting, worn), path)
        kept = worn != "none" and field in registry[worn].shows
        shown = s.attribute(spec, setting)
        assert (shown == worn) is kept and field in registry[shown].shows


def test_the_registries_import_nothing_that_builds():
    """A command that only lists the choices loads no head, no mesh tools and no ray caster."""
    modules = ("hat", "glasses", "garment", "jewellery", "hand", "thing")
    code = (
        "import sys;"
        + ";".join(f"import facegen.assets.wear.{m}_registry" for m in modules)
        + ";print([m for m in sys.modules if m.startswith(('scipy', 'open3d', 'facegen.assets.head'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
