#!/bin/bash
# Builds docker/Dockerfile where no Docker engine runs: buildah with chroot isolation, on a base made by debootstrap from the
# machine's own Debian mirror. Then the image's program, in a chroot of the image, is put through wire tests. Needs root.
# Called by ./test.sh image; ends with what pytest says.
set -eu
cd "$(dirname "$0")/.."
work=${1:-build-test/image}
mkdir -p "$work"
work=$(cd "$work" && pwd)
store=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
mounted=
leave() {
  [ -z "$mounted" ] || umount -R "$work/image/proc" "$work/image/dev" "$work/image/tmp" 2>/dev/null || true
  rm -rf "$work/storage" "$work/run"
}
trap leave EXIT

[ -d "$work/base/etc" ] || debootstrap --variant=minbase bookworm "$work/base" >"$work/debootstrap.log"
# A base whose apt goes the way this machine's goes.
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/auth.conf.d/*; do
  [ ! -f "$file" ] || install -D "$file" "$work/base$file"
done
base=$(buildah "${store[@]}" from --isolation chroot scratch)
buildah "${store[@]}" add --quiet "$base" "$work/base" / >/dev/null
buildah "${store[@]}" commit --quiet "$base" preau-base >/dev/null
buildah "${store[@]}" bud --isolation chroot --format docker --build-arg BASE=localhost/preau-base -f docker/Dockerfile -t preau . \
  >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log"; exit 1; }

image=$(buildah "${store[@]}" from --isolation chroot localhost/preau)
rm -rf "$work/image"
cp -a "$(buildah "${store[@]}" mount "$image")" "$work/image"
buildah "${store[@]}" inspect --type image localhost/preau >"$work/inspect.json"
mounted=yes
mount --bind /proc "$work/image/proc"
mount --bind /dev "$work/image/dev"
mount --bind /tmp "$work/image/tmp"
printf '#!/bin/sh\nexec chroot %s /usr/bin/preau "$@"\n' "$work/image" >"$work/preau"
chmod +x "$work/preau"
export PREAU=$work/preau PREAU_MARIADB=elsewhere PREAU_IMAGE=$work/image PREAU_INSPECT=$work/inspect.json
/usr/bin/python3 -m pytest -q -rs -p no:cacheprovider tests/image tests/wire/test_{setup,door,session,documents,lists}.py
