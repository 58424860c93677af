#!/bin/sh
# Two schools on this machine: installs what is missing, builds, and becomes the program, which starts a private MariaDB
# in the data directory, creates the schools if they are not there yet, and serves until Ctrl-C.
set -eu
cd "$(dirname "$0")"

port=8080 data=var/demo install=yes
usage() {
  echo "usage: ./demo.sh [--port N] [--data DIR] [--no-install]"
}
while [ $# -gt 0 ]; do
  case "$1" in
  --port) port=${2:?--port needs a number}; shift 2 ;;
  --data) data=${2:?--data needs a directory}; shift 2 ;;
  --no-install) install=no; shift ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
  esac
done

[ $install = no ] || sh docker/packages.sh build
log=build/demo-build.log
mkdir -p build
if ! { [ -f build/build.ninja ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release; } >"$log" 2>&1 ||
  ! cmake --build build --target preau >>"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "The build failed; the whole log is in $log." >&2
  exit 1
fi
exec build/preau demo --data "$data" --port "$port" --content src/app/demo
