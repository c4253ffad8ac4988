#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a manual page says in C, taken from its own text.

usage: man_source.py synopsis|scenario PAGE

synopsis: the SYNOPSIS as a source file: includes, and each function as declared.
scenario: a header for the scenario that walks the page: MAN_VALUES(V), with
one V() for each KERN_ value of the RETURN VALUES and each errno of the ERRORS,
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
            out.append(f"{kind} {name}({', '.join(args) or 'void'});")
        elif macro == ".Fo":
            name, arguments = rest, []
        elif macro == ".Fa":
            arguments += words(rest)
        elif macro == ".Fc":
            out.append(f"{kind} {name}({', '.join(arguments)});")
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


def values(text):
    lines = text.get("RETURN VALUES", []) + text.get("ERRORS", [])
    return re.findall(r"^\.It (?:Bq Er (?=E)|Dv (?=KERN_))(\w+)$", "\n".join(lines), re.M)


def main(what, path):
    page = Path(path)
    text = sections(page)
    print(f"/* Made from {page.name}. */")
    if what == "synopsis":
        print("\n".join(synopsis(text["SYNOPSIS"])))
        return
    print("#define MAN_VALUES(V) " + " ".join(f"V({v})" for v in values(text)))
    print("\n".join(examples(text["EXAMPLES"])))


main(*sys.argv[1:])
