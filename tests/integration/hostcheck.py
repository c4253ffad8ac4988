# SPDX-License-Identifier: BSD-2-Clause
"""hostcheck.py: what tests of the program share: reports read by parsers that are not ours.

A report becomes {"verdicts": {id: verdict}, "stopped": text or None, "text": all of it};
what is not well-formed, or not as its schema says, raises Malformed.
"""

import fnmatch
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Malformed(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Malformed(text)


def json_schema(name, document):
    """Against docs/schema, by jsonschema."""
    import jsonschema
    with open(os.path.join(TOP, "docs", "schema", name + ".json"), encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    for e in jsonschema.Draft7Validator(schema).iter_errors(document):
        raise Malformed(f"{name}: {list(e.absolute_path)}: {e.message[:300]}")


def no_constant(text):
    raise Malformed(f"JSON has no {text}")


def load_json(text):
    try:
        return json.loads(text, parse_constant=no_constant)
    except ValueError as e:
        raise Malformed(f"no JSON: {e}") from e


def read_json(text):
    d = load_json(text)
    json_schema("run", d)
    ids = [s["id"] for s in d["scenarios"]]
    need(len(ids) == len(set(ids)) == d["totals"]["scenarios"], "totals do not add up")
    for s in d["scenarios"]:
        bad = s["verdict"] not in ("pass", "skip")
        need((s["again"] is not None) == bad or d["environment"]["command"] is None,
             f"{s['id']}: again is {s['again']}")
    return {"verdicts": {s["id"]: s["verdict"] for s in d["scenarios"]}, "stopped": d["stopped"],
            "status": d["status"], "signal": d["signal"], "document": d}


def read_bench(text):
    d = load_json(text)
    json_schema("bench", d)
    return {"stopped": d["stopped"], "status": d["status"], "document": d, "verdicts": {}}


def read_junit(text):
    try:
        root = xml.etree.ElementTree.fromstring(text)
    except xml.etree.ElementTree.ParseError as e:
        raise Malformed(f"no XML: {e}") from e
    need(root.tag == "testsuites", "the root is no testsuites")
    verdicts, stopped, counts = {}, None, {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for case in root.iter("testcase"):
        kinds = [c for c in case if c.tag in ("failure", "error", "skipped")]
        need(len(kinds) <= 1, "a case with two outcomes")
        counts["tests"] += 1
        for c in kinds:
            counts[{"failure": "failures", "error": "errors"}.get(c.tag, "skipped")] += 1
        if (case.get("classname"), case.get("name")) == ("holdfast", "run"):
            stopped = kinds[0].get("message")
            continue
        name = case.get("classname").split(".", 1)[1] + "." + case.get("name")
        verdict = "pass"
        for c in kinds:
            verdict = c.get("type") or "skip"
            if verdict == "skip" and c.get("message").startswith("not run"):
                verdict = "not_run"
            if c.tag != "skipped":
                need("again: holdfast run" in (c.text or ""), f"{name}: no command to run it again")
        need(name not in verdicts, f"{name} twice")
        verdicts[name] = verdict
    for key, n in counts.items():
        for e in (root, root.find("testsuite")):
            need(e.get(key) == str(n), f"{key} is {e.get(key)}, there are {n}")
    return {"verdicts": verdicts, "stopped": stopped,
            "properties": {p.get("name"): p.get("value") for p in root.iter("property")}}


def read_tap(text):
    script = r'''
        local $/; binmode STDOUT; my $t = <STDIN>;
        my $p = TAP::Parser->new({ tap => $t });
        while (my $r = $p->next) {
            die "unknown: " . $r->as_string . "\n" if $r->is_unknown;
            if ($r->is_bailout) { print "bail\t", $r->explanation, "\n" }
            if ($r->is_test) { my $d = $r->description; $d =~ s/^- //;
                print join("\t", $d, $r->is_ok ? "ok" : "not ok", $r->has_skip ? $r->explanation : ""), "\n" }
        }
        die join("\n", $p->parse_errors), "\n" if $p->parse_errors;
        print "plan\t", $p->plan, "\n";
    '''
    r = subprocess.run(["perl", "-MTAP::Parser", "-e", script], input=text.encode("utf-8", "surrogateescape"),
                       capture_output=True, check=False)
    need(r.returncode == 0, f"no TAP: {r.stderr.decode()}")
    verdicts, stopped = {}, None
    for line in r.stdout.decode().splitlines():
        f = line.split("\t")
        if f[0] == "bail":
            stopped = f[1]
        elif f[0] == "plan":
            need(f[1] == f"1..{len(verdicts)}", f"the plan {f[1]} is not carried out")
        else:
            need(f[0] not in verdicts, f"{f[0]} twice")
            verdicts[f[0]] = ("not_run" if f[2].startswith("not run") else "skip" if f[2] else
                              "pass" if f[1] == "ok" else "bad")
    for block in text.split("not ok ")[1:]:
        name = block.split(" - ", 1)[1].split("\n", 1)[0]
        for line in block.split("\n  ...")[0].split("\n"):
            if line.startswith("  verdict: "):
                verdicts[name] = json.loads(line[len("  verdict: "):])
    return {"verdicts": verdicts, "stopped": stopped}


def read_pretty(text):
    words = {"pass": "pass", "FAIL": "fail", "skip": "skip", "DIED": "died", "TIMEOUT": "timeout",
             "LOST": "lost", "INTERRUPTED": "interrupted", "BROKEN": "broken", "DISBELIEVED": "disbelieved"}
    verdicts, stopped, total = {}, None, None
    for line in text.split("\n"):
        need(all(c == "\t" or " " <= c != "\x7f" for c in line), f"a control character in {line!r}")
        f = line.split()
        if len(f) >= 2 and f[0] in words and not line.startswith(" "):
            need(f[1] not in verdicts, f"{f[1]} twice")
            verdicts[f[1]] = words[f[0]]
        if line.startswith("stopped: "):
            stopped = line[len("stopped: "):]
        if " scenario" in line and " passed, " in line:
            total = int(f[0])
            missing = total - len(verdicts)
            need(missing == 0 or f"{missing} not run" in line, f"{line!r} after {len(verdicts)} lines")
    need(total is not None, "no line of totals")
    return {"verdicts": verdicts, "stopped": stopped}


READERS = {"pretty": read_pretty, "tap": read_tap, "junit": read_junit, "json": read_json, "bench": read_bench}
FORMATS = ["pretty", "tap", "junit", "json"]


def read(fmt, text):
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    d = READERS[fmt](text)
    d["text"] = text
    return d


def read_file(fmt, path):
    need(os.path.exists(path), f"{path} is not there")
    with open(path, "rb") as f:
        return read(fmt, f.read())


class Cases:
    """Counts, prints a line a case, and what was wrong with a bad one. HF_CASES: only those that match."""

    def __init__(self):
        self.done = self.bad = self.skipped = 0

    def run(self, name, function, *args):
        if not fnmatch.fnmatch(name, os.environ.get("HF_CASES", "*")):
            return
        self.done += 1
        try:
            function(*args)
            print(f"ok   {name}", flush=True)
        except (Malformed, subprocess.TimeoutExpired, KeyError, UnicodeDecodeError, OSError) as e:
            self.bad += 1
            print(f"FAIL {name}: {type(e).__name__}: {e}", flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"skip {name}: {why}", flush=True)

    def end(self):
        print(f"{self.done - self.bad} passed, {self.bad} failed, {self.skipped} skipped")
        sys.exit(0 if self.bad == 0 and self.done > 0 else 1)


def defaults(*signals):
    """For preexec_fn: as a shell's foreground job has them."""
    def go():
        for s in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE) + signals:
            signal.signal(s, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
    return go


def start(args, **kw):
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.PIPE)
    kw.setdefault("preexec_fn", defaults())
    return subprocess.Popen(args, **kw)


def wait_for_line(path, text, process, seconds=60):
    """Until a file has the text, or the process has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.path.exists(path):
            with open(path, "rb") as f:
                if text.encode() in f.read():
                    return
        if process.poll() is not None:
            raise Malformed(f"it ended with {process.returncode} before {text!r}")
        time.sleep(0.02)
    raise Malformed(f"no {text!r} within {seconds} s")


def is_sanitized(holdfast):
    with open(holdfast, "rb") as f:
        return b"__asan_init" in f.read()


def need_guest(holdfast):
    r = subprocess.run([holdfast, "info"], capture_output=True, text=True, check=False)
    if r.returncode != 0:
        print("skipped: no guest can run here")
        sys.exit(77)
