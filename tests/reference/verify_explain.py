#!/usr/bin/python3
"""Compare `convoscope explain` with PyTorch: projections by three rules, occlusion, Grad-CAM.

    verify_explain.py [MODEL ...] [--seed 1] [--program build/convoscope] [--work DIR] [--threads N]

Eight networks, an early, a middle and a late node each, three rules, the largest position and the
whole channel; then occlusion and Grad-CAM. A line each: the relative L2 distance from
make_reference.py's map, and that map's own distance from the same in double precision (noise).
Where a value lies within rounding of 0 or of another, a ReLU or a switch goes the other way: so at
least nine tenths must be within 1e-4 and all within 5e-2. Those beyond 1e-4 are listed, each with
what comes out when the same sums are rounded otherwise (--cpu avx2, --cpu ref, --conv naive): a
distance within 1e-4 by any of them shows that it was such a tie. Then, for the networks concerned,
the ReLUs and switches that went another way than in double precision, and how far from a tie they
were there: the gap, as a share of the largest value of the map. Exit status 1 if the shares do not
hold, or a gap is beyond 1e-5. Takes some minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import compare
import zoo
from graph import Network
from make_reference import load_weights

HERE = Path(__file__).resolve().parent
NEAR, FAR, SHARE, GAP = 1e-4, 5e-2, 0.9, 1e-5
CHANNEL, CLASS = 3, 5
ROUNDINGS = ("--cpu", "avx2"), ("--cpu", "ref"), ("--conv", "naive")

# By model: nodes as the reference calls them and as they are called here, early to late; the last
# is that of Grad-CAM.
NODES = {
    "alexnet": (("conv1", "conv1.relu"), ("conv3", "conv3.relu"), ("conv5", "conv5.relu")),
    "zfnet": (("conv1", "conv1.relu"), ("conv3", "conv3.relu"), ("conv5", "conv5.relu")),
    "vgg16": (("features.2", "features.2.relu"), ("features.14", "features.14.relu"),
              ("features.28", "features.28.relu")),
    "googlenet": (("conv2", "conv2.relu"), ("inception_3b.cat", "inception_3b"),
                  ("inception_5b.cat", "inception_5b")),
    "resnet18": (("layer1.0.add", "layer1.0"), ("layer2.1.add", "layer2.1"),
                 ("layer4.1.add", "layer4.1")),
    "resnet50": (("layer1.2.add", "layer1.2"), ("layer3.1.add", "layer3.1"),
                 ("layer4.2.add", "layer4.2")),
    "densenet121": (("features.norm0", "features.norm0.relu"),
                    ("features.denseblock2.denselayer6.norm2",
                     "features.denseblock2.denselayer6.norm2.relu"),
                    ("features.norm5", "features.norm5.relu")),
    "resnet20-cifar": (("layer1.1.add", "layer1.1"), ("layer2.1.add", "layer2.1"),
                       ("layer3.2.add", "layer3.2")),
}


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def reference(model, options, folder):
    """The maps of one run of make_reference.py, from an earlier call if they are there."""
    if not (folder / "reference.json").exists():
        side = json.loads((HERE / "expected" / f"{model}.json").read_text())["input"][1]
        command = [sys.executable, HERE / "make_reference.py", model, "--seed", options.seed,
                   "--out", folder, "--occlusion", CLASS, "--patch", side // 5,
                   "--stride", side // 5, "--gradcam", CLASS, "--node", NODES[model][-1][0]]
        for node, _ in NODES[model]:
            for mode in "max", "all":
                command += ["--backproject", f"{node}:{CHANNEL}:{mode}"]
        run(command)
    return json.loads((folder / "reference.json").read_text())["maps"]


def ours(model, record, options, folder, rounding=()):
    """The same map, computed here."""
    out = folder / "ours.npy"
    names = dict(NODES[model])
    command = [options.program, "explain"]
    common = [model, "--weights", folder / "weights.safetensors", "--input", folder / "input.npy",
              "--threads", options.threads, "--quiet", "--out", out, *rounding]
    if record["map"] == "backproject":
        command += [record["rule"], *common, "--node", names[record["node"]],
                    "--channel", record["channel"], "--at", record["mode"]]
    elif record["map"] == "gradcam":
        command += ["gradcam", *common, "--node", names[record["node"]],
                    "--class", record["class"]]
    else:
        command += ["occlusion", *common, "--class", record["class"],
                    "--patch", record["patch"], "--stride", record["stride"]]
    run(command)
    return np.load(out)


def otherwise(model, record, wanted, options, folder):
    """The distances by other roundings, until one is near."""
    said = []
    for rounding in ROUNDINGS:
        got = ours(model, record, options, folder, rounding)
        distance = compare.compare(got, wanted)[1]
        said.append(f"{' '.join(rounding)} {distance:.1e}")
        if distance <= NEAR:
            break
    return f"{', '.join(said)}; PyTorch's is {record.get('noise', 0):.1e} from double precision"


def check(model, options):
    """[(text, distance, remark)] of one model."""
    folder = options.work / f"{model}-{options.seed}"
    rows = []
    for record in reference(model, options, folder):
        wanted = np.load(folder / record["file"])
        got = ours(model, record, options, folder)
        assert compare.trimmed(got.shape) == compare.trimmed(wanted.shape), record
        _, distance, _ = compare.compare(got, wanted)
        what = [record["map"]] if record["map"] != "backproject" else [record["rule"]]
        what += [str(record[k]) for k in ("node", "mode", "patch") if k in record]
        remark = otherwise(model, record, wanted, options, folder) if distance > NEAR else ""
        rows.append((f"{model} {' '.join(what)}", distance, remark))
        noise = f"{record['noise']:9.2e}" if "noise" in record else ""
        print(f"{rows[-1][0]:66} {distance:9.2e} {noise}", flush=True)
    return rows


def flipped(step, exact, got):
    """Gaps of the decisions of a ReLU or max pool that differ: exact is its input in double."""
    scale = exact.abs().amax((2, 3), keepdim=True) if exact.dim() == 4 else exact.abs().max()
    if step.kind == "relu":
        return ((exact.abs() / scale)[(exact > 0) != (got > 0)]).tolist()
    pool = step.module
    best, where = F.max_pool2d(exact, pool.kernel_size, pool.stride, pool.padding,
                               ceil_mode=pool.ceil_mode, return_indices=True)
    _, ours = F.max_pool2d(got, pool.kernel_size, pool.stride, pool.padding,
                           ceil_mode=pool.ceil_mode, return_indices=True)
    chosen = exact.flatten(2).gather(2, ours.flatten(2)).view_as(best)
    return (((best - chosen) / scale)[(where != ours) & (best != chosen)]).tolist()


def ties(model, options):
    """The largest gap of all decisions that went another way than in double precision."""
    folder = options.work / f"{model}-{options.seed}"
    dump = folder / "dump"
    run([options.program, "run", model, "--weights", folder / "weights.safetensors", "--input",
         folder / "input.npy", "--threads", options.threads, "--quiet", "--dump", dump,
         "--nodes", "all"])
    there = {f.name[:-4]: f for f in (dump / "acts").glob("*.npy")}
    module = zoo.build(model, None)
    load_weights(module, folder / "weights.safetensors")
    net, exact, gaps, compared = Network(module.double()), {}, [], 0
    with torch.no_grad():
        for step, y in net.walk(torch.from_numpy(np.load(folder / "input.npy")).double()):
            exact[step] = y
    for step in net.steps:
        before = net.inputs(step)[0]
        if step.kind not in ("relu", "maxpool") or before is None:
            continue
        name = before.name.removesuffix(".cat")
        if before.kind == "relu":
            name = net.inputs(before)[0].name + ".relu"
        if name in there:
            compared += 1
            gaps += flipped(step, exact[before], torch.from_numpy(np.load(there[name])))
    print(f"  {model}: {len(gaps)} ReLUs and switches of {compared} layers go another way than in "
          f"double precision, none further than {max(gaps, default=0):.1e} from a tie")
    return max(gaps, default=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("models", nargs="*", metavar="MODEL")
    add("--seed", type=int, default=1)
    add("--program", default="build/convoscope")
    add("--work", type=Path, help="kept, and used again; default: a temporary folder")
    add("--threads", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        options.work = options.work or Path(temporary)
        options.work.mkdir(parents=True, exist_ok=True)
        print(f"{'':66} {'rel L2':>9} {'noise':>9}")
        rows = [row for model in options.models or NODES for row in check(model, options)]
        near = [row for row in rows if row[1] <= NEAR]
        rest = [row for row in rows if not row[1] <= NEAR]
        beyond = [row for row in rows if not row[1] <= FAR]
        print(f"{len(near)} of {len(rows)} within {NEAR:g}, {len(beyond)} beyond {FAR:g}")
        for text, distance, remark in rest:
            print(f"  {text}: {distance:.2e}; rounded otherwise: {remark}")
        gap = max([ties(model, options) for model in sorted({row[0].split()[0] for row in rest})],
                  default=0)
    return 1 if beyond or len(near) < SHARE * len(rows) or gap > GAP else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
