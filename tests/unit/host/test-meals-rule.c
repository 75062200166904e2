/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

enum { SLOT, BATCH, TIME, DETAILS };
enum { SAHARI, BREAKFAST, LUNCH, IFTAR, DINNER };

#define NOON 43200
#define DAY 18601 /* 2020-12-05 */

static void begin(struct fixture *fixture, const char *ini)
{
    struct alm_error err = {0};
    suite_start((void **)&fixture->suite);
    fixture_load(fixture, "meals", ini);
    fixture_start(fixture);
    fixture->today = DAY;
    fixture->now = (alm_time)DAY * 86400 + NOON;
    OK(store_migrate(fixture->suite->store, "meals", fixture->plugin->migrations, fixture->plugin->n_migrations, NULL,
                     &err));
    OK(store_begin(fixture->suite->store, true, &err));
}

static void end(struct fixture *fixture)
{
    fixture_release(fixture);
    assert_int_equal(suite_stop((void **)&fixture->suite), 0);
}

static int start(void **state)
{
    struct alm_error err = {0};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    begin(fixture, "[meals]\n");
    OK(fixture_run(fixture, &err, "kitchen add", "code", "K1", "name", "One", "area", "1", "capacity", "500", NULL));
    OK(fixture_run(fixture, &err, "kitchen add", "code", "K2", "name", "Two", "area", "11", NULL));
    OK(fixture_run(fixture, &err, "kitchen add", "code", "K0", "name", "All", NULL));
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

static void household_size_times_meals_a_day(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_member members[3] = {{.id = 1, .criteria = ""}};
    struct alm_value detail[DETAILS] = {alm_null(), alm_null(), alm_null()};
    struct alm_case c = {.recipient = ALM_HOUSEHOLD,
                         .date = DAY,
                         .members = members,
                         .n_members = 3,
                         .detail = detail,
                         .n_detail = DETAILS};
    fixture_load(&fixture, "meals", "[meals]\nmeals_a_day = 2\nslots = iftar, sahari\n");
    fixture_start(&fixture);

    struct alm_entitlement iftar = fixture_entitle(&fixture, &c);
    assert_int_equal(iftar.quantity, 6000);
    assert_string_equal(iftar.period_name, "iftar");
    assert_int_equal(iftar.next, DAY + 1);
    c.detail = NULL; /* asked without an offer */
    c.n_detail = 0;
    assert_int_equal(fixture_entitle(&fixture, &c).period, iftar.period);
    c.detail = detail;
    c.n_detail = DETAILS;

    detail[SLOT] = (struct alm_value){.number = SAHARI, .text = "sahari"};
    struct alm_entitlement sahari = fixture_entitle(&fixture, &c);
    assert_int_equal(sahari.quantity, 6000);
    assert_true(sahari.period < iftar.period); /* the period grows with the day */
    c.date++;
    assert_true(fixture_entitle(&fixture, &c).period > iftar.period);

    detail[SLOT] = (struct alm_value){.number = LUNCH, .text = "lunch"};
    struct alm_entitlement lunch = fixture_entitle(&fixture, &c);
    assert_int_equal(lunch.quantity, 0);
    assert_string_equal(lunch.reason, "lunch is not served under this programme");
    detail[SLOT] = alm_null();
    c.n_members = 0;
    assert_int_equal(fixture_entitle(&fixture, &c).quantity, 0);
    fixture_release(&fixture);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "meals", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem("[meals]\nslots = lunch, supper\n", "'supper' is no meal of the day");
    expect_problem("[meals]\nslots = lunch, dinner, lunch\n", "lunch stands twice");
    expect_problem("[meals]\nslots =\n", "no meal is served");
    expect_problem("[meals]\nhot_hold = 2 days\n", "too much");
    expect_problem("[meals]\n\n[recipe stew]\ningredients = rice 0.08, rice 0.1\n", "rice stands twice");
    expect_problem("[meals]\n\n[recipe stew]\ningredients = rice\n", "'rice' does not say how much");
    expect_problem("[meals]\n\n[recipe stew]\ningredients = rice 0\n", "does not say how much");
    expect_problem("[meals]\n\n[recipe stew]\ningredients = rice 0.0000001\n", "does not say how much");
    expect_problem("[meals]\n\n[recipe stew]\ningredients = rice 100.000001\n", "does not say how much");
    expect_problem("[meals]\n\n[recipe stew]\ningredients = rice 1 kg\n", "does not say how much");
    expect_problem("[meals]\n\n[recipe a stew]\ningredients = rice 1\n", "a recipe's name is one word");
}

static void the_shipped_file_is_sound(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load_file(&fixture, "meals", SOURCE_DIR "/conf/programmes/meals.ini");
    fixture_start(&fixture);
    fixture_release(&fixture);
}

/* ---- batches ---- */

/* Meals for a household of some area, as whole meals; code NULL and time 0 are not given. */
static struct alm_line *offer(struct alm_line *line, struct alm_value *detail, int64_t meals, alm_id area,
                              const char *code, alm_time time)
{
    detail[SLOT] = alm_null();
    detail[BATCH] = alm_string(code);
    detail[TIME] = time ? alm_number(time) : alm_null();
    *line = (struct alm_line){.id = 1,
                              .owner = 5,
                              .date = DAY,
                              .quantity = meals * 1000,
                              .value = 7,
                              .area = area,
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

static int64_t given(const struct fixture *fixture, const char *code)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT given FROM meals_batch WHERE code = '%s'", code);
    return suite_number(fixture->suite->store, sql);
}

static void a_batch_gets_a_code_and_keeps_to_the_capacity(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "300", NULL));
    assert_string_equal(fixture->out.at, "K1-13990915-lunch|K1|18601|lunch|1607169600|300000|0|300000|-|-\n");
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "100", "cost", "5000", NULL));
    assert_memory_equal(fixture->out.at, "K1-13990915-lunch-2|", 20);
    assert_int_equal(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "101", "slot", "dinner", NULL),
                     ALM_REFUSED);
    assert_string_equal(err.text, "kitchen K1 cooks at most 500 meals a day and has 400 on 1399/09/15 already");
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "100", "slot", "dinner", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "500", "date", "1399/09/16", NULL));
    assert_string_equal(fixture->out.at, "K1-13990916-lunch|K1|18602|lunch|-|500000|0|500000|-|-\n");
    assert_int_equal(fixture_run(fixture, &err, "cook", "kitchen", "K9", "portions", "1", NULL), ALM_BAD_DATA);
    assert_int_equal(fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "0", NULL), ALM_BAD_DATA);
    assert_int_equal(fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "5", "slot", "iftar", NULL),
                     ALM_BAD_DATA);
    assert_int_equal(
        fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "5", "time", "2020-12-01T12:00", NULL),
        ALM_BAD_DATA);
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "5", "code", "B", NULL));
    assert_int_equal(fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "5", "code", "B", NULL),
                     ALM_BAD_DATA);
}

