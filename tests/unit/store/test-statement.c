/* SPDX-License-Identifier: MIT */
/* Queries, transactions, savepoints, arrays, nulls: on any driver. */
#include "suite.h"

static void add_line(struct store *store, int64_t owner, int64_t id, const char *name)
{
    struct alm_error err = {0};
    OK(store_run(store, NULL, &err, "INSERT INTO t_line (owner, id, amount, name) VALUES ($1, $2, $2, $3)", "iit",
                 owner, id, name));
}

static void test_values_come_back(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *stmt;
    int64_t changes;
    bool row;
    OK(store_begin(suite->store, true, &err));
    /* $3 before $1, $2 twice: parameters go by their number, not by where they stand */
    OK(store_run(suite->store, &changes, &err,
                 "INSERT INTO t_line (name, rate, owner, id, amount) VALUES ($3, $4, $1, $2, $2)", "iisd", INT64_C(1),
                 INT64_MAX, ((struct alm_text){"a\xd8\xa8z", 3}), 0.5));
    assert_int_equal(changes, 1);
    OK(store_run(suite->store, NULL, &err,
                 "INSERT INTO t_line (owner, id, amount, rate, name) VALUES ($1, $2, $3, $4, $5)", "iiint", INT64_C(2),
                 INT64_C(0), ALM_NULL, NULL));
    OK(store_commit(suite->store, &err));
    OK(store_query(suite->store, &stmt, &err, "SELECT owner, id, amount, rate, name FROM t_line ORDER BY owner", ""));
    OK(store_next(stmt, &row, &err));
    assert_true(row);
    assert_int_equal(store_int(stmt, 0), 1);
    assert_true(store_int(stmt, 1) == INT64_MAX);
    assert_true(store_double(stmt, 3) == 0.5);
    assert_string_equal(store_string(stmt, 4), "a\xd8\xa8");
    assert_int_equal(store_text(stmt, 4).len, 3);
    OK(store_next(stmt, &row, &err));
    assert_true(row);
    assert_int_equal(store_int(stmt, 1), 0);
    assert_false(store_is_null(stmt, 1));
    assert_true(store_int(stmt, 2) == ALM_NULL);
    assert_true(store_is_null(stmt, 3));
    assert_null(store_string(stmt, 4));
    assert_null(store_text(stmt, 4).at);
    OK(store_next(stmt, &row, &err));
    assert_false(row);
    FAILS(ALM_INTERNAL, store_next(stmt, &row, &err));
}

static void test_text_is_never_a_number_nor_the_other_way_round(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    OK(store_begin(suite->store, true, &err));
    OK(store_savepoint(suite->store, &err)); /* an error spoils a transaction on some engines */
    FAILS(ALM_BAD_DATA,
          store_run(suite->store, NULL, &err, "INSERT INTO t_line (owner, id) VALUES ($1, $2)", "ti", "x", INT64_C(1)));
    OK(store_release(suite->store, false, &err));
    OK(store_run(suite->store, NULL, &err, "INSERT INTO t_code (code, id) VALUES ('007', 1)", ""));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_code WHERE code = '7'"), 0);
}

static void test_wrong_sql_says_what(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *stmt;
    FAILS(ALM_INTERNAL, store_query(suite->store, &stmt, &err, "SELECT nothing FROM nowhere", ""));
    assert_non_null(strstr(err.text, "nowhere"));
    FAILS(ALM_INTERNAL,
          store_query(suite->store, &stmt, &err, "SELECT CAST($1 AS BIGINT)", "ii", INT64_C(1), INT64_C(2)));
    FAILS(ALM_INTERNAL, store_query(suite->store, &stmt, &err, "SELECT \"in double quotes\"", ""));
    /* after an error the statement is free for the next use */
    int64_t one;
    OK(store_number(suite->store, &one, 0, &err, "SELECT CAST($1 AS BIGINT)", "i", INT64_C(1)));
    assert_int_equal(one, 1);
    /* under a savepoint the rest of the transaction is spared it */
    OK(store_begin(suite->store, true, &err));
    OK(store_savepoint(suite->store, &err));
    FAILS(ALM_INTERNAL, store_run(suite->store, NULL, &err, "UPDATE nowhere SET nothing = 1", ""));
    OK(store_release(suite->store, false, &err));
    add_line(suite->store, 1, 1, "kept");
    OK(store_commit(suite->store, &err));
}

