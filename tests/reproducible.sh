#!/usr/bin/env bash
# Same sources, same bytes: builds the firmware twice, in folders of different name and length, under another
# time zone, language, umask and user environment, and compares every image byte for byte.
#
# usage: tests/reproducible.sh [PRESET]     (default an524-production)
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${1:-an524-production}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER UMASK VARIABLE=VALUE...: a copy of the sources there, built in that environment.
build() {
  local folder=$1
  umask "$2"
  shift 2
  mkdir -p "$folder"
  (cd "$repo" && sources | existing | tar -c --null -T - | tar -x -C "$folder" --no-same-permissions)
  if [ -d "$repo/deps/src" ]; then ln -s "$repo/deps/src" "$folder/deps/src"; fi # as fetched, by their path in here
  (cd "$folder" && env "$@" cmake --preset "$preset" && env "$@" cmake --build --preset "$preset" -j 2) > "$folder.log" 2>&1 && return
  tail -n 40 "$folder.log" >&2
  echo "the build in $folder failed" >&2
  exit 1
}

# The files of the repository; without git (an unpacked archive), everything but what builds and fetches make.
sources() {
  git ls-files -z --cached --others --exclude-standard 2> /dev/null ||
    find . \( -path ./build -o -path ./deps/src -o -path ./.holdfast -o -path ./.git \) -prune -o -type f -print0
}

# Of the names given, those that are files now (a tracked one may have been removed).
existing() { while IFS= read -r -d '' file; do if [ -f "$file" ]; then printf '%s\0' "$file"; fi; done; }

# images FOLDER: the images of its build, by their path in it.
images() { (cd "$1/build/$preset" && find . -type f \( -name '*.elf' -o -name '*.bin' -o -name '*_gates.o' \) ! -path '*/CMakeFiles/*' | LC_ALL=C sort); }

first=$work/a
second=$work/another-place/with/a/much-longer-name
(build "$first" 022 TZ=UTC LC_ALL=C)
(build "$second" 077 TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 LANGUAGE=tr USER=somebody "HOME=$work")

[ -n "$(images "$first")" ] || { echo "the build made no image: nothing was compared" >&2; exit 1; }
diff <(images "$first") <(images "$second")
different=0
while IFS= read -r image; do
  if cmp "$first/build/$preset/$image" "$second/build/$preset/$image"; then
    printf 'same  %s  %s\n' "$(sha256sum < "$first/build/$preset/$image" | cut -c1-16)" "${image#./}"
  else different=1; fi
done < <(images "$first")
for image in boot/rom.bin boot/loader.bin; do
  [ -f "$first/build/$preset/$image" ] || { echo "$image was not built" >&2; different=1; }
done
[ "$different" = 0 ] || { echo "NOT reproducible: see above" >&2; exit 1; }
