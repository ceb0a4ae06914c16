#!/usr/bin/env bash
# Measures the boot chain: sizes, and guest instructions of a cold boot by phase. Prints "name value unit" lines.
# usage: bench/boot/run.sh HOLDFAST DEVELOPMENT_BUILD PRODUCTION_BUILD
#
# Instructions are exact and repeatable (-icount shift=0); they are not cycles. They are counted by an
# emulator plugin at the entry of marked functions.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
holdfast=$(realpath "$1") development=$(realpath "$2") production=$(realpath "$3")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

section_bytes() { arm-none-eabi-size -A "$1" | awk -v want="$2" '$1 ~ want { sum += $2 } END { print sum + 0 }'; }
address_of() { arm-none-eabi-nm "$1" | awk -v name="$2" '$3 == name { print "0x" $1 }'; }

# All the RAM a stage may touch, stack included: the region its linker script fills and its stack limit guards.
board_constant() { printf '%d' "$(sed -n "s/^#define BOARD_$1 \(0x[0-9A-Fa-f]*\).*/\1/p" "$here/../../boards/an524/board.h")"; }

sizes() {
  echo "rom.flash_bytes $(stat -c %s "$development/boot/rom.bin") bytes"
  echo "rom.ram_region_bytes $(board_constant ROM_RAM_BYTES) bytes"
  echo "loader.flash_bytes $(stat -c %s "$development/boot/loader.bin") bytes"
  echo "loader.production_flash_bytes $(stat -c %s "$production/boot/loader.bin") bytes"
  echo "loader.ram_region_bytes $(board_constant LOADER_RAM_BYTES) bytes"
  echo "loader.static_ram_bytes $(section_bytes "$development/boot/loader.elf" '^[.]bss$') bytes"
}

make_device() {
  export HOLDFAST_HOME=$work/home
  "$holdfast" key new -q root --development
  "$holdfast" key new -q firmware --development
  "$holdfast" image sign -q --kind loader --product bench --hardware 1-1 --version 1.0.0 --security-version 1 --key root \
    --authority firmware --output "$work/loader.img" "$development/boot/loader.elf"
  "$holdfast" image sign -q --kind firmware --product bench --hardware 1-1 --version 1.0.0 --security-version 1 --key firmware \
    --output "$work/firmware.img" "$development/secure/firmware_secure.elf" \
    "$development/tests/firmware/test_firmware_good.elf"
  "$holdfast" device new -q bench --rom "$development/boot/rom.elf" --loader "$work/loader.img" \
    --firmware "$work/firmware.img" --root-key root --product bench --hardware-revision 1 --no-identity
  "$holdfast" device run -q bench --timeout 20 --until settled # the first boot raises counters: not the one to measure
}

# The interface of emulator plugins changes with its version: the first that loads is taken.
plugin() {
  local version
  for version in 1 2 3 4 5; do
    gcc -O2 -shared -fPIC -DAPI_VERSION=$version -o "$work/phases.so" "$here/../phases_plugin.c"
    if qemu-system-arm -M none -display none -monitor none -S -plugin "$work/phases.so" -serial none -no-reboot \
      -qmp stdio <<< '{"execute":"qmp_capabilities"}{"execute":"quit"}' > /dev/null 2>&1; then return 0; fi
  done
  echo "no interface version fits this emulator" >&2
  return 1
}

boot_phases() {
  local rom=$development/boot/rom.elf loader=$development/boot/loader.elf
  local secure=$development/secure/firmware_secure.elf mark
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
  local arguments=$work/phases.so
  for mark in "${marks[@]}"; do arguments+=",mark=$mark"; done
  "$holdfast" device run -q bench --icount --timeout 60 --until settled \
    --emulator-option=-plugin --emulator-option="$arguments" --emulator-option=-d --emulator-option=plugin \
    --emulator-option=-D --emulator-option="$work/phases.log"
  # Instructions from each mark to the next one, in the order they were reached.
  sort -k2,2n "$work/phases.log" | awk '
    $1 == "total" { next }
    NR > 1 { printf "boot.%s %d instructions\n", last, $2 - before }
    { last = $1; before = $2 }
    END { printf "boot.total %d instructions\n", before }'
}

sizes
make_device
plugin
boot_phases
