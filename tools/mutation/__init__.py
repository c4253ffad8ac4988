# SPDX-License-Identifier: BSD-2-Clause
"""mutation: what tools/mutate is made of."""
