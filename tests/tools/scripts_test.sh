#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests of tools/*.sh without a network: npm, apt and dpkg are stand-ins that
# write down how they are called.
#
#   tests/tools/scripts_test.sh            every case
#   tests/tools/scripts_test.sh NAME...    those cases
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() {
  echo "FAILED: $case_name: $*" >&2
  failures=$((failures + 1))
}

expect_equal() {
  [[ $1 == "$2" ]] || fail "expected: $2"$'\n'"but got:  $1"
}

expect_contains() {
  [[ $1 == *"$2"* ]] || fail "expected '$2' in: $1"
}

expect_exists() { [[ -e $1 ]] || fail "$1 is not there"; }

# Runs a command; its standard output, standard error and exit code are in
# $output, $errors and $code.
run() {
  code=0
  output=$("$@" 2>"$scratch/errors") || code=$?
  errors=$(<"$scratch/errors")
}

# stand_in NAME: makes a command of the script on standard input.
stand_in() {
  mkdir -p "$case_folder/bin"
  {
    echo '#!/usr/bin/env bash'
    echo "echo \"\$(basename \"\$0\") \$*\" >>'$case_folder/calls'"
    cat
  } >"$case_folder/bin/$1"
  chmod +x "$case_folder/bin/$1"
}

calls() { cat "$case_folder/calls" 2>/dev/null || true; }

with_stand_ins() {
  env HOME="$case_folder/home" XDG_CACHE_HOME= \
    PATH="$case_folder/bin:$PATH" "$@"
}

# --- where the newer release's packages come from

case_stanzas() {
  # shellcheck source=tools/apt_sources.sh
  source "$root/tools/apt_sources.sh"
  mkdir -p "$case_folder/apt/sources.list.d"
  cat >"$case_folder/apt/sources.list.d/debian.sources" <<'END'
# The machine's own.
Types: deb deb-src
# with a comment in the middle
URIs: mirror:one
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: mirror:security
Suites: bookworm-security
Components: main

Types: deb
URIs: mirror:disabled
Suites: bookworm
Components: main
Enabled: no

Types: deb-src
URIs: mirror:sources-only
Suites: bookworm
Components: main
END
  cat >"$case_folder/apt/sources.list.d/vendor.sources" <<'END'
Types: deb
URIs: mirror:vendor
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg

Types: deb
URIs: mirror:two
Suites:
 bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
END
  run derive_sources "$case_folder/apt" bookworm trixie
  expect_equal "$output" "Types: deb
URIs: mirror:one
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: mirror:two
Suites: trixie
Components: main
Signed-By: 
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----"
}

case_lines() {
  # shellcheck source=tools/apt_sources.sh
  source "$root/tools/apt_sources.sh"
  mkdir -p "$case_folder/apt/sources.list.d"
  cat >"$case_folder/apt/sources.list" <<'END'
# deb mirror:comment bookworm main
deb mirror:one bookworm main contrib # the machine's own
deb-src mirror:one bookworm main
deb mirror:one bookworm-updates main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] mirror:two bookworm non-free main
END
  cat >"$case_folder/apt/sources.list.d/vendor.list" <<'END'
deb [signed-by=/usr/share/keyrings/vendor.gpg] mirror:vendor bookworm main
deb mirror:tool bookworm stable
deb mirror:flat ./
END
  run derive_sources "$case_folder/apt" bookworm trixie
  expect_equal "$output" "Types: deb
URIs: mirror:one
Suites: trixie
Components: main

Types: deb
URIs: mirror:two
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg"
  run derive_sources "$case_folder/nothing" bookworm trixie
  expect_equal "$output:$code" ":0"
}

# --- tools/get_onnxruntime.sh

