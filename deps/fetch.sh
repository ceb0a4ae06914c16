#!/usr/bin/env bash
# Fetches the pinned third-party sources of deps/sources.lock into deps/src/NAME, unpacked; then, where it can, the
# program that checks proofs (programs.sh).
#
# usage: deps/fetch.sh
#
# Trusted twice: apt checks the archive's signature with Debian's keyring, and what came must match our lock.
# Downloads are kept in deps/src/dl: with them, this works without a network. When the archive no longer has a
# pinned version (point releases replace them), the newest of the same upstream series is taken, with a warning.
# Exit status: 0 all there, 1 not (the message says what to do).
# For tests: HF_SOURCES (folder instead of deps/src), HF_LOCK (file instead of deps/sources.lock); see archive.sh.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
src=${HF_SOURCES:-$here/src}
lock=${HF_LOCK:-$here/sources.lock}

say() { printf 'fetch: %s\n' "$*"; }
die() { printf 'fetch: %s\n' "$@" >&2; exit 1; }

# shellcheck source=archive.sh
. "$here/archive.sh"

# The marker in an unpacked tree: the lock line it was made for, then the version that is in it.
marker() { printf '%s/%s/.fetched' "$src" "$1"; }
is_fetched() { [ -f "$(marker "$1")" ] && [ "$(head -n 1 "$(marker "$1")")" = "$2" ]; }
fetched_version() { sed -n 2p "$(marker "$1")"; }

# refuse NAME FOLDER: a file does not match; nothing of it is used.
refuse() {
  die "$1: REFUSED: a downloaded file does not match the SHA-256 pinned in ${lock##*/} (above: which)." \
      "It was damaged or tampered with; nothing of it was unpacked. Remove the folder $2 and run again." \
      "If it happens again, do not use this mirror, and report it."
}

# check NAME FOLDER FILE SHA256
check() {
  printf '%s  %s\n' "$4" "$3" | (cd "$2" && sha256sum --quiet --strict -c -) >&2 || refuse "$1" "$2"
  [ "$(kind_of "$3")" = tar ] || parts_match "$2" "$3" || refuse "$1" "$2"
}

# unpack NAME FOLDER FILE LOCK-LINE VERSION: into place in one step, so an interrupted run leaves no half tree.
unpack() {
  local tree=$src/$1 new=$src/.new-$1
  rm -rf "$new"
  if [ "$(kind_of "$3")" = dsc ]; then
    dpkg-source --no-check --no-copy -x "$2/$3" "$new" > "$src/.apt/unpack.log" 2>&1 ||
      die "$1: dpkg-source cannot unpack $3 (log: $src/.apt/unpack.log)"
  else
    mkdir -p "$new"
    tar -xf "$2/$3" -C "$new" --strip-components=1
  fi
  printf '%s\n%s\n' "$4" "$5" > "$new/.fetched"
  rm -rf "$tree"
  mv "$new" "$tree"
}

# get NAME VERSION KIND: sets `folder` to the download of that version in $src/dl, made if it is not there yet.
get() {
  folder=$src/dl/$1-${2#*:}
  [ ! -d "$folder" ] || return 0
  archive_open
  download "$1" "$2" "$3" "$src/dl/.new-$1"
  mv "$src/dl/.new-$1" "$folder"
}

# take_newer NAME VERSION FILE LOCK-LINE: the pinned version is gone from the archive.
take_newer() {
  local newer file
  newer=$(newest_of_series "$1" "$2")
  [ -n "$newer" ] || die "$1: the archive has neither the pinned version $2 nor any other $(series "$2").x." \
    "It has: $(versions "$1" | paste -sd' '). Choose one: deps/move-pins.sh $1=VERSION"
  rm -rf "$src/dl/$1-${newer#*:}" # no lock vouches for what an earlier run left there: apt has to, now
  get "$1" "$newer" "$(kind_of "$3")"
  file=$(main_file "$folder" "$(kind_of "$3")")
  unpack "$1" "$folder" "$file" "$4" "$newer"
  warn_newer "$1" "$2" "$newer"
}

warn_newer() {
  printf 'fetch: WARNING: %s\n' \
    "$1: pinned is $2, but Debian $suite does not serve it any more." \
    "$1: took $3 instead: same series, signed by Debian, but not yet checked against our lock." \
    "$1: to pin it: deps/move-pins.sh $1, read the difference, run the tests, commit." >&2
}

# fetch NAME VERSION FILE SHA256
fetch() {
  local line="$*"
  if is_fetched "$1" "$line"; then
    [ "$(fetched_version "$1")" = "$2" ] || warn_newer "$1" "$2" "$(fetched_version "$1")"
    return 0
  fi
  mkdir -p "$src/dl" "$src/.apt"
  if [ ! -d "$src/dl/$1-${2#*:}" ]; then
    archive_open
    if ! has_version "$1" "$2"; then take_newer "$1" "$2" "$3" "$line"; return; fi
  fi
  get "$1" "$2" "$(kind_of "$3")"
  check "$1" "$folder" "$3" "$4"
  unpack "$1" "$folder" "$3" "$line" "$2"
  say "$1 $2: fetched, signature and SHA-256 as pinned"
}

main() {
  local name version file sum count=0
  [ $# = 0 ] || die "usage: deps/fetch.sh"
  while read -r name version file sum; do
    [ -n "$sum" ] || die "$lock: line of $name: expected NAME VERSION FILE SHA256"
    fetch "$name" "$version" "$file" "$sum"
    count=$((count + 1))
  done < <(lock_lines "$lock")
  say "sources: all $count present"
  "$here/programs.sh"
}

main "$@"
