#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""man_page.py: holdfast(1) says what the program has, and its examples work.

usage: man_page.py options PAGE HOLDFAST TREE
       man_page.py examples PAGE HOLDFAST

options: commands, options with their letters and values, the words that a value may be, exit
statuses, variables of the environment and the other pages are the same in the page and in
the program, and what would be missing or too many in the page is found.
examples: each block after a line '.\\" example [kvm] [STATUS]...' is carried out.
Exit status: 0 good, 1 bad, 77 no guest can run here.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

CHOSEN = ("FORMAT", "KIND", "ENGINE")  # values that are one of a few words
WORDS = {"Fl", "Ar", "Cm", "Li", "No", "Ns", "Op"}
HELP = re.compile(r"^ {2}(?:-(\w), | {4})--([\w-]+)(?: (\S+))?(?: {2}|$)", re.M)


def sections(text, macro):
    """{title: its lines} of .Sh or .Ss."""
    found = re.split(rf"^\.{macro} (.*)\n", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2]))


def shown(words):
    """What a line of macros looks like: 'Fl -param Ar NAME Ns = Ns Ar VALUE' is '--param NAME=VALUE'."""
    text, glue, flag, ends = "", True, False, ""
    for word in words:
        if word == "Op":
            text, ends, glue = text + "[", "]", True
        elif word == "Ns":
            glue = True
        elif word in WORDS:
            flag = word == "Fl"
        else:
            space = "" if glue or word in ",|=" else " "
            text, glue, flag = text + space + ("-" if flag else "") + word, False, False
    return text + ends


def page_options(lines):
    """{long name: (letter, value)} of a list's items."""
    found, letter = {}, ""
    for m in re.finditer(r"^\.It (Fl .*)$", lines, re.M):
        for option in shown(m[1].split()).split(", "):
            name, _, value = option.partition(" ")
            if name.startswith("--"):
                found[name[2:]] = (letter, value)
                letter = ""
            else:
                letter = name[1:]
    return found


def help_options(text):
    return {m[2]: (m[1] or "", m[3] or "") for m in HELP.finditer(text)}


def page_choices(lines, option):
    """The words that an option's item names as its values."""
    m = re.search(rf"^\.It .*Fl -{option} .*\n((?:(?!\.It|\.El).*\n)*)", lines, re.M)
    return re.findall(r"Cm (\w+)", m[1]) if m else []


def program_choices(holdfast, option):
    said = subprocess.run([holdfast, "run", f"--{option}", "?"], check=False, capture_output=True, text=True).stderr
    m = re.search(r" is none of (.*)", said)
    return m[1].split(", ") if m else sys.exit(f"--{option} takes anything: {said}")


def ask(holdfast, *words):
    return subprocess.run([holdfast, *words], check=True, capture_output=True, text=True).stdout


def compare(what, page, program):
    for name in sorted(set(page) | set(program)):
        if name not in page:
            yield f"{what} {name}: not in the page"
        elif name not in program:
            yield f"{what} {name}: in the page only"
        elif page[name] != program[name]:
            yield f"{what} {name}: {page[name]} in the page, {program[name]} in the program"


def program(holdfast, tree):
    """All that the page is compared with, asked once."""
    usage = ask(holdfast, "--help")
    listed = usage.split("Commands:\n")[1].split("\n\n")[0]
    commands = re.findall(r"^  (\w+) ", listed, re.M)
    own = [c for c in commands if c not in ("help", "version")]
    variables = set()
    for path in glob.glob(os.path.join(tree, "host", "**", "*.c"), recursive=True):
        with open(path, encoding="utf-8") as f:
            variables |= set(re.findall(r'getenv\("(\w+)"\)', f.read()))
    chosen = [o for o, (_, value) in help_options(ask(holdfast, "run", "--help")).items() if value in CHOSEN]
    pages = [os.path.basename(p).rsplit(".", 1) for p in glob.glob(os.path.join(tree, "docs", "man", "*.[1-9]"))]
    return {"commands": commands, "general": help_options(usage),
            "pages": {f"{name}({section})": None for name, section in pages if name != "holdfast"},
            "choices": {o: program_choices(holdfast, o) for o in chosen},
            "options": {c: help_options(ask(holdfast, c, "--help")) for c in own},
            "statuses": re.findall(r"^  (\d+) ", usage.split("Exit status")[1], re.M), "variables": variables}


