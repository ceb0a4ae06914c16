# shellcheck shell=bash disable=SC2154
# What the benches on the emulated board share; sourced by bench/*/run.sh, which set `holdfast`, `development` and `work` (a folder).
bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# section_bytes ELF PATTERN: bytes in sections whose name matches
section_bytes() { arm-none-eabi-size -A "$1" | awk -v want="$2" '$1 ~ want { sum += $2 } END { print sum + 0 }'; }
# address_of ELF SYMBOL
address_of() { arm-none-eabi-nm "$1" | awk -v name="$2" '$3 == name { print "0x" $1 }'; }
# extent_of ELF FUNCTION: FROM-TO of its code
extent_of() {
  local at size
  read -r at size < <(arm-none-eabi-nm -S "$1" | awk -v name="$2" '$NF == name && NF == 4 { print $1, $2 }')
  printf '0x%x-0x%x' $((0x$at & ~1)) $(((0x$at & ~1) + 0x$size))
}
# map_constant HEADER NAME: a number of the board's map
map_constant() { printf '%d' "$(sed -n "s/^#define $2 \(0x[0-9A-Fa-f]*\).*/\1/p" "$bench/../boards/an524/$1")"; }

# make_device PROGRAM: a device `bench` whose firmware is the secure part and this non-secure program
make_device() {
  export HOLDFAST_HOME=$work/home
  "$holdfast" key new -q root --development
  "$holdfast" key new -q firmware --development
  "$holdfast" image sign -q --kind loader --product bench --hardware 1-1 --version 1.0.0 --security-version 1 --key root \
    --authority firmware --output "$work/loader.img" "$development/boot/loader.elf"
  "$holdfast" image sign -q --kind firmware --product bench --hardware 1-1 --version 1.0.0 --security-version 1 --key firmware \
    --output "$work/firmware.img" "$development/secure/firmware_secure.elf" "$1"
  "$holdfast" device new -q bench --rom "$development/boot/rom.elf" --loader "$work/loader.img" \
    --firmware "$work/firmware.img" --root-key root --product bench --hardware-revision 1 --no-identity
}

# Makes $work/phases.so. The interface of emulator plugins changes with its version: the first that loads is taken.
plugin() {
  local version
  for version in 1 2 3 4 5; do
    gcc -O2 -shared -fPIC -DAPI_VERSION=$version -o "$work/phases.so" "$bench/phases_plugin.c"
    if qemu-system-arm -M none -display none -monitor none -S -plugin "$work/phases.so" -serial none -no-reboot \
      -qmp stdio <<< '{"execute":"qmp_capabilities"}{"execute":"quit"}' > /dev/null 2>&1; then return 0; fi
  done
  echo "no interface version fits this emulator" >&2
  return 1
}

# run_counted SECONDS UNTIL [ARGUMENT...]: runs the device under the plugin; what it counted is in $work/phases.log
run_counted() {
  local seconds=$1 until=$2 arguments=$work/phases.so argument
  shift 2
  for argument in "$@"; do arguments+=",$argument"; done
  "$holdfast" device run -q bench --icount --timeout "$seconds" --until "$until" \
    --emulator-option=-plugin --emulator-option="$arguments" --emulator-option=-d --emulator-option=plugin \
    --emulator-option=-D --emulator-option="$work/phases.log"
}
