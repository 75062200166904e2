/* SPDX-License-Identifier: MIT */
/* Migrations: once each, and every way in which a store and a program don't fit. */
#include "suite.h"

static void test_idempotent(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_migrated migrated;
    OK(store_migrate(suite->store, "t", suite_migrations, 2, &migrated, &err));
    assert_string_equal(migrated.owner, "t");
    assert_int_equal(migrated.from, 2);
    assert_int_equal(migrated.to, 2);
    OK(store_migrated(suite->store, "t", suite_migrations, 2, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM store_migration WHERE owner = 't'"), 2);
    assert_int_equal(suite_number(suite->store, "SELECT MIN(applied_at) FROM store_migration"), suite->now);
}

static void test_step_by_step(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_migrated migrated;
    static const struct alm_migration steps[] = {
        {1, "one", "CREATE TABLE u_one (id BIGINT PRIMARY KEY);"},
        {2, "two", "CREATE TABLE u_two (id BIGINT PRIMARY KEY); INSERT INTO u_two (id) VALUES (5);"},
    };
    FAILS(ALM_UNAVAILABLE, store_migrated(suite->store, "u", steps, 2, &err));
    assert_non_null(strstr(err.hint, "almoner init"));
    OK(store_migrate(suite->store, "u", steps, 1, &migrated, &err));
    assert_int_equal(migrated.from, 0);
    assert_int_equal(migrated.to, 1);
    FAILS(ALM_UNAVAILABLE, store_migrated(suite->store, "u", steps, 2, &err));
    OK(store_migrate(suite->store, "u", steps, 2, &migrated, &err));
    assert_int_equal(migrated.from, 1);
    assert_int_equal(migrated.to, 2);
    assert_int_equal(suite_number(suite->store, "SELECT id FROM u_two"), 5);
    OK(store_migrated(suite->store, "u", steps, 2, &err));
}

static void test_newer_store(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    FAILS(ALM_UNAVAILABLE, store_migrate(suite->store, "t", suite_migrations, 1, NULL, &err));
    assert_string_equal(err.text, "the store is newer than the program: it has t 2 (more), the program knows 1");
    FAILS(ALM_UNAVAILABLE, store_migrated(suite->store, "t", suite_migrations, 1, &err));
}

static void test_drift(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct alm_migration changed[] = {suite_migrations[0], suite_migrations[1]};
    changed[0].sql = "CREATE TABLE t_line (id BIGINT PRIMARY KEY)";
    FAILS(ALM_UNAVAILABLE, store_migrated(suite->store, "t", changed, 2, &err));
    assert_string_equal(err.text, "migration t 1 (tables) is not the one that was applied to the store");
    FAILS(ALM_UNAVAILABLE, store_migrate(suite->store, "t", changed, 2, NULL, &err));
}

static void test_gaps(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    static const struct alm_migration gap[] = {{1, "one", "SELECT 1"}, {3, "three", "SELECT 3"}};
    FAILS(ALM_INTERNAL, store_migrate(suite->store, "u", gap, 2, NULL, &err));
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, "DELETE FROM store_migration WHERE owner = 't' AND version = 1", ""));
    OK(store_commit(suite->store, &err));
    FAILS(ALM_UNAVAILABLE, store_migrate(suite->store, "t", suite_migrations, 2, NULL, &err));
    assert_string_equal(err.text, "migration t 1 was never applied, and 2 was");
}

static void test_failing_migration_leaves_nothing(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_migrated migrated;
    static const struct alm_migration steps[] = {
        {1, "good", "CREATE TABLE u_one (id BIGINT PRIMARY KEY);"},
        {2, "bad", "CREATE TABLE u_two (id BIGINT PRIMARY KEY); CREATE TABLE u_one (id BIGINT PRIMARY KEY);"},
    };
    FAILS(ALM_INTERNAL, store_migrate(suite->store, "u", steps, 2, &migrated, &err));
    assert_int_equal(migrated.to, 1);
    assert_int_equal(strncmp(err.text, "migration u 2 (bad): ", 21), 0);
    assert_false(store_in_transaction(suite->store));
    OK(store_migrated(suite->store, "u", steps, 1, &err));
    int64_t n;
    FAILS(ALM_INTERNAL, store_number(suite->store, &n, 0, &err, "SELECT COUNT(*) FROM u_two", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TEST(test_idempotent), SUITE_TEST(test_step_by_step), SUITE_TEST(test_newer_store),
        SUITE_TEST(test_drift),      SUITE_TEST(test_gaps),         SUITE_TEST(test_failing_migration_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
