#!/usr/bin/python3
"""A network of tests/reference/zoo.py for all peers: its weights, the same as ONNX, and a picture.

    export_onnx.py NETWORK FOLDER

Writes NETWORK.safetensors, NETWORK.onnx and NETWORK.f32 (the picture's floats). Debian: python3-torch.
"""

import sys
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
import tensorfile
import zoo

OPSET = 13


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    net = zoo.build(name, seed=1)
    weights = {key: value.numpy() for key, value in net.state_dict().items() if value.ndim}
    tensorfile.write(folder / f"{name}.safetensors", weights)
    picture = torch.randn((1, *net.input_shape), generator=torch.Generator().manual_seed(1))
    picture.numpy().tofile(folder / f"{name}.f32")
    with torch.no_grad():
        torch.onnx.export(net, picture, str(folder / f"{name}.onnx"), opset_version=OPSET,
                          input_names=["picture"], output_names=["logits"])


if __name__ == "__main__":
    main()
