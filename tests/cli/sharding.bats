#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Ready to be parted over many nodes: the live schema and the statements of a whole campaign are held to what a sharding engine can do, and with
# distribute = citus, init tells the engine of every table.  Its functions are stand-ins here that write down how they were called.  Run by
# ctest with STORE=postgres.

load common

# What the extension would bring; in the schema, because that is all that almoner looks through.
stand_ins()
{
    psql -qAtX -v ON_ERROR_STOP=1 <<'SQL'
CREATE SCHEMA almoner;
CREATE TABLE public.calls (n BIGINT GENERATED ALWAYS AS IDENTITY, tab TEXT NOT NULL, col TEXT);
CREATE FUNCTION almoner.create_distributed_table(tab regclass, col text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = tab AND attname = col AND NOT attisdropped) THEN
        RAISE 'column "%" of relation "%" does not exist', col, tab;
    END IF;
    INSERT INTO public.calls (tab, col) VALUES (tab::text, col);
END $$;
CREATE FUNCTION almoner.create_reference_table(tab regclass) RETURNS void LANGUAGE sql AS
    $$ INSERT INTO public.calls (tab) VALUES (tab::text) $$;
SQL
}

with_citus()
{
    printf '\n[store-postgres]\ndistribute = citus\n' >>almoner.ini
}

@test "init tells the engine of every table, owners' and small ones" {
    with_citus
    stand_ins
    store
    # Each once, and none is forgotten.
    sql "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'almoner'::regnamespace ORDER BY relname COLLATE \"C\"" >tables
    sql "SELECT tab FROM public.calls ORDER BY tab COLLATE \"C\"" | grep -v '^store_migration$\|^store_meta$' >called
    grep -v '^store_migration$\|^store_meta$' tables >all
    same all called
    # What is unique is so within the column by which the table is parted.
    sql "SELECT c.tab, i.indexrelid::regclass FROM public.calls c JOIN pg_index i ON i.indrelid = c.tab::regclass AND i.indisunique
        WHERE c.col IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = c.col AND a.attnum = ANY (i.indkey))" >faults
    [ ! -s faults ] || { cat faults; return 1; }
    # A second init has nothing to tell.
    sql 'SELECT COUNT(*) FROM public.calls' >before
    store
    sql 'SELECT COUNT(*) FROM public.calls' >after
    same before after
    show sql "SELECT rpad(tab, 20), coalesce('by ' || col, 'everywhere') FROM public.calls ORDER BY tab COLLATE \"C\""
    as_expected tables
}

@test "without the extension init says so, and makes nothing" {
    with_citus
    step 69 init --test
    [ "$(sql "SELECT COUNT(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('almoner')")" = 0 ]
    as_expected without
}

@test "the live schema has nothing that such an engine cannot do" {
    store
    sql "SELECT 'trigger', tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'almoner'::regnamespace
        UNION ALL SELECT 'sequence', relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'almoner'::regnamespace
        UNION ALL SELECT 'identity or default', attrelid::regclass || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'almoner'::regnamespace AND c.relkind = 'r' AND (attidentity <> '' OR attgenerated <> '' OR atthasdef)
        UNION ALL SELECT 'exclusion or foreign key', conname FROM pg_constraint WHERE connamespace = 'almoner'::regnamespace AND contype IN ('x', 'f', 't')
        UNION ALL SELECT 'inheritance', inhrelid::regclass::text FROM pg_inherits" >faults
    [ ! -s faults ] || { cat faults; return 1; }
}

# A campaign with all that it does, for its statements.
work()
{
    register
    awk 'BEGIN { print "household,given_name,family_name,area"; for (i = 1; i <= 300; i++) print "C" i ",n" i ",f" i ",150301" }' >crowd.csv
    almoner -q person import crowd.csv
    almoner -q meals kitchen add K1 --name Kitchen
    almoner -q meals cook K1 --code K1-1 --portions 400 --date 2020-12-05
    awk 'BEGIN { print "key,programme,household,quantity,date,body"
        for (i = 1; i <= 300; i++) {
            printf "P%d,parcels,C%d,1,1399/07/%02d,hamdeli\nQ%d,parcels,C%d,1,1399/07/%02d,yari\n", i, i, i % 29 + 1, i, i, (i + 3) % 29 + 1
            printf "M%d,meals,C%d,1,2020-12-05,yari\n", i, i
        } }' >aid.csv
    almoner -q delivery import aid.csv || true
    almoner -q delivery record parcels --household H1 --body yari
    almoner -q delivery reverse "$(last_id)" --reason 'by mistake'
    almoner -q delivery record stationery --person 3020672635 --body hamdeli
    almoner -q entitlement show parcels --household H2 || true
    almoner -q person edit 8209859935 --household H1 --since 1399/08/01
    almoner -q area edit 150302 --parent 15
    almoner -q person erase 4590486385 --reason asked --yes
    almoner -q person find حسینی
    local cut
    for cut in programme area body group stage month day programme,area,month; do
        almoner report --by "$cut" >/dev/null
        almoner report --by "$cut" --from 1399/07/03 --area 1503 >/dev/null
    done
    almoner -q report meals kitchens
    almoner -q delivery list --refused >/dev/null
    almoner -q delivery show P1 || true
    work_on_cases
    work_on_doubles
    work_on_complaints
    almoner -q audit seal
    almoner -q audit verify
    almoner -q store tidy
    almoner -q status >/dev/null
    almoner -q doctor >/dev/null || true
}

