#!/usr/bin/python3
"""Write tests/fixtures/explain/NAME/: PyTorch's projections, occlusion and Grad-CAM of the networks
in tests/fixtures/networks, whose weights and input they belong to. maps.json tells of each file what
it is, with "here" for the node as it is called here."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "fixtures" / "explain"
KEPT = "map", "rule", "here", "channel", "mode", "class", "patch", "stride", "file"

# Node as the reference calls it, as it is called here, channel, mode; the last is Grad-CAM's.
NETWORKS = {
    "lenet5": (("conv1", "conv1.tanh", 2, "max"), ("fc1", "fc1.tanh", 7, "max"),
               ("conv2", "conv2.tanh", 5, "all")),
    "resnet20-cifar": (("bn1", "bn1.relu", 3, "max"), ("layer2.0.add", "layer2.0", 4, "all"),
                       ("layer3.2.add", "layer3.2", 6, "max")),
}

for name, starts in NETWORKS.items():
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, HERE / "make_reference.py", name, "--seed", "7", "--out", work,
                   "--gradcam", "3", "--node", starts[-1][0],
                   "--occlusion", "3", "--patch", "8", "--stride", "5"]
        for node, _, channel, mode in starts:
            command += ["--backproject", f"{node}:{channel}:{mode}"]
        subprocess.run(command, check=True)
        maps = json.loads((Path(work) / "reference.json").read_text())["maps"]
        for record in maps:
            shutil.copy(Path(work) / record["file"], folder / record["file"])
            if "node" in record:
                record["here"] = {start[0]: start[1] for start in starts}[record["node"]]
    lines = [json.dumps({key: record[key] for key in KEPT if key in record}) for record in maps]
    (folder / "maps.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