static void kitchens_are_entered_once_and_changed(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    assert_int_equal(fixture_run(fixture, &err, "kitchen add", "code", "K1", "name", "Again", NULL), ALM_BAD_DATA);
    OK(fixture_run(fixture, &err, "kitchen edit", "code", "K1", "capacity", "600", NULL));
    assert_int_equal(fixture_run(fixture, &err, "kitchen edit", "code", "K9", "name", "Nine", NULL), ALM_BAD_DATA);
    OK(fixture_run(fixture, &err, "kitchen list", NULL));
    assert_string_equal(fixture->out.at, "K0|All|-|-|-\nK1|One|area 1|600000|-\nK2|Two|area 11|-|-\n");
}

static void a_line_draws_from_its_batch_until_that_is_empty(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "cost", "1000", "code", "B", NULL));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 7, 11, "B", 0)), "");
    assert_int_equal(line.value, 700);
    assert_int_equal(detail[SLOT].number, LUNCH);
    assert_string_equal(detail[SLOT].text, "lunch");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 4, 11, "B", 0)), "batch B has 3 left");
    assert_int_equal(line.value, 7);
    assert_string_equal(settle_one(fixture, offer(&line, detail, 3, 11, "B", 0)), "");
    assert_int_equal(given(fixture, "B"), 10000);
    OK(fixture->plugin->programme->unsettle(&fixture->host, fixture->state, &line, 1, &err));
    assert_int_equal(given(fixture, "B"), 7000);
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 11, "b", 0)), "there is no batch 'b'");
    offer(&line, detail, 1, 11, "B", 0);
    line.date++;
    assert_string_equal(settle_one(fixture, &line), "batch B is lunch of 1399/09/15");
    offer(&line, detail, 1, 11, "B", 0);
    detail[SLOT] = (struct alm_value){.number = DINNER, .text = "dinner"};
    assert_string_equal(settle_one(fixture, &line), "batch B is lunch of 1399/09/15");
}

