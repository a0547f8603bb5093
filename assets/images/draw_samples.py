#!/usr/bin/env python3
"""Draws the sample pictures of this folder. Needs Debian's python3-pil, python3-numpy and povray.

    python3 draw_samples.py [FOLDER]
"""
import math
import os
import subprocess
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

HERE = os.path.dirname(os.path.abspath(__file__))


def catmull_rom(points, steps=24):
    """A smooth curve through the points."""
    p = [points[0]] + points + [points[-1]]
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        for i in range(steps):
            t = i / steps
            yield tuple(
                0.5 * (2 * b[k] + (c[k] - a[k]) * t
                       + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
                       + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3)
                for k in (0, 1))
    yield points[-1]


def digit(strokes, size=280):
    """Pen strokes in a square of 28 x 28, white on black as in MNIST, a little thinner at the ends."""
    scale = 4 * size / 28
    picture = Image.new("L", (4 * size, 4 * size), 0)
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        curve = list(catmull_rom(stroke))
        for i, (x, y) in enumerate(curve):
            share = i / (len(curve) - 1)
            radius = scale * (0.95 + 0.3 * math.sin(math.pi * share) ** 0.7)
            pen.ellipse((x * scale - radius, y * scale - radius,
                         x * scale + radius, y * scale + radius), fill=255)
    picture = picture.resize((size, size), Image.BOX)
    return picture.filter(ImageFilter.GaussianBlur(size / 140))


SEVEN = [[(7.2, 8.2), (10.5, 7.4), (15, 7.2), (19.6, 6.6), (20.6, 7.2),
          (18.6, 11), (16.2, 15.2), (14.2, 19.4), (12.9, 23.2)]]
THREE = [[(9.2, 7.4), (12, 5.6), (15.6, 5.4), (18, 7.2), (17.6, 10), (15, 12.2), (12.6, 13.2),
          (15.4, 13.3), (18.4, 15.2), (19, 18.4), (17, 21.4), (13.4, 22.6), (10, 21.8), (8.4, 20.2)]]


def test_pattern(size=320):
    """A zone plate, whose frequency grows with the radius; wedges of colour; a ramp of grey; edges."""
    y, x = np.mgrid[0:size, 0:size]
    half = size // 2
    picture = np.zeros((size, size, 3), np.uint8)
    u, v = x[:half, :half] - half / 2 + 0.5, y[:half, :half] - half / 2 + 0.5
    zone = 127.5 + 127.5 * np.cos(math.pi * (u * u + v * v) / half)
    picture[:half, :half] = zone.round()[..., None]
    angle = np.arctan2(v, u)
    wedge = ((angle + math.pi) / (2 * math.pi) * 12).astype(int) % 12
    hues = np.array([[round(255 * (0.5 + 0.5 * math.cos(2 * math.pi * (k / 12 - c / 3))))
                      for c in range(3)] for k in range(12)])
    inside = np.hypot(u, v) < half * 0.45
    picture[:half, half:] = np.where(inside[..., None], hues[wedge], 128)
    picture[half:, :half] = (np.arange(half) * 255 // (half - 1))[None, :, None]
    picture[half + half // 2:, :half] = ((np.arange(half) * 8 // half) * 255 // 7)[None, :, None]
    corner = Image.new("RGB", (half, half), (240, 240, 240))
    pen = ImageDraw.Draw(corner)
    for i in range(5):
        width = 1 << i
        left = 8 + i * 28
        for k in range(24 // (2 * width) if width < 16 else 1):
            pen.rectangle((left + 2 * k * width, 8, left + (2 * k + 1) * width - 1, 60), fill=0)
    pen.ellipse((12, 76, 76, 140), fill=(0, 114, 178))
    pen.polygon(((90, 140), (150, 140), (120, 78)), fill=(213, 94, 0))
    picture[half:, half:] = np.asarray(corner)
    return Image.fromarray(picture)


def still_life(path, size=320):
    subprocess.run(["povray", "+I" + os.path.join(HERE, "still_life.pov"), "+O" + path,
                    f"+W{size}", f"+H{size}", "+A0.1", "+R3", "-D", "-GA"],
                   check=True, stderr=subprocess.DEVNULL)
    Image.open(path).convert("RGB").save(path, optimize=True)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    digit(SEVEN).save(os.path.join(folder, "digit_7.png"), optimize=True)
    digit(THREE).save(os.path.join(folder, "digit_3.png"), optimize=True)
    test_pattern().save(os.path.join(folder, "test_pattern.png"), optimize=True)
    still_life(os.path.join(folder, "still_life.png"))


if __name__ == "__main__":
    main()
