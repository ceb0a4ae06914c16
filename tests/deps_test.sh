#!/usr/bin/env bash
# What deps/ promises, shown against a small source archive made and signed here: no network is used.
#
# usage: tests/deps_test.sh
#
# Prints one line per promise; exit status 1 when one is broken.
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
export GNUPGHOME=$work/gpg HF_ARCHIVE_URI=file:$work/archive HF_ARCHIVE_KEYRING=$work/archive.gpg
export HF_SOURCES=$work/src HF_LOCK=$work/sources.lock
out=$work/out
failed=0

finish() {
  gpgconf --kill all 2> /dev/null || true # gpg starts an agent: nothing may stay running
  rm -rf "$work"
}
trap finish EXIT

# --- the archive -------------------------------------------------------------------------------------------

# source_package VERSION TEXT: package "sample" holding one file with that text.
source_package() {
  local tree=$work/build/sample-$1 pool=$work/archive/pool
  mkdir -p "$tree/debian/source" "$pool"
  printf '%s\n' "$2" > "$tree/sample.c"
  echo '3.0 (native)' > "$tree/debian/source/format"
  printf 'Source: sample\nMaintainer: Test <test@example.org>\nStandards-Version: 4.6.0\n\nPackage: sample\nArchitecture: any\nDescription: sample\n' > "$tree/debian/control"
  printf 'sample (%s) unstable; urgency=low\n\n  * Test.\n\n -- Test <test@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n' "$1" > "$tree/debian/changelog"
  (cd "$pool" && dpkg-source --build "$tree" > /dev/null 2>&1)
}

# index: Sources and a signed InRelease over what the pool holds.
index() {
  local dist=$work/archive/dists/trixie dir=main/source
  rm -rf "$dist"
  mkdir -p "$dist/$dir"
  (cd "$work/archive" && dpkg-scansources pool 2> /dev/null > "$dist/$dir/Sources")
  {
    printf 'Origin: Test\nSuite: trixie\nCodename: trixie\nComponents: main\nDate: %s\nSHA256:\n' "$(LC_ALL=C date -u -R)"
    printf ' %s %s %s/Sources\n' "$(sha256sum < "$dist/$dir/Sources" | cut -d' ' -f1)" "$(stat -c %s "$dist/$dir/Sources")" "$dir"
  } > "$work/Release"
  gpg --batch --quiet --local-user "${1:-archive}" --clearsign --output "$dist/InRelease" "$work/Release"
}

make_archive() {
  mkdir -m 700 "$GNUPGHOME"
  local name
  for name in archive stranger; do
    gpg --batch --quiet --passphrase '' --quick-generate-key "$name@example.org" ed25519 sign never 2> /dev/null
  done
  gpg --batch --export archive@example.org > "$HF_ARCHIVE_KEYRING"
  source_package 1.2.3 'three'
  source_package 1.2.4 'four'
  source_package 1.3.0 'other series'
  index
}

withdraw() { rm -f "$work/archive/pool/sample_$1".*; index; }

# --- helpers -----------------------------------------------------------------------------------------------

fetch() { "$repo/deps/fetch.sh" > "$out" 2>&1; }
move() { "$repo/deps/move-pins.sh" "$@" > "$out" 2>&1; }
says() { grep -qF -- "$1" "$out"; }
holds() { [ "$(cat "$HF_SOURCES/sample/sample.c")" = "$1" ]; }
start() { rm -rf "$HF_SOURCES"; printf '# sample\n' > "$HF_LOCK"; move sample=1.2.3; }

# promise FUNCTION: its name is the promise; it runs with -e in a shell of its own (not under `if`, which
# would switch -e off).
promise() {
  local status
  set +e
  (set -e; "$1")
  status=$?
  set -e
  if [ $status = 0 ]; then echo "ok   $1"; return; fi
  echo "FAIL $1; what the script last said:"
  sed 's/^/     /' "$out"
  failed=$((failed + 1))
}

# --- promises ----------------------------------------------------------------------------------------------

pinned_source_is_fetched() { start; fetch; says 'fetched, signature and SHA-256 as pinned'; holds three; }

second_run_needs_no_archive() { start; fetch; HF_ARCHIVE_URI=file:/nowhere fetch; says 'all 1 present'; }

kept_downloads_need_no_archive() { start; fetch; rm -rf "$HF_SOURCES/sample"; HF_ARCHIVE_URI=file:/nowhere fetch; holds three; }

