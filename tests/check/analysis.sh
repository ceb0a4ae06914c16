#!/usr/bin/env bash
# Static analysis: clang-tidy over what the host builds, cppcheck over that and the board drivers.
#
# usage: tests/check/analysis.sh     (after a build: it reads build/*/compile_commands.json)
#
# Which checks, and why: .clang-tidy and tests/check/cppcheck.txt. A suppression in the code says its reason.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
database=build/host
board=build/an524-production

for folder in "$database" "$board"; do
  [ -f "$folder/compile_commands.json" ] || { echo "analysis: $folder is not configured yet: make test first" >&2; exit 1; }
done

# Our C files in a build, each once.
built() {
  python3 -c 'import json, os, sys
root = os.getcwd() + "/"
names = {os.path.normpath(os.path.join(e["directory"], e["file"])) for e in json.load(open(sys.argv[1]))}
print("\n".join(sorted(n for n in names if n.endswith(".c") and n.startswith(root) and "/deps/" not in n and "/build/" not in n)))' \
    "$1/compile_commands.json"
}

status=0

# One file per run: clang-tidy 14 carries va_list state over from one file to the next and then sees ghosts.
# -Wno-unknown-warning-option: the database is gcc's.
built "$database" | xargs -P 2 -n 1 clang-tidy --quiet -p "$database" --extra-arg=-Wno-unknown-warning-option 2> build/log/clang-tidy.err || status=1

# cppcheck reads the firmware's own database, so board drivers are seen with their real defines.
for folder in "$database" "$board"; do
  cppcheck --quiet -j 2 --project="$folder/compile_commands.json" --cppcheck-build-dir="$(mkdir -p "$folder/cppcheck" && echo "$folder/cppcheck")" \
    --enable=warning,portability --inline-suppr --error-exitcode=1 --suppressions-list=tests/check/cppcheck.txt \
    -i deps/src -i build || status=1
done

[ "$status" = 0 ] && echo "analysis: clean"
exit "$status"
