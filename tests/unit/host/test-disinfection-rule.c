/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"
#include "register/register.h"

enum { AGENT, CONCENTRATION, LITRES, AREA, OBJECT, JOB, ORDER, DETAILS };
enum { SURFACE, OUTDOOR, PEOPLE };
enum { ROUND, SPOT };

#define DAY 18601 /* 2020-12-05 */

static const char ini[] = "[disinfection]\nevery = 10 days\ndepots = 900\n\n"
                          "[kind mosque]\nevery = 7 days\n\n"
                          "[kind street]\nrounds = no\noutdoor = yes\n\n"
                          "[agent chlorine]\nitem = 800\nitem_strength = 5\n\n"
                          "[agent water]\nlitres = 2\n";

/* What lies in the depot, for stock_draw(). */
static alm_quantity bleach;

static enum alm_status find(const struct alm_host *host, enum alm_noun noun, const char *text, alm_id *id,
                            struct alm_error *err)
{
    (void)host;
    (void)noun;
    (void)err;
    *id = atoll(text);
    return ALM_OK;
}

static enum alm_status stock_draw(const struct alm_host *host, struct alm_draw *draws, size_t n, struct alm_error *err)
{
    (void)host;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(draws[i].n_goods, 1);
        assert_int_equal(draws[i].goods->item, 800);
        assert_int_equal(draws[i].n_depots, 1);
        assert_int_equal(draws[i].depots[0], 900);
        assert_true(draws[i].goods->quantity > 0);
        draws[i].cost = draws[i].goods->quantity * 3;
        if (draws[i].goods->quantity > bleach)
            alm_refuse(&draws[i].verdict, "no bleach");
        else
            bleach -= draws[i].goods->quantity;
    }
    return ALM_OK;
}

/* Places 1 to 9: mosques, markets and streets by turns, of 100 square metres a number, in area 11 (even) or 12. */
static void begin(struct fixture *fixture, const char *text)
{
    static const char *const kinds[] = {"mosque", "market", "street"};
    struct alm_error err = {0};
    suite_start((void **)&fixture->suite);
    fixture_load(fixture, "disinfection", text);
    fixture->host.find = find;
    fixture->host.stock_draw = stock_draw;
    fixture_start(fixture);
    fixture->today = DAY;
    struct store *store = fixture->suite->store;
    OK(store_migrate(store, "register", register_migrations, register_n_migrations, NULL, &err));
    OK(store_migrate(store, "disinfection", fixture->plugin->migrations, fixture->plugin->n_migrations, NULL, &err));
    OK(store_begin(store, true, &err));
    for (int64_t i = 1; i < 10; i++) {
        char code[8];
        snprintf(code, sizeof code, "P%d", (int)i);
        OK(store_run(store, NULL, &err,
                     "INSERT INTO place (id, code, kind, name, area, size, since) VALUES ($1, $2, $3, $2, $4, $5, $6)",
                     "ittiii", i, code, kinds[i % 3], i % 2 ? INT64_C(12) : INT64_C(11), i * 100, (int64_t)DAY - 20));
    }
    bleach = 1000000;
}

static void end(struct fixture *fixture)
{
    fixture_release(fixture);
    assert_int_equal(suite_stop((void **)&fixture->suite), 0);
}

static int start(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    begin(fixture, ini);
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    end(*state);
    free(*state);
    return 0;
}

/* ---- the rule ---- */

static void no_detail(struct alm_value *detail)
{
    for (size_t i = 0; i < DETAILS; i++)
        detail[i] = alm_null();
}

