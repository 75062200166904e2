/* SPDX-License-Identifier: MIT */
/* Rows of a delivery list: cells to offers, faults at their column, outcomes back to their rows. */
#include "world.h"

enum {
    KEY,
    PROGRAMME,
    HOUSEHOLD,
    PERSON,
    PLACE,
    NATIONAL_ID,
    PARTNER,
    QUANTITY,
    DATE,
    BODY,
    GROUP,
    NOTE,
    BATCH,
    COLUMNS
};
enum { MAX_ROWS = 64 };

struct list {
    struct world *w;
    struct ledger_import import;
    struct import_column columns[COLUMNS];
    struct alm_text fields[MAX_ROWS][COLUMNS];
    struct import_row rows[MAX_ROWS];
    size_t n;
    struct store_entry entry;
};

static struct list *list_new(struct world *w)
{
    struct list *list = arena_alloc(&w->arena, sizeof *list);
    assert_int_equal(ledger_n_columns, BATCH);
    memcpy(list->columns, ledger_columns, ledger_n_columns * sizeof *list->columns);
    list->columns[BATCH] = (struct import_column){"batch", NULL, false};
    list->w = w;
    for (int i = 0; i < HOUSEHOLDS; i++)
        world_sql(w, "INSERT INTO household_code (code, household) VALUES ('h%03d', %lld)", i,
                  (long long)w->households[i]);
    for (int i = 0; i < PLACES; i++)
        world_sql(w, "INSERT INTO place_code (code, place) VALUES ('p%d', %lld)", i, (long long)w->places[i]);
    list->import = (struct ledger_import){.ledger = w->ledger, .columns = list->columns, .n_columns = COLUMNS};
    return list;
}

/* programme, household, quantity, date, body: what most rows need. */
static struct alm_text *add(struct list *list, const char *programme, const char *household, const char *quantity,
                            const char *date, const char *body)
{
    struct alm_text *fields = list->fields[list->n];
    memset(fields, 0, COLUMNS * sizeof *fields);
    fields[PROGRAMME] = text_of(programme);
    fields[HOUSEHOLD] = text_of(household);
    fields[QUANTITY] = text_of(quantity);
    fields[DATE] = text_of(date);
    fields[BODY] = text_of(body);
    list->rows[list->n] = (struct import_row){.line = (int64_t)list->n + 2, .fields = fields, .column = -2};
    list->n++;
    return fields;
}

static void run(struct list *list)
{
    struct alm_error err = {0};
    list->entry = (struct store_entry){.id = world_id(list->w), .command = "test"};
    OK(ledger_import_rows(&list->import, list->rows, list->n, &list->w->arena, &list->entry, &err));
    OK(store_journal_add(list->w->store, &list->entry, &err));
}

static void assert_rejected(const struct list *list, size_t row, int column, const char *why)
{
    if (list->rows[row].outcome != IMPORT_REJECTED || list->rows[row].column != column ||
        !strstr(list->rows[row].reason, why))
        fail_msg("row %zu: outcome %d, column %d, %s; expected column %d, %s", row, (int)list->rows[row].outcome,
                 list->rows[row].column, list->rows[row].reason, column, why);
}

static void cells_become_offers(void **state)
{
    struct world *w = *state;
    struct list *list = list_new(w);
    add(list, "parcels", "h 001", "۱٫۵", "1399/09/10", "b1")[NOTE] = text_of("at the door");
    add(list, "meals", "H002", NULL, "2020-12-01", NULL)[GROUP] = text_of("G1");
    list->fields[1][BATCH] = text_of("۱۲");
    add(list, "spray", NULL, "1", "2020-11-30", "B0")[PLACE] = text_of("P3");
    add(list, "parcels", "H003", "5", "2020-12-01", "B2")[KEY] = text_of("mine");
    run(list);
    for (size_t i = 0; i < list->n; i++)
        if (list->rows[i].outcome != IMPORT_ADDED)
            fail_msg("row %zu: %d %s", i, (int)list->rows[i].outcome, list->rows[i].reason);
    assert_int_equal(list->entry.added, 4);
    assert_int_equal(list->entry.lines, 4);
    char sql[400];
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM line WHERE owner = %lld AND programme = %lld AND quantity = 1500 AND date = %d "
             "AND body = %lld AND note = 'at the door' AND detail IS NULL",
             (long long)w->households[1], (long long)w->programmes[PARCELS].id, (int)date_from_iso(2020, 11, 30),
             (long long)w->bodies[1]);
    assert_int_equal(world_number(w, sql), 1);
    /* No quantity is what they are entitled to; the group tells the body. */
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM line WHERE owner = %lld AND quantity = 5000 AND body = %lld AND grp = %lld "
             "AND detail = '{\"batch\":12}'",
             (long long)w->households[2], (long long)w->bodies[1], (long long)w->groups[1]);
    assert_int_equal(world_number(w, sql), 1);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM line WHERE owner = %lld", (long long)w->places[3]);
    assert_int_equal(world_number(w, sql), 1);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM delivery_key WHERE key = 'mine'"), 1);
    /* The same file in another run. */
    const struct ledger_services services = w->ledger->services;
    ledger_free(w->ledger);
    list->import.ledger = w->ledger = ledger_new(&services);
    run(list);
    for (size_t i = 0; i < list->n; i++)
        assert_int_equal(list->rows[i].outcome, IMPORT_SAME);
    assert_int_equal(list->entry.lines, 0);
    world_assert_sound(w);
}

