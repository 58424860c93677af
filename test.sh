#!/bin/bash
# Installs what is missing, builds, and runs every test; or only the suites named: ./test.sh unit wire …
#   unit     C tests of each room, under ASan and UBSan
#   house    rules about the tree itself: layers, translations, formatting, hardening of the release program
#   wire     HTTP to the real server (ASan build) on a real MariaDB
#   clients  frappe-js-sdk and frappe-ui as npm has them, against the real server
#   browser  the pages in headless Chromium
#   image    the container image, built without a Docker engine, its program under wire tests; the compose files (as root)
#   fuzz     replay of the corpus, then 20,000 inputs of libFuzzer per target; FUZZ_SECONDS=60 for as long as you like
# Long forms, not part of the default: tsan (wire under ThreadSanitizer), bench (ratios; needs a quiet machine).
# Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")"
suites=${*:-unit house wire clients browser image fuzz}
sh docker/packages.sh test || exit 1

passed=0 failed=0
logs=build-test/logs
mkdir -p $logs

count() { # count <passed> <failed>
  passed=$((passed + ${1:-0}))
  failed=$((failed + ${2:-0}))
}
build() { # build <type> <directory> <targets…>
  local type=$1 dir=$2
  shift 2
  { cmake -S . -B "$dir" -G Ninja -DCMAKE_BUILD_TYPE="$type" ${CC_CHOICE:-} && cmake --build "$dir" --target "$@"; } \
    >"$logs/build-$type.log" 2>&1 && return 0
  tail -n 40 "$logs/build-$type.log"
  echo "build $type failed"
  count 0 1
  return 1
}
sanitizers() {
  export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
}
cmocka() { # cmocka <program>: its own counts, or one failure if it died
  local log
  log=$logs/$(basename "$1").log
  "$1" >"$log" 2>&1
  local status=$?
  local ok bad
  ok=$(grep -c '^\[       OK \]' "$log")
  bad=$(grep -c '^\[  FAILED  \] [^0-9]' "$log")
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  echo "$(basename "$1"): $ok passed, $bad failed"
  [ "$bad" -eq 0 ] || tail -n 40 "$log"
  count "$ok" "$bad"
}
pytest() { # pytest <name> <paths…>
  local name=$1
  shift
  /usr/bin/python3 -m pytest -q -rs -p no:cacheprovider "$@" 2>&1 | tee "$logs/$name.log" | tail -n 60
  tally "$name"
}
tally() { # tally <name>: what pytest said in its log; saying nothing is one failure
  local summary ok bad errors
  summary=$(grep -E '(passed|failed|error|skipped).* in [0-9.]+s' "$logs/$1.log" | tail -n 1)
  ok=$(grep -oE '[0-9]+ passed' <<<"$summary" | grep -oE '[0-9]+')
  bad=$(grep -oE '[0-9]+ failed' <<<"$summary" | grep -oE '[0-9]+')
  errors=$(grep -oE '[0-9]+ error' <<<"$summary" | grep -oE '[0-9]+')
  [ -n "$summary" ] || errors=1
  count "${ok:-0}" $((${bad:-0} + ${errors:-0}))
}

suite_unit() {
  build Asan build-test/asan preau units || return
  sanitizers
  for program in build-test/asan/unit_*; do
    [ -x "$program" ] && [ -f "$program" ] && cmocka "$program"
  done
}
suite_house() {
  build Release build preau || return
  PREAU=$PWD/build/preau pytest house tests/house
}
suite_wire() {
  build Asan build-test/asan preau || return
  sanitizers
  PREAU=$PWD/build-test/asan/preau pytest wire tests/wire
}
suite_clients() {
  build Asan build-test/asan preau || return
  (cd tests/clients && npm ci --no-audit --no-fund --loglevel=error) || { count 0 1; return; }
  sanitizers
  PREAU=$PWD/build-test/asan/preau pytest clients tests/clients
}
suite_image() {
  if [ "$(id -u)" != 0 ]; then
    echo "image: SKIPPED, an image is built as root"
    return
  fi
  tests/image.sh >"$logs/image.log" 2>&1
  tail -n 30 "$logs/image.log"
  tally image
}
suite_tsan() {
  build Tsan build-test/tsan preau || return
  sanitizers
  PREAU=$PWD/build-test/tsan/preau pytest tsan tests/wire
}
suite_browser() {
  build Release build preau || return
  (cd tests/browser && npm ci --no-audit --no-fund --loglevel=error) || { count 0 1; return; }
  PREAU=$PWD/build/preau pytest browser tests/browser
}
suite_fuzz() {
  sanitizers
  CC_CHOICE='-DCMAKE_C_COMPILER=clang -DPREAU_FUZZ=ON' build Asan build-test/fuzz fuzzers || return
  for target in build-test/fuzz/*_fuzz; do
    local name
    name=$(basename "$target")
    mkdir -p "tests/fuzz/corpus/$name" "build-test/corpus/$name"
    # Without FUZZ_SECONDS the same 20,000 inputs each time: what CI says of a commit does not depend on luck.
    local bound="-seed=1 -runs=20000 -max_total_time=30"
    [ -z "${FUZZ_SECONDS:-}" ] || bound="-max_total_time=$FUZZ_SECONDS"
    if "$target" $bound -timeout=5 -rss_limit_mb=2048 -artifact_prefix="build-test/$name-" \
      "build-test/corpus/$name" "tests/fuzz/corpus/$name" >"$logs/$name.log" 2>&1; then
      echo "$name: ok, $(grep -oE 'DONE +cov: [0-9]+' "$logs/$name.log" | tail -n 1)"
      count 1 0
    else
      tail -n 30 "$logs/$name.log"
      count 0 1
    fi
  done
}
suite_bench() {
  build Release build preau bench || return
  PREAU=$PWD/build/preau /usr/bin/python3 tests/bench/run.py && count 1 0 || count 0 1
}

for suite in $suites; do
  echo "== $suite"
  if declare -F "suite_$suite" >/dev/null; then
    "suite_$suite"
  else
    echo "unknown suite $suite"
    count 0 1
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
