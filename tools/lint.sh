#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks the C++ files that a change touches: their format (.clang-format), a few
# checks of clang-tidy's in the product (.clang-tidy), and unused includes (iwyu).
#
#   tools/lint.sh           the changes since the branch left main, or on main the
#                           last commit; and all that is not committed
#   tools/lint.sh BASE      the changes since the commit BASE
#   tools/lint.sh --all     every file; takes an hour
#
# clang-tidy and iwyu take several seconds a file. Of a large change they check
# only the first files, and the script says so. A check whose program is missing
# is left out, which it says, too.
#
# Exit codes: 0 nothing found, 1 something found, 2 wrong usage.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly build=build/lint
# So many sources are checked, which takes half a minute on two cores.
most=8

say() { echo "lint: $*" >&2; }

# What a program has written last.
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# working NAME...: prints the first of these programs that works; nothing if none
# does.
working() {
  local name
  for name in "$@"; do
    if "$name" --version >/dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
}

# Prints the commit to compare with; nothing when HEAD is the first one.
default_base() {
  local name base head
  head=$(git rev-parse HEAD)
  for name in origin/main main; do
    base=$(git merge-base HEAD "$name" 2>/dev/null) || continue
    [[ $base == "$head" ]] || { echo "$base" && return; }
  done
  git rev-parse --quiet --verify HEAD~1 || true
}

# changed_files COMMIT: prints the C++ files that differ from that commit, also
# those that are not in git yet. When COMMIT is empty it prints all C++ files.
changed_files() {
  {
    if [[ -z $1 ]]; then
      git ls-files '*.cc' '*.h'
    else
      git diff --name-only --diff-filter=d "$1" -- '*.cc' '*.h'
    fi
    git ls-files --others --exclude-standard '*.cc' '*.h'
  } | sort -u
}

# units_of FILE...: prints the .cc files that are compiled, among the files and for
# each header among them: the one beside it, or else the first that includes it.
units_of() {
  local file unit
  for file in "$@"; do
    unit=${file%.*}.cc
    [[ -f $unit ]] ||
      unit=$(git grep -lF "#include \"$file\"" -- '*.cc' | head -n 1)
    [[ -z $unit ]] || ! grep -qF "\"$PWD/$unit\"" "$build/compile_commands.json" ||
      echo "$unit"
  done | sort -u
}

check_format() {
  local clang_format
  clang_format=$(working clang-format)
  if [[ -z $clang_format ]]; then
    say "without clang-format"
    return
  fi
  "$clang_format" --dry-run -Werror "$@" || found=true
}

# Writes compile_commands.json for clang, from which clang-tidy and iwyu learn how
# each file is compiled. They cannot use precompiled headers. Fails when there is
# no clang.
configure() {
  local clang
  clang=$(working clang-16 clang)
  if [[ -z $clang ]]; then
    say "without clang-tidy and iwyu, which need clang"
    return 1
  fi
  cmake -S . -B "$build" -G Ninja --log-level=ERROR -DDNNCUT_HARDEN=OFF \
    -DCMAKE_C_COMPILER="$clang" -DCMAKE_CXX_COMPILER="${clang/clang/clang++}" \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
}

check_tidy() {
  local clang_tidy unit product=()
  clang_tidy=$(working clang-tidy-16 clang-tidy)
  if [[ -z $clang_tidy ]]; then
    say "without clang-tidy"
    return
  fi
  for unit in "$@"; do
    [[ $unit == tests/* ]] || product+=("$unit")
  done
  ((${#product[@]} == 0)) || printf '%s\0' "${product[@]}" |
    xargs -0 -n 1 -P "$(nproc)" "$clang_tidy" -p "$build" --quiet 2>"$log" || {
    # It also counts there what it does not show.
    grep -vE '^[0-9]+ warnings? |^Suppressed |^Use -header-filter' "$log" >&2 || true
    found=true
  }
}

check_includes() {
  local lines
  if [[ -z $(working iwyu) ]] || ! command -v iwyu_tool >/dev/null; then
    say "without iwyu"
    return
  fi
  # Only what iwyu wants to remove counts: what it wants to add is mostly headers
  # that are internal to libraries.
  lines=$(iwyu_tool -p "$build" -j "$(nproc)" "$@" -- -Xiwyu --no_fwd_decls \
    -Xiwyu --mapping_file="$PWD/tools/lint.imp" 2>&1 | tee "$log" | awk '
      / should remove these lines:$/ { file = $1; next }
      /^$/ { file = "" }
      file != "" && /^- #include/ {
        sub(/^- /, ""); sub(/ *\/\/ lines.*/, "")
        print file ": nothing is used of " $0
      }') || true  # what went wrong is said below
  if [[ -n $lines ]]; then
    echo "$lines"
    found=true
  fi
  # It says of each source what that includes, unless it could not read it.
  if grep -E ': (fatal )?error: ' "$log" ||
    ! grep -qE 'has correct #includes|^The full include-list for' "$log"; then
    say "iwyu failed"
    found=true
  fi
}

base=
case ${1:-} in
  '') base=$(default_base) ;;
  --all) most=100000 ;;
  -*)
    sed -n '4,/^[^#]/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
  *) base=$1 ;;
esac
if ! git rev-parse --quiet --verify HEAD >/dev/null; then
  say "no git repository: nothing to compare with"
  exit 0
fi

mapfile -t files < <(changed_files "$base")
if ((${#files[@]} == 0)); then
  say "no C++ file has changed"
  exit 0
fi
found=false
check_format "${files[@]}"
units=()
if configure; then
  mapfile -t units < <(units_of "${files[@]}")
  if ((${#units[@]} > most)); then
    say "clang-tidy and iwyu check the first $most of ${#units[@]} sources only"
    units=("${units[@]:0:$most}")
  fi
  if ((${#units[@]} > 0)); then
    check_tidy "${units[@]}"
    check_includes "${units[@]}"
  fi
fi
if $found; then
  say "something was found"
  exit 1
fi
say "${#files[@]} files, ${#units[@]} sources: nothing found"
