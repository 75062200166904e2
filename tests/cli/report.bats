#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A small campaign: its reports against a sum over its lists that shares nothing with almoner, and an audit that finds
# what was written past it.

load common

# The campaign is made and entered once; each test works on a copy of the store.
setup_file()
{
    : "${CAMPAIGN:?is the generator of campaigns}"
    export CAMPAIGN_DIR=$BATS_FILE_TMPDIR/campaign
    demo=$BATS_TEST_DIRNAME/../../conf/demo
    "$CAMPAIGN" --areas "$demo/areas.csv" --out "$CAMPAIGN_DIR" --people 760
    mkdir "$CAMPAIGN_DIR/programmes"
    cp "$demo/programmes/"*.ini "$CAMPAIGN_DIR/programmes"
    cp "$demo/areas.csv" "$CAMPAIGN_DIR"
    { sed -e "s|^plugindir = .*|plugindir = $PLUGINS|" -e '/^\[store/,$d' "$demo/almoner.ini"; store_ini; } >"$CAMPAIGN_DIR/almoner.ini"
    cd "$CAMPAIGN_DIR" || return
    export ALMONER_CONFIG=almoner.ini
    store_name campaign
    store_empty
    show()
    {
        "$ALMONER" -q --now 2021-06-01T09:00 "$@"
    }
    into()
    {
        local file=$1
        shift
        show "$@" >"$file"
    }
    . "$demo/enter.sh"
    show init --test
    prepare >/dev/null
    deliver 2>warnings
}

