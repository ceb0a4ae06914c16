#!/usr/bin/env bash
# The production profile refuses development keys at build, and takes real ones.
# usage: tests/production_profile.sh HOLDFAST
set -euo pipefail
cd "$(dirname "$0")/.."
holdfast=$(realpath "${1:?usage: $0 HOLDFAST}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build_images KEYS: what a maker's build does
build_images() {
  cmake --preset an524-production -B "$work/build" -DHF_HOLDFAST="$holdfast" -DHF_KEYS="$1" -DHF_PRODUCT=lamp &&
    cmake --build "$work/build" --target images
}

for name in root firmware; do
  "$holdfast" key new -q "$name" --development --keys "$work/development"
  "$holdfast" key new -q "$name" --keys "$work/real"
done

if build_images "$work/development" > "$work/log" 2>&1; then
  echo "FAIL: the production profile signed with development keys"
  exit 1
fi
if ! grep -q 'development key' "$work/log"; then
  tail -20 "$work/log"
  echo "FAIL: it failed, but does not say that a development key is the reason"
  exit 1
fi
[ ! -e "$work/build/loader.img" ] || { echo "FAIL: it left an image behind"; exit 1; }

build_images "$work/real" > "$work/log" 2>&1 || { tail -20 "$work/log"; echo "FAIL: real keys were refused"; exit 1; }
build_images "$work/real" > "$work/log" 2>&1 || { tail -20 "$work/log"; echo "FAIL: the second build failed"; exit 1; }
"$holdfast" image verify -q "$work/build/loader.img" --keys "$work/real" --trust-key root
echo "production profile: development keys refused, real keys taken"
