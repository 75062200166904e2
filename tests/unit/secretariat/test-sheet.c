/* SPDX-License-Identifier: MIT */
/* Targets and capacity: rows under keys, whatever their order and chunks; arrays; the tree. */
#include "desk.h"

/* Columns with bars between them; an empty one is not given. */
static void split(char *line, struct alm_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *end = line + strcspn(line, "|");
        const bool last = !*end;
        *end = '\0';
        texts[i] = *line ? text_of(line) : (struct alm_text){NULL, 0};
        line = last ? end : end + 1;
    }
}

static enum alm_status put(struct desk *d, enum secretariat_sheet sheet, const char *row, enum import_outcome *outcome)
{
    struct alm_text texts[SHEET_VALUES_MAX];
    char line[200];
    size_t n;
    secretariat_columns(sheet, &n);
    snprintf(line, sizeof line, "%s", row);
    split(line, texts, n);
    d->err = (struct alm_error){0};
    return secretariat_put(&d->secretariat, sheet, texts, outcome, &d->err);
}

static void puts_as(struct desk *d, enum secretariat_sheet sheet, const char *row, enum import_outcome expected)
{
    enum import_outcome outcome;
    DO(put(d, sheet, row, &outcome));
    assert_int_equal(outcome, expected);
}

static void a_row_sets_what_it_has(void **state)
{
    struct desk *d = *state;
    struct secretariat_target *targets;
    size_t n;
    puts_as(d, SHEET_TARGET, "S1|parcels|KH|900|||", IMPORT_ADDED);
    puts_as(d, SHEET_TARGET, "S1|parcels|KH|900|||", IMPORT_SAME);
    puts_as(d, SHEET_TARGET, "S1|parcels|KH||3000|12.5|", IMPORT_CHANGED);
    puts_as(d, SHEET_TARGET, "s1|parcels|Khorramabad|||12.5|", IMPORT_SAME);
    puts_as(d, SHEET_TARGET, "S2|parcels|KH|1|||", IMPORT_ADDED);
    puts_as(d, SHEET_TARGET, "S1|meals|KH|||0|7", IMPORT_ADDED);
    DO(secretariat_targets(&d->secretariat, desk_entry(d, REGISTER_STAGE, "S1"),
                           desk_entry(d, REGISTER_PROGRAMME, "parcels"), &targets, &n, &d->err));
    assert_int_equal(n, 1);
    assert_int_equal(targets[0].area, desk_area(d, "KH"));
    assert_int_equal(targets[0].households, 900);
    assert_int_equal(targets[0].persons, 3000);
    assert_int_equal(targets[0].quantity, 12500);
    assert_int_equal(targets[0].budget, ALM_NULL);
    free(targets);
    DO(secretariat_targets(&d->secretariat, 0, 0, &targets, &n, &d->err));
    assert_int_equal(n, 3);
    for (size_t i = 1; i < n; i++)
        assert_true(targets[i - 1].stage < targets[i].stage ||
                    (targets[i - 1].stage == targets[i].stage && targets[i - 1].programme < targets[i].programme));
    free(targets);
}

static void what_is_wrong_changes_nothing(void **state)
{
    struct desk *d = *state;
    static const char *const wrong[] = {"S1|parcels|KH||||",
                                        "S9|parcels|KH|1|||",
                                        "S1|cakes|KH|1|||",
                                        "S1|parcels|XX|1|||",
                                        "S1|parcels|KH|-1|||",
                                        "S1|parcels|KH|1.5|||",
                                        "S1|parcels|KH|||0.0001|",
                                        "S1|parcels|KH|9999999999999999|||",
                                        "||KH|1|||"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        enum import_outcome outcome;
        assert_int_equal(put(d, SHEET_TARGET, wrong[i], &outcome), ALM_BAD_DATA);
    }
    assert_int_equal(suite_number(d->store, "SELECT COUNT(*) FROM target"), 0);
}

static void a_group_tells_its_body(void **state)
{
    struct desk *d = *state;
    struct secretariat_capacity *capacities;
    enum import_outcome outcome;
    size_t n;
    puts_as(d, SHEET_CAPACITY, "S1|parcels|hamdeli|||800|40", IMPORT_ADDED);
    puts_as(d, SHEET_CAPACITY, "S1|parcels||G1|KH-1|60|", IMPORT_ADDED);
    puts_as(d, SHEET_CAPACITY, "S1|parcels|hamdeli|G1|KH-1|60|", IMPORT_SAME);
    assert_int_equal(put(d, SHEET_CAPACITY, "S1|parcels|yari|G1||60|", &outcome), ALM_BAD_DATA);
    assert_int_equal(put(d, SHEET_CAPACITY, "S1|parcels||||60|", &outcome), ALM_BAD_DATA);
    DO(secretariat_capacities(&d->secretariat, 0, 0, &capacities, &n, &d->err));
    assert_int_equal(n, 2);
    assert_int_equal(capacities[0].group, 0);
    assert_int_equal(capacities[0].area, 0);
    assert_int_equal(capacities[0].quantity, 800000);
    assert_int_equal(capacities[0].people, 40);
    assert_int_equal(capacities[1].body, capacities[0].body);
    assert_int_equal(capacities[1].group, desk_entry(d, REGISTER_GROUP, "G1"));
    assert_int_equal(capacities[1].area, desk_area(d, "KH-1"));
    assert_int_equal(capacities[1].people, ALM_NULL);
    free(capacities);
}

