#!/usr/bin/env bash
# Every test that docs/threat-model.md says shows something exists, and every threat names one or says "-".
# usage: tests/check/threats_name_tests.sh BUILD_DIR...    (the builds whose tests count)
set -euo pipefail
cd "$(dirname "$0")/../.."

known=$(for build in "$@"; do ctest --test-dir "$build" -N; done | sed -n 's/^ *Test *#[0-9]*: //p')
rows=$(grep -E '^\| T[0-9]+ \|' docs/threat-model.md)
missing=0

while IFS= read -r row; do
  shown=${row%|}
  shown=${shown##*|}
  # shellcheck disable=SC2016 # the backquotes are Markdown's
  names=$(grep -oE '`(boot|docs|kernel|secure|tools)\.[a-z0-9_.]+`' <<< "$shown" | tr -d '`' || true)
  if [ -z "$names" ] && [ "${shown// /}" != - ]; then
    echo "no test named: ${row:0:70}"
    missing=1
  fi
  for name in $names; do
    grep -qxF "$name" <<< "$known" || { echo "no such test: $name (in ${row:0:40}...)"; missing=1; }
  done
done <<< "$rows"

[ "$missing" = 0 ] && echo "$(wc -l <<< "$rows") threats name existing tests"
exit "$missing"
