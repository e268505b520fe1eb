#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs README's first two commands, tools/quickstart.sh and tools/test.sh, in a
# fresh Debian 12 that has nothing else installed, on a clone of the last commit.
# To be run by hand before a release. Needs root, debootstrap, about 6 GB of disk,
# and an hour or more.
#
#   tools/package_check.sh                runs both, in a temporary folder
#   tools/package_check.sh --release      the second is tools/test.sh --release
#   tools/package_check.sh ... FOLDER     makes the system in FOLDER and keeps it
#
# Packages come from this machine's own package source of Debian's, and its
# proxies, certificates and settings of npm hold in the new system as well. All
# mounts and processes are in namespaces of their own, which end with the script.
#
# Exit codes: 0 both succeeded, 1 one failed, 2 wrong usage, or the system cannot be
# made here.
set -euo pipefail

script=$(realpath "${BASH_SOURCE[0]}")
tools=$(dirname "$script")
readonly release_of_debian=bookworm
readonly project=/root/dnncut

say() { echo "package_check: $*" >&2; }

give_up() {
  say "$*"
  exit 2
}

# Finds the first of this machine's own package sources of Debian's. Sets $mirror,
# its address, and $keyring, the keys that sign it (empty: those of debootstrap).
find_mirror() {
  local codename sources
  # shellcheck source=tools/apt_sources.sh
  source "$tools/apt_sources.sh"
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  sources=$(derive_sources /etc/apt "$codename" "$release_of_debian")
  mirror=$(sed -n '/^URIs: */{s///;s/ .*//;p;q}' <<<"$sources")
  keyring=$(sed -n '/^Signed-By: *\//{s/^[^/]*//;p;q}' <<<"$sources")
}

# make_system FOLDER: installs a minimal Debian there.
make_system() {
  local options=(--variant=minbase)
  find_mirror
  [[ -n $mirror ]] || give_up "no package source of Debian's own in /etc/apt"
  [[ -z $keyring ]] || options+=(--keyring="$keyring")
  say "making a Debian $release_of_debian in $1 ..."
  debootstrap "${options[@]}" "$release_of_debian" "$1" "$mirror" \
    >"$work/log" 2>&1 || give_up "debootstrap failed: $(tail -n 1 "$work/log")"
}

# copy_settings SYSTEM: copies the settings by which this machine reaches others:
# names, certificates, proxies, npm's registry.
copy_settings() {
  local system=$1 file
  cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
  # This machine's own certificates. The new system trusts them once
  # ca-certificates is installed there.
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    mkdir -p "$system/usr/local/share/ca-certificates"
    cp /usr/local/share/ca-certificates/*.crt \
      "$system/usr/local/share/ca-certificates/"
  fi
  apt-config dump | grep -E '^Acquire::[^ ]*::(Proxy|CAInfo)' \
    >"$system/etc/apt/apt.conf.d/10machine" || true
  if command -v npm >/dev/null; then
    for file in "$(npm config get globalconfig)" "$(npm config get userconfig)"; do
      # The first of two files with one key loses: npm's order, too. What proves
      # who the user is stays here, as FOLDER is kept.
      [[ ! -f $file ]] ||
        grep -E '^(@[^:]+:)?(registry|proxy|https-proxy|noproxy|cafile|strict-ssl) *=' \
          "$file" >>"$system/root/.npmrc" || true
    done
  fi
}

# run_inside RELEASE SYSTEM: makes SYSTEM the root of this process, which is the
# first one of its namespaces, and runs README's commands there.
run_inside() {
  local release=$1 system=$2
  mount --bind "$system" "$system"
  cd "$system"
  mount -t proc proc proc
  mount --rbind /sys sys
  mount --rbind /dev dev
  # These two are new and empty, so that the tests neither find nor leave anything
  # in those of the machine.
  mount -t tmpfs -o mode=1777 shm dev/shm
  mount -t tmpfs -o mode=1777,size=80% tmp tmp
  # chroot would not do: the kernel allows no user namespaces in it, and some tests
  # make them.
  pivot_root . .
  umount -l .
  cd "$project"
  tools/quickstart.sh
  # shellcheck disable=SC2086  # no argument at all when it is empty
  tools/test.sh $release
}

if [[ ${1:-} == --inside ]]; then
  run_inside "$2" "$3"
  exit
fi

release=
folder=
for argument in "$@"; do
  case $argument in
    --release) release=--release ;;
    -*)
      sed -n '4,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$script" >&2
      exit 2
      ;;
    *) folder=$argument ;;
  esac
done
[[ $(id -u) == 0 ]] || give_up "only root can make a system in a folder"
for tool in debootstrap unshare pivot_root git; do
  command -v "$tool" >/dev/null || give_up "there is no $tool here"
done

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
folder=${folder:-$work/system}
mkdir "$folder" || give_up "$folder must not exist yet"
folder=$(realpath "$folder")
make_system "$folder"
copy_settings "$folder"
git clone --quiet "$tools/.." "$folder$project"
say "running $(git -C "$folder$project" log -1 --format='%h (%s)')"

# The environment: what a login shell sets, and this machine's proxies and
# certificates.
settings=(HOME=/root TERM=dumb LANG=C.UTF-8
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy ftp_proxy no_proxy HTTP_PROXY HTTPS_PROXY \
  FTP_PROXY NO_PROXY NODE_EXTRA_CA_CERTS SSL_CERT_FILE CI; do
  [[ -z ${!name:-} ]] || settings+=("$name=${!name}")
done
if env -i "${settings[@]}" unshare --mount --pid --fork --kill-child \
  --propagation private \
  bash "$script" --inside "$release" "$folder" </dev/null; then
  say "README's commands succeed on a clean machine"
else
  say "README's commands fail on a clean machine"
  exit 1
fi
