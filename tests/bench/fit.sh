#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures how well "dnncut fit" predicts times on this machine. Profiles each model
# several times with one thread, in turn, and keeps the profile with the shortest
# run, because other work disturbed it least. Then prints what "dnncut fit" says.
#
#   tests/bench/fit.sh [MODEL...]
#
# MODEL is the name of an example or a file; default: all examples.
# $DNNCUT is the program, by default that of build/release; $ATTEMPTS, by
# default 3, is how often each model is profiled.
set -euo pipefail

dnncut=${DNNCUT:-$(dirname "${BASH_SOURCE[0]}")/../../build/release/bin/dnncut}
dnncut=$(realpath "$dnncut")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if [[ $# -eq 0 ]]; then
  mapfile -t names < <("$dnncut" example --json |
    python3 -c 'import json, sys
for example in json.load(sys.stdin)["examples"]: print(example["name"])')
  set -- "${names[@]}"
fi

whole_ns() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["whole_ns"])' "$1"
}

for ((attempt = 0; attempt < ${ATTEMPTS:-3}; ++attempt)); do
  for model in "$@"; do
    name=$(basename "$model" .onnx)
    file=$model
    if [[ ! -f $model ]]; then
      file=$folder/$name.onnx
      "$dnncut" example "$name" -o "$file" >/dev/null
    fi
    "$dnncut" profile "$file" -o "$folder/new.json" --force --quiet \
      --threads 1 --runs 10
    kept=$folder/$name.json
    if [[ ! -f $kept ]] ||
      (($(whole_ns "$folder/new.json") < $(whole_ns "$kept"))); then
      mv "$folder/new.json" "$kept"
    fi
    [[ $file == "$model" ]] || rm "$file"
  done
done
rm -f "$folder/new.json"
"$dnncut" fit "$folder"/*.json
