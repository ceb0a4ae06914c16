#!/usr/bin/env bash
# Every shell script is clean for shellcheck, every Python file compiles.
#
# usage: tests/check/scripts.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

files() { git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done; }
shell_scripts() { files '*.sh' .ci/run; }

mapfile -t scripts < <(shell_scripts)
shellcheck "${scripts[@]}"
files '*.py' | python3 -c 'import ast, sys
for name in sys.stdin.read().split():
    ast.parse(open(name, encoding="utf-8").read(), name)'
echo "scripts: clean"
