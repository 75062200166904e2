/* SPDX-License-Identifier: MIT */
/* A store copied into another one of the same driver: all types, interruptions, writers in between, what is refused. */
#include "suite.h"

#include "store/internal.h"

enum { LINES = 40000, CODES = 300 };

/* Two stores: `from` is the suite's, with rows; `to` is as it was made. */
struct pair {
    struct suite *from;
    void *target; /* a suite of its own */
    struct suite *to;
    struct arena arena;
    struct store_copy copy;
    bool begun;
    struct strbuf warnings;
    void (*meanwhile)(struct pair *); /* called once, when some rows are copied */
    struct store *other;              /* that it may have opened */
    int later;                        /* after so many more calls of progress */
};

static void exec(struct store *store, const char *sql)
{
    struct alm_error err = {0};
    OK(store->driver->exec(store->connection, sql, &err));
}

/* Run on a connection of its own: as another command would. */
static void by_others(struct suite *suite, const char *sql)
{
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(suite, false, false, &other, &err));
    OK(store_begin(other, true, &err));
    OK(store_run(other, NULL, &err, sql, ""));
    OK(store_commit(other, &err));
    store_close(other);
}

static void enter(struct store *store)
{
    struct alm_error err = {0};
    const struct store_entry entry = {.command = "delivery import", .added = 1};
    OK(store_begin(store, true, &err));
    OK(store_journal_add(store, &entry, &err));
    OK(store_commit(store, &err));
}

static void fill(struct store *store)
{
    struct alm_error err = {0};
    enter(store);
    OK(store_begin(store, true, &err));
    OK(store_run(
        store, NULL, &err,
        "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)\n"
        "INSERT INTO t_line (owner, id, amount, rate, name)\n"
        "SELECT i % 7 - 3, i, CASE WHEN i % 3 > 0 THEN i * 1000000007 END,\n"
        "    CASE WHEN i % 5 > 0 THEN i / CAST(3 AS DOUBLE PRECISION) - 100 END,\n"
        "    CASE i % 6 WHEN 0 THEN '' WHEN 1 THEN 'a' WHEN 2 THEN 'پشته' WHEN 3 THEN 'a\tb' WHEN 4 THEN 'zz' END\n"
        "FROM n",
        "i", (int64_t)LINES));
    OK(store_run(store, NULL, &err,
                 "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)\n"
                 "INSERT INTO t_code (code, id)\n"
                 "SELECT CASE WHEN i % 2 = 0 THEN 'c' ELSE 'کد' END || CAST(i * 7919 % $1 AS TEXT), i FROM n",
                 "i", (int64_t)CODES));
    OK(store_commit(store, &err));
}

static void tell_progress(void *context, int64_t done, int64_t total)
{
    struct pair *pair = context;
    void (*meanwhile)(struct pair *) = pair->meanwhile;
    assert_true(done > 0 && done <= total);
    if (!meanwhile || pair->later-- > 0)
        return;
    pair->meanwhile = NULL;
    pair->later = 0;
    meanwhile(pair);
}

static void tell_warning(void *context, const char *text)
{
    struct pair *pair = context;
    strbuf_addf(&pair->warnings, "%s\n", text);
}

static int pair_start(void **state)
{
    struct pair *pair = calloc(1, sizeof *pair);
    struct alm_error err = {0};
    void *from = NULL;
    assert_non_null(pair);
    suite_start(&from);
    suite_start(&pair->target);
    pair->from = from;
    pair->to = pair->target;
    /* one office: ids of both come out of one file */
    strcpy(pair->to->ids, pair->from->ids);
    store_close(pair->to->store);
    OK(suite_open(pair->to, false, false, &pair->to->store, &err));
    fill(pair->from->store);
    *state = pair;
    return 0;
}

static int pair_stop(void **state)
{
    struct pair *pair = *state;
    void *from = pair->from;
    suite_stop(&pair->target);
    suite_stop(&from);
    arena_release(&pair->arena);
    strbuf_release(&pair->warnings);
    free(pair);
    return 0;
}

/* As the command does it: look, then copy.  `between`, if any, is what others do in between. */
static enum alm_status copy_after(struct pair *pair, const char *between, struct alm_error *err)
{
    struct store_entry entry = {.command = "store copy"};
    pair->copy = (struct store_copy){.from = pair->from->store,
                                     .to = pair->to->store,
                                     .progress = tell_progress,
                                     .warn = tell_warning,
                                     .context = pair,
                                     .arena = &pair->arena};
    strbuf_reset(&pair->warnings);
    *err = (struct alm_error){0};
    enum alm_status status = store_copy_look(pair->copy.from, pair->copy.to, &pair->arena, &pair->begun, err);
    if (status == ALM_OK && between)
        by_others(pair->to, between);
    return status == ALM_OK ? store_copy_run(&pair->copy, pair->begun, &entry, err) : status;
}

