#!/usr/bin/python3
"""Write tests/fixtures/train/parts.h: learning rates, losses and SGD steps as PyTorch has them.

    make_train_fixtures.py      Debian's python3-torch (1.13) will do

A header for tests/test_train_parts.c, since all of it is a few hundred numbers. The cases stand
there too, by name.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, MultiStepLR, OneCycleLR, SequentialLR

OUT = Path(__file__).parent.parent / "fixtures" / "train"


def array(kind, name, values):
    form = (lambda v: f"{float(v)!r}") if kind == "double" else (lambda v: f"{float(v):.9g}")
    texts = [form(v).replace("nan", "NAN").replace("inf", "INFINITY") for v in np.ravel(values)]
    texts = [t + "f" if kind == "float" and t[-1].isdigit() and ("." in t or "e" in t) else t
             for t in texts]
    lines, line = [], "   "
    for text in texts:
        if len(line) + len(text) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {text},"
    lines.append(line)
    return f"static const {kind} {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


def rates(make, steps, rate=0.1):
    optimiser = SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    schedule = make(optimiser)
    out = []
    for _ in range(steps):
        out.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return out


def schedules():
    """50 steps: 10 a epoch, 5 epochs; rate 0.1."""
    yield array("double", "one_cycle_rates", rates(lambda o: OneCycleLR(
        o, 0.1, total_steps=50, pct_start=0.3, div_factor=25, final_div_factor=400,
        cycle_momentum=False), 50)[:50])
    yield array("double", "cosine_rates", rates(lambda o: CosineAnnealingLR(
        o, 49, eta_min=0.001), 50))
    yield array("double", "warm_cosine_rates", rates(lambda o: SequentialLR(
        o, [LinearLR(o, 0.04, total_iters=10), CosineAnnealingLR(o, 39, eta_min=0.001)], [10]), 50))
    yield array("double", "step_rates", rates(lambda o: MultiStepLR(o, [20, 35], 0.2), 50))


def losses():
    """Logits 4 x 5, labels; sum of losses and the mean's gradient, from double precision."""
    torch.manual_seed(7)
    logits = torch.randn(4, 5) * 3
    labels = torch.tensor([2, 0, 4, 1])
    yield array("float", "loss_logits", logits)
    yield array("int32_t", "loss_labels", labels).replace(".0", "").replace("f,", ",")
    for name, smoothing in (("plain", 0.0), ("smooth", 0.1)):
        x = logits.double().requires_grad_()
        loss = cross_entropy(x, labels, label_smoothing=smoothing)
        loss.backward()
        yield array("double", f"loss_{name}_sum", [loss.item() * 4])
        yield array("double", f"loss_{name}_grad", x.grad)


def steps():
    """Three steps of seven weights, gradients given; what the weights are after each."""
    rng = np.random.default_rng(3)
    start, gradients = rng.standard_normal(7), rng.standard_normal((3, 7))
    yield array("float", "sgd_start", start.astype("f4"))
    yield array("float", "sgd_gradients", gradients.astype("f4"))
    for name, options in (("plain", {}), ("decay", {"weight_decay": 0.01}),
                          ("momentum", {"momentum": 0.9, "weight_decay": 0.01}),
                          ("nesterov", {"momentum": 0.9, "weight_decay": 0.01, "nesterov": True})):
        weights = torch.tensor(start.astype("f4"), requires_grad=True)
        optimiser, after = SGD([weights], lr=0.1, **options), []
        for gradient in gradients.astype("f4"):
            weights.grad = torch.tensor(gradient)
            optimiser.step()
            after.append(weights.detach().numpy().copy())
        yield array("float", f"sgd_{name}", np.stack(after))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    parts = [*schedules(), *losses(), *steps()]
    text = "/* Written by tests/reference/make_train_fixtures.py. */\n" + "".join(parts)
    (OUT / "parts.h").write_text(text)


if __name__ == "__main__":
    main()
