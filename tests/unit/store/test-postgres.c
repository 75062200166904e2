/* SPDX-License-Identifier: MIT */
/* What only a server can be asked: waiting, deadlocks, lost connections, several statements at once on one connection.
 */
#include "suite.h"

static const struct store_bulk_spec sum_columns[] = {
    {"programme", ALM_BULK_KEY, false}, {"area", ALM_BULK_KEY, true}, {"quantity", ALM_BULK_SET, false}};

static void many_lines(struct suite *suite, int64_t n)
{
    struct alm_error err = {0};
    static const struct store_bulk_spec columns[] = {
        {"owner", ALM_BULK_KEY, false}, {"id", ALM_BULK_KEY, false}, {"name", ALM_BULK_SET, true}};
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_line", ALM_BULK_APPEND, columns, COUNT_OF(columns));
    OK(store_begin(suite->store, true, &err));
    for (int64_t i = 1; i <= n; i++) {
        char name[64];
        snprintf(name, sizeof name, "a name of some length that belongs to %d", (int)i);
        store_bulk_row(bulk);
        store_bulk_int(bulk, 0, i);
        store_bulk_int(bulk, 1, -i);
        if (i % 3)
            store_bulk_text(bulk, 2, text_of(name));
    }
    OK(store_bulk_flush(bulk, 2, NULL, &err));
    OK(store_commit(suite->store, &err));
    store_bulk_free(bulk);
}

/* ---- several statements on one connection ---- */

static void check_line(struct store_stmt *stmt, int64_t i)
{
    char name[64];
    snprintf(name, sizeof name, "a name of some length that belongs to %d", (int)i);
    assert_int_equal(store_int(stmt, 0), i);
    assert_int_equal(store_int(stmt, 1), -i);
    if (i % 3)
        assert_string_equal(store_string(stmt, 2), name);
    else
        assert_null(store_string(stmt, 2));
}

/* Long results next to each other, with single questions and writes between their rows: more than stays in memory. */
static void test_statements_within_statements(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *up, *down;
    enum { LINES = 60000 };
    bool row;
    many_lines(suite, LINES);
    OK(store_begin(suite->store, true, &err));
    OK(store_query(suite->store, &up, &err, "SELECT owner, id, name FROM t_line ORDER BY owner", ""));
    OK(store_query(suite->store, &down, &err, "SELECT owner, id, name FROM t_line ORDER BY owner DESC", ""));
    for (int64_t i = 1; i <= LINES; i++) {
        OK(store_next(up, &row, &err));
        assert_true(row);
        if (i == 2)
            OK(store_run(suite->store, NULL, &err, "DELETE FROM t_line WHERE owner > $1", "i", INT64_C(100)));
        OK(store_next(down, &row, &err));
        assert_true(row);
        if (i % 1000 == 1) {
            int64_t n;
            OK(store_number(suite->store, &n, 0, &err, "SELECT COUNT(*) FROM t_line WHERE owner <= $1", "i", i));
            assert_int_equal(n, i < 100 ? i : 100);
        }
        check_line(up, i);
        check_line(down, LINES + 1 - i);
    }
    OK(store_next(up, &row, &err));
    assert_false(row);
    OK(store_next(down, &row, &err));
    assert_false(row);
    store_rollback(suite->store);
}

static void test_a_result_is_left_before_its_end(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *stmt;
    bool row;
    many_lines(suite, 3000);
    for (int pass = 0; pass < 3; pass++) {
        OK(store_query(suite->store, &stmt, &err, "SELECT owner, id, name FROM t_line ORDER BY owner", ""));
        OK(store_next(stmt, &row, &err));
        check_line(stmt, 1);
        if (pass == 1)
            assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 3000);
        if (pass < 2)
            store_done(stmt);
    }
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 3000);
    OK(store_next(stmt, &row, &err));
    check_line(stmt, 2);
    store_done(stmt);
}

