/* SPDX-License-Identifier: MIT */
/* Areas that come to lie elsewhere after aid was given in them: every kept count is what the lines say. */
#include "world.h"

/* As `area edit`: a null text stays as it is. */
static void edit_area(struct world *w, const char *code, const char *parent, const char *kind)
{
    struct alm_error err = {0};
    const struct register_gate gate = {.areas_move = ledger_areas_move, .context = w->ledger};
    const struct alm_text values[5] = {text_of(code), text_of(parent), text_of(kind)};
    alm_id id;
    OK(register_put(LIST_AREA, w->store, w->fixture->directory, &gate, TODAY, values, true, &id, &err));
}

static int64_t kept(struct world *w, size_t area)
{
    char sql[160];
    snprintf(sql, sizeof sql,
             "SELECT COALESCE(SUM(persons), 0) FROM unique_count WHERE cut = 4 AND programme = 0 AND value = %lld",
             (long long)w->areas[area]);
    return world_number(w, sql);
}

enum { PROVINCE, KH, KH_1, KH_2, BO };

static void a_neighbourhood_of_another_county(void **state)
{
    struct world *w = *state;
    world_campaign(w, 300);
    world_assert_sound(w);
    const int64_t all = kept(w, PROVINCE), left = kept(w, KH), gained = kept(w, BO), moved = kept(w, KH_1);
    assert_true(moved > 0 && left > moved);
    edit_area(w, "KH-1", "BO", NULL);
    world_assert_sound(w);
    assert_int_equal(kept(w, PROVINCE), all);
    assert_int_equal(kept(w, KH_1), moved);
    assert_true(kept(w, KH) < left && kept(w, BO) > gained);
    edit_area(w, "KH-1", "KH", NULL);
    world_assert_sound(w);
    assert_int_equal(kept(w, KH), left);
    assert_int_equal(kept(w, BO), gained);
}

static void counties_become_something_else(void **state)
{
    struct world *w = *state;
    world_campaign(w, 300);
    edit_area(w, "KH", NULL, "district");
    world_assert_sound(w);
    edit_area(w, "KH", "BO", NULL);
    world_assert_sound(w);
    edit_area(w, "KH-2", NULL, "county");
    world_assert_sound(w);
    edit_area(w, "KH", "", "county");
    world_assert_sound(w);
    /* And what comes after counts by the new tree. */
    world_campaign(w, 100);
    world_assert_sound(w);
}

static void a_move_in_a_list(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    world_campaign(w, 200);
    const struct register_gate gate = {.areas_move = ledger_areas_move, .context = w->ledger};
    struct register_importer *importer =
        register_importer_new(LIST_AREA, w->store, w->fixture->directory, &gate, TODAY, false);
    const struct alm_text fields[][5] = {
        {text_of("KH-1"), text_of("NEW"), text_of("neighbourhood"), text_of("moved")},
        {text_of("NEW"), text_of("IR15"), text_of("county"), text_of("a new county")},
        {text_of("KH-2"), text_of("KH-1"), text_of("neighbourhood"), text_of("moved along")}};
    struct import_row rows[COUNT_OF(fields)] = {{.fields = fields[0]}, {.fields = fields[1]}, {.fields = fields[2]}};
    struct store_entry entry = {.id = world_id(w), .command = "test"};
    OK(register_importer_rows(importer, rows, COUNT_OF(rows), &w->arena, &entry, &err));
    register_importer_free(importer);
    assert_int_equal(rows[0].outcome, IMPORT_CHANGED);
    assert_int_equal(rows[1].outcome, IMPORT_ADDED);
    assert_int_equal(rows[2].outcome, IMPORT_CHANGED);
    world_assert_sound(w);
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM tally WHERE county = %lld AND deliveries <> 0",
             (long long)w->areas[KH_1]);
    assert_int_equal(world_number(w, sql), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_neighbourhood_of_another_county),
        WORLD_TEST(counties_become_something_else),
        WORLD_TEST(a_move_in_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
