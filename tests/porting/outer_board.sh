#!/usr/bin/env bash
# An outer project builds a program for the board with our kernel, and it runs on the emulated board.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

if ! timeout 100 cmake -S "$here/outer_board" -B "$build" -G Ninja -DHF_BOARD=an524 \
  -DCMAKE_TOOLCHAIN_FILE="$here/../../cmake/arm-none-eabi.cmake" > "$build/log" 2>&1 ||
  ! timeout 100 cmake --build "$build" --target product >> "$build/log" 2>&1; then
  cat "$build/log"
  exit 1
fi
# Named to the compiler instead, it is the same.
printf '#include "FreeRTOS.h"\n_Static_assert(configMAX_PRIORITIES == 56, "");\n' > "$build/named.c"
arm-none-eabi-gcc --specs=picolibc.specs -mcpu=cortex-m33 -fsyntax-only \
  -DHF_KERNEL_CONFIG='"../../tests/porting/outer_board/config/FreeRTOSConfig.h"' -I "$here/../../kernel/include" \
  -I "$here/../../kernel/port/armv8m" "$build/named.c"
timeout 60 qemu-system-arm -M mps3-an524,remap=QSPI -global sse-200.CPU0_DSP=on -kernel "$build/product.elf" -display none \
  -monitor none -nic none -chardev file,id=console,path="$build/console" -serial chardev:console -no-reboot < /dev/null \
  > "$build/emulator" 2>&1 || { cat "$build/emulator"; exit 1; }
cat "$build/console"
[ "$(grep -c '^a number came' "$build/console")" = 3 ]
grep -q '^receiver .*X' "$build/console"
grep -q '^IDLE ' "$build/console"
grep -q '^time passed' "$build/console"
echo "PASS an outer project's program runs on the board with our kernel"
