# SPDX-License-Identifier: BSD-2-Clause
"""spec: the requirements of docs/spec, and who names them."""