static enum alm_status copy(struct pair *pair, struct alm_error *err)
{
    return copy_after(pair, NULL, err);
}

static const char *warned(const struct pair *pair)
{
    return pair->warnings.len ? pair->warnings.at : "";
}

/* The digest of all that a query gives. */
static void sum_of(struct store *store, const char *sql, unsigned char sum[DIGEST_SIZE])
{
    struct alm_error err = {0};
    struct store_stmt *stmt;
    struct digest digest;
    bool row;
    digest_init(&digest, NULL, 0);
    OK(store_query(store, &stmt, &err, sql, ""));
    for (;;) {
        OK(store_next(stmt, &row, &err));
        if (!row)
            break;
        for (int i = 0; i < store->driver->columns(store_driver_statement(stmt)); i++)
            digest_add_text(&digest, store_is_null(stmt, i) ? (struct alm_text){NULL, 0} : store_text(stmt, i));
    }
    digest_final(&digest, sum);
}

static void assert_same(struct pair *pair, const char *sql)
{
    unsigned char from[DIGEST_SIZE], to[DIGEST_SIZE];
    sum_of(pair->from->store, sql, from);
    sum_of(pair->to->store, sql, to);
    assert_memory_equal(from, to, DIGEST_SIZE);
}

static void assert_copied(struct pair *pair)
{
    struct alm_error err = {0};
    assert_same(pair, "SELECT owner, id, amount, rate, name FROM t_line ORDER BY owner, id");
    assert_same(pair, "SELECT code, id, at FROM t_code ORDER BY code");
    /* the copy's journal has one entry more */
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM journal"),
                     suite_number(pair->from->store, "SELECT COUNT(*) FROM journal") + 1);
    OK(store_migrated(pair->to->store, "store", store_migrations, store_n_migrations, &err));
}

static void test_all_types(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    OK(copy(pair, &err));
    assert_false(pair->begun);
    assert_string_equal(warned(pair), "");
    assert_copied(pair);
    for (size_t i = 0; i < pair->copy.n_tables; i++) {
        assert_int_equal(pair->copy.tables[i].read, pair->copy.tables[i].written);
        assert_string_not_equal(pair->copy.tables[i].table, "store_migration");
    }
    assert_int_equal(suite_number(pair->to->store, "SELECT added FROM journal WHERE command = 'store copy'"),
                     LINES + CODES + 2);
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line WHERE rate IS NULL"), LINES / 5);
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line WHERE name = ''"), (LINES + 5) / 6);
    /* and not into it again */
    FAILS(ALM_CANT_CREATE, copy(pair, &err));
    assert_non_null(strstr(err.text, "the target: it holds this campaign already"));
}

/* What is taken away while it is not looked at is as if the copy had been killed there. */
static void take_over(struct pair *pair)
{
    by_others(pair->to, "UPDATE store_migration SET name = 'another' WHERE version = 0");
}

static void test_goes_on(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    pair->meanwhile = take_over;
    FAILS(ALM_AGAIN, copy(pair, &err));
    assert_string_equal(err.text, "t_line: the target: another command copies into it");
    int64_t there = suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line");
    assert_true(there > 0 && there < LINES);
    /* nobody takes it for a store meanwhile */
    FAILS(ALM_UNAVAILABLE, store_migrated(pair->to->store, "store", store_migrations, store_n_migrations, &err));
    assert_string_equal(err.text, "the store is a copy that was not finished");
    FAILS(ALM_UNAVAILABLE, store_migrate(pair->to->store, "store", store_migrations, store_n_migrations, NULL, &err));
    OK(copy(pair, &err));
    assert_true(pair->begun);
    assert_string_equal(warned(pair), "");
    assert_copied(pair);
}

static void test_source_changed_between(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    pair->meanwhile = take_over;
    FAILS(ALM_AGAIN, copy(pair, &err));
    /* added at the end: taken over; one entry of the journal is that too */
    by_others(pair->from, "INSERT INTO t_line (owner, id, amount) VALUES (1000, 1, 1)");
    enter(pair->from->store);
    pair->meanwhile = take_over;
    FAILS(ALM_AGAIN, copy(pair, &err));
    assert_string_equal(warned(pair), "");
    /* changed, or gone, in what was copied already: all of it again */
    by_others(pair->from, "UPDATE t_line SET amount = 5 WHERE owner = -3 AND id = 7");
    OK(copy(pair, &err));
    assert_string_equal(warned(pair),
                        "t_line: what was copied is not what stands in the source now; it is copied again\n");
    assert_copied(pair);
}

