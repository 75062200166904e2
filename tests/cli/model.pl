# SPDX-License-Identifier: MIT
# model.pl SEED ROUNDS: random operations, valid and not, on the programmes of the demo, done by almoner and by a simple model of windows, claims and
# stock.  After each the ledger's lines with their values, and what lies in the depots, have to be the model's.  Runs in an installation that
# model.bats made; almoner is $ENV{ALMONER}.
use strict;
use warnings;
use Time::Local 'timegm';

my ($seed, $rounds) = @ARGV;
my $random = $seed;
sub any { my $n = shift; $random = ($random * 1103515245 + 12345) & 0x7fffffff; return ($random >> 8) % $n }
sub iso { my @t = gmtime(86400 * shift); return sprintf '%d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3] }
sub put { my ($file, @lines) = @_; open my $to, '>', $file or die "$file: $!"; print $to map { "$_\n" } @lines; close $to or die }

my ($log, $said) = ('', '');
# almoner(WORDS): its exit status; what it says goes to $said.
sub almoner
{
    my @words = map { my $w = $_; $w =~ s/'/'\\''/g; "'$w'" } @_;
    $log .= "almoner @words\n";
    $said = qx{"\$ALMONER" --now "\$NOW" @words 2>&1 </dev/null};
    return $? >> 8;
}
sub fail { die "seed $seed: @_\n$said\nthe last of what was done:\n" . join('', grep { defined } (split /^/, $log)[-12 .. -1]) }
# table(WORDS): the rows that it lists.
sub table
{
    almoner(@_, qw(--output csv));
    my ($head, @rows) = split /\n/, $said;
    my @names = split /,/, $head // '';
    return map { my %row; @row{@names} = split /,/, $_, -1; \%row } @rows;
}
sub must { almoner(@_) == 0 or fail("'@_' failed") }

# ---- the world: households of 1 to 6 members, places; DAY is 1399/07/20, and lists reach 60 days back ----

my $day = timegm(0, 0, 0, 11, 9, 2020) / 86400;
my (%size, %women, %child, %metres);
my @people = 'household,relation,foreign_id,given_name,family_name,birth_date,sex,area,school_grade';
for my $h (1 .. 12) {
    my $n = $size{"H$h"} = 1 + $h % 6;
    my @members = (['head', '1981-02-01', 'm', ''], ['spouse', '1983-02-01', 'f', ''], ['child', '2012-03-01', 'f', 2], ['child', '2009-03-01', 'm', 5],
                   ['child', '2006-03-01', 'f', 8], ['parent', '1950-01-01', 'm', '']);
    for my $i (0 .. $n - 1) {
        my ($relation, $born, $sex, $grade) = @{$members[$i]};
        my $mark = "FN-$h-$i";
        $women{"H$h"} += $relation eq 'spouse' || $grade eq 8;
        $child{$mark} = ["H$h", $grade] if $grade;
        push @people, "H$h,$relation,$mark,n$i,f$h,$born,$sex,150301,$grade";
    }
}
put('people.csv', @people);
my @places = 'code,name,kind,area,size';
for my $p (1 .. 5) { $metres{"P$p"} = 50 * $p; push @places, "P$p,P$p,mosque,150301," . 50 * $p }
put('places.csv', @places);
put('areas.csv', 'code,parent,kind,name', '15,,province,Lorestan', '1503,15,county,Khorramabad', '150301,1503,neighbourhood,Poshteh');
put('bodies.csv', 'code,name', 'a,A', 'b,B');

# Item: where it lies, its price; of what is made, out of what.
my %item = (rice => ['W1', 320000], flour => ['W1', 120000], oil => ['W1', 640000], lentils => ['W1', 450000], sugar => ['W1', 350000],
    'pack-small' => ['W1', 1500000], 'pack-medium' => ['W1', 2600000], 'pack-large' => ['W1', 4300000], nappies => ['W1', 1200000], pads => ['W1', 250000],
    'kit-first' => ['W1', 1800000], 'kit-second' => ['W1', 2100000], 'kit-third' => ['W1', 2400000], bleach => ['W1', 150000],
    ethanol => ['L1', 480000], glycerol => ['L1', 1000000], 'hand-rub' => ['L1', 364500], surface => ['L1', 3000],
    'parcel-small' => ['W1', 9928000], 'parcel-medium' => ['W1', 19856000], 'parcel-large' => ['W1', 39712000]);
my %made = map { $_ => 1 } qw(hand-rub surface parcel-small parcel-medium parcel-large);
my @got = grep { !$made{$_} } sort keys %item;
my %parcel = (small => 1, medium => 2, large => 4);
my %raw = (rice => 12, flour => 8, oil => 2.7, lentils => 6, sugar => 2);
my %portion = (rice => 80, lentils => 40, oil => 10); # thousandths
put('items.csv', 'code,name,unit', map { "$_,$_,unit" } sort keys %item);
put('depots.csv', 'code,name,kind', 'W1,Store,warehouse', 'L1,Laboratory,warehouse', 'K1,Kitchen,kitchen');
must('init', '--test');
for (['area', 'areas'], ['body', 'bodies'], ['person', 'people'], ['place', 'places'], ['stock item', 'items'], ['stock depot', 'depots']) {
    must(split(' ', $_->[0]), 'import', "$_->[1].csv");
}
must(qw(meals kitchen add K1 --name Kitchen --depot K1));

# ---- the model: %stock by depot/item in thousandths; lines; batches of meals ----

my (%stock, @lines, %batch);
my %refused = (doubles => 0, short => 0);
my ($keys, $orders) = (0, 0);
sub round3 { return int($_[0] * 1000 + 0.5) }

# take(GOODS): a reference to [depot/item, thousandths] pairs; all of it or nothing.
sub take
{
    my %need;
    $need{$_->[0]} += $_->[1] for @_;
    for (keys %need) { return 0 if ($stock{$_} // 0) < $need{$_} }
    $stock{$_} -= $need{$_} for keys %need;
    return 1;
}
sub worth { my $sum = 0; for (@_) { my ($item) = $_->[0] =~ m{/(.*)}; $sum += $_->[1] * $item{$item}[1] / 1000 } return $sum }
sub of { my ($item, $units) = @_; return ["$item{$item}[0]/$item", round3($units)] }

# What each programme gives: recipients, the days of its window, the most of it, the goods of so much.
my %programme = (
    hygiene => {to => 'household', window => 30, most => 1, goods => sub {
        my $n = $size{$_[0]};
        return (of($n <= 2 ? 'pack-small' : $n <= 4 ? 'pack-medium' : 'pack-large', 1), $women{$_[0]} ? of('pads', $women{$_[0]}) : ()) }},
    parcels => {to => 'household', window => 30, most => 1, goods => sub {
        my $n = $size{$_[0]};
        return of('parcel-' . ($n <= 2 ? 'small' : $n <= 4 ? 'medium' : 'large'), 1) }},
    stationery => {to => 'person', most => 1, period => sub { $_[0] >= $day - 19 ? 1399 : 1398 }, goods => sub {
        my $grade = $child{$_[0]}[1];
        return of($grade <= 3 ? 'kit-first' : $grade <= 6 ? 'kit-second' : 'kit-third', 1) }},
    disinfectant => {to => 'household', window => 30, most => 1, goods => sub { of('hand-rub', $_[1]) }},
    'disinfectant-places' => {to => 'place', window => 7, most => 20, goods => sub { of('surface', $_[1]) }},
    disinfection => {to => 'place', window => 7, most => 1, goods => sub { of('bleach', $metres{$_[0]} * 0.1 / 50) }},
    meals => {to => 'household', period => sub { $_[0] }, goods => sub { () }},
);
my @programmes = sort keys %programme;

sub stands { return grep { !$_->{reversed} && $_->{programme} eq $_[0] && $_->{to} eq $_[1] } @lines }

# Whether the offer is taken; the model then has it.
sub offer
{
    my ($name, $to, $date, $quantity, $code) = @_;
    my $p = $programme{$name};
    my %known = (household => \%size, person => \%child, place => \%metres);
    return 0 unless $known{$p->{to}}{$to};
    my $most = $p->{most} // $size{$to};
    return 0 if $quantity <= 0 || $quantity > $most;
    for (stands($name, $to)) {
        my $double = $p->{window} ? abs($_->{date} - $date) < $p->{window} : $p->{period}->($_->{date}) == $p->{period}->($date);
        $refused{doubles} += $double;
        return 0 if $double;
    }
    my @goods = $p->{goods}->($to, $quantity);
    my $value = worth(@goods);
    if ($name eq 'meals') {
        my $batch = $batch{$code} or return 0;
        return 0 if $batch->{date} != $date;
        return 0 if $batch->{left} < $quantity && ++$refused{short};
        $batch->{left} -= $quantity;
        $value = $quantity * 50000;
    }
    return 0 if !take(@goods) && ++$refused{short};
    push @lines, {programme => $name, to => $to, date => $date, quantity => $quantity, value => $value, goods => \@goods, batch => $code};
    return 1;
}

# ---- operations ----

sub receive
{
    my @rows = 'kind,item,depot,to,quantity,date,price,reason,key';
    for (0 .. any(12)) {
        my $item = $got[any(scalar @got)];
        my ($depot, $price) = @{$item{$item}};
        my ($n, $what) = ((1 + any(40)) * ($raw{$item} ? 6 : 1), any(6));
        my $key = "K" . ++$orders;
        if ($what < 4) {
            push @rows, "receive,$item,$depot,,$n,1399/01/10,$price,,$key";
            $stock{"$depot/$item"} += $n * 1000;
        } elsif ($what == 4 && $raw{$item}) {
            $n = 1 + any(20);
            push @rows, "move,$item,W1,K1,$n,1399/01/10,,,$key";
            $stock{"K1/$item"} += $n * 1000 if take(["W1/$item", $n * 1000]);
        } else {
            push @rows, "loss,$item,$depot,,$n,1399/01/10,,spoilt,$key";
            take(["$depot/$item", $n * 1000]);
        }
        push @rows, $rows[-1] if !any(8); # the same again changes nothing
    }
    put('orders.csv', @rows);
    almoner(qw(stock import orders.csv));
}

sub assemble
{
    my $size = (qw(small medium large))[any(3)];
    my $n = 1 + any(4);
    my @uses = map { of($_, $raw{$_} * $parcel{$size} * $n) } keys %raw;
    my $fits = take(@uses);
    $stock{"W1/parcel-$size"} += $n * 1000 if $fits;
    my $status = almoner(qw(parcels assemble), $size, '--count', $n, qw(--depot W1 --date 1399/02/01 --lot), 'L' . ++$orders);
    $status == ($fits ? 0 : 1) or fail("assemble $n $size ended with $status");
}

sub mix
{
    my $rub = any(2);
    my $litres = $rub ? 96 : 50 * (1 + any(3));
    if ($rub && any(2)) {
        put('orders.csv', 'item,depot,quantity,date,price,key', "ethanol,L1,70,1399/01/10,480000,E" . ++$orders, "glycerol,L1,2,1399/01/10,1000000,G$orders");
        must(qw(stock import orders.csv));
        $stock{'L1/ethanol'} += 70000;
        $stock{'L1/glycerol'} += 2000;
    }
    my $off = !any(6); # a batch that is too weak is not taken
    my $fits = !$off && take($rub ? (of('ethanol', 70), of('glycerol', 1.392)) : ['L1/bleach', $litres * 20]);
    $stock{'L1/' . ($rub ? 'hand-rub' : 'surface')} += $litres * 1000 if $fits;
    my $status = almoner(qw(disinfectant mix), $rub ? 'hand-rub' : 'surface', '--litres', $litres, '--measured', $off ? 0.01 : $rub ? 70 : 0.1,
                         qw(--date 1399/02/01 --code), 'B' . ++$orders);
    $status == ($fits ? 0 : 1) or fail("mix ended with $status");
}

sub cook
{
    my $n = 1 + any(30);
    my $code = 'C' . ++$orders;
    my $date = $day - any(20);
    if (any(2)) {
        put('orders.csv', 'item,depot,quantity,date,price,key', map { "$_,K1,2,1399/01/10,$item{$_}[1],K" . ++$orders } sort keys %portion);
        must(qw(stock import orders.csv));
        $stock{"K1/$_"} += 2000 for keys %portion;
    }
    my $fits = take(map { ["K1/$_", $portion{$_} * $n] } keys %portion);
    $batch{$code} = {date => $date, left => $n} if $fits;
    my $status = almoner(qw(meals cook K1 --recipe rice-stew --portions), $n, '--date', iso($date), '--code', $code);
    $status == ($fits ? 0 : 1) or fail("cook ended with $status");
}

sub bleach
{
    must(qw(stock receive bleach 5 --depot L1 --date 1399/01/10 --price 150000 --key), 'K' . ++$orders);
    $stock{'L1/bleach'} += 5000;
}

sub deliver
{
    my @rows = 'key,programme,household,person,place,quantity,date,body,batch';
    my ($in, @codes) = (0, sort keys %batch);
    for (0 .. any(25)) {
        my $name = $programmes[any(scalar @programmes)];
        my $p = $programme{$name};
        my @all = sort keys %{{household => \%size, person => \%child, place => \%metres}->{$p->{to}}};
        my $to = any(15) ? $all[any(scalar @all)] : 'X9';
        my $date = $day - any(60);
        my $most = $p->{most} // 3;
        my $quantity = any(10) ? 1 + any($most) : any(2) ? 0 : 21;
        my $code = '';
        if ($name eq 'meals') {
            $code = @codes && any(8) ? $codes[-1 - any(@codes < 4 ? scalar @codes : 4)] : 'none';
            $date = $batch{$code}{date} if $batch{$code} && any(8);
        }
        my %at = (household => '', person => '', place => '', $p->{to} => $to);
        push @rows, 'D' . ++$keys . ",$name,$at{household},$at{person},$at{place},$quantity," . iso($date) . ',' . (any(2) ? 'a' : 'b') . ",$code";
        my $taken = offer($name, $to, $date, $quantity, $code);
        $in += $taken;
        push @rows, $rows[-1] if $taken && !any(8);
    }
    put('offers.csv', @rows);
    almoner(qw(delivery import offers.csv));
    my ($added) = $said =~ /([0-9,]+) added/;
    ($added // 0) == $in or fail("of offers.csv $in were to be taken:\n" . join("\n", @rows));
}

# Take some standing line back: by its place among almoner's own.
sub reverse_one
{
    my $name = $programmes[any(scalar @programmes)];
    my @standing = grep { !$_->{reversed} && $_->{programme} eq $name } @lines or return;
    my $line = $standing[any(scalar @standing)];
    my $owner = $child{$line->{to}} ? $child{$line->{to}}[0] : $line->{to};
    my (@ids, %back);
    for my $row (table(qw(delivery list --limit 0))) {
        $back{$row->{reverses}} = 1;
        push @ids, $row->{id}
            if $row->{programme} eq $line->{programme} && $row->{owner} eq $owner && $row->{date} eq iso($line->{date}) && $row->{quantity} > 0
            && $row->{value} == $line->{value};
    }
    my ($id) = grep { !$back{$_} } @ids or fail("the line of $line->{programme} for $line->{to} is not in the list");
    must(qw(delivery reverse), $id, qw(--reason mistake));
    almoner(qw(delivery reverse), $id, qw(--reason again)) or fail("line $id was reversed twice");
    # Of several that look alike almoner took one back; which one does not matter to the model.
    $line->{reversed} = 1;
    $stock{$_->[0]} += $_->[1] for @{$line->{goods}};
    $batch{$line->{batch}}{left} += $line->{quantity} if $line->{programme} eq 'meals';
}

# ---- no difference ----

sub compare
{
    my (%want, %have);
    for my $line (@lines) {
        my $owner = $child{$line->{to}} ? $child{$line->{to}}[0] : $line->{to};
        my $what = "$line->{programme} $owner " . iso($line->{date});
        $want{"$what $line->{quantity} $line->{value}"}++;
        $want{"$what -$line->{quantity} -$line->{value}"}++ if $line->{reversed};
    }
    $have{"@$_{qw(programme owner date quantity value)}"}++ for grep { $_->{id} } table(qw(delivery list --limit 0));
    for (sort keys %{{%want, %have}}) {
        ($want{$_} // 0) == ($have{$_} // 0) or fail("ledger: $_: the model has " . ($want{$_} // 0) . ', almoner ' . ($have{$_} // 0));
    }
    my %lies = map { ("$_->{depot}/$_->{item}" => round3($_->{quantity})) } grep { $_->{depot} } table(qw(stock list));
    for (sort keys %{{%stock, %lies}}) {
        ($stock{$_} // 0) == ($lies{$_} // 0) or fail("stock: $_: the model has " . ($stock{$_} // 0) . ', almoner ' . ($lies{$_} // 0));
        ($lies{$_} // 0) >= 0 or fail("stock: $_ is below nothing");
    }
}

for my $round (1 .. $rounds) {
    my $what = any(12);
    $what < 3 || $round < 5 ? receive() : $what < 5 ? assemble() : $what < 6 ? mix() : $what < 7 ? cook() : $what < 8 ? bleach() : $what < 10 ? deliver() : reverse_one();
    compare();
    must('audit', 'verify') if $round % 20 == 0;
}
must('audit', 'verify');
my %count;
for (@lines) { $count{$_->{programme}}[0]++; $count{$_->{programme}}[1] += $_->{reversed} ? 1 : 0 }
print map { "$_: $count{$_}[0] given, $count{$_}[1] taken back\n" } sort keys %count;
print "refused: $refused{doubles} doubles, $refused{short} short\n";
