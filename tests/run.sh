#!/usr/bin/env bash
# Sets up, builds and tests; what `make setup`, `make demo`, `make test` and `make check` run.
#
# usage: tests/run.sh setup               packages and pinned sources
#        tests/run.sh build               setup, then every preset (or only those in $PRESETS)
#        tests/run.sh test [--area AREA]  build, then the tests (of one area: a CTest label)
#        tests/run.sh check               format, static analysis and shell scripts, then test
#
# V=1 shows all output. Otherwise one line per step; a step that fails shows the end of its log (build/log/).
# `test` ends with the line "N passed, N failed[, N skipped]" and fails when a test failed, or none ran, or
# a test left a process running. Interrupted (Ctrl-C), it ends what it started.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
logs=build/log
jobs=2
passed=0 failed=0 skipped=0

# Everything started from here carries this in its environment: so it is found again, whoever its parent is.
export HF_RUN=$$-$EPOCHREALTIME
# Neither a person's language nor compiler settings meant for other projects may reach the builds.
export LC_ALL=C.UTF-8
unset CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS ASMFLAGS MAKEFLAGS MAKELEVEL

die() { printf '%s\n' "$@" >&2; exit 1; }

# --- what was started ends -------------------------------------------------------------------------------------

# started: process ids that carry our mark, without ourselves and what is already dead.
started() {
  local environment pid
  for environment in /proc/[0-9]*/environ; do
    pid=${environment//[!0-9]/}
    if [ "$pid" = $$ ]; then continue; fi
    { tr '\0' '\n' < "$environment" | grep -xF "HF_RUN=$HF_RUN" > /dev/null; } 2> /dev/null || continue
    if [ -e "/proc/$pid" ]; then printf '%s\n' "$pid"; fi
  done
}

end_started() {
  local pid
  for signal in TERM KILL; do
    for pid in $(started); do kill -s "$signal" "$pid" 2> /dev/null || true; done
    sleep 0.2
  done
}

on_exit() {
  local status=$?
  trap - EXIT
  trap '' INT TERM
  [ $status = 0 ] || end_started
  exit $status
}

# --- steps -----------------------------------------------------------------------------------------------------

seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# step NAME LOG COMMAND...: one line with its seconds; the command's status is ours.
step() {
  local name=$1 log=$logs/$2.log from=$EPOCHREALTIME status=0
  shift 2
  mkdir -p "$logs"
  if [ "${V:-}" = 1 ]; then "$@" 2>&1 | tee "$log" || status=$?
  else "$@" > "$log" 2>&1 || status=$?; fi
  printf '%-52s %6s s%s\n' "$name" "$(seconds_since "$from")" "$([ $status = 0 ] || echo '  FAILED')"
  return $status
}

# must NAME LOG COMMAND...: a step without which there is no going on.
must() {
  step "$@" && return
  [ "${V:-}" = 1 ] || what_failed "$logs/$2.log" | tail -n 60 >&2
  die "'$1' failed; the whole log: $logs/$2.log"
}

# what_failed LOG: of a build, what ninja marked; else all of it.
what_failed() {
  if grep -q '^FAILED: ' "$1"; then grep -vE '^\[[0-9]+/[0-9]+\] ' "$1"; else cat "$1"; fi
}

setup() {
  deps/setup.sh "$@"
  deps/fetch.sh
}

# configured PRESET: by the presets as they are now, in this place (a checkout can be moved).
configured() {
  [ "build/$1/build.ninja" -nt CMakePresets.json ] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "build/$1/CMakeCache.txt"
}

build_preset() {
  configured "$1" || cmake --fresh --preset "$1" || return
  cmake --build --preset "$1" -j "$jobs"
}

build() {
  setup
  local preset
  for preset in ${PRESETS:-an524-development an524-production host host-sanitized}; do
    must "build $preset" "build-$preset" build_preset "$preset"
  done
}

# --- tests -----------------------------------------------------------------------------------------------------

# The counts are ctest's own closing lines. (Its JUnit report calls a test whose program is missing "skipped".)
# summary LOG: "FAILED ALL" of its last summary; nothing when no test matched.
summary() { sed -n 's/.*tests passed, \([0-9]*\) tests* failed out of \([0-9]*\).*/\1 \2/p' "$1" | tail -n 1; }
# did_not_run LOG REASON: how many tests ctest lists as Skipped or Disabled.
did_not_run() { sed -n '/^The following tests did not run:/,$p' "$1" | grep -cE "^[[:space:]]+[0-9]+ - .* \\($2\\)" || true; }

# Tests take minutes: on a terminal, or with V=1, each one is shown as it ends.
shows_all() { [ "${V:-}" = 1 ] || [ -t 1 ]; }

# run_tests PRESET AREA: adds to passed, failed, skipped.
run_tests() {
  local options=(--test-dir "build/$1" -j "$jobs" --output-on-failure --no-tests=ignore)
  local log=$logs/test-$1.log from=$EPOCHREALTIME status=0 all bad skip
  [ -z "$2" ] || options+=(-L "^$2\$")
  [ "${V:-}" != 1 ] || options+=(--verbose)
  if shows_all; then ctest "${options[@]}" --output-log "$PWD/$log" || status=$?
  else ctest "${options[@]}" > "$log" 2>&1 || status=$?; fi
  read -r bad all < <(summary "$log"; echo 0 0)
  skip=$(did_not_run "$log" Skipped)
  # Whatever else ctest finds wrong is a failure too.
  if [ $status != 0 ] && [ "$bad" = 0 ]; then bad=1 all=$((all + 1)); fi
  passed=$((passed + all - bad - skip)) failed=$((failed + bad))
  skipped=$((skipped + skip + $(did_not_run "$log" Disabled)))
  [ "$bad" = 0 ] || show_failures "$log"
  printf '%-52s %6s s%s\n' "test $1: $((all - bad - skip)) passed, $bad failed" "$(seconds_since "$from")" "$([ "$bad" = 0 ] || echo "  FAILED, log: $log")"
}

# The output of failed tests (printed by ctest already when it writes to the terminal) and their list.
show_failures() {
  if shows_all; then return; fi
  grep -vE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed |^ +Start +[0-9]+: ' "$1" | tail -n 200
}

# A test that leaves a process running is broken: name it, end it, count it.
nothing_runs_on() {
  local pid left
  mapfile -t left < <(started)
  [ ${#left[@]} != 0 ] || return 0
  sleep 1 # some were about to end
  mapfile -t left < <(started)
  [ ${#left[@]} != 0 ] || return 0
  echo "FAILED: the tests left running:"
  for pid in "${left[@]}"; do printf '  %s %s\n' "$pid" "$(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" || true)"; done
  end_started
  failed=$((failed + 1))
}

run_all() {
  local area=${1:-} preset
  for preset in host-sanitized host; do run_tests "$preset" "$area"; done
  nothing_runs_on
  if [ $((passed + failed)) = 0 ]; then
    [ -z "$area" ] || echo "no test has the label '$area'; there are: $(areas)"
    echo "$passed passed, $failed failed"
    return 1
  fi
  [ "$skipped" = 0 ] || grep -hE '^[[:space:]]+[0-9]+ - .* \((Skipped|Disabled)\)' "$logs"/test-*.log || true
  echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
  [ "$failed" = 0 ]
}

areas() { for preset in host-sanitized host; do ctest --test-dir "build/$preset" --print-labels; done | sed -n 's/^  //p' | sort -u | paste -sd' '; }

check() {
  setup check
  static_check format
  static_check scripts
  build
  static_check analysis
  run_all
}

# static_check NAME: one of tests/check; counted like a test.
static_check() {
  if step "check $1" "check-$1" "tests/check/$1.sh"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    [ "${V:-}" = 1 ] || tail -n 60 "$logs/check-$1.log"
  fi
  if [ "${V:-}" != 1 ]; then grep '^note:' "$logs/check-$1.log" || true; fi
}

# Two runs in one checkout would build over each other: the second waits. Only this shell holds the lock.
one_at_a_time() {
  mkdir -p build
  exec 9> build/.lock
  flock -n 9 || { echo "another run in this checkout is going on: waiting for it"; flock 9; }
}

usage() { sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2; }

main() {
  local what=${1:-} area=''
  shift || usage
  case $what in
    setup | build | check) [ $# = 0 ] || usage ;;
    test)
      if [ "${1:-}" = --area ] && [ $# = 2 ]; then area=$2
      elif [ $# != 0 ]; then usage; fi ;;
    *) usage ;;
  esac
  trap on_exit EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  one_at_a_time
  case $what in
    test) build; run_all "$area" ;;
    *) "$what" ;;
  esac
}

main "$@"
