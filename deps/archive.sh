# Debian's archive through a private apt tree: sourced by fetch.sh, move-pins.sh and programs.sh, which set `src`
# (the folder everything is put in), and archive_type=deb for programs instead of sources. The system's apt
# configuration is only read, for its mirror; no system file is written and no root is needed. apt checks: signature
# of the index (Debian's keyring) -> hashes in the index -> every file.
#
# For tests: HF_ARCHIVE_URI (mirror) and HF_ARCHIVE_KEYRING replace what the system says.
# shellcheck shell=bash

suite=trixie # Debian 13: the newest sources both Debian 12 and 13 can verify with their own keyring
keyring=${HF_ARCHIVE_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}

# shellcheck disable=SC2154 # src is set by the script that sources this file
archive_options() {
  local tree=$src/.apt
  mkdir -p "$tree"/{lists/partial,cache/archives/partial,empty}
  : > "$tree/status" # nothing is installed as far as this tree knows
  apt_options=(-qq
    -o Dir::Etc::sourcelist="$tree/pinned.sources" -o Dir::Etc::sourceparts="$tree/empty"
    -o Dir::State::Lists="$tree/lists" -o Dir::State::status="$tree/status" -o Dir::Cache="$tree/cache"
    -o Acquire::Languages=none -o Acquire::Retries=2 -o APT::Update::Error-Mode=any
    -o Acquire::AllowInsecureRepositories=false -o APT::Get::AllowUnauthenticated=false)
  [ "$(id -u)" != 0 ] || apt_options+=(-o APT::Sandbox::User=root)
}

# The mirrors this machine's apt is set up for, one per line, in its order.
mirrors() {
  if [ -n "${HF_ARCHIVE_URI:-}" ]; then printf '%s\n' "$HF_ARCHIVE_URI"; return; fi
  apt-get update --print-uris 2> /dev/null | sed -n "s#^'\(.*\)/dists/[^/]*/InRelease'.*#\1#p" | awk '!seen[$0]++'
}

# archive_open: reads the signed index of the first mirror that serves one. Once per run.
archive_open() {
  [ -z "${archive_is_open:-}" ] || return 0
  archive_options
  local uri tree=$src/.apt
  [ -r "$keyring" ] || die "the keyring $keyring is missing: install debian-archive-keyring (make setup does)"
  : > "$tree/update.log"
  while IFS= read -r uri; do
    printf 'Types: %s\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
      "${archive_type:-deb-src}" "$uri" "$suite" "$keyring" > "$tree/pinned.sources"
    if LC_ALL=C.UTF-8 apt-get "${apt_options[@]}" update < /dev/null 2>> "$tree/update.log"; then
      archive_is_open=1
      return 0
    fi
  done < <(mirrors)
  tail -n 8 "$tree/update.log" >&2
  die "no mirror of this machine's apt configuration serves Debian $suite, signed with Debian's key (above: what apt said)." \
      "Check the network and /etc/apt/sources.list, then run the same command again; what was fetched before is kept."
}

# versions NAME: the versions the archive has of a source package, oldest first.
versions() {
  local sorted version
  mapfile -t sorted < <(apt-cache "${apt_options[@]}" showsrc --only-source "$1" 2> /dev/null | sed -n 's/^Version: //p' | sort -Vu)
  for version in "${sorted[@]}"; do printf '%s\n' "$version"; done
}

# has_version NAME VERSION (grep reads to the end: one that stops early would break the pipe)
has_version() { versions "$1" | grep -xF -- "$2" > /dev/null; }

# series VERSION: the first two numbers of the upstream version, "3.6.6-0.1~deb13u1" -> "3.6".
series() { sed -E 's/^[0-9]+://; s/^([0-9]+(\.[0-9]+)?).*/\1/' <<< "$1"; }

# newest_of_series NAME VERSION: the newest version the archive has of VERSION's series; nothing if none.
newest_of_series() {
  local version newest=''
  while IFS= read -r version; do
    [ "$(series "$version")" = "$(series "$2")" ] || continue
    if [ -z "$newest" ] || dpkg --compare-versions "$version" gt "$newest"; then newest=$version; fi
  done < <(versions "$1")
  printf '%s' "$newest"
}

# download NAME VERSION KIND FOLDER: KIND dsc (all files of the source package) or tar (the upstream tarball).
download() {
  local only=()
  [ "$3" = dsc ] || only=(--tar-only)
  rm -rf "$4"
  mkdir -p "$4"
  (cd "$4" && LC_ALL=C.UTF-8 apt-get "${apt_options[@]}" source --download-only --only-source "${only[@]}" "$1=$2" \
    < /dev/null > "$src/.apt/download.log" 2>&1) && return
  rm -rf "$4"
  tail -n 5 "$src/.apt/download.log" >&2
  die "$1 $2 could not be downloaded (above: what apt said). Run the same command again when the archive is reachable."
}

# kind_of FILE: which of the two kinds a locked file name is.
kind_of() { case $1 in *.dsc) printf dsc ;; *) printf tar ;; esac; }

# main_file FOLDER KIND: the name of the one file of a download that the lock pins.
main_file() {
  local found
  if [ "$2" = dsc ]; then found=("$1"/*.dsc); else found=("$1"/*.orig.tar.*[a-z2]); fi
  if [ ${#found[@]} != 1 ] || [ ! -f "${found[0]}" ]; then die "$1: expected exactly one .$2 file"; fi
  basename "${found[0]}"
}

# parts_match FOLDER DSC: every file the .dsc names is there with the SHA-256 it gives.
parts_match() {
  local parts
  parts=$(awk '/^[^ ]/ { on = /^Checksums-Sha256:/; next } on && NF == 3 { print $1 "  " $3 }' "$1/$2")
  [ -n "$parts" ] && (cd "$1" && sha256sum --quiet --strict -c - <<< "$parts") >&2
}

sha256_of() { sha256sum "$1" | cut -d' ' -f1; }

# lock_lines LOCK: its lines without comments and blank lines.
lock_lines() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"; }
