# SPDX-License-Identifier: Apache-2.0
# The steps of tools/test: each prints one line with its time, keeps its output in build/logs/, and adds its
# test cases to the total. Sourced.
# shellcheck shell=bash

# Those of `rockpool test --proxy-mode`, the default first.
# shellcheck disable=SC2034  # used by tools/test
proxy_modes=(userspace iptables ipvs nftables)

total_passed=0 total_failed=0 broken=()
wanted_groups=("${@}") group_on=0
started=$SECONDS

# No suite takes half of this on two cores: one that does hangs.
suite_minutes_max=25
# How long a build takes depends on the machine and on what it has compiled before. But no single compilation takes
# half of this, and each says when it ends: a build that says nothing for so long hangs.
build_silent_seconds_max=1200
step_pid= group_build_failed=
trap '[ -z "$step_pid" ] || kill "$step_pid"; exit 130' INT TERM

# group NAME: begins a group of steps and sets up what it needs; skipped when others were asked for.
group() {
  group_on=0
  [ ${#wanted_groups[@]} = 0 ] || [[ " ${wanted_groups[*]} " == *" $1 "* ]] || return 0
  group_on=1 group_build_failed=
  local parts
  case $1 in
    native | asan) parts=(native) ;;
    serve) parts=(window kubectl clients) ;;
    wasm) parts=(wasm) ;;
    js) parts=(wasm clients) ;;
    *) parts=(browser) ;;
  esac
  tools/setup "${parts[@]}"
}

# No file of tests takes a third of this on two busy cores: one that does hangs. It is stopped and named, and
# the files after it still run.
node_file_seconds_max=600

