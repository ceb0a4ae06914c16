#!/usr/bin/env bash
# Static analysis: clang-tidy over what the host builds, cppcheck over that and the board drivers.
#
# usage: tests/check/analysis.sh     (after a build: it reads build/*/compile_commands.json)
#
# Which checks, and why: .clang-tidy and tests/check/cppcheck.txt. A suppression in the code says its reason.
set -euo pipefail
export LC_ALL=C.UTF-8

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
units=build/host-sanitized # everything with a unit test, and the tests
host=build/host            # the same code, and system tests
board=build/an524-production
logs=build/log

for folder in "$units" "$host" "$board"; do
  [ -f "$folder/compile_commands.json" ] || { echo "analysis: $folder is not configured yet: make test first" >&2; exit 1; }
done

# Our C files in a build, each once, in the byte order comm wants.
built() {
  python3 -c 'import json, os, sys
root = os.getcwd() + "/"
names = {os.path.normpath(os.path.join(e["directory"], e["file"])) for e in json.load(open(sys.argv[1]))}
print("\n".join(sorted(n for n in names if n.endswith(".c") and n.startswith(root) and "/deps/" not in n and "/build/" not in n)))' \
    "$1/compile_commands.json"
}

# tidy_files FOLDER: the files named on standard input, as compiled there.
# One file per run: clang-tidy 14 carries va_list state over from one file to the next and then sees ghosts.
# -Wno-unknown-warning-option: a database may be gcc's.
tidy_files() { xargs -r -P 2 -n 1 clang-tidy --quiet -p "$1" --extra-arg=-Wno-unknown-warning-option 2>> "$logs/clang-tidy.err"; }

# Every file once.
tidy() {
  local status=0
  : > "$logs/clang-tidy.err"
  built "$units" | tidy_files "$units" || status=1
  comm -13 <(built "$units") <(built "$host") | tidy_files "$host" || status=1
  return $status
}

# The firmware's database too: board drivers are seen with their real defines.
cppchecks() {
  local folder status=0
  for folder in "$host" "$board"; do
    mkdir -p "$folder/cppcheck"
    cppcheck --quiet -j 2 --project="$folder/compile_commands.json" --cppcheck-build-dir="$folder/cppcheck" \
      --enable=warning,portability --inline-suppr --error-exitcode=1 --suppressions-list=tests/check/cppcheck.txt \
      -i deps/src -i build 2>&1 || status=1
  done
  return $status
}

mkdir -p "$logs"
status=0
tidy > "$logs/findings.log" || status=1
cppchecks >> "$logs/findings.log" || status=1
if [ $status = 0 ]; then echo "analysis: clean"; exit; fi
cat "$logs/findings.log"
echo
echo "analysis: findings (how each comes about: above, or $logs/findings.log; clang-tidy's own trouble: $logs/clang-tidy.err)"
sed "s#$PWD/##" "$logs/findings.log" | grep -E '^[^ ]+:[0-9]+:[0-9]+: (error|warning|portability)' | sort -u
exit 1