# npm has version 1.2.3 of the package with the library's text $1.
stand_in_npm() {
  local text=$1 folder cpu
  for cpu in x64 arm64; do
    folder=$case_folder/npm/package/bin/napi/linux/$cpu
    mkdir -p "$folder"
    echo "$text" >"$folder/libonnxruntime.so.1"
  done
  tar -czf "$case_folder/package.tgz" -C "$case_folder/npm" package
  integrity=sha512-$(openssl dgst -sha512 -binary "$case_folder/package.tgz" |
    openssl base64 -A)
  stand_in npm <<END
case \$1-\$3 in
  view-dist.integrity) echo '$integrity' ;;
  view-*) echo 1.2.3 ;;
  pack-*) cp '$case_folder/package.tgz' onnxruntime-node-1.2.3.tgz ;;
esac
echo 'npm warn of no interest' >&2
END
}

# The distribution has libonnxruntime-dev.
stand_in_apt() {
  local package=$case_folder/deb
  mkdir -p "$package/DEBIAN" "$package/usr/include/onnxruntime"
  printf '%s\n' 'Package: libonnxruntime-dev' 'Version: 1.0' \
    'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
    'Description: stand-in' >"$package/DEBIAN/control"
  echo '#define ORT_API_VERSION 21' \
    >"$package/usr/include/onnxruntime/onnxruntime_c_api.h"
  dpkg-deb -b "$package" "$case_folder/header.deb" >/dev/null
  stand_in apt-cache <<<"echo '  Candidate: 1.0'"
  stand_in apt-get <<END
[[ \$* != *download* ]] ||
  cp '$case_folder/header.deb' libonnxruntime-dev_1.0_all.deb
END
}

have_dpkg() {
  if command -v dpkg-deb >/dev/null && command -v flock >/dev/null; then
    return 0
  fi
  echo "skipped: $case_name needs dpkg" >&2
  return 1
}

case_get_once() {
  have_dpkg || return 0
  stand_in_npm first
  stand_in_apt
  local cache=$case_folder/home/.cache/dnncut/onnxruntime
  run with_stand_ins "$root/tools/get_onnxruntime.sh"
  expect_equal "$code" 0
  expect_contains "$output" "library=$cache/lib/libonnxruntime.so.1"
  expect_equal "$(<"$cache/lib/libonnxruntime.so.1")" first
  expect_contains "$errors" "ONNX Runtime 1.2.3 is in"
  [[ $errors != *"of no interest"* ]] || fail "npm's warnings are shown"
  expect_contains "$(calls)" "--ignore-scripts"

  rm "$case_folder/calls"
  run with_stand_ins "$root/tools/get_onnxruntime.sh"
  expect_equal "$code:$errors:$(calls)" "0::"

  stand_in_npm second
  run with_stand_ins "$root/tools/get_onnxruntime.sh" --update
  expect_equal "$code" 0
  expect_equal "$(<"$cache/lib/libonnxruntime.so.1")" second
  # Nothing but the lock, two links and what they name.
  expect_equal "$(find "$cache" -mindepth 1 -maxdepth 1 | wc -l)" 5
}

case_get_damaged() {
  have_dpkg || return 0
  stand_in_npm good
  stand_in_apt
  echo more >>"$case_folder/package.tgz"
  run with_stand_ins "$root/tools/get_onnxruntime.sh"
  expect_equal "$code" 3
  expect_contains "$errors" "is damaged"
  expect_contains "$output" $'library=\n'
  [[ ! -e $case_folder/home/.cache/dnncut/onnxruntime/lib ]] ||
    fail "a damaged library was kept"
}

case_get_unreachable() {
  have_dpkg || return 0
  stand_in npm <<<'exit 1'
  stand_in apt-cache <<<"echo '  Candidate: 1.0'"
  stand_in apt-get <<<'exit 100'
  run with_stand_ins "$root/tools/get_onnxruntime.sh"
  expect_equal "$code" 3
  expect_contains "$errors" "npm's registry does not answer"
  expect_contains "$errors" "libonnxruntime-dev cannot be had"
  expect_contains "$errors" "dnncut works without"
}

case_get_together() {
  have_dpkg || return 0
  stand_in_npm same
  stand_in_apt
  local runs=() pid
  for _ in 1 2 3; do
    with_stand_ins "$root/tools/get_onnxruntime.sh" >/dev/null 2>&1 &
    runs+=($!)
  done
  for pid in "${runs[@]}"; do
    wait "$pid" || fail "one of three runs at the same time failed"
  done
  expect_equal "$(grep -c '^npm pack' "$case_folder/calls")" 1
  expect_exists \
    "$case_folder/home/.cache/dnncut/onnxruntime/lib/libonnxruntime.so.1"
}

