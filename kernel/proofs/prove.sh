#!/usr/bin/env bash
# Runs the proofs of one file with CBMC: each must hold for the source as it is, and fail for the bug planted in a copy.
#
# usage: kernel/proofs/prove.sh NAME [FOLDER]     kernel/proofs/NAME.c, or FOLDER/proofs/NAME.c about what is in FOLDER
#
# In the file's first comment:  options: what CBMC is given for every proof of it
#                               planted: PROOF FILE SED-COMMAND; proof_PROOF fails when FILE of the folder is so changed
# The sources are preprocessed for the device, so sizes and types are its own.
# HF_CBMC: the program instead of the one that deps/programs.sh fetches.
# Exit status: 0 all hold and every planted bug is found, 1 not, 77 there is no CBMC here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=${2:-$here/..}
cbmc=${HF_CBMC:-$here/../../deps/src/programs/cbmc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# directives KEY: their values in the proof's first comment.
directives() { sed -n "1,/\*\//s#^ \* $1: \(.*[^ ]\)\$#\1#p" "$file" | sed 's# \*/$##'; }

# prove SOURCES PROOF: CBMC's status; SOURCES is the folder or a copy of it.
prove() {
  arm-none-eabi-gcc -E -P -ffreestanding -mcpu=cortex-m33 -DHF_KERNEL_CONFIG='"proof_config.h"' \
    -I"$1/proofs" -I"$1/proofs/port" -I"$1" -I"$1/include" -I"$here" "$1/proofs/$name.c" -o "$work/$name.i"
  "$cbmc" "$work/$name.i" --function "proof_$2" --arch arm --32 --drop-unused-functions "${options[@]}" \
    > "$work/log" 2>&1
}

holds() {
  local from=$EPOCHREALTIME status=0
  prove "$sources" "$1" || status=$?
  if [ $status = 0 ]; then
    printf 'ok    %s: %s checks hold (%s s)\n' "$1" "$(checks)" "$(since "$from")"
    return
  fi
  printf 'FAIL  %s:\n' "$1"
  grep -E ': (FAILURE|ERROR)$|rror' "$work/log" || tail -n 5 "$work/log"
  failed=1
}

checks() { sed -n 's/^\*\* 0 of \([0-9]*\) failed.*/\1/p' "$work/log"; }
since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# finds PROOF FILE SED-COMMAND
finds() {
  local copy=$work/copy from=$EPOCHREALTIME status=0 claim
  rm -rf "$copy"
  mkdir "$copy"
  cp -r "$sources"/*.[ch] "$sources/proofs" "$copy"
  [ ! -d "$sources/include" ] || cp -r "$sources/include" "$copy"
  sed -i -e "$3" "$copy/$2"
  if cmp -s "$sources/$2" "$copy/$2"; then
    printf 'FAIL  %s: nothing in %s is changed by: %s\n' "$1" "$2" "$3"
    failed=1
    return
  fi
  prove "$copy" "$1" || status=$?
  # 10: CBMC went through all, and something does not hold: something that is meant, not a loop that got longer.
  claim=$(sed -n '/unwinding assertion/d; s/^\[.*\] line [0-9]* \(.*\): FAILURE$/\1/p' "$work/log" | tail -n 1)
  if [ $status = 10 ] && [ -n "$claim" ]; then
    printf 'ok    %s: finds %s -- %s (%s s)\n' "$1" "$3" "$claim" "$(since "$from")"
    return
  fi
  printf 'FAIL  %s: does not find %s (status %s)\n' "$1" "$3" "$status"
  failed=1
}

name=${1:?usage: prove.sh NAME [FOLDER]}
file=$sources/proofs/$name.c
[ -f "$file" ] || { echo "$file: no such proof" >&2; exit 1; }
[ -x "$cbmc" ] || { echo "skipped: there is no CBMC here (deps/programs.sh says why)"; exit 77; }
read -ra options < <(directives options)

mapfile -t proofs < <(sed -n 's/^void proof_\([a-z_]*\)(void)$/\1/p' "$file")
[ ${#proofs[@]} != 0 ] || { echo "$file: has no proof" >&2; exit 1; }
for proof in "${proofs[@]}"; do holds "$proof"; done
while read -r proof changed command; do finds "$proof" "$changed" "$command"; done < <(directives planted)
exit $failed
