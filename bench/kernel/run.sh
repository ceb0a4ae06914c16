#!/usr/bin/env bash
# Measures the kernel on the emulated board in three builds: o2 and os without checks, checked (asserts and stack checks,
# -O2). Prints "name value unit" lines, kernel.BUILD.ROW.
# usage: bench/kernel/run.sh [--check | --list | --masked]
#   --check    instead: fails when a row is above upstream's and nobody has accepted that
#   --list     instead: every row beside upstream's, the worst first
#   --masked   instead: for every row, the longest stretch with interrupts masked and the function it begins in
# Needs arm-none-eabi-gcc, picolibc, qemu-system-arm and a host compiler.
#
# Instructions are counted by an emulator plugin under -icount shift=0: exact and repeatable, not cycles.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$here/../../kernel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cpu=(-mcpu=cortex-m33 -mthumb -mfloat-abi=soft)
device=("${cpu[@]}" -std=gnu11 -ffreestanding -ffunction-sections -fdata-sections -Wall -Wextra --specs=picolibc.specs
  -I "$kernel/include" -I "$kernel/port/armv8m" -I "$kernel" -I "$here")
# Secure SSRAM for code, another for data: the board starts in the secure world.
# shellcheck disable=SC2054 # the commas are the linker's
link=(--oslib=semihost -Wl,--gc-sections -Wl,--defsym=__flash=0x10000000 -Wl,--defsym=__flash_size=0x200000
  -Wl,--defsym=__ram=0x38000000 -Wl,--defsym=__ram_size=0x100000 -Wl,--defsym=__stack_size=0x2000)