def problems(text, has):
    page, commands = sections(text, "Sh"), sections(sections(text, "Sh")["COMMANDS"], "Ss")
    as_dict = dict.fromkeys
    found = [*compare("command", as_dict(commands), as_dict(has["commands"])),
             *compare("command in the SYNOPSIS", as_dict(re.findall(r"^\.Cm (\w+)", page["SYNOPSIS"], re.M)),
                      as_dict(has["commands"])),
             *compare("option", page_options(page["DESCRIPTION"]), has["general"]),
             *compare("status", as_dict(re.findall(r"^\.It (\d+)$", page["EXIT STATUS"], re.M)), as_dict(has["statuses"])),
             *compare("variable", as_dict(re.findall(r"^\.It Ev (\w+)$", page["ENVIRONMENT"], re.M)),
                      as_dict(has["variables"]))]
    found += compare("page", {f"{n}({s})": None for n, s in re.findall(r"^\.Xr (\S+) (\d)", page["SEE ALSO"], re.M)},
                     has["pages"])
    for option, words in has["choices"].items():
        found += compare(f"value of --{option}", as_dict(page_choices(commands.get("run", ""), option)), as_dict(words))
    for command, lines in commands.items():
        options = {o: v for o, v in has["options"].get(command, {}).items() if o != "help"}
        found += compare(f"{command}: option", page_options(lines), options)
    return found


def check_options(text, has):
    found = problems(text, has)
    print("\n".join(found) or "page and program agree")
    bad = bool(found)
    # Each item that goes, and one that comes, would be noticed.
    synopsis = re.compile(r"^\.Nm\n\.Cm \w+\n", re.M)
    items = [*re.finditer(r"^\.(?:It (?:Fl|Ev|\d)|Xr).*\n", text, re.M), *synopsis.finditer(text)]
    for m in items:
        if not problems(text[:m.start()] + text[m.end():], has):
            print(f"nobody notices that '{m[0].strip()}' is gone")
            bad = True
        if m[0].startswith(".It Fl") and not problems(text[:m.start()] + ".It Fl -no-such\n" + text[m.start():], has):
            print(f"nobody notices an option too many before '{m[0].strip()}'")
            bad = True
    print(f"{len(items)} items")
    return bad or len(items) < 60


def examples(text):
    """(words after the mark, commands)"""
    for m in re.finditer(r'^\.\\" example(.*)\n\.Bd .*\n((?:.*\n)*?)\.Ed$', sections(text, "Sh")["EXAMPLES"], re.M):
        yield m[1].split(), m[2].replace("\\&", "").replace("\\e", "\\").splitlines()


def check_examples(text, holdfast):
    kvm = subprocess.run([holdfast, "info"], capture_output=True, check=False).returncode == 0
    bad, done, left = False, 0, 0
    with tempfile.TemporaryDirectory() as top:
        os.symlink(os.path.abspath(holdfast), os.path.join(top, "holdfast"))
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(holdfast)), "default.img"), os.path.join(top, "my.img"))
        for words, commands in examples(text):
            if "kvm" in words and not kvm:
                left += 1
                continue
            wanted = [int(w) for w in words if w.isdigit()] or [0]
            for command in commands:
                run = subprocess.run(["sh", "-c", command], cwd=top, env={**os.environ, "PATH": f"{top}:{os.environ['PATH']}"},
                                     capture_output=True, text=True, check=False)
                done += 1
                print(f"{run.returncode}  {command}")
                if run.returncode not in wanted:
                    print(run.stdout[-3000:] + run.stderr[-3000:])
                    bad = True
    if left:
        print(f"skipped: no guest can run here, so {left} examples were left out")
    return 1 if bad or done == 0 else 77 if left else 0


def main(what, path, holdfast, tree=None):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if what == "options":
        return int(check_options(text, program(holdfast, tree)))
    return check_examples(text, holdfast)


sys.exit(main(*sys.argv[1:]))