static void refused_is_what_is_never_right(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_value detail[DETAILS];
    const struct alm_line yesterday = {.id = 1, .date = DAY - 1, .quantity = 1000};
    const struct alm_case c = {.recipient = ALM_PLACE,
                               .date = DAY,
                               .id = 1,
                               .owner = 1,
                               .history = &yesterday,
                               .n_history = 1,
                               .detail = detail,
                               .n_detail = DETAILS};
    fixture_load(&fixture, "disinfection", ini);
    fixture_start(&fixture);
    no_detail(detail);
    /* Early or late, that is no question of the rule. */
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 1000);
    assert_false(fixture_entitle(&fixture, &c).has_period);
    detail[OBJECT] = alm_number(OUTDOOR);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 1000);
    detail[OBJECT] = alm_number(PEOPLE);
    assert_string_equal(fixture_entitle(&fixture, &c).reason, "people are never to be sprayed (WHO, May 2020)");
    detail[JOB] = alm_number(SPOT);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    no_detail(detail);
    detail[AGENT] = alm_string("vinegar");
    assert_string_equal(fixture_entitle(&fixture, &c).reason, "'vinegar' is no agent of this programme");
    detail[AGENT] = alm_string("chlorine");
    static const int64_t ppm[] = {0, 499, 500, 5000, 5001};
    static const int64_t quantities[] = {0, 0, 1000, 1000, 0};
    for (size_t i = 0; i < COUNT_OF(ppm); i++) {
        detail[CONCENTRATION] = alm_number(ppm[i]);
        assert_int_equal(fixture_entitle(&fixture, &c).quantity, quantities[i]);
    }
    detail[CONCENTRATION] = alm_null();
    detail[LITRES] = alm_number(0);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    detail[LITRES] = alm_number(INT64_MAX);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    detail[LITRES] = alm_null();
    detail[AREA] = alm_number(-1);
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    fixture_release(&fixture);
}

static void the_shipped_file_is_sound(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load_file(&fixture, "disinfection", SOURCE_DIR "/conf/programmes/disinfection.ini");
    fixture_start(&fixture);
    fixture_release(&fixture);
}

/* ---- deliveries ---- */

static struct alm_line *offer(struct alm_line *line, struct alm_value *detail, alm_id place, alm_date date)
{
    no_detail(detail);
    *line = (struct alm_line){.id = 100 + place,
                              .owner = place,
                              .place = place,
                              .date = date,
                              .quantity = 1000,
                              .value = 7,
                              .detail = detail,
                              .n_detail = DETAILS};
    return line;
}

static const char *settle_one(struct fixture *fixture, struct alm_line *line)
{
    static struct alm_verdict verdict;
    struct alm_error err = {0};
    verdict = (struct alm_verdict){0};
    OK(fixture->plugin->programme->settle(&fixture->host, fixture->state, line, 1, &verdict, &err));
    return verdict.refused ? verdict.reason : "";
}

static void one_part_of_bleach_in_49_of_water(void **state)
{
    struct fixture *fixture = *state;
    struct alm_value detail[DETAILS];
    struct alm_line line;
    offer(&line, detail, 3, DAY);
    detail[LITRES] = alm_number(50000);
    assert_string_equal(settle_one(fixture, &line), "");
    assert_int_equal(bleach, 999000); /* a litre of 5 % for 50 litres of 1,000 ppm */
    assert_int_equal(line.value, 3000);
    assert_int_equal(detail[CONCENTRATION].number, 1000);
    /* By the size of the place: 300 m² of 0.1 l; what is drawn is rounded up to a millilitre. */
    offer(&line, detail, 3, DAY);
    detail[CONCENTRATION] = alm_number(501);
    assert_string_equal(settle_one(fixture, &line), "");
    assert_int_equal(detail[LITRES].number, 30000);
    assert_int_equal(detail[AREA].number, 300);
    assert_int_equal(bleach, 999000 - 301);
    /* At a spot the size says nothing. */
    offer(&line, detail, 3, DAY);
    detail[JOB] = alm_number(SPOT);
    assert_string_equal(settle_one(fixture, &line),
                        "how many litres? chlorine is drawn from stock, and the area is not known either");
    offer(&line, detail, 3, DAY);
    detail[JOB] = alm_number(SPOT);
    detail[AREA] = alm_number(10);
    assert_string_equal(settle_one(fixture, &line), "");
    assert_int_equal(bleach, 999000 - 301 - 20);
    /* An agent without an item draws nothing, and the value stays the programme's. */
    offer(&line, detail, 3, DAY);
    detail[AGENT] = alm_string("water");
    assert_string_equal(settle_one(fixture, &line), "");
    assert_int_equal(line.value, 7);
    assert_int_equal(detail[LITRES].number, 600000);
    offer(&line, detail, 9, DAY);
    detail[LITRES] = alm_number(100000000);
    assert_string_equal(settle_one(fixture, &line), "no bleach");
}

static int64_t number(const struct fixture *fixture, const char *sql)
{
    return suite_number(fixture->suite->store, sql);
}