static void test_any(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    OK(store_begin(suite->store, true, &err));
    for (int64_t i = 1; i <= 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", (int)i);
        add_line(suite->store, i, i, name);
    }
    const int64_t ints[] = {7, 3, 7, 1000, ALM_NULL, 100};
    const struct alm_text texts[] = {text_of("n5"), {NULL, 0}, {"n60 and more", 3}, text_of("")};
    int64_t n;
    static const char by_int[] = "SELECT COUNT(*) FROM t_line WHERE owner = ANY ($1) AND id <> $2";
    OK(store_number(suite->store, &n, -1, &err, by_int, "Ii", ints, COUNT_OF(ints), INT64_C(3)));
    assert_int_equal(n, 2);
    OK(store_number(suite->store, &n, -1, &err, by_int, "Ii", NULL, (size_t)0, INT64_C(3)));
    assert_int_equal(n, 0);
    OK(store_number(suite->store, &n, -1, &err, by_int, "Ii", ints, (size_t)1, INT64_C(3)));
    assert_int_equal(n, 1);
    OK(store_number(suite->store, &n, -1, &err, "SELECT COUNT(*) FROM t_line WHERE name = ANY($1) OR name = ANY ( $1 )",
                    "T", texts, COUNT_OF(texts)));
    assert_int_equal(n, 2);
    /* in a text it is only text */
    OK(store_number(suite->store, &n, -1, &err,
                    "SELECT COUNT(*) FROM t_line WHERE name <> '= ANY ($1)' /* = ANY ($1) */", ""));
    assert_int_equal(n, 100);
    int64_t changes;
    OK(store_run(suite->store, &changes, &err, "DELETE FROM t_line WHERE owner = ANY ($1)", "I", ints, COUNT_OF(ints)));
    assert_int_equal(changes, 3);
}

static void test_many_texts_keep_to_the_limit(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *held;
    bool row;
    OK(store_query(suite->store, &held, &err, "SELECT 1 UNION ALL SELECT 2 ORDER BY 1", ""));
    OK(store_next(held, &row, &err));
    for (int i = 0; i < 2000; i++) {
        char sql[64]; /* one address for all the texts: it must not be taken for the text */
        int64_t n;
        snprintf(sql, sizeof sql, "SELECT %d", i);
        OK(store_number(suite->store, &n, -1, &err, sql, ""));
        assert_int_equal(n, i);
    }
    OK(store_next(held, &row, &err));
    assert_true(row);
    assert_int_equal(store_int(held, 0), 2);
    store_done(held);
}

static void test_writes_need_a_write_transaction(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    static const char *const writes[] = {
        "INSERT INTO t_more (id) VALUES (1)",
        "-- SELECT\n DELETE FROM t_more",
        "WITH x AS (SELECT 1 AS id) INSERT INTO t_more (id) SELECT id FROM x",
        "UPDATE t_more SET line = 1",
    };
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < COUNT_OF(writes); i++)
            FAILS(ALM_INTERNAL, store_run(suite->store, NULL, &err, writes[i], ""));
        if (pass == 0)
            OK(store_begin(suite->store, false, &err));
    }
    store_rollback(suite->store);
    assert_int_equal(suite_number(suite->store, "WITH x AS (SELECT 'DELETE' AS update_me) SELECT COUNT(*) FROM x"), 1);
    OK(store_begin(suite->store, true, &err));
    for (size_t i = 0; i < COUNT_OF(writes); i++)
        OK(store_run(suite->store, NULL, &err, writes[i], ""));
}

static void test_transactions(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    FAILS(ALM_INTERNAL, store_commit(suite->store, &err));
    OK(store_begin(suite->store, true, &err));
    FAILS(ALM_INTERNAL, store_begin(suite->store, true, &err));
    add_line(suite->store, 1, 1, "kept");
    OK(store_commit(suite->store, &err));
    OK(store_begin(suite->store, true, &err));
    add_line(suite->store, 2, 2, "not kept");
    store_rollback(suite->store);
    assert_false(store_in_transaction(suite->store));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 1);
    /* what a process leaves open is undone when it closes */
    OK(store_begin(suite->store, true, &err));
    add_line(suite->store, 3, 3, "left open");
    store_close(suite->store);
    OK(suite_open(suite, false, false, &suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 1);
}