/* An error among the rows that are taken aside is told when they are used up, and nothing is kept after it. */
static void test_a_result_that_fails_on_the_way(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *stmt;
    bool row;
    int64_t n;
    many_lines(suite, 500);
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (1)", ""));
    OK(store_query(suite->store, &stmt, &err,
                   "SELECT 1 / (owner - 400) FROM (SELECT owner FROM t_line ORDER BY owner OFFSET 0) x", ""));
    OK(store_next(stmt, &row, &err));
    FAILS(ALM_BAD_DATA, store_number(suite->store, &n, 0, &err, "SELECT COUNT(*) FROM t_more", ""));
    assert_non_null(strstr(err.text, "division by zero"));
    enum alm_status status = ALM_OK;
    for (row = true; status == ALM_OK && row;)
        status = store_next(stmt, &row, &err);
    assert_int_equal(status, ALM_BAD_DATA);
    /* COMMIT would be answered as if all were well */
    FAILS(ALM_BAD_DATA, store_commit(suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 0);
}

static void test_text_is_compared_byte_by_byte(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store_stmt *stmt;
    static const char *const sorted[] = {"",    "A b", "AB",       "B",        "_",       "a",
                                         "a b", "ab",  "\xc3\xa9", "\xda\xa9", "\xdb\x8c"};
    bool row;
    OK(store_begin(suite->store, true, &err));
    for (size_t i = COUNT_OF(sorted); i-- > 0;)
        OK(store_run(suite->store, NULL, &err, "INSERT INTO t_code (code, id) VALUES ($1, $2)", "ti", sorted[i],
                     (int64_t)i));
    OK(store_query(suite->store, &stmt, &err, "SELECT code FROM t_code ORDER BY code", ""));
    for (size_t i = 0; i < COUNT_OF(sorted); i++) {
        OK(store_next(stmt, &row, &err));
        assert_string_equal(store_string(stmt, 0), sorted[i]);
    }
    store_rollback(suite->store);
}

/* Which keys of a claim were made is told by the keys, whatever their order: here the server takes an array from its end,
 * as one that is parted over nodes may. */
static void test_a_claim_is_answered_in_any_order(void **state)
{
    struct suite *suite = *state;
    struct suite_postgres *settings = suite->driver_state;
    struct alm_error err = {0};
    static const struct store_bulk_spec columns[] = {{"id", ALM_BULK_KEY, false}};
    static const int64_t ids[] = {7, 3, 9, 3, 5, 1, 9};
    static const bool expected[] = {false, true, false, true, false, false, true};
    bool conflict[COUNT_OF(ids)];
    struct alm_connection *connection;
    char sql[400];
    OK(suite->driver->open(NULL, settings, 0, &connection, &err));
    snprintf(sql, sizeof sql,
             "CREATE FUNCTION %s.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT x FROM "
             "pg_catalog.unnest($1) WITH ORDINALITY AS t (x, n) ORDER BY n DESC'",
             settings->schema);
    OK(suite->driver->exec(connection, sql, &err));
    suite->driver->close(connection);
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (3)", ""));
    struct store_bulk *bulk = store_bulk_new(suite->store, "t_more", ALM_BULK_CLAIM, columns, 1);
    for (size_t sort_by = 0; sort_by < 2; sort_by++) {
        OK(store_savepoint(suite->store, &err));
        for (size_t i = 0; i < COUNT_OF(ids); i++)
            store_bulk_ints(bulk, &ids[i], 1);
        OK(store_bulk_flush(bulk, sort_by, conflict, &err));
        for (size_t i = 0; i < COUNT_OF(ids); i++)
            assert_int_equal(conflict[i], expected[i]);
        OK(store_release(suite->store, false, &err));
    }
    store_bulk_free(bulk);
    store_rollback(suite->store);
}

/* ---- others at work ---- */

static enum alm_status lock(struct store *store, const char *area, struct alm_error *err)
{
    struct store_bulk *bulk = store_bulk_new(store, "t_sum", ALM_BULK_LOCK, sum_columns, COUNT_OF(sum_columns));
    store_bulk_row(bulk);
    store_bulk_int(bulk, 0, 1);
    store_bulk_text(bulk, 1, text_of(area));
    store_bulk_int(bulk, 2, 0);
    enum alm_status status = store_bulk_flush(bulk, 2, NULL, err);
    store_bulk_free(bulk);
    return status;
}

/* Add one to what is read, as the ledger does: lock, read, write. */
static enum alm_status add_one(struct store *store, const char *area, struct alm_error *err)
{
    int64_t quantity;
    enum alm_status status = store_begin(store, true, err);
    if (status == ALM_OK)
        status = lock(store, area, err);
    if (status == ALM_OK)
        status = store_number(store, &quantity, -1, err, "SELECT quantity FROM t_sum WHERE programme = 1 AND area = $1",
                              "t", area);
    if (status == ALM_OK)
        status = store_run(store, NULL, err, "UPDATE t_sum SET quantity = $1 WHERE programme = 1 AND area = $2", "it",
                           quantity + 1, area);
    if (status == ALM_OK)
        status = store_commit(store, err);
    store_rollback(store);
    return status;
}

static void test_a_row_that_is_there_is_locked(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store *other;
    OK(add_one(suite->store, "a", &err));
    OK(suite_open(suite, false, false, &other, &err));
    OK(store_begin(suite->store, true, &err));
    OK(lock(suite->store, "a", &err));
    /* who writes elsewhere does not wait, nor does who reads */
    OK(add_one(other, "b", &err));
    assert_int_equal(suite_number(other, "SELECT quantity FROM t_sum WHERE area = 'a'"), 1);
    FAILS(ALM_AGAIN, add_one(other, "a", &err));
    assert_non_null(strstr(err.hint, "lock_timeout"));
    assert_false(store_again(other, 0)); /* it has waited already */
    store_rollback(suite->store);
    OK(add_one(other, "a", &err));
    assert_int_equal(suite_number(other, "SELECT quantity FROM t_sum WHERE area = 'a'"), 2);
    store_close(other);
}

/* Processes of several machines may have one number; sessions of one server don't. */
static void test_writers_are_spread_by_their_session(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(suite, false, false, &other, &err));
    assert_int_equal(store_slot(other), suite_number(other, "SELECT pg_backend_pid() % 64"));
    assert_int_equal(store_slot(suite->store), suite_number(suite->store, "SELECT pg_backend_pid() % 64"));
    store_close(other);
}

