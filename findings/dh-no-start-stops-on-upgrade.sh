#!/usr/bin/env bash
# A package ships a service and leaves its start to the administrator: `dh_installsystemd --no-start`. What do an upgrade
# and a removal do to the service that the administrator started?
#
# Versions  debhelper 13.11.4 with compat level 13 (Debian 12, pinned below).
# Source    dh_installsystemd(1): "--no-start: Do not start the unit file after upgrades and after initial installation";
#           "--restart-after-upgrade: Do not stop the unit file until after the package upgrade has been completed. This is
#           the default behaviour in compat 10". https://manpages.debian.org/bookworm/debhelper/dh_installsystemd.1.en.html
# Expected  The option is about starting: an upgrade leaves the service as it was (or tries a restart, the default being
#           what it is), and a removal stops it, as a removal does without the option.
# Seen      The reverse of both. An upgrade stops the running service and nothing starts it again: `--no-start` silently
#           takes back the default `--restart-after-upgrade`, so the stop before an upgrade returns without its start. A
#           removal does not stop it: the program runs on without its files. `--no-stop-on-upgrade` mends the first,
#           `--restart-after-upgrade` makes it a try-restart; no option of the tool beside `--no-start` mends the second.
# Matters   A machine in use goes dark at an upgrade and stays so until somebody starts it by hand; and a removed server
#           goes on answering. Neither is seen at a first installation.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q -q -o APT::Sandbox::User=root download debhelper=13.11.4 libdebhelper-perl=13.11.4 libdpkg-perl dpkg-dev
for package in *.deb; do dpkg -x "$package" tools; done
export DEB_RULES_REQUIRES_ROOT=no PERL5LIB=$work/tools/usr/share/perl5 DH_AUTOSCRIPTDIR=$work/tools/usr/share/debhelper/autoscripts
PATH=$work/tools/usr/bin:$PATH
# In place of systemd, for the maintainer scripts: programs that note what they are asked.
mkdir calls running
for name in deb-systemd-invoke deb-systemd-helper systemctl; do
	printf '#!/bin/sh\ncase "$0 $1" in *invoke*) printf "%%s " "$1" >> "%s/done";; esac\n' "$work" > "calls/$name"
	chmod +x "calls/$name"
done

run() { # SCRIPT ARGUMENTS: a maintainer script, on a machine that runs systemd
	[ -e "debian/hall/DEBIAN/$1" ] || return 0
	sed -i "s,/run/systemd/system,$work/running,g" "debian/hall/DEBIAN/$1"
	PATH=$work/calls:$PATH sh -e "debian/hall/DEBIAN/$1" "${@:2}"
}
told() { tr -d '\n' < "$work/done"; : > "$work/done"; }
: > done
try() { # EXPECTED OPTIONS
	rm -rf "$work/source"; mkdir -p "$work/source/debian"; cd "$work/source"
	printf 'Source: hall\nMaintainer: N <n@example.org>\nBuild-Depends: debhelper-compat (= 13)\n\nPackage: hall\nArchitecture: all\nDescription: x\n x\n' > debian/control
	printf 'hall (2) unstable; urgency=low\n\n  * x\n\n -- N <n@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n' > debian/changelog
	printf '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n' > debian/hall.service
	dh_installsystemd "${@:2}"
	dh_installdeb
	local seen
	run preinst install; run postinst configure ''; seen="installed: $(told)"
	run prerm upgrade 2; run preinst upgrade 1 2; run postrm upgrade 2; run postinst configure 1; seen+="| upgraded: $(told)"
	run prerm remove; run postrm remove; seen+="| removed: $(told)"
	local options=${*:2}
	printf '%-36s %s\n' "${options:-(no option)}" "$seen"
	[ "${seen% }" = "$1" ] || { echo "not as seen, which was: $1" >&2; exit 1; }
}
try 'installed: start | upgraded: restart | removed: stop'
try 'installed: | upgraded: stop | removed:' --no-start
try 'installed: | upgraded: stop | removed:' --no-enable --no-start
try 'installed: | upgraded: | removed:' --no-start --no-stop-on-upgrade
try 'installed: | upgraded: try-restart | removed:' --no-start --restart-after-upgrade
echo "as seen: with --no-start alone an upgrade stops the service for good, and a removal does not stop it"
