#!/usr/bin/env bash
# The story of the device so far, live: makes keys, lets the factory make a device, boots it, updates it, tries to fool it and to steal its key.
# usage: tests/demo.sh HOLDFAST FIRMWARE_BUILD_DIR [WORK_DIR]
# Everything it makes is below WORK_DIR (default build/demo), made anew each time.
set -euo pipefail
trap 'exit 130' INT

holdfast=$(realpath "${1:?usage: $0 HOLDFAST FIRMWARE_BUILD_DIR [WORK_DIR]}")
firmware=$(realpath "${2:?usage: $0 HOLDFAST FIRMWARE_BUILD_DIR [WORK_DIR]}")
work=${3:-build/demo}
rm -rf "$work"
mkdir -p "$work"
cd "$work"
export HOLDFAST_HOME=$PWD/home

declare -a promised seen
failures=0

title() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
if [ ! -t 1 ]; then title() { printf '\n== %s\n' "$*"; }; fi
show() { printf '$ holdfast %s\n' "$*"; }
run() { show "$@"; "$holdfast" "$@"; }

# sign NAME KEY VERSION SECURITY_VERSION BEHAVIOUR: a firmware image NAME.img
sign() {
  run image sign -q --kind firmware --product demo --hardware 1-9 --version "$3" --security-version "$4" --key "$2" \
    --output "$1.img" "$firmware/secure/firmware_secure.elf" "$firmware/tests/firmware/test_firmware_$5.elf"
}

# boot SECONDS TEXT: runs the device until TEXT appears; remembers what it said
boot() {
  show device run board1
  "$holdfast" device run board1 --timeout "$1" --until "$2" --log console.txt && return 0
  echo "(did not see \"$2\" within $1 s)"
  return 1
}

# expect PROMISE TEXT...: each TEXT must be in what the device said
expect() {
  local promise=$1 text result=kept
  shift
  for text in "$@"; do
    grep -aqF -- "$text" console.txt || result="NOT KEPT (no \"$text\")"
  done
  promised+=("$promise")
  seen+=("$result")
  [ "$result" = kept ] || failures=$((failures + 1))
}

title "The maker's desk: a root key, a firmware key, and a stranger's key"
for key in root firmware stranger; do run key new "$key" -q; done
run key list

title "A loader, signed by the root key; it names the firmware key as the one to trust"
run image sign -q --kind loader --product demo --hardware 1-9 --version 1.0.0 --security-version 1 --key root \
  --authority firmware --output loader.img "$firmware/boot/loader.elf"

title "Firmware 1.0.0, signed by the firmware key"
sign v1.0.0 firmware 1.0.0 1 good
run image info v1.0.0.img

title "The factory: a blank device gets its fuses, makes its own key, gets a certificate, and is frozen"
make_device() {
  run device new board1 --rom "$firmware/boot/rom.elf" --loader loader.img --firmware v1.0.0.img --root-key root \
    --product demo --hardware-revision 1
}
make_device | tee console.txt
expect "the factory ends with frozen fuses and a certified identity" "secured" "Certificate"
if make_device > console.txt 2>&1; then echo "made a secured device again"; fi
cat console.txt
expect "a secured device is not made again" "secured"
run ca list

title "Boot: ROM, loader, firmware; it knows who it is"
boot 20 settled || true
expect "boots the maker's firmware through ROM and loader" "starts 1.0.0 in slot A" "settled"
expect "signs with a key that only its secure world has" "identity board1 signs"

title "An update to 1.1.0, on trial, confirms itself"
sign v1.1.0 firmware 1.1.0 2 good
run device install board1 v1.1.0.img
boot 20 confirmed || true
expect "installs an update on trial and keeps it once it confirms" "starts 1.1.0 in slot B on trial" "confirmed"

title "One bit of an image changed"
cp v1.1.0.img tampered.img
printf '\x01' | dd of=tampered.img bs=1 seek=5000 conv=notrunc status=none
"$holdfast" image verify tampered.img --trust-key firmware || echo "(the tool refuses it too)"
run device install board1 tampered.img --unchecked
boot 20 settled || true
expect "refuses an image with one byte changed, and runs the old one" "payload does not match its digest" "starts 1.1.0 in slot B"

title "A genuine-looking image, signed by a stranger"
sign foreign stranger 1.2.0 3 good
run device install board1 foreign.img --unchecked
boot 20 settled || true
expect "refuses an image signed by a key that is not trusted" "key is not trusted here" "starts 1.1.0 in slot B"

title "A downgrade: genuine 1.0.0 again, but 1.1.0 has raised the counter"
run device install board1 v1.0.0.img --unchecked
boot 20 settled || true
expect "refuses a downgrade below the security counter" "security version is below the counter" "starts 1.1.0 in slot B"

title "An update that crashes on every boot"
sign crashing firmware 2.0.0 3 crash
run device install board1 crashing.img
boot 60 settled || true
expect "rolls a crashing update back by itself" "starts 2.0.0 in slot A on trial" "trial was not confirmed in its boots" "starts 1.1.0 in slot B"

title "Firmware of ours, taken over: it wants the private key"
sign thief firmware 2.1.0 3 thief
run device install board1 thief.img
boot 30 "gives up" || true
expect "lets not even its own firmware have the private key" "thief: asking for the key: nothing" "thief: asking storage for it: nothing" \
  "thief: a pointer into secure memory: nothing" "thief: the bus of the OTP: nothing" "reset by fault" "thief: the flash: nothing"

title "What the device remembers"
run device info board1

title "What was promised, and what was seen"
for i in "${!promised[@]}"; do printf '  %-66s %s\n' "${promised[$i]}" "${seen[$i]}"; done
echo
if [ "$failures" -gt 0 ]; then
  echo "$failures of ${#promised[@]} promises were not kept"
  exit 1
fi
echo "All ${#promised[@]} promises kept. Files of this run: $work"
