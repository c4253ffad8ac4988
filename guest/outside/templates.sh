#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# templates.sh: a C table of text files, each by the name of its folder and its own, without
# the line that is about our licence: what is made of them is not ours.
# usage: templates.sh FILE... >TABLE.c
set -eu
echo '/* Made by templates.sh. */'
echo '#include "cli/new_folder.h"'
echo 'const struct new_file new_files[] = {'
for file; do
	printf '\t{ "%s", "%s",\n' "$(basename "$(dirname "$file")")" "$(basename "$file")"
	sed '/SPDX-License-Identifier/d; s/[\\"]/\\&/g; s/.*/\t    "&\\n"/' "$file"
	echo '	},'
done
echo '	{ 0 } };'
