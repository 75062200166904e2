/* SPDX-License-Identifier: MIT */
#include "plugin-fixture.h"

#define DAY 18601 /* 2020-12-05 */
#define NEVER INT32_MAX

enum { HELD, GIVEN, VOID, LOST };

static void begin(struct fixture *fixture, const char *ini)
{
    struct alm_error err = {0};
    suite_start((void **)&fixture->suite);
    fixture_load(fixture, "giftcards", ini);
    fixture_start(fixture);
    fixture->today = DAY;
    OK(store_migrate(fixture->suite->store, "giftcards", fixture->plugin->migrations, fixture->plugin->n_migrations,
                     NULL, &err));
    OK(store_begin(fixture->suite->store, true, &err));
}

static void end(struct fixture *fixture)
{
    fixture_release(fixture);
    assert_int_equal(suite_stop((void **)&fixture->suite), 0);
}

/* ---- the rule and its settings ---- */

static struct alm_entitlement ask(const struct fixture *fixture, size_t n_members, const char *criteria)
{
    struct alm_member members[8] = {{.criteria = ""}};
    for (size_t i = 0; i < COUNT_OF(members); i++)
        members[i] = (struct alm_member){.id = (alm_id)i + 1, .criteria = i ? "" : criteria};
    const struct alm_case c = {
        .recipient = ALM_HOUSEHOLD, .date = DAY, .id = 9, .members = members, .n_members = n_members};
    return fixture_entitle(fixture, &c);
}

static void one_card_for_a_household(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load(&fixture, "giftcards", "[giftcards]\n");
    fixture_start(&fixture);
    assert_int_equal(ask(&fixture, 1, "").quantity, 1000);
    assert_int_equal(ask(&fixture, 8, "").quantity, 1000);
    assert_string_equal(ask(&fixture, 0, "").reason, "nobody belongs to the household on that day");
    fixture_release(&fixture);

    fixture = (struct fixture){0};
    fixture_load(&fixture, "giftcards", "[giftcards]\nmembers_from = 3\ncriteria = widow, orphan\n");
    fixture_start(&fixture);
    assert_string_equal(ask(&fixture, 2, "orphan").reason, "cards are for households of 3 and more");
    assert_string_equal(ask(&fixture, 3, "orphans").reason, "nobody in the household meets a criterion for cards");
    assert_int_equal(ask(&fixture, 3, "disabled orphan").quantity, 1000);
    fixture_release(&fixture);
}

static void expect_problem(const char *text, const char *problem)
{
    struct fixture fixture = {0};
    fixture_load(&fixture, "giftcards", text);
    assert_int_equal(fixture.problems.count, 1);
    if (!strstr(fixture.problems.items[0].text, problem))
        fail_msg("'%s' does not say '%s'", fixture.problems.items[0].text, problem);
    fixture_release(&fixture);
}

static void bad_settings_are_named(void **state)
{
    (void)state;
    expect_problem("[currency Euro]\nrate = 5\n", "[currency Euro]: not a currency's code");
    expect_problem("[currency EUR]\nrate = 0\n", "rate");
    expect_problem("[giftcards]\nvalid_for = 2 years\n", "too much");
    expect_problem("[giftcards]\ncriteria = widow orphan\n", "a criterion is one word");
}

static void the_shipped_file_is_sound(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    fixture_load_file(&fixture, "giftcards", SOURCE_DIR "/conf/programmes/giftcards.ini");
    fixture_start(&fixture);
    fixture_release(&fixture);
}

/* ---- a secret code ---- */

/* Not the core's: enough to see that the code is not what is kept. */
static enum alm_status token(const struct alm_host *host, const char *text, char digits[65], struct alm_error *err)
{
    (void)host;
    (void)err;
    uint64_t sum = 7;
    for (; *text; text++)
        sum = sum * 31 + (unsigned char)*text;
    snprintf(digits, 65, "%064llx", (unsigned long long)sum);
    return ALM_OK;
}

static void import(struct fixture *fixture, const char *csv, const char *expected)
{
    struct alm_error err = {0};
    fixture->csv = csv;
    OK(fixture_run(fixture, &err, "import", "file", "x.csv", NULL));
    assert_string_equal(fixture->out.at, expected);
}

