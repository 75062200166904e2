# SPDX-License-Identifier: MIT
# closure.pl STATUS PACKAGE ...: the packages named, those that every system has (Essential), and all that they depend on, as installed on this
# machine; their entries of dpkg's database go to the file STATUS, their names to standard output.
use strict;
use warnings;

my ($status, @wanted) = @ARGV;
my (%entry, %field, %provider);
open(my $in, '<', '/var/lib/dpkg/status') or die "no dpkg here: $!\n";
{
    local $/ = '';
    while (my $text = <$in>) {
        my %f = $text =~ /^([A-Za-z-]+): *(.*(?:\n[ \t].*)*)$/mg;
        next unless ($f{Status} // '') =~ / installed$/;
        my $name = $f{Package};
        $entry{$name} = $text;
        $field{$name} = \%f;
        push @wanted, $name if ($f{Essential} // '') eq 'yes';
        for my $virtual (split /\s*,\s*/, $f{Provides} // '') {
            $virtual =~ s/[ :(].*//;
            $provider{$virtual} //= $name;
        }
    }
}
my %seen;
while (defined(my $name = shift @wanted)) {
    next if $seen{$name}++;
    die "closure.pl: $name is not installed here\n" unless $entry{$name};
    for my $list (grep { defined } @{$field{$name}}{qw(Pre-Depends Depends)}) {
        for my $dependency (split /\s*,\s*/, $list =~ s/\n//gr) {
            my @choices = map { s/[ :(].*//r } split /\s*\|\s*/, $dependency;
            my ($found) = grep { defined } map { $entry{$_} ? $_ : $provider{$_} } @choices;
            die "closure.pl: $name depends on $dependency, which is not installed here\n" unless $found;
            push @wanted, $found;
        }
    }
}
open(my $out, '>', $status) or die "$status: $!\n";
print {$out} $entry{$_} for sort keys %seen;
close($out) or die "$status: $!\n";
print "$_\n" for sort keys %seen;