/* One chunk: later rows see what earlier ones set; two that differ are told. */
static void rows_of_a_chunk(void **state)
{
    struct desk *d = *state;
    char lines[][60] = {"S1|parcels|KH|900|||", "S1|parcels|KH|||5|", "S1|parcels|KH|900|||", "S1|parcels|KH|901|||",
                        "S1|parcels|BO|10|||"};
    static const enum import_outcome expected[] = {IMPORT_ADDED, IMPORT_CHANGED, IMPORT_SAME, IMPORT_REJECTED,
                                                   IMPORT_ADDED};
    struct secretariat_import import = {&d->secretariat, SHEET_TARGET};
    struct alm_text texts[COUNT_OF(lines)][SHEET_VALUES_MAX];
    struct import_row rows[COUNT_OF(lines)];
    struct store_entry entry = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        split(lines[i], texts[i], 7);
        rows[i] = (struct import_row){.line = (int64_t)i + 2, .fields = texts[i], .column = -1};
    }
    DO(secretariat_import_rows(&import, rows, COUNT_OF(rows), &arena, &entry, &d->err));
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        assert_int_equal(rows[i].outcome, expected[i]);
    assert_string_equal(rows[3].reason, "line 4 says another number of the same");
    assert_int_equal(suite_number(d->store, "SELECT SUM(households) FROM target"), 910);
    assert_int_equal(suite_number(d->store, "SELECT quantity FROM target WHERE households = 900"), 5000);
    arena_release(&arena);
}

static void what_is_removed_is_gone(void **state)
{
    struct desk *d = *state;
    struct alm_text texts[SHEET_VALUES_MAX];
    int64_t values[SHEET_VALUES_MAX];
    char key[] = "S1|parcels|hamdeli|G1|||", other[] = "S1|parcels|hamdeli||||";
    puts_as(d, SHEET_CAPACITY, "S1|parcels|hamdeli|||800|40", IMPORT_ADDED);
    puts_as(d, SHEET_CAPACITY, "S1|parcels|hamdeli|G1||80|", IMPORT_ADDED);
    split(key, texts, 7);
    DO(secretariat_find(&d->secretariat, SHEET_CAPACITY, texts, values, &d->err));
    assert_int_equal(values[CAPACITY_QUANTITY], 80000);
    DO(secretariat_remove(&d->secretariat, SHEET_CAPACITY, texts, &d->err));
    assert_int_equal(secretariat_find(&d->secretariat, SHEET_CAPACITY, texts, values, &d->err), ALM_BAD_DATA);
    assert_int_equal(secretariat_remove(&d->secretariat, SHEET_CAPACITY, texts, &d->err), ALM_BAD_DATA);
    split(other, texts, 7);
    DO(secretariat_find(&d->secretariat, SHEET_CAPACITY, texts, values, &d->err));
}

/* An area's own number stands for what lies in it; without one it is their sum. */
static void targets_up_the_tree(void **state)
{
    struct desk *d = *state;
    const struct register_area *areas;
    struct secretariat_target *targets, *sums;
    size_t n, n_areas;
    puts_as(d, SHEET_TARGET, "S1|parcels|KH-1|100||10|", IMPORT_ADDED);
    puts_as(d, SHEET_TARGET, "S1|parcels|KH-2|50|||", IMPORT_ADDED);
    puts_as(d, SHEET_TARGET, "S1|parcels|KH|||40|", IMPORT_ADDED);
    puts_as(d, SHEET_TARGET, "S1|parcels|BO|7|||1000", IMPORT_ADDED);
    DO(secretariat_targets(&d->secretariat, 0, 0, &targets, &n, &d->err));
    DO(register_areas(d->fixture->directory, &areas, &n_areas, &d->err));
    sums = calloc(n_areas, sizeof *sums);
    assert_non_null(sums);
    DO(secretariat_target_tree(&d->secretariat, targets, n, sums, &d->err));
    const int32_t kh = register_area_by_code(d->fixture->directory, text_of("KH"), &d->err);
    const int32_t top = register_area_by_code(d->fixture->directory, text_of("IR15"), &d->err);
    assert_int_equal(sums[kh].households, 150);
    assert_int_equal(sums[kh].quantity, 40000);
    assert_int_equal(sums[kh].budget, ALM_NULL);
    assert_int_equal(sums[top].households, 157);
    assert_int_equal(sums[top].quantity, 40000);
    assert_int_equal(sums[top].budget, 1000);
    assert_int_equal(sums[top].persons, ALM_NULL);
    assert_int_equal(sums[top].area, areas[top].id);
    free(sums);
    free(targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_row_sets_what_it_has), DESK_TEST(what_is_wrong_changes_nothing), DESK_TEST(a_group_tells_its_body),
        DESK_TEST(rows_of_a_chunk),        DESK_TEST(what_is_removed_is_gone),       DESK_TEST(targets_up_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
