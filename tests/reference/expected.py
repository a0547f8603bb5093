#!/usr/bin/python3
"""Write expected/<model>.json: what each network looks like, without weights.

    expected.py [MODEL ...]       default: all

Shapes leave out the batch.  `macs` are the multiply-adds of convolutions and
linear layers; `params` are the learned parameters, hence not the running
statistics of batch norm.
"""

import argparse
from pathlib import Path

import torch

import jsonfile
import zoo
from graph import Network, WEIGHTED

# Published or widely reported parameter counts.
KNOWN = {
    "lenet5": 61_706, "lenet": 431_080,
    "alexnet": 60_965_224, "alexnet-tv": 61_100_840,
    "vgg11": 132_863_336, "vgg13": 133_047_848,
    "vgg16": 138_357_544, "vgg19": 143_667_240,
    "googlenet": 6_998_552, "googlenet-tv": 6_624_904,
    "resnet18": 11_689_512, "resnet34": 21_797_672, "resnet50": 25_557_032,
    "resnet101": 44_549_160, "resnet152": 60_192_808,
    "resnet50-tv": 25_557_032, "resnet101-tv": 44_549_160,
    "resnet152-tv": 60_192_808,
    "densenet121": 7_978_856, "densenet169": 14_149_480,
    "densenet201": 20_013_928, "densenet161": 28_681_000,
    "resnet20-cifar": 269_722, "resnet32-cifar": 464_154,
    "resnet44-cifar": 658_586, "resnet56-cifar": 853_018,
    "resnet110-cifar": 1_727_962,
    "plain20-cifar": 269_722, "plain56-cifar": 853_018,
}


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def pair(value):
    return list(value) if isinstance(value, tuple) else [value, value]


def settings(layer):
    """What distinguishes this layer from others of its kind."""
    if isinstance(layer, torch.nn.Conv2d):
        return {"kernel": list(layer.kernel_size), "stride": list(layer.stride),
                "pad": list(layer.padding), "groups": layer.groups,
                "bias": layer.bias is not None}
    if isinstance(layer, torch.nn.BatchNorm2d):
        return {"eps": layer.eps}
    return {"bias": layer.bias is not None}


def window(step, size_in, size_out):
    """Kernel, stride and padding of a step, along one axis."""
    layer = step.module
    if step.kind == "subsample":
        return 1, 2, 0
    if step.kind not in ("conv", "maxpool", "avgpool"):
        return 1, 1, 0
    if hasattr(layer, "kernel_size"):
        return (pair(layer.kernel_size)[0], pair(layer.stride)[0],
                pair(layer.padding)[0])
    assert size_in % size_out == 0    # adaptive pooling into equal parts
    return size_in // size_out, size_in // size_out, 0


def describe(module):
    """All there is to say about a network.

    The receptive field of an output is an interval of the image along either
    axis (everything here is square): output i sees the pixels from
    start + i * jump to start + i * jump + size - 1, some of which may lie in
    the padding.  Where paths meet it is the smallest interval that holds those
    of all of them."""
    net = Network(module)
    weighted, fields, seen, shapes = [], [], {}, {}
    x = torch.empty(1, *module.input_shape, device="meta")    # shapes only
    for step, y in net.walk(x):
        shape = shapes[step] = list(y.shape[1:])
        inputs = net.inputs(step)
        shape_in = shapes[inputs[0]] if inputs[0] else list(module.input_shape)

        if step.kind in WEIGHTED:
            layer = step.module
            macs = (0 if step.kind == "bn"
                    else layer.weight[0].numel() * y.numel())
            weighted.append({
                "name": step.name, "op": step.kind, "in": shape_in,
                "out": shape, "params": parameters(layer), "macs": macs,
                **settings(layer)})

        if len(shape) == 3:
            paths = [seen[s] if s else (0, 0, 1) for s in inputs]
            first = min(path[0] for path in paths)    # of output 0: the first
            last = max(path[1] for path in paths)     # and last pixel, and the
            jump, = {path[2] for path in paths}       # distance to output 1
            kernel, stride, pad = window(step, shape_in[-1], shape[-1])
            first -= pad * jump
            last += (kernel - 1 - pad) * jump
            seen[step] = first, last, jump * stride
            if step.kind in ("conv", "maxpool", "avgpool"):
                fields.append({"name": step.name, "op": step.kind, "out": shape,
                               "size": last - first + 1, "jump": jump * stride,
                               "start": first})
    return {
        "model": module.name, "input": list(module.input_shape),
        "total_params": parameters(module),
        "total_macs": sum(entry["macs"] for entry in weighted),
        "weighted": weighted, "receptive_fields": fields}


def main():
    parser = argparse.ArgumentParser(description="Write expected/*.json.")
    parser.add_argument("models", nargs="*", metavar="MODEL",
                        help="one or more of: " + " ".join(zoo.names()))
    models = parser.parse_args().models or zoo.names()
    folder = Path(__file__).parent / "expected"
    folder.mkdir(exist_ok=True)

    wrong = 0
    print(f"{'model':16} {'layers':>6} {'parameters':>12} "
          f"{'multiply-adds':>15}")
    for name in models:
        report = describe(zoo.build(name, seed=None).to("meta"))
        jsonfile.write(folder / f"{name}.json", report)
        params, known = report["total_params"], KNOWN.get(name)
        verdict = ("" if known is None else "as known" if params == known
                   else f"KNOWN TO BE {known:,}")
        wrong += known is not None and params != known
        layers = sum(e["op"] != "bn" for e in report["weighted"])
        print(f"{name:16} {layers:6} {params:12,} "
              f"{report['total_macs']:15,}  {verdict}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
