#!/usr/bin/env bash
# Runs the test of FPU contexts (main.c) on an emulated board whose processor has an FPU, in two builds.
# usage: kernel/tests/fpu/run.sh
# Needs arm-none-eabi-gcc, picolibc and qemu-system-arm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernel=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Secure SSRAM for code, another for data: the board starts in the secure world.
# shellcheck disable=SC2054 # the commas are the linker's
device=(-mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16 -std=gnu11 -ffunction-sections -fdata-sections
  -Wall -Wextra -Werror --specs=picolibc.specs -DHF_KERNEL_CONFIG='"fpu_config.h"'
  -I "$kernel/include" -I "$kernel/port/armv8m" -I "$kernel" -I "$here"
  --oslib=semihost -Wl,--gc-sections -Wl,--defsym=__flash=0x10000000 -Wl,--defsym=__flash_size=0x200000
  -Wl,--defsym=__ram=0x38000000 -Wl,--defsym=__ram_size=0x100000 -Wl,--defsym=__stack_size=0x2000)

# The emulator's clock counts instructions: every run is the same.
for optimization in -O2 -Os; do
  arm-none-eabi-gcc "${device[@]}" $optimization "$here/main.c" "$kernel"/*.c "$kernel"/port/armv8m/*.c \
    -o "$work/fpu$optimization.elf"
  timeout 60 qemu-system-arm -M mps2-an505 -icount shift=0,sleep=off -semihosting-config enable=on,target=native -display none \
    -monitor none -serial none -kernel "$work/fpu$optimization.elf" < /dev/null
done
