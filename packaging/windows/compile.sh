#!/bin/sh
# Compiles the installer for Windows from the built program: compile.sh [out|in]
#
# With `out` the uninstaller is left in build/package/uninstaller, to be signed; with `in` the signed
# one is taken from there.
set -eu
cd "$(dirname "$0")/../.."
root=$(cygpath -m "$PWD" 2>/dev/null || pwd)
makensis=$(command -v makensis || echo "/c/Program Files (x86)/NSIS/makensis.exe")
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' studio/__init__.py)
uninstaller=$root/build/package/uninstaller/uninstall.exe
case "${1:-}" in
    out) output=build/package/unsigned-setup.exe ;;
    *) output=dist/Gridbrush-$version-setup.exe ;;
esac
mkdir -p dist
"$makensis" -V2 -WX -DVERSION="$version" -DOUTPUT="$root/$output" \
    -DPROGRAM="$root/build/package/program/gridbrush" \
    -DICON="$root/build/package/icons/gridbrush.ico" \
    ${1:+-DFINISH_UNINSTALLER="python packaging/windows/uninstaller.py $1 $uninstaller"} \
    packaging/windows/gridbrush.nsi
