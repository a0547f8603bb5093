"""Ten garments in grey on black, one of each class of Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): filling the
picture lengthwise, shoes with the toe to the left, as in those photographs."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .pen import FINER, SIZE, blank, catmull_rom, line, reduced, scaled


def shape(points, smooth=False, rounding=0.45):
    """A filled outline, white on black, large; corners rounded as cloth and leather are."""
    picture = blank()
    outline = catmull_rom(points, closed=True) if smooth else points
    ImageDraw.Draw(picture).polygon(scaled(outline), fill=255)
    soft = picture.filter(ImageFilter.GaussianBlur(rounding * FINER * SIZE / 28))
    return soft.point(lambda value: 255 if value > 127 else 0)


def mirrored(half):
    """The outline whose right half, from the top down, is given."""
    return half + [(28 - x, y) for x, y in reversed(half)]


def array(picture):
    return np.asarray(reduced(picture), float) / 255


def wrinkles(seed, amount):
    """Soft folds that hang: noise much longer than wide, and a little that is even."""
    chance = np.random.RandomState(seed)

    def noise(columns, rows):
        coarse = Image.fromarray((chance.rand(rows, columns) * 255).astype(np.uint8))
        values = np.asarray(coarse.resize((SIZE, SIZE), Image.BICUBIC).filter(ImageFilter.GaussianBlur(5)), float)
        return (values - values.mean()) / values.std()
    return 1 + amount * (0.8 * noise(22, 4) + 0.35 * noise(9, 9))


def cloth(mask, tone, seed, roundness=0.35, amount=0.05):
    """The shape as cloth: darker to its rim, as a body under it makes it, with folds. Values 0..1."""
    depth = np.asarray(reduced(mask).filter(ImageFilter.GaussianBlur(SIZE / 24)), float) / 255
    shade = 1 - roundness * 2 * np.clip(1 - depth, 0, 0.5) ** 1.2
    return array(mask) * np.clip(tone * shade * wrinkles(seed, amount), 0, 1)


def over(below, above, mask):
    share = array(mask)
    return below * (1 - share) + above * share


def marked(values, marks, tone, strength=1.0):
    """Lines or spots of the given tone; each mark a function that draws on a large picture."""
    picture = blank()
    for mark in marks:
        mark(picture)
    share = array(picture) * strength
    return values * (1 - share) + tone * share * (values > 0.02)


def seam(points, width=0.35, smooth=True):
    return lambda picture: line(picture, points, width, 255, smooth)


def button(x, y, radius=0.38):
    return lambda picture: line(picture, [(x, y), (x + 0.01, y)], 2 * radius)


def finish(values):
    grey = Image.fromarray((np.clip(values, 0, 1) * 255).round().astype(np.uint8))
    return grey.filter(ImageFilter.GaussianBlur(SIZE / 280))


def long_sleeved(shoulder, cuff, armpit, hem, tone, seed):
    """A top with sleeves hanging down, a little brighter than the body and parted from it by a dark gap."""
    sides = catmull_rom([(shoulder, 2.2), (armpit + 0.2, 5.6), (armpit, 10), (armpit - 0.2, 18), (armpit, hem)])
    body = shape(mirrored([(14, 2.6), (15.6, 2.0), (17, 0.6)] + sides + [(14, hem + 0.3)]))
    outer = catmull_rom([(shoulder - 0.6, 1.7), (shoulder + 1.4, 4.6), (cuff + 0.6, 13), (cuff + 1.1, hem - 1.2)])
    inner = catmull_rom([(cuff - 1.9, hem - 0.8), (cuff - 2.3, 17), (armpit + 0.35, 9), (armpit - 0.2, 5.4)])
    values = cloth(body, tone, seed, 0.3, 0.05)
    for side in (1, -1):
        sleeve = shape([(14 + side * (x - 14), y) for x, y in outer + inner], rounding=0.2)
        values = np.maximum(values * (1 - array(sleeve)), cloth(sleeve, min(1, tone * 1.22), seed + 1, 0.3, 0.05))
    return values


def t_shirt():
    body = shape(mirrored([(14, 2.8), (15.8, 2.2), (17.4, 0.5), (20.2, 1.6), (22, 3.4), (24.8, 9), (21.3, 10.6),
                           (19.7, 7.8), (19.6, 17), (19.9, 27.3), (14, 27.7)]))
    values = cloth(body, 0.8, 3)
    neck = shape(mirrored([(14, 1.2), (15.5, 0.9), (17.2, 0.6), (15.9, 2.3), (14, 2.9)]))
    values = np.maximum(values, array(neck) * 0.38)
    sleeve = [seam([(19.9, 7.9), (20.4, 4.6), (20, 1.7)], 0.25), seam([(8.1, 7.9), (7.6, 4.6), (8, 1.7)], 0.25),
              seam([(10.8, 0.9), (12.2, 2.7), (14, 3.3), (15.8, 2.7), (17.2, 0.9)], 0.3), seam([(8.2, 26.7), (19.8, 26.7)], 0.2)]
    values = marked(values, sleeve, 0.5, 0.8)
    chest = [seam([(11.2, 9), (16.8, 9)], 1.1, False), seam([(11.8, 11), (16.2, 11)], 0.7, False)]
    return finish(marked(values, chest, 0.2, 0.9))


def trouser():
    leg = shape(mirrored([(14, 0.5), (17.8, 0.5), (18.4, 4), (18.9, 9), (18.5, 17), (18.1, 27.6),
                          (15.3, 27.6), (14.9, 18), (14.15, 8.6), (14, 8.4)]))
    values = cloth(leg, 0.72, 5, 0.4, 0.06)
    lines = [seam([(10.2, 1.9), (17.8, 1.9)], 0.25), seam([(14, 1.9), (14, 8)], 0.25),
             seam([(10.2, 4.6), (11.8, 3.6), (12.3, 2)], 0.22), seam([(17.8, 4.6), (16.2, 3.6), (15.7, 2)], 0.22)]
    values = marked(values, lines, 0.4, 0.85)
    return finish(marked(values, [button(14, 1.2, 0.3)], 0.95))


def pullover():
    values = long_sleeved(20.2, 23.1, 19.6, 26.8, 0.6, 7)
    neck = shape(mirrored([(14, 1.4), (15.4, 1.1), (16.8, 0.7), (15.7, 2), (14, 2.6)]), rounding=0.2)
    values = np.maximum(values, array(neck) * 0.3)
    bands = [seam([(9.2, y), (18.8, y)], 1.0, False) for y in (9.4, 11.8)]
    values = marked(values, bands, 0.88, 0.75)
    ribs = [seam([(8.3, 25.4), (19.7, 25.4)], 0.3), seam([(21.2, 24.6), (24.2, 24.3)], 0.3), seam([(6.8, 24.6), (3.8, 24.3)], 0.3),
            seam([(11, 1.1), (12.4, 2.8), (14, 3.5), (15.6, 2.8), (17, 1.1)], 0.3)]
    return finish(marked(values, ribs, 0.35, 0.85))


def dress():
    body = shape(mirrored([(14, 4), (15.2, 3.4), (15.9, 0.5), (17.1, 0.5), (17.2, 3.4), (18, 5.8), (17.3, 8.4), (16.7, 11),
                           (17.8, 15.5), (19.2, 21), (20.2, 27.3), (14, 27.7)]))
    values = cloth(body, 0.68, 11, 0.35, 0.05)
    folds = [seam([(14 + 0.35 * k, 12.2), (14 + 0.75 * k, 18), (14 + 1.15 * k, 27)], 0.28) for k in (-4, -2.4, -0.8, 0.8, 2.4, 4)]
    values = marked(values, folds, 0.42, 0.6)
    return finish(marked(values, [seam([(11.3, 11), (14, 11.2), (16.7, 11)], 0.8)], 0.3, 0.9))


def coat():
    values = long_sleeved(20.6, 23, 20.9, 27.2, 0.7, 13)
    hood = shape(mirrored([(14, 0.4), (16, 0.3), (17.6, 1.4), (18.2, 3.6), (17, 5.4), (14, 6.4)]))
    values = over(values, cloth(hood, 0.8, 17, 0.3), hood)
    inside = shape(mirrored([(14, 1.5), (15.6, 1.5), (16.3, 2.8), (15.6, 4.2), (14, 5)]), rounding=0.3)
    values = values * (1 - 0.8 * array(inside))
    quilts = [seam([(8.2, y), (11, y + 0.35), (13.6, y + 0.1)], 0.3) for y in np.arange(8.4, 26, 2.9)]
    quilts += [seam([(14.4, y + 0.1), (17, y + 0.35), (19.8, y)], 0.3) for y in np.arange(8.4, 26, 2.9)]
    for side in (1, -1):
        quilts += [seam([(14 + side * (7.3 + 0.11 * (y - 6)), y - 0.5), (14 + side * (9.2 + 0.11 * (y - 6)), y + 0.3)], 0.3)
                   for y in np.arange(8.4, 25, 2.9)]
    values = marked(values, quilts, 0.4, 0.6)
    lines = [seam([(14, 6.2), (14, 27.3)], 0.85, False), seam([(18.2, 3.6), (17, 5.5), (14, 6.5), (11, 5.5), (9.8, 3.6)], 0.25),
             seam([(16.2, 18.8), (19, 20.4)], 0.4), seam([(11.8, 18.8), (9, 20.4)], 0.4)]
    values = marked(values, lines, 0.12, 0.9)
    return finish(marked(values, [button(14, 7.4, 0.35)], 0.95))


def sandal():
    sole = shape([(0.4, 20.4), (3, 19.6), (8.5, 19.2), (13.5, 16.4), (19, 11.8), (22.6, 10.2), (25.4, 10), (25.8, 11.4),
                  (23, 12.2), (19.6, 14), (14.6, 18.2), (9, 20.9), (2, 21.5)], True)
    heel = shape([(22.8, 11), (25.7, 10.8), (25.2, 15), (24.6, 21.5), (23.2, 21.5), (23.3, 16)])
    values = np.maximum(cloth(sole, 0.72, 19, 0.2), cloth(heel, 0.55, 23, 0.2))
    straps = blank()
    for points, width in (([(2.6, 19.8), (4.4, 16.6), (7.4, 16.4), (9, 19)], 1.1),
                          ([(5.4, 19.4), (8, 15.2), (11, 15), (12.2, 17)], 1.0),
                          ([(13, 16.8), (16.4, 10.6), (19.6, 8)], 0.85),
                          ([(18.6, 7.6), (21.6, 6.6), (25, 6.9)], 0.9), ([(18.6, 7.6), (21.8, 8.3), (25, 6.9)], 0.6),
                          ([(25, 10.4), (25.5, 8.6), (24.9, 6.7)], 1.0)):
        line(straps, points, width)
    values = np.maximum(values, array(straps) * 0.85)
    return finish(marked(values, [button(18.8, 7.7, 0.5)], 0.35))


def shirt():
    values = long_sleeved(19.6, 22.4, 18.4, 26.6, 0.72, 29)
    tail = shape(mirrored([(14, 25), (18.2, 25), (17.9, 26.6), (16.4, 27.6), (14, 27.8)]))
    values = over(values, cloth(tail, 0.72, 29, 0.2), tail)
    checks = [seam([(x, 0), (x, 28)], 0.5, False) for x in np.arange(4.6, 25, 2.35)]
    rows = [seam([(3, y), (25, y)], 0.45, False) for y in np.arange(3.4, 28, 2.35)]
    values = marked(marked(values, checks, 0.3, 0.65), rows, 0.3, 0.65)
    collar = shape(mirrored([(14, 2.6), (15, 1.2), (16.6, 0.3), (17.4, 1.4), (16.5, 4.2), (14.2, 3.2)]), rounding=0.25)
    values = over(values, cloth(collar, 0.9, 31, 0.2), collar)
    lines = [seam([(13.3, 3.6), (13.3, 27.4)], 0.22), seam([(14.8, 3.6), (14.8, 27.4)], 0.22),
             seam([(14, 3), (16.5, 4.3), (17.4, 1.5)], 0.22), seam([(14, 3), (11.5, 4.3), (10.6, 1.5)], 0.22)]
    values = marked(values, lines, 0.2, 0.85)
    return finish(marked(values, [button(14.05, y, 0.34) for y in (5.6, 9.2, 12.8, 16.4, 20, 23.6)], 0.95))


def sneaker():
    upper = shape([(0.8, 17.6), (1.8, 16.2), (5, 15.4), (9.4, 14), (13.4, 12), (16.6, 10), (18.4, 9.6), (19.4, 10.6), (22.6, 11.2),
                   (25, 9.6), (26.6, 9.9), (27.2, 13), (27.2, 17.8), (0.9, 18.4)])
    sole = shape([(0.3, 17.4), (2, 17.8), (8, 17.8), (16, 17.4), (22, 17.2), (27.5, 16.9), (27.6, 18.8), (26, 19.5), (2, 19.5), (0.5, 18.9)])
    values = over(cloth(upper, 0.72, 37, 0.3), cloth(sole, 0.3, 41, 0.15), sole)
    stripes = [seam([(x, 17), (x + 2.4, 12.6)], 0.8, False) for x in (14.2, 16.4, 18.6)]
    values = marked(values, stripes, 0.2, 0.9)
    lines = [seam([(6.4, 17.4), (5.8, 16.4), (6.2, 15.1)], 0.3), seam([(24, 10.4), (23.5, 13.4), (23.8, 17)], 0.3),
             seam([(16.4, 10.4), (19, 11.6), (22.6, 12), (25.4, 10.4)], 0.35), seam([(0.7, 17.5), (14, 17.6), (27.3, 17)], 0.22)]
    values = marked(values, lines, 0.25, 0.85)
    laces = [seam([(9.2 + 1.7 * k, 14.3 - 0.95 * k), (10.4 + 1.7 * k, 15.1 - 0.95 * k)], 0.5) for k in range(5)]
    return finish(marked(values, laces, 0.97, 0.95))


def bag():
    body = shape([(3.2, 11.4), (24.8, 11.4), (26.6, 13), (27.2, 26), (26, 27.5), (2, 27.5), (0.8, 26), (1.4, 13)])
    values = cloth(body, 0.6, 43, 0.3, 0.04)
    handles = blank()
    line(handles, [(7, 13.6), (7.6, 5.4), (11, 1.4), (14, 0.9), (17, 1.4), (20.4, 5.4), (21, 13.6)], 1.15)
    values = np.maximum(values, array(handles) * 0.74)
    flap = shape([(1.5, 12.6), (3.2, 11.4), (24.8, 11.4), (26.5, 12.6), (26.7, 17.2), (14, 19.2), (1.3, 17.2)])
    values = over(values, cloth(flap, 0.7, 47, 0.2, 0.03), flap)
    lines = [seam([(1.4, 17.3), (14, 19.3), (26.6, 17.3)], 0.35), seam([(3, 25.8), (25, 25.8)], 0.2), seam([(1.6, 12.8), (26.4, 12.8)], 0.2)]
    values = marked(values, lines, 0.25, 0.85)
    clasp = [seam([(13.2, 18.6), (14.8, 18.6)], 1.9, False), button(7, 13.5, 0.7), button(21, 13.5, 0.7)]
    return finish(marked(values, clasp, 0.97))


def ankle_boot():
    upper = shape([(0.8, 22.8), (1.6, 20.6), (4.4, 19), (8.6, 17.4), (12, 14.8), (13.6, 11.4), (14.2, 6.4), (14, 2.2),
                   (20, 1.6), (26, 2.2), (26, 7), (26.4, 12.4), (27, 18.4), (26.8, 23.2), (0.9, 24.2)])
    sole = shape([(0.4, 22.8), (6, 23.5), (13, 23.2), (17, 22.6), (27.1, 22.4), (27, 26.7), (19.2, 26.7), (18.4, 24.8),
                  (13, 25.6), (2, 25.9), (0.6, 24.8)])
    values = over(cloth(upper, 0.68, 53, 0.4, 0.06), cloth(sole, 0.3, 59, 0.1), sole)
    elastic = shape([(17.2, 2), (22, 1.9), (21.4, 8), (20.2, 13), (18.8, 13), (17.6, 8)])
    values = over(values, cloth(elastic, 0.36, 61, 0.1), elastic)
    ribs = [seam([(17.9 + 0.9 * k, 2.4), (18.6 + 0.5 * k, 12)], 0.16) for k in range(4)]
    values = marked(values, ribs, 0.62, 0.8)
    lines = [seam([(14.2, 2.9), (20, 2.3), (25.9, 2.9)], 0.25), seam([(12.6, 14.4), (15, 17.4), (15.6, 22.6)], 0.28),
             seam([(24.4, 2.4), (24.7, 12), (25, 22)], 0.25)]
    return finish(marked(values, lines, 0.3, 0.85))


PICTURES = {"t_shirt": t_shirt, "trouser": trouser, "pullover": pullover, "dress": dress, "coat": coat,
            "sandal": sandal, "shirt": shirt, "sneaker": sneaker, "bag": bag, "ankle_boot": ankle_boot}
