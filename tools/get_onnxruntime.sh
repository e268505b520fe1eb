#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Downloads ONNX Runtime into a cache of the user's, unless it is there. It needs no
# root and installs nothing.
#
#   tools/get_onnxruntime.sh            downloads what is missing
#   tools/get_onnxruntime.sh --update   downloads the current release again
#   tools/get_onnxruntime.sh --print    only prints where things are:
#                                         library=PATH
#                                         include=PATH   (empty: not there)
#
# The library is taken from the npm package onnxruntime-node; scripts of the package
# are not run. The header of its C API is taken from the distribution's package
# libonnxruntime-dev. A Debian that is too old to have this package takes that of
# Debian 13, from the machine's own package sources.
#
# Exit codes: 0 both are there, 2 wrong usage, 3 one is missing (dnncut works without
# it).
set -euo pipefail

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/apt_sources.sh
source "$tools/apt_sources.sh"

# The release of Debian whose header is used where the distribution has none.
readonly newer_suite=trixie
readonly npm_package=onnxruntime-node
readonly apt_package=libonnxruntime-dev
# How long one download may take, in seconds.
readonly patience=900

say() { echo "get_onnxruntime: $*" >&2; }

# Where the XDG base directory specification wants it; dnncut and CMake look there,
# too.
cache_folder() {
  if [[ ${XDG_CACHE_HOME:-} == /* ]]; then
    echo "$XDG_CACHE_HOME/dnncut/onnxruntime"
  else
    echo "$HOME/.cache/dnncut/onnxruntime"
  fi
}

library_path() {
  local file=$cache/lib/libonnxruntime.so.1
  if [[ -f $file ]]; then echo "$file"; fi
}

# Looks where CMake finds the header: in the cache and in the system's folders.
include_path() {
  local folder
  for folder in "$cache/include" /usr/include/onnxruntime \
    /usr/local/include/onnxruntime; do
    if [[ -f $folder/onnxruntime_c_api.h ]]; then
      echo "$folder"
      return
    fi
  done
}

print_paths() {
  echo "library=$(library_path)"
  echo "include=$(include_path)"
}

# put_in_place FOLDER NAME: FOLDER becomes $cache/NAME in one step. A program
# that has the old one open keeps it.
put_in_place() {
  local folder=$1 name=$2 kept
  kept=$name-${work##*-}
  mv "$folder" "$cache/$kept" &&
    ln -s "$kept" "$work/link" &&
    mv -T "$work/link" "$cache/$name" || return 1
  # Remove the folders that the link pointed to before.
  find "$cache" -mindepth 1 -maxdepth 1 -type d -name "$name-*" \
    ! -name "$kept" -exec rm -rf {} +
}

get_library() {
  local npm_cpu version wanted got archive member
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) npm_cpu=x64 ;;
    Linux-aarch64) npm_cpu=arm64 ;;
    *)
      say "no library: $npm_package has none for $(uname -s) on $(uname -m)"
      return 1
      ;;
  esac
  if ! command -v npm >/dev/null; then
    say "no library: npm is not installed"
    return 1
  fi
  if ! version=$(quiet_npm view "$npm_package" version) || [[ -z $version ]] ||
    ! wanted=$(quiet_npm view "$npm_package@$version" dist.integrity) ||
    [[ $wanted != sha512-* ]]; then
    say "no library: npm's registry does not answer for $npm_package$(npm_reason)"
    return 1
  fi
  say "fetching $npm_package $version (about 110 MB) ..."
  if ! (cd "$work" && quiet_npm pack "$npm_package@$version" >/dev/null); then
    say "no library: npm cannot fetch $npm_package $version$(npm_reason)"
    return 1
  fi
  archive=("$work"/*.tgz)
  got=sha512-$(openssl dgst -sha512 -binary "${archive[0]}" | openssl base64 -A)
  if [[ $got != "$wanted" ]]; then
    say "no library: $npm_package $version is damaged: its checksum is $got, not $wanted"
    return 1
  fi
  member=$(tar -tzf "${archive[0]}" |
    grep -E "/linux/$npm_cpu/libonnxruntime\.so\.1\$" || true)
  if [[ -z $member || $member == *$'\n'* || $member == *..* ]]; then
    say "no library: $npm_package $version does not hold one for $npm_cpu"
    return 1
  fi
  if ! mkdir "$work/lib" ||
    ! tar -xzOf "${archive[0]}" "$member" >"$work/lib/libonnxruntime.so.1" ||
    ! echo "$version" >"$work/lib/VERSION" ||
    ! put_in_place "$work/lib" lib; then
    say "no library: $cache cannot be written"
    return 1
  fi
  say "ONNX Runtime $version is in $cache/lib"
}

quiet_npm() {
  timeout "$patience" npm "$@" --ignore-scripts --cache "$work/npm" \
    --no-update-notifier --no-audit --no-fund --loglevel=error \
    </dev/null 2>"$work/npm.log"
}

# Prints the first line of npm's own error message, in parentheses.
npm_reason() {
  local line
  line=$(grep -m 1 -iE '^npm (err!|error)' "$work/npm.log" || true)
  [[ -z $line ]] || echo " ($line)"
}

# private_apt_get ARGUMENT...: runs apt-get with package lists and a cache below
# $work. So it needs no root and changes nothing of the system.
private_apt_get() {
  local options=(
    -o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache"
    -o "Dir::Etc::sourcelist=$work/apt/newer.sources"
    -o Dir::Etc::sourceparts=- -o Dir::Etc::preferences=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o APT::Default-Release=
    -o Acquire::Languages=none -o Acquire::Retries=2
    -o "APT::Sandbox::User=$(id -un)"
  )
  timeout "$patience" apt-get -qq "${options[@]}" "$@" </dev/null
}

# Downloads the package with the header into $work.
fetch_header_package() {
  local id='' VERSION_CODENAME='' candidate
  candidate=$(LC_ALL=C apt-cache policy "$apt_package" 2>/dev/null |
    sed -n 's/^ *Candidate: //p')
  if [[ -n $candidate && $candidate != "(none)" ]]; then
    say "fetching $apt_package $candidate from the distribution ..."
    (cd "$work" && timeout "$patience" apt-get -qq \
      -o "APT::Sandbox::User=$(id -un)" download "$apt_package" </dev/null)
    return
  fi
  if [[ -r /etc/os-release ]]; then
    # shellcheck source=/dev/null
    id=$(. /etc/os-release && echo "${ID:-}")
    # shellcheck source=/dev/null
    VERSION_CODENAME=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  fi
  if [[ $id != debian || -z $VERSION_CODENAME ]]; then
    say "no header: this distribution has no $apt_package"
    return 1
  fi
  mkdir -p "$work"/apt/{lists,cache/archives}/partial
  derive_sources /etc/apt "$VERSION_CODENAME" "$newer_suite" \
    >"$work/apt/newer.sources"
  if [[ ! -s $work/apt/newer.sources ]]; then
    say "no header: no package source of Debian's own in /etc/apt"
    return 1
  fi
  say "fetching $apt_package of Debian $newer_suite, to unpack, not to install ..."
  # It fails when one of several sources does; the download may still succeed.
  private_apt_get update >&2 || true
  (cd "$work" && private_apt_get download "$apt_package" >&2)
}

get_header() {
  local header
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    say "no header: this is no Debian or Ubuntu"
    return 1
  fi
  if ! fetch_header_package; then
    say "no header: $apt_package cannot be had"
    return 1
  fi
  header=$(dpkg -x "$work/$apt_package"_*.deb "$work/unpacked" &&
    find "$work/unpacked/usr/include" -name onnxruntime_c_api.h -print -quit)
  if [[ -z $header ]]; then
    say "no header: $apt_package does not hold onnxruntime_c_api.h"
    return 1
  fi
  if ! put_in_place "$(dirname "$header")" include; then
    say "no header: $cache cannot be written"
    return 1
  fi
  say "the C API header is in $cache/include"
}

update=false
case ${1:-} in
  '') ;;
  --update) update=true ;;
  --print) ;;
  *)
    sed -n '4,/^[^#]/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME
cache=$(cache_folder)
if [[ ${1:-} == --print ]]; then
  print_paths
  exit 0
fi

if $update || [[ -z $(library_path) || -z $(include_path) ]]; then
  mkdir -p "$cache"
  exec {lock}>"$cache/.lock"
  flock "$lock"
  # Remove what runs that were killed have left.
  rm -rf "$cache"/.get-*
  # In the cache, so that a finished folder only needs to be renamed. Below,
  # everything is looked for again: another run may have downloaded it while this
  # one waited for the lock.
  work=$(mktemp -d "$cache/.get-XXXXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  complete=true
  if $update || [[ -z $(library_path) ]]; then
    get_library || complete=false
  fi
  if $update || [[ -z $(include_path) ]]; then
    get_header || complete=false
  fi
  $complete || say "dnncut works without ONNX Runtime"
fi
print_paths
[[ -n $(library_path) && -n $(include_path) ]] || exit 3
