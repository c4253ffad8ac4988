# SPDX-License-Identifier: BSD-2-Clause
"""counted.py: for tests that check one thing after another, and count them."""

import os
import sys

passed = skipped = 0


def has_kvm():
    return os.access("/dev/kvm", os.R_OK | os.W_OK)


def need(condition, text, output=""):
    """Ends the test, with the last of the output, where the condition does not hold."""
    global passed
    print(("ok: " if condition else "NOT: ") + text, flush=True)
    if not condition:
        print(str(output)[-4000:])
        print(f"{passed} passed, 1 failed, {skipped} skipped")
        sys.exit(1)
    passed += 1


def skip(text):
    global skipped
    skipped += 1
    print("skipped: " + text, flush=True)


def finish():
    """The line that tools/check reads."""
    print(f"{passed} passed, 0 failed, {skipped} skipped")
