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
export HF_SOURCES=$work/src HF_LOCK=$work/sources.lock HF_PROGRAMS_LOCK=$work/programs.lock HF_ARCHITECTURE
HF_ARCHITECTURE=$(dpkg --print-architecture)
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

# program_package VERSION: package "cbmc" whose loader says that version.
program_package() {
  local tree=$work/build/cbmc-$1 loader
  loader=$tree/usr/lib/sample/ld-linux-sample.so.2
  mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$(dirname "$loader")"
  printf 'Package: cbmc\nVersion: %s\nArchitecture: %s\nMaintainer: Test <test@example.org>\nDescription: sample\n' \
    "$1" "$HF_ARCHITECTURE" > "$tree/DEBIAN/control"
  printf '#!/bin/sh\necho runs %s\n' "$1" | tee "$tree/usr/bin/cbmc" > "$loader"
  chmod +x "$loader"
  dpkg-deb --root-owner-group --build "$tree" "$work/archive/pool" > /dev/null
}

# index: Sources, Packages and a signed InRelease over what the pool holds.
index() {
  local dist=$work/archive/dists/trixie source=main/source binary=main/binary-$HF_ARCHITECTURE file
  rm -rf "$dist"
  mkdir -p "$dist/$source" "$dist/$binary"
  (cd "$work/archive" && dpkg-scansources pool 2> /dev/null > "$dist/$source/Sources")
  (cd "$work/archive" && dpkg-scanpackages --multiversion pool 2> /dev/null > "$dist/$binary/Packages")
  {
    printf 'Origin: Test\nSuite: trixie\nCodename: trixie\nComponents: main\nArchitectures: %s\nDate: %s\nSHA256:\n' \
      "$HF_ARCHITECTURE" "$(LC_ALL=C date -u -R)"
    for file in "$source/Sources" "$binary/Packages"; do
      printf ' %s %s %s\n' "$(sha256sum < "$dist/$file" | cut -d' ' -f1)" "$(stat -c %s "$dist/$file")" "$file"
    done
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
  program_package 6.6
  index
  : > "$HF_PROGRAMS_LOCK"
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

program() { "$repo/deps/programs.sh" "$@" > "$out" 2>&1; }
program_runs() { [ "$("$HF_SOURCES/programs/cbmc")" = "runs $1" ]; }
pin_program() {
  rm -rf "$HF_SOURCES"
  printf 'cbmc 6.6 %s %s\n' "$HF_ARCHITECTURE" "$(sha256sum "$work"/archive/pool/cbmc_6.6_*.deb | cut -d' ' -f1)" > "$HF_PROGRAMS_LOCK"
}
# What the runner of the proofs goes by: there is no program.
proofs_are_skipped() { says 'proofs will be skipped'; [ "$(wc -l < "$out")" = 1 ]; [ ! -e "$HF_SOURCES/programs/cbmc" ]; }

program_is_fetched_with_the_sources() {
  start; pin_program; rm -rf "$HF_SOURCES"
  fetch; says 'programs: fetched, signature and SHA-256 as pinned'; program_runs 6.6
  HF_ARCHIVE_URI=file:/nowhere fetch; says 'programs: all present'
}

program_without_archive_is_skipped() { pin_program; HF_ARCHIVE_URI=file:/nowhere program; proofs_are_skipped; }

program_of_another_architecture_is_skipped() { pin_program; HF_ARCHITECTURE=other program; proofs_are_skipped; }

program_signed_by_a_stranger_is_skipped() { pin_program; index stranger; program; proofs_are_skipped; }

withdrawn_program_is_skipped_until_its_pin_is_moved() {
  pin_program
  rm "$work"/archive/pool/cbmc_6.6_*
  program_package 6.7
  index
  program; says 'it has 6.7'; proofs_are_skipped
  program move; says '+cbmc 6.7'
  program; program_runs 6.7
}

program_with_a_wrong_hash_is_refused() {
  pin_program
  sed -i 's/[0-9a-f]\{64\}/'"$(printf %064d 0)"'/' "$HF_PROGRAMS_LOCK"
  if program; then false; fi
  says REFUSED; [ ! -e "$HF_SOURCES/programs/cbmc" ]
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
    program_is_fetched_with_the_sources program_without_archive_is_skipped program_of_another_architecture_is_skipped \
    program_signed_by_a_stranger_is_skipped withdrawn_program_is_skipped_until_its_pin_is_moved \
    program_with_a_wrong_hash_is_refused \
    missing_packages_without_root_name_the_command installed_packages_need_nothing; do
    promise "$test"
    : > "$HF_PROGRAMS_LOCK"
    rm -rf "$work/archive"
    cp -a "$work/archive.whole" "$work/archive"
  done
  [ "$failed" = 0 ] || { echo "$failed promises broken"; exit 1; }
}

main
