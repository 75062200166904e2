# SPDX-License-Identifier: MIT
# `almoner match` on files: what it finds, what it keeps apart, what it says of bad input.

load common

areas=$source_dir/conf/demo/areas.csv

# doubles PEOPLE: doubles.csv and truth.csv, a tenth of them twice.
doubles()
{
    "$CAMPAIGN" --areas "$areas" --out . --people "$1" --doubles 10
}

# figure ROW COLUMN FILE: of the table that --truth prints as CSV.
figure()
{
    awk -F, -v row="$1" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        $1 == row { print $at }' "$3"
}

# at_least A B
at_least()
{
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }' || { echo "$1 where at least $2 was expected"; return 1; }
}

# Weights that are given, so that every figure is known.
fixed_rules()
{
    cat >rules.ini <<'INI'
[match]
id = id
threshold = 0.9

[field given]
comparator = name
form = given
share = personal
swap = family
frequency = no
weights = -8, -3, 4, 8, 10

[field family]
comparator = name
swap = given
frequency = no
weights = -8, -3, 4, 8, 10

[field born]
comparator = date
share = personal
frequency = no
weights = -9, -2, 3, 8, 12

[block family]
keys = given:both

[block born]
keys = born:whole
INI
}

@test "doubles are found among households, and members of one household are not doubles" {
    doubles 3000
    "$ALMONER" -q match files doubles.csv --output pairs.csv --truth truth.csv 2>err >figures || { cat err; false; }
    "$ALMONER" -q match files doubles.csv --output clusters.csv
    cat figures
    set -- $(awk '$1 == "pairs" { gsub(",", ""); print $5, $6, $7, $8 }' figures)
    at_least "$1" 0.99
    at_least "$2" 0.98
    at_least "$3" 0.985
    at_least "$4" 0.99
    [ "$(head -n 1 pairs.csv)" = id_a,id_b,weight,probability ]
    [ "$(head -n 1 clusters.csv)" = cluster,file,id ]
    # Every record once.
    [ "$(sed 1d clusters.csv | cut -d, -f3 | sort | uniq | wc -l)" = "$(sed 1d doubles.csv | wc -l)" ]
}

@test "nobody is found where nobody is twice, and names in one column do as well" {
    doubles 3000
    grep -v '^B' doubles.csv >single.csv
    "$ALMONER" -q match files single.csv --output pairs.csv
    [ "$(wc -l <pairs.csv)" -le 3 ]
    awk -F, -v OFS=, 'NR == 1 { $2 = "full_name" } NR > 1 { $2 = $2 " " $3 } { $3 = ""; sub(",,", ","); print }' doubles.csv >joined.csv
    "$ALMONER" -q match files joined.csv --truth truth.csv >figures
    cat figures
    set -- $(awk '$1 == "pairs" { gsub(",", ""); print $7 }' figures)
    at_least "$1" 0.97
}

@test "any number of threads finds the same" {
    doubles 4000
    for threads in 1 2 5; do
        "$ALMONER" -q match files doubles.csv --threads $threads --output pairs-$threads.csv --output clusters-$threads.csv
    done
    same pairs-1.csv pairs-2.csv
    same pairs-1.csv pairs-5.csv
    same clusters-1.csv clusters-5.csv
    [ "$(wc -l <pairs-1.csv)" -gt 300 ]
}

@test "pairs, clusters and one pair explained, by weights that are given" {
    fixed_rules
    cat >list.csv <<'CSV'
id,given,family,born
1,محمد رضا,حسینی,1360/09/12
2,محمدرضا,حسيني,۱۳۶۰/۰۹/۱۲
3,حسینی,محمدرضا,1360/09/12
4,زهرا,کریمی,1371/01/02
5,Zahra,Karimi,1992-03-22
6,سعید,نوری,1380/05/05
CSV
    step 0 match files list.csv --rules rules.ini --output pairs.csv
    show cut -d, -f1,2 pairs.csv
    step 0 match files list.csv --rules rules.ini --output clusters.csv
    show cat clusters.csv
    step 0 match explain list.csv --rules rules.ini --a 1 --b 3 --output csv
    step 66 match explain list.csv --rules rules.ini --a 1 --b 9
    step 64 match explain list.csv --rules rules.ini --a 1 --b 1
    sed -i -e '/^! pairs\|^"\?two records/d' -e '/^two records\|^together\|^may be\|^! probability/d' transcript # estimated from six records
    as_expected pairs
}

@test "two that are certainly different are not joined through a third" {
    fixed_rules
    sed -i 's/= -9, -2/= -60, -2/' rules.ini
    cat >list.csv <<'CSV'
id,given,family,born
1,مریم,احمدی,1360/01/01
2,مریم,احمدی,
3,مریم,احمدی,1390/08/20
CSV
    # One of the two links holds.
    step 0 match files list.csv --rules rules.ini --output clusters.csv --threshold 0.5
    show cat clusters.csv
    as_expected chain
}

