#!/usr/bin/env bash
# What tests/run.sh promises, shown on a small project of its own: counts, exit status, nothing left running.
#
# usage: tests/driver_test.sh
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/out
broken=0
export PRESETS='host host-sanitized'
unset V HF_RUN # as if started by a person

# project LINES: a project whose preset `host` has these tests, and `host-sanitized` one that passes.
project() {
  rm -rf "$work/p"
  mkdir -p "$work/p/tests" "$work/p/deps"
  cp "$repo/tests/run.sh" "$work/p/tests/"
  printf '#!/bin/sh\n' | tee "$work/p/deps/setup.sh" > "$work/p/deps/fetch.sh"
  chmod +x "$work/p/deps/setup.sh" "$work/p/deps/fetch.sh"
  cat > "$work/p/CMakePresets.json" << 'END'
{ "version": 3,
  "configurePresets": [
    { "name": "host", "generator": "Ninja", "binaryDir": "${sourceDir}/build/host" },
    { "name": "host-sanitized", "inherits": "host", "binaryDir": "${sourceDir}/build/host-sanitized",
      "cacheVariables": { "HF_SANITIZE": "ON" } } ],
  "buildPresets": [
    { "name": "host", "configurePreset": "host" }, { "name": "host-sanitized", "configurePreset": "host-sanitized" } ] }
END
  printf 'cmake_minimum_required(VERSION 3.25)\nproject(p NONE)\nenable_testing()\nif(HF_SANITIZE)\n  add_test(NAME a.fine COMMAND true)\n  set_tests_properties(a.fine PROPERTIES LABELS a)\nelse()\n%s\nendif()\n' "$1" > "$work/p/CMakeLists.txt"
}

run() { (cd "$work/p" && tests/run.sh "$@") > "$out" 2>&1 < /dev/null; }
last_line_is() { [ "$(tail -n 1 "$out")" = "$1" ]; }

all_passing_counts_and_succeeds() { project 'add_test(NAME b COMMAND true)'; run test; last_line_is '2 passed, 0 failed'; }

failing_test_is_shown_and_fails() {
  project 'add_test(NAME b COMMAND sh -c "echo what went wrong; exit 1")'
  if run test; then return 1; fi
  last_line_is '1 passed, 1 failed'; grep -q 'what went wrong' "$out"
}

missing_program_is_a_failure() {
  project 'add_test(NAME b COMMAND ./no-such-program)'
  if run test; then return 1; fi
  last_line_is '1 passed, 1 failed'
}

skipped_tests_are_counted_and_named() {
  project 'add_test(NAME later COMMAND sh -c "exit 77")
  set_tests_properties(later PROPERTIES SKIP_RETURN_CODE 77)'
  run test
  last_line_is '1 passed, 0 failed, 1 skipped'; grep -q 'later (Skipped)' "$out"
}

one_area_runs_alone() { project 'add_test(NAME b COMMAND false)'; run test --area a; last_line_is '1 passed, 0 failed'; }

unknown_area_fails_and_names_the_areas() {
  project 'add_test(NAME b COMMAND true)'
  if run test --area nonsense; then return 1; fi
  last_line_is '0 passed, 0 failed'; grep -q 'there are: a' "$out"
}

process_left_running_is_ended_and_counted() {
  project 'add_test(NAME b COMMAND sh -c "setsid sleep 300 > /dev/null 2>&1 & echo \$! > left")'
  if run test; then return 1; fi
  last_line_is '2 passed, 1 failed'; grep -q 'sleep 300' "$out"
  # In a container nobody may reap it: a zombie has ended.
  ! grep -qE '^State:[[:space:]]+[^ZX[:space:]]' "/proc/$(cat "$work/p/build/host/left")/status" 2> /dev/null
}

broken_build_fails_and_shows_why() {
  project 'message(FATAL_ERROR "no such thing")'
  if run test; then return 1; fi
  grep -q 'no such thing' "$out"; grep -q 'the whole log' "$out"
}

moved_checkout_is_configured_anew() {
  project 'add_test(NAME b COMMAND true)'
  run test
  mv "$work/p" "$work/moved"
  (cd "$work/moved" && tests/run.sh test) > "$out" 2>&1 < /dev/null
  rm -rf "$work/moved"
  last_line_is '2 passed, 0 failed'
}

promise() {
  local status
  set +e
  (set -e; "$1")
  status=$?
  set -e
  if [ $status = 0 ]; then echo "ok   $1"; return; fi
  echo "FAIL $1; what the driver said:"
  sed 's/^/     /' "$out"
  broken=$((broken + 1))
}

for name in all_passing_counts_and_succeeds failing_test_is_shown_and_fails missing_program_is_a_failure \
  skipped_tests_are_counted_and_named one_area_runs_alone unknown_area_fails_and_names_the_areas \
  process_left_running_is_ended_and_counted broken_build_fails_and_shows_why moved_checkout_is_configured_anew; do
  promise "$name"
done
[ "$broken" = 0 ] || { echo "$broken promises broken"; exit 1; }
