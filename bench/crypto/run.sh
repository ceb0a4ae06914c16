#!/bin/sh
# Code size, stack and instruction counts of crypto/ on a Cortex-M33, as lines "name value unit".
#
#     bench/crypto/run.sh             needs arm-none-eabi-gcc, picolibc, qemu-system-arm, a host compiler
#     OPTIMISE=-O2 bench/crypto/run.sh
#
# LMS verification signs 4096-byte messages and averages 8 signatures; the P-256 figure includes hashing 6 bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
crypto=$here/../../crypto
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cc -O2 -I "$crypto" -I "$crypto/host" "$here/vectors.c" "$crypto/host/lms_sign.c" "$crypto/lms.c" "$crypto/sha256.c" \
    "$crypto/ct.c" -o "$work/vectors"
"$work/vectors" > "$work/vectors.h"

device="-mcpu=cortex-m33 -mthumb -std=gnu11 -ffreestanding -ffunction-sections -fdata-sections --specs=picolibc.specs"
for name in ct hmac lms p256 sha256; do
    # shellcheck disable=SC2086
    arm-none-eabi-gcc $device ${OPTIMISE:--Os} -c "$crypto/$name.c" -o "$work/$name.o"
    arm-none-eabi-size -A "$work/$name.o" |
        awk -v name=$name '/^\.(text|rodata|data|bss)/ { bytes += $2 } END { print name "_code", bytes, "byte" }'
done

# Secure SSRAM for code, secure internal SRAM for data: the board starts in the secure world.
# shellcheck disable=SC2086
arm-none-eabi-gcc $device -Os -I "$crypto" -I "$work" "$here/main.c" "$work"/*.o --oslib=semihost -Wl,--gc-sections \
    -Wl,--defsym=__flash=0x10000000 -Wl,--defsym=__flash_size=0x100000 \
    -Wl,--defsym=__ram=0x30000000 -Wl,--defsym=__ram_size=0x8000 -Wl,--defsym=__stack_size=0x3000 -o "$work/bench.elf"
timeout 60 qemu-system-arm -M mps2-an505 -icount shift=0 -chardev stdio,id=out,signal=off \
    -semihosting-config enable=on,chardev=out -display none -monitor none -serial none \
    -kernel "$work/bench.elf"
