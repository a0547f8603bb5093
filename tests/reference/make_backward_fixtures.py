#!/usr/bin/python3
"""Write tests/fixtures/backward: gradients of every layer type, computed by PyTorch.

    make_backward_fixtures.py [FOLDER]      Debian's python3-torch (1.13) will do

Each case is a file NAME.safetensors. Its metadata's "case" is "OP NAME=VALUE ...", as in
models/NAME.json (a pair is Y,X), with the words "relu" (a ReLU fused) and "training". Arrays:

    inK, wK       inputs, batched; weights, in the order of the layer's WeightSpecs
    out           the output
    grad_out      the gradient of a loss with respect to it; with rules, the signal
    grad_inK, grad_wK
    after_wK      running statistics after the forward pass, in training
    other         of rules "..o": the max pool's input with another picture

The word "rules=FSB" is a way down of an explanation: F and B, 1 or 0, whether there is a forward
and a backward mask; S the switches, r (recorded), c (centres), o (another picture's).

PyTorch computes in double precision from the float32 numbers written here, so that what
the tests see is the engine's own rounding.
"""

import shutil
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

from tensorfile import write as write_tensors

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "backward"
torch.manual_seed(21)


def rand(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).float()


def text(value):
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(str(v) for v in value)
    return str(value)


def write(name, op, params, inputs, weights, function, words="", running=()):
    """`running`: which weights function changes; they have no gradient."""
    line = " ".join([op] + [f"{k}={text(v)}" for k, v in params.items()] + words.split())
    learned = [x.double().requires_grad_() for x in inputs]
    given = [w.double() if i in running else w.double().requires_grad_()
             for i, w in enumerate(weights)]
    out = function(*learned, *given)
    if "relu" in words.split():
        out = F.relu(out)
    grad_out = rand(*out.shape)
    out.backward(grad_out.double())
    arrays = {f"in{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"w{i}": w for i, w in enumerate(weights)}
    arrays |= {"out": out, "grad_out": grad_out}
    arrays |= {f"grad_in{i}": x.grad for i, x in enumerate(learned)}
    arrays |= {f"grad_w{i}": w.grad for i, w in enumerate(given) if i not in running}
    arrays |= {f"after_w{i}": given[i] for i in running}
    write_tensors(ROOT / f"{name}.safetensors",
                  {k: x.detach().float().numpy() for k, x in arrays.items()}, {"case": line})


def convolutions():
    def conv(name, x, out, kernel, bias=True, words="", **params):
        pair = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        inside = x[1] // params.get("groups", 1)
        weights = [rand(out, inside, *pair, scale=(2 / (inside * pair[0] * pair[1])) ** 0.5)]
        if bias:
            weights.append(rand(out))
        said = {"out": out, "kernel": kernel, **params} | ({} if bias else {"bias": False})
        write("conv-" + name, "conv", said, [rand(*x)], weights,
              lambda x, w, b=None: F.conv2d(x, w, b, **params), words)

    conv("plain", (1, 3, 9, 8), 5, 3)
    conv("pad-batch", (3, 4, 6, 7), 6, 3, padding=1)
    conv("relu", (2, 4, 6, 5), 6, 3, padding=1, words="relu")
    conv("no-bias-stride", (2, 3, 9, 10), 4, 5, bias=False, stride=2, padding=2)
    conv("groups", (2, 6, 6, 5), 9, 3, stride=2, padding=1, groups=3)
    conv("depthwise", (1, 5, 8, 8), 5, 3, padding=1, groups=5)
    conv("dilation", (1, 3, 11, 10), 4, 3, padding=2, dilation=2)
    conv("rectangular", (1, 2, 13, 9), 3, (2, 3), stride=(2, 1), padding=(1, 3), dilation=(3, 2))
    conv("1x1", (2, 19, 5, 4), 17, 1)
    conv("1x1-stride", (1, 4, 7, 7), 6, 1, stride=2)
    conv("11x11-stride4", (1, 2, 15, 16), 3, 11, stride=4)
    conv("stride-beyond-kernel", (1, 2, 11, 11), 3, 2, stride=4)
    conv("wide-padding", (1, 2, 3, 3), 3, 3, padding=3)
    conv("many-channels", (1, 19, 4, 4), 17, 3, padding=1)

    def linear(name, batch, inputs, out, bias=True, words=""):
        weights = [rand(out, inputs, scale=(2 / inputs) ** 0.5)] + [rand(out)] * bias
        said = {"out": out} | ({} if bias else {"bias": False})
        write("linear-" + name, "linear", said, [rand(batch, inputs)], weights, F.linear, words)

    linear("batch1", 1, 45, 33)
    linear("batch3", 3, 44, 17)
    linear("batch17-relu", 17, 21, 18, words="relu")
    linear("no-bias", 2, 37, 10, bias=False)


def norms():
    def bn(name, x, eps=1e-5, training=True, words="", offset=0.0, scale=3.0):
        c = x[1]
        weights = [rand(c), rand(c), rand(c), rand(c).abs() * 2 + 1e-4]
        words = ("training " if training else "") + words
        write("bn-" + name, "bn", {} if eps == 1e-5 else {"eps": eps},
              [rand(*x, scale=scale) + offset], weights,
              lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b, training=training, eps=eps),
              words, running=(2, 3))

    bn("training", (3, 5, 4, 3))
    bn("training-relu", (2, 3, 7, 5), words="relu")
    bn("training-eps", (2, 3, 4, 4), eps=0.1)
    bn("training-vector", (9, 11))
    bn("training-far", (2, 2, 9, 7), offset=300.0)     # the mean 100 deviations off
    bn("training-large", (1, 1, 33, 32))                # more than one block of partial sums
    bn("training-narrow", (2, 3, 5, 5), scale=1e-3)     # eps counts
    bn("eval", (2, 5, 4, 3), training=False)
    bn("eval-relu", (2, 3, 6, 5), training=False, words="relu")

    def lrn(name, x, size=5, k=2.0, alpha=1e-4, beta=0.75):
        def function(a):    # alpha not divided by the size, as nn.LocalResponseNorm would
            half = size // 2
            squares = F.pad(a * a, (0, 0, 0, 0, half, half))
            sums = sum(squares[:, i:i + a.shape[1]] for i in range(size))
            return a / (k + alpha * sums) ** beta
        params = {"size": size, "k": k, "alpha": alpha, "beta": beta}
        write("lrn-" + name, "lrn", params, [x], [], function)

    lrn("alexnet", rand(2, 9, 4, 3, scale=150))
    lrn("few-channels", rand(1, 2, 4, 4, scale=100))
    lrn("beta", rand(1, 7, 4, 4, scale=20), size=3, k=1.5, alpha=0.01, beta=0.6)


