#!/usr/bin/python3
"""convoscope beside ONNX Runtime and PyTorch: one network and picture, by turns, in one run.

    bench_peers.py [--models alexnet-tv,vgg19] [--threads 1,2] [--rounds 9] [--build build]

For each network and number of threads, milliseconds (medians) of our fast plan, our step mode and each peer, and the
ratios to ONNX Runtime; at the end their geometric means. The logits must agree to 1e-4 (relative L2). A peer that is
not there is left out with a sentence: ONNX Runtime comes from npm (onnxruntime-node), PyTorch from Debian's
python3-torch. Exit status 1 if answers differ.
"""

import argparse
import math
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODELS = ("alexnet-tv,vgg19,googlenet-tv,resnet18,resnet34,resnet50-tv,resnet101-tv,resnet152-tv,"
          "densenet121,densenet169,densenet201,densenet161")
PYTHON = "/usr/bin/python3"
WARM_UP, SETTLE = 3, 0.05    # rounds; seconds, for another's threads to stop waiting for work


class Peer:
    """A program that runs the network once for each line that it reads."""

    def __init__(self, command, modes=("run",)):
        self.modes = modes
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        if self.process.stdout.readline().strip() != "ready":
            raise SystemExit(f"{command[0]} {command[1]}: gave no answer")

    def run(self, mode):
        self.process.stdin.write(mode + "\n")
        return float(self.process.stdout.readline().split()[0])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def onnxruntime_folder(build):
    """Where npm put it, having been asked to if need be; None if it cannot be had."""
    folder = build / "peers"
    if not (folder / "node_modules/onnxruntime-node").exists():
        if not shutil.which("npm"):
            return None
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix",
                        folder, "onnxruntime-node"], check=False)
    return folder if (folder / "node_modules/onnxruntime-node").exists() else None


def distance(path, other):
    import numpy as np
    a, b = np.fromfile(path, np.float32).astype(float), np.fromfile(other, np.float32).astype(float)
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def measure(peers, rounds):
    """Milliseconds by (peer, mode): all in every round, in an order that changes, so that what else the machine does,
    and what a peer's threads still do after its turn, meets all alike."""
    order = random.Random(1)
    times = {(name, mode): [] for name, peer in peers.items() for mode in peer.modes}
    for number in range(WARM_UP + rounds):
        for name, mode in order.sample(list(times), len(times)):
            time.sleep(SETTLE)
            peers[name].run(mode)    # not counted: its weights come back to the caches
            took = peers[name].run(mode)
            if number >= WARM_UP:
                times[name, mode].append(took)
    return {key: statistics.median(value) for key, value in times.items()}


def open_peers(name, threads, options, has):
    folder = options.build / "peers"
    picture = folder / f"{name}.f32"
    shape = "3,224,224"
    peers = {"convoscope": Peer([options.build / "tests/tools/peer_bench", name, folder / f"{name}.safetensors",
                                 picture, threads, folder / "convoscope.logits"], ("fast", "step"))}
    if has["ONNX Runtime"]:
        peers["ONNX Runtime"] = Peer(["node", HERE / "onnxruntime.mjs", folder, folder / f"{name}.onnx", picture,
                                      shape, threads, folder / "onnxruntime.logits"])
    if has["PyTorch"]:
        peers["PyTorch"] = Peer([PYTHON, HERE / "pytorch.py", name, picture, threads, folder / "pytorch.logits"])
    return peers


def row(name, threads, options, has):
    """Prints a line; the ratios to ONNX Runtime of the fast plan and of step mode, and the largest distance."""
    folder = options.build / "peers"
    if not (folder / f"{name}.f32").exists():
        subprocess.run([PYTHON, HERE / "export_onnx.py", name, folder], check=True)
    peers = open_peers(name, threads, options, has)
    ms = measure(peers, options.rounds)
    for peer in peers.values():
        peer.close()
    apart = max([distance(folder / "convoscope.logits", folder / f"{other}.logits")
                 for other in ("onnxruntime", "pytorch") if (folder / f"{other}.logits").exists()], default=0)
    fast, step = ms["convoscope", "fast"], ms["convoscope", "step"]
    onnx, torch = ms.get(("ONNX Runtime", "run"), math.nan), ms.get(("PyTorch", "run"), math.nan)
    print(f"{name:13} {threads} {fast:9.2f} {step:9.2f} {onnx:9.2f} {torch:9.2f} {fast / onnx:8.2f} {step / onnx:8.2f}"
          f" {fast / torch:8.2f} {apart:9.1e}", flush=True)
    return fast / onnx, step / onnx, apart


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=MODELS)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    options = parser.parse_args()
    options.build = options.build.resolve()
    (options.build / "peers").mkdir(parents=True, exist_ok=True)
    if subprocess.run([PYTHON, "-c", "import torch, torchvision"], capture_output=True).returncode:
        print("bench-peers skipped: no PyTorch, which exports the networks (Debian: python3-torch, python3-torchvision)")
        return 0
    has = {"PyTorch": True, "ONNX Runtime": onnxruntime_folder(options.build) is not None}
    if not has["ONNX Runtime"]:
        print("ONNX Runtime left out: npm cannot install onnxruntime-node here")
    print(f"{'milliseconds':13} n {'fast':>9} {'step':>9} {'ONNX':>9} {'PyTorch':>9} {'fast/ONNX':>8}"
          f" {'step/O':>7} {'fast/PT':>8} {'apart':>9}")
    failed = False
    for threads in options.threads.split(","):
        ratios = [row(name, threads, options, has) for name in options.models.split(",")]
        failed |= any(not apart <= 1e-4 for *_, apart in ratios)
        means = [math.exp(statistics.fmean(math.log(r[i]) for r in ratios)) for i in range(2)]
        print(f"geometric mean, {threads} thread{'s' if threads != '1' else ''}: fast {means[0]:.3f}, step {means[1]:.3f} of ONNX Runtime",
              flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
