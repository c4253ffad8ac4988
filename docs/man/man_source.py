#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a manual page says in C, taken from its own text.

usage: man_source.py synopsis|scenario|text PAGE

synopsis: the SYNOPSIS as a source file: includes, and each function as declared; that
what is shown without a type is a macro.
scenario: a header for the scenario that walks the page: MAN_VALUES(V), with
one V() for each constant that an item of the RETURN VALUES is headed by and
each errno of the ERRORS, MAN_FLAGS(V) the same for the items of the DESCRIPTION,
and the code of the blocks of the EXAMPLES that follow a line '.\\" example'.
text: a header for a test of the host: MAN_FLAGS(V), MAN_TEXT_NAME, a string, for each block that
follows a line '.\\" name', and for each subsection with items that are headed by
'.It Cm word' or '.It Cm word Pq number', MAN_TITLE(V) with V("word", number or -1)
for each of them.
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
    if kind is None:
        return [f"#ifndef {name}", f"#error {name} is no macro", "#endif"]
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
            out.append(code(line))
    if inside or not out:
        sys.exit("EXAMPLES: no code")
    return out


def code(line):
    return line.replace("\\&", "").replace("\\e", "\\")


def string(name, lines):
    quoted = (line.replace("\\", "\\\\").replace('"', '\\"') for line in map(code, lines))
    return f"#define MAN_TEXT_{name.upper()}" + "".join(f' \\\n\t"{line}\\n"' for line in quoted)


def blocks(page):
    """The blocks that have a name, but the examples."""
    found = re.findall(r'^\.\\" (\w+)\n\.Bd [^\n]*\n(.*?)^\.Ed$', page, re.M | re.S)
    return [string(name, block.splitlines()) for name, block in found if name != "example"]


def subsections(page):
    for title, body in re.findall(r"^\.Ss ([^\n]*)\n(.*?)(?=^\.S[sh] |\Z)", page, re.M | re.S):
        items = re.findall(r"^\.It Cm (\w+)(?: Pq (\d+))?", body, re.M)
        if items:
            yield each("MAN_" + re.sub(r"\W", "_", title.upper()), [f'"{w}", {n or -1}' for w, n in items])


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
    flags = each("MAN_FLAGS", headings(text, "DESCRIPTION"))
    if what == "synopsis":
        print("\n".join(synopsis(text["SYNOPSIS"])))
        return
    if what == "text":
        print("\n".join([flags, *blocks(page.read_text()), *subsections(page.read_text())]))
        return
    print(each("MAN_VALUES", headings(text, "RETURN VALUES", "ERRORS")))
    print(flags)
    print("\n".join(examples(text["EXAMPLES"])))


main(*sys.argv[1:])
