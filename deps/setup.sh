#!/usr/bin/env bash
# Installs the Debian packages of deps/packages.txt that are missing; does nothing when none is.
#
# usage: deps/setup.sh [check]     check: also what only `make check` needs
#
# As root, or through sudo. Without either it prints the command to give to an administrator.
# HF_SKIP_PACKAGES=1 skips all of it, for machines that get their tools another way.
# Exit status: 0 everything is there, 1 something is missing (the message says what to do).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
list=${HF_PACKAGES:-$here/packages.txt}
log=${HF_SETUP_LOG:-$here/../build/log/setup.log}

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$@" >&2; exit 1; }

# wanted [check]: the names in the list, one per line.
wanted() {
  local line
  while IFS= read -r line; do
    line=${line%%#*}
    case $line in
      check:*) [ "${1:-}" = check ] || continue; line=${line#check:} ;;
    esac
    read -r line _ <<< "$line" || true
    [ -z "$line" ] || printf '%s\n' "$line"
  done < "$list"
}

# missing NAME...: those that are not installed.
missing() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2> /dev/null | sed -n 's/^ii *//p' | sort -u) || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed")
}

need_debian() {
  local name="This system"
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-$NAME}")
  command -v apt-get > /dev/null && command -v dpkg-query > /dev/null && return
  die "$name has no apt: Holdfast sets itself up on Debian 12 and 13 only." \
      "Install the equivalents of the packages in deps/packages.txt yourself, then run again with HF_SKIP_PACKAGES=1."
}

# How to become root, in the array `root`: nothing when we are, else sudo without a question when it
# is allowed to, else sudo with its question when there is someone to answer it.
find_root() {
  root=()
  [ "$(id -u)" != 0 ] || return 0
  if command -v sudo > /dev/null; then
    if sudo -n true 2> /dev/null; then root=(sudo -n); return 0; fi
    if [ -t 0 ] && [ -t 2 ] && [ "${CI:-}" != true ]; then
      say "sudo may ask for your password to install packages"
      root=(sudo)
      return 0
    fi
  fi
  return 1
}

as_root() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@" < /dev/null; }

unreachable() {
  grep -qE 'Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|Cannot initiate|Network is unreachable|[Cc]onnection (timed out|failed|refused)|Failed to fetch' "$log"
}

# The broker's package would start it as a service, now and at each boot. We start our own, on loopback, when it is needed: while we
# install, the policy Debian asks (policy-rc.d) says no; and what we brought is not enabled. Somebody's own policy is left alone.
policy=/usr/sbin/policy-rc.d
policy_is_ours=''
refuse_services() {
  [ ! -e "$policy" ] || return 0
  # shellcheck disable=SC2016 # the other shell's
  as_root sh -c 'printf "#!/bin/sh\nexit 101\n" > "$1" && chmod 755 "$1"' sh "$policy" && policy_is_ours=1
}
allow_services() {
  [ -z "$policy_is_ours" ] || as_root rm -f "$policy"
  policy_is_ours=''
}

install_without_services() {
  local package
  trap allow_services EXIT
  refuse_services
  install "$@"
  allow_services
  for package in "$@"; do
    if [ "$package" = mosquitto ] && command -v systemctl > /dev/null; then
      as_root systemctl --quiet disable mosquitto >> "$log" 2>&1 || true
    fi
  done
}

install() {
  local options=(-q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  mkdir -p "$(dirname "$log")"
  # One source of many may be down or not ours; whether it mattered shows in the installation.
  as_root apt-get "${options[@]}" update > "$log" 2>&1 || true
  as_root apt-get "${options[@]}" install --no-install-recommends "$@" >> "$log" 2>&1 && return
  tail -n 15 "$log" >&2
  if unreachable; then
    die "the package archive could not be reached (above: what apt said; whole log: $log)." \
        "Check this machine's network, proxy and /etc/apt/sources.list, then run the same command again." \
        "If this machine never has a network, install these from other media: $*"
  fi
  die "apt-get could not install the packages (above: the end of its log; all of it: $log)." \
      "Repair that (often: dpkg --configure -a, or apt-get -f install), then run the same command again."
}

main() {
  [ "${HF_SKIP_PACKAGES:-}" != 1 ] || { say "packages: not looked at (HF_SKIP_PACKAGES=1)"; return; }
  need_debian
  local all absent
  mapfile -t all < <(wanted "$@")
  mapfile -t absent < <(missing "${all[@]}")
  if [ ${#absent[@]} = 0 ]; then say "packages: all ${#all[@]} installed"; return; fi
  find_root || die "${#absent[@]} packages are missing and this user can neither be root nor use sudo. As root, run:" \
    "" "  apt-get update && apt-get install -y --no-install-recommends ${absent[*]}" "" "then run the same command again."
  say "packages: installing ${#absent[@]} with apt-get (this can take some minutes): ${absent[*]}"
  install_without_services "${absent[@]}"
  mapfile -t absent < <(missing "${all[@]}")
  [ ${#absent[@]} = 0 ] || die "still missing after the installation: ${absent[*]} (log: $log)"
  say "packages: all ${#all[@]} installed"
}

main "$@"
