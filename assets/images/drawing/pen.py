"""Curves and pen strokes, drawn four times as large and reduced, so that edges are soft."""
import math

from PIL import Image, ImageDraw

SIZE = 280          # of digits and garments: ten times the 28 of the networks that read them
FINER = 4


def catmull_rom(points, steps=24, closed=False):
    """A smooth curve through the points (Catmull and Rom, 1974)."""
    if closed:
        p = [points[-1]] + list(points) + list(points[:2])
    else:
        p = [points[0]] + list(points) + [points[-1]]
    curve = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        for i in range(steps):
            t = i / steps
            curve.append(tuple(
                0.5 * (2 * b[k] + (c[k] - a[k]) * t
                       + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
                       + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3)
                for k in (0, 1)))
    return curve if closed else curve + [points[-1]]


def blank():
    return Image.new("L", (FINER * SIZE, FINER * SIZE), 0)


def scaled(points):
    """Points of the 28 x 28 square in the pixels of blank()."""
    return [(x * FINER * SIZE / 28, y * FINER * SIZE / 28) for x, y in points]


def stroke(picture, curve, radius, value=255):
    """Draws the curve (in the 28 x 28 square) with a round pen; radius(share) in the same units."""
    pen = ImageDraw.Draw(picture)
    scale = FINER * SIZE / 28
    for i, (x, y) in enumerate(curve):
        r = scale * radius(i / max(1, len(curve) - 1))
        pen.ellipse((x * scale - r, y * scale - r, x * scale + r, y * scale + r), fill=value)


def line(picture, points, width, value=255, smooth=True):
    """A line of one width, round at the ends, through the points."""
    curve, steps = (catmull_rom(points), 8) if smooth else (points, 200)
    dense = [(a[0] + (b[0] - a[0]) * i / steps, a[1] + (b[1] - a[1]) * i / steps)
             for a, b in zip(curve, curve[1:]) for i in range(steps + 1)]
    stroke(picture, dense, lambda share: width / 2, value)


def taper(share, ends=0.72):
    """Pressure of the pen along a stroke: full in the middle, less where it is set down and lifted."""
    return ends + (1 - ends) * math.sin(math.pi * share) ** 0.6


def reduced(picture):
    return picture.resize((SIZE, SIZE), Image.BOX)