def pools():
    def pool(op, function, name, x, kernel, words="", **params):
        renamed = {{"ceil": "ceil_mode"}.get(k, k): v for k, v in params.items()}
        x = x if torch.is_tensor(x) else rand(*x)
        write(f"{op}-{name}", op, {"kernel": kernel, **params}, [x], [],
              lambda x: function(x, kernel, **renamed), words)

    def maxpool(*args, **params):
        pool("maxpool", F.max_pool2d, *args, **params)

    def avgpool(*args, **params):
        pool("avgpool", F.avg_pool2d, *args, **params)

    maxpool("2x2", (2, 2, 8, 9), 2, "training")
    maxpool("overlap", (1, 2, 13, 13), 3, "training", stride=2)
    maxpool("pad-ceil", (1, 2, 9, 10), 3, stride=2, padding=1, ceil=True)
    maxpool("inception", (1, 3, 7, 7), 3, "training", stride=1, padding=1)
    maxpool("rectangular", (1, 2, 9, 12), (3, 2), stride=(1, 3), padding=(1, 0))
    maxpool("ties", rand(1, 3, 9, 9).round(), 3, "training", stride=2)        # to the first of equals
    maxpool("zeros", torch.zeros(1, 1, 6, 6), 3, stride=2, padding=1)
    avgpool("2x2", (2, 2, 8, 9), 2)
    avgpool("7x7", (1, 5, 7, 7), 7)
    avgpool("pad-ceil", (1, 3, 9, 8), 3, stride=2, padding=1, ceil=True, count_include_pad=False)
    avgpool("pad-ceil-counted", (1, 2, 10, 9), (4, 3), stride=3, padding=(2, 1), ceil=True)
    avgpool("inception", (1, 2, 6, 7), 3, stride=1, padding=1)

    def adaptive(name, x, out):
        write("adaptive_avgpool-" + name, "adaptive_avgpool", {"out": out}, [rand(*x)], [],
              lambda x: F.adaptive_avg_pool2d(x, out))
    adaptive("global", (2, 5, 7, 6), 1)
    adaptive("uneven", (1, 2, 11, 13), (4, 5))
    adaptive("enlarges", (1, 2, 3, 5), 7)


