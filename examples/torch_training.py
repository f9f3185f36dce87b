"""A rendered set in a PyTorch training loop of your own.

python examples/torch_training.py faces --steps 20
"""

import argparse

import torch
from torch.utils.data import DataLoader

import facegen

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("faces", help="a folder that `facegen render` wrote")
parser.add_argument("--steps", type=int, default=20)
options = parser.parse_args()

data = facegen.open(options.faces)
loader = DataLoader(data.torch(), batch_size=4, shuffle=True, generator=torch.Generator().manual_seed(0))
network = torch.nn.Sequential(
    torch.nn.Conv2d(3, 16, 3, padding=1),
    torch.nn.ReLU(),
    torch.nn.Conv2d(16, len(data.classes), 1),
)
optimiser = torch.optim.AdamW(network.parameters(), 1e-2)
step = 0
while step < options.steps:
    for image, mask in loader:
        loss = torch.nn.functional.cross_entropy(network(image), mask, ignore_index=255)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 5 == 0 or step == options.steps:
            print(f"step {step}: loss {loss.item():.3f}")
        if step == options.steps:
            break
