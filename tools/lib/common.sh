# SPDX-License-Identifier: Apache-2.0
# What the tools share. Sourced, with errexit on; leaves the working directory at the repository's root.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
export ROCKPOOL_CACHE=${ROCKPOOL_CACHE:-$root/.cache}
export CCACHE_DIR=${CCACHE_DIR:-$ROCKPOOL_CACHE/ccache}
# Lets clones in different folders share what was compiled.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
logs=$root/build/logs

# The script that sources this, as it is called.
tool=tools/$(basename "$0")

# answer_help ARGUMENT…: when help is asked for, prints the comment that begins the script, and exits.
answer_help() {
  case ${1:-} in
    -h | --help) awk 'NR > 2 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$root/$tool"; exit 0 ;;
  esac
}

# refuse MESSAGE: the arguments are wrong.
refuse() {
  echo "$tool: $1 ($tool --help tells more)" >&2
  exit 2
}

# build_preset PRESET [TARGET…]: configures and builds one of the presets of CMakePresets.json.
build_preset() {
  local preset=$1
  shift
  cmake --preset "$preset" -DROCKPOOL_CACHE="$ROCKPOOL_CACHE"
  cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}

# wasm_program NAME ARGUMENT…: runs one of the wasm-node preset's programs under Node.
wasm_program() {
  local name=$1
  shift
  node tools/lib/run_wasm.mjs "build/wasm-node/$name.mjs" "$@"
}