static void a_line_that_comes_off_short_leaves_its_order_open(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_value detail[3][DETAILS];
    struct alm_line lines[3];
    struct alm_verdict verdicts[3] = {{0}};
    OK(fixture_run(fixture, &err, "order add", "group", "1", "place", "4", "code", "A", "job", "round", "date",
                   "2020-12-01", NULL));
    bleach = 900;
    /* The first is short, so the order is the second's, and nothing is left of it for the third. */
    for (int i = 0; i < 3; i++) {
        offer(&lines[i], detail[i], 4, DAY);
        detail[i][ORDER] = alm_string("A");
    }
    detail[0][LITRES] = alm_number(50000);
    OK(fixture->plugin->programme->settle(&fixture->host, fixture->state, lines, 3, verdicts, &err));
    assert_string_equal(verdicts[0].reason, "no bleach");
    assert_false(verdicts[1].refused);
    assert_string_equal(verdicts[2].reason, "the place is not to be treated under an open work order 'A'");
    assert_int_equal(bleach, 100);
    assert_int_equal(number(fixture, "SELECT done FROM disinfection_order"), 1);
    assert_int_equal(number(fixture, "SELECT done FROM disinfection_task"), DAY);
    assert_int_equal(number(fixture, "SELECT treatments FROM disinfection_round"), 1);
    OK(fixture->plugin->programme->unsettle(&fixture->host, fixture->state, &lines[1], 1, &err));
    assert_int_equal(number(fixture, "SELECT done FROM disinfection_order"), 0);
    assert_int_equal(number(fixture, "SELECT COUNT(*) FROM disinfection_task WHERE done IS NULL"), 1);
    assert_int_equal(number(fixture, "SELECT COUNT(*) FROM disinfection_round"), 0);
    assert_int_equal(number(fixture, "SELECT COUNT(*) FROM disinfection_use"), 0);
}

static void outdoors_are_warned_of_as_they_double(void **state)
{
    struct fixture *fixture = *state;
    struct alm_value detail[DETAILS];
    struct alm_line line;
    for (int i = 0; i < 9; i++) {
        offer(&line, detail, 5, DAY - i);
        detail[LITRES] = alm_number(1000);
        detail[JOB] = i == 8 ? alm_number(SPOT) : alm_null();
        assert_string_equal(settle_one(fixture, &line), "");
        assert_int_equal(detail[OBJECT].number, OUTDOOR);
    }
    assert_string_equal(
        fixture->warnings.at,
        "1 place was sprayed outdoors as a routine: recorded, but WHO (May 2020) advises against it; where there was "
        "a reason, say job=spot\n"
        "2 places were sprayed outdoors as a routine so far: recorded, but WHO (May 2020) advises against it; where "
        "there was a reason, say job=spot\n"
        "4 places were sprayed outdoors as a routine so far: recorded, but WHO (May 2020) advises against it; where "
        "there was a reason, say job=spot\n"
        "8 places were sprayed outdoors as a routine so far: recorded, but WHO (May 2020) advises against it; where "
        "there was a reason, say job=spot\n");
}

/* ---- the same in chunks of any size ---- */

enum { N = 400 };

struct run {
    struct alm_value detail[N][DETAILS];
    struct alm_line lines[N];
    struct alm_verdict verdicts[N];
    struct strbuf tables;
};

