/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

#define DAY 18601 /* 2020-12-05, 1399-09-15 */
#define KINDS                                                                                                          \
    "[kind refrigerator]\nyears = 5\nguarantee = 24\nvalue = 900\n\n"                                                  \
    "[kind heater]\nyears = 1\nserial = optional\n\n"                                                                  \
    "[kind lamp]\nyears = 2\nguarantee = 7\nserial = optional\n"

enum { KIND, MODEL, SERIAL, GUARANTEE, DETAILS };

static alm_date day_of(int32_t year, int32_t month, int32_t day)
{
    return date_from_solar(year, month, day);
}

/* ---- the rule and its settings ---- */

struct past {
    const char *kind;
    alm_date date;
};

static struct alm_entitlement ask(const struct fixture *fixture, const char *kind, alm_date date,
                                  const struct past *past, size_t n)
{
    const struct alm_member members[2] = {{.id = 1, .criteria = ""}, {.id = 2, .criteria = ""}};
    struct alm_value detail[DETAILS] = {alm_null(), alm_null(), alm_null(), alm_null()};
    struct alm_value given[8][DETAILS];
    struct alm_line lines[8];
    for (size_t i = 0; i < n; i++) {
        memcpy(given[i], detail, sizeof detail);
        given[i][KIND] = alm_string(past[i].kind);
        lines[i] = (struct alm_line){.date = past[i].date, .detail = given[i], .n_detail = DETAILS};
    }
    detail[KIND] = alm_string(kind);
    const struct alm_case c = {.recipient = ALM_HOUSEHOLD,
                               .date = date,
                               .id = 9,
                               .members = members,
                               .n_members = 2,
                               .history = lines,
                               .n_history = n,
                               .detail = detail,
                               .n_detail = DETAILS};
    return fixture_entitle(fixture, &c);
}

static void one_of_a_kind_in_so_many_years(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load(&fixture, "appliances", KINDS);
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, "refrigerator", DAY, NULL, 0).quantity, 1000);
    assert_string_equal(ask(&fixture, "fridge", DAY, NULL, 0).reason,
                        "there is no kind 'fridge' of appliance; there are refrigerator, heater, lamp");

    /* To the day, by the calendar that people count in. */
    const struct past fridge[] = {{"refrigerator", day_of(1394, 9, 15)}, {"heater", DAY - 10}};
    assert_int_equal(ask(&fixture, "refrigerator", DAY, fridge, 2).quantity, 1000);
    assert_int_equal(ask(&fixture, "refrigerator", DAY - 1, fridge, 1).quantity, 0);
    assert_int_equal(ask(&fixture, "refrigerator", DAY - 1, fridge, 1).next, DAY);
    assert_string_equal(ask(&fixture, "refrigerator", DAY - 1, fridge, 1).reason,
                        "the household has a refrigerator: one in 5 years");
    assert_int_equal(ask(&fixture, "heater", DAY, fridge, 2).next, day_of(1400, 9, 5));
    /* 1399 is a leap year, 1400 is not. */
    const struct past leap[] = {{"heater", day_of(1399, 12, 30)}};
    assert_int_equal(ask(&fixture, "heater", day_of(1400, 12, 28), leap, 1).next, day_of(1400, 12, 29));

    /* Without a kind: as long as one of them is free. */
    const struct past all[] = {{"refrigerator", DAY - 40}, {"lamp", DAY - 30}, {"heater", DAY - 20}, {"gone", DAY}};
    assert_int_equal(ask(&fixture, NULL, DAY, all, 2).quantity, 1000);
    assert_int_equal(ask(&fixture, NULL, DAY, all, 4).quantity, 0);
    assert_int_equal(ask(&fixture, NULL, DAY, all, 4).next, day_of(1400, 8, 25));
    assert_string_equal(ask(&fixture, NULL, DAY, all, 4).reason, "the household has one of every kind");
    fixture_release(&fixture);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "appliances", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem("[appliances]\n", "at least 1 needed");
    expect_problem("[kind gas heater]\nyears = 5\n", "a kind's name is one word");
    expect_problem("[kind heater]\nyears = 0\n", "years");
    expect_problem("[kind heater]\nyears = 21\n", "years");
    expect_problem("[kind heater]\nguarantee = -1\n", "guarantee");
    expect_problem("[kind heater]\nserial = maybe\n", "serial");
    expect_problem("[kind heater]\nitem = HT\n", "no depot is named");
}

