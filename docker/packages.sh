#!/bin/sh
# Installs what is missing of Debian 12's packages: `packages.sh serve` (a MariaDB runs elsewhere), `run`, `build` (to
# compile), `test` (everything).
# Prints nothing and asks no server when all is there. --list only names them.
set -eu

serve="mariadb-client ca-certificates tzdata curl libmicrohttpd12 libmariadb3 libjansson4 libsodium23
  libargon2-1 libcurl4 libmd4c-html0 libgumbo1 libutf8proc2 zlib1g libssl3 libpcre2-8-0 libqrencode4"
run="$serve mariadb-server-core"
build="build-essential cmake ninja-build pkg-config gettext libmicrohttpd-dev libmariadb-dev libjansson-dev
  libsodium-dev libargon2-dev libcurl4-openssl-dev libmd4c-html0-dev libmd4c-dev libgumbo-dev libutf8proc-dev
  zlib1g-dev libssl-dev libpcre2-dev libqrencode-dev"
test="libcmocka-dev python3 python3-pytest python3-aiosmtpd ffmpeg clang libclang-rt-14-dev clang-format chromium
  fonts-dejavu-core wrk binutils git openssl buildah debootstrap docker-compose caddy"

case "${1:-}" in
serve) wanted=$serve ;;
run) wanted=$run ;;
build) wanted="$run $build" ;;
test) wanted="$run $build $test"
  command -v node >/dev/null 2>&1 || wanted="$wanted nodejs"
  command -v npm >/dev/null 2>&1 || wanted="$wanted npm" ;;
*) echo "usage: packages.sh serve|run|build|test [--list]" >&2; exit 2 ;;
esac
if [ "${2:-}" = "--list" ]; then
  echo $wanted
  exit 0
fi

missing=
for package in $wanted; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null 2>&1 || {
    echo "These packages are missing and you are not root:$missing" >&2
    echo "As root, run: apt-get update && apt-get install$missing" >&2
    exit 1
  }
  as_root=sudo
fi
echo "Installing:$missing" >&2
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
