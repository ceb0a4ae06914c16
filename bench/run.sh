#!/usr/bin/env bash
# Runs every benchmark, holds the results against bench/budgets.txt, the kernel's also against upstream's kernel, and
# writes docs/numbers.md.
# usage: bench/run.sh [--check [boot | secure | kernel]]
#   --check   leave docs/numbers.md alone (what the tests do); boot is the boot chain with its crypto
# Fails when a budget is exceeded or a budgeted number is missing. Boot needs the host and both an524 builds.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-write}
part=${2:-all}
build=${HF_BUILD_DIR:-build}
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# The "name value unit" lines of every benchmark.
measure() {
  if measured boot; then
    bench/boot/run.sh "$build/host/tools/holdfast" "$build/an524-development" "$build/an524-production"
    bench/crypto/run.sh
  fi
  if measured secure; then bench/secure/run.sh "$build/host/tools/holdfast" "$build/an524-development"; fi
  if measured kernel; then bench/kernel/run.sh; fi
}

measured() { [ "$part" = all ] || [ "$part" = "$1" ]; }

# The budgets of the part that is measured; the names of the kernel's and the services' begin with "kernel.", "secure.".
budgets() {
  case $part in
  boot) grep -vE '^(kernel|secure)[.]' bench/budgets.txt ;;
  all) cat bench/budgets.txt ;;
  *) grep "^${part}[.]" bench/budgets.txt ;;
  esac
}

# name, value, unit, greatest allowed, target: one line a measurement, in the order measured.
join_budgets() {
  budgets | awk 'NR == FNR { if ($1 != "" && $1 !~ /^#/) { limit[$1] = $2; target[$1] = $3 } next }
       { print $1, $2, $3, ($1 in limit) ? limit[$1] : "-", ($1 in target) ? target[$1] : "-"; delete limit[$1] }
       END { for (name in limit) print name, "missing", "-", limit[name], target[name] }' - "$results"
}

broken_budgets() {
  join_budgets | awk '$2 == "missing" { print $1 ": not measured"; next }
                      $4 != "-" && $2 > $4 { print $1 ": " $2 " is more than the budget of " $4 }'
}

# What bench/budgets.txt is about: of the kernel's many rows, only those with a budget. The rest are in its own table.
budgeted() { join_budgets | awk '$1 !~ /^kernel[.]/ || $4 != "-"'; }

compiler() { arm-none-eabi-gcc --version | head -1; }

# Sizes do not vary between runs: with the compiler of docs/numbers.md they must be what it says. The kernel's change
# with every line of it, and are held against upstream's instead.
stale_sizes() {
  grep -qF "Compiler: $(compiler)." docs/numbers.md || return 0
  join_budgets | awk '$1 !~ /^kernel[.]/ && $3 ~ /^bytes?$/ { printf "| %s | %s | %s |\n", $1, $2, $3 }' |
    while IFS= read -r row; do grep -qF "$row" docs/numbers.md || echo "measured now: $row"; done
}

kernel_section() {
  echo
  echo "## Kernel"
  echo
  bench/kernel/compare.sh --verdict "$results"
  echo
  echo "Each operation of the kernel beside upstream FreeRTOS V11 (its ARM_CM33_NTZ port), both as guest instructions on a"
  echo "Cortex-M33 (mps2-an505, secure, no FPU context) with the compiler above. lean: no asserts, stack checks or trace;"
  echo "checked: asserts and stack check 2. \`rt\` is a round trip with the switch back, \`oneway\` until the other task runs; a"
  echo "number at the end of a row says how many other tasks or timers there are. \`masked\` rows are the longest stretch with"
  echo "interrupts masked. Bold: above upstream. \`bench/kernel/baseline.txt\` says how upstream's figures were measured,"
  echo "\`bench/kernel/accepted.txt\` why a row may be above them; any other row above them fails the tests."
  echo
  echo "First letter of a row: a taskYIELD; b, c binary semaphore; d, e queue; f mutexes; g notification; h event group; i tick and"
  echo "delays; j create and delete; k heap; l stream and message buffer; m from an interrupt to the waiting task; n timers; x the"
  echo "rest. \`text\`: the whole kernel without \`list.c\`; \`text_everything\`: with every option on; \`waiting_stack\`: what a task waiting"
  echo "for a semaphore uses of its stack."
  echo
  bench/kernel/compare.sh --table "$results"
  accepted_rows
}

accepted_rows() {
  grep -q '^kernel[.]' bench/kernel/accepted.txt || return 0
  echo
  echo "Above upstream, and why:"
  echo
  awk '/^kernel[.]/ { name = $1; sub(/^[^ ]* */, ""); printf "- `%s`: %s\n", name, $0 }' bench/kernel/accepted.txt
}

write_numbers() {
  {
    echo "# Numbers"
    echo
    echo "Written by \`make bench\` (\`bench/run.sh\`); budgets are in \`bench/budgets.txt\` and fail the tests when exceeded."
    echo "Instructions are guest instructions under \`-icount shift=0\`: exact and repeatable, not cycles (but every run makes new"
    echo "keys, and the work of LMS and P-256 depends on them by some percent). Sizes are of the whole"
    echo "program: vectors, code, read-only data and the image of initialised data."
    echo
    echo "Compiler: $(compiler). Board: an524 (Cortex-M33)."
    echo
    echo "| What | Measured | Unit | Budget | Target |"
    echo "|---|---:|---|---:|---:|"
    budgeted | awk '{ printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }'
    echo
    echo "\`boot.X\` counts from reaching X to reaching the next mark of a settled cold boot (power on to firmware): \`rom.begin\` is"
    echo "OTP, order of the copies and reading the manifest; \`manifest\` the trust anchors; \`p256\` and \`lms\` the two signatures (each"
    echo "with the next key's trust anchor or the fields); \`load\` copying and hashing the payload; \`start\` locking, wiping, jumping."
    echo
    echo "\`secure.X\` is what one call of a service costs the non-secure caller, client library and gate included (bench/secure):"
    echo "\`empty\` is the crossing alone; \`key_sign\` verifies the signature before it gives it out; \`key_generate\` signs and verifies"
    echo "once to test the pair; \`item_set_*\` writes two copies and, unless unprotected, raises the counter in OTP twice;"
    echo "\`stack\` is the deepest use of the secure stack in that run, start-up included."
    kernel_section
  } > docs/numbers.md
}

measure > "$results"
budgeted | awk '{ printf "%-36s %10s %-14s budget %8s  target %8s\n", $1, $2, $3, $4, $5 }'
broken=$(broken_budgets)
if [ -n "$broken" ]; then
  echo "Budgets broken:" >&2
  echo "$broken" >&2
  exit 1
fi
echo "All budgets hold."
if measured kernel; then bench/kernel/compare.sh --check "$results"; fi
if [ "$mode" != --check ]; then
  write_numbers
  echo "docs/numbers.md written."
  exit 0
fi
stale=$(stale_sizes)
if [ -n "$stale" ]; then
  echo "docs/numbers.md is stale; run: make bench" >&2
  echo "$stale" >&2
  exit 1
fi
