#!/usr/bin/env bash
# An outer project that defines freertos_kernel before it adds Holdfast gets its own kernel, and hf_kernel.h works over it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

if ! timeout 100 cmake -S "$here/outer_kernel" -B "$build" -G Ninja > "$build/log" 2>&1 ||
  ! timeout 60 cmake --build "$build" --target outer_program >> "$build/log" 2>&1; then
  cat "$build/log"
  exit 1
fi
"$build/outer_program"

# Nothing of our kernel is to be built, by any target.
if timeout 10 ninja -C "$build" -t targets all | grep -E 'kernel/(tasks|scheduler|queue)\.c\.o'; then
  echo "FAIL our kernel is built beside the outer one"
  exit 1
fi
echo "PASS the outer kernel is taken, ours is not built"
