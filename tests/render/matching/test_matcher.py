"""Assignment, refinement and the distribution of matched sets. Previews are replaced by a simple function."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from facegen.audit.measures.measure_table import CONTENT_NAMES
from facegen.audit.profiles.profile_files import load_profile
from facegen.render.matching import distribution_report, knobs, matcher, redraw, refinement
from facegen.render.matching.assignment import Space, assign, assignment_cost, out_of_reach
from facegen.render.matching.condition import condition
from facegen.render.matching.face_price import Prices
from facegen.render.matching.followers import Followers
from facegen.render.matching.knob_effects import Effects
from facegen.render.matching.knobs import IS_FREE, IS_SHAPE, KNOBS, knob_values, turn_knobs
from facegen.render.matching.refinement import Pull
from facegen.render.prior import default_prior
from facegen.render.prior.capture_prior import GAZE_PITCH, GAZE_YAW, towards_camera
from facegen.render.spec.overrides import parse

PLACE = {name: i for i, name in enumerate(CONTENT_NAMES)}


def toy_measure(specs, pool=None, on_progress=None):
    """Content measures as simple functions of the spec: what a preview would say, in microseconds."""
    specs = list(specs)
    rows = np.full((len(specs), len(CONTENT_NAMES)), np.nan)
    for row, spec in zip(rows, specs, strict=True):
        factors = spec.identity.shape_factors
        row[PLACE["face_axes"]] = 1
        row[PLACE["yaw_nose"]] = spec.pose.yaw / 80
        row[PLACE["face_scale"]] = 1 / spec.camera.scale
        row[PLACE["brow_height"]] = 0.24 + spec.brows.height / 60
        row[PLACE["mouth_width"]] = 0.187 + 0.03 * factors.get("f01", 0.0) + 0.01 * factors.get("f02", 0.0)
        row[PLACE["glasses"]] = spec.glasses.kind != "none"
        row[PLACE["hair"]] = spec.hair.style != "bald"
        row[PLACE["earring"]] = 0
    return rows


@pytest.fixture(scope="module", autouse=True)
def toy_previews():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matcher, "measure_specs", toy_measure)
        yield


@pytest.fixture(scope="module")
def profile():
    return load_profile("celebamaskhq")


@pytest.fixture(scope="module")
def block(profile, toy_previews):
    """The first block of seed 0, matched with one thread of linear algebra."""
    with threadpool_limits(1):
        return matcher.match_block(profile, 0, 0, 32)


def test_blocks_cover_every_index_once():
    spans, index = [], 0
    while index < 3000:
        start, stop = matcher.block_of(index)
        assert start == index and matcher.block_of(stop - 1) == (start, stop)
        spans.append(stop - start)
        index = stop
    assert spans[:6] == [32, 32, 64, 128, 256, 256] and max(spans) == 256


def test_no_face_is_used_twice_and_each_stage_is_nearer_to_the_rows(block):
    assert block.report["faces"] == block.report["rows"] == 32
    assert len({str(spec.identity) for spec in block.specs}) == 32
    stages = block.report["stages"]
    assert stages["assigned"]["distance"] < stages["proposed"]["distance"]
    assert stages["refined"]["distance"] < stages["assigned"]["distance"]


def test_refined_attributes_follow_their_rows(block):
    for name in ("brow_height", "mouth_width", "face_scale"):
        j = block.names.index(name)
        target, expected = block.targets[:, j], block.predicted[:, j]
        both = ~np.isnan(target)
        assert matcher.w1(target, expected) < 0.35 * np.nanstd(target)
        assert np.corrcoef(target[both], expected[both])[0, 1] > 0.6


def test_threads_of_linear_algebra_change_no_face(block, profile):
    """A machine with more processors, or a busy one, must not give other faces for the same seed."""
    with threadpool_limits(2):
        other = matcher.match_block(profile, 0, 0, 32)
    np.testing.assert_array_equal(block.targets, other.targets)
    assert block.specs == other.specs


def test_gender_and_glasses_follow_the_rows(block, profile):
    rows = profile.sample(32, 0)
    men = np.array([spec.identity.gender > 0.5 for spec in block.specs])
    assert (men == rows["male"]).mean() > 0.9
    worn = np.array([spec.glasses.kind != "none" for spec in block.specs])
    assert (worn == rows["glasses"]).mean() > 0.9


def test_values_that_no_proposal_shows_are_named(block):
    reach = block.report["out_of_reach"]
    assert reach["earring"] > 0.1 and "glasses" not in reach


def test_a_spec_does_not_depend_on_which_others_are_drawn(block, profile):
    drawn = list(matcher.draw_specs(profile, 0, [3, 7], 300))
    assert drawn == [block.specs[3], block.specs[7]]
    assert [spec.index for spec in block.specs] == list(range(32))


def test_each_face_says_which_draw_of_the_prior_it_was(block, profile):
    """Replaying the origin gives what matching keeps of a proposal: its person, hair style and hat."""
    target = matcher.targets_of(profile, 0, 0, 32)
    assert len(block.origins) == 32
    for spec, origin in zip(block.specs, block.origins, strict=True):
        again = condition(default_prior.draw_base(*origin), target.rows[origin.prior_index])
        assert again.identity.age == spec.identity.age and again.hair.style == spec.hair.style
        assert again.headwear.kind == spec.headwear.kind


def test_stages_are_the_block(block, profile):
    """Rows, proposals and the faces of other rows, each stage alone, give what the whole does."""
    target = matcher.targets_of(profile, 0, 0, 32)
    np.testing.assert_array_equal(target.values, block.targets)
    assert target.names == block.names and len(target.rows) == 32
    override = [parse("pose.yaw=12")]
    proposals = [spec for spec, _ in zip(matcher.propose(target, override), range(3), strict=False)]
    assert [spec.index for spec in proposals] == [0, 1, 2] and proposals[0].seed != 0
    taken = matcher.take_rows(target, range(32), (proposals * 11)[:32], override)
    assert [(spec.seed, spec.index) for spec in taken] == [(0, i) for i in range(32)]
    assert all(spec.pose.yaw == 12 for spec in [*proposals, *taken])
    assert taken[4].identity == proposals[1].identity


def test_overrides_come_last(profile):
    specs = list(
        matcher.draw_specs(profile, 0, range(5), 5, [parse("hair.style=afro"), parse("pose.yaw=12")])
    )
    assert all(spec.hair.style == "afro" and spec.pose.yaw == 12 for spec in specs)


def test_assignment_undoes_a_shuffle():
    rng = np.random.Generator(np.random.Philox(key=3))
    targets = rng.normal(size=(60, 5))
    order = rng.permutation(60)
    space = Space.of(targets, np.zeros(5, bool))
    proposals = targets[order] + rng.normal(0, 0.01, (60, 5))
    chosen = assign(assignment_cost(space, targets, proposals, np.zeros((60, 60))))
    np.testing.assert_array_equal(order[chosen], np.arange(60))


def test_a_face_that_cannot_be_measured_is_assigned_to_few_rows():
    """Shut eyes have no opening: a face with one missing value must not be near to every target."""
    rng = np.random.Generator(np.random.Philox(key=5))
    targets = rng.normal(size=(40, 4))
    proposals = np.concatenate([rng.normal(size=(80, 4)), rng.normal(size=(80, 4))])
    proposals[80:, 0] = np.nan
    space, nothing = Space.of(targets, np.zeros(4, bool)), np.zeros((40, 160))
    chosen = assign(assignment_cost(space, targets, proposals, nothing))
    assert (chosen >= 80).sum() <= 2
    targets[:8, 0] = np.nan
    space = Space.of(targets, np.zeros(4, bool))
    chosen = assign(assignment_cost(space, targets, proposals, nothing))
    assert (chosen[:8] >= 80).mean() > 0.8


def test_whitened_targets_are_decorrelated():
    rng = np.random.Generator(np.random.Philox(key=4))
    cause = rng.normal(size=(4000, 1))
    rows = cause + 0.3 * rng.normal(size=(4000, 6))
    white = Space.of(rows, np.zeros(6, bool)).whiten(rows)
    before = np.abs(np.corrcoef(rows.T) - np.eye(6)).max()
    covariance = np.cov(white.T)
    spread = np.linalg.eigvalsh(covariance)
    assert before > 0.85 and spread.max() / spread.min() < 12  # shrunk, so not wholly round
    assert np.linalg.cond(np.cov(rows.T)) > 60


def test_out_of_reach_counts_only_what_proposals_miss():
    targets = np.column_stack([np.linspace(0, 1, 1000), np.repeat([0.0, 1.0], [900, 100])])
    proposals = np.column_stack([np.linspace(0, 0.8, 1000), np.zeros(1000)])
    found = out_of_reach(("size", "hat"), np.array([False, True]), targets, proposals)
    assert found["hat"] == pytest.approx(0.1)
    assert found["size"] == pytest.approx(0.2, abs=0.02)
    assert out_of_reach(("size", "hat"), np.array([False, True]), targets, targets) == {}


def pull_of(space, specs, shown):
    return Pull(space, Effects.learn(space, specs, shown), Prices.learn(specs), Followers.learn(specs))


@pytest.fixture(scope="module")
def drawn():
    """Faces of the prior, what they show of two attributes, and the space of the latter."""
    specs = [default_prior.draw_spec(0, i) for i in range(300)]
    shown = toy_measure(specs)[:, [PLACE["brow_height"], PLACE["mouth_width"]]]
    return specs, shown, Space.of(shown, np.zeros(2, bool))


def test_effects_are_learned_from_faces_of_the_prior(drawn):
    specs, shown, space = drawn
    slopes = Effects.learn(space, specs, shown).of(specs[0])
    knob = knobs.PLACE["brow_height"]
    spread = KNOBS[knob].unit / 60 / space.scale[0]
    assert slopes[0, knob] == pytest.approx(spread, rel=0.05)
    assert slopes[1, knobs.PLACE["f01"]] == pytest.approx(0.03 / space.scale[1], rel=0.05)
    assert abs(slopes[1, knob]) < 0.05


def test_steps_update_the_slopes():
    """From slopes of 0: what steps did to their own faces gives the true slopes."""
    specs = [default_prior.draw_spec(0, i) for i in range(80)]
    columns = [PLACE["brow_height"], PLACE["mouth_width"]]
    before = toy_measure(specs)[:, columns]
    space = Space.of(before, np.zeros(2, bool))
    moves = np.random.Generator(np.random.Philox(key=8)).normal(0, 1, (80, len(KNOBS)))
    moves *= [k.name in ("brow_height", "f01") for k in KNOBS]
    turned = [turn_knobs(spec, move) for spec, move in zip(specs, moves, strict=True)]
    after = toy_measure(turned)[:, columns]
    effects = Effects(np.zeros((2, 2, len(KNOBS)))).updated(space, specs, turned, before, after)
    knob = knobs.PLACE["brow_height"]
    wanted = KNOBS[knob].unit / 60 / space.scale[0]
    for half in effects.slopes:
        assert half[0, knob] == pytest.approx(wanted, rel=0.3)
        assert abs(half[1, knob]) < 0.1


def test_knobs_stop_at_their_ends():
    spec = default_prior.draw_spec(0, 1)
    far = turn_knobs(spec, np.array([1e6] * len(KNOBS)))
    for knob, applies in zip(KNOBS, knobs.applies(spec), strict=True):
        for path in knob.paths if applies else ():
            # A face drawn beyond an end may stay there; so may one of its sides.
            end = max(knob.high, knobs.number_at(spec, path))
            assert knobs.number_at(far, path) == pytest.approx(end, abs=1e-5), path
    assert turn_knobs(spec, np.zeros(len(KNOBS))) == spec


def test_shape_factors_cost_their_squares_and_the_prior_nothing_in_the_mean(drawn):
    specs, _, _ = drawn
    prices = Prices.learn(specs)
    spec = specs[3]
    row = knob_values(spec)
    priced = ~np.isnan(row) & ~IS_FREE
    other = row.copy()
    other[knobs.PLACE["f01"]] += 2.0
    at = row[knobs.PLACE["f01"]]
    paid = prices.of_values(np.stack([row, other]))
    assert paid[1] - paid[0] == pytest.approx((at + 2) ** 2 - at**2, abs=1e-9)
    mean = np.where(priced, prices.mean, np.nan)
    assert prices.of_values(mean[None])[0] == pytest.approx(-priced.sum())
    assert np.mean(prices.of(specs)) == pytest.approx(0, abs=3.0)  # correlations are shrunk
    assert np.mean(prices.of(specs) > prices.limit) == pytest.approx(0.01, abs=0.004)


def test_what_does_not_go_together_in_the_prior_costs_more_than_what_does(drawn):
    """Of the two knobs that go together most: both one way, or one against the other."""
    prices = Prices.learn(drawn[0])
    sd = np.sqrt(np.diag(prices.covariance))
    together = np.triu(prices.covariance / np.outer(sd, sd), 1)
    pair = np.array(np.unravel_index(np.abs(together).argmax(), together.shape))
    sign = np.sign(together[tuple(pair)])
    rows = np.tile(prices.mean, (2, 1))
    rows[0, pair] += sd[pair] * [1, sign]
    rows[1, pair] += sd[pair] * [1, -sign]
    likely, unlikely = prices.of_values(rows)
    assert np.abs(together).max() > 0.3 and unlikely > likely + 1


def test_what_decides_nothing_stays_as_the_prior_drew_it(drawn):
    """A step moves only what changes attributes, and what goes together with it in the prior."""
    specs, shown, space = drawn
    pull = pull_of(space, specs, shown)
    slopes = np.where(np.arange(len(KNOBS)) == knobs.PLACE["f01"], pull.effects.of(specs[0]), 0.0)
    row = knob_values(specs[0])
    moves = refinement.step(pull, slopes, shown[0], shown[0] + space.scale, row, row)
    moved = np.flatnonzero(np.abs(moves) > 1e-9)
    assert moved.tolist() == [knobs.PLACE["f01"]]


def test_linear_faces_are_draws_of_the_prior_given_what_is_measured(drawn):
    """The step from a draw z to the aim y is z + K (y - Hz), with the gain K of the conditional normal."""
    specs, shown, space = drawn
    pull = pull_of(space, specs, shown)
    plain = Prices(np.zeros(len(KNOBS)), np.eye(len(KNOBS)))
    flat = Pull(Space(space.centre, space.scale, np.eye(2)), pull.effects, plain, pull.followers)
    h = np.where(IS_SHAPE, np.random.Generator(np.random.Philox(key=2)).normal(0, 0.1, (2, len(KNOBS))), 0.0)
    row = knob_values(specs[0])
    gap = np.array([0.8, -0.5])
    moves = refinement.step(flat, h, shown[0], shown[0] + gap * space.scale, row, row)
    weight = refinement.PRICE + refinement.DAMPING
    gain = h.T @ np.linalg.inv(h @ h.T + weight * np.eye(2))
    np.testing.assert_allclose(moves[IS_SHAPE], (gain @ gap)[IS_SHAPE], atol=1e-9)


def test_no_step_brings_a_slider_to_its_end(drawn):
    spec = next(one for one in drawn[0] if not knobs.slider_at_end(one))
    far = np.where(IS_SHAPE, 2.0, 0.0)
    assert knobs.slider_at_end(turn_knobs(spec, far))
    free = Prices.learn(drawn[0])
    free = Prices(free.mean, free.covariance)
    held = refinement._turned(free, spec, far)
    assert not knobs.slider_at_end(held) and held != spec


@pytest.mark.parametrize("part", [1, 2])
def test_no_step_takes_a_shape_or_the_rest_of_a_face_beyond_its_limit(drawn, part):
    """A strong head hides behind usual hair no more than the other way round."""
    prices = Prices.learn(drawn[0])
    knob = "f05" if part == 1 else "brow_height"
    far = np.where(np.arange(len(KNOBS)) == knobs.PLACE[knob], 2.4, 0.0)
    stopped = 0
    for spec in drawn[0][:60]:
        before, held = prices.beyond([spec])[0], refinement._turned(prices, spec, far)
        after, free = prices.beyond([held])[0], prices.beyond([turn_knobs(spec, far)])[0]
        assert (after <= np.maximum(before, 0) + 1e-9).all()
        if (free <= np.maximum(before, 0)).all() and not knobs.slider_at_end(turn_knobs(spec, far)):
            assert held == turn_knobs(spec, far)
        stopped += free[part] > max(before[part], 0)
    assert stopped


def test_cheeks_follow_a_smile(drawn):
    specs, _, _ = drawn
    followers = Followers.learn(specs)
    spec = next(one for one in specs if one.expression.get("mouthSmileLeft", 0) < 0.2)
    change = np.where(np.arange(len(KNOBS)) == knobs.PLACE["smile"], 1.5, 0.0)
    smiling = followers.follow(spec, turn_knobs(spec, change))
    for action in ("cheekSquintLeft", "cheekSquintRight"):
        assert smiling.expression[action] > spec.expression.get(action, 0.0) + 0.1
    assert followers.follow(spec, spec) == spec


def test_eyes_stay_on_what_they_look_at_when_the_head_turns(drawn):
    specs, _, _ = drawn
    followers = Followers.learn(specs)
    change = np.zeros(len(KNOBS))
    change[knobs.PLACE["yaw"]], change[knobs.PLACE["pitch"]] = 1.2, -1.0
    held = 0
    for spec in specs:
        turned = followers.follow(spec, turn_knobs(spec, change))
        off = [
            np.array([pose.gaze_yaw, pose.gaze_pitch]) - towards_camera(pose.yaw, pose.pitch, pose.roll)
            for pose in (spec.pose, turned.pose)
        ]
        inside = (
            abs(turned.pose.gaze_yaw) < GAZE_YAW[1] and GAZE_PITCH[0] < turned.pose.gaze_pitch < GAZE_PITCH[1]
        )
        if inside:
            np.testing.assert_allclose(off[1], off[0], atol=2e-4)
        held += inside
    assert held > 0.5 * len(specs)


def test_dear_faces_are_drawn_again(drawn):
    """A face beyond the limit is exchanged for the next best proposal, and the report counts it."""
    specs, _, _ = drawn
    prices = Prices.learn(specs)
    order = np.argsort(prices.of(specs))
    cheap, dear = [specs[i] for i in order[:6]], specs[order[-1]]
    faces = redraw.Faces(np.array([0, 1]), [dear, cheap[0]], np.zeros((2, 1)))
    cost = np.array([[0.0, 9, 9, 1, 2], [9, 0, 1, 1, 1]])
    tried = []

    def turned(rows, numbers, aim):
        tried.append((list(rows), list(numbers)))
        return redraw.Faces(np.array(numbers), [cheap[3] for _ in rows], np.ones((len(rows), 1)))

    limits = np.array([prices.of([dear])[0] - 1, np.inf, np.inf])
    limited = Prices(prices.mean, prices.covariance, limits)
    again, count = redraw.redraw_dear(limited, cost, faces, turned)
    assert tried == [([0], [3])] and count == 1
    assert again.numbers.tolist() == [3, 1] and again.specs == [cheap[3], cheap[0]]
    assert again.shown.ravel().tolist() == [1, 0]


def test_the_report_tells_prices_and_redraws(block):
    prices = block.report["prices"]
    assert prices["prior"]["99 %"] == pytest.approx(prices["limit"], abs=0.02)
    assert prices["above_limit"] <= prices["drawn_again"] <= 32
    assert prices["faces"]["median"] < prices["limit"]


def test_aims_keep_ranks_and_reach_the_distribution_of_the_targets():
    rng = np.random.Generator(np.random.Philox(key=6))
    targets = rng.normal(2, 3, (200, 1))
    there = rng.permutation(targets)
    aims = refinement.aims_of(there, targets)
    # Faces that have the distribution of the targets aim within it, between their own row and where they are.
    at = np.linspace(0.03, 0.97, 40)
    np.testing.assert_allclose(np.quantile(aims, at), np.quantile(targets, at), atol=0.4)
    assert np.corrcoef(aims[:, 0], there[:, 0])[0, 1] > 0.5 < np.corrcoef(aims[:, 0], targets[:, 0])[0, 1]


def test_faces_of_a_narrow_distribution_aim_beyond_the_targets():
    """By OVERSHOOT times the gap between their distribution and the targets' at each rank."""
    rng = np.random.Generator(np.random.Philox(key=6))
    targets = np.sort(rng.normal(2, 3, (400, 1)), axis=0)
    narrow = 2 + 0.5 * (targets - 2)
    aims = refinement.aims_of(narrow, targets)
    wanted = targets + refinement.OVERSHOOT * (targets - narrow)
    np.testing.assert_allclose(aims[10:-10], wanted[10:-10], atol=0.3)


