# SPDX-License-Identifier: MIT
# What building and testing needs on Debian 12, and how the project is built; read by conf/demo/run.sh and tests/run.sh.

build_packages="gcc libc6-dev cmake ninja-build pkg-config libinih-dev libutf8proc-dev libcsv-dev libjansson-dev
    libsmartcols-dev libsodium-dev libqrencode-dev libsqlite3-dev libpq-dev tzdata"
postgres_packages=postgresql-15
test_packages="g++ libcmocka-dev abigail-tools bats jq perl sqlite3 $postgres_packages clang libclang-rt-14-dev valgrind groff-base mandoc zsh fish
    dpkg-dev file libicu-dev openssl"

# Install those of the packages that are not there; do nothing, and ask for no rights, when all are.
install_packages()
{
    command -v dpkg-query >/dev/null || return 0 # not a Debian: the build tells what it misses
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing, and there is no sudo to install them with:$missing" >&2
            return 77
        fi
        as_root=sudo
    fi
    # PostgreSQL is installed for its programs: the server that its package makes and starts by itself is not wanted.
    no_server=
    case $missing in
    *postgresql-[0-9]*)
        no_server=/etc/postgresql-common/createcluster.d/almoner-tests.conf
        $as_root mkdir -p "${no_server%/*}" && echo 'create_main_cluster = false' | $as_root tee "$no_server" >/dev/null || return
        ;;
    esac
    echo "Installing:$missing"
    installed=0
    $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing ||
        installed=$?
    [ -z "$no_server" ] || $as_root rm -f "$no_server"
    return $installed
}

# build_in DIR TESTS TARGETS [CMAKE OPTIONS ...]: configure DIR unless it is already configured (with the tests, where
# TESTS is ON), then build; TARGETS "" is all.
build_in()
{
    build_dir=$1 build_tests=$2 build_targets=$3
    shift 3
    if [ ! -f "$build_dir/CMakeCache.txt" ]; then
        cmake -G Ninja -S "$source_dir" -B "$build_dir" "-DALMONER_TESTS=$build_tests" "$@" || return
    elif [ "$build_tests" = ON ] && ! grep -q '^ALMONER_TESTS:BOOL=ON$' "$build_dir/CMakeCache.txt"; then
        cmake -S "$source_dir" -B "$build_dir" -DALMONER_TESTS=ON || return
    fi
    cmake --build "$build_dir" ${build_targets:+--target $build_targets}
}