case_get_print() {
  run with_stand_ins "$root/tools/get_onnxruntime.sh" --print
  expect_equal "$code" 0
  expect_contains "$output" "library="
  expect_equal "$(calls)" ""
  run with_stand_ins "$root/tools/get_onnxruntime.sh" --nonsense
  expect_equal "$code" 2
  expect_contains "$errors" "tools/get_onnxruntime.sh --update"
}

# --- tools/install_dependencies.sh

# dpkg-query knows all packages but those of the arguments.
stand_in_dpkg_query() {
  stand_in dpkg-query <<END
for package in "\${@:3}"; do
  [[ ' $* ' == *" \$package "* ]] || echo "installed \$package"
done
END
}

# What the program is built with works.
stand_in_program() {
  local tool
  for tool in cmake ninja protoc npm openssl; do stand_in "$tool" <<<''; done
  # Its output is a program that succeeds.
  stand_in c++ <<'END'
[[ ${*: -2:1} == -o ]] && cp /bin/true "${!#}"
END
}

case_install_nothing() {
  stand_in_dpkg_query
  stand_in_program
  stand_in apt-get <<<''
  run with_stand_ins "$root/tools/install_dependencies.sh"
  expect_equal "$code:$errors" "0:"
  [[ $(calls) != *apt-get* ]] || fail "apt-get was called"
}

case_install_missing() {
  stand_in_dpkg_query liblemon-dev ca-certificates
  stand_in_program
  stand_in id <<<'echo 0'
  stand_in apt-get <<<''
  stand_in apt-cache <<'END'
case $2 in
  liblemon-dev) echo '  Candidate: 1.3.1' ;;
  *) echo '  Candidate: (none)' ;;
esac
END
  run with_stand_ins "$root/tools/install_dependencies.sh"
  # The stand-in installs nothing.
  expect_equal "$code" 1
  expect_contains "$errors" "installing liblemon-dev ca-certificates"
  expect_contains "$errors" "this distribution has no package ca-certificates"
  expect_contains "$errors" "going on without ca-certificates"
  expect_contains "$errors" "missing and needed: liblemon-dev"
  expect_contains "$(calls)" "install --no-install-recommends liblemon-dev"
}

# What is on the PATH is missing when it does not work.
case_install_broken() {
  stand_in_dpkg_query
  stand_in_program
  stand_in c++ <<<'exit 1'
  stand_in cmake <<<'exit 127'
  stand_in id <<<'echo 0'
  stand_in apt-get <<<''
  stand_in apt-cache <<<"echo '  Candidate: 1.0'"
  run with_stand_ins "$root/tools/install_dependencies.sh"
  expect_equal "$code" 1
  expect_contains "$errors" "installing cmake g++"
  expect_contains "$errors" "missing and needed: cmake g++"
  # It compiles, but what it makes does not run.
  stand_in c++ <<'END'
cp /bin/false "${!#}"
END
  stand_in cmake <<<''
  run with_stand_ins "$root/tools/install_dependencies.sh"
  expect_contains "$errors" "missing and needed: g++"
}

case_install_without_root() {
  stand_in_dpkg_query liblemon-dev
  stand_in id <<<'echo 1000'
  stand_in apt-get <<<''
  stand_in sudo <<<'exit 1'
  stand_in apt-cache <<<"echo '  Candidate: 1.0'"
  run with_stand_ins "$root/tools/install_dependencies.sh" </dev/null
  expect_equal "$code" 1
  # No terminal: it must not ask for a password.
  expect_contains "$(calls)" "sudo -n"
}

# --- tools/package_check.sh

