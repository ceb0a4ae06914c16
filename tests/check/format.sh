#!/usr/bin/env bash
# Compares the layout of all C code with .clang-format, or applies it.
#
# usage: tests/check/format.sh [--write]
#
# clang-format 14 (Debian 12) decides: later versions lay out some lines differently, so with another version
# a difference is a note, not a failure.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
decides=14

# Every C file of ours that is there now, committed or not; each name ends with a zero byte.
c_files() {
  git ls-files -z --cached --others --exclude-standard -- '*.c' '*.h' |
    while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done
}

if [ "${1:-}" = --write ]; then
  c_files | xargs -0 clang-format -i
  echo "format: done"
  exit
fi

version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
different=$(c_files | xargs -0 clang-format --dry-run 2>&1 | sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning.*/\1/p' | sort -u)
if [ -z "$different" ]; then
  echo "format: as .clang-format says"
elif [ "$version" = "$decides" ]; then
  printf '%s\n' "$different" "format: the files above differ from .clang-format: make format" >&2
  exit 1
else
  echo "note: format not checked: clang-format $version lays out some lines differently from $decides, which decides"
fi
