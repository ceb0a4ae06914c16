#!/usr/bin/env bash
# Runs every benchmark, holds the results against bench/budgets.txt, and writes docs/numbers.md.
# usage: bench/run.sh [--check]     --check: leave docs/numbers.md alone (what the tests do)
# Fails when a budget is exceeded or a budgeted number is missing. Needs the host and both an524 builds.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-write}
build=${HF_BUILD_DIR:-build}
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# The "name value unit" lines of every benchmark.
measure() {
  bench/boot/run.sh "$build/host/tools/holdfast" "$build/an524-development" "$build/an524-production"
  bench/crypto/run.sh
}

# name, value, unit, greatest allowed, target: one line a measurement, in the order measured.
join_budgets() {
  awk 'NR == FNR { if ($1 != "" && $1 !~ /^#/) { limit[$1] = $2; target[$1] = $3 } next }
       { print $1, $2, $3, ($1 in limit) ? limit[$1] : "-", ($1 in target) ? target[$1] : "-"; delete limit[$1] }
       END { for (name in limit) print name, "missing", "-", limit[name], target[name] }' bench/budgets.txt "$results"
}

broken_budgets() {
  join_budgets | awk '$2 == "missing" { print $1 ": not measured"; next }
                      $4 != "-" && $2 > $4 { print $1 ": " $2 " is more than the budget of " $4 }'
}

compiler() { arm-none-eabi-gcc --version | head -1; }

# Sizes do not vary between runs: with the compiler of docs/numbers.md they must be what it says.
stale_sizes() {
  grep -qF "Compiler: $(compiler)." docs/numbers.md || return 0
  join_budgets | awk '$3 ~ /^bytes?$/ { printf "| %s | %s | %s |\n", $1, $2, $3 }' |
    while IFS= read -r row; do grep -qF "$row" docs/numbers.md || echo "measured now: $row"; done
}

write_numbers() {
  {
    echo "# Numbers"
    echo
    echo "Written by \`make bench\` (\`bench/run.sh\`); budgets are in \`bench/budgets.txt\` and fail the tests when exceeded."
    echo "Instructions are guest instructions under \`-icount shift=0\`: exact and repeatable, not cycles. Sizes are of the whole"
    echo "program: vectors, code, read-only data and the image of initialised data."
    echo
    echo "Compiler: $(compiler). Board: an524 (Cortex-M33)."
    echo
    echo "| What | Measured | Unit | Budget | Target |"
    echo "|---|---:|---|---:|---:|"
    join_budgets | awk '{ printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }'
    echo
    echo "\`boot.X\` counts from reaching X to reaching the next mark of a settled cold boot (power on to firmware): \`rom.begin\` is"
    echo "OTP, order of the copies and reading the manifest; \`manifest\` the trust anchors; \`p256\` and \`lms\` the two signatures (each"
    echo "with the next key's trust anchor or the fields); \`load\` copying and hashing the payload; \`start\` locking, wiping, jumping."
  } > docs/numbers.md
}

measure > "$results"
join_budgets | awk '{ printf "%-36s %10s %-14s budget %8s  target %8s\n", $1, $2, $3, $4, $5 }'
broken=$(broken_budgets)
if [ -n "$broken" ]; then
  echo "Budgets broken:" >&2
  echo "$broken" >&2
  exit 1
fi
echo "All budgets hold."
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
