/* SPDX-License-Identifier: MIT */
/* The audit finds nothing in a sound ledger, and finds each thing that is not. */
#include "world.h"

static void a_sound_ledger_has_no_faults(void **state)
{
    struct world *w = *state;
    world_campaign(w, 700);
    assert_true(world_number(w, "SELECT COUNT(*) FROM line WHERE reverses IS NOT NULL") > 10);
    assert_true(world_number(w, "SELECT COUNT(*) FROM claim") > 10);
    assert_true(world_number(w, "SELECT COUNT(*) FROM reach JOIN home ON home.id = reach.owner") > 5);
    world_assert_sound(w);
}

/* An empty one neither. */
static void an_empty_ledger_has_no_faults(void **state)
{
    world_assert_sound(*state);
}

static void each_fault_is_found(void **state)
{
    static const struct {
        const char *sql, *begins;
    } faults[] = {
        {"UPDATE account SET deliveries = deliveries + 1 WHERE owner = (SELECT MIN(owner) FROM account)",
         "account of "},
        {"UPDATE account SET last_line = last_line - 1 WHERE owner = (SELECT MAX(owner) FROM account)", "account of "},
        {"DELETE FROM account WHERE owner = (SELECT MAX(owner) FROM account)", "account of "},
        {"INSERT INTO account VALUES (1, 1, 0, 1, 1, 1, 1)", "account of "},
        {"UPDATE reach SET state = (SELECT r.state FROM reach r WHERE r.state <> reach.state ORDER BY r.owner LIMIT 1) "
         "WHERE owner = (SELECT MAX(owner) FROM reach WHERE owner IN (SELECT owner FROM line))",
         "reach of "},
        {"DELETE FROM reach WHERE owner = (SELECT MIN(owner) FROM reach)", "reach of "},
        {"INSERT INTO reach VALUES (5, 'hB')", "reach of "},
        {"DELETE FROM reach WHERE owner = (SELECT MIN(owner) FROM reach WHERE owner IN (SELECT id FROM person))",
         "reach of person "},
        {"INSERT INTO reach SELECT id, 'hB' FROM person WHERE id NOT IN (SELECT owner FROM reach) LIMIT 1",
         "reach of person "},
        {"UPDATE tally SET value = value + 1 WHERE quantity = (SELECT MAX(quantity) FROM tally)", "tally of "},
        {"DELETE FROM tally WHERE quantity = (SELECT MAX(quantity) FROM tally)", "tally of "},
        {"INSERT INTO tally VALUES (1, 1, 1, 1, 1, 0, 5, 1, 1)", "tally of "},
        {"UPDATE tally_detail SET quantity = quantity - 1 WHERE day = (SELECT MAX(day) FROM tally_detail)",
         "daily tally of "},
        {"INSERT INTO tally_detail VALUES (1, 1, 1, 1, 1, 1, 0, 5, 1, 1)", "daily tally of "},
        {"UPDATE unique_count SET households = households + 1 WHERE cut = 0 AND programme = 0",
         "unique count of all programmes: "},
        {"UPDATE unique_count SET persons = persons - 1 WHERE cut = 4 AND persons > 0", "unique count of "},
        {"DELETE FROM unique_count WHERE cut = 2", "unique count of "},
        {"DELETE FROM claim WHERE line = (SELECT MIN(line) FROM claim)", "claim of "},
        {"UPDATE claim SET line = line + 1 WHERE line = (SELECT MAX(line) FROM claim)", "claim of "},
        {"INSERT INTO claim VALUES (9, 9, 9, 9, 9)", "claim of "},
        {"DELETE FROM delivery_key WHERE id = (SELECT MAX(id) FROM delivery_key)", "key of "},
        {"INSERT INTO delivery_key VALUES ('strange', 9, 9)", "key of "},
        {"UPDATE owner_line SET owner = owner + 1 WHERE id = (SELECT MAX(id) FROM line)", "line "},
        {"DELETE FROM reversal WHERE id = (SELECT MAX(id) FROM reversal)", "reversal of line "},
        {"UPDATE line SET note = 'other' WHERE id = (SELECT MAX(id) FROM line)", "journal entry "},
        {"UPDATE line SET detail = '{}' WHERE id = (SELECT MIN(id) FROM line)", "journal entry "},
        {"UPDATE journal SET lines = lines + 1 WHERE id = (SELECT MAX(id) FROM journal WHERE lines > 0)",
         "journal entry "},
        {"DELETE FROM journal WHERE lines > 0", "journal entry "},
    };
    struct world *w = *state;
    struct alm_error err = {0};
    world_campaign(w, 400);
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        int64_t changes;
        OK(store_savepoint(w->store, &err));
        OK(store_run(w->store, &changes, &err, faults[i].sql, ""));
        if (changes < 1)
            fail_msg("nothing changed: %s", faults[i].sql);
        const struct world_faults found = world_verify(w);
        if (!found.n || strncmp(found.first, faults[i].begins, strlen(faults[i].begins)) != 0)
            fail_msg("%s: %lld faults: %s", faults[i].sql, (long long)found.n, found.first);
        OK(store_release(w->store, false, &err));
    }
    world_assert_sound(w);
}

/* A line that is changed shows in everything that was made from it. */
static void a_changed_line_is_found(void **state)
{
    struct world *w = *state;
    world_campaign(w, 200);
    world_sql(
        w, "UPDATE line SET quantity = quantity + 1000 WHERE id = (SELECT MAX(id) FROM line WHERE reverses IS NULL)");
    const struct world_faults found = world_verify(w);
    assert_true(found.n >= 4); /* account (unless it was taken back: then two), tallies, journal */
}

static void the_text_says_what_differs(void **state)
{
    struct world *w = *state;
    const struct ledger_offer offer = {.programme = &w->programmes[PARCELS],
                                       .household = w->households[12],
                                       .date = TODAY - 10,
                                       .body = w->bodies[0],
                                       .quantity = ALM_UNIT};
    assert_int_equal(world_offer(w, &offer).outcome, LEDGER_RECORDED);
    world_sql(w, "UPDATE account SET deliveries = 3");
    assert_string_equal(world_verify(w).first, "account of household H012 under parcels: 3 deliveries kept, 1 counted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_sound_ledger_has_no_faults), WORLD_TEST(an_empty_ledger_has_no_faults),
        WORLD_TEST(each_fault_is_found),          WORLD_TEST(a_changed_line_is_found),
        WORLD_TEST(the_text_says_what_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
