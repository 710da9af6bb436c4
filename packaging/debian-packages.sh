#!/bin/sh
# Installs the named Debian packages that are missing, or says which they are and how to get them.
set -eu
missing=""
for package in "$@"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  # shellcheck disable=SC2086
  exec apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi
echo "Missing:$missing. As root: apt-get install$missing (or what your system calls them)." >&2
exit 1