case_package_check_refuses() {
  run "$root/tools/package_check.sh" --nonsense
  expect_equal "$code" 2
  expect_contains "$errors" "tools/package_check.sh --release"
  stand_in id <<<'echo 1000'
  run with_stand_ins "$root/tools/package_check.sh" "$case_folder/system"
  expect_equal "$code" 2
  expect_contains "$errors" "only root"
  [[ ! -e $case_folder/system ]] || fail "a folder was made"
}

# The mirror is the machine's; debootstrap fails, which is said.
case_package_check_mirror() {
  stand_in id <<<'echo 0'
  local tool
  for tool in unshare pivot_root git; do stand_in "$tool" <<<''; done
  stand_in debootstrap <<<"echo 'E: no such release'; exit 1"
  run with_stand_ins "$root/tools/package_check.sh" "$case_folder/system"
  expect_equal "$code" 2
  if [[ $(calls) == *debootstrap* ]]; then
    expect_contains "$(calls)" "--variant=minbase"
    expect_contains "$errors" "debootstrap failed: E: no such release"
  else
    expect_contains "$errors" "no package source of Debian's own"
  fi
}

# --- tools/lint.sh

# A repository with the script and a C++ file that is not in format, after
# $case_folder/bin's clang-format, if any.
make_repository() {
  mkdir -p "$case_folder/project/tools"
  cp "$root/tools/lint.sh" "$case_folder/project/tools/"
  echo 'int  a;' >"$case_folder/project/a.cc"
  echo 'int  b;' >"$case_folder/project/b.cc"
  cd "$case_folder/project"
  git init -q -b main
  git_commit one
}

git_commit() {
  git add -A
  git -c user.name=nobody -c user.email=nobody@localhost commit -q -m "$1"
}

case_lint_looks_at_what_changed() {
  command -v git >/dev/null || { echo "skipped: no git" >&2 && return; }
  pushd . >/dev/null
  make_repository
  stand_in clang-format <<'END'
[[ $1 == --version || $* != *b.cc* ]]
END
  # Neither of them works here.
  local tool
  for tool in clang-16 clang; do stand_in "$tool" <<<'exit 127'; done
  echo 'int c;' >>a.cc
  git_commit two
  run with_stand_ins tools/lint.sh
  expect_equal "$code" 0
  expect_contains "$(calls)" "clang-format --dry-run -Werror a.cc"
  expect_contains "$errors" "without clang-tidy and iwyu"
  expect_contains "$errors" "1 files, 0 sources: nothing found"

  # What is not committed, and what git does not know.
  echo 'int d;' >>b.cc
  echo 'int e;' >e.h
  run with_stand_ins tools/lint.sh HEAD
  expect_equal "$code" 1
  expect_contains "$(calls)" "clang-format --dry-run -Werror b.cc e.h"
  expect_contains "$errors" "something was found"

  # On a branch: all that it changes.
  git checkout -q -b branch
  git_commit three
  echo 'int f;' >f.cc
  git_commit four
  run with_stand_ins tools/lint.sh
  expect_contains "$(calls)" "clang-format --dry-run -Werror b.cc e.h f.cc"
  popd >/dev/null
}

# --- all scripts

case_lint() {
  local script
  for script in "$root"/tools/*.sh "$root"/tests/tools/*.sh "$root/.ci/run"; do
    bash -n "$script" || fail "$script does not parse"
    if grep -nE '[a-z]+://' "$script" >&2; then
      fail "$script names an address"
    fi
  done
  for script in get_onnxruntime install_dependencies lint package_check \
    quickstart test; do
    [[ -x $root/tools/$script.sh ]] || fail "$script.sh cannot be run"
  done
  if command -v shellcheck >/dev/null; then
    shellcheck -x -P "$root/tools:$root" "$root"/tools/*.sh \
      "$root"/tests/tools/*.sh "$root/.ci/run" >&2 || fail "shellcheck"
  fi
}

if (($# == 0)); then
  mapfile -t cases < <(declare -F | sed -n 's/^declare -f case_//p')
else
  cases=("$@")
fi
for case_name in "${cases[@]}"; do
  case_folder=$scratch/$case_name
  mkdir "$case_folder"
  "case_$case_name"
done
echo "${#cases[@]} cases, $failures failures"
((failures == 0))