work_on_doubles()
{
    local ids
    printf 'household,given_name,family_name,area\nC900,n7,f7,150301\nC901,n8,f8,150301\nC902,n9,f9,150301\n' >again.csv
    almoner -q person import again.csv
    almoner -q match run
    # shellcheck disable=SC2046
    {
        almoner -q match decide $(almoner match flags --limit 1 --output csv | sed 1d | cut -d, -f1,3 | tr , ' ') unsure
        almoner -q match decide $(almoner match flags --limit 1 --output csv | sed 1d | cut -d, -f1,3 | tr , ' ') different
        almoner -q match decide $(almoner match flags --limit 1 --output csv | sed 1d | cut -d, -f1,3 | tr , ' ') same
    }
    almoner match review --output csv >pairs.csv
    almoner -q match import pairs.csv
    almoner -q match run --all
    almoner match decisions
    sed -i '1i [match]\ndoubtful = hold\n' almoner.ini
    almoner -q delivery record parcels --household C900 --body yari || true
}

work_on_complaints()
{
    local id
    almoner -q complaint open quality --household H1 --programme meals --text 'the soup was cold'
    almoner -q complaint open other --area 1503 --text 'nobody came'
    id=$(almoner complaint list --programme meals --output plain | cut -f 1)
    almoner -q complaint assign "$id" --body yari
    almoner -q complaint answer "$id" --text 'there is a lid now'
    almoner -q complaint close "$id" upheld
    almoner complaint show "$id"
    almoner complaint list --overdue --area 15
    almoner report complaints
}

work_on_cases()
{
    local id
    sed -i 's/^\[programme\]/&\ncases = yes/' programmes/stationery.ini
    ALMONER_TEST_USER=clerk almoner -q case open stationery --person 3020672635 --partner 8209859935 --subject desk --note 'of both'
    ALMONER_TEST_USER=clerk almoner -q case open stationery --person 8209859935 --key R-1 --note 'her own'
    id=$(almoner case list --person 8209859935 --limit 1 --output plain | cut -f 1)
    almoner -q case visit "$id"
    almoner -q case decide "$id" approved --decision C-1
    almoner -q delivery record stationery --person 8209859935 --partner 3020672635 --body hamdeli || true
    almoner -q delivery record stationery --person 8209859935 --body hamdeli
    almoner -q delivery reverse "$(last_id)" --reason 'by mistake'
    almoner case show "$id"
    almoner case list --household H2 --area 15 --overdue 0
    almoner -q case close "$id" --reason 'moved away'
    almoner -q person erase 8209859935 --reason asked --yes
}

@test "no statement does what such an engine cannot do" {
    with_citus
    stand_ins
    store_server "ALTER DATABASE $PGDATABASE SET log_statement = 'all'"
    work >/dev/null 2>&1
    # statement: and execute NAME: are what the server was sent; a statement of several lines goes on after a tab.
    perl -ne 'chomp; if (/ LOG:  (?:statement|execute [^:]*): (.*)/) { print "\n$1" } elsif (/^\t(.*)/) { print " $1" } else { print "\n" }' "$PGHOST/data/log" |
        sed 's/  */ /g' | sort -u >statements
    [ "$(wc -l <statements)" -gt 100 ]
    [ "$(grep -c relief_case statements)" -gt 15 ]
    [ "$(grep -c match_ statements)" -gt 15 ]
    [ "$(grep -c complaint statements)" -gt 8 ]
    if grep -iE '\b(ROLLUP|CUBE|GROUPING SETS|FOR (NO KEY )?UPDATE|FOR (KEY )?SHARE|nextval|LOCK TABLE|CREATE TRIGGER|SERIAL)\b' statements | grep -v '^SELECT c.tab'; then
        return 1
    fi
    # A column by which a table is parted is never set.
    sql "SELECT tab, col FROM public.calls WHERE col IS NOT NULL" | while IFS='|' read -r tab col; do
        if grep -iE "(^| )UPDATE \"?$tab\"? .*SET ([^=]* = [^,]*, )*\"?$col\"? =|INTO \"?$tab\"? .*DO UPDATE SET ([^=]* = [^,]*, )*\"?$col\"? =" statements; then
            echo "$tab is parted by $col"
            return 1
        fi
    done
}
