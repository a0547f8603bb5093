#!/usr/bin/env python3
"""Makes tests/fixtures/image: small pictures, and what Pillow makes of them.

    /usr/bin/python3 tests/reference/make_image_fixtures.py     (needs python3-pil, python3-numpy)

base.ppm holds the pixels that every lossless file of the picture must give; over.ppm those of the
picture with alpha laid over white. resize.bin holds cases of Image.resize(BILINEAR), each: five
little-endian 16-bit numbers (width, height, channels, new width, new height), the input's bytes,
the output's bytes. The resampling is that of Pillow 9.4 (unchanged since 3.4).
"""
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "image")


def put(name, data):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(data)


def encode(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png(width, height, depth, color, rows, interlace=0, before=b""):
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)) +
            before + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def interlaced(pixels):
    """Adam7, unfiltered."""
    rows = b""
    for x, y, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                         (1, 0, 2, 2), (0, 1, 1, 2)):
        part = pixels[y::dy, x::dx]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    return rows


def lossless(random):
    base = random.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    image = Image.fromarray(base)
    put("base.ppm", encode(image, "PPM"))
    put("rgb.png", encode(image, "PNG"))
    put("interlaced.png", png(7, 5, 8, 2, interlaced(base), 1))
    put("rgb.bmp", encode(image, "BMP"))
    put("rgb.tga", encode(image, "TGA"))
    put("rle.tga", encode(image, "TGA", compression="tga_rle"))
    palette = image.quantize(35, kmeans=35)
    put("palette.ppm", encode(palette.convert("RGB"), "PPM"))
    put("palette.png", encode(palette, "PNG"))
    put("palette.bmp", encode(palette, "BMP"))
    put("palette.tga", encode(palette, "TGA", compression="tga_rle"))
    put("palette.gif", encode(palette, "GIF", interlace=1, comment=b"a, b; c!"))
    other = Image.fromarray(255 - base).quantize(35)
    put("animated.gif", encode(palette, "GIF", save_all=True, append_images=[other]))
    grey = Image.fromarray(base[:, :, 0])
    put("grey.pgm", encode(grey, "PPM"))
    put("grey.png", encode(grey, "PNG"))
    put("grey.tga", encode(grey, "TGA"))
    put("to_grey.pgm", encode(image.convert("L"), "PPM"))


def with_alpha(random):
    image = Image.fromarray(random.integers(0, 256, (5, 7, 4), dtype=np.uint8))
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    white.paste(image, (0, 0), image)
    put("over.ppm", encode(white.convert("RGB"), "PPM"))
    put("rgba.png", encode(image, "PNG"))
    put("rgba.tga", encode(image, "TGA"))
    # The fourth byte means nothing in the oldest header; in a later one a mask says it is alpha.
    put("opaque.ppm", encode(image.convert("RGB"), "PPM"))
    put("opaque.bmp", encode(image, "BMP"))
    header = struct.pack("<IiiHHIIiiII4I", 56, 7, -5, 1, 32, 3, 140, 0, 0, 0, 0,
                         0xff << 24, 0xff << 16, 0xff << 8, 0xff)
    pixels = np.array(image)[:, :, ::-1].tobytes()  # alpha, blue, green, red
    put("masks.bmp", struct.pack("<2sIHHI", b"BM", 14 + 56 + 140, 0, 0, 70) + header + pixels)


def sixteen_bits(random):
    pixels = random.integers(0, 65536, (5, 7))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    put("grey16.png", png(7, 5, 16, 0, rows))
    put("grey16.pgm", b"P5 7 5 255\n" + np.floor(pixels * 255 / 65535 + 0.5)
        .astype(np.uint8).tobytes())
    pixels = random.integers(0, 65536, (5, 7, 4))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    put("rgba16.png", png(7, 5, 16, 6, rows))
    alpha = pixels[:, :, 3:]
    over = pixels[:, :, :3] * alpha + 65535 * (65535 - alpha)
    put("over16.ppm", b"P6 7 5 255\n" + np.floor(over * 255.0 / 65535.0**2 + 0.5)
        .astype(np.uint8).tobytes())


def oriented():
    """24 x 16, in quarters of four greys, split at 8 from the left and 8 from the top."""
    pixels = np.zeros((16, 24), np.uint8)
    pixels[:8, :8], pixels[:8, 8:], pixels[8:, :8], pixels[8:, 8:] = 40, 100, 160, 220
    image = Image.fromarray(pixels)
    put("quarters.pgm", encode(image, "PPM"))
    put("quarters.tga", encode(image, "TGA", compression="tga_rle"))
    for orientation in range(1, 9):
        order, kind = ("<", b"II*\0") if orientation % 2 else (">", b"MM\0*")
        exif = kind + struct.pack(order + "IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)
        put(f"orient{orientation}.jpg",
            encode(image, "JPEG", exif=b"Exif\0\0" + exif, quality=90, optimize=True))
        if orientation == 6:
            rows = b"".join(b"\0" + row.tobytes() for row in pixels)
            put("orient6.png", png(24, 16, 8, 0, rows, before=chunk(b"eXIf", exif)))


def jpegs():
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:, :8], pixels[:, 8:] = (200, 60, 30), (20, 90, 180)
    image = Image.fromarray(pixels)
    put("halves.jpg", encode(image, "JPEG", quality=90, subsampling=0, optimize=True))
    put("progressive.jpg", encode(image, "JPEG", quality=90, subsampling=0, progressive=True))
    put("cmyk.jpg", encode(image.convert("CMYK"), "JPEG", quality=90, optimize=True))


def resized(random):
    cases = [(1, 1, 1, 3, 2), (2, 2, 1, 5, 5), (7, 5, 3, 3, 4), (5, 7, 3, 11, 2), (13, 9, 1, 13, 4),
             (9, 13, 1, 4, 13), (16, 16, 1, 8, 8), (17, 11, 3, 1, 1), (31, 3, 1, 7, 7),
             (3, 31, 3, 4, 6), (28, 28, 1, 20, 20), (25, 20, 3, 16, 13), (4, 3, 3, 4, 3),
             (40, 2, 1, 39, 3), (2, 1, 3, 14, 9)]
    out = b""
    for i, (width, height, channels, new_width, new_height) in enumerate(cases):
        pixels = random.integers(0, 256, (height, width, channels), dtype=np.uint8)
        if i % 3 == 1:
            pixels = (pixels >> 7) * np.uint8(255)
        image = Image.fromarray(pixels if channels == 3 else pixels[:, :, 0])
        image = image.resize((new_width, new_height), Image.BILINEAR)
        out += struct.pack("<5H", width, height, channels, new_width, new_height)
        out += pixels.tobytes() + image.tobytes()
    put("resize.bin", out)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    random = np.random.default_rng(20240501)
    lossless(random)
    with_alpha(random)
    sixteen_bits(random)
    oriented()
    jpegs()
    resized(random)


main()
