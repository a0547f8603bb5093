#!/usr/bin/env python3
"""Prints the tables of src/tensor/colormap.c.

viridis: the 256 colours as matplotlib has them (S. van der Walt and N. Smith, 2015, CC0).
rdbu: two ramps from white, blue and red, made here in OKLCh (B. Ottosson, 2020): lightness falls
evenly and alike on both sides, hue stays, chroma rises as fast as lightness lets it.

    python3 tests/reference/make_colormaps.py      (needs python3-matplotlib)
"""
import math


def srgb(lightness, chroma, hue):
    """An OKLCh colour as 8-bit sRGB, and whether it is one."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
              -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
              -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)
    inside = all(-1e-3 <= c <= 1 + 1e-3 for c in linear)
    code = [12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055
            for c in (min(max(c, 0), 1) for c in linear)]
    return tuple(round(255 * c) for c in code), inside


def ramp(hue, end, chroma_end, steps=16):
    rows = []
    for i in range(steps + 1):
        t = i / steps
        lightness = 1 - t * (1 - end)
        chroma = chroma_end * math.sin(math.pi / 2 * t) ** 0.9
        while not srgb(lightness, chroma, hue)[1]:
            chroma *= 0.99
        rows.append(srgb(lightness, chroma, hue)[0])
    return rows


def show(name, rows):
    print(f"{name}:")
    for i in range(0, len(rows), 8):
        print("    " + " ".join("0x%02x%02x%02x," % row for row in rows[i:i + 8]))


def main():
    from matplotlib import colormaps
    show("viridis", [tuple(round(255 * c) for c in row) for row in colormaps["viridis"].colors])
    show("blue", ramp(258, 0.40, 0.16))
    show("red", ramp(22, 0.40, 0.16))


main()
