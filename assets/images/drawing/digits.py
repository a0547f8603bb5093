"""Handwritten digits, white on black as in MNIST: two hands, each with its own forms, slant and pen.

MNIST fits a digit into 20 x 20 and puts its centre of mass in the middle of 28 x 28 (LeCun, Bottou,
Bengio, Haffner 1998, section III.A); so does picture().
"""
import math
import random

import numpy as np
from PIL import ImageFilter

from .pen import SIZE, blank, catmull_rom, reduced, stroke, taper

# Strokes in a box about 10 wide and 14 high, y downwards.
UPRIGHT = {
    0: [[(5.4, 0.2), (2.2, 1.4), (0.6, 5), (0.7, 9.6), (2.6, 13), (5.4, 13.8), (8.2, 12.2), (9.4, 8.4),
         (9.2, 4.2), (7.6, 1), (5.2, 0.3), (4.4, 0.7)]],
    1: [[(5.2, 0), (5, 4.6), (4.9, 9.2), (4.8, 14)]],
    2: [[(0.8, 3.2), (2.2, 0.9), (5, 0), (7.8, 1.2), (8.4, 4), (6.8, 7.2), (3.6, 10.6), (0.8, 13.4)],
        [(0.8, 13.4), (3.6, 13), (6.4, 13.3), (9.4, 13.2)]],
    3: [[(1.4, 1.7), (4, 0.2), (7.2, 0.4), (8.4, 2.4), (7.6, 4.8), (5.4, 6.2), (3.6, 6.7),
         (6, 6.9), (8.7, 8.6), (9, 11.2), (7, 13.4), (3.8, 13.9), (0.8, 12.6)]],
    4: [[(2.6, 0.2), (1.9, 3.4), (0.6, 7.4), (3.2, 8), (6.2, 7.7), (9.6, 7.1)],
        [(7.3, 1.2), (7, 5.2), (6.7, 9.6), (6.6, 14)]],
    5: [[(2.3, 0.4), (1.9, 3), (1.6, 5.6), (4.6, 5), (7.6, 6.2), (8.7, 9), (7.4, 12.2), (4.4, 13.8), (0.9, 12.8)],
        [(2.3, 0.5), (5, 0.7), (8.6, 0.1)]],
    6: [[(7.2, 0.2), (4.2, 2.6), (1.9, 6.4), (1.1, 10.2), (2.6, 13.2), (5.6, 13.8), (8.2, 12), (8.2, 9),
         (6, 7.4), (3.4, 8.2), (1.5, 10.4)]],
    7: [[(0.4, 1.6), (3.4, 0.8), (7, 0.6), (9.4, 0.2), (9.6, 1), (8.2, 4.4), (6.4, 8.2), (5.3, 11), (4.6, 14)]],
    8: [[(7.9, 2.2), (5.6, 0.3), (2.6, 1), (1.8, 3.6), (4, 6), (6.8, 8), (8.4, 10.6), (7, 13.2), (4.2, 13.9),
         (1.8, 12.4), (1.8, 9.6), (4.4, 7), (7.2, 4.9), (8.1, 2.6)]],
    9: [[(8.3, 2.6), (6, 0.3), (2.8, 0.9), (1.2, 3.6), (2.2, 6.4), (5, 7), (7.4, 5), (8.4, 2.4)],
        [(8.4, 2.2), (8.2, 6.4), (7.6, 10.2), (6.9, 14)]],
}
FLOWING = {
    0: [[(6.4, 0.6), (3.6, 0.3), (1.2, 3), (0.2, 7.2), (1.4, 11.6), (4.6, 13.2), (8.2, 11.2), (9.9, 6.8), (8.9, 2.6),
         (6, 0.9), (4.8, 1.8)]],
    1: [[(1.9, 3.6), (3.6, 2.3), (5, 0.2), (5.1, 4.6), (5, 9.4), (4.9, 13.8)]],
    2: [[(1.2, 2.8), (3.6, 0.4), (6.8, 0.8), (7.8, 3.8), (6, 7.6), (2.8, 11.8), (1, 13), (0.6, 11.8), (2.2, 11.2),
         (4.6, 12.6), (7, 13.5), (9.8, 12.2)]],
    3: [[(0.9, 0.8), (4.2, 0.6), (8.2, 0.4), (6.4, 2.9), (4.2, 5.4), (7, 5.8), (8.9, 8.2), (8.4, 11.6),
         (5.6, 13.8), (2.4, 13.4), (0.6, 11.8)]],
    4: [[(6.6, 0.2), (4, 4.4), (1.6, 7.8), (0.4, 9.6), (3, 9.7), (6.4, 9.4), (9.8, 9.3)],
        [(7, 0.3), (6.9, 5), (6.7, 9.4), (6.6, 13.9)]],
    5: [[(9, 0.2), (6, 0.5), (3, 0.8), (2.3, 3), (1.8, 5.8), (4.8, 5.3), (7.9, 6.6), (8.3, 9.6), (6.4, 12.6),
         (3.4, 13.8), (0.4, 13.2)]],
    6: [[(5.4, 0.2), (3, 3.4), (1.4, 7.6), (1.4, 11.6), (3.6, 13.8), (6.8, 13), (8.2, 10.2), (6.6, 8), (4, 8.6), (2, 11)]],
    7: [[(0.6, 2.6), (0.8, 0.8), (4.2, 1.1), (9.2, 0.4), (7.6, 4), (5.6, 8.4), (4.2, 13.9)],
        [(3.2, 7.4), (5.8, 7.1), (8.4, 6.6)]],
    8: [[(5.2, 6.4), (2.6, 4.8), (2, 2.2), (4.6, 0.2), (7.4, 1), (7.7, 3.6), (5.2, 6.4), (2, 8.8), (1.4, 11.8), (4, 13.9),
         (7.4, 13), (8.4, 10), (6.9, 7.8), (5, 6.5)]],
    9: [[(8.4, 3), (6.4, 0.5), (3.2, 0.8), (1.2, 3.4), (2.2, 6.2), (5.2, 6.8), (7.8, 4.8), (8.5, 2.4), (8.6, 7),
         (7.6, 11.2), (5.2, 13.8), (2.4, 13.2)]],
}
# Forms, slant (shift to the right a unit of height), radius of the pen, unsteadiness of the hand.
HANDS = {"": (UPRIGHT, 0.05, 1.12, 0.16), "b": (FLOWING, 0.2, 0.98, 0.2)}