static uint64_t random_below(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

static void make_offers(struct run *run)
{
    static const char *const orders[] = {"A", "B", "C", "none"};
    uint64_t seed = 14;
    for (size_t i = 0; i < N; i++) {
        offer(&run->lines[i], run->detail[i], 1 + (alm_id)random_below(&seed, 12),
              DAY - (alm_date)random_below(&seed, 5));
        run->lines[i].id = 1000 + (alm_id)i;
        if (random_below(&seed, 4) == 0)
            run->detail[i][ORDER] = alm_string(orders[random_below(&seed, COUNT_OF(orders))]);
        if (random_below(&seed, 3) == 0)
            run->detail[i][JOB] = alm_number((int64_t)random_below(&seed, 2));
        if (random_below(&seed, 2))
            run->detail[i][LITRES] = alm_number(1 + (int64_t)random_below(&seed, 50000));
        if (random_below(&seed, 5) == 0)
            run->detail[i][AGENT] = alm_string("water");
    }
}

static void dump(const struct fixture *fixture, struct strbuf *out)
{
    static const char *const queries[] = {
        "SELECT code, done, closed, places, 0, 0 FROM disinfection_order ORDER BY code COLLATE \"C\"",
        "SELECT code, place, done, 0, 0, 0 FROM disinfection_task ORDER BY code COLLATE \"C\", place",
        "SELECT 'round', place, date, treatments, 0, 0 FROM disinfection_round ORDER BY place, date",
        "SELECT agent, date, object * 10 + job, treatments * 100 + unmeasured, litres, square_metres FROM disinfection_use\n\
ORDER BY agent COLLATE \"C\", date, object, job"};
    struct alm_error err = {0};
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        struct store_stmt *stmt;
        bool row = true;
        OK(store_query(fixture->suite->store, &stmt, &err, queries[i], ""));
        while (store_next(stmt, &row, &err) == ALM_OK && row) {
            strbuf_adds(out, store_string(stmt, 0));
            for (int k = 1; k < 6; k++)
                strbuf_addf(out, "|%lld", store_is_null(stmt, k) ? -1 : (long long)store_int(stmt, k));
            strbuf_adds(out, "\n");
        }
        assert_int_equal(err.status, ALM_OK);
    }
}

static struct run *run_in_chunks(size_t most)
{
    struct fixture fixture = {0};
    struct alm_error err = {0};
    struct run *run = calloc(1, sizeof *run);
    struct strbuf before = {0};
    struct strbuf after = {0};
    uint64_t seed = most;
    size_t kept = 0;
    begin(&fixture, ini);
    bleach = 30000; /* not enough for all */
    OK(fixture_run(&fixture, &err, "order add", "group", "1", "area", "1", "code", "A", NULL));
    OK(fixture_run(&fixture, &err, "order add", "group", "1", "place", "2", "code", "B", "date", "2020-12-02", NULL));
    FAILS(ALM_REFUSED, fixture_run(&fixture, &err, "order add", "group", "1", "area", "1", NULL));
    OK(fixture_run(&fixture, &err, "order add", "group", "1", "place", "5", "code", "C", "job", "round", NULL));
    dump(&fixture, &before);
    make_offers(run);
    for (size_t i = 0; i < N;) {
        size_t n = 1 + (size_t)random_below(&seed, most);
        n = n > N - i ? N - i : n;
        OK(fixture.plugin->programme->settle(&fixture.host, fixture.state, run->lines + i, n, run->verdicts + i, &err));
        i += n;
    }
    dump(&fixture, &run->tables);
    strbuf_addf(&run->tables, "%lld left\n", (long long)bleach);
    for (size_t i = 0; i < N; i++) {
        strbuf_addf(&run->tables, "%lld %s %s\n", (long long)run->lines[i].value,
                    run->verdicts[i].refused ? run->verdicts[i].reason : "ok",
                    run->detail[i][ORDER].is_null ? "-" : run->detail[i][ORDER].text);
        if (!run->verdicts[i].refused)
            run->lines[kept++] = run->lines[i];
    }
    assert_true(kept > 50 && kept < N);
    OK(fixture.plugin->programme->unsettle(&fixture.host, fixture.state, run->lines, kept, &err));
    dump(&fixture, &after);
    assert_string_equal(before.at, after.at);
    strbuf_release(&before);
    strbuf_release(&after);
    end(&fixture);
    return run;
}

static void the_chunk_does_not_matter(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 37, N};
    struct run *expected = run_in_chunks(sizes[0]);
    for (size_t i = 1; i < COUNT_OF(sizes); i++) {
        struct run *run = run_in_chunks(sizes[i]);
        assert_string_equal(run->tables.at, expected->tables.at);
        strbuf_release(&run->tables);
        free(run);
    }
    strbuf_release(&expected->tables);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_is_what_is_never_right),
        cmocka_unit_test(the_shipped_file_is_sound),
        cmocka_unit_test_setup_teardown(one_part_of_bleach_in_49_of_water, start, stop),
        cmocka_unit_test_setup_teardown(a_line_that_comes_off_short_leaves_its_order_open, start, stop),
        cmocka_unit_test_setup_teardown(outdoors_are_warned_of_as_they_double, start, stop),
        cmocka_unit_test(the_chunk_does_not_matter),
    };
    return cmocka_run_group_tests_name("disinfection", tests, NULL, NULL);
}