static void a_code_is_not_kept(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct alm_error err = {0};
    begin(&fixture, "[giftcards]\n");
    struct store *store = fixture.suite->store;
    fixture.host.token = token;
    import(&fixture, "A-1,100,,,,4711\nA-2,100,,,,4711\nA-3,100,,,,\n", "new\nnew\nnew\n");
    import(&fixture, "A-1,100,,,,4711\nA-2,100,,,,4712\nA-3,100,,,,4713\nA-1,100,,,,\n",
           "same\ncard A-2 is known with another code\nchanged\nsame\n");
    assert_int_equal(suite_number(store, "SELECT COUNT(*) FROM giftcards_card WHERE token LIKE '%4711%'"), 0);
    assert_int_equal(suite_number(store, "SELECT COUNT(DISTINCT token) FROM giftcards_card"), 3);
    assert_int_equal(fixture_run(&fixture, &err, "check", "serial", "A-1", "code", "4711", NULL), ALM_USAGE);
    assert_string_equal(err.text, "a secret code does not stand on a command line");
    end(&fixture);
}

/* ---- against a model: random operations, one by one and in chunks ---- */

enum { CARDS = 200, LINES = 90, GROUPS = 3, ROUNDS = 300, DETAILS = 1 };

struct model {
    int64_t state[CARDS], expires[CARDS];
    alm_id holder[CARDS];
};

static uint64_t random_state = 1399;