static void faults_stand_at_their_column(void **state)
{
    struct world *w = *state;
    struct list *list = list_new(w);
    add(list, NULL, "H001", "1", "2020-12-01", "B0");
    add(list, "nothing", "H001", "1", "2020-12-01", "B0");
    add(list, "parcels", "H999", "1", "2020-12-01", "B0");
    add(list, "parcels", "H001", "0", "2020-12-01", "B0");
    add(list, "parcels", "H001", "-1", "2020-12-01", "B0");
    add(list, "parcels", "H001", "1.2345", "2020-12-01", "B0");
    add(list, "parcels", "H001", "1", "1400/12/30", "B0");
    add(list, "parcels", "H001", "1", NULL, "B0");
    add(list, "parcels", "H001", "1", "2020-12-01", "B7");
    add(list, "parcels", "H001", "1", "2020-12-01", NULL)[GROUP] = text_of("G7");
    add(list, "spray", NULL, "1", "2020-12-01", "B0")[PLACE] = text_of("P9");
    add(list, "kits", NULL, "1", "2020-12-01", "B0")[NATIONAL_ID] = text_of("1234567890");
    add(list, "kits", NULL, "1", "2020-12-01", "B0")[NATIONAL_ID] = text_of("0013542419");
    add(list, "kits", NULL, "1", "2020-12-01", "B0")[PERSON] = text_of("X-17");
    add(list, "parcels", "H001", "1", "2020-12-01", "B0")[BATCH] = text_of("3");
    add(list, "meals", "H001", "1", "2020-12-01", "B0")[BATCH] = text_of("three");
    add(list, "parcels", "H001", "1", "2030-12-01", "B0");
    add(list, "parcels", "H001", "1", "2020-12-01", "B0");
    static const struct {
        int column;
        const char *why;
    } expected[] = {{PROGRAMME, "no programme is given"},
                    {PROGRAMME, "no programme"},
                    {HOUSEHOLD, "no household H999"},
                    {QUANTITY, "more than 0"},
                    {QUANTITY, ""},
                    {QUANTITY, ""},
                    {DATE, "1400"},
                    {DATE, "no date"},
                    {BODY, "B7"},
                    {GROUP, "G7"},
                    {PLACE, "no place P9"},
                    {NATIONAL_ID, ""},
                    {NATIONAL_ID, "nobody"},
                    {PERSON, "X-17"},
                    {BATCH, "parcels has no column batch"},
                    {BATCH, ""},
                    {DATE, "future"}};
    run(list);
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        assert_rejected(list, i, expected[i].column, expected[i].why);
    assert_int_equal(list->rows[list->n - 1].outcome, IMPORT_ADDED);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM line"), 1);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM delivery_key"), 1);
    world_assert_sound(w);
}

static void outcomes_are_counted(void **state)
{
    struct world *w = *state;
    struct list *list = list_new(w);
    w->programmes[PARCELS].window_days = 30;
    w->programmes[SPRAY].window_days = 30;
    w->programmes[SPRAY].on_double = LEDGER_WARN;
    w->programmes[MEALS].on_excess = LEDGER_HOLD;
    add(list, "parcels", "H001", "1", "2020-12-01", "B0");
    add(list, "parcels", "H001", "1", "2020-12-02", "B1");
    add(list, "spray", NULL, "1", "2020-12-01", "B0")[PLACE] = text_of("P1");
    add(list, "spray", NULL, "1", "2020-12-03", "B0")[PLACE] = text_of("P1");
    add(list, "meals", "H002", "6", "2020-12-03", "B0");
    run(list);
    static const enum import_outcome expected[] = {IMPORT_ADDED, IMPORT_REFUSED, IMPORT_ADDED, IMPORT_ADDED,
                                                   IMPORT_HELD};
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        assert_int_equal(list->rows[i].outcome, expected[i]);
    assert_non_null(strstr(list->rows[1].reason, "served already on 2020-12-01 by body 0"));
    assert_non_null(strstr(list->rows[4].reason, "more than the entitlement of 5"));
    assert_int_equal(list->import.counts.warned, 1);
    assert_int_equal(list->import.counts.refused_by[LEDGER_WINDOW], 1);
    assert_int_equal(list->import.counts.refused_by[LEDGER_EXCESS], 1);
    assert_int_equal(list->entry.added, 3);
    world_assert_sound(w);
}