def rest():
    wide = torch.cat([rand(1, 3, 5, 5), rand(1, 3, 5, 5, scale=20), rand(1, 3, 5, 5, scale=1e-4)], 1)
    zeros = rand(2, 3, 5, 5)
    zeros[0, :, :2] = 0
    write("relu", "relu", {}, [zeros], [], F.relu)
    write("tanh", "tanh", {}, [wide], [], torch.tanh)
    write("sigmoid", "sigmoid", {}, [wide], [], torch.sigmoid)
    softmax = lambda x: F.softmax(x, 1)
    write("softmax", "softmax", {}, [rand(3, 27, scale=3)], [], softmax)
    write("softmax-one", "softmax", {}, [rand(2, 1)], [], softmax)
    join = lambda *x: torch.cat(x, 1)
    write("concat", "concat", {}, [rand(2, c, 4, 5) for c in (3, 1, 6)], [], join)
    write("concat-vectors", "concat", {}, [rand(3, 4), rand(3, 7)], [], join)
    write("add", "add", {}, [rand(2, 3, 4, 5), rand(2, 3, 4, 5)], [], torch.add)
    write("add-relu", "add", {}, [rand(2, 3, 4, 5), rand(2, 3, 4, 5)], [], torch.add, "relu")

    def subsample(name, x, out, stride):
        before = (out - x[1]) // 2
        params = {"out": out, "stride": stride}
        write("subsample-" + name, "subsample", params, [rand(*x)], [],
              lambda x: F.pad(x[:, :, ::stride, ::stride],
                              (0, 0, 0, 0, before, out - x.shape[1] - before)))
    subsample("odd", (2, 3, 7, 9), 8, 2)
    subsample("stride3", (1, 3, 8, 7), 3, 3)
    write("flatten", "flatten", {}, [rand(2, 3, 4, 5)], [], lambda x: x.flatten(1))
    write("dropout", "dropout", {"p": 0.4}, [rand(2, 3, 4, 4)], [], lambda x: x * 1.0)
    write("dropout-none", "dropout", {"p": 0.0}, [rand(2, 3, 4, 4)], [], lambda x: x * 1.0,
          "training")
    write("dropout-all", "dropout", {"p": 1.0}, [rand(2, 3, 4, 4)], [],
          lambda x: F.dropout(x, 1.0), "training")


class Ruled(torch.autograd.Function):
    """A ReLU whose way back is one of the four that two masks make."""

    @staticmethod
    def forward(ctx, x, masks):
        ctx.save_for_backward(x > 0)
        ctx.masks = masks
        return torch.relu(x)

    @staticmethod
    def backward(ctx, r):
        positive, = ctx.saved_tensors
        forward, backward = ctx.masks
        r = torch.relu(r) if backward else r
        return (r * positive if forward else r), None


def passed(function):
    """With the values of a function, and the way back of none."""
    def call(x):
        return x + (function(x) - x).detach()
    return call


def write_ruled(name, op, params, inputs, weights, function, rules, other=None, relu=False):
    """As write, with rules; gradients of weights are not asked for."""
    words = f"rules={rules}" + (" relu" if relu else "")
    line = " ".join([op] + [f"{k}={text(v)}" for k, v in params.items()] + [words])
    learned = [x.double().requires_grad_() for x in inputs]
    out = function(*learned, *[w.double() for w in weights])
    if relu:
        out = Ruled.apply(out, (rules[0] == "1", rules[2] == "1"))
    signal = rand(*out.shape)
    out.backward(signal.double())
    arrays = {f"in{i}": x for i, x in enumerate(inputs)}
    arrays |= {f"w{i}": w for i, w in enumerate(weights)}
    arrays |= {"out": out, "grad_out": signal} | ({} if other is None else {"other": other})
    arrays |= {f"grad_in{i}": x.grad for i, x in enumerate(learned)}
    write_tensors(ROOT / f"{name}.safetensors",
                  {k: x.detach().float().numpy() for k, x in arrays.items()}, {"case": line})