# node_tests FOLDER [OPTION…]: every *_test.mjs of a folder under Node's own test runner.
node_tests() {
  local folder=$1
  shift
  node --test --test-timeout=$((node_file_seconds_max * 1000)) --test-reporter=tap "$@" "$folder"/*_test.mjs
}

# same_digests PATH [OPTION…]: runs the scenarios of a folder natively and as Wasm; a case passes if the history of
# its cluster has the same digest on both, whether the scenario itself passes or not.
same_digests() {
  local native=$logs/digests-native.txt wasm=$logs/digests-wasm.txt
  [ -x build/native/rockpool ] || build_preset native rockpool
  rm -f "$native" "$wasm"
  build/native/rockpool test "$@" --digests "$native" || true
  wasm_program rockpool test "$@" --digests "$wasm" || true
  awk '
    FNR == NR { native[$1] = $2; next }
    { wasm[$1] = $2 }
    END {
      for (file in native) {
        if (native[file] == wasm[file]) { ++passed; continue }
        ++failed
        print file ": " native[file] " natively, " (wasm[file] ? wasm[file] : "nothing") " as Wasm"
      }
      print passed + 0 " passed, " failed + 0 " failed"
      exit failed > 0
    }' "$native" "$wasm"
}

# Steps run in a shell of their own.
export -f build_preset wasm_program node_tests same_digests
export root logs node_file_seconds_max

# count_cases LOG: "PASSED FAILED", from the last summary of doctest, of Node's TAP, or a plain
# "N passed, N failed" line.
count_cases() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^\[doctest\] test cases:/ { split($0, part, "|"); passed = part[2] + 0; failed = part[3] + 0; found = 1 }
    /^# pass [0-9]+$/ { passed = $3; found = 1 }
    /^# fail [0-9]+$/ { failed = $3 }
    /^# cancelled [0-9]+$/ { failed += $3 }
    /^[0-9]+ passed, [0-9]+ failed/ { passed = $1; failed = $3; found = 1 }
    END { if (found) print passed + 0, failed + 0 }'
}

# stop_when_silent PID LOG: ends the process when its log has not grown for build_silent_seconds_max.
stop_when_silent() {
  while sleep 1 && kill -0 "$1" 2>/dev/null; do
    [ $(($(date +%s) - $(stat -c %Y "$2"))) -lt $build_silent_seconds_max ] && continue
    echo "stopped: it said nothing for $build_silent_seconds_max seconds" >>"$2"
    kill "$1"
    return
  done
}

# run_step MINUTES LABEL COMMAND…: runs it into its log, for so many minutes at most, or for any time if 0; sets
# step_log, step_status and step_seconds.
run_step() {
  local minutes_max=$1 label=$2 begin=$SECONDS
  shift 2
  mkdir -p "$logs"
  step_log="$logs/$(echo "$label" | tr -cs 'A-Za-z0-9' '-' | sed 's/-$//').log"
  step_status=0
  timeout --kill-after=10s "${minutes_max}m" bash -euo pipefail -c '"$@"' step "$@" \
    >"$step_log" 2>&1 </dev/null &
  step_pid=$!
  [ "$minutes_max" != 0 ] || stop_when_silent $step_pid "$step_log" &
  wait $step_pid || step_status=$?
  step_pid=
  step_seconds=$((SECONDS - begin))
  if [ $step_status = 124 ]; then echo "stopped: it took more than $minutes_max minutes" >>"$step_log"; fi
}

# why_failed LOG: the failed tests of Node's TAP, each with what it says of itself, but for those that only
# hold others; of another log its end.
why_failed() {
  local found
  found=$(awk '
    /^ *not ok / { block = $0 "\n"; inside = 1; holder = 0; next }
    inside && /failureType: .subtestsFailed/ { holder = 1 }
    inside && /^ *(duration_ms|location|code|stack|failureType):/ { stack = /stack:/; next }
    inside && /^ *\.\.\.$/ { if (!holder) printf "%s", block; inside = 0; stack = 0; next }
    inside && !stack && !/^ *---$/ { block = block $0 "\n" }' "$1")
  if [ -n "$found" ]; then head -n 80 <<<"$found"; else tail -n 40 "$1"; fi
}

# report LABEL RESULT: the step's one line, and what its log says of it when it went wrong.
report() {
  printf '%-34s %-28s %4d s\n' "$1" "$2" "$step_seconds"
  [ "$2" = ok ] || [[ "$2" == *" 0 failed" ]] && [ "$step_status" = 0 ] && return 0
  echo "---- from ${step_log#"$root"/}:"
  why_failed "$step_log" | sed 's/^/    /'
  echo "----"
}

# build LABEL PRESET [TARGET…]: a step without test cases; when it fails, so do the suites of its group.
build() {
  [ $group_on = 1 ] || return 0
  local label="build: $1"
  shift
  run_step 0 "$label" build_preset "$@"
  if [ "$step_status" = 0 ]; then
    report "$label" ok
  else
    report "$label" "FAILED"
    group_build_failed=1 total_failed=$((total_failed + 1)) broken+=("$label")
  fi
}

# suite LABEL COMMAND…: a step that prints how many of its cases passed and failed; printing none is failing.
suite() {
  [ $group_on = 1 ] || return 0
  local label=$1 passed=0 failed=0 counts
  shift
  if [ -n "$group_build_failed" ]; then
    step_status=0 step_seconds=0
    echo "$label: not run, its build failed"
    broken+=("$label")
    return 0
  fi
  run_step "$suite_minutes_max" "$label" "$@"
  counts=$(count_cases "$step_log")
  [ -z "$counts" ] || read -r passed failed <<<"$counts"
  if [ "$((passed + failed))" = 0 ]; then
    echo "no test cases were reported" >>"$step_log"
    step_status=1
  fi
  [ "$step_status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
  total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
  report "$label" "$passed passed, $failed failed"
  [ "$failed" = 0 ] || broken+=("$label")
}

# suite_in PATTERN LABEL COMMAND…: a suite whose tests are the files of that pattern, if there are any yet.
suite_in() {
  local pattern=$1
  shift
  if compgen -G "$pattern" >/dev/null; then suite "$@"; fi
}

# finish: the total, as the last line but for what failed; exits.
finish() {
  local failed
  for failed in "${broken[@]}"; do echo "failed: $failed"; done
  echo "took $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
  echo "$total_passed passed, $total_failed failed"
  [ ${#broken[@]} = 0 ] && [ "$total_failed" = 0 ] && [ "$total_passed" -gt 0 ]
  exit
}
