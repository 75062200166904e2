/* SPDX-License-Identifier: MIT */
/* What a plug-in may run: reads of everything, writes of its own tables, nothing else. */
#include "host/host.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void allowed(void **state)
{
    static const char *const statements[] = {
        "SELECT * FROM line WHERE owner = $1",
        "INSERT INTO meals_batch (code) VALUES ($1) ON CONFLICT (code) DO UPDATE SET given = excluded.given",
        "update meals_batch SET given = 'INSERT INTO line' WHERE code = $1;",
        "DELETE FROM meals_kitchen -- INTO line\nWHERE code = $1",
        "WITH t AS (SELECT owner FROM line) SELECT * FROM t",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct alm_error err = {0};
        if (host_check_sql("meals", statements[i], &err) != ALM_OK)
            fail_msg("%s: %s", statements[i], err.text);
    }
}

static void refused(void **state)
{
    static const char *const statements[] = {
        "INSERT INTO line (owner) VALUES (1)",
        "UPDATE line SET quantity = 0",
        "DELETE FROM line",
        "delete/**/from line",
        "INSERT OR REPLACE INTO \"line\" VALUES (1)",
        "UPDATE mealsx_batch SET given = 0",
        "UPDATE meals_ SET given = 0",
        "UPDATE OR IGNORE line SET quantity = 0",
        "WITH t AS (SELECT 1) DELETE FROM line",
        "SELECT 1; DELETE FROM meals_batch",
        "DROP TABLE meals_batch",
        "PRAGMA journal_mode = OFF",
        "COMMIT",
        "REPLACE INTO line VALUES (1)",
        "",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct alm_error err = {0};
        if (host_check_sql("meals", statements[i], &err) == ALM_OK)
            fail_msg("was let through: %s", statements[i]);
        assert_true(err.text[0] != '\0');
    }
}

static void dashes_become_underscores(void **state)
{
    struct alm_error err = {0};
    (void)state;
    assert_int_equal(host_check_sql("baby-parcels", "DELETE FROM baby_parcels_list", &err), ALM_OK);
    assert_int_not_equal(host_check_sql("baby-parcels", "DELETE FROM baby_list", &err), ALM_OK);
}

static void migrations(void **state)
{
    static const char *const lets[] = {
        "CREATE TABLE meals_x (a BIGINT REFERENCES line (id), to_x TEXT);\nCREATE INDEX meals_y ON meals_x (a)",
        "-- why\nCREATE UNIQUE INDEX IF NOT EXISTS meals_y ON meals_x (a);",
        "ALTER TABLE meals_x ADD COLUMN b BIGINT; UPDATE meals_x SET b = a;",
        "ALTER TABLE meals_x RENAME TO meals_old; ALTER TABLE meals_old RENAME COLUMN a TO meals_a",
        "DROP TABLE IF EXISTS meals_old;; DROP VIEW meals_v",
        "CREATE VIEW meals_v AS SELECT owner FROM line",
        "INSERT INTO meals_x (a) SELECT id FROM line;",
        "",
    };
    static const char *const refuses[] = {
        "CREATE TABLE line (a BIGINT)",
        "CREATE TABLE meals_x (a BIGINT); DROP TABLE line",
        "CREATE TABLE meals_x (a BIGINT);;DELETE FROM line;",
        "ALTER TABLE line ADD COLUMN b BIGINT",
        "ALTER TABLE meals_x RENAME TO line_copy",
        "CREATE INDEX meals_y ON line (owner)",
        "CREATE INDEX line_y ON meals_x (a)",
        "CREATE TRIGGER meals_t AFTER INSERT ON line BEGIN DELETE FROM line; END",
        "DROP TABLE IF EXISTS \"line\"",
        "PRAGMA writable_schema = ON",
        "ATTACH 'x' AS y",
        "COMMIT; DROP TABLE line",
        "VACUUM",
        "UPDATE line SET quantity = 0",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lets); i++) {
        struct alm_error err = {0};
        if (host_check_migration("meals", lets[i], &err) != ALM_OK)
            fail_msg("%s: %s", lets[i], err.text);
    }
    for (size_t i = 0; i < COUNT_OF(refuses); i++) {
        struct alm_error err = {0};
        if (host_check_migration("meals", refuses[i], &err) == ALM_OK)
            fail_msg("was let through: %s", refuses[i]);
        assert_true(err.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allowed),
        cmocka_unit_test(refused),
        cmocka_unit_test(dashes_become_underscores),
        cmocka_unit_test(migrations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