static void test_rows_gone_between(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    pair->meanwhile = take_over;
    FAILS(ALM_AGAIN, copy(pair, &err));
    by_others(pair->from, "DELETE FROM t_line WHERE id > 10");
    OK(copy(pair, &err));
    assert_string_equal(warned(pair),
                        "t_line: what was copied is not what stands in the source now; it is copied again\n");
    assert_copied(pair);
}

static void write_to_source(struct pair *pair)
{
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(pair->from, false, false, &other, &err));
    enter(other);
    store_close(other);
    by_others(pair->from, "UPDATE t_line SET amount = 7 WHERE owner = -3 AND id = 0");
}

static void test_source_written_meanwhile(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    pair->meanwhile = write_to_source;
    FAILS(ALM_AGAIN, copy(pair, &err));
    assert_string_equal(err.text, "the source was written to while it was copied");
    OK(copy(pair, &err));
    assert_string_equal(warned(pair),
                        "t_line: what was copied is not what stands in the source now; it is copied again\n");
    assert_copied(pair);
}

static void damage(struct pair *pair)
{
    by_others(pair->to, "DELETE FROM t_line WHERE owner = -3 AND id = 7");
}

static void alter(struct pair *pair)
{
    by_others(pair->to, "UPDATE t_line SET amount = 7 WHERE owner = -3 AND id = 7");
}

static void test_difference_is_told(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    pair->meanwhile = damage;
    FAILS(ALM_IO, copy(pair, &err));
    assert_string_equal(err.text, "1 table of the copy is not as it is in the source");
    assert_string_equal(err.hint, "repeat the command: what differs is copied again");
    assert_string_equal(warned(pair), "t_line: 40000 rows in the source, 39999 in the copy\n");
    pair->meanwhile = alter;
    pair->later = 4; /* past the rows that are compared first */
    FAILS(ALM_IO, copy(pair, &err));
    assert_string_equal(warned(pair),
                        "t_line: what was copied is not what stands in the source now; it is copied again\n"
                        "t_line: the rows of the copy are not those of the source\n");
    OK(copy(pair, &err));
    assert_copied(pair);
}

static void test_table_here_is_view_there(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    /* an index by hand, of its own on one engine and a view on the other */
    exec(pair->from->store,
         "CREATE TABLE t_by_name (name TEXT NOT NULL, owner BIGINT NOT NULL, id BIGINT NOT NULL,"
         " PRIMARY KEY (name, owner, id));"
         "INSERT INTO t_by_name SELECT name, owner, id FROM t_line WHERE name IS NOT NULL;"
         "CREATE VIEW t_by_amount AS SELECT amount, owner, id FROM t_line WHERE amount IS NOT NULL;");
    exec(pair->to->store, "CREATE VIEW t_by_name AS SELECT name, owner, id FROM t_line WHERE name IS NOT NULL;"
                          "CREATE TABLE t_by_amount (amount BIGINT NOT NULL, owner BIGINT NOT NULL, id BIGINT NOT NULL,"
                          " PRIMARY KEY (amount, owner, id));");
    OK(copy(pair, &err));
    assert_copied(pair);
    assert_same(pair, "SELECT name, owner, id FROM t_by_name ORDER BY name, owner, id");
    assert_same(pair, "SELECT amount, owner, id FROM t_by_amount ORDER BY amount, owner, id");
}

/* Each of these, and then the next one, without a row in the target. */
static void test_shapes_that_do_not_fit(void **state)
{
    static const struct {
        const char *from, *to, *says;
    } shapes[] = {
        {"CREATE TABLE x (id BIGINT PRIMARY KEY)", NULL, "the source has a table x that is not almoner's"},
        {NULL, "CREATE TABLE x (id BIGINT PRIMARY KEY)", "the source has no table x"},
        {"CREATE TABLE x (id BIGINT PRIMARY KEY, a BIGINT)", "CREATE TABLE x (id BIGINT PRIMARY KEY)",
         "the source's table x has a column a that is not almoner's"},
        {"CREATE TABLE x (id BIGINT PRIMARY KEY)", "CREATE TABLE x (id BIGINT PRIMARY KEY, a BIGINT)",
         "the source's table x has no column a"},
        {"CREATE TABLE x (id BIGINT)", "CREATE TABLE x (id BIGINT)", "the table x has no primary key, and so no order"},
        {"CREATE TABLE x (id BIGINT PRIMARY KEY, b BYTEA)", "CREATE TABLE x (id BIGINT PRIMARY KEY, b BYTEA)",
         "x.b is of the type "},
    };
    struct pair *pair = *state;
    struct alm_error err = {0};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        if (shapes[i].from)
            exec(pair->from->store, shapes[i].from);
        if (shapes[i].to)
            exec(pair->to->store, shapes[i].to);
        FAILS(ALM_BAD_DATA, copy(pair, &err));
        assert_non_null(strstr(err.text, shapes[i].says));
        assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line"), 0);
        if (shapes[i].from)
            exec(pair->from->store, "DROP TABLE x");
        if (shapes[i].to)
            exec(pair->to->store, "DROP TABLE x");
    }
    by_others(pair->to,
              "INSERT INTO store_migration (owner, version, name, checksum, applied_at) VALUES ('u', 1, 'x', 'y', 0)");
    FAILS(ALM_UNAVAILABLE, copy(pair, &err));
    assert_string_equal(err.text, "the schema of the source is not the one with which the copy was begun");
}

