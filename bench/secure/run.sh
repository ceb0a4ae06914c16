#!/usr/bin/env bash
# Measures the secure services on the emulated board: what each call costs the non-secure caller, size, RAM and stack of the secure
# part. Prints "name value unit" lines.
# usage: bench/secure/run.sh HOLDFAST DEVELOPMENT_BUILD
#
# Instructions are exact (-icount shift=0), not cycles; counted by an emulator plugin between marked functions of main.c, so with
# what the caller's side of the gate does. Work on curve points depends on the random keys by some percent.
set -euo pipefail
# shellcheck source=bench/emulated.sh
source "$(dirname "$0")/../emulated.sh"
holdfast=$(realpath "$1") development=$(realpath "$2")
secure=$development/secure/firmware_secure.elf program=$development/bench/secure/bench_secure.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sizes() {
  echo "secure.flash_bytes $(($(section_bytes "$secure" '^[.](text|data)$') + $(section_bytes "$secure" '^[.]gnu'))) bytes"
  echo "secure.static_ram_bytes $(section_bytes "$secure" '^[.](data|bss)$') bytes"
  echo "secure.ram_region_bytes $(map_constant firmware_map.h FIRMWARE_SECURE_RAM_BYTES) bytes"
}

calls() {
  local arguments=() mark
  for mark in $(arm-none-eabi-nm "$program" | sed -n 's/.* [tT] \(mark\(ed\)\{0,1\}_.*\)/\1/p'); do
    arguments+=("mark=$mark@$(address_of "$program" "$mark")")
  done
  arguments+=("stack=$(address_of "$secure" __stack_bottom)-$(address_of "$secure" __stack_top)")
  arguments+=("wipe=$(extent_of "$secure" gate_stack_wipe)" "wipe=$(extent_of "$secure" leave)")
  run_counted 100 'bench: measured' "${arguments[@]}"
  awk '$1 == "stack" { print "secure.stack_bytes", $2, "bytes,deepest" } # depends on the keys by some words
       { count[$1] = $2 }
       END { for (name in count) if (sub(/^marked_/, "", name)) print "secure." name, count["marked_" name] - count["mark_" name], "instructions" }' \
    "$work/phases.log" | sort
}

sizes
make_device "$program"
plugin
calls
