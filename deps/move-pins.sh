#!/usr/bin/env bash
# Moves the pins of deps/sources.lock to what Debian's signed archive serves now, and shows the difference.
#
# usage: deps/move-pins.sh                     every pin, to the newest of its upstream series
#        deps/move-pins.sh NAME...             these only; a NAME without a pin is added, at the newest version
#        deps/move-pins.sh NAME=VERSION...     to exactly this version
#        deps/move-pins.sh tar:NAME[=VERSION]  only the upstream tarball, without Debian's patches
#
# Then: deps/fetch.sh, make test, read what changed upstream, commit the lock.
# For tests: HF_SOURCES, HF_LOCK, see fetch.sh.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
src=${HF_SOURCES:-$here/src}
lock=${HF_LOCK:-$here/sources.lock}

die() { printf 'move-pins: %s\n' "$@" >&2; exit 1; }

# shellcheck source=archive.sh
. "$here/archive.sh"

# pinned NAME: version and file of its line, or nothing.
pinned() { lock_lines "$lock" | awk -v name="$1" '$1 == name { print $2, $3 }'; }

# choose NAME VERSION-OR-NOTHING OLD-VERSION-OR-NOTHING: the version to pin.
choose() {
  local chosen
  if [ -n "$2" ]; then
    has_version "$1" "$2" || die "$1: the archive does not have $2. It has: $(versions "$1" | paste -sd' ')"
    chosen=$2
  elif [ -n "$3" ]; then chosen=$(newest_of_series "$1" "$3")
  else chosen=$(versions "$1" | tail -n 1); fi
  [ -n "$chosen" ] || die "$1: the archive has no version to take. It has: $(versions "$1" | paste -sd' ')"
  printf '%s' "$chosen"
}

# put LINE NAME: replaces NAME's line in the lock, or adds it.
put() {
  awk -v name="$2" -v line="$1" '!/^#/ && $1 == name { if (!done) print line; done = 1; next } { print } END { if (!done) print line }' \
    "$lock" > "$lock.new"
  mv "$lock.new" "$lock"
}

# move [tar:]NAME[=VERSION]
move() {
  local spec=$1 kind='' name want='' old_version old_file version folder file
  case $spec in tar:*) kind=tar; spec=${spec#tar:} ;; esac
  name=${spec%%=*}
  case $spec in *=*) want=${spec#*=} ;; esac
  read -r old_version old_file < <(pinned "$name") || true
  [ -n "$kind" ] || kind=$(kind_of "${old_file:-.dsc}")
  version=$(choose "$name" "$want" "$old_version")
  folder=$src/dl/.moving-$name
  download "$name" "$version" "$kind" "$folder"
  file=$(main_file "$folder" "$kind")
  [ "$kind" = tar ] || parts_match "$folder" "$file" || die "$name: the files do not match their .dsc"
  put "$name $version $file $(sha256_of "$folder/$file")" "$name"
  rm -rf "$folder"
}

main() {
  local specs=("$@")
  case ${1:-} in -*) sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;; esac
  [ $# != 0 ] || mapfile -t specs < <(lock_lines "$lock" | cut -d' ' -f1)
  mkdir -p "$src/dl"
  archive_open
  before=$(mktemp)
  trap 'rm -f "$before"' EXIT
  cp "$lock" "$before"
  for spec in "${specs[@]}"; do move "$spec"; done
  if diff -u --label "pins before" --label "pins now" "$before" "$lock"; then echo "move-pins: every pin is already where the archive is"
  else echo "move-pins: now run deps/fetch.sh and make test, read what changed upstream, and commit ${lock##*/}"; fi
}

main "$@"
