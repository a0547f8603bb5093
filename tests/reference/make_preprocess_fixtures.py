#!/usr/bin/python3
"""Write tests/fixtures/preprocess: small pictures and what torchvision makes of them.

Debian's python3-torchvision (0.14) with its Pillow (9.4). The cases stand in tests/test_preprocess.c too.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from torchvision import transforms as T

OUT = Path(__file__).parent.parent / "fixtures" / "preprocess"
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
BYTES = ([123.68, 116.779, 103.939], [1, 1, 1])

# name: width, height, mode of the picture; resize, (height, width) of the input, mode, range, mean, deviation
CASES = {
    "landscape": (61, 43, "RGB", 28, (24, 24), "RGB", 1, *IMAGENET),
    "portrait": (37, 95, "RGB", 20, (20, 20), "RGB", 1, *IMAGENET),
    "enlarged": (9, 13, "RGB", 24, (20, 20), "RGB", 1, *IMAGENET),
    "same_size": (24, 43, "RGB", 24, (24, 24), "RGB", 1, *IMAGENET),  # no resizing; 9.5 -> 10
    "half_even": (41, 24, "RGB", 24, (24, 24), "RGB", 1, *IMAGENET),  # 8.5 -> 8
    "padded": (50, 33, "RGB", 14, (24, 17), "RGB", 1, *IMAGENET),     # 14 high: 5 black rows above
    "bytes": (31, 40, "RGB", 20, (16, 16), "RGB", 255, *BYTES),
    "to_grey": (45, 30, "RGB", 20, (20, 20), "L", 1, [0.1307], [0.3081]),
    "from_grey": (30, 45, "L", 16, (16, 16), "RGB", 1, *IMAGENET),
    "grey": (33, 33, "L", 28, (28, 28), "L", 1, [0.5], [0.5]),
}


def picture(width, height, mode, seed):
    """Waves and noise, with some of black and white."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    planes = [128 + 100 * np.sin(x / (3 + k) + k) * np.cos(y / (4 + k)) +
              30 * rng.standard_normal((height, width)) for k in range(len(mode))]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype("u1")
    return Image.fromarray(pixels.squeeze(), mode)


def prepare(image, resize, size, mode, scale, mean, deviation):
    steps = [T.Resize(resize), T.CenterCrop(size)]
    if scale == 1:
        steps += [T.ToTensor()]
    else:
        assert scale == 255
        steps += [T.PILToTensor(), lambda x: x.float()]
    steps += [T.Normalize(mean, deviation)]
    return T.Compose(steps)(image.convert(mode)).unsqueeze(0).numpy()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for seed, (name, (width, height, mode, *how)) in enumerate(CASES.items()):
        image = picture(width, height, mode, seed)
        image.save(OUT / f"{name}.png", optimize=True)
        np.save(OUT / f"{name}.npy", prepare(image, *how))


if __name__ == "__main__":
    main()
