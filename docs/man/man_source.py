#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a manual page says in C, taken from its own text.

usage: man_source.py synopsis|scenario PAGE

synopsis: the SYNOPSIS as a source file: includes, and each function as declared.
scenario: a header for the scenario that walks the page: MAN_VALUES(V), with
one V() for each constant that an item of the RETURN VALUES is headed by and
each errno of the ERRORS, MAN_FLAGS(V) the same for the items of the DESCRIPTION,
and the code of the blocks of the EXAMPLES that follow a line '.\\" example'.
"""
import re
import sys
from pathlib import Path


def sections(page):
    name, found = None, {}
    for line in page.read_text().splitlines():
        m = re.match(r"\.Sh (.*)", line)
        if m:
            name = m[1]
            found[name] = []
        elif name:
            found[name].append(line)
    return found


def words(rest):
    return [a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', rest)]


def function(kind, name, arguments):
    """Its declaration. The header may have it as a macro besides, as C's own may."""
    return [f"#undef {name}", f"{kind} {name}({', '.join(arguments) or 'void'});"]


def synopsis(lines):
    out, kind, arguments = [], None, None
    for line in lines:
        macro, _, rest = line.partition(" ")
        if macro == ".In":
            out.append(f"#include <{rest}>")
        elif macro == ".Ft":
            kind = rest
        elif macro == ".Fn":
            name, *args = words(rest)
            out += function(kind, name, args)
        elif macro == ".Fo":
            name, arguments = rest, []
        elif macro == ".Fa":
            arguments += words(rest)
        elif macro == ".Fc":
            out += function(kind, name, arguments)
        elif macro == ".Fd":
            out.append(rest)
        else:
            sys.exit(f"SYNOPSIS: '{line}' is not known here")
    return out


def examples(lines):
    out, inside, wanted = [], False, False
    for line in lines:
        if line.startswith('.\\" example'):
            wanted = True
        elif wanted and line.startswith(".Bd"):
            inside = True
        elif inside and line == ".Ed":
            inside = wanted = False
        elif inside:
            out.append(line.replace("\\&", "").replace("\\e", "\\"))
    if inside or not out:
        sys.exit("EXAMPLES: no code")
    return out


def headings(text, *names):
    """What the items of these sections are headed by."""
    lines = [line for name in names for line in text.get(name, [])]
    return re.findall(r"^\.It (?:Bq Er|Dv|Fn) (\w+)", "\n".join(lines), re.M)


def each(macro, values):
    return f"#define {macro}(V) " + " ".join(f"V({v})" for v in values)


def main(what, path):
    page = Path(path)
    text = sections(page)
    print(f"/* Made from {page.name}. */")
    if what == "synopsis":
        print("\n".join(synopsis(text["SYNOPSIS"])))
        return
    print(each("MAN_VALUES", headings(text, "RETURN VALUES", "ERRORS")))
    print(each("MAN_FLAGS", headings(text, "DESCRIPTION")))
    print("\n".join(examples(text["EXAMPLES"])))


main(*sys.argv[1:])
