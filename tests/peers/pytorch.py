#!/usr/bin/python3
"""PyTorch as a peer: runs a network once for each line on standard input and tells how long it took.

    pytorch.py NETWORK PICTURE.f32 THREADS LOGITS.f32

Traced, frozen and optimised for inference. Debian: python3-torch.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reference"))
import zoo


def main():
    name, picture, threads, answer = sys.argv[1:]
    warnings.simplefilter("ignore")
    torch.set_num_threads(int(threads))
    net = zoo.build(name, seed=1)
    x = torch.from_numpy(np.fromfile(picture, np.float32)).reshape(1, *net.input_shape)
    with torch.no_grad():
        fast = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, x)))
        for _ in range(2):
            fast(x)
        fast(x).numpy().tofile(answer)
        print("ready", flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            fast(x)
            print((time.perf_counter() - start) * 1000, line.strip(), flush=True)


if __name__ == "__main__":
    main()
