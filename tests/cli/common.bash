# SPDX-License-Identifier: MIT
# Shared by all command-line tests.  A test writes down what it runs and what came of it, all of it, and compares that with
# expected/FILE/NAME.txt; BLESS=1 writes those files instead, and what it wrote is then read before it is committed.

: "${ALMONER:?is the program to test; run the tests by ctest}" "${PLUGINS:?is the folder of its plug-ins}"
source_dir=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
. "$source_dir/tests/cli/store.bash"
export LC_ALL=C.UTF-8 TZ=Asia/Tehran
now=2020-12-05T09:00

# An installation of its own for each test, in the folder where the test runs.
setup()
{
    cd "$BATS_TEST_TMPDIR" || return
    umask 022
    mkdir programmes
    enable meals parcels stationery
    cat >almoner.ini <<INI
[almoner]
plugindir = $PLUGINS
state = state

$(store_ini)
INI
    export ALMONER_CONFIG=almoner.ini
    : >transcript
    store_name file
    store_empty
}

# enable PROGRAMME...: the settings that are shipped for it, enabled.  A test begins with three; so what another one is shipped with is not
# in the way of what it expects.
enable()
{
    local name
    for name in "$@"; do
        sed 's/^enabled = .*/enabled = yes/' "$source_dir/conf/programmes/$name.ini" >"programmes/$name.ini"
    done
}

# Ids, folders and versions of libraries are other ones each time.
steady()
{
    sed -E -e "s|$BATS_TEST_TMPDIR|SCRATCH|g" -e "s|$PLUGINS|PLUGINS|g" -e 's/\b[0-9]{15,19}\b/ID/g' \
        -e 's/SQLite [0-9.]+, SCRATCH.almoner\.db|PostgreSQL [0-9.]+, .* schema almoner/THE STORE/' -e 's/^(store size,)[0-9.]+ MiB/\1SOME/'
}

almoner()
{
    "$ALMONER" --now "$now" "$@"
}

# bound COMMAND: as somebody for whom the mode of a file counts: root, without what lets it pass over that.
bound()
{
    if [ "$(id -u)" = 0 ]; then
        setpriv --bounding-set=-all --inh-caps=-all "$@"
    else
        "$@"
    fi
}

store()
{
    almoner init --test 2>/dev/null
}

# step STATUS WORDS: run almoner and write down its words, output, messages (after !) and status, which has to be STATUS.
step()
{
    local want=$1 got=0
    shift
    printf '$ almoner' >>transcript
    [ $# = 0 ] || printf ' %q' "$@" | sed "s/\\\\ / /g; s/\\\\=/=/g" | steady >>transcript
    printf '\n' >>transcript
    almoner "$@" >out 2>err || got=$?
    { steady <out; steady <err | sed 's/^/! /'; [ "$got" = 0 ] || echo "exit $got"; } >>transcript
    [ "$got" = "$want" ] || { echo "exit $got where $want was expected; so far:"; cat transcript; return 1; }
}

# show WORDS: what another command says goes into the transcript too.
show()
{
    printf '$ %s\n' "$*" >>transcript
    "$@" 2>&1 | steady >>transcript
}

# as_expected NAME: the transcript is expected/FILE/NAME.txt.
as_expected()
{
    local file=$BATS_TEST_DIRNAME/expected/$(basename "$BATS_TEST_FILENAME" .bats)/$1.txt
    if [ -n "${BLESS:-}" ]; then
        mkdir -p "$(dirname "$file")"
        cp transcript "$file"
    fi
    diff -u "$file" transcript
}

# same FILE FILE: both are equal.
same()
{
    diff -u "$1" "$2"
}

# last_id: the newest delivery of the ledger.
last_id()
{
    almoner delivery list --output csv --limit 0 | sed 1d | cut -d, -f1 | sort -n | tail -n 1
}

# A county with two neighbourhoods, bodies, a group, a stage and five people in two households.
register()
{
    store
    cat >areas.csv <<'CSV'
code,parent,kind,name,name_latin
15,,province,لرستان,Lorestan
1503,15,county,خرم‌آباد,Khorramabad
150301,1503,neighbourhood,پشته,Poshteh
150302,1503,neighbourhood,گلدشت,Goldasht
CSV
    cat >bodies.csv <<'CSV'
code,name,kind
hamdeli,بنیاد همدلی,foundation
yari,کمیته یاری,committee
CSV
    cat >groups.csv <<'CSV'
code,name,body,area
G1,گروه نسیم,hamdeli,1503
CSV
    cat >stages.csv <<'CSV'
code,name,starts,ends
S1,پاییز,1399/07/01,1399/09/30
CSV
    cat >people.csv <<'CSV'
household,relation,national_id,given_name,family_name,birth_date,sex,mobile,area,school_grade
H1,head,1476174032,سیاوش,فتحی,1360/09/12,m,09073067779,150301,
H1,spouse,4590486385,اکرم,سپهوند,1362/04/25,f,,150301,
H1,child,3020672635,نازنین,فتحی,1390/02/03,f,,150301,3
H2,head,,علی,حسینی,1340/01/01,m,,150302,
H2,child,8209859935,مریم,حسینی,1386/05/05,f,,150302,7
CSV
    local noun
    for noun in area body group stage; do
        almoner -q "$noun" import ${noun%y}*s.csv
    done
    almoner -q person import people.csv
}
