#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures how well "dnncut fit" predicts times on this machine. Profiles each model
# several times with one thread, in turn, and keeps the profile with the shortest
# run, because other work disturbed it least. Then prints what "dnncut fit" says,
# which knows what the runtime fused; and what an estimate says, which knows the
# model only: by a machine that is fitted to all models, and by one that is fitted
# to all others.
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
profiles=$folder/profiles
mkdir "$profiles"

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
    kept=$profiles/$name.json
    if [[ ! -f $kept ]] ||
      (($(whole_ns "$folder/new.json") < $(whole_ns "$kept"))); then
      mv "$folder/new.json" "$kept"
    fi
    [[ $file == "$model" ]] || rm "$file"
  done
done
"$dnncut" fit "$profiles"/*.json -o "$folder/all.json"

# estimate MODEL_FILE MACHINE: prints the time of the whole model in ns.
estimate() {
  "$dnncut" inspect "$1" --device "$2" --json 2>/dev/null | python3 -c '
import json, sys
print(sum(row["ns"] for row in json.load(sys.stdin)["costs"]))'
}

echo
echo "estimates      measured ms  fitted to all  fitted to others"
for model in "$@"; do
  name=$(basename "$model" .onnx)
  file=$model
  if [[ ! -f $model ]]; then
    file=$folder/$name.onnx
    "$dnncut" example "$name" --light -o "$file" >/dev/null
  fi
  mapfile -t others < <(find "$profiles" -name '*.json' ! -name "$name.json")
  "$dnncut" fit "${others[@]}" -o "$folder/others.json" --force >/dev/null 2>&1
  python3 - "$name" "$(whole_ns "$profiles/$name.json")" \
    "$(estimate "$file" "$folder/all.json")" \
    "$(estimate "$file" "$folder/others.json")" <<'END'
import sys
name, measured, to_all, to_others = sys.argv[1], *map(int, sys.argv[2:])
print(f"{name:18} {measured / 1e6:7.3f}", *(
    f"{ns / 1e6:9.3f} {100 * (ns / measured - 1):+6.1f} %"
    for ns in (to_all, to_others)))
END
done