static void the_shipped_file_is_sound(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load_file(&fixture, "appliances", SOURCE_DIR "/conf/programmes/appliances.ini");
    fixture_start(&fixture);
    fixture_release(&fixture);
}

static void a_code_is_the_same_however_it_is_written(void **state)
{
    (void)state;
    static const char *const same[] = {"RF-1234", "rf-1234", " RF - 12\t34 ",
                                       "rf-۱۲۳۴", "RF-١٢٣٤", "rf-\u200c12\u00a034\u200f"};
    char code[16];
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        assert_true(alm_code(same[i], code, sizeof code));
        assert_string_equal(code, "RF-1234");
    }
    assert_true(alm_code("سری‌ب", code, sizeof code));
    assert_string_equal(code, "سریب");
    assert_true(alm_code("1234567", code, 8));
    assert_false(alm_code("12345678", code, 8));
    assert_true(alm_code("1234567 ", code, 9));
    assert_false(alm_code("", code, sizeof code));
    assert_false(alm_code(" \u200c", code, sizeof code));
    assert_false(alm_code("\xdb", code, 1));
    assert_true(alm_code("\xdb", code, sizeof code));
    assert_true(alm_code("\xe2\x80", code, sizeof code));
}

/* ---- against a model: random deliveries, one by one and in chunks, some taken back ---- */

enum { HOUSEHOLDS = 12, LINES = 40, SERIALS = 60, ROUNDS = 250, MOST = 4000 };

static const struct {
    const char *name;
    int32_t years;
    int32_t months;
    bool needs_serial;
} kinds[] = {{"refrigerator", 5, 24, true}, {"heater", 1, 0, false}, {"lamp", 2, 7, false}};

struct owned {
    alm_id line, household;
    int64_t kind, serial; /* serial -1: none */
    alm_date date;
};

struct model {
    struct owned owned[MOST];
    size_t n;
};

static uint64_t random_state = 1399;