enum { PROCESSES = 8, ADDITIONS = 40 };

/* fork(), with a store of its own; returns in the parent alone. */
static pid_t in_process(struct suite *suite, int (*work)(struct store *, int), int number)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct store *store;
        struct alm_error err = {0};
        if (suite_open(suite, false, false, &store, &err) != ALM_OK)
            _exit(99);
        int rc = work(store, number);
        store_close(store);
        _exit(rc);
    }
    return pid;
}

static int add_many(struct store *store, int number)
{
    struct alm_error err = {0};
    (void)number;
    for (int i = 0; i < ADDITIONS; i++)
        if (add_one(store, i % 2 ? "a" : "b", &err) != ALM_OK)
            return 1;
    return 0;
}

static void test_no_addition_is_lost(void **state)
{
    struct suite *suite = *state;
    pid_t pids[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        pids[i] = in_process(suite, add_many, i);
    for (int i = 0; i < PROCESSES; i++) {
        int rc;
        assert_int_equal(waitpid(pids[i], &rc, 0), pids[i]);
        assert_int_equal(rc, 0);
    }
    assert_int_equal(suite_number(suite->store, "SELECT SUM(quantity) FROM t_sum"), PROCESSES * ADDITIONS);
}

/* Two rows in the order that is wrong for the other one: deadlocks, which the loop of every command comes through. */
static int add_crosswise(struct store *store, int number)
{
    static const char *const areas[] = {"a", "b"};
    struct alm_error err = {0};
    for (int i = 0; i < ADDITIONS / 4; i++)
        for (unsigned attempt = 0;; attempt++) {
            enum alm_status status = store_begin(store, true, &err);
            for (int k = 0; k < 2 && status == ALM_OK; k++) {
                status = lock(store, areas[(number + k) % 2], &err);
                if (status == ALM_OK)
                    status = store_run(store, NULL, &err, "UPDATE t_sum SET quantity = quantity + 1 WHERE area = $1",
                                       "t", areas[(number + k) % 2]);
            }
            if (status == ALM_OK)
                status = store_commit(store, &err);
            store_rollback(store);
            if (status == ALM_OK)
                break;
            if (status != ALM_AGAIN || !store_again(store, attempt))
                return 1;
        }
    return 0;
}

static void test_deadlocks_are_come_through(void **state)
{
    struct suite *suite = *state;
    pid_t pids[2];
    struct alm_error err = {0};
    OK(add_one(suite->store, "a", &err));
    OK(add_one(suite->store, "b", &err));
    for (int i = 0; i < 2; i++)
        pids[i] = in_process(suite, add_crosswise, i);
    for (int i = 0; i < 2; i++) {
        int rc;
        assert_int_equal(waitpid(pids[i], &rc, 0), pids[i]);
        assert_int_equal(rc, 0);
    }
    assert_int_equal(suite_number(suite->store, "SELECT SUM(quantity) FROM t_sum"), 2 + 4 * (ADDITIONS / 4));
}

static void test_a_report_sees_one_state(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(suite, false, true, &other, &err));
    FAILS(ALM_NO_PERMISSION, store_begin(other, true, &err));
    OK(store_begin(other, false, &err));
    assert_int_equal(suite_number(other, "SELECT COUNT(*) FROM t_sum"), 0);
    OK(add_one(suite->store, "a", &err));
    assert_int_equal(suite_number(other, "SELECT COUNT(*) FROM t_sum"), 0);
    OK(store_commit(other, &err));
    assert_int_equal(suite_number(other, "SELECT COUNT(*) FROM t_sum"), 1);
    store_close(other);
}

