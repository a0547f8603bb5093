#!/usr/bin/python3
"""Learning in convoscope beside PyTorch: the same network, weights, batch and steps, by turns.

    bench_training.py [--models lenet,resnet-mini] [--threads 1,2] [--batch 64] [--turns 3] [--bench PROGRAM]

Prints pictures a second of both (the median of the turns) and their ratio, and checks that the losses
of the first five steps agree to 1e-3 (SGD with Nesterov's momentum 0.9, rate 0.01, decay 5e-4 of
kernels only, labels smoothed by 0.1). Needs Debian's python3-torch. Exit status 1 if a loss differs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import tensorfile

HERE = Path(__file__).resolve().parent
STEPS, ROUNDS = 5, 11


class LeNet(nn.Module):
    shape = (1, 28, 28)

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5)
        self.fc1, self.fc2 = nn.Linear(800, 500), nn.Linear(500, 10)

    def forward(self, x):
        x = torch.tanh(F.max_pool2d(self.conv1(x), 2))
        x = torch.tanh(F.max_pool2d(self.conv2(x), 2))
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))


class Basic(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        return F.relu(y + self.downsample(x), inplace=True)


class ResNetMini(nn.Module):
    shape = (3, 64, 64)

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32)
        inputs = 32
        for stage, width in enumerate((32, 64, 128, 208), 1):
            first = Basic(inputs, width, 1 if stage == 1 else 2)
            setattr(self, f"layer{stage}", nn.Sequential(first, Basic(width, width, 1)))
            inputs = width
        self.fc = nn.Linear(inputs, 30)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


NETWORKS = {"lenet": LeNet, "resnet-mini": ResNetMini}


def theirs(name, batch, threads, weights):
    """PyTorch's losses of the first steps and its pictures a second."""
    torch.set_num_threads(threads)
    net = NETWORKS[name]()
    state = {key: torch.from_numpy(value) for key, value in tensorfile.read(weights).items()}
    net.load_state_dict(state, strict=False)
    net.train()
    kernels = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim == 1]
    optimiser = torch.optim.SGD([{"params": kernels, "weight_decay": 5e-4}, {"params": others}],
                                lr=0.01, momentum=0.9, nesterov=True)
    count = batch * net.shape[0] * net.shape[1] * net.shape[2]
    x = 10000 * torch.sin(torch.arange(count, dtype=torch.float64))
    x = (2 * (x - x.floor()) - 1).float().reshape(batch, *net.shape)
    labels = torch.arange(batch) % (10 if name == "lenet" else 30)
    losses, times = [], []
    for step in range(STEPS + ROUNDS):
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(x), labels, label_smoothing=0.1)
        loss.backward()
        optimiser.step()
        times.append(time.perf_counter() - start)
        losses.append(loss.item())
    return losses[:STEPS], batch / statistics.median(times[STEPS:])


def ours(bench, name, batch, threads, weights):
    command = [bench, name, str(batch), str(threads), str(ROUNDS), weights]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer["losses"], answer["images_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="lenet,resnet-mini")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--bench", default=str(HERE.parent.parent / "build/tests/tools/train_bench"))
    options = parser.parse_args()
    failed = False
    for name in options.models.split(","):
        for threads in map(int, options.threads.split(",")):
            mine, peer, apart = [], [], 0
            with tempfile.TemporaryDirectory() as folder:
                weights = f"{folder}/start.safetensors"
                for _ in range(options.turns):
                    our_losses, speed = ours(options.bench, name, options.batch, threads, weights)
                    mine.append(speed)
                    their_losses, speed = theirs(name, options.batch, threads, weights)
                    peer.append(speed)
                    apart = max(apart, *(abs(a - b) / abs(b) for a, b in zip(our_losses, their_losses)))
            failed |= not apart <= 1e-3
            we, they = statistics.median(mine), statistics.median(peer)
            print(f"{name:12} batch {options.batch}, {threads} thread{'s' if threads > 1 else ' '}: convoscope {we:7.0f}"
                  f" images/s, PyTorch {they:7.0f}, ratio {we / they:.2f}; losses apart by {apart:.1e}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