static void a_meal_is_kept_hot_for_so_long(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    alm_time cooked = fixture->now;
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "code", "B", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "code", "Y", "date", "2020-12-04", NULL));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 11, "B", cooked + 7200)), "");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 11, "B", cooked + 7260)),
                        "batch B was cooked 2 h 1 min before; a meal is kept hot for 2 h");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 11, "B", cooked - 1)),
                        "batch B was cooked later than that; state when it was given");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 11, "B", cooked + 3 * 86400)),
                        "the time lies on another day than the delivery");
    fixture->now += 9000;
    assert_string_equal(
        settle_one(fixture, offer(&line, detail, 1, 11, "B", 0)),
        "batch B was cooked 2 h 30 min before; a meal is kept hot for 2 h (if it was given earlier, state the time)");
    /* Of another day nothing is known without a time. */
    offer(&line, detail, 1, 11, "Y", 0);
    line.date--;
    assert_string_equal(settle_one(fixture, &line), "");
}

static void a_line_without_a_batch_takes_the_nearest(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 112, NULL, 0)),
                        "no kitchen that cooks for this area has lunch on that day");
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "10", "code", "A-all", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "code", "B-county", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K2", "portions", "4", "code", "D-city", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K2", "portions", "5", "code", "C-city", NULL));
    static const char *const expected[] = {"C-city", "D-city", "B-county", "B-county", "A-all", "A-all"};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_string_equal(settle_one(fixture, offer(&line, detail, 4, 112, NULL, 0)), "");
        assert_string_equal(detail[BATCH].text, expected[i]);
    }
    assert_string_equal(settle_one(fixture, offer(&line, detail, 3, 112, NULL, 0)),
                        "none of 4 batches will do: batch C-city has 1 left ...");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 2, 12, NULL, 0)), "");
    assert_string_equal(detail[BATCH].text, "B-county");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 2, 0, NULL, 0)), "");
    assert_string_equal(detail[BATCH].text, "A-all");
}

static void without_batch_required_a_meal_needs_none(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    struct alm_error err = {0};
    begin(&fixture, "[meals]\nbatch_required = no\n");
    assert_string_equal(settle_one(&fixture, offer(&line, detail, 2, 11, NULL, 0)), "");
    assert_true(detail[BATCH].is_null);
    assert_int_equal(line.value, 7);
    OK(fixture.plugin->programme->unsettle(&fixture.host, fixture.state, &line, 1, &err));
    assert_string_equal(settle_one(&fixture, offer(&line, detail, 2, 11, "B", 0)), "there is no batch 'B'");
    end(&fixture);
}

static void import(struct fixture *fixture, const char *command, const char *csv, const char *expected)
{
    struct alm_error err = {0};
    fixture->csv = csv;
    OK(fixture_run(fixture, &err, command, "file", "x.csv", NULL));
    assert_string_equal(fixture->out.at, expected);
}