static void test_one_init_at_a_time(void **state)
{
    struct suite *suite = *state; /* whose store was opened as init opens it */
    struct alm_error err = {0};
    struct store *other;
    FAILS(ALM_AGAIN, suite_open(suite, true, false, &other, &err));
}

/* ---- lost connections ---- */

static void cut_connections(struct suite *suite)
{
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(suite, false, false, &other, &err));
    assert_int_equal(
        suite_number(other,
                     "SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                     " WHERE pid <> pg_backend_pid() AND application_name = current_setting('application_name')"),
        1);
    store_close(other);
}

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_a_lost_connection_is_made_anew(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    static const char sql[] = "SELECT COUNT(*) FROM t_sum WHERE quantity >= $1";
    struct suite_postgres *settings = suite->driver_state;
    char name[64];
    int64_t n;
    /* by its name it is known to the one who cuts it off */
    snprintf(name, sizeof name, "application_name=cut_%d", (int)getpid());
    settings->connection = name;
    store_close(suite->store);
    OK(suite_open(suite, false, false, &suite->store, &err));
    OK(add_one(suite->store, "a", &err));
    OK(store_number(suite->store, &n, -1, &err, sql, "i", INT64_C(1)));
    /* between transactions: before a statement that is prepared, before a new one, before a begin */
    cut_connections(suite);
    OK(store_number(suite->store, &n, -1, &err, sql, "i", INT64_C(1)));
    assert_int_equal(n, 1);
    cut_connections(suite);
    assert_int_equal(suite_number(suite->store, "SELECT 42"), 42);
    cut_connections(suite);
    OK(add_one(suite->store, "a", &err));
    /* in the middle of one: nothing is kept, and it may run again */
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (1)", ""));
    cut_connections(suite);
    FAILS(ALM_UNAVAILABLE, store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (2)", ""));
    FAILS(ALM_UNAVAILABLE, store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (3)", ""));
    FAILS(ALM_UNAVAILABLE, store_commit(suite->store, &err));
    store_rollback(suite->store);
    assert_true(store_again(suite->store, 0));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 0);
    OK(store_number(suite->store, &n, -1, &err, sql, "i", INT64_C(2)));
    assert_int_equal(n, 1);
    /* a server that stays away is waited for once */
    OK(store_begin(suite->store, true, &err));
    cut_connections(suite);
    FAILS(ALM_UNAVAILABLE, store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (2)", ""));
    store_rollback(suite->store);
    settings->connection = "host=/tmp/nowhere";
    settings->connect_timeout = 2;
    const int64_t began = milliseconds();
    FAILS(ALM_UNAVAILABLE, store_begin(suite->store, true, &err));
    assert_in_range(milliseconds() - began, 1000, 2500);
    settings->connection = name;
    settings->connect_timeout = 5;
    /* what was read was read, whether the server heard of the end or not */
    OK(store_begin(suite->store, false, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 0);
    cut_connections(suite);
    OK(store_commit(suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 0);
    /* while a commit is on its way nobody knows: it is not run again by itself */
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, "INSERT INTO t_more (id) VALUES (1)", ""));
    cut_connections(suite);
    enum alm_status status = store_commit(suite->store, &err);
    assert_int_equal(status, ALM_IO);
    assert_false(store_again(suite->store, 0));
    settings->connection = "";
}

static void test_a_statement_takes_too_long(void **state)
{
    struct suite *suite = *state;
    struct suite_postgres *settings = suite->driver_state;
    struct alm_error err = {0};
    struct store *other;
    int64_t n;
    settings->statement_timeout = 1;
    OK(suite_open(suite, false, false, &other, &err));
    settings->statement_timeout = 0;
    FAILS(ALM_AGAIN, store_number(other, &n, 0, &err, "SELECT COUNT(pg_sleep(3))", ""));
    assert_non_null(strstr(err.hint, "statement_timeout"));
    store_close(other);
}

/* ---- opening ---- */

static void open_fails(struct suite *suite, const char *connection, enum alm_status status, const char *text,
                       const char *hint)
{
    struct suite_postgres *settings = suite->driver_state;
    struct alm_error err = {0};
    struct store *other = NULL;
    settings->connection = connection;
    assert_int_equal(suite_open(suite, false, false, &other, &err), status);
    settings->connection = "";
    if (!strstr(err.text, text) || !strstr(err.hint, hint))
        fail_msg("%s | %s", err.text, err.hint);
    assert_null(strstr(err.text, "wrong-secret"));
    assert_null(strstr(err.hint, "wrong-secret"));
}

static void test_what_keeps_us_out_is_told(void **state)
{
    struct suite *suite = *state;
    char pass[128], line[256];
    open_fails(suite, "dbname=nowhere", ALM_UNAVAILABLE, "database \"nowhere\" does not exist", "createdb");
    open_fails(suite, "host=/tmp/nowhere", ALM_UNAVAILABLE, "/tmp/nowhere", "is the server running");
    open_fails(suite, "user=nobody_at_all", ALM_NO_PERMISSION, "nobody_at_all", "CREATE ROLE");
    open_fails(suite, "dbname=latin", ALM_UNAVAILABLE, "LATIN1", "createdb -T template0 -E UTF8");
    /* the database that is guarded by a password */
    unsetenv("PGPASSWORD");
    setenv("PGPASSFILE", "/nowhere", 1);
    open_fails(suite, "dbname=guarded user=guarded", ALM_NO_PERMISSION, "asks for a password", "~/.pgpass");
    snprintf(pass, sizeof pass, "%s/pgpass", suite->folder);
    setenv("PGPASSFILE", pass, 1);
    for (int right = 0; right < 2; right++) {
        FILE *file = fopen(pass, "w");
        assert_non_null(file);
        snprintf(line, sizeof line, "*:*:guarded:guarded:%s\n", right ? "let me in" : "wrong-secret");
        fputs(line, file);
        fchmod(fileno(file), 0600);
        fclose(file);
        if (!right)
            open_fails(suite, "dbname=guarded user=guarded", ALM_NO_PERMISSION, "password authentication failed",
                       "~/.pgpass");
    }
    struct suite_postgres *settings = suite->driver_state;
    struct alm_error err = {0};
    struct store *other;
    settings->connection = "postgresql:///guarded?user=guarded";
    OK(suite_open(suite, false, false, &other, &err));
    char where[256];
    store_describe(other, where, sizeof where);
    assert_non_null(strstr(where, "guarded on"));
    store_close(other);
    settings->connection = "";
    unsetenv("PGPASSFILE");
}

struct problems {
    int n;
    char text[512];
};

static void problem(void *context, const char *section, const char *key, const char *text, const char *hint)
{
    struct problems *problems = context;
    assert_string_equal(section, "store-postgres");
    problems->n++;
    snprintf(problems->text, sizeof problems->text, "%s: %s | %s", key, text, hint);
}

static void test_a_password_in_the_settings_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *connection, *expected;
    } cases[] = {
        {"", NULL},
        {"host=x dbname=y sslmode=verify-full passfile=/x", NULL},
        {"postgresql://user@host:5433/name?sslmode=require", NULL},
        {"service=almoner", NULL},
        {"dbname=y password=top-secret", "connection: a password stands in it | put it into ~/.pgpass"},
        {"postgresql://user:top-secret@host/name", "connection: a password stands in it | put it into ~/.pgpass"},
        {"sslkey=k sslpassword=top-secret", "connection: a password stands in it | put it into ~/.pgpass"},
        {"top-secret", "connection: it is not a connection string of PostgreSQL | write it as"},
        {"pasword=top-secret", "connection: it is not a connection string of PostgreSQL | write it as"},
    };
    const struct alm_plugin *plugin = suite_load("store-postgres");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct suite_postgres settings = {.connection = cases[i].connection, .schema = "x"};
        struct problems found = {0};
        const struct alm_check check = {.context = &found, .problem = problem};
        plugin->settings.check(&settings, &check);
        assert_int_equal(found.n, cases[i].expected ? 1 : 0);
        if (cases[i].expected)
            assert_int_equal(strncmp(found.text, cases[i].expected, strlen(cases[i].expected)), 0);
        assert_null(strstr(found.text, "top-secret"));
    }
}

