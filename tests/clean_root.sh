#!/usr/bin/env bash
# Tries the repository as a stranger would: in a new, minimal Debian with nothing but make and git, a fresh clone
# of what is committed, one make target. Then the set-up once more without a network: it must need none.
#
# usage: tests/clean_root.sh bookworm|trixie [MAKE-TARGET [VARIABLE=VALUE...]]     (default: test)
#
# Needs root and mmdebstrap (apt-get install mmdebstrap), about 5 GB in /var/tmp (or $TMPDIR) for its duration.
# The mirror is the one this machine's apt uses. Everything runs in namespaces of its own: when it ends, so does
# everything it started, and the folder is removed.
set -euo pipefail

usage() { sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2; }
die() { printf 'clean_root: %s\n' "$@" >&2; exit 1; }

case ${1:-} in bookworm | trixie) release=$1 ;; *) usage ;; esac
shift
[ $# != 0 ] || set -- test
[ "$(id -u)" = 0 ] || die "needs root (it makes a root file system): sudo $0 $release $*"
command -v mmdebstrap > /dev/null || die "needs mmdebstrap: apt-get install mmdebstrap"

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=/dev/null
host_release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
root=$(mktemp -d "${TMPDIR:-/var/tmp}/holdfast-$release.XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$root"

# This machine's Debian sources, for the release wanted: "deb URI SUITE main".
sources() {
  apt-get update --print-uris | sed -n "s#^'\(.*\)/dists/$host_release\([^/]*\)/InRelease'.*#deb \1 $release\2 main#p" | awk '!seen[$0]++'
}

# How this machine's apt reaches it (proxies, clock tolerance): goes along.
apt_settings() { apt-config dump | grep -E '^Acquire::(http|https|Check-[A-Za-z-]+)[:: ]' || true; }

make_root() {
  local list
  list=$(sources)
  [ -n "$list" ] || die "this machine's apt has no Debian $host_release source to take the mirror from"
  mmdebstrap --quiet --variant=essential --include=apt,ca-certificates,git,make "$release" "$root" <<< "$list" 2> "$root.log" ||
    { cat "$root.log" >&2; rm -f "$root.log"; die "mmdebstrap failed"; }
  rm -f "$root.log"
  apt_settings > "$root/etc/apt/apt.conf.d/90clean-root"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  git clone --quiet --no-hardlinks "$repo" "$root/root/holdfast"
}

# inside NAMESPACE-OPTIONS... -- COMMAND: in the new root, nothing of this environment, ended as a whole.
inside() {
  local namespaces=()
  while [ "$1" != -- ]; do namespaces+=("$1"); shift; done
  shift
  # shellcheck disable=SC2016 # expands in the shell it is given to
  unshare --mount --pid --fork --kill-child "${namespaces[@]}" bash -c '
    root=$1; shift
    mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
    cd "$root/root/holdfast"
    exec chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      sh -c "cd /root/holdfast && \"\$@\"" sh "$@"' bash "$root" "$@" < /dev/null
}

timed() {
  local from=$SECONDS status=0
  "$@" || status=$?
  took=$((SECONDS - from))
  return $status
}

echo "clean_root: a new $release root, with apt, make, git and ca-certificates"
timed make_root
echo "clean_root: made in $took s; now: make $*"
timed inside -- make "$@" || die "make $* failed in a clean $release after $took s"
first=$took
echo "clean_root: make $* worked in a clean $release, $first s; now the set-up again, without a network"
timed inside --net -- make setup || die "a second set-up is not free of the network"
echo "clean_root: $release: make $*: $first s; set-up again, without a network: $took s"
