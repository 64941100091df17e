#!/bin/sh
# Makes the disk image from build/package/program/Gridbrush.app: dmg.sh VERSION
#
# GRIDBRUSH_SIGN_AS names the Developer ID; PyInstaller has signed the bundle with it. With
# GRIDBRUSH_NOTARY (a profile of `notarytool store-credentials`) bundle and image are notarised.
# Without either the image is for trying out: macOS will warn about it.
set -eu
cd "$(dirname "$0")/../.."
version=$1
app=build/package/program/Gridbrush.app
image=dist/Gridbrush-$version-$(uname -m).dmg
mkdir -p dist

if [ -n "${GRIDBRUSH_SIGN_AS:-}" ]; then
    codesign --verify --deep --strict=symlinks --verbose=1 "$app"
fi
if [ -n "${GRIDBRUSH_NOTARY:-}" ]; then
    ditto -c -k --keepParent "$app" build/package/app.zip
    xcrun notarytool submit build/package/app.zip --keychain-profile "$GRIDBRUSH_NOTARY" --wait
    xcrun stapler staple "$app"
    codesign --verify --deep --strict=symlinks --check-notarization "$app"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
rm -f "$image"
# Now and then the system still holds the volume of the last try.
tries=0
until hdiutil create -quiet -volname "Gridbrush $version" -srcfolder "$folder" -format ULMO "$image"; do
    tries=$((tries + 1))
    [ "$tries" -lt 5 ] || exit 1
    sleep 5
done
if [ -n "${GRIDBRUSH_SIGN_AS:-}" ]; then
    codesign --sign "$GRIDBRUSH_SIGN_AS" --timestamp "$image"
fi
if [ -n "${GRIDBRUSH_NOTARY:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$GRIDBRUSH_NOTARY" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
