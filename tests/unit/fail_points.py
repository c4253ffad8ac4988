#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""fail_points.py: the lint rule fail-points finds what it is there for, and the tree holds it.

usage: fail_points.py TREE
"""

import os
import subprocess
import sys
import unittest

TOP = sys.argv.pop(1)
sys.path.insert(0, os.path.join(TOP, "tools"))
sys.dont_write_bytecode = True
import fail_points  # noqa: E402

ASKED = """
/* Not a call: vm_domain_allocate(). */
static vm_page_t
frame_alloc(int req)
{
	if (HF_FAIL_NTH(HF_FAIL_ALLOC) || !vm_domain_allocate(vmd, req, 1))
		return (NULL);
	return (vm_phys_alloc_pages(0, 0, 0));
}

vm_page_t(vm_page_alloc_noobj)(int req)
{
	return (frame_alloc(req));
}
"""


def without(text):
    return text.replace("HF_FAIL_NTH(HF_FAIL_ALLOC) || ", "")


def findings(text):
    return fail_points.findings({"a.c": text}, {})


class Rule(unittest.TestCase):
    def test_what_asks_is_well(self):
        self.assertEqual(findings(ASKED), [])
        self.assertEqual(sorted(fail_points.functions(ASKED)), ["frame_alloc", "vm_page_alloc_noobj"])

    def test_every_primitive_is_found(self):
        self.assertEqual(len(findings(without(ASKED))), 4)
        for call in ("pgops->pgo_getpages(o, m, 1)", "pgops->pgo_putpages(o, m, 1)", "vp->v_op->vop_bmap(vp)",
                     "vp->v_op->vop_getpages_async(vp)", "bd->ops->submit(bd, io)", "virtq_add(vq, p, 1)",
                     "hf_sleepq_wait(chan, w, 0)", "hf_pause(w, 1)", "vm_phys_alloc_contig(0, 1)"):
            text = "int\nf(void)\n{\n\t%sreturn (" + call + ");\n}\n"
            self.assertEqual(len(findings(text % "")), 1, call)
            self.assertEqual(findings(text % "if (HF_FAIL_NTH(k))\n\t\treturn (1);\n\t"), [], call)

    def test_a_helper_in_the_file_may_ask(self):
        helper = "static bool\nmade_to_fail(void)\n{\n\treturn (HF_FAIL_NTH(k));\n}\n"
        text = "\nint\nf(void)\n{\n\treturn (made_to_fail() ? 1 : hf_sleepq_wait(c, w, 0));\n}\n"
        self.assertEqual(findings(helper + text), [])
        self.assertEqual(len(fail_points.findings({"a.c": helper, "b.c": text}, {})), 1)

    def test_a_new_allocator_without_a_place_is_found(self):
        text = "void *\nhf_thing_alloc(void)\n{\n\treturn (pool_take());\n}\n"
        self.assertEqual(len(findings(ASKED + text)), 1)
        self.assertEqual(fail_points.findings({"a.c": ASKED + text}, {"hf_thing_alloc": "why"}), [])
        self.assertEqual(len(fail_points.findings({"a.c": ASKED}, {"hf_thing_alloc": "why"})), 1)

    def test_the_tree(self):
        names = [os.path.relpath(os.path.join(folder, name), TOP)
                 for top in fail_points.FOLDERS for folder, _, files in os.walk(os.path.join(TOP, top))
                 for name in files]
        self.assertEqual(fail_points.check(TOP, names), [])


if __name__ == "__main__":
    unittest.main()