sources=("$kernel"/*.c "$kernel"/port/armv8m/*.c)

declare -A options=(
  [o2]="-O2 -DNDEBUG"
  [os]="-Os -DNDEBUG"
  [checked]="-O2 -DBENCH_CHECKED"
)

# compile_kernel DIRECTORY CONFIGURATION OPTIONS...: one object a source file.
compile_kernel() {
  local into=$1 configuration=$2 source
  shift 2
  mkdir -p "$into"
  for source in "${sources[@]}"; do
    arm-none-eabi-gcc "${device[@]}" -DHF_KERNEL_CONFIG="\"$configuration\"" "$@" \
      -c "$source" -o "$into/$(basename "$source" .c).o"
  done
}

# Code and constants, in bytes, of what arm-none-eabi-size -A says.
text_sum() { awk '/^[.](text|rodata|ARM[.]ex)/ { bytes += $2 } END { print bytes }'; }

# What the linker kept of the objects in a directory, by its map: kept_of MAP DIRECTORY
kept_of() {
  local bytes=0 size
  while read -r size; do bytes=$((bytes + size)); done < <(awk -v from="$2/" '
    /^Discarded input sections/ { skip = 1 }
    /^Memory Configuration/ { skip = 0 }
    skip || !/^ [.](text|rodata)/ { next }
    NF == 1 { name = $1; getline; $0 = name " " $0 }
    index($4, from) == 1 { print $3 }' "$1")
  echo $bytes
}

# The interface of emulator plugins changes with its version: the newest that loads is taken.
plugin() {
  local version
  for version in 6 5 4 3 2 1; do
    gcc -O2 -Wall -Wextra -shared -fPIC -DAPI_VERSION=$version -o "$work/counter.so" "$here/counter_plugin.c"
    if qemu-system-arm -M none -display none -monitor none -S -plugin "$work/counter.so" -serial none -no-reboot \
      -qmp stdio <<< '{"execute":"qmp_capabilities"}{"execute":"quit"}' > /dev/null 2>&1; then return 0; fi
  done
  echo "no interface version fits this emulator" >&2
  return 1
}

# Runs $work/BUILD.elf: what the guest printed in BUILD.guest, what the plugin counted in BUILD.counted.
emulate() {
  timeout 120 qemu-system-arm -M mps2-an505 -icount shift=0 -chardev file,id=out,path="$work/$1.guest" \
    -semihosting-config enable=on,chardev=out -display none -monitor none -serial none -kernel "$work/$1.elf" \
    -plugin "$work/counter.so" -d plugin -D "$work/$1.counted" > "$work/$1.stopped" 2>&1 && return 0
  cat "$work/$1.guest" "$work/$1.stopped" >&2
  return 1
}

# Puts the lists of guest and plugin side by side: "ROW VALUE UNIT", and "masked ROW LENGTH ADDRESS" into BUILD.masked.
rows_of() {
  grep '^row ' "$work/$1.guest" | paste -d' ' - "$work/$1.counted" | awk -v masked="$work/$1.masked" '
    NF != 10 { print "guest and plugin do not agree: " $0 > "/dev/stderr"; exit failed = 1 }
    { name = $2; one_way = $3; overhead = $4; operations = $5 }
    name != "-" {
      value = $6 / operations
      if (overhead == "loop") value = ($6 - loop * operations) / operations
      if (overhead == "pend") value = ($6 - pend * operations) / operations
      if (name == "harness.loop") loop = value
      if (name == "harness.pend") pend = value
      # Two switches to an operation of the loop.
      if (name == "a.yield_switch") value = ($6 - loop * operations / 2) / operations
      if (value <= 0) { print name ": " value > "/dev/stderr"; exit failed = 1 }
      printf "%s %.1f instructions\n", name, value
    }
    one_way != "-" {
      if ($8 != operations) { print one_way ": " $8 " of " operations " arrived" > "/dev/stderr"; exit failed = 1 }
      printf "%s %.1f instructions\n", one_way, $7 / operations
    }
    { print (name != "-" ? name : one_way), $9, $10 > masked }
    END { exit failed }'
  awk '$1 == "size" { print $2, $3, "bytes" }' "$work/$1.guest"
}

# The longest masked stretch of the rows that match, and of all.
masked_rows() {
  awk '
    { if ($2 > worst) worst = $2 }
    $1 ~ /^(c[.]sem|e[.]q|g[.]notify)_rt$/ && $2 > handoff { handoff = $2 }
    $1 == "f.pi_rt" { inheritance = $2 }
    $1 == "d.q64" { copy64 = $2 }
    $1 == "d.q256" { copy256 = $2 }
    $1 == "d.q1024" { copy1024 = $2 }
    $1 == "d.q130" { copy130 = $2 }
    $1 == "i.tick_wake.50" { wake50 = $2 }
    $1 ~ /^c[.](sem_timeout_rt|timeout_crowded)$/ && $2 > block_timeout { block_timeout = $2 }
    END {
      print "masked.handoff", handoff + 0, "instructions"
      print "masked.inheritance", inheritance + 0, "instructions"
      print "masked.copy64", copy64 + 0, "instructions"
      print "masked.copy256", copy256 + 0, "instructions"
      print "masked.copy1024", copy1024 + 0, "instructions"
      print "masked.copy130", copy130 + 0, "instructions"
      print "masked.wake50", wake50 + 0, "instructions"
      print "masked.block_timeout", block_timeout + 0, "instructions"
      print "masked.worst", worst + 0, "instructions"
    }' "$work/$1.masked"
}

# An exact harness or no numbers at all.
check_harness() {
  local exact
  for exact in nop100 nop100_oneway; do
    grep -qx "harness.$exact 100.0 instructions" "$work/$1.rows" && continue
    echo "100 NOPs do not read 100.0: $(grep "^harness.$exact " "$work/$1.rows")" >&2
    return 1
  done
}

# Times, sizes of objects and masked stretches of one build, into BUILD.rows.
measure_speed() {
  local opt
  read -ra opt <<< "${options[$1]}"
  compile_kernel "$work/$1" bench_config.h "${opt[@]}"
  arm-none-eabi-gcc "${device[@]}" -DHF_KERNEL_CONFIG='"bench_config.h"' "${opt[@]}" "$here"/main.c "$here"/rows_*.c \
    "$work/$1"/*.o "${link[@]}" -o "$work/$1.elf"
  emulate "$1"
  rows_of "$1" > "$work/$1.rows"
  check_harness "$1"
  masked_rows "$1" >> "$work/$1.rows"
}

# The kernel without list.c: lists for middleware that wants upstream's, which this kernel does not use itself.
kernel_text_of() { find "$1" -name '*.o' ! -name list.o -print0 | xargs -0 arm-none-eabi-size -A | text_sum; }

# Text of the whole kernel, as measured and with every option; and what two tasks and a queue need of it.
measure_text() {
  local opt
  read -ra opt <<< "${options[$1]}"
  echo "text $(kernel_text_of "$work/$1") bytes"
  echo "text_list $(arm-none-eabi-size -A "$work/$1/list.o" | text_sum) bytes"
  compile_kernel "$work/$1-everything" bench_config.h "${opt[@]}" -DBENCH_EVERYTHING
  echo "text_everything $(kernel_text_of "$work/$1-everything") bytes"
  compile_kernel "$work/$1-smallest" smallest_config.h "${opt[@]}"
  arm-none-eabi-gcc "${device[@]}" -DHF_KERNEL_CONFIG='"smallest_config.h"' "${opt[@]}" "$here/smallest.c" \
    "$work/$1-smallest"/*.o "${link[@]}" -Wl,-Map="$work/$1-smallest.map" -o "$work/$1-smallest.elf"
  echo "text_smallest $(kept_of "$work/$1-smallest.map" "$work/$1-smallest") bytes"
}

# "kernel.BUILD.ROW VALUE UNIT" of everything.
measure() {
  local build
  plugin
  for build in o2 os checked; do
    measure_speed "$build"
    measure_text "$build" >> "$work/$build.rows"
    awk -v build=$build '$1 !~ /^harness/ { print "kernel." build "." $1, $2, $3 }' "$work/$build.rows"
  done
}

masked_table() {
  local build
  for build in o2 os checked; do
    arm-none-eabi-nm "$work/$build.elf" | awk '$2 ~ /[tT]/' | sort > "$work/$build.symbols"
    sort -k2,2nr "$work/$build.masked" | while read -r row length address; do
      printf '%-8s %-24s %6d  %s\n' "$build" "$row" "$length" \
        "$(awk -v at="$address" '$1 "" <= at "" { name = $3 } END { print name }' "$work/$build.symbols")"
    done
  done
}

measure > "$work/measured"
case ${1:-} in
--check | --list) "$here/compare.sh" "$1" "$work/measured" ;;
--masked) masked_table ;;
*) cat "$work/measured" ;;
esac