static void lists_are_imported_and_imported_again(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    import(fixture, "kitchen import", "K1,One,1,500\nK3,Three,,\nK2,Two,12,\n", "same\nnew\nchanged\n");
    import(fixture, "batch import",
           "A,K1,2020-12-05,lunch,,300,9000\nB,K1,1399/09/"
           "15,,2020-12-05T12:00,200,\nC,K1,2020-12-05,dinner,,1,\nD,K9,2020-12-05,,,1,\n"
           "E,K3,2020-12-05,iftar,,1,\nF,K3,2020-12-05,,,0,\n",
           "new\nnew\nkitchen K1 cooks at most 500 meals a day and has 500 on 1399/09/15 already\n"
           "there is no kitchen 'K9'\niftar is not served\nportions: 0 is no number of meals\n");
    import(fixture, "batch import", "A,K1,2020-12-05,lunch,,300,9000\nB,K1,1399/09/15,,2020-12-05T12:00,200,\n",
           "same\nsame\n");
    assert_string_equal(settle_one(fixture, offer(&line, detail, 4, 11, "A", 0)), "");
    import(fixture, "batch import",
           "A,K1,2020-12-05,lunch,,300,8000\nA,K1,2020-12-05,lunch,,301,8000\nA,K1,2020-12-05,lunch,,3,8000\n"
           "A,K3,2020-12-05,lunch,,300,8000\nB,K3,2020-12-06,lunch,,700,\nC,K1,2020-12-05,dinner,,200,\n",
           "changed\nkitchen K1 cooks at most 500 meals a day and has 200 on 1399/09/15 already\n"
           "4 meals of batch A were given already\n4 meals of batch A were given already\nchanged\nnew\n");
    /* A batch that was moved is found on its new day, and no longer on the old one. */
    offer(&line, detail, 4, 12, NULL, 0);
    line.date++;
    assert_string_equal(settle_one(fixture, &line), "");
    assert_string_equal(detail[BATCH].text, "B");
    assert_int_equal(given(fixture, "A"), 4000);
    OK(store_run(fixture->suite->store, NULL, &err, "DELETE FROM meals_batch WHERE code <> 'B'", ""));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 4, 12, NULL, 0)),
                        "no kitchen that cooks for this area has lunch on that day");
}

