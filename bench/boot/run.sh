#!/usr/bin/env bash
# Measures the boot chain: sizes, and guest instructions of a cold boot by phase. Prints "name value unit" lines.
# usage: bench/boot/run.sh HOLDFAST DEVELOPMENT_BUILD PRODUCTION_BUILD
#
# Instructions are exact and repeatable (-icount shift=0); they are not cycles. They are counted by an
# emulator plugin at the entry of marked functions.
set -euo pipefail
# shellcheck source=bench/emulated.sh
source "$(dirname "$0")/../emulated.sh"
holdfast=$(realpath "$1") development=$(realpath "$2") production=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sizes() {
  echo "rom.flash_bytes $(stat -c %s "$development/boot/rom.bin") bytes"
  # All the RAM a stage may touch, stack included: the region its linker script fills and its stack limit guards.
  echo "rom.ram_region_bytes $(map_constant board.h BOARD_ROM_RAM_BYTES) bytes"
  echo "loader.flash_bytes $(stat -c %s "$development/boot/loader.bin") bytes"
  echo "loader.production_flash_bytes $(stat -c %s "$production/boot/loader.bin") bytes"
  echo "loader.ram_region_bytes $(map_constant board.h BOARD_LOADER_RAM_BYTES) bytes"
  echo "loader.static_ram_bytes $(section_bytes "$development/boot/loader.elf" '^[.]bss$') bytes"
}

boot_phases() {
  local rom=$development/boot/rom.elf loader=$development/boot/loader.elf
  local secure=$development/secure/firmware_secure.elf
  local marks=(
    "rom.begin@$(address_of "$rom" stage_main)"
    "rom.manifest@$(address_of "$rom" verify_manifest)"
    "rom.p256@$(address_of "$rom" p256_ecdsa_recompute_r)"
    "rom.lms@$(address_of "$rom" lms_recompute_root)"
    "rom.load@$(address_of "$rom" verify_load)"
    "rom.start@$(address_of "$rom" board_start_stage)"
    "loader.begin@$(address_of "$loader" stage_main)"
    "loader.manifest@$(address_of "$loader" verify_manifest)"
    "loader.p256@$(address_of "$loader" p256_ecdsa_recompute_r)"
    "loader.lms@$(address_of "$loader" lms_recompute_root)"
    "loader.load@$(address_of "$loader" verify_load)"
    "loader.start@$(address_of "$loader" board_start_stage)"
    "firmware.begin@$(address_of "$secure" stage_main)"
  )
  run_counted 60 settled "${marks[@]/#/mark=}"
  # Instructions from each mark to the next one, in the order they were reached.
  sort -k2,2n "$work/phases.log" | awk '
    $1 == "total" { next }
    NR > 1 { printf "boot.%s %d instructions\n", last, $2 - before }
    { last = $1; before = $2 }
    END { printf "boot.total %d instructions\n", before }'
}

sizes
make_device "$development/tests/firmware/test_firmware_good.elf"
"$holdfast" device run -q bench --timeout 20 --until settled # the first boot raises counters: not the one to measure
plugin
boot_phases