static int64_t any(int64_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

static void serial_of(int64_t card, char *serial)
{
    snprintf(serial, 16, "C%03d", (int)card);
}

/* The next card of a holder that is good on that day; -1: none. */
static int64_t model_next(const struct model *m, alm_id holder, int64_t expires)
{
    int64_t best = -1;
    for (int64_t i = 0; i < CARDS; i++)
        if (m->state[i] == HELD && m->holder[i] == holder && m->expires[i] >= expires &&
            (best < 0 || m->expires[i] < m->expires[best]))
            best = i;
    return best;
}

static void compare(const struct fixture *fixture, const struct model *m)
{
    struct alm_error err = {0};
    struct store_stmt *stmt = NULL;
    int64_t given = 0;
    bool row = true;
    OK(store_query(fixture->suite->store, &stmt, &err, "SELECT state, holder FROM giftcards_card ORDER BY number", ""));
    for (int64_t i = 0; i < CARDS; i++) {
        OK(store_next(stmt, &row, &err));
        assert_true(row);
        assert_int_equal(store_int(stmt, 0), m->state[i]);
        assert_int_equal(store_int(stmt, 1), m->holder[i]);
        given += m->state[i] == GIVEN;
    }
    OK(store_next(stmt, &row, &err));
    assert_false(row);
    assert_int_equal(suite_number(fixture->suite->store, "SELECT COUNT(*) FROM giftcards_given"), given);
}

struct chunk {
    struct alm_line lines[LINES];
    struct alm_value detail[LINES];
    struct alm_verdict verdicts[LINES];
    char serials[LINES][16];
    int64_t cards[LINES]; /* the model's answer; -1: refused */
};

static void make_chunk(struct chunk *chunk, struct model *m, alm_id *last_line)
{
    memset(chunk, 0, sizeof *chunk);
    for (size_t i = 0; i < LINES; i++) {
        alm_id group = any(GROUPS);
        alm_date date = DAY + (alm_date)any(6);
        int64_t card = any(3) ? -1 : any(CARDS + 2);
        chunk->detail[i] = alm_null();
        if (card >= 0) {
            serial_of(card, chunk->serials[i]);
            chunk->detail[i] = alm_string(chunk->serials[i]);
        }
        chunk->lines[i] = (struct alm_line){.id = ++*last_line,
                                            .owner = 500 + any(50),
                                            .date = date,
                                            .quantity = any(20) ? ALM_UNIT : 2 * ALM_UNIT,
                                            .group = group,
                                            .detail = &chunk->detail[i],
                                            .n_detail = DETAILS};
        if (card < 0)
            card = model_next(m, group, date + 2);
        else if (card >= CARDS || m->state[card] != HELD || m->holder[card] != group || m->expires[card] < date + 2)
            card = -1;
        if (chunk->lines[i].quantity != ALM_UNIT)
            card = -1;
        chunk->cards[i] = card;
        if (card >= 0)
            m->state[card] = GIVEN;
    }
}

static void settle_chunk(struct fixture *fixture, struct chunk *chunk, size_t each)
{
    struct alm_error err = {0};
    for (size_t i = 0; i < LINES; i += each)
        OK(fixture->plugin->programme->settle(&fixture->host, fixture->state, chunk->lines + i,
                                              i + each <= LINES ? each : LINES - i, chunk->verdicts + i, &err));
    for (size_t i = 0; i < LINES; i++) {
        char serial[16];
        assert_int_equal(chunk->verdicts[i].refused, chunk->cards[i] < 0);
        if (chunk->cards[i] < 0) {
            assert_true(chunk->verdicts[i].reason[0]);
            continue;
        }
        serial_of(chunk->cards[i], serial);
        assert_string_equal(chunk->detail[i].text, serial);
        assert_int_equal(chunk->lines[i].value, 1000 + chunk->cards[i]);
    }
}

/* Some of the chunk's lines are taken back, together. */
static void unsettle_some(struct fixture *fixture, struct chunk *chunk, struct model *m)
{
    struct alm_error err = {0};
    struct alm_line back[LINES];
    size_t n = 0;
    for (size_t i = 0; i < LINES; i++)
        if (chunk->cards[i] >= 0 && any(3)) {
            back[n++] = chunk->lines[i];
            m->state[chunk->cards[i]] = HELD;
        }
    OK(fixture->plugin->programme->unsettle(&fixture->host, fixture->state, back, n, &err));
}

static void move_some(struct fixture *fixture, struct model *m)
{
    struct alm_error err = {0};
    bool hand = any(2);
    alm_id group = 1 + any(GROUPS - 1);
    alm_id from = hand ? 0 : group;
    int64_t first = any(CARDS);
    int64_t last = first + any(4);
    bool goes = true;
    char a[16];
    char b[16];
    char code[16];
    last = last < CARDS ? last : CARDS - 1;
    serial_of(first, a);
    serial_of(last, b);
    snprintf(code, sizeof code, "%d", (int)group);
    for (int64_t i = first; i <= last; i++)
        goes = goes && m->state[i] == HELD && m->holder[i] == from && (!hand || m->expires[i] >= DAY);
    OK(store_savepoint(fixture->suite->store, &err));
    enum alm_status status =
        fixture_run(fixture, &err, hand ? "hand" : "return", "group", code, "from", a, "to", b, NULL);
    OK(store_release(fixture->suite->store, status == ALM_OK, &err));
    assert_int_equal(status == ALM_OK, goes);
    for (int64_t i = first; goes && i <= last; i++)
        m->holder[i] = hand ? group : 0;
}

static void spoil_one(struct fixture *fixture, struct model *m)
{
    struct alm_error err = {0};
    int64_t card = any(CARDS);
    bool lost = any(2) && m->state[card] != GIVEN; /* the command-line tests have those that a household loses */
    char serial[16];
    serial_of(card, serial);
    enum alm_status status = fixture_run(fixture, &err, lost ? "lost" : "void", "serial", serial, "reason", "x", NULL);
    assert_int_equal(status == ALM_OK, m->state[card] == HELD);
    if (status == ALM_OK)
        m->state[card] = lost ? LOST : VOID;
}

static void a_model_and_the_cards_never_differ(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 5, LINES};
    struct fixture fixture = {0};
    struct alm_error err = {0};
    struct model m = {.state = {0}};
    static struct chunk chunk;
    alm_id last_line = 100000;
    begin(&fixture, "[giftcards]\nvalid_for = 2 days\n");
    struct store *store = fixture.suite->store;
    struct strbuf csv = {0};
    for (int i = 0; i < CARDS; i++) {
        char day[32];
        m.expires[i] = any(3) ? NEVER : DAY - 1 + any(12);
        date_format((alm_date)(m.expires[i] == NEVER ? 0 : m.expires[i]), DATE_ISO, day, sizeof day);
        strbuf_addf(&csv, "C%03d,%d,,%s,,\n", i, 1000 + i, m.expires[i] == NEVER ? "" : day);
    }
    fixture.csv = csv.at;
    OK(fixture_run(&fixture, &err, "import", "file", "x.csv", NULL));
    for (int round = 0; round < ROUNDS; round++) {
        switch (any(8)) {
        case 0:
            if (any(4) == 0) /* few, for they do not come back */
                spoil_one(&fixture, &m);
            break;
        case 1:
        case 2:
        case 3:
            move_some(&fixture, &m);
            break;
        default:
            make_chunk(&chunk, &m, &last_line);
            settle_chunk(&fixture, &chunk, sizes[any(COUNT_OF(sizes))]);
            compare(&fixture, &m);
            unsettle_some(&fixture, &chunk, &m);
        }
        compare(&fixture, &m);
        /* Cards that stay given would soon be all of them. */
        if (round % 20 == 19) {
            OK(store_run(store, NULL, &err, "DELETE FROM giftcards_given", ""));
            OK(store_run(store, NULL, &err, "UPDATE giftcards_card SET state = 0 WHERE state = 1", ""));
            for (int i = 0; i < CARDS; i++)
                m.state[i] = m.state[i] == GIVEN ? HELD : m.state[i];
        }
    }
    strbuf_release(&csv);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_card_for_a_household),           cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(the_shipped_file_is_sound),          cmocka_unit_test(a_code_is_not_kept),
        cmocka_unit_test(a_model_and_the_cards_never_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
