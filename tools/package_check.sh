#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs README's first two commands where dnncut was never built: in a Debian 12
# that holds nothing else, on a clone of the last commit. By hand, before a
# release; takes root, debootstrap, about 6 GB, and an hour or more.
#
#   tools/package_check.sh                both, in a temporary folder
#   tools/package_check.sh --release      tools/test.sh --release for the second
#   tools/package_check.sh ... FOLDER     in FOLDER, which is made and kept
#
# The packages come from where this machine has Debian's; what it says of
# proxies, certificates and npm's registry holds inside, too. All mounts and
# processes are in namespaces of their own, which end with the script.
#
# Exit codes: 0 both succeeded, 1 one failed, 2 wrong usage or no such system can be
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

# The first of the machine's own sources of Debian's packages, as the address
# and the keyring that its packages are signed with (empty: debootstrap's own).
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

# Makes the system in the folder $1.
make_system() {
  local options=(--variant=minbase)
  find_mirror
  [[ -n $mirror ]] || give_up "no package source of Debian's own in /etc/apt"
  [[ -z $keyring ]] || options+=(--keyring="$keyring")
  say "making a Debian $release_of_debian in $1 ..."
  debootstrap "${options[@]}" "$release_of_debian" "$1" "$mirror" \
    >"$work/log" 2>&1 || give_up "debootstrap failed: $(tail -n 1 "$work/log")"
}

# How this machine reaches others.
copy_settings() {
  local system=$1 file
  cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
  # Certificates of its own, which installing ca-certificates takes up.
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    mkdir -p "$system/usr/local/share/ca-certificates"
    cp /usr/local/share/ca-certificates/*.crt \
      "$system/usr/local/share/ca-certificates/"
  fi
  apt-config dump | grep -E '^Acquire::[^ ]*::(Proxy|CAInfo)' \
    >"$system/etc/apt/apt.conf.d/10machine" || true
  if command -v npm >/dev/null; then
    for file in "$(npm config get globalconfig)" "$(npm config get userconfig)"; do
      # The first of two files with one key loses: npm's order, too.
      [[ ! -f $file ]] || cat "$file" >>"$system/root/.npmrc"
    done
  fi
}

# In the new system, as its first process: README's commands.
run_inside() {
  local release=$1 system=$2
  mount --bind "$system" "$system"
  cd "$system"
  mount -t proc proc proc
  mount --rbind /sys sys
  mount --rbind /dev dev
  # Of its own: tests leave nothing in the machine's, nor find anything there.
  mount -t tmpfs -o mode=1777 shm dev/shm
  mount -t tmpfs -o mode=1777,size=80% tmp tmp
  # Not chroot, in which no user may make namespaces, as tests do.
  pivot_root . .
  umount -l .
  cd "$project"
  tools/quickstart.sh
  # shellcheck disable=SC2086  # none or one
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
mkdir "$folder" || give_up "$folder is to be made, not taken"
folder=$(realpath "$folder")
make_system "$folder"
copy_settings "$folder"
git clone --quiet "$tools/.." "$folder$project"
say "running $(git -C "$folder$project" log -1 --format='%h (%s)')"

# What a login shell would know, and how this machine reaches others.
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
