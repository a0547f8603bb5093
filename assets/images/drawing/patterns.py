"""Test patterns: what shows which lines, edges, frequencies and colours a filter answers to."""
import math

import numpy as np
from PIL import Image, ImageDraw

SIDE = 256


def grid(size=SIDE):
    """Coordinates of the pixels' centres, from the middle of the picture; y downwards."""
    y, x = np.mgrid[0:size, 0:size]
    return x - (size - 1) / 2, y - (size - 1) / 2


def grey(values):
    """A grey picture of values 0..1."""
    return Image.fromarray((values * 255).round().astype(np.uint8))


def wave(x, y, degrees, period):
    """Sine bars; degrees is the direction across them: 0 gives upright bars, 90 lying ones."""
    angle = math.radians(degrees)
    return 0.5 + 0.5 * np.sin(2 * math.pi * (x * math.cos(angle) + y * math.sin(angle)) / period)


def grating(degrees, period, size=SIDE):
    return grey(wave(*grid(size), degrees, period))


def gratings(size=SIDE):
    """Sixteen round patches: four directions across, four periods down, on middle grey."""
    cell = size // 4
    x, y = grid(cell)
    fade = np.clip((cell * 0.46 - np.hypot(x, y)) / (cell * 0.12), 0, 1)
    rows = [np.hstack([0.5 + (wave(x, y, degrees, period) - 0.5) * fade for degrees in (0, 45, 90, 135)])
            for period in (4, 8, 16, 32)]
    return grey(np.vstack(rows))


def zone_plate(size=SIDE):
    """Rings whose frequency grows with the radius, up to two pixels a period at the sides."""
    x, y = grid(size)
    return grey(0.5 + 0.5 * np.cos(math.pi * (x * x + y * y) / size))


def edges(size=SIDE, finer=8):
    """Sixteen step edges in round patches on middle grey, each turned by 22.5 degrees from the one before."""
    cell = size // 4
    x, y = grid(cell * finer)
    disc = np.hypot(x, y) < 0.46 * cell * finer
    rows = []
    for row in range(4):
        squares = []
        for column in range(4):
            angle = math.radians(22.5 * (4 * row + column))
            side = np.where(x * math.cos(angle) + y * math.sin(angle) > 0, 0.95, 0.05)
            squares.append(np.where(disc, side, 0.5).reshape(cell, finer, cell, finer).mean((1, 3)))
        rows.append(np.hstack(squares))
    return grey(np.vstack(rows))


def checkerboard(size=SIDE, square=32):
    y, x = np.mgrid[0:size, 0:size] // square
    return grey(((x + y) % 2).astype(float))


def colour(hue, saturation, value):
    """Hue in turns; arrays of any one shape to RGB bytes."""
    sector = (hue % 1) * 6
    distance = [np.abs((sector - shift + 3) % 6 - 3) for shift in (0, 2, 4)]
    channels = [value * (1 - saturation * np.clip(d - 1, 0, 1)) for d in distance]
    return (np.stack(channels, axis=-1) * 255).round().astype(np.uint8)


def colour_wheel(size=SIDE):
    """Hue around, saturation from the middle outwards, on middle grey."""
    x, y = grid(size)
    radius = np.hypot(x, y) / (0.47 * size)
    wheel = colour(np.arctan2(-y, x) / (2 * math.pi), np.clip(radius, 0, 1), np.ones_like(x))
    share = np.clip((1 - radius) * 0.47 * size + 0.5, 0, 1)[..., None]
    return Image.fromarray((wheel * share + 128 * (1 - share)).round().astype(np.uint8))


def colour_wedges(size=SIDE):
    """Twelve bars of pure hue, bright to dark downwards."""
    y, x = np.mgrid[0:size, 0:size]
    hue = (x * 12 // size) / 12
    return Image.fromarray(colour(hue, np.ones(hue.shape), 1 - 0.75 * (y * 4 // size) / 3))


def impulse(size=SIDE, width=1):
    """One white dot in the middle of black: what comes out of a convolution is its kernel."""
    values = np.zeros((size, size))
    start = size // 2 - width // 2
    values[start:start + width, start:start + width] = 1
    return grey(values)


def grey_ramp(size=SIDE):
    """Black to white: smooth above, in sixteen steps below."""
    x = np.arange(size)
    values = np.empty((size, size))
    values[:size // 2] = x / (size - 1)
    values[size // 2:] = (x * 16 // size) / 15
    return grey(values)


def medley(size=320):
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


PICTURES = {
    "test_pattern": medley,
    "gratings": gratings,
    "grating_vertical": lambda: grating(0, 16),
    "grating_horizontal": lambda: grating(90, 16),
    "grating_diagonal": lambda: grating(45, 16),
    "grating_fine": lambda: grating(0, 4),
    "zone_plate": zone_plate,
    "edges": edges,
    "checkerboard": checkerboard,
    "colour_wheel": colour_wheel,
    "colour_wedges": colour_wedges,
    "impulse": impulse,
    "grey_ramp": grey_ramp,
}