tampered_tarball_is_refused() {
  start; fetch
  rm -rf "$HF_SOURCES/sample"
  printf x >> "$HF_SOURCES"/dl/sample-1.2.3/sample_1.2.3.tar.xz
  if fetch; then false; fi
  says REFUSED; says "Remove the folder"; [ ! -e "$HF_SOURCES/sample" ]
}

tampered_dsc_is_refused() {
  start; fetch
  rm -rf "$HF_SOURCES/sample"
  sed -i 's/^Maintainer.*/Maintainer: Mallory <m@example.org>/' "$HF_SOURCES"/dl/sample-1.2.3/*.dsc
  if fetch; then false; fi
  says REFUSED; [ ! -e "$HF_SOURCES/sample" ]
}

wrong_hash_in_the_lock_is_refused() {
  start
  sed -i 's/[0-9a-f]\{64\}/'"$(printf %064d 0)"'/' "$HF_LOCK"
  if fetch; then false; fi
  says REFUSED; [ ! -e "$HF_SOURCES/sample" ]
}

withdrawn_pin_falls_back_within_its_series() {
  start; withdraw 1.2.3
  fetch; says 'pinned is 1.2.3'; says 'took 1.2.4'; holds four
  fetch; says 'took 1.2.4' # it goes on saying so
}

withdrawn_series_fails_and_says_what_there_is() {
  start; withdraw 1.2.3; withdraw 1.2.4
  if fetch; then false; fi
  says 'It has: 1.3.0'; says 'move-pins.sh sample='
}

index_signed_by_a_stranger_is_refused() {
  start; index stranger
  if fetch; then false; fi
  says "no mirror"; [ ! -e "$HF_SOURCES/sample" ]
}

changed_archive_file_is_refused() {
  start
  printf x >> "$work/archive/pool/sample_1.2.3.tar.xz"
  if fetch; then false; fi
  says 'could not be downloaded'; [ ! -e "$HF_SOURCES/sample" ]
}

no_archive_says_what_to_do() {
  start
  if HF_ARCHIVE_URI=file:/nowhere fetch; then false; fi
  says 'Check the network'
}

moved_pin_shows_the_difference_and_is_fetched() {
  start; fetch
  move; says '-sample 1.2.3'; says '+sample 1.2.4'
  fetch; holds four
  move; says 'every pin is already'
}

missing_packages_without_root_name_the_command() {
  printf 'no-such-package-a # why\ncheck: no-such-package-b # why\n' > "$work/packages.txt"
  local as=()
  [ "$(id -u)" != 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chmod 755 "$work"
  cp "$repo/deps/setup.sh" "$work" # the repository may lie where only its owner can read
  if HF_PACKAGES=$work/packages.txt PATH=$work/nosudo:$PATH CI=true "${as[@]}" "$work/setup.sh" > "$out" 2>&1 < /dev/null; then false; fi
  says 'apt-get install -y --no-install-recommends no-such-package-a'
  if says no-such-package-b; then false; fi
}

make_nosudo() { mkdir "$work/nosudo"; printf '#!/bin/sh\nexit 1\n' > "$work/nosudo/sudo"; chmod +x "$work/nosudo/sudo"; }

installed_packages_need_nothing() {
  printf 'dpkg-dev # why\n' > "$work/packages.txt"
  HF_PACKAGES=$work/packages.txt "$repo/deps/setup.sh" > "$out" 2>&1
  says 'all 1 installed'; [ "$(wc -l < "$out")" = 1 ]
}

main() {
  make_nosudo
  make_archive
  cp -a "$work/archive" "$work/archive.whole"
  local test
  for test in pinned_source_is_fetched second_run_needs_no_archive kept_downloads_need_no_archive \
    tampered_tarball_is_refused tampered_dsc_is_refused wrong_hash_in_the_lock_is_refused \
    withdrawn_pin_falls_back_within_its_series withdrawn_series_fails_and_says_what_there_is \
    index_signed_by_a_stranger_is_refused changed_archive_file_is_refused no_archive_says_what_to_do \
    moved_pin_shows_the_difference_and_is_fetched \
    missing_packages_without_root_name_the_command installed_packages_need_nothing; do
    promise "$test"
    rm -rf "$work/archive"
    cp -a "$work/archive.whole" "$work/archive"
  done
  [ "$failed" = 0 ] || { echo "$failed promises broken"; exit 1; }
}

main
