/* SPDX-License-Identifier: MIT */
/* Reach states against plain sets, in random runs; and their text. */
#include "world.h"

#define REAL_PERSONS 6
enum { LINES = 40, KINDS_OF_MARKS = 5, MAX_KEYS = 4000 };

struct run {
    struct alm_line lines[LINES];
    alm_id persons[LINES][REAL_PERSONS];
    size_t n_persons[LINES];
    size_t n;
};

/* Lines of one owner, drawn from few values, so that marks meet. */
static void draw_run(struct world *w, struct run *run, bool place)
{
    run->n = 1 + draw(w, LINES);
    for (size_t i = 0; i < run->n; i++) {
        run->lines[i] = (struct alm_line){.owner = 900,
                                          .household = place ? 0 : 900,
                                          .place = place ? 900 : 0,
                                          .programme = (alm_id)(10 + draw(w, 3)),
                                          .stage = (alm_id)draw(w, 3),
                                          .body = (alm_id)(30 + draw(w, 2)),
                                          .area = draw(w, 6) == 0 ? 0 : w->areas[draw(w, 5)],
                                          .date = TODAY - (alm_date)draw(w, 90)};
        run->n_persons[i] = 0;
        const bool whole = draw(w, 2);
        for (alm_id p = 1; !place && p <= REAL_PERSONS; p++)
            if (whole || draw(w, 3) == 0)
                run->persons[i][run->n_persons[i]++] = 1000 * p;
    }
}

struct key {
    int64_t cut, programme, value, who;
};

struct keys {
    struct key at[MAX_KEYS];
    size_t n;
};

static void add_key(struct keys *keys, int64_t cut, int64_t programme, int64_t value, int64_t who)
{
    for (size_t i = 0; i < keys->n; i++)
        if (keys->at[i].cut == cut && keys->at[i].programme == programme && keys->at[i].value == value &&
            keys->at[i].who == who)
            return;
    assert_true(keys->n < MAX_KEYS);
    keys->at[keys->n++] = (struct key){cut, programme, value, who};
}

static void add_keys(struct world *w, struct keys *keys, const struct alm_line *line, int64_t who)
{
    const struct register_area *areas;
    size_t n;
    assert_int_equal(register_areas(w->fixture->directory, &areas, &n, NULL), ALM_OK);
    for (int all = 0; all < 2; all++) {
        const int64_t programme = all ? 0 : line->programme;
        add_key(keys, 0, programme, 0, who);
        add_key(keys, 1, programme, line->stage, who);
        add_key(keys, 2, programme, line->body, who);
        add_key(keys, 3, programme, date_month(line->date), who);
        if (!line->area)
            add_key(keys, 4, programme, 0, who);
        for (int32_t a = line->area ? register_area_by_id(w->fixture->directory, line->area) : -1; a >= 0;
             a = areas[a].parent)
            add_key(keys, 4, programme, areas[a].id, who);
    }
}

struct comparison {
    const struct keys *keys;
    bool place;
    size_t met;
};

static void compare_count(void *context, int cut, alm_id programme, int64_t value, int64_t households, int64_t persons,
                          int64_t places)
{
    struct comparison *c = context;
    int64_t owners = 0, members = 0;
    for (size_t i = 0; i < c->keys->n; i++) {
        const struct key *k = &c->keys->at[i];
        if (k->cut != cut || k->programme != programme || k->value != value)
            continue;
        c->met++;
        if (k->who == 900)
            owners++;
        else
            members++;
    }
    assert_int_equal(households, c->place ? 0 : owners);
    assert_int_equal(places, c->place ? owners : 0);
    assert_int_equal(persons, members);
}

static void no_count(void *context, int cut, alm_id programme, int64_t value, int64_t households, int64_t persons,
                     int64_t places)
{
    (void)context;
    fail_msg("%d %lld %lld: %lld %lld %lld", cut, (long long)programme, (long long)value, (long long)households,
             (long long)persons, (long long)places);
}

/* Add the lines in an order, with the state written and read between them now and then. */
static char *fold(struct world *w, struct reach *reach, const struct run *run, const size_t *order,
                  struct reach_counts *counts)
{
    struct alm_error err = {0};
    struct alm_text text = {0};
    char *state = NULL;
    OK(reach_load(reach, text, &err));
    for (size_t i = 0; i < run->n; i++) {
        const size_t at = order ? order[i] : i;
        reach_add(reach, &run->lines[at], run->persons[at], run->n_persons[at], counts);
        assert_true(i > 0 || reach_changed(reach));
        if (draw(w, 4) == 0 || i + 1 == run->n) {
            text = reach_text(reach);
            free(state);
            state = strndup(text.at, text.len);
            OK(reach_load(reach, text_of(state), &err));
            assert_false(reach_changed(reach));
            text = reach_text(reach);
            assert_int_equal(text.len, strlen(state));
            assert_memory_equal(text.at, state, text.len);
        }
    }
    return state;
}