/* ---- the store as a whole ---- */

static void change_byte(const char *file, long from_end)
{
    FILE *stream = fopen(file, "r+b");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, -from_end, SEEK_END), 0);
    int byte = fgetc(stream);
    assert_int_equal(fseek(stream, -from_end, SEEK_END), 0);
    fputc(byte ^ 1, stream);
    fclose(stream);
}

static void test_backup_and_restore(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    char file[128];
    struct stat st;
    snprintf(file, sizeof file, "%s/copy", suite->folder);
    many_lines(suite, 5000);
    OK(add_one(suite->store, "\"quoted\"", &err));
    OK(store_check(suite->store, &err));
    assert_true(store_bytes(suite->store) > 5000 * 40);
    OK(store_backup(suite->store, file, &err));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    FAILS(ALM_CANT_CREATE, store_backup(suite->store, file, &err));
    OK(add_one(suite->store, "more", &err));
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, "DELETE FROM t_line WHERE owner > 3", ""));
    OK(store_commit(suite->store, &err));
    OK(store_restore(suite->store, file, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 5000);
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line WHERE name IS NULL"), 1666);
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_sum"), 1);
    /* what is not whole is not taken, and changes nothing */
    FAILS(ALM_NO_INPUT, store_restore(suite->store, "/nowhere", &err));
    change_byte(file, 5000);
    FAILS(ALM_BAD_DATA, store_restore(suite->store, file, &err));
    change_byte(file, 5000);
    assert_int_equal(truncate(file, st.st_size - 1), 0);
    FAILS(ALM_BAD_DATA, store_restore(suite->store, file, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_line"), 5000);
    /* nor is one of other tables */
    unlink(file);
    OK(store_backup(suite->store, file, &err));
    static const struct alm_migration more[] = {{1, "one", "CREATE TABLE u_one (id BIGINT PRIMARY KEY);"}};
    OK(store_migrate(suite->store, "u", more, 1, NULL, &err));
    FAILS(ALM_UNAVAILABLE, store_restore(suite->store, file, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TEST(test_statements_within_statements),
        SUITE_TEST(test_a_result_is_left_before_its_end),
        SUITE_TEST(test_a_result_that_fails_on_the_way),
        SUITE_TEST(test_text_is_compared_byte_by_byte),
        SUITE_TEST(test_a_claim_is_answered_in_any_order),
        SUITE_TEST(test_a_row_that_is_there_is_locked),
        SUITE_TEST(test_writers_are_spread_by_their_session),
        SUITE_TEST(test_no_addition_is_lost),
        SUITE_TEST(test_deadlocks_are_come_through),
        SUITE_TEST(test_a_report_sees_one_state),
        SUITE_TEST(test_one_init_at_a_time),
        SUITE_TEST(test_a_lost_connection_is_made_anew),
        SUITE_TEST(test_a_statement_takes_too_long),
        SUITE_TEST(test_what_keeps_us_out_is_told),
        cmocka_unit_test(test_a_password_in_the_settings_is_refused),
        SUITE_TEST(test_backup_and_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