/* The same offers one by one, in odd chunks and all together: the same batches, refusals and stock. */
static void the_chunk_does_not_matter(void **state)
{
    (void)state;
    enum { N = 1000, BATCHES = 60 };
    static const size_t chunks[] = {1, 7, N};
    static struct alm_line lines[N];
    static struct alm_value details[N][DETAILS];
    static struct alm_verdict verdicts[N];
    struct strbuf results[COUNT_OF(chunks)] = {{0}};
    for (size_t k = 0; k < COUNT_OF(chunks); k++) {
        struct fixture *fixture = NULL;
        struct alm_error err = {0};
        start((void **)&fixture);
        for (int i = 0; i < BATCHES; i++) {
            char code[16];
            char portions[16];
            char kitchen[3] = {'K', (char)('0' + i % 3), '\0'};
            snprintf(code, sizeof code, "B%03d", (i * 37) % BATCHES);
            snprintf(portions, sizeof portions, "%d", i % 3 == 1 ? 10 : 20 + i % 5);
            OK(fixture_run(fixture, &err, "cook", "kitchen", kitchen, "portions", portions, "slot",
                           i % 2 ? "lunch" : "dinner", "code", code, "cost", "1001", NULL));
        }
        uint32_t random = 1;
        for (size_t i = 0; i < N; i++) {
            static char codes[N][8];
            random = random * 1103515245 + 12345;
            uint32_t r = random >> 8;
            snprintf(codes[i], sizeof codes[i], "B%03u", r % (BATCHES + 4));
            offer(&lines[i], details[i], 1 + r % 4, (alm_id[]){112, 12, 11, 2, 0}[r % 5], r % 7 < 4 ? NULL : codes[i],
                  0);
            if (r & 1024)
                details[i][SLOT] = (struct alm_value){.number = DINNER, .text = "dinner"};
        }
        memset(verdicts, 0, sizeof verdicts);
        for (size_t i = 0; i < N; i += chunks[k]) {
            size_t n = N - i < chunks[k] ? N - i : chunks[k];
            OK(fixture->plugin->programme->settle(&fixture->host, fixture->state, lines + i, n, verdicts + i, &err));
        }
        size_t refused = 0;
        for (size_t i = 0; i < N; i++) {
            strbuf_addf(&results[k], "%s %s %lld\n", verdicts[i].reason,
                        verdicts[i].refused ? "" : details[i][BATCH].text, (long long)lines[i].value);
            refused += verdicts[i].refused;
        }
        assert_in_range(refused, N / 10, N - N / 10); /* both happen often */
        OK(fixture_run(fixture, &err, "batch list", NULL));
        strbuf_adds(&results[k], fixture->out.at);
        int64_t over = suite_number(fixture->suite->store, "SELECT COUNT(*) FROM meals_batch WHERE given > portions");
        assert_int_equal(over, 0);
        stop((void **)&fixture);
    }
    for (size_t k = 1; k < COUNT_OF(chunks); k++)
        assert_string_equal(results[0].at, results[k].at);
    for (size_t k = 0; k < COUNT_OF(chunks); k++)
        strbuf_release(&results[k]);
}

/* Between two calls another process, or a rollback, may have changed what the last call read. */
static void what_was_read_before_is_read_anew(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "code", "B", NULL));
    OK(store_savepoint(fixture->suite->store, &err));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 10, 11, "B", 0)), "");
    OK(store_release(fixture->suite->store, false, &err));
    assert_int_equal(given(fixture, "B"), 0);
    assert_string_equal(settle_one(fixture, offer(&line, detail, 10, 11, NULL, 0)), "");
    assert_int_equal(given(fixture, "B"), 10000);
    OK(store_run(fixture->suite->store, NULL, &err, "DELETE FROM meals_batch", ""));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 1, 11, "B", 0)), "there is no batch 'B'");
}

/* Amounts for a portion have six decimals, those of the stock three; no ingredient is left out for being little. */
static void a_recipe_takes_so_much_for_so_many(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    fixture_load(&fixture, "meals", "[meals]\n\n[recipe stew]\ningredients = rice 0.08, salt 0.000004, meat 100\n");
    fixture_start(&fixture);
    OK(fixture_run(&fixture, &err, "recipes", "portions", "1000000", NULL));
    assert_string_equal(fixture.out.at, "stew|rice|80000000\nstew|salt|4000\nstew|meat|100000000000\n");
    OK(fixture_run(&fixture, &err, "recipes", "portions", "375", NULL));
    assert_string_equal(fixture.out.at, "stew|rice|30000\nstew|salt|2\nstew|meat|37500000\n");
    OK(fixture_run(&fixture, &err, "recipes", "portions", "1", "recipe", "stew", NULL));
    assert_string_equal(fixture.out.at, "stew|rice|80\nstew|salt|1\nstew|meat|100000\n");
    assert_int_equal(fixture_run(&fixture, &err, "recipes", "portions", "1", "recipe", "soup", NULL), ALM_BAD_DATA);
    assert_string_equal(err.hint, "there are stew");
    fixture_release(&fixture);
}

