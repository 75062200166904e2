#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the demo shows of itself; its figures are a test of their own.

load common

@test "every command is printed before it runs" {
    # What runs each command writes down its words, where what it prints goes too: so the two stand in the order of their time.
    printf '#!/bin/sh\nprogram=$1\nshift\necho "RUN $*" >&2\nexec "$program" "$@"\n' >under
    chmod +x under
    sh "$source_dir/conf/demo/run.sh" --build "$(dirname "$ALMONER")" --people 300 --under "$PWD/under" >log 2>&1
    sed -n 's/^RUN //p' log >ran
    sed -n 's/^\$ almoner \([^>]*[^> ]\).*/\1/p' log >printed
    grep -q '^report --by all --output csv$' ran
    same printed ran
    awk '/^\$ almoner / { said++ } /^RUN / { ran++; if (ran > said) exit 1 }' log
}