static void test_targets_that_are_not_free(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    by_others(pair->to, "INSERT INTO t_code (code, id) VALUES ('c', 1)");
    FAILS(ALM_CANT_CREATE, copy(pair, &err));
    assert_string_equal(err.text, "the target: it holds something already: there are rows in t_code");
    by_others(pair->to, "DELETE FROM t_code");
    by_others(pair->to, "INSERT INTO store_migration (owner, version, name, checksum, applied_at)"
                        " VALUES ('store', 0, 'copy', '17', 0)");
    FAILS(ALM_CANT_CREATE, copy(pair, &err));
    assert_string_equal(err.text, "the target: it holds an unfinished copy of another store");
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line"), 0);
}

static void test_others_after_the_look(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    FAILS(ALM_CANT_CREATE, copy_after(pair, "INSERT INTO t_code (code, id) VALUES ('c', 1)", &err));
    assert_string_equal(err.text, "the target: it holds something already: there are rows in t_code");
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM t_code"), 1);
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM store_migration WHERE version = 0"), 0);
    by_others(pair->to, "DELETE FROM t_code");
    FAILS(ALM_AGAIN, copy_after(pair,
                                "INSERT INTO store_migration (owner, version, name, checksum, applied_at)"
                                " VALUES ('store', 0, 'copy', '17', 0)",
                                &err));
    assert_string_equal(err.text, "the target: another command copies into it");
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line"), 0);
}

/* One that is taking the mark, and has not committed. */
static void take_over_slowly(struct pair *pair)
{
    struct alm_error err = {0};
    OK(suite_open(pair->to, false, false, &pair->other, &err));
    OK(store_begin(pair->other, true, &err));
    OK(store_run(pair->other, NULL, &err, "UPDATE store_migration SET name = 'another' WHERE version = 0", ""));
}

static void test_mark_is_held(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    pair->meanwhile = take_over_slowly;
    FAILS(ALM_AGAIN, copy(pair, &err));
    store_close(pair->other);
    int64_t there = suite_number(pair->to->store, "SELECT COUNT(*) FROM t_line");
    assert_true(there > 0 && there < LINES);
    OK(copy(pair, &err));
    assert_copied(pair);
}

/* A run that ended while it made the tables, and another one that went on: the journal tells of the latter's. */
static void test_tables_made_in_two_runs(void **state)
{
    static const struct alm_migration more[] = {{1, "x", "CREATE TABLE u_x (id BIGINT PRIMARY KEY)"}};
    struct pair *pair = *state;
    struct alm_error err = {0};
    OK(store_migrate(pair->from->store, "u", more, 1, NULL, &err));
    OK(store_migrate(pair->to->store, "u", more, 1, NULL, &err));
    assert_int_equal(suite_number(pair->to->store, "SELECT COUNT(*) FROM journal"), 1);
    OK(copy(pair, &err));
    assert_string_equal(warned(pair), "");
    assert_copied(pair);
    assert_same(pair, "SELECT entry FROM journal_unsealed WHERE entry NOT IN"
                      " (SELECT id FROM journal WHERE command = 'store copy') ORDER BY entry");
}

static void test_least_number_is_refused(void **state)
{
    struct pair *pair = *state;
    struct alm_error err = {0};
    by_others(pair->from, "INSERT INTO t_line (owner, id, amount) VALUES (5, 5, -9223372036854775807 - 1)");
    FAILS(ALM_BAD_DATA, copy(pair, &err));
    assert_string_equal(err.text,
                        "t_line: the source: t_line.amount: -9223372036854775808 is no number that almoner writes");
}

#define PAIR_TEST(f) cmocka_unit_test_setup_teardown(f, pair_start, pair_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR_TEST(test_all_types),
        PAIR_TEST(test_goes_on),
        PAIR_TEST(test_source_changed_between),
        PAIR_TEST(test_rows_gone_between),
        PAIR_TEST(test_source_written_meanwhile),
        PAIR_TEST(test_difference_is_told),
        PAIR_TEST(test_table_here_is_view_there),
        PAIR_TEST(test_shapes_that_do_not_fit),
        PAIR_TEST(test_targets_that_are_not_free),
        PAIR_TEST(test_others_after_the_look),
        PAIR_TEST(test_mark_is_held),
        PAIR_TEST(test_tables_made_in_two_runs),
        PAIR_TEST(test_least_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
