#!/usr/bin/env bash
# Measures the secure services on the emulated board: what each call costs the non-secure caller, size, RAM and stack of the secure
# part. Prints "name value unit" lines.
# usage: bench/secure/run.sh HOLDFAST DEVELOPMENT_BUILD
#
# Instructions are exact (-icount shift=0), not cycles; counted by an emulator plugin between marked functions of main.c, so with
# what the caller's side of the gate does. Work on curve points depends on the random keys by some percent.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
holdfast=$(realpath "$1") development=$(realpath "$2")
secure=$development/secure/firmware_secure.elf program=$development/bench/secure/bench_secure.elf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

section_bytes() { arm-none-eabi-size -A "$1" | awk -v want="$2" '$1 ~ want { sum += $2 } END { print sum + 0 }'; }
symbol() { arm-none-eabi-nm "$1" | awk -v name="$2" '$3 == name { print "0x" $1 }'; }
# extent ELF FUNCTION: FROM-TO of its code
extent() { arm-none-eabi-nm -S "$1" | awk -v name="$2" '$NF == name && NF == 4 { print $1, $2 }' | { read -r at size; printf '0x%x-0x%x' $((0x$at & ~1)) $(((0x$at & ~1) + 0x$size)); }; }
map_constant() { printf '%d' "$(sed -n "s/^#define FIRMWARE_$1 \(0x[0-9A-Fa-f]*\).*/\1/p" "$here/../../boards/an524/firmware_map.h")"; }

sizes() {
  echo "secure.flash_bytes $(($(section_bytes "$secure" '^[.](text|data)$') + $(section_bytes "$secure" '^[.]gnu'))) bytes"
  echo "secure.static_ram_bytes $(section_bytes "$secure" '^[.](data|bss)$') bytes"
  echo "secure.ram_region_bytes $(map_constant SECURE_RAM_BYTES) bytes"
}

make_device() {
  export HOLDFAST_HOME=$work/home
  "$holdfast" key new -q root --development
  "$holdfast" key new -q firmware --development
  "$holdfast" image sign -q --kind loader --product bench --hardware 1-1 --version 1.0.0 --security-version 1 --key root \
    --authority firmware --output "$work/loader.img" "$development/boot/loader.elf"
  "$holdfast" image sign -q --kind firmware --product bench --hardware 1-1 --version 1.0.0 --security-version 1 --key firmware \
    --output "$work/firmware.img" "$secure" "$program"
  "$holdfast" device new -q bench --rom "$development/boot/rom.elf" --loader "$work/loader.img" \
    --firmware "$work/firmware.img" --root-key root --product bench --hardware-revision 1 --no-identity
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

calls() {
  local arguments=$work/phases.so mark
  for mark in $(arm-none-eabi-nm "$program" | sed -n 's/.* [tT] \(mark\(ed\)\{0,1\}_.*\)/\1/p'); do
    arguments+=",mark=$mark@$(symbol "$program" "$mark")"
  done
  arguments+=",stack=$(symbol "$secure" __stack_bottom)-$(symbol "$secure" __stack_top)"
  arguments+=",wipe=$(extent "$secure" gate_stack_wipe),wipe=$(extent "$secure" leave)"
  "$holdfast" device run -q bench --icount --timeout 100 --until 'bench: measured' \
    --emulator-option=-plugin --emulator-option="$arguments" --emulator-option=-d --emulator-option=plugin \
    --emulator-option=-D --emulator-option="$work/phases.log"
  awk '$1 == "stack" { print "secure.stack_bytes", $2, "bytes" }
       { count[$1] = $2 }
       END { for (name in count) if (sub(/^marked_/, "", name)) print "secure." name, count["marked_" name] - count["mark_" name], "instructions" }' \
    "$work/phases.log" | sort
}

sizes
make_device
plugin
calls