setup()
{
    cp -R "$CAMPAIGN_DIR" "$BATS_TEST_TMPDIR/c"
    cd "$BATS_TEST_TMPDIR/c" || return
    export ALMONER_CONFIG=almoner.ini
    now=2021-06-01T09:00
    store_name campaign
    case ${STORE:-}/$BATS_TEST_DESCRIPTION in
    postgres/by* | postgres/total* | postgres/json*) ;; # these only read
    postgres/*)
        store_keep "$BATS_TEST_NUMBER"
        store_name "campaign_$BATS_TEST_NUMBER"
        ;;
    esac
}

teardown_file()
{
    store_name campaign
    store_gone
}

# What report --by CUT has to say, from the lists alone: heading, deliveries, unique households and persons.
deliveries()
{
    perl - "$1" <<'PERL'
use strict;
use warnings;
use Time::Local 'timegm';
sub digits { my $t = shift; $t =~ s/\xdb([\xb0-\xb9])/chr(ord($1) - 0x80)/ge; return $t }
sub rows {
    my ($name, $take) = @_;
    open my $file, '<', "$name.csv" or die "$name: $!";
    my @heads;
    while (my $line = <$file>) {
        $line =~ s/^\xef\xbb\xbf//;
        $line =~ s/\r?\n\z/,/;
        my @cells = map { s/^"(.*)"\z/$1/r } $line =~ /("[^"]*"|[^,]*),/g;
        if (@heads) { my %row; @row{@heads} = @cells; $take->(\%row) } else { @heads = @cells }
    }
}
# Days since 1970-01-01 of the first day of a Solar year.
sub nowruz { my $y = shift; return 1948319 + 365 * ($y - 1) + int((8 * $y + 21) / 33) - 2440587 }
sub day {
    my ($y, $m, $d) = split m{[-/]}, digits(shift);
    return timegm(0, 0, 0, $d, $m - 1, $y) / 86400 if $y > 1700;
    return nowruz($y) + ($m <= 7 ? 31 * ($m - 1) : 186 + 30 * ($m - 7)) + $d - 1;
}
sub iso { my @t = gmtime(86400 * shift); return sprintf '%d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3] }
sub month {
    my ($day, $y) = (shift, 1300);
    $y++ while nowruz($y + 1) <= $day;
    my $n = $day - nowruz($y);
    return sprintf '%d/%02d', $y, $n < 186 ? int($n / 31) + 1 : int(($n - 186) / 30) + 7;
}
# A national ID with the zeros that a spreadsheet stripped, or what stands in its place.
sub mark { my ($id, $other) = @_; return length $id ? sprintf '%010s', digits($id) : $other }
my ($by, %home, %members, %area, %body, %group, %county, @stages, %cells) = shift;
rows('people', sub {
    my $p = shift;
    $members{$p->{household}}++;
    $home{mark($p->{national_id}, $p->{foreign_id} // '')} = $p->{household};
    $area{$p->{household}} //= substr $p->{area}, 0, 4;
});
rows('bodies', sub { $body{$_[0]{code}} = $_[0]{name} });
rows('groups', sub { $group{$_[0]{code}} = $_[0]{name} });
rows('areas', sub { $county{$_[0]{code}} = $_[0]{name} if $_[0]{kind} eq 'county' });
rows('stages', sub { push @stages, [$_[0]{name}, day($_[0]{starts}), day($_[0]{ends})] });
my %handed; # a dowry is given with its last item
rows('handed', sub { $handed{$_[0]{certificate}} = $_[0]{date} });
rows('places', sub { $area{$_[0]{code}} = substr $_[0]{area}, 0, 4 });
for my $name (qw(parcels meals hygiene stationery giftcards disinfection disinfectant disinfectant-places appliances dowries)) {
    rows($name, sub {
        my $r = shift;
        my $id = mark($r->{national_id} // '', $r->{person});
        @$r{qw(programme date)} = ('dowries', $handed{$r->{certificate}}) if $r->{certificate};
        my $household = $r->{household} || $r->{place} || $home{$id} || die "nobody is $id";
        my $day = day($r->{date});
        my %cut = (programme => $r->{programme}, body => $body{$r->{body}}, group => $group{$r->{group}} // '', day => iso($day),
                   month => month($day), area => $county{$area{$household}},
                   stage => (map { $_->[0] } grep { $_->[1] <= $day && $day <= $_->[2] } @stages)[0] // '');
        my $cell = $cells{$cut{$by}} //= {n => 0};
        $cell->{n}++;
        return if $r->{place};
        $cell->{single}{$r->{partner}} = $home{$r->{partner}} if $r->{partner};
        $cell->{households}{$household} = 1;
        if ($r->{household}) { $cell->{whole}{$household} = 1 } else { $cell->{single}{$id} = $household }
    });
}
for my $key (keys %cells) {
    my $cell = $cells{$key};
    my $persons = grep { !$cell->{whole}{$_} } values %{$cell->{single} // {}};
    $persons += $members{$_} for keys %{$cell->{whole} // {}};
    print "$key,$cell->{n},", scalar keys %{$cell->{households}}, ",$persons\n";
}
PERL
}

# The same columns of the report.
reported()
{
    almoner report --by "$1" --output json | jq -r --arg by "$1" \
        '.. | objects | select(has("deliveries")) | [(.[$by] // ""), .deliveries, .households, .persons] | map(tostring) | join(",")'
}

for_each_cut()
{
    deliveries "$1" | sort >want
    reported "$1" | sort >got
    [ -s want ]
    same want got
}

@test "by programme" {
    for_each_cut programme
}
@test "by body" {
    for_each_cut body
}
@test "by group" {
    for_each_cut group
}
@test "by month" {
    for_each_cut month
}
@test "by day" {
    for_each_cut day
}
@test "by stage" {
    for_each_cut stage
}
@test "by area" {
    for_each_cut area
}

@test "total, filters and money agree with the cuts" {
    step 0 report --output csv
    whole=$(sed 1d out | awk -F, '{ n += $4; value += $7 } END { print n, value }')
    for cut in body group month day stage area body,month programme,area; do
        almoner report --by "$cut" --output csv >out
        [ "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            { n += $at["deliveries"]; value += $at["value"] } END { print n, value }' out)" = "$whole" ] || { echo "$cut"; return 1; }
    done
    almoner report --by month --from 1399/03/01 --to 1399/04/31 --output csv >part
    almoner report --by month --output csv | grep -E '^(month|1399/0[34]),' | sed 's/,[^,]*$//' >want
    sed 's/,[^,]*$//' part >got
    same want got
    almoner report --by body --programme parcels --output csv | sed 1d | awk -F, '{ n += $4 } END { print n }' >got
    echo 1220 >want
    same want got
}

@test "json and ndjson are valid and hold what csv holds" {
    almoner report --by area,month --output csv | sed 1d | wc -l >want
    almoner report --by area,month --output ndjson | jq -c . | wc -l >got
    same want got
    almoner report --by area,month --output json | jq -e . >/dev/null
    almoner delivery list --limit 5 --output json | jq -e . >/dev/null
    almoner status --output json | jq -e . >/dev/null
}

@test "50 second helpings are refused, each with the line in its way" {
    almoner delivery list --refused --limit 0 --output json |
        jq '[.. | objects | select(has("blocking"))] | [length, (map(select(.blocking == null or .blocking_body == null or .body == .blocking_body)) | length)] | @csv' -r >got
    echo 50,0 >want
    same want got
}

@test "every list again changes nothing" {
    almoner report --by programme,body,month --output csv >want
    for list in parcels meals hygiene stationery giftcards disinfection disinfectant disinfectant-places appliances doubles; do
        step 0 delivery import $list.csv
    done
    for list in person:people place:places 'meals kitchen:kitchens' 'meals batch:batches' 'disinfectant batch:mixing' giftcards:cards dowries:dowries 'dowries hand:handed' stock:stock-1 stock:stock-4; do
        step 0 ${list%:*} import ${list#*:}.csv
    done
    almoner report --by programme,body,month --output csv >got
    same want got
    BATS_TEST_TMPDIR=$PWD as_expected again
}

@test "the total is to be had by machine" {
    step 0 report --by all --output csv
    step 0 report --by all --programme meals --output csv
    [ "$(almoner report --by all --output csv | tail -n 1 | cut -d, -f4)" = "$(almoner report --by programme --output table | awk '$1 == "Total" { gsub(",", ""); print $3 }')" ]
    as_expected total
}

@test "the audit is clean, and clean when it is sealed" {
    step 0 audit verify
    step 0 audit seal
    step 0 audit verify
    step 0 audit seal
    as_expected audit
}

@test "a backup that is put back ends what was sealed after it" {
    almoner -q audit seal
    step 0 store backup copy
    almoner -q body add late --name 'Late one'
    almoner -q audit seal
    step 0 store restore copy --yes
    step 0 audit verify
    almoner -q body add later --name 'Later one'
    step 0 audit seal
    step 0 audit verify
    show sql "SELECT command, subject FROM journal WHERE command = 'store restore'"
    # Put back by other means: the audit finds it, and says what to do about it.
    almoner -q store backup second
    store_keep second
    almoner -q body add last --name 'Last one'
    almoner -q audit seal
    store_put_back second
    step 65 audit verify
    step 0 audit seal --restored --yes
    step 0 audit verify
    # The file of heads cannot be told so by somebody without the key.
    sed -i '/restored$/s/^\([0-9]*\) /9\1 /' state/seals
    step 65 audit verify
    as_expected restored
}

# Somebody writes past almoner; the audit has to find it.
tampered()
{
    almoner -q audit seal
    sql "$1"
    got=0
    almoner audit verify >out 2>err || got=$?
    [ "$got" = 65 ] && [ -s err ] || { echo "not found (exit $got): $1"; cat err; return 1; }
}

@test "a changed quantity is found" {
    tampered 'UPDATE line SET quantity = quantity + 1000 WHERE id = (SELECT MAX(id) FROM line)'
}
@test "a changed date is found" {
    tampered 'UPDATE line SET date = date - 40 WHERE id = (SELECT MAX(id) FROM line)'
}
@test "a changed body is found" {
    tampered 'UPDATE line SET body = (SELECT MIN(id) FROM body) WHERE id = (SELECT MIN(id) FROM line WHERE body <> (SELECT MIN(id) FROM body))'
}
@test "a line that is gone is found" {
    tampered 'DELETE FROM line WHERE id = (SELECT MIN(id) FROM line)'
}
@test "a changed note is found" {
    tampered "UPDATE line SET note = 'x' WHERE id = (SELECT MIN(id) FROM line)"
}
@test "an account that is gone is found" {
    tampered 'DELETE FROM account WHERE owner = (SELECT MIN(owner) FROM account)'
}
@test "a tally that was raised is found" {
    tampered 'UPDATE tally SET deliveries = deliveries + 1 WHERE programme = (SELECT MIN(programme) FROM tally)'
}
@test "unique counts that were raised are found" {
    tampered 'UPDATE unique_count SET persons = persons + 1'
}
@test "a claim that is gone is found" {
    tampered 'DELETE FROM claim WHERE period = (SELECT MIN(period) FROM claim)'
}
@test "an upgrade of the store is written down in the journal" {
    sql 'SELECT command, subject FROM journal ORDER BY id' >first
    # As an older almoner left it.
    sql "DELETE FROM store_migration WHERE owner = 'disinfection' AND version = 2"
    sql 'DROP TABLE disinfection_order'
    sql 'DROP TABLE disinfection_task'
    step 69 disinfection order list
    step 0 -q init --test
    enable iftar
    step 0 -q init --test
    sql 'SELECT command, subject FROM journal ORDER BY id' >all
    printf '%s\n' 'then:' >>transcript
    show diff --changed-group-format='%>' --unchanged-group-format= first all || true
    step 0 audit verify
    as_expected upgrade
}

@test "a journal entry that is gone or changed is found" {
    store_keep whole
    tampered "UPDATE journal SET command = 'x' WHERE id = (SELECT MIN(id) FROM journal)"
    store_put_back whole
    tampered 'DELETE FROM journal WHERE id = (SELECT MAX(id) FROM journal)'
}