def test_a_handwritten_profile_without_measured_attributes_is_followed(tmp_path):
    (tmp_path / "l.toml").write_text('male = 1.0\nyaw = "uniform(20, 30)"\n')
    block = matcher.match_block(load_profile(tmp_path / "l.toml"), 0, 0, 32)
    assert all(20 <= spec.pose.yaw <= 30 and spec.identity.gender > 0.5 for spec in block.specs)
    assert distribution_report.describe_target(load_profile(tmp_path / "l.toml"), [block])["matched"] == {}


def test_a_handwritten_yaw_survives_matching(tmp_path):
    (tmp_path / "l.toml").write_text('base = "celebamaskhq"\nyaw = "uniform(20, 30)"\n')
    block = matcher.match_block(load_profile(tmp_path / "l.toml"), 0, 0, 32)
    assert all(20 <= spec.pose.yaw <= 30 for spec in block.specs)
    assert "yaw_nose" not in block.names and "brow_height" in block.names


def test_features_follow_a_given_age_and_gender():
    def drawn(*settings):
        return list(matcher.draw_specs(None, 5, range(60), 60, [parse(text) for text in settings]))

    old, young = drawn("identity.age=85", "skin.moles=0.5"), drawn("identity.age=18", "skin.moles=0.5")
    assert (
        np.mean([x.hair.colour.grey for x in old]) > 0.4 > 0.02 > np.mean([x.hair.colour.grey for x in young])
    )
    assert np.mean([x.skin.wrinkles for x in old]) > 3 * np.mean([x.skin.wrinkles for x in young])
    assert {x.identity.age for x in old} == {85.0} and {x.skin.moles for x in old} == {0.5}
    women = drawn("identity.gender=0")
    assert all(x.facial_hair.kind == "none" for x in women)
    assert [x.pose for x in women] == [x.pose for x in drawn()]
