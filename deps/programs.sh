#!/usr/bin/env bash
# Fetches the program that checks the kernel's proofs, CBMC, with the libraries it runs with: the .deb files of
# deps/programs.lock, unpacked into deps/src/programs. Nothing is installed; deps/src/programs/cbmc runs it.
#
# usage: deps/programs.sh                      fetches what is missing
#        deps/programs.sh move [NAME=VERSION]  pins what the archive serves now (that version, or the newest)
#
# Trusted twice, as the sources are (fetch.sh). Only the proofs need it: where it cannot be had, one line says so, the
# tests kernel.proof_* are skipped, and the exit status is 0. A file that does not match its pin is an error: status 1.
# For tests: HF_SOURCES, HF_PROGRAMS_LOCK, HF_ARCHITECTURE; see fetch.sh, archive.sh.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
src=${HF_SOURCES:-$here/src}/programs # a tree of its own for apt, too
lock=${HF_PROGRAMS_LOCK:-$here/programs.lock}
# shellcheck disable=SC2034 # for archive.sh
archive_type=deb

say() { printf 'programs: %s\n' "$*"; }
die() { printf 'programs: %s\n' "$@" >&2; exit 1; }

# shellcheck source=archive.sh
. "$here/archive.sh"

# skip REASON: the proofs are not needed to build or to run anything.
skip() {
  say "the kernel's proofs will be skipped: $1"
  exit 0
}

architecture() { printf '%s' "${HF_ARCHITECTURE:-$(dpkg --print-architecture 2> /dev/null || true)}"; }

# pins: the lock's lines for this machine.
pins() { lock_lines "$lock" | awk -v on="$(architecture)" '$3 == on'; }

# The deb of a version, as we name it.
deb_of() { printf '%s/dl/%s_%s.deb' "$src" "$1" "${2#*:}"; }

# open_archive: in a shell of its own, so that what ends archive_open() does not end us; apt's files stay. Bounded: a
# network that swallows everything must not hold up a set-up.
open_archive() {
  archive_options
  [ -z "${archive_is_read:-}" ] || return 0
  export -f archive_open archive_options mirrors die
  # shellcheck disable=SC2016 # for that shell
  src=$src suite=$suite keyring=$keyring archive_type=$archive_type \
    timeout 90 bash -euo pipefail -c archive_open > /dev/null 2>&1 || return
  archive_is_read=1
}

# download NAME VERSION FILE
download_deb() {
  local new=$src/.new-deb
  rm -rf "$new"
  mkdir -p "$new" "$src/dl"
  (cd "$new" && LC_ALL=C.UTF-8 timeout 300 apt-get "${apt_options[@]}" download "$1=$2" \
    < /dev/null > "$src/.apt/download.log" 2>&1) || return
  mv "$new"/*.deb "$3"
}

# newest NAME: the newest version the archive has.
newest() { versions_of_deb "$1" | tail -n 1; }
versions_of_deb() {
  local sorted version
  mapfile -t sorted < <(apt-cache "${apt_options[@]}" show "$1" 2> /dev/null | sed -n 's/^Version: //p' | sort -Vu)
  for version in "${sorted[@]}"; do printf '%s\n' "$version"; done
}

# get NAME VERSION SHA256: the pinned deb is in dl/, and is what was pinned.
get() {
  local file
  file=$(deb_of "$1" "$2")
  if [ ! -f "$file" ]; then
    open_archive || skip "Debian's archive cannot be reached from here"
    versions_of_deb "$1" | grep -xF -- "$2" > /dev/null ||
      skip "the archive does not serve $1 $2 any more; it has $(newest "$1") (to pin that: deps/programs.sh move)"
    download_deb "$1" "$2" "$file" || skip "$1 $2 could not be downloaded"
  fi
  [ "$(sha256_of "$file")" = "$3" ] && return
  die "$1: REFUSED: $(basename "$file") does not match the SHA-256 pinned in ${lock##*/}." \
    "It was damaged or tampered with; nothing of it was unpacked. Remove $file and run again." \
    "If it happens again, do not use this mirror, and report it."
}

# The loader and the libraries are the unpacked ones: the machine's own may be older.
write_starter() {
  cat > "$1" << 'END'
#!/bin/sh
root=$(dirname "$0")/root
for loader in "$root"/usr/lib/*/ld-linux-*.so.*; do
  exec "$loader" --library-path "$(dirname "$loader"):$root/usr/lib" "$root/usr/bin/cbmc" "$@"
done
END
  chmod +x "$1"
}

# Only what cbmc needs of it: the packages hold four times as much.
unpack() {
  local new=$src/.new-root name version rest
  rm -rf "$new"
  mkdir -p "$new"
  while read -r name version rest; do
    dpkg -x "$(deb_of "$name" "$version")" "$new/whole"
  done < <(pins)
  mkdir -p "$new/root/usr/bin"
  mv "$new/whole/usr/lib" "$new/root/usr"
  mv "$new/whole/usr/bin/cbmc" "$new/root/usr/bin"
  rm -rf "$src/root" "$src/cbmc"
  mv "$new/root" "$src/root"
  rm -rf "$new"
  write_starter "$src/cbmc"
}

fetch() {
  local name version arch sum wanted
  wanted=$(pins)
  [ -n "$wanted" ] || skip "no program is pinned for this machine's architecture, '$(architecture)'"
  if [ -f "$src/fetched" ] && [ "$(cat "$src/fetched")" = "$wanted" ]; then say "all present"; return; fi
  mkdir -p "$src/.apt"
  rm -f "$src/fetched"
  while read -r name version arch sum; do
    [ -n "$sum" ] || die "$lock: line of $name: expected NAME VERSION ARCHITECTURE SHA256"
    get "$name" "$version" "$sum"
  done <<< "$wanted"
  unpack
  printf '%s\n' "$wanted" > "$src/fetched"
  say "fetched, signature and SHA-256 as pinned"
}

# move [NAME=VERSION]...
move() {
  local name version arch sum file moved wanted
  [ -n "$(pins)" ] || die "no program is pinned for this machine's architecture, '$(architecture)'"
  open_archive || die "Debian's archive cannot be reached from here"
  moved=$(mktemp)
  sed -n '/^#/p' "$lock" > "$moved"
  while read -r name version arch sum; do
    version=$(newest "$name")
    for wanted in "$@"; do [ "${wanted%%=*}" != "$name" ] || version=${wanted#*=}; done
    file=$(deb_of "$name" "$version")
    download_deb "$name" "$version" "$file" ||
      die "$name $version could not be downloaded; the archive has $(versions_of_deb "$name" | paste -sd' ')"
    printf '%s %s %s %s\n' "$name" "$version" "$arch" "$(sha256_of "$file")" >> "$moved"
  done < <(pins)
  diff -u --label "pins before" --label "pins now" "$lock" "$moved" || true
  cat "$moved" > "$lock"
  rm -f "$moved"
  say "now run deps/programs.sh and make test, and commit ${lock##*/}"
}

case ${1:-} in
  '') fetch ;;
  move) shift; mkdir -p "$src/.apt"; move "$@" ;;
  *) sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;;
esac