static void a_closed_batch_balances_and_gives_no_more(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = fixture->suite->store;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "code", "B", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K0", "portions", "10", "code", "C", NULL));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 4, 11, "B", 0)), "");
    assert_int_equal(fixture_run(fixture, &err, "close", "batch", "B", "left", "5", "thrown", "2", NULL), ALM_REFUSED);
    assert_string_equal(err.text, "batch B does not balance: 10 cooked are not 4 given, 5 left over and 2 thrown away");
    assert_int_equal(fixture_run(fixture, &err, "close", "batch", "B", "thrown", "7", NULL), ALM_REFUSED);
    OK(fixture_run(fixture, &err, "close", "batch", "B", "thrown", "2", NULL));
    assert_int_equal(suite_number(store, "SELECT left_over FROM meals_batch WHERE code = 'B'"), 4000);
    /* Who names no batch is served from one that is open. */
    struct alm_line other;
    struct alm_value of_other[DETAILS];
    assert_string_equal(settle_one(fixture, offer(&other, of_other, 1, 11, "B", 0)), "batch B is closed");
    assert_string_equal(settle_one(fixture, offer(&other, of_other, 1, 11, NULL, 0)), "");
    assert_string_equal(of_other[BATCH].text, "C");
    OK(fixture->plugin->programme->unsettle(&fixture->host, fixture->state, &line, 1, &err));
    assert_int_equal(given(fixture, "B"), 0);
    assert_int_equal(
        suite_number(store, "SELECT given + left_over + thrown - portions FROM meals_batch WHERE code = 'B'"), 0);
    OK(fixture_run(fixture, &err, "reopen", "batch", "B", NULL));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 10, 11, "B", 0)), "");
    import(fixture, "closing import", "B,0,,\nC,,9,\nC,,9,\nC,1,9,\nD,,,\n",
           "changed\nchanged\nsame\n"
           "batch C is closed already, and its count is another one\n"
           "there is no batch 'D'\n");
}

static void kitchens_report_what_they_cooked(void **state)
{
    struct fixture *fixture = *state;
    struct alm_error err = {0};
    struct alm_line line;
    struct alm_value detail[DETAILS];
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "10", "code", "B", "cost", "1005", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K1", "portions", "5", "code", "C", NULL));
    OK(fixture_run(fixture, &err, "cook", "kitchen", "K2", "portions", "5", "date", "2020-11-01", NULL));
    assert_string_equal(settle_one(fixture, offer(&line, detail, 4, 11, "B", 0)), "");
    const struct alm_report *report = &fixture->plugin->reports[0];
    const struct alm_value from = alm_number(DAY);
    const struct alm_arg at[] = {{.count = 1, .values = &from, .given = true}, {.count = 0}};
    const struct alm_args args = {.options = report->options, .n_options = report->n_options, .at = at};
    fixture->columns = report->columns;
    fixture->n_columns = report->n_columns;
    strbuf_reset(&fixture->out);
    OK(report->run(&fixture->host, fixture->state, &args, &err));
    assert_string_equal(fixture->out.at,
                        "K0|All|0|0|0|0|-|-|0\nK1|One|2|15000|4000|11000|1005|101|0\nK2|Two|0|0|0|0|-|-|0\n");
}

#define WITH_KITCHENS(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(household_size_times_meals_a_day),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(the_shipped_file_is_sound),
        WITH_KITCHENS(a_batch_gets_a_code_and_keeps_to_the_capacity),
        WITH_KITCHENS(kitchens_are_entered_once_and_changed),
        WITH_KITCHENS(a_line_draws_from_its_batch_until_that_is_empty),
        WITH_KITCHENS(a_meal_is_kept_hot_for_so_long),
        WITH_KITCHENS(a_line_without_a_batch_takes_the_nearest),
        cmocka_unit_test(without_batch_required_a_meal_needs_none),
        WITH_KITCHENS(lists_are_imported_and_imported_again),
        cmocka_unit_test(a_recipe_takes_so_much_for_so_many),
        WITH_KITCHENS(a_closed_batch_balances_and_gives_no_more),
        cmocka_unit_test(the_chunk_does_not_matter),
        WITH_KITCHENS(what_was_read_before_is_read_anew),
        WITH_KITCHENS(kitchens_report_what_they_cooked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
