#!/usr/bin/env bash
# A tar of a whole system (`tar -C tree -cf root.tar .`, or what mmdebstrap writes) into squashfs: whose is `/`, and who may
# write to it?
#
# Versions  squashfs-tools 1:4.5.1-1 (Debian 12, pinned below), GNU tar of the system.
# Source    mksquashfs(1): "-tar: read uncompressed tar file from standard in", "-root-mode: set root directory permissions",
#           "-root-uid: set root directory owner", likewise -root-gid and -root-time. sqfstar in the maker's
#           Documentation/4.5.1/README: "Tar files do not supply a definition for the root directory", and examples of
#           -root-uid 0 and -root-mode 0755. https://github.com/plougher/squashfs-tools/blob/4.5.1/squashfs-tools/tar.c
# Expected  A tar made of `.` does supply one: its first entry is `./`, with mode, owner and time. The image has that root.
#           And where it has not, the four options say what it is, as they do for an image of a folder.
# Seen      The entry `./` is ignored (one line on the standard error even with -quiet, exit code 0) and the root is made up:
#           mode 0777, of whoever packs, at the time of packing; all below it is as in the tar. Of the four options only
#           -root-mode does anything with a tar. -root-uid, -root-gid and -root-time are taken without a word and have no
#           effect, in mksquashfs and in sqfstar. (tar.c of 4.6.1 looks at all four; it still ignores `./`.) What is left
#           for the owner is to pack as root, or under `unshare -r`; for the time, SOURCE_DATE_EPOCH.
# Matters   Who copies such an image to a disk has a system in whose `/` everybody may write. And a build that may run as
#           any user gives `/` to that user's number, which in the image is somebody else's, with another hash for each.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q -q -o APT::Sandbox::User=root download squashfs-tools=1:4.5.1-1 liblzo2-2
for package in *.deb; do dpkg -x "$package" tools; done
PATH=$work/tools/usr/bin:$PATH
export LD_LIBRARY_PATH=$work/tools/lib/x86_64-linux-gnu:$work/tools/usr/lib/x86_64-linux-gnu
unset SOURCE_DATE_EPOCH
mkdir -m 0755 tree tree/etc
echo hall > tree/etc/hostname
tar -C tree --numeric-owner --owner=4 --group=5 --mtime=@86400 -cf root.tar .

told=(-root-mode 0755 -root-uid 4 -root-gid 5 -root-time 86400)
mksquashfs - tar -tar -quiet -no-progress < root.tar 2> said
mksquashfs - tar-told -tar -quiet -no-progress "${told[@]}" < root.tar 2> /dev/null
sqfstar -quiet -no-progress sqfstar < root.tar 2> /dev/null
sqfstar -quiet -no-progress "${told[@]}" sqfstar-told < root.tar 2> /dev/null
mksquashfs tree folder-told -quiet -no-progress "${told[@]}"
what() { unsquashfs -lln -UTC "$1" | awk -v name="squashfs-root${2:-}" '$NF == name { print $1, $2, $4 }'; }
echo "mksquashfs, of a valid tar: $(cat said)"
echo "the tar says of ./      $(tar --numeric-owner --utc -tvf root.tar | awk '$NF == "./" { print $1, $2, $4 }')"
for image in tar tar-told sqfstar sqfstar-told folder-told; do printf '%-13s has root %s and etc %s\n' "$image" "$(what $image)" "$(what $image /etc)"; done

over() { echo "$1: this finding is over" >&2; exit 1; }
[ "$(what folder-told)" = "drwxr-xr-x 4/5 1970-01-02" ] || over "the options do not do for a folder what they say"
for image in tar sqfstar; do
	[ "$(what $image /etc)" = "drwxr-xr-x 4/5 1970-01-02" ] || over "etc in $image is not as in the tar"
	[[ $(what $image) = "drwxrwxrwx $(id -u)/$(id -g) "* && $(what $image) != *1970-01-02 ]] || over "the root of $image is another one"
	[[ $(what $image-told) = "drwxr-xr-x $(id -u)/$(id -g) "* && $(what $image-told) != *1970-01-02 ]] || over "owner or time of the root of $image can be told"
done
echo "as seen: the root is made up, anybody may write to it, and only its mode can be told"
