#!/usr/bin/python3
"""Run every network of the zoo in convoscope and in PyTorch and compare them, layer by layer.

    verify.py [MODEL ...] [--seeds 1,2] [--program build/convoscope] [--work DIR] [--paths gemm,winograd,auto,naive]

For each network and seed: make_reference.py writes weights, input and activations; convoscope runs
the same by each path (auto: as it chooses) for each CPU tier and 1, 2 and 3 threads;
every weighted node, the logits and the probabilities must be within 1e-4 (relative L2), and the
files of 1, 2 and 3 threads must be equal in every byte. Also: `info --json` must equal
expected/MODEL.json. Needs Debian's python3-torch and python3-torchvision. Exit status 1 if anything
differs.
"""

import argparse
import filecmp
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import compare
import zoo

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-4
TIERS = "ref", "avx2", "avx512"
THREADS = 1, 2, 3
NAIVE_MACS_ALL_THREADS = 1e9    # beyond this the naive path runs with 2 threads only


def tiers():
    """Those that this machine has."""
    flags = ""
    if Path("/proc/cpuinfo").exists():
        flags = Path("/proc/cpuinfo").read_text()
    return ["ref"] + [t for t, flag in (("avx2", " avx2 "), ("avx512", " avx512bw "))
                      if flag in flags]


def check(model, program):
    """`info` against expected/MODEL.json; the list of what differs."""
    ours = json.loads(subprocess.run([program, "info", model, "--json"], check=True,
                                     capture_output=True).stdout)
    theirs = json.loads((HERE / "expected" / f"{model}.json").read_text())
    wrong = []

    def same(what, a, b):
        if a != b:
            wrong.append(f"{what}: {a}, expected {b}")

    same("input", ours["input"], theirs["input"])
    same("params", ours["params"], theirs["total_params"])
    same("macs", ours["macs"], theirs["total_macs"])
    nodes = {n["name"]: n for n in ours["nodes"]}
    for e in theirs["weighted"]:
        n = nodes.get(e["name"])
        if not n:
            wrong.append(f"no node {e['name']}")
            continue
        for key in "op", "in", "out", "params", "macs":
            same(f"{e['name']} {key}", n[key], e[key])
    for e in theirs["receptive_fields"]:
        n = nodes.get(e["name"])
        if n:
            same(f"{e['name']} field", n["rf"], {k: e[k] for k in ("size", "jump", "start")})
    names = [n["name"] for n in ours["nodes"] if n["op"] in ("conv", "linear", "bn")]
    same("weighted nodes", sorted(names), sorted(e["name"] for e in theirs["weighted"]))
    return wrong


def run(program, model, reference, out, *options):
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "run", model, "--weights", reference / "weights.safetensors",
               "--input", reference / "input.npy", "--dump", out, "--nodes", "weighted",
               "--quiet", *options]
    start = time.time()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}:\n{done.stderr}")
    return time.time() - start


def differences(reference, out):
    """The worst relative L2 distance, where, and the names that one side lacks."""
    worst, where = 0.0, "-"
    missing = []
    for folder in "acts", ".":
        names = {f.name for f in (reference / folder).glob("*.npy")} - {"input.npy"}
        here = {f.name for f in (out / folder).glob("*.npy")}
        missing += sorted(names ^ here)
        for name in names & here:
            a, b = np.load(reference / folder / name), np.load(out / folder / name)
            _, distance, _ = compare.compare(a, b)
            if a.size != b.size or not distance <= worst:
                worst, where = distance, name
    return worst, where, missing


def equal_bytes(a, b):
    files = [f.relative_to(a) for f in a.rglob("*.npy")]
    return all(filecmp.cmp(a / f, b / f, shallow=False) for f in files)


def verify(model, seed, options):
    """Returns the number of failures."""
    work = options.work / f"{model}-{seed}"
    reference = work / "ref"
    subprocess.run([sys.executable, HERE / "make_reference.py", model, "--seed", str(seed),
                    "--out", reference], check=True, capture_output=True)
    macs = json.loads((HERE / "expected" / f"{model}.json").read_text())["total_macs"]
    paths = options.paths.split(",")
    cases = [(path, tier, THREADS) for path in paths if path != "naive" for tier in tiers()]
    if "naive" in paths:
        cases.append(("naive", tiers()[-1],
                      THREADS if macs < NAIVE_MACS_ALL_THREADS else THREADS[1:2]))
    failures = 0
    for conv, tier, threads in cases:
        outs = [work / f"{conv}-{tier}-{t}" for t in threads]
        seconds = [run(options.program, model, reference, out, "--conv", conv, "--cpu", tier,
                       "--threads", str(t)) for t, out in zip(threads, outs)]
        worst, where, missing = differences(reference, outs[0])
        same = all(equal_bytes(outs[0], out) for out in outs[1:])
        good = worst <= TOLERANCE and same and not missing
        failures += not good
        print(f"{model:16} seed {seed} {conv:8} {tier:6} worst {worst:.1e} at {where:44} "
              f"threads {','.join(map(str, threads))}: {'same bits' if same else 'DIFFER'} "
              f"{max(seconds):5.1f} s {'ok' if good else 'FAIL ' + ' '.join(missing)}", flush=True)
    shutil.rmtree(work)
    return failures


def main():
    parser = argparse.ArgumentParser(description="Compare convoscope with PyTorch.")
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--program", type=Path, default=HERE.parents[1] / "build" / "convoscope")
    parser.add_argument("--work", type=Path, default=HERE.parents[1] / "build" / "verify")
    parser.add_argument("--paths", default="gemm,winograd,auto,naive")
    options = parser.parse_args()
    options.program = options.program.resolve()
    failures = 0
    for model in options.models or zoo.names():
        for wrong in check(model, options.program):
            print(f"{model}: info: {wrong}  FAIL")
            failures += 1
        for seed in options.seeds.split(","):
            failures += verify(model, int(seed), options)
    print("all agree" if not failures else f"{failures} FAILED")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
