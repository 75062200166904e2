#!/bin/sh
# SPDX-License-Identifier: MIT
# packaging.sh DIR: make the Debian packages in DIR, install them into a clean root, and work with them there.
#
# The root holds the files of the essential packages and of what almoner's package depends on, taken from this machine, and nothing else; dpkg's
# database there knows exactly these.  So it is dpkg that says whether the dependencies are met, and the loader whether they are right: a library that
# was forgotten is not there.  Not shown: that the same holds for packages of other versions than this machine's.
set -eu
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
here=$source_dir/tests/packaging
. "$source_dir/tests/packages.sh"
mkdir -p "$1"
dir=$(cd "$1" && pwd)
if [ "$(id -u)" -ne 0 ]; then
    echo "packaging.sh: a root of its own takes the rights of root; skipped" >&2
    exit 77
fi
fail()
{
    echo "packaging.sh: $*" >&2
    exit 1
}
same()
{
    diff -u "$1" "$2" || fail "$1 and $2 differ"
}

# ---- the packages ----

export CMAKE_BUILD_PARALLEL_LEVEL=1 # ctest runs other tests beside it
build_in "$dir" OFF '' -DCMAKE_INSTALL_PREFIX=/usr -DALMONER_WERROR=ON
rm -f "$dir"/*.deb
(cd "$dir" && cpack >cpack.log 2>&1) || { cat "$dir/cpack.log"; exit 1; }
main=$(echo "$dir"/almoner_*.deb) dev=$(echo "$dir"/almoner-dev_*.deb)
if [ ! -f "$main" ] || [ ! -f "$dev" ]; then fail "not two packages: $main $dev"; fi

work=$(mktemp -d "$dir/work.XXXXXX") # not in a file system without devices
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
root=$work/root
cd "$work"

for deb in "$main" "$dev"; do
    dpkg-deb --contents "$deb" >contents
    # Files are root's, are written by nobody else, and lie where packages may put them.
    awk '$2 != "root/root" || $1 !~ /^(d|-)rw[x-]r-[x-]r-[x-]$/ || $6 !~ /^\.\/(usr|etc)\// || $6 ~ /^\.\/usr\/local/' contents >strange
    [ ! -s strange ] || { cat strange; fail "strange files in $deb"; }
    dpkg-deb --field "$deb" Package Version Architecture Maintainer Description Section Depends >fields
    [ "$(grep -c '^[A-Z]' fields)" = 7 ] || { cat fields; fail "fields are missing in $deb"; }
done
dpkg-deb --extract "$main" extracted
find extracted -type f \( -name '*.so' -o -path '*/bin/*' \) -exec file {} + >kinds
if grep -v 'ELF .*, stripped$' kinds; then fail 'not stripped'; fi
(cd extracted && find etc -type f | sed 's|^|/|' | sort) >settings
dpkg-deb --ctrl-tarfile "$main" | tar -xO ./conffiles | sort >conffiles
same settings conffiles
if command -v systemd-analyze >/dev/null; then
    # The unit's program and user are not on this machine.
    sed -e 's|^ExecStart=/usr/bin/almoner|ExecStart=/bin/true|' -e '/^\(User\|Group\)=/d' -i extracted/usr/lib/systemd/system/*.service
    systemd-analyze verify extracted/usr/lib/systemd/system/almoner-*.timer extracted/usr/lib/systemd/system/almoner-*.service 2>verified || true
    if grep almoner verified | grep -v "Command 'man almoner"; then fail 'systemd finds faults in the units'; fi
fi

# ---- a clean root ----

mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/dev" "$root/proc" "$root/tmp" "$root/var/lib/dpkg/info" \
    "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/triggers" "$root/var/log"
for folder in bin sbin lib lib64; do
    ln -s "usr/$folder" "$root/$folder"
done
depends=$(dpkg-deb --field "$main" Depends | tr ',' '\n' | awk '{ print $1 }')
# shellcheck disable=SC2086
perl "$here/closure.pl" "$root/var/lib/dpkg/status" $depends >packages
while read -r package; do
    dpkg -L "$package"
    cp "/var/lib/dpkg/info/$package.list" "$root/var/lib/dpkg/info/" 2>/dev/null || cp /var/lib/dpkg/info/"$package":*.list "$root/var/lib/dpkg/info/"
done <packages | grep -Ev '^/(\.|bin|sbin|lib|lib64)?$|^/usr/share/(doc|man|locale|info|lintian|bug)/' | sort -u |
    while read -r file; do
        if [ -e "$file" ] || [ -L "$file" ]; then echo "${file#/}"; fi
    done >files
tar -C / --no-recursion -cf - -T files | tar -C "$root" --keep-directory-symlink -xf -
cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
mknod -m 666 "$root/dev/null" c 1 3 2>/dev/null || : >"$root/dev/null"
echo "the root holds $(wc -l <packages) packages, $(du -sm "$root" | cut -f 1) MiB"

in_root()
{
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/ chroot "$@"
}
# As the user whom the package made; root needs only to install and to edit settings.
almoner()
{
    in_root --userspec=almoner:almoner "$root" almoner "$@"
}

# A machine that leaves manual pages out of its own installation is not asked whether this one may.
dpkg_in_root()
{
    dpkg --root="$root" --path-include='/usr/share/*' "$@"
}

# ---- installing ----

# The kit without the program: dpkg says no.
if dpkg_in_root --install "$dev" >dpkg.log 2>&1; then fail 'almoner-dev installs without almoner'; fi
grep -q 'depends on almoner (= ' dpkg.log || { cat dpkg.log; fail 'almoner-dev fails for another reason'; }
dpkg_in_root --purge almoner-dev >/dev/null 2>&1
dpkg_in_root --install "$main" "$dev" >dpkg.log 2>&1 || { cat dpkg.log; fail 'the packages do not install'; }
for package in almoner almoner-dev; do
    [ "$(dpkg-query --root="$root" -W -f '${Status}' "$package")" = 'install ok installed' ] || fail "$package is not installed"
done
[ "$(stat -c %a "$root/var/lib/almoner")" = 700 ] || fail 'the state folder is open to others'
for file in usr/include/almoner/plugin.h usr/share/man/man1/almoner.1.gz usr/share/man/man5/almoner.ini.5.gz usr/share/man/man1/almoner-parcels.1.gz \
    usr/share/bash-completion/completions/almoner usr/share/zsh/vendor-completions/_almoner usr/share/fish/vendor_completions.d/almoner.fish \
    usr/lib/*/pkgconfig/almoner-plugin.pc usr/lib/*/cmake/Almoner/AlmonerConfig.cmake usr/lib/systemd/system/almoner-verify.timer usr/lib/systemd/system/almoner-seal.timer; do
    # shellcheck disable=SC2086 # a * stands for the machine's kind
    [ -s "$(echo $root/$file)" ] || fail "no $file"
done

# ---- working ----

in_root "$root" almoner -q programme disable parcels
if almoner -q programme enable parcels 2>/dev/null; then fail 'anybody can change the settings'; fi
in_root "$root" almoner programme enable parcels
almoner init
# Days of the campaign, by the zones that the package depends on.
sed -i 's|^; time_zone =.*|time_zone = Asia/Tehran|' "$root/etc/almoner/almoner.ini"
almoner -q area add 15 --name لرستان --kind province
almoner -q body add hamdeli --name 'بنیاد همدلی'
almoner -q body add yari --name 'کمیته یاری'
almoner -q person add --household H1 --relation head --given_name علی --family_name حسینی --area 15
almoner delivery record parcels --household H1 --body hamdeli
got=0
almoner -q delivery record parcels --household H1 --body yari 2>/dev/null || got=$?
[ "$got" = 1 ] || fail "a second parcel by another body: exit $got"
almoner report --output csv | sed 1d | cut -d, -f1-6 >got
echo parcels,1,parcels,1,1,1 >want
same want got
for service in seal verify; do
    # What the timer runs, as the user that it runs it as.
    sed -n 's|^ExecStart=/usr/bin/almoner ||p' "$root/usr/lib/systemd/system/almoner-$service.service" >commands
    while read -r words; do
        # shellcheck disable=SC2086
        almoner $words </dev/null
    done <commands
done
almoner doctor >doctor || { cat doctor; fail 'the doctor is not content'; }
grep -q 'Asia/Tehran, UTC+03:30' doctor || { cat doctor; fail 'no time zone'; }

# ---- upgrading, removing ----

cp "$root/etc/almoner/programmes/parcels.ini" edited.ini
echo '; a remark' >>edited.ini
cp edited.ini "$root/etc/almoner/programmes/parcels.ini"
dpkg_in_root --install "$main" >dpkg.log 2>&1 </dev/null || { cat dpkg.log; fail 'it does not install again'; }
same edited.ini "$root/etc/almoner/programmes/parcels.ini"
almoner -q audit verify
dpkg_in_root --purge almoner-dev almoner >dpkg.log 2>&1 || { cat dpkg.log; fail 'it does not go'; }
[ -s "$root/var/lib/almoner/almoner.db" ] || fail 'a purge took the ledger away'
find "$root/usr" "$root/etc" -name '*almoner*' >left
[ ! -s left ] || { cat left; fail 'something is left behind'; }
echo 'The packages install, work, and go.'