def switched(switches, kernel, stride, padding):
    """Max pooling whose way back goes to given cells (indexes y * W + x of each map)."""
    class Switched(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.size = x.shape
            return F.max_pool2d(x, kernel, stride, padding)

        @staticmethod
        def backward(ctx, r):
            n, c, h, w = ctx.size
            flat = torch.zeros(n, c, h * w, dtype=r.dtype)
            flat.scatter_add_(2, switches.flatten(2), r.flatten(2))
            return flat.view(ctx.size)
    return Switched.apply


def centers(shape, out, kernel, stride, padding):
    """Each window's middle cell, the nearest inside the picture."""
    def along(size, count):
        return [min(max(o * stride - padding + (kernel - 1) // 2, 0), size - 1)
                for o in range(count)]
    ys, xs = along(shape[2], out[2]), along(shape[3], out[3])
    plane = torch.tensor([[y * shape[3] + x for x in xs] for y in ys])
    return plane.expand(shape[0], shape[1], *plane.shape)


def ruled():
    """Every layer type under every rule that makes a difference to it."""
    def ruled_pool(name, x, kernel, stride, padding=0):
        params = {"kernel": kernel, "stride": stride} | ({"padding": padding} if padding else {})
        other = rand(*x.shape)
        out = F.max_pool2d(x, kernel, stride, padding)
        where = {"r": F.max_pool2d(x, kernel, stride, padding, return_indices=True)[1],
                 "c": centers(x.shape, out.shape, kernel, stride, padding),
                 "o": F.max_pool2d(other, kernel, stride, padding, return_indices=True)[1]}
        for kind, switches in where.items():
            write_ruled(f"maxpool-rules-{name}-{kind}", "maxpool", params, [x], [],
                        switched(switches, kernel, stride, padding), f"0{kind}1",
                        other if kind == "o" else None)

    signed = rand(2, 3, 5, 7)
    signed[0, :, 1] = 0
    weight, square = rand(6, 4, 3, 3, scale=0.2), rand(9, 13, scale=0.3)
    norm = [rand(3), rand(3), rand(3), rand(3).abs() + 0.1]
    for masks in "00", "01", "10", "11":
        rules = f"{masks[0]}r{masks[1]}"
        applied = (masks[0] == "1", masks[1] == "1")
        write_ruled(f"relu-rules-{masks}", "relu", {}, [signed], [],
                    lambda x: Ruled.apply(x, applied), rules)
        write_ruled(f"conv-rules-{masks}", "conv", {"out": 6, "kernel": 3, "padding": 1},
                    [rand(1, 4, 6, 5)], [weight, rand(6)],
                    lambda x, w, b: F.conv2d(x, w, b, padding=1), rules, relu=True)
        write_ruled(f"linear-rules-{masks}", "linear", {"out": 9}, [rand(2, 13)],
                    [square, rand(9)], F.linear, rules, relu=True)
        write_ruled(f"bn-rules-{masks}", "bn", {}, [rand(1, 3, 5, 4)], norm,
                    lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b), rules, relu=True)
        write_ruled(f"add-rules-{masks}", "add", {}, [rand(1, 3, 4, 5), rand(1, 3, 4, 5)], [],
                    torch.add, rules, relu=True)

    def lrn(a):
        squares = F.pad(a * a, (0, 0, 0, 0, 2, 2))
        return a / (2 + 1e-4 * sum(squares[:, i:i + a.shape[1]] for i in range(5))) ** 0.75
    big = rand(1, 7, 4, 3, scale=150)
    for forward, wrap in ("0", passed), ("1", lambda f: f):
        write_ruled(f"lrn-rules-{forward}", "lrn", {}, [big], [], wrap(lrn), f"{forward}r1")
        write_ruled(f"tanh-rules-{forward}", "tanh", {}, [signed], [], wrap(torch.tanh),
                    f"{forward}r1")
        write_ruled(f"sigmoid-rules-{forward}", "sigmoid", {}, [signed], [], wrap(torch.sigmoid),
                    f"{forward}r1")
    ruled_pool("overlap", rand(1, 2, 9, 11), 3, 2)
    ruled_pool("even", rand(2, 2, 8, 6), 2, 2)
    ruled_pool("pad", rand(1, 3, 7, 7), 3, 1, 1)
    for name, op, params, function in (
            ("avgpool", "avgpool", {"kernel": 2}, lambda x: F.avg_pool2d(x, 2)),
            ("concat", "concat", {}, lambda *x: torch.cat(x, 1)),
            ("subsample", "subsample", {"out": 5, "stride": 2},
             lambda x: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1)))):
        count = 2 if op == "concat" else 1
        write_ruled(f"{name}-rules", op, params, [rand(1, 3, 4, 6) for _ in range(count)], [],
                    function, "0r1")


def main():
    global ROOT
    if len(sys.argv) > 1:
        ROOT = Path(sys.argv[1])
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    convolutions()
    norms()
    pools()
    rest()
    ruled()
    files = list(ROOT.iterdir())
    print(f"{len(files)} cases, {sum(f.stat().st_size for f in files):,} bytes")


if __name__ == "__main__":
    main()
