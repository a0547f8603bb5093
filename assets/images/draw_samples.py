#!/usr/bin/env python3
"""Draws the pictures of this folder. Needs Debian's python3-pil, python3-numpy and povray.

    python3 draw_samples.py                   all of them
    python3 draw_samples.py orange digit_3    only these
    python3 draw_samples.py --into FOLDER     elsewhere
    python3 draw_samples.py --check           draws them elsewhere and compares them with the ones here

Nothing depends on chance, the clock or the number of processors: the same program versions draw the same bytes.
"""
import argparse
import os
import subprocess
import sys
import tempfile

from PIL import Image

sys.dont_write_bytecode = True
from drawing import digits, garments, patterns  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SCENES = os.path.join(HERE, "scenes")
SIZES = {"still_life": 320}
SCENE_SIZE = 256


def scene(name):
    """The picture that POV-Ray makes of scenes/NAME.pov; one thread, so that no order of work matters."""
    size = SIZES.get(name, SCENE_SIZE)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name + ".png")
        done = subprocess.run(["povray", f"+I{name}.pov", "+O" + path, f"+W{size}", f"+H{size}", "+A0.1", "+R3", "+WT1", "-D"],
                              cwd=SCENES, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            faults = [line for line in done.stderr.splitlines() if "rror" in line]
            raise SystemExit(f"povray on {name}.pov: " + " ".join(faults))
        with Image.open(path) as picture:
            return picture.convert("RGB")


def pictures():
    """Name to a function that draws it."""
    table = {}
    for hand in digits.HANDS:
        for value in range(10):
            table[f"digit_{value}{hand}"] = lambda value=value, hand=hand: digits.picture(value, hand)
    table.update(garments.PICTURES)
    table.update(patterns.PICTURES)
    for file in sorted(os.listdir(SCENES)):
        name, kind = os.path.splitext(file)
        if kind == ".pov":
            table[name] = lambda name=name: scene(name)
    return table


def draw(names, table, folder):
    for name in names:
        print(name, flush=True)
        table[name]().save(os.path.join(folder, name + ".png"), optimize=True)


def differences(names, folder):
    """Those whose file here is not byte for byte the one in the other folder."""
    def content(place, name):
        path = os.path.join(place, name + ".png")
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return file.read()
    return [name for name in names if content(HERE, name) != content(folder, name)]


def main():
    table = pictures()
    parser = argparse.ArgumentParser(description="Draws the sample pictures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a picture, without .png; all if none")
    parser.add_argument("--into", default=HERE, metavar="FOLDER")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in table]
    if unknown:
        parser.error("no such picture: " + ", ".join(unknown) + "; there are " + ", ".join(table))
    names = asked.names or list(table)
    if not asked.check:
        draw(names, table, asked.into)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        draw(names, table, folder)
        changed = differences(names, folder)
    for name in changed:
        print(f"{name}.png differs from what the script draws", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
