"""U-Net on a ResNet-18 encoder, from segmentation-models-pytorch: what a GPU gets."""

from facegen.parse.models.network_registry import NETWORKS
from facegen.parse.models.smp_networks import STANDARD, smp_network

UNET_RESNET18 = NETWORKS.add(smp_network(STANDARD, order=20))
