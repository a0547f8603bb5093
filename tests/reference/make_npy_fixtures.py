#!/usr/bin/env python3
"""Makes tests/fixtures/npy: the numbers -2, -1.5, -1, ... of shape (2, 3, 4) in each kind of file.

    /usr/bin/python3 tests/reference/make_npy_fixtures.py     (needs python3-numpy)
"""
import os

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "npy")


def main():
    os.makedirs(FOLDER, exist_ok=True)
    numbers = np.arange(24).reshape(2, 3, 4) / 2 - 2
    for name, kind in (("f2le", "<f2"), ("f2be", ">f2"), ("f4le", "<f4"), ("f4be", ">f4"),
                       ("f8le", "<f8"), ("f8be", ">f8")):
        np.save(os.path.join(FOLDER, name + ".npy"), numbers.astype(kind))
    np.save(os.path.join(FOLDER, "fortran.npy"), np.asfortranarray(numbers.astype("<f4")))
    np.save(os.path.join(FOLDER, "u1.npy"), np.arange(250, 256, dtype=np.uint8))
    np.save(os.path.join(FOLDER, "vector.npy"), np.arange(3, dtype="<f4"))
    with open(os.path.join(FOLDER, "version2.npy"), "wb") as file:
        np.lib.format.write_array(file, numbers.astype("<f4"), (2, 0))


main()
