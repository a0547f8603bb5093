#!/usr/bin/python3
"""Write tests/fixtures/networks/NAME/: what PyTorch computes for two small networks, kept for
`make test` (which needs no PyTorch). weights.safetensors, input.npy, logits.npy, probs.npy, and
nodes.json with the L2 norm, smallest and largest value of each weighted node."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "fixtures" / "networks"

for name in "lenet5", "resnet20-cifar":
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([sys.executable, HERE / "make_reference.py", name, "--seed", "7",
                        "--out", work], check=True)
        for file in "weights.safetensors", "input.npy", "logits.npy", "probs.npy":
            shutil.copy(Path(work) / file, folder / file)
        report = json.loads((Path(work) / "reference.json").read_text())
    nodes = [{key: node[key] for key in ("name", "l2", "min", "max")} for node in report["nodes"]]
    (folder / "nodes.json").write_text(
        "[\n" + ",\n".join(json.dumps(node) for node in nodes) + "\n]\n")