def smooth_noise(chance, knots):
    """A function of [0, 1] that wanders within [-1, 1]."""
    values = [chance.uniform(-1, 1) for _ in range(knots)]

    def at(share):
        place = share * (knots - 1)
        k = min(int(place), knots - 2)
        t = (1 - math.cos(math.pi * (place - k))) / 2
        return values[k] * (1 - t) + values[k + 1] * t
    return at


def fitted(curves, radius):
    """Moved and scaled so that the ink fits 20 x 20 in the middle of 28 x 28."""
    xs, ys = zip(*[point for curve in curves for point in curve])
    reach = 20 - 2.1 * radius
    scale = reach / max(max(xs) - min(xs), max(ys) - min(ys))
    cx, cy = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [[(14 + scale * (x - cx), 14 + scale * (y - cy)) for x, y in curve] for curve in curves]


def ink(curves, radius, pressures):
    picture = blank()
    for curve, pressure in zip(curves, pressures):
        stroke(picture, curve, lambda share: radius * taper(share) * (1 + 0.13 * pressure(share)))
    return reduced(picture).filter(ImageFilter.GaussianBlur(SIZE / 110))


def picture(value, hand):
    """A digit of 0..9 in the hand "" or "b"; always the same."""
    forms, slant, radius, shake = HANDS[hand]
    chance = random.Random(f"digit {value}{hand}")
    curves = []
    for points in forms[value]:
        shaken = [(x + chance.gauss(0, shake), y + chance.gauss(0, shake)) for x, y in points]
        curves.append(catmull_rom([(x + slant * (7 - y), y) for x, y in shaken]))
    pressures = [smooth_noise(chance, 6) for _ in curves]
    curves = fitted(curves, radius)
    grey = np.asarray(ink(curves, radius, pressures), float)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    dx = 14 - (grey * (x + 0.5)).sum() / grey.sum() * 28 / SIZE
    dy = 14 - (grey * (y + 0.5)).sum() / grey.sum() * 28 / SIZE
    return ink([[(px + dx, py + dy) for px, py in curve] for curve in curves], radius, pressures)