static void states_count_what_sets_count(void **state)
{
    struct world *w = *state;
    struct reach *reach = reach_new(w->fixture->directory);
    struct keys *keys = malloc(sizeof *keys);
    for (int round = 0; round < 300; round++) {
        struct run run;
        const bool place = round % 7 == 0;
        draw_run(w, &run, place);
        struct reach_counts *counts = reach_counts_new();
        char *first = fold(w, reach, &run, NULL, counts);
        keys->n = 0;
        for (size_t i = 0; i < run.n; i++) {
            add_keys(w, keys, &run.lines[i], 900);
            for (size_t p = 0; p < run.n_persons[i]; p++)
                add_keys(w, keys, &run.lines[i], run.persons[i][p]);
        }
        struct comparison comparison = {keys, place, 0};
        reach_counts_each(counts, compare_count, &comparison);
        assert_int_equal(comparison.met, keys->n);

        /* In any other order the state is the same. */
        size_t order[LINES];
        for (size_t i = 0; i < run.n; i++) {
            const size_t j = draw(w, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        struct reach_counts *again = reach_counts_new();
        char *second = fold(w, reach, &run, order, again);
        assert_string_equal(first, second);

        /* Taking it out leaves nothing. */
        struct alm_error err = {0};
        OK(reach_load(reach, text_of(first), &err));
        reach_subtract(reach, counts);
        reach_counts_each(counts, no_count, NULL);
        assert_int_equal(reach_text(reach).len, 0);
        free(first);
        free(second);
        reach_counts_free(counts);
        reach_counts_free(again);
    }
    free(keys);
    reach_free(reach);
}

/* One who moved counts alone: no household. */
static void a_row_of_ones_own(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct reach *reach = reach_new(w->fixture->directory);
    struct reach_counts *counts = reach_counts_new();
    const struct alm_line line = {
        .owner = 900, .household = 900, .programme = 10, .body = 30, .area = w->areas[2], .date = TODAY};
    struct keys *keys = calloc(1, sizeof *keys);
    OK(reach_load(reach, (struct alm_text){0}, &err));
    reach_add_person(reach, &line, 5000, counts);
    reach_add_person(reach, &line, 5000, counts);
    add_keys(w, keys, &line, 5000);
    struct comparison comparison = {keys, false, 0};
    reach_counts_each(counts, compare_count, &comparison);
    assert_int_equal(comparison.met, keys->n);
    free(keys);
    reach_counts_free(counts);
    reach_free(reach);
}

static void persons_in_any_order_and_twice(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct reach *reach = reach_new(w->fixture->directory);
    struct reach_counts *counts = reach_counts_new();
    const struct alm_line line = {.owner = 900, .household = 900, .programme = 10, .body = 30, .date = TODAY};
    const alm_id jumbled[] = {30, 10, 20, 10}, sorted[] = {10, 20, 30};
    OK(reach_load(reach, (struct alm_text){0}, &err));
    reach_add(reach, &line, jumbled, 4, counts);
    char *first = strndup(reach_text(reach).at, reach_text(reach).len);
    OK(reach_load(reach, (struct alm_text){0}, &err));
    reach_add(reach, &line, sorted, 3, counts);
    const struct alm_text second = reach_text(reach);
    assert_int_equal(second.len, strlen(first));
    assert_memory_equal(second.at, first, second.len);
    free(first);
    reach_counts_free(counts);
    reach_free(reach);
}

/* Damage is an error, whatever it is; and never more. */
static void damaged_texts_are_refused(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct reach *reach = reach_new(w->fixture->directory);
    struct reach_counts *counts = reach_counts_new();
    struct run run;
    draw_run(w, &run, false);
    char *text = fold(w, reach, &run, NULL, counts);
    const size_t len = strlen(text);
    for (size_t cut = 1; cut < len; cut++) {
        /* A cut between two classes leaves a whole state of fewer: that is for the audit to see. */
        enum alm_status status = reach_load(reach, (struct alm_text){text, cut}, &err);
        assert_true(status == ALM_INTERNAL || status == ALM_OK);
    }
    for (int round = 0; round < 20000; round++) {
        char *copy = strdup(text);
        for (uint64_t i = draw(w, 4) + 1; i > 0; i--)
            copy[draw(w, len)] = (char)(1 + draw(w, 255));
        if (reach_load(reach, text_of(copy), &err) == ALM_OK) {
            reach_text(reach);
            reach_subtract(reach, counts);
        }
        free(copy);
    }
    static const char *const bad[] = {"x", "h", "hA!", "hB", "p_____________", "hBKBBAAAA", "h_______________B"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        FAILS(ALM_INTERNAL, reach_load(reach, text_of(bad[i]), &err));
    free(text);
    reach_counts_free(counts);
    reach_free(reach);
}

/* Written differences add up in the table, whatever the size of the hash table. */
static void counts_are_merged(void **state)
{
    struct world *w = *state;
    struct alm_error err = {0};
    struct reach *reach = reach_new(w->fixture->directory);
    struct reach_counts *counts = reach_counts_new();
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3000; i++) {
            const struct alm_line line = {.owner = 900,
                                          .household = 900,
                                          .programme = 10 + i % 30,
                                          .body = 1000 + i,
                                          .stage = i % 500,
                                          .date = i * 30};
            const alm_id person = 77;
            OK(reach_load(reach, (struct alm_text){0}, &err));
            reach_add(reach, &line, &person, 1, counts);
        }
        OK(reach_counts_write(counts, w->store, &err));
        reach_counts_each(counts, no_count, NULL);
    }
    assert_int_equal(world_number(w, "SELECT households FROM unique_count WHERE cut = 0 AND programme = 0"), 6000);
    assert_int_equal(world_number(w, "SELECT persons FROM unique_count WHERE cut = 0 AND programme = 12"), 200);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM unique_count WHERE cut = 2 AND programme <> 0"), 3000);
    assert_int_equal(world_number(w, "SELECT COUNT(*) FROM unique_count WHERE households <> persons"), 0);
    reach_counts_free(counts);
    reach_free(reach);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(states_count_what_sets_count),
        WORLD_TEST(a_row_of_ones_own),
        WORLD_TEST(persons_in_any_order_and_twice),
        WORLD_TEST(damaged_texts_are_refused),
        WORLD_TEST(counts_are_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
