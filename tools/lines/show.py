# SPDX-License-Identifier: BSD-2-Clause
"""show.py: what is known of the lines, as text, for lcov, and as HTML."""

import os
import shutil
import subprocess

from .measure import Trouble

GUEST = ["guest/vm", "guest/vfs", "guest/kern", "guest/dev", "guest/arch/amd64"]
ROW = "{:34} {:>6} {:>8} {:>6} {:>6} {:>7}"


def figures(known, reasons, paths):
    """(lines, reached, named, missed by name or not at all)"""
    lines = sum(len(known.files[p]) for p in paths)
    missed = [(p, n) for p in paths for n in known.missed(p)]
    named = sum(m in reasons for m in missed)
    return lines, lines - len(missed), named, len(missed) - named


def percent(lines, reached):
    return 100 * reached / max(lines, 1)


def row(name, lines, reached, named, nobody):
    return ROW.format(name, lines, reached, f"{percent(lines, reached):.1f}", named, nobody)


def guest_figures(known, reasons):
    return figures(known, reasons, [p for part in GUEST for p in known.below(part)])


def summary(known, reasons, parts):
    """Folders; with parts, the files below them."""
    scenarios = sum("/" not in t for t in known.tests)
    yield f"{scenarios} scenarios over the model, {len(known.tests) - scenarios} other tests"
    yield ROW.format("", "lines", "reached", "%", "named", "missed")
    if parts:
        for path in (p for part in parts for p in known.below(part)):
            yield row(path, *figures(known, reasons, [path]))
        return
    folders = {}
    for p in known.files:
        folders.setdefault(os.path.dirname(p), []).append(p)
    for folder in sorted(folders):
        yield row(folder, *figures(known, reasons, folders[folder]))
    yield row("the guest's " + " ".join(g.rsplit("/", 1)[-1] for g in GUEST), *guest_figures(known, reasons))


def who(known, reasons, path, line):
    """(text, whether anybody)"""
    lines = known.files[path]
    function, mask = lines[line]
    names = known.names(mask)
    head = f"{path}:{line} ({function}): {len(names) or 'none'} of {len(known.tests)}"
    if not names and (path, line) in reasons:
        head += f"; named: {reasons[path, line]}"
    return "\n".join([head, *("  " + n for n in names)]), bool(names)


def missed(known, reasons, top, parts):
    for path in (p for part in parts for p in known.below(part)):
        lines, last = known.missed(path), None
        if not lines:
            continue
        yield f"{path}: {len(lines)} of {len(known.files[path])}"
        with open(os.path.join(top, path), encoding="utf-8") as f:
            text = f.read().split("\n")
        for n in lines:
            function = known.files[path][n][0]
            if function != last:
                yield f"  {function}"
                last = function
            mark = "named" if (path, n) in reasons else ""
            yield f"{mark:>5} {n:5}  {text[n - 1].expandtabs(8)}"


def lcov(known, top):
    """A trace file, where a line's count is that of the tests that come by it."""
    out = ["TN:holdfast"]
    for path, lines in sorted(known.files.items()):
        functions = {}
        for n, (function, mask) in sorted(lines.items()):
            functions.setdefault(function, [n, 0])[1] |= mask
        out.append("SF:" + os.path.join(top, path))
        out += [f"FN:{n},{name}" for name, (n, _) in functions.items()]
        out += [f"FNDA:{mask.bit_count()},{name}" for name, (_, mask) in functions.items()]
        out += [f"FNF:{len(functions)}", f"FNH:{sum(m != 0 for _, m in functions.values())}"]
        out += [f"DA:{n},{mask.bit_count()}" for n, (_, mask) in sorted(lines.items())]
        out += [f"LF:{len(lines)}", f"LH:{len(lines) - len(known.missed(path))}", "end_of_record"]
    return "\n".join(out) + "\n"


def need_genhtml():
    if shutil.which("genhtml") is None:
        raise Trouble("--html: no genhtml on this machine; it is in the package lcov "
                      "(the text, --lcov, --who and --missed do without)")


def html(known, top, folder):
    os.makedirs(folder, exist_ok=True)
    trace = os.path.join(folder, "coverage.info")
    with open(trace, "w", encoding="utf-8") as f:
        f.write(lcov(known, top))
    r = subprocess.run(["genhtml", "--quiet", "--prefix", top, "--title", "holdfast", "--output-directory",
                        folder, trace], capture_output=True, text=True)
    if r.returncode:
        raise Trouble(f"--html: genhtml: {(r.stdout + r.stderr).strip()[-1000:]}")
