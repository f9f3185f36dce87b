"""Networks by name, the loss against segmentation-models-pytorch, devices."""

import pytest
import segmentation_models_pytorch as smp
import torch
import torchvision
from torch.nn import functional

from facegen.datasets.errors import FacegenError
from facegen.parse.data.device import describe_device, pick_device
from facegen.parse.experiment.recipes import recipe_for
from facegen.parse.metrics.losses import SMOOTH, dice_per_class, segmentation_loss
from facegen.parse.models.networks import build_network, check_torch_pair, normalise, parameter_count


@pytest.mark.parametrize(
    "name, millions", [("small", 0.97), ("unet-resnet18", 14.3), ("fpn-mobilenet_v2", 4.2)]
)
def test_networks_give_one_logit_a_class_and_pixel(name, millions):
    network = build_network(name, 19, 0).eval()
    assert parameter_count(network) / 1e6 == pytest.approx(millions, abs=0.05)
    with torch.no_grad():
        for size in (32, 96):
            assert network(torch.rand(1, 3, size, size)).shape == (1, 19, size, size)


def test_weights_are_those_of_the_seed_and_leave_the_global_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (build_network("small", 11, seed).state_dict() for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert not torch.equal(first["encoder.0.0.0.weight"], other["encoder.0.0.0.weight"])


def test_encoder_weights_come_from_a_file(tmp_path):
    encoder = build_network("unet-resnet18", 3, 1).encoder.state_dict()
    path = tmp_path / "resnet18.pt"
    torch.save({**encoder, "fc.weight": torch.zeros(1000, 512)}, path)
    network = build_network("unet-resnet18", 19, 0, path)
    assert all(torch.equal(v, encoder[k]) for k, v in network.encoder.state_dict().items())
    for bad, name in ((path, "small"), (tmp_path / "none.pt", "unet-resnet18")):
        with pytest.raises(FacegenError, match=bad.name):
            build_network(name, 19, 0, bad)
        with pytest.raises(FacegenError, match=bad.name):
            recipe_for(torch.device("cpu"), name, encoder_weights=bad)
    recipe = recipe_for(torch.device("cpu"), "unet-resnet18", encoder_weights=path)
    assert recipe.encoder_weights == str(path) and len(recipe.encoder_digest) == 64


def test_unknown_names_and_sizes_are_refused():
    cpu = torch.device("cpu")
    with pytest.raises(FacegenError, match="'linknet-mit_b0' cannot be built"):
        recipe_for(cpu, "linknet-mit_b0")
    for name in ("segformer", "unet-resnet19", "nonet-resnet18"):
        with pytest.raises(FacegenError, match="small, unet-resnet18"):
            build_network(name, 19, 0)
        with pytest.raises(FacegenError, match="small, unet-resnet18"):
            recipe_for(cpu, name)
    assert recipe_for(cpu, "fpn-resnet34").learning_rate == recipe_for(cpu, "unet-resnet18").learning_rate
    for size in (100, 16):
        with pytest.raises(FacegenError, match="multiple of 32"):
            recipe_for(cpu, size=size)
    assert recipe_for(cpu).network == "small" and recipe_for(torch.device("cuda")).network == "unet-resnet18"
    assert recipe_for(cpu, quick=True).steps < recipe_for(cpu).steps
    assert recipe_for(cpu, quick=True, steps=7).steps == 7


def test_a_torchvision_of_another_release_is_named(monkeypatch):
    check_torch_pair()

    def broken(*_):
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(torchvision.ops, "nms", broken)
    with pytest.raises(FacegenError, match=r"torch .* and torchvision .*nms does not exist"):
        check_torch_pair()


def test_devices_are_never_replaced_silently(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto") == pick_device("cpu") == torch.device("cpu")
    assert describe_device(torch.device("cpu")).startswith("cpu (")
    with pytest.raises(FacegenError, match="CUDA is not available"):
        pick_device("cuda")
    for name in ("gpu", "meta"):
        with pytest.raises(FacegenError, match=name):
            pick_device(name)


def test_the_loss_equals_cross_entropy_plus_dice_of_smp():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 7, 20, 20, generator=generator)
    reference = torch.randint(0, 6, (3, 20, 20), generator=generator)  # class 6 is absent
    reference[:, :3] = 255
    entropy = functional.cross_entropy(logits, reference, ignore_index=255)
    assert segmentation_loss(logits, reference, 0.0) == pytest.approx(entropy.item(), rel=1e-5)
    # smp halves numerator and denominator before it adds its constant, and averages over all classes,
    # absent ones at 0; ours over the present ones.
    dice = smp.losses.DiceLoss("multiclass", smooth=SMOOTH / 2, ignore_index=255)(logits, reference) * 7 / 6
    combined = segmentation_loss(logits, reference, 0.5)
    assert combined.item() == pytest.approx((entropy + 0.5 * dice).item(), rel=1e-4)
    turned = logits.contiguous(memory_format=torch.channels_last)
    assert segmentation_loss(turned, reference, 0.5).item() == pytest.approx(combined.item(), rel=1e-6)


def test_a_perfect_prediction_has_dice_one_and_an_ignored_batch_costs_nothing():
    reference = torch.randint(0, 4, (2, 8, 8))
    exact = functional.one_hot(reference.reshape(-1), 4).float()
    dice, present = dice_per_class(exact, reference.reshape(-1))
    assert torch.allclose(dice[present], torch.ones(int(present.sum())))
    logits = torch.randn(2, 4, 8, 8, requires_grad=True)
    loss = segmentation_loss(logits, torch.full((2, 8, 8), 255), 1.0)
    loss.backward()
    assert loss == 0 and logits.grad is not None and not logits.grad.any()


def test_normalise_is_imagenets():
    grey = torch.full((1, 3, 2, 2), 0.5)
    expected = torch.tensor([(0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225])
    torch.testing.assert_close(normalise(grey)[0, :, 0, 0], expected)