static void test_savepoints_nest(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    FAILS(ALM_INTERNAL, store_savepoint(suite->store, &err));
    FAILS(ALM_INTERNAL, store_release(suite->store, true, &err));
    OK(store_begin(suite->store, true, &err));
    add_line(suite->store, 1, 1, "kept");
    OK(store_savepoint(suite->store, &err));
    add_line(suite->store, 2, 1, "kept");
    OK(store_savepoint(suite->store, &err));
    add_line(suite->store, 3, 1, "undone");
    FAILS(ALM_BAD_DATA, store_run(suite->store, NULL, &err, "INSERT INTO t_line (owner, id) VALUES (1, 1)", ""));
    OK(store_release(suite->store, false, &err));
    OK(store_release(suite->store, true, &err));
    OK(store_savepoint(suite->store, &err));
    add_line(suite->store, 4, 1, "undone");
    OK(store_release(suite->store, false, &err));
    OK(store_commit(suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT SUM(owner) FROM t_line"), 3);
    /* nothing is done under the inner one, or under either */
    OK(store_begin(suite->store, true, &err));
    OK(store_savepoint(suite->store, &err));
    OK(store_savepoint(suite->store, &err));
    OK(store_release(suite->store, false, &err));
    add_line(suite->store, 5, 1, "undone");
    OK(store_savepoint(suite->store, &err));
    OK(store_release(suite->store, true, &err));
    OK(store_release(suite->store, false, &err));
    OK(store_savepoint(suite->store, &err));
    OK(store_release(suite->store, false, &err));
    FAILS(ALM_INTERNAL, store_release(suite->store, false, &err));
    OK(store_commit(suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT SUM(owner) FROM t_line"), 3);
    /* a savepoint that is forgotten keeps the commit from passing for a good one */
    OK(store_begin(suite->store, true, &err));
    OK(store_savepoint(suite->store, &err));
    FAILS(ALM_INTERNAL, store_commit(suite->store, &err));
    assert_false(store_in_transaction(suite->store));
}

static void test_returning_and_upsert(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    static const char upsert[] = "INSERT INTO t_code (code, id) VALUES ($1, $2)\n"
                                 "ON CONFLICT (code) DO UPDATE SET id = t_code.id + excluded.id RETURNING id";
    int64_t id;
    OK(store_begin(suite->store, true, &err));
    OK(store_number(suite->store, &id, 0, &err, upsert, "ti", "a", INT64_C(5)));
    assert_int_equal(id, 5);
    OK(store_number(suite->store, &id, 0, &err, upsert, "ti", "a", INT64_C(6)));
    assert_int_equal(id, 11);
    OK(store_commit(suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT id FROM t_code"), 11);
}

static void test_ids_follow_the_fixed_clock(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    alm_id ids[10000], one;
    OK(store_id(suite->store, &one, &err));
    int64_t ms = (suite->now - 1577836800) * 1000;
    assert_int_equal(one >> 22, ms);
    assert_int_equal(one >> 12 & 1023, 7);
    OK(store_ids(suite->store, ids, COUNT_OF(ids), &err));
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        assert_true(ids[i] > (i ? ids[i - 1] : one));
    suite->now -= 1000000; /* a clock that is set back makes no second of any id */
    OK(store_id(suite->store, &one, &err));
    assert_true(one > ids[COUNT_OF(ids) - 1]);
    store_close(suite->store);
    OK(suite_open(suite, false, false, &suite->store, &err));
    alm_id next;
    OK(store_id(suite->store, &next, &err));
    assert_true(next > one);
}

static void test_meta(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct arena arena = {0};
    const char *value;
    OK(store_meta_get(suite->store, "campaign", &arena, &value, &err));
    assert_null(value);
    OK(store_begin(suite->store, true, &err));
    OK(store_meta_set(suite->store, "campaign", "Lorestan", &err));
    OK(store_meta_set(suite->store, "campaign", "لرستان", &err));
    OK(store_commit(suite->store, &err));
    OK(store_meta_get(suite->store, "campaign", &arena, &value, &err));
    assert_string_equal(value, "لرستان");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TEST(test_values_come_back),
        SUITE_TEST(test_text_is_never_a_number_nor_the_other_way_round),
        SUITE_TEST(test_wrong_sql_says_what),
        SUITE_TEST(test_any),
        SUITE_TEST(test_many_texts_keep_to_the_limit),
        SUITE_TEST(test_writes_need_a_write_transaction),
        SUITE_TEST(test_transactions),
        SUITE_TEST(test_savepoints_nest),
        SUITE_TEST(test_returning_and_upsert),
        SUITE_TEST(test_ids_follow_the_fixed_clock),
        SUITE_TEST(test_meta),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