static int64_t any(int64_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

/* Day by day, as one would count on a wall calendar. */
static alm_date later(alm_date date, int32_t months)
{
    int32_t year, month, day;
    date_to_solar(date, &year, &month, &day);
    for (; months > 0; months--)
        if (++month == 13) {
            month = 1;
            year++;
        }
    while (date_from_solar(year, month, day) == ALM_NO_DATE)
        day--;
    return date_from_solar(year, month, day);
}

struct chunk {
    struct alm_line lines[LINES];
    struct alm_value detail[LINES][DETAILS];
    struct alm_verdict verdicts[LINES];
    char serials[LINES][40];
    alm_date guarantees[LINES];
    bool given[LINES]; /* the model's answer */
};

static bool model_gives(const struct model *m, const struct owned *wish)
{
    if (wish->kind >= (int64_t)COUNT_OF(kinds) || (kinds[wish->kind].needs_serial && wish->serial < 0))
        return false;
    for (size_t i = 0; i < m->n; i++) {
        const struct owned *has = &m->owned[i];
        if (wish->serial >= 0 && has->serial == wish->serial)
            return false;
        if (has->household != wish->household || has->kind != wish->kind)
            continue;
        const bool before = has->date <= wish->date;
        if (later(before ? has->date : wish->date, kinds[wish->kind].years * 12) > (before ? wish->date : has->date))
            return false;
    }
    return true;
}

/* The same serial in one of its spellings. */
static void spell(int64_t serial, char *text, size_t size)
{
    static const char *const ways[] = {"SN-%lld", "sn-%lld", " Sn- %lld", "SN-\u200c%lld"};
    static const char *const persian[] = {"۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹"};
    const int64_t way = any((int64_t)COUNT_OF(ways) + 1);
    if (way == (int64_t)COUNT_OF(ways)) {
        snprintf(text, size, "sn-%s%s%s", persian[serial / 100], persian[serial / 10 % 10], persian[serial % 10]);
        return;
    }
    char digits[8];
    snprintf(digits, sizeof digits, "%03lld", (long long)serial);
    snprintf(text, size, "%.*s%s", (int)(strchr(ways[way], '%') - ways[way]), ways[way], digits);
}

static void make_chunk(struct chunk *chunk, struct model *m, alm_id *last_line)
{
    memset(chunk, 0, sizeof *chunk);
    for (size_t i = 0; i < LINES; i++) {
        struct owned wish = {.line = ++*last_line,
                             .household = 500 + any(HOUSEHOLDS),
                             .kind = any(12) ? any((int64_t)COUNT_OF(kinds)) : (int64_t)COUNT_OF(kinds),
                             .serial = any(3) ? any(SERIALS) : -1,
                             .date = DAY - (alm_date)any(4000)};
        const bool one = any(15) != 0;
        const bool own_guarantee = any(4) == 0;
        struct alm_value *detail = chunk->detail[i];
        for (size_t k = 0; k < DETAILS; k++)
            detail[k] = alm_null();
        if (wish.kind < (int64_t)COUNT_OF(kinds))
            detail[KIND] = alm_string(kinds[wish.kind].name);
        else if (any(2))
            detail[KIND] = alm_string("boat");
        if (wish.serial >= 0) {
            spell(wish.serial, chunk->serials[i], sizeof chunk->serials[i]);
            detail[SERIAL] = alm_string(chunk->serials[i]);
        }
        chunk->guarantees[i] = wish.kind < (int64_t)COUNT_OF(kinds) && kinds[wish.kind].months
                                   ? later(wish.date, kinds[wish.kind].months)
                                   : ALM_NO_DATE;
        if (own_guarantee) {
            chunk->guarantees[i] = wish.date - 3 + (alm_date)any(100);
            detail[GUARANTEE] = alm_number(chunk->guarantees[i]);
        }
        chunk->lines[i] = (struct alm_line){.id = wish.line,
                                            .owner = wish.household,
                                            .household = wish.household,
                                            .date = wish.date,
                                            .quantity = one ? ALM_UNIT : 2 * ALM_UNIT,
                                            .detail = detail,
                                            .n_detail = DETAILS};
        chunk->given[i] = one && model_gives(m, &wish) && !(own_guarantee && chunk->guarantees[i] < wish.date);
        if (chunk->given[i]) {
            assert_true(m->n < MOST);
            m->owned[m->n++] = wish;
        }
    }
}

static void settle_chunk(struct fixture *fixture, struct chunk *chunk, size_t each)
{
    struct alm_error err = {0};
    for (size_t i = 0; i < LINES; i += each)
        OK(fixture->plugin->programme->settle(&fixture->host, fixture->state, chunk->lines + i,
                                              i + each <= LINES ? each : LINES - i, chunk->verdicts + i, &err));
    for (size_t i = 0; i < LINES; i++) {
        assert_int_equal(chunk->verdicts[i].refused, !chunk->given[i]);
        assert_true(chunk->given[i] || chunk->verdicts[i].reason[0]);
        if (!chunk->given[i])
            continue;
        assert_int_equal(chunk->detail[i][GUARANTEE].is_null, chunk->guarantees[i] == ALM_NO_DATE);
        if (!chunk->detail[i][GUARANTEE].is_null)
            assert_int_equal(chunk->detail[i][GUARANTEE].number, chunk->guarantees[i]);
        assert_int_equal(chunk->lines[i].value, strcmp(chunk->detail[i][KIND].text, "refrigerator") ? 0 : 900);
    }
}

static void unsettle_some(struct fixture *fixture, const struct chunk *chunk, struct model *m)
{
    struct alm_error err = {0};
    struct alm_line back[LINES];
    size_t n = 0;
    for (size_t i = 0; i < LINES; i++) {
        if (!chunk->given[i] || any(4) == 0)
            continue;
        back[n++] = chunk->lines[i];
        for (size_t k = 0; k < m->n; k++)
            if (m->owned[k].line == chunk->lines[i].id)
                m->owned[k--] = m->owned[--m->n];
    }
    OK(fixture->plugin->programme->unsettle(&fixture->host, fixture->state, back, n, &err));
}

static void compare(const struct fixture *fixture, const struct model *m)
{
    struct alm_error err = {0};
    struct store_stmt *stmt = NULL;
    size_t n = 0, n_serials = 0;
    bool row = true;
    OK(store_query(fixture->suite->store, &stmt, &err,
                   "SELECT g.household, g.line, g.kind, g.date, g.serial, s.serial FROM appliances_given g "
                   "LEFT JOIN appliances_serial s ON s.line = g.line AND s.household = g.household ORDER BY g.line",
                   ""));
    for (;; n++) {
        char serial[32];
        const struct owned *has = NULL;
        OK(store_next(stmt, &row, &err));
        if (!row)
            break;
        for (size_t i = 0; i < m->n; i++)
            if (m->owned[i].line == store_int(stmt, 1))
                has = &m->owned[i];
        assert_non_null(has);
        assert_int_equal(store_int(stmt, 0), has->household);
        assert_string_equal(store_string(stmt, 2), kinds[has->kind].name);
        assert_int_equal(store_int(stmt, 3), has->date);
        assert_int_equal(store_is_null(stmt, 4), has->serial < 0);
        assert_int_equal(store_is_null(stmt, 5), has->serial < 0);
        if (has->serial < 0)
            continue;
        n_serials++;
        snprintf(serial, sizeof serial, "SN-%03lld", (long long)has->serial);
        assert_string_equal(store_string(stmt, 4), serial);
        assert_string_equal(store_string(stmt, 5), serial);
    }
    assert_int_equal(n, m->n);
    assert_int_equal(suite_number(fixture->suite->store, "SELECT COUNT(*) FROM appliances_serial"), n_serials);
}

static void a_model_and_the_appliances_never_differ(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, LINES};
    static struct model m;
    static struct chunk chunk;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    alm_id last_line = 100000;
    suite_start((void **)&fixture.suite);
    fixture_load(&fixture, "appliances", KINDS);
    fixture_start(&fixture);
    fixture.today = DAY;
    OK(store_migrate(fixture.suite->store, "appliances", fixture.plugin->migrations, fixture.plugin->n_migrations, NULL,
                     &err));
    OK(store_begin(fixture.suite->store, true, &err));
    int64_t given = 0;
    for (int round = 0; round < ROUNDS; round++) {
        make_chunk(&chunk, &m, &last_line);
        settle_chunk(&fixture, &chunk, sizes[any(COUNT_OF(sizes))]);
        for (size_t i = 0; i < LINES; i++)
            given += chunk.given[i];
        unsettle_some(&fixture, &chunk, &m);
        compare(&fixture, &m);
        if (round % 20 == 19) { /* else every household soon has all */
            OK(store_run(fixture.suite->store, NULL, &err, "DELETE FROM appliances_given", ""));
            OK(store_run(fixture.suite->store, NULL, &err, "DELETE FROM appliances_serial", ""));
            m.n = 0;
        }
    }
    assert_in_range(given, ROUNDS, ROUNDS * LINES / 2); /* both answers came often */
    fixture_release(&fixture);
    assert_int_equal(suite_stop((void **)&fixture.suite), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_a_kind_in_so_many_years),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(the_shipped_file_is_sound),
        cmocka_unit_test(a_code_is_the_same_however_it_is_written),
        cmocka_unit_test(a_model_and_the_appliances_never_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
