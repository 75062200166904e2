#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who knows what: the core no kind of aid, a room none that stands below it, a plug-in plugin.h alone.

load common

setup()
{
    cd "$BATS_TEST_TMPDIR" || return
    : >transcript
}

teardown()
{
    :
}

# Plug-ins and programmes, as they are called.
programmes()
{
    {
        basename -a "$source_dir"/plugins/*/ | grep -v '^store-'
        basename -a -s .ini "$source_dir"/conf/programmes/*.ini
    } | sort -u
}

sources()
{
    find "$1" -type f \( -name '*.[ch]' -o -name '*.sql' -o -name '*.in' -o -name '*.cmake' -o -name '*.ini' \)
}

# Every example that help prints, without the word almoner: a reader needs words that he can type.
examples()
{
    local noun
    "$ALMONER" --help >help
    sed -n '/^nouns:/,/^$/s/^  \([a-z]*\)  .*/\1/p' help >nouns
    {
        cat help
        while read -r noun; do
            "$ALMONER" "$noun" --help
            "$ALMONER" "$noun" --help | sed -n '/^verbs:/,/^$/s/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p' >verbs
            while read -r verb; do
                # shellcheck disable=SC2086
                "$ALMONER" $noun $verb --help
            done <verbs
        done <nouns
    } | sed -n '/^examples:$/,/^$/s/^  almoner \(.*\)$/\1/p' | sort -u
}

# Strings are joined as the compiler joins them; what stands in an example goes; no name may be left, in a comment either.
names_in()
{
    EXAMPLES=$1 NAMES=$(programmes | paste -sd '|') perl -0777 -CSD -ne '
        BEGIN { open my $in, "<:encoding(UTF-8)", $ENV{EXAMPLES}; @examples = sort { length $b <=> length $a } split /\n/, <$in> }
        s/"\s*\n\s*"//g;
        s/\\n/\n/g;
        s/\\"/"/g;
        for my $example (@examples) { s/(?<=["\n])\Q$example\E(?=["\n])//g }
        print "$ARGV: $_\n" for /^(.*\b(?:$ENV{NAMES})\b.*)$/gim;' $(sources "$2")
}

@test "the core knows no kind of aid by name" {
    programmes | grep -q . && [ "$(programmes | wc -l)" -ge 8 ]
    examples >known
    [ "$(wc -l <known)" -gt 60 ]
    names_in known "$source_dir/core" >found
    [ ! -s found ] || { cat found; return 1; }
    # Without the examples there is something to find: the search is no blind one.
    : >nothing
    names_in nothing "$source_dir/core" | grep -q 'delivery.c'
}

@test "a plug-in includes plugin.h and its own, nothing of the core" {
    local folder name
    for folder in "$source_dir"/plugins/*/; do
        name=$(basename "$folder")
        grep -oh '^ *# *include *["<][^">]*' $(find "$folder" -name '*.[ch]') | sed 's/.*include *//' | sort -u | while read -r header; do
            case $header in
            '"'"$name-schema.h") ;;
            '"'*) [ -f "$folder/${header#?}" ] || echo "$name: $header" ;;
            '<almoner/plugin.h') ;;
            '<'*) [ ! -e "$source_dir/core/${header#?}" ] && [ ! -e "$source_dir/core/include/${header#?}" ] || echo "$name: $header" ;;
            esac
        done
    done >found
    [ ! -s found ] || { cat found; return 1; }
    grep -q 'almoner/plugin.h' "$source_dir"/plugins/*/*.c
}

@test "a room includes what stands above it, by the face of each" {
    local floors='base report conf plugin store register stock ledger cases match secretariat monitor host sdk cli'
    ls -d "$source_dir"/core/*/ | xargs -n 1 basename | grep -v '^include$' >rooms
    while read -r room; do
        case " $floors " in *" $room "*) ;; *) echo "$room has no floor" ;; esac
        grep -o '^ *# *include *"[a-z-]*/[^"]*' "$source_dir/core/$room"/*.[ch] | sed 's/:.*"/ /' | while read -r file header; do
            of=${header%%/*}
            [ "$of" = "$room" ] && continue
            case " ${floors%% "$room"*} " in *" $of "*) ;; *) echo "$file: $header stands below" ;; esac
            [ "$header" = "$of/$of.h" ] || echo "$file: $header is not the face of $of"
        done
    done <rooms >found
    [ ! -s found ] || { cat found; return 1; }
}