static void a_file_for_one_programme(void **state)
{
    struct world *w = *state;
    struct list *list = list_new(w);
    list->import.programme = &w->programmes[PARCELS];
    add(list, NULL, "H001", "1", "2020-12-01", "B0");
    add(list, "parcels", "H002", "1", "2020-12-01", "B0");
    add(list, "meals", "H003", "1", "2020-12-01", "B0");
    run(list);
    assert_int_equal(list->rows[0].outcome, IMPORT_ADDED);
    assert_int_equal(list->rows[1].outcome, IMPORT_ADDED);
    assert_rejected(list, 2, PROGRAMME, "parcels only");
    world_assert_sound(w);
}

static void persons_by_any_name(void **state)
{
    struct world *w = *state;
    struct list *list = list_new(w);
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)w->persons[20]);
    world_sql(w, "INSERT INTO person_mark (mark, owner, person) VALUES ('0013542419', %lld, %lld)",
              (long long)w->homes[20], (long long)w->persons[20]);
    world_sql(w, "INSERT INTO person_mark (mark, owner, person) VALUES ('f:x17', %lld, %lld)", (long long)w->homes[31],
              (long long)w->persons[31]);
    /* Excel strips the zeros. */
    add(list, "kits", NULL, "1", "2020-12-01", "B0")[NATIONAL_ID] = text_of("13542419");
    add(list, "kits", NULL, "1", "2020-10-01", "B0")[PERSON] = text_of(id);
    add(list, "kits", NULL, "1", "2020-08-01", "B0")[PERSON] = text_of("۰۰۱۳۵۴۲۴۱۹");
    add(list, "kits", NULL, "1", "2020-12-01", "B0")[PERSON] = text_of("X-17");
    add(list, "kits", NULL, "1", "2020-06-01", "B0")[PERSON] = text_of("X-17");
    list->fields[4][NATIONAL_ID] = text_of("0013542419");
    /* A household's list may name it by a member. */
    add(list, "parcels", NULL, "1", "2020-12-01", "B0")[NATIONAL_ID] = text_of("0013542419");
    run(list);
    for (size_t i = 0; i < 4; i++)
        if (list->rows[i].outcome != IMPORT_ADDED)
            fail_msg("row %zu: %d %s", i, (int)list->rows[i].outcome, list->rows[i].reason);
    assert_rejected(list, 4, NATIONAL_ID, "two persons");
    assert_int_equal(list->rows[5].outcome, IMPORT_ADDED);
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM line WHERE person = %lld", (long long)w->persons[20]);
    assert_int_equal(world_number(w, sql), 3);
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM line WHERE owner = %lld AND person IS NULL",
             (long long)w->homes[20]);
    assert_int_equal(world_number(w, sql), 1);
    world_assert_sound(w);
}

/* More different texts than the memory of a chunk has places: none may be taken for another. */
static void texts_that_share_a_place(void **state)
{
    struct world *w = *state;
    struct list *list = list_new(w);
    for (size_t i = 0; i < MAX_ROWS; i++)
        add(list, "parcels", "H001", arena_printf(&w->arena, "%zu.%03zu", i % 4 + 1, i), "2020-12-01",
            i % 2 ? "B0" : "B1");
    run(list);
    for (size_t i = 0; i < MAX_ROWS; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM line WHERE quantity = %zu", (i % 4 + 1) * 1000 + i);
        assert_int_equal(world_number(w, sql), 1);
    }
    world_assert_sound(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(cells_become_offers),  WORLD_TEST(faults_stand_at_their_column),
        WORLD_TEST(outcomes_are_counted), WORLD_TEST(a_file_for_one_programme),
        WORLD_TEST(persons_by_any_name),  WORLD_TEST(texts_that_share_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