@test "two lists are linked, each record once if so asked" {
    fixed_rules
    cat >ours.csv <<'CSV'
id,given,family,born
A1,علی,رضایی,1350/02/03
A2,حسن,موسوی,1344/10/11
CSV
    cat >theirs.csv <<'CSV'
id,name,family,born
B1,علی,رضایی,1350/02/03
B2,علی,رضایی,1350/02/13
B3,حسن,موسوی,1344/10/11
CSV
    sed -i '/^\[field given\]/a column_b = name' rules.ini
    "$ALMONER" match files ours.csv theirs.csv --rules rules.ini --output pairs.csv 2>err
    show cut -d, -f1,2 pairs.csv
    sed -i '/^threshold/a one_to_one = yes' rules.ini
    "$ALMONER" match files ours.csv theirs.csv --rules rules.ini --output pairs.csv 2>err
    show cut -d, -f1,2 pairs.csv
    as_expected two
}

@test "a truth as pairs or as clusters" {
    fixed_rules
    printf 'id,given,family,born\n1,علی,رضایی,1350/02/03\n2,علی,رضایی,1350/02/03\n3,حسن,رضایی,1377/02/03\n' >list.csv
    printf 'id,cluster\n1,x\n2,x\n3,y\n' >clusters-truth.csv
    printf 'id_a,id_b\n1,2\n' >pairs-truth.csv
    printf 'id,cluster\n7,x\n' >no-truth.csv
    step 0 -q match files list.csv --rules rules.ini --truth clusters-truth.csv
    step 0 -q match files list.csv --rules rules.ini --truth pairs-truth.csv
    step 65 match files list.csv --rules rules.ini --truth no-truth.csv
    sed -i 's/  [01]\.[0-9]\{4\}$//' transcript
    as_expected truth
}

@test "bad rows are left out with their reasons; bad rules and columns that are not there are errors" {
    fixed_rules
    printf 'id,given,family,born\n1,علی,رضایی,1350/02/03\n2,علی\n3,a"b"c",x,y\n4,\xff\xfe,x,y\n5,علی,رضایی,1350/02/03\n' >list.csv
    step 0 match files list.csv --rules rules.ini
    printf 'number,given,family,birth\n1,a,b,c\n' >other.csv
    step 65 match files other.csv --rules rules.ini
    printf 'cluster,id\n1,2\n' >nothing.csv
    step 65 match files nothing.csv
    : >empty.csv
    step 65 match files empty.csv --rules rules.ini
    step 66 match files missing.csv
    cat >wrong.ini <<'INI'
[match]
treshold = 0.9
max_block = 1

[field given]
comparator = soundex
swap = nobody
weights = 1, 2

[block a]
keys = given:middel, family:sound
INI
    step 78 match files list.csv --rules wrong.ini
    printf '[field given]\nswap = nobody\nweights = 1, x\n[block a]\nkeys = given:middel, family:sound\n' >wrong.ini
    step 78 match files list.csv --rules wrong.ini
    step 64 match files list.csv --output result.csv
    step 64 match files list.csv --threshold 1.5
    step 64 match files list.csv --threads -3
    step 64 match files list.csv --threads 0
    step 64 match files list.csv --threads 4294967297
    step 64 match explain list.csv --a 1 --b 2 --threads 65
    step 0 --dry-run match files list.csv --rules rules.ini --output pairs.csv
    [ ! -e pairs.csv ]
    step 64 match files - --output pairs.csv
    sed -i '/^! [0-9]* pairs compared/d' transcript
    as_expected bad
}

@test "a block of too many is parted, and what stays too large is said" {
    cat >rules.ini <<'INI'
[match]
max_block = 10

[field town]
comparator = exact

[field sex]
comparator = exact

[block town]
keys = town
INI
    { echo town,sex; for i in $(seq 60); do echo "A,$((i % 2))"; done; } >list.csv
    step 0 match files list.csv --rules rules.ini
    sed -i '/^! [0-9]* pairs compared/d' transcript
    as_expected huge
}

@test "the rules in force can be written, and work the same" {
    doubles 1500
    "$ALMONER" -q match files doubles.csv --output pairs.csv
    "$ALMONER" -q match files doubles.csv --output rules.ini
    "$ALMONER" -q match files doubles.csv --rules rules.ini --output pairs-again.csv
    same pairs.csv pairs-again.csv
    grep -q '^keys = ' rules.ini
    grep -q '^; weights = ' rules.ini
}
