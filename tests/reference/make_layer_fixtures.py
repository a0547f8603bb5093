#!/usr/bin/python3
"""Write tests/fixtures/layers: small cases of every layer type, computed by PyTorch.

    make_layer_fixtures.py [FOLDER]      Debian's python3-torch (1.13) will do

Each case is a folder:

    case.txt      "OP NAME=VALUE ...", as in models/NAME.json; a pair is Y,X; the word
                  "exact" says that the output must be equal, not just near
    inK.npy       inputs, batched
    wK.npy        weights, in the order of the layer's WeightSpecs
    out.npy       the output

PyTorch computes in double precision from the float32 numbers written here, so that what
the tests see is the engine's own rounding.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "layers"
torch.manual_seed(12)


def rand(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float()


def text(value):
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(str(v) for v in value)
    return str(value)


def write(name, op, params, inputs, weights, function, exact=False):
    folder = ROOT / name
    folder.mkdir(parents=True)
    words = [op] + [f"{k}={text(v)}" for k, v in params.items()] + ["exact"] * exact
    (folder / "case.txt").write_text(" ".join(words) + "\n")
    out = function(*[x.double() for x in inputs], *[w.double() for w in weights])
    arrays = {f"in{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"w{i}": w for i, w in enumerate(weights)} | {"out": out}
    for key, x in arrays.items():
        np.save(folder / f"{key}.npy", np.ascontiguousarray(x.float().numpy()))


# --- Convolution and fully connected -----------------------------------------

def conv(name, x, out, kernel, bias=True, **params):
    pair = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    inside = x[1] // params.get("groups", 1)
    fan_in = inside * pair[0] * pair[1]
    weights = [rand(out, inside, *pair, scale=(2 / fan_in) ** 0.5)]
    if bias:
        weights.append(rand(out))

    def function(x, w, b=None):
        return F.conv2d(x, w, b, **params)
    said = {"out": out, "kernel": kernel, **params}
    if not bias:
        said["bias"] = False
    write("conv-" + name, "conv", said, [rand(*x)], weights, function)


def linear(name, batch, inputs, out, bias=True):
    weights = [rand(out, inputs, scale=(2 / inputs) ** 0.5)] + [rand(out)] * bias
    said = {"out": out} | ({} if bias else {"bias": False})
    write("linear-" + name, "linear", said, [rand(batch, inputs)], weights, F.linear)


def convolutions():
    conv("plain", (1, 3, 9, 8), 5, 3)
    conv("pad", (1, 4, 7, 7), 6, 3, padding=1)
    conv("no-bias", (1, 4, 7, 7), 6, 3, bias=False, padding=1)
    conv("stride", (1, 3, 12, 11), 7, 5, stride=2, padding=2)
    conv("batch", (2, 3, 8, 9), 4, 3, padding=1)
    conv("groups", (1, 6, 8, 8), 8, 3, padding=1, groups=2)
    conv("groups-batch-stride", (2, 6, 9, 9), 9, 3, stride=2, padding=1, groups=3)
    conv("depthwise", (1, 5, 8, 8), 5, 3, padding=1, groups=5)
    conv("dilation", (1, 3, 12, 12), 4, 3, padding=2, dilation=2)
    conv("rectangular", (1, 3, 10, 13), 4, (3, 5), stride=(2, 1), padding=(0, 2))
    conv("rectangular-dilation", (1, 2, 13, 11), 3, (2, 3), padding=(1, 3), dilation=(3, 2))
    conv("one-row", (1, 3, 1, 9), 4, (1, 3), padding=(0, 1))
    conv("1x1", (2, 19, 7, 6), 17, 1)
    conv("1x1-stride", (1, 8, 9, 9), 6, 1, stride=2)
    conv("1x1-pad", (1, 4, 5, 5), 6, 1, padding=1)
    conv("11x11-stride4", (1, 3, 27, 27), 6, 11, stride=4)
    conv("7x7-stride2", (1, 3, 20, 20), 6, 7, stride=2, padding=3)
    conv("whole", (1, 8, 5, 5), 12, 5)                    # a fully connected layer, in effect
    conv("wide-padding", (1, 2, 3, 3), 3, 3, padding=3)   # outputs that see zeros only
    conv("many-channels", (1, 70, 5, 5), 17, 3, padding=1)
    linear("batch1", 1, 75, 33)
    linear("batch3", 3, 64, 17)
    linear("batch17", 17, 40, 31)
    linear("no-bias", 2, 37, 10, bias=False)
    linear("one", 1, 1, 1)


# --- Pooling -----------------------------------------------------------------

def maxpool(name, x, kernel, **params):
    def function(x):
        torch_params = {{"ceil": "ceil_mode"}.get(k, k): v for k, v in params.items()}
        return F.max_pool2d(x, kernel, **torch_params)
    x = x if torch.is_tensor(x) else rand(*x)
    write("maxpool-" + name, "maxpool", {"kernel": kernel, **params}, [x], [], function, True)


def avgpool(name, x, kernel, **params):
    def function(x):
        torch_params = {{"ceil": "ceil_mode"}.get(k, k): v for k, v in params.items()}
        return F.avg_pool2d(x, kernel, **torch_params)
    write("avgpool-" + name, "avgpool", {"kernel": kernel, **params}, [rand(*x)], [], function)


def pools():
    maxpool("2x2", (2, 3, 8, 9), 2)
    maxpool("overlap", (1, 4, 13, 13), 3, stride=2)
    maxpool("ceil", (1, 3, 8, 10), 3, stride=2, ceil=True)
    maxpool("ceil-drops-last", (1, 2, 5, 5), 2, stride=3, padding=1, ceil=True)
    maxpool("ceil-small", (1, 2, 5, 6), 7, stride=3, ceil=True)   # one window, larger than the map
    maxpool("pad", (1, 3, 9, 9), 3, stride=2, padding=1)
    maxpool("inception", (1, 3, 7, 7), 3, stride=1, padding=1, ceil=True)
    maxpool("rectangular", (1, 2, 9, 12), (3, 2), stride=(1, 3), padding=(1, 0))
    negative = -rand(1, 2, 6, 6).abs() - 1                        # zeros in the padding would win
    maxpool("negative-pad", negative, 3, stride=2, padding=1)
    maxpool("ties", rand(1, 3, 9, 9).round(), 3, stride=2)
    infinite = rand(1, 2, 8, 8)
    infinite[0, 0, :4, :4] = -torch.inf
    infinite[0, 1, 5, 5] = torch.inf
    maxpool("infinite", infinite, 3, stride=2, padding=1)
    broken = rand(1, 2, 8, 8)
    broken[0, 0, 3, 3] = torch.nan
    maxpool("nan", broken, 3, stride=2)

    avgpool("2x2", (2, 3, 8, 9), 2)
    avgpool("overlap", (1, 3, 13, 11), 3, stride=2)
    for ceil in False, True:
        for count in False, True:
            name = "pad" + ("-ceil" if ceil else "") + ("-counted" if count else "")
            avgpool(name, (1, 3, 9, 8), 3, stride=2, padding=1, ceil=ceil, count_include_pad=count)
    avgpool("ceil-counted-stride3", (1, 2, 10, 9), (4, 3), stride=3, padding=(2, 1), ceil=True)
    avgpool("ceil-stride3", (1, 2, 10, 9), (4, 3), stride=3, padding=(2, 1), ceil=True,
            count_include_pad=False)
    avgpool("ceil-drops-last", (1, 2, 5, 5), 2, stride=3, padding=1, ceil=True)
    avgpool("7x7", (2, 5, 7, 7), 7)

    def adaptive(name, x, out):
        write("adaptive_avgpool-" + name, "adaptive_avgpool", {"out": out}, [rand(*x)], [],
              lambda x: F.adaptive_avg_pool2d(x, out))
    adaptive("global", (2, 5, 7, 6), 1)
    adaptive("divides", (1, 3, 12, 12), 6)
    adaptive("uneven", (1, 3, 11, 13), (4, 5))
    adaptive("enlarges", (1, 2, 3, 5), 7)


# --- Normalisation and activation --------------------------------------------

def lrn(name, x, size=5, k=2.0, alpha=1e-4, beta=0.75):
    def function(a):    # alpha not divided by the size, as nn.LocalResponseNorm would
        half = size // 2
        squares = F.pad(a * a, (0, 0, 0, 0, half, half))
        sums = sum(squares[:, i:i + a.shape[1]] for i in range(size))
        return a / (k + alpha * sums) ** beta
    params = {"size": size, "k": k, "alpha": alpha, "beta": beta}
    write("lrn-" + name, "lrn", params, [x], [], function)


def elementwise():
    lrn("alexnet", rand(2, 9, 5, 6, scale=150))
    lrn("googlenet", rand(1, 8, 6, 5, scale=300), k=1.0, alpha=2e-5)
    lrn("few-channels", rand(1, 2, 4, 4, scale=100))
    lrn("beta", rand(1, 7, 4, 4, scale=20), size=3, k=1.5, alpha=0.01, beta=0.6)

    def bn(name, x, eps):
        c = x[1]
        weights = [rand(c), rand(c), rand(c), rand(c).abs() * 2 + 1e-4]
        write("bn-" + name, "bn", {} if eps == 1e-5 else {"eps": eps}, [rand(*x, scale=3)], weights,
              lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b, eps=eps))
    bn("plain", (2, 7, 5, 4), 1e-5)
    bn("eps", (1, 4, 3, 3), 1e-3)
    bn("vector", (3, 11), 1e-5)

    wide = torch.cat([rand(1, 3, 5, 5), rand(1, 3, 5, 5, scale=20), rand(1, 3, 5, 5, scale=1e-4)], 1)
    special = rand(1, 2, 3, 5)
    special[0, 0, 0] = torch.tensor([0.0, torch.inf, -torch.inf, torch.nan, 100])
    write("relu", "relu", {}, [rand(2, 3, 5, 5)], [], F.relu, True)
    write("relu-special", "relu", {}, [special], [], F.relu, True)
    write("tanh", "tanh", {}, [wide], [], torch.tanh)
    write("sigmoid", "sigmoid", {}, [wide], [], torch.sigmoid)
    softmax = lambda x: F.softmax(x, 1)
    write("softmax", "softmax", {}, [rand(3, 37, scale=3)], [], softmax)
    write("softmax-large", "softmax", {}, [rand(2, 10, scale=1000)], [], softmax)
    write("softmax-one", "softmax", {}, [rand(2, 1)], [], softmax)


# --- Joining and the rest ----------------------------------------------------

def rest():
    maps = [rand(2, c, 4, 5) for c in (3, 1, 6)]
    write("concat", "concat", {}, maps, [], lambda *x: torch.cat(x, 1), True)
    write("concat-one", "concat", {}, maps[:1], [], lambda *x: torch.cat(x, 1), True)
    write("concat-vectors", "concat", {}, [rand(3, 4), rand(3, 7)], [],
          lambda *x: torch.cat(x, 1), True)
    write("add", "add", {}, [rand(2, 3, 5, 7), rand(2, 3, 5, 7)], [], torch.add, True)

    def subsample(name, x, out, stride):
        before = (out - x[1]) // 2
        after = out - x[1] - before
        params = {"out": out} | ({} if stride == 2 else {"stride": stride})
        write("subsample-" + name, "subsample", params, [rand(*x)], [],
              lambda x: F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, after)), True)
    subsample("even", (2, 4, 8, 6), 8, 2)
    subsample("odd", (1, 3, 7, 9), 8, 2)
    subsample("stride3", (1, 3, 8, 7), 3, 3)

    write("flatten", "flatten", {}, [rand(2, 3, 4, 5)], [], lambda x: x.flatten(1), True)
    write("flatten-vector", "flatten", {}, [rand(2, 6)], [], lambda x: x.flatten(1), True)
    write("dropout", "dropout", {"p": 0.4}, [rand(2, 3, 4, 4)], [],
          lambda x: F.dropout(x, 0.4, training=False), True)


def main():
    global ROOT
    if len(sys.argv) > 1:
        ROOT = Path(sys.argv[1])
    shutil.rmtree(ROOT, ignore_errors=True)
    convolutions()
    pools()
    elementwise()
    rest()
    size = sum(f.stat().st_size for f in ROOT.rglob("*") if f.is_file())
    print(f"{len(list(ROOT.iterdir()))} cases, {size:,} bytes")


if __name__ == "__main__":
    main()
