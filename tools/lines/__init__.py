# SPDX-License-Identifier: BSD-2-Clause
"""lines: what tools/coverage is made of."""
