# SPDX-License-Identifier: BSD-2-Clause
"""sources.py: when what was measured of the sources has to be measured again."""

import glob
import hashlib
import os


def key(top, folders, suffixes):
    """Changes with any file below these folders of the tree whose name ends so."""
    h = hashlib.sha256()
    names = [n for folder in folders for n in glob.glob(os.path.join(top, folder, "**", "*"), recursive=True)]
    for n in sorted(names):
        if n.endswith(suffixes):
            with open(n, "rb") as f:
                h.update(n[len(top):].encode() + f.read())
    return h.hexdigest()
