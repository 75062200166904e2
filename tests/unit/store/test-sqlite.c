/* SPDX-License-Identifier: MIT */
/* What only the SQLite driver can be asked: its file, two writers, a full disk, files that are not ours, copies. */
#include "suite.h"
#include <signal.h>

static const char *file_of(const struct suite *suite)
{
    return ((const struct suite_sqlite *)suite->driver_state)->path;
}

static void add(struct store *store, int64_t id)
{
    struct alm_error err = {0};
    OK(store_run(store, NULL, &err, "INSERT INTO t_more (id) VALUES ($1)", "i", id));
}

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* ---- opening ---- */

static void test_open(void **state)
{
    struct suite *suite = *state;
    struct suite_sqlite *settings = suite->driver_state;
    struct alm_error err = {0};
    struct store *other = NULL;
    struct stat st;
    char path[96], describe[200];
    assert_int_equal(stat(file_of(suite), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    store_describe(suite->store, describe, sizeof describe);
    assert_non_null(strstr(describe, file_of(suite)));
    assert_true(store_bytes(suite->store) > 16384);
    OK(store_check(suite->store, &err));
    OK(suite_open(suite, true, false, &other, &err)); /* init again */
    store_close(other);

    snprintf(path, sizeof path, "%s/other.db", suite->folder);
    settings->path = path;
    FAILS(ALM_UNAVAILABLE, suite_open(suite, false, false, &other, &err));
    assert_string_equal(err.hint, "make it with: almoner init");
    assert_null(other);
    assert_int_not_equal(stat(path, &st), 0);
    write_file(path, "");
    FAILS(ALM_UNAVAILABLE, suite_open(suite, false, false, &other, &err));
    write_file(path, "a letter, and no store: it must come out of this as it was, for it is somebody's letter");
    FAILS(ALM_UNAVAILABLE, suite_open(suite, true, false, &other, &err));
    assert_non_null(strstr(err.text, "is not an almoner store"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 87);
    snprintf(path, sizeof path, "%s/no/such/folder.db", suite->folder);
    FAILS(ALM_CANT_CREATE, suite_open(suite, true, false, &other, &err));
    settings->path = suite->folder;
    assert_int_not_equal(suite_open(suite, true, false, &other, &err), ALM_OK);
    settings->path = settings->file;
}

static void test_another_programs_database_is_refused(void **state)
{
    struct suite *suite = *state;
    struct suite_sqlite *settings = suite->driver_state;
    struct alm_error err = {0};
    struct store *other = NULL;
    char path[96], command[256];
    snprintf(path, sizeof path, "%s/other.db", suite->folder);
    /* Ours but for the application_id, bytes 68 to 71 of the header. */
    snprintf(command, sizeof command, "cp '%s' '%s'", file_of(suite), path);
    store_close(suite->store); /* so that all stands in the file itself */
    suite->store = NULL;
    assert_int_equal(system(command), 0);
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, "abcd", 4, 68), 4);
    close(fd);
    settings->path = path;
    FAILS(ALM_UNAVAILABLE, suite_open(suite, true, false, &other, &err));
    assert_non_null(strstr(err.text, "is not an almoner store"));
    settings->path = settings->file;
}

static void test_ddl(void **state)
{
    struct suite *suite = *state;
    struct store *store = suite->store;
    assert_int_equal(
        suite_number(store, "SELECT COUNT(*) FROM pragma_table_list WHERE name LIKE 't~_%' ESCAPE '~' AND strict"), 4);
    assert_int_equal(suite_number(store, "SELECT wr FROM pragma_table_list WHERE name = 't_line'"), 1);
    assert_int_equal(suite_number(store, "SELECT wr FROM pragma_table_list WHERE name = 't_code'"), 1);
    assert_int_equal(suite_number(store, "SELECT wr FROM pragma_table_list WHERE name = 't_more'"), 0);
    assert_int_equal(
        suite_number(store, "SELECT COUNT(*) FROM pragma_table_info('t_line') WHERE name || type IN ('ownerINTEGER', "
                            "'idINTEGER', 'amountINTEGER', 'rateREAL', 'nameTEXT')"),
        5);
    /* a text that looks like DDL is a text */
    assert_int_equal(suite_number(store, "SELECT COUNT(*) FROM pragma_table_info('t_line') WHERE dflt_value = "
                                         "'''BIGINT, (''''PRIMARY KEY'''"),
                     1);
    assert_int_equal(suite_number(store, "SELECT COUNT(*) FROM pragma_table_info('t_code') WHERE type = 'INTEGER'"), 2);
    struct alm_error err = {0};
    struct store_stmt *stmt;
    FAILS(ALM_INTERNAL, store_query(store, &stmt, &err, "SELECT * FROM almoner_rows", ""));
}

/* ---- writers and readers ---- */

static void test_two_writers(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(suite, false, false, &other, &err));
    OK(store_begin(suite->store, true, &err));
    add(suite->store, 1);
    FAILS(ALM_AGAIN, store_begin(other, true, &err));
    assert_string_equal(err.text, "the store is busy; try again");
    assert_false(store_in_transaction(other));
    /* a reader sees what was committed, and goes on seeing that */
    OK(store_begin(other, false, &err));
    assert_int_equal(suite_number(other, "SELECT COUNT(*) FROM t_more"), 0);
    OK(store_commit(suite->store, &err));
    assert_int_equal(suite_number(other, "SELECT COUNT(*) FROM t_more"), 0);
    OK(store_commit(other, &err));
    assert_int_equal(suite_number(other, "SELECT COUNT(*) FROM t_more"), 1);
    store_close(other);
}

enum { WRITERS = 4, COMMITS = 50 };

static void test_writers_in_processes_take_turns(void **state)
{
    struct suite *suite = *state;
    struct suite_sqlite *settings = suite->driver_state;
    struct alm_error err = {0};
    store_close(suite->store); /* SQLite's connections don't survive fork() */
    suite->store = NULL;
    settings->busy_timeout = 20;
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct store *store;
            bool good = suite_open(suite, false, false, &store, &err) == ALM_OK;
            for (int k = 0; good && k < COMMITS; k++) {
                alm_id id;
                good = store_begin(store, true, &err) == ALM_OK && store_id(store, &id, &err) == ALM_OK &&
                       store_run(store, NULL, &err,
                                 "INSERT INTO t_more (id, line)\n"
                                 "VALUES ($1, (SELECT COALESCE(MAX(line), 0) + 1 FROM t_more))",
                                 "i", id) == ALM_OK &&
                       store_commit(store, &err) == ALM_OK;
            }
            _exit(good ? 0 : 1);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    OK(suite_open(suite, false, false, &suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(DISTINCT id) FROM t_more"), WRITERS * COMMITS);
    assert_int_equal(suite_number(suite->store, "SELECT MAX(line) FROM t_more"), WRITERS * COMMITS);
}

static void test_a_killed_writer_leaves_nothing(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    store_close(suite->store);
    suite->store = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct store *store;
        if (suite_open(suite, false, false, &store, &err) == ALM_OK && store_begin(store, true, &err) == ALM_OK) {
            for (int64_t i = 0; i < 50000; i++) /* more than the cache holds: pages go to the log before the end */
                store_run(store, NULL, &err,
                          "INSERT INTO t_code (code, id) VALUES (CAST($1 AS TEXT) || '-a-long-code', $1)", "i", i);
            kill(getpid(), SIGKILL);
        }
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    OK(suite_open(suite, false, false, &suite->store, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_code"), 0);
    OK(store_check(suite->store, &err));
}

static void test_read_only(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct store *reader;
    OK(suite_open(suite, false, true, &reader, &err));
    FAILS(ALM_NO_PERMISSION, store_begin(reader, true, &err));
    assert_int_equal(suite_number(reader, "SELECT COUNT(*) FROM t_more"), 0);
    store_close(reader);

    /* a file that this user may only read; root may do all, so it is somebody else who tries */
    store_close(suite->store);
    suite->store = NULL;
    assert_int_equal(chmod(file_of(suite), 0444), 0);
    assert_int_equal(chmod(suite->folder, 0777), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store *store;
        int64_t n;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        if (suite_open(suite, false, false, &store, &err) != ALM_OK)
            _exit(1);
        if (store_number(store, &n, -1, &err, "SELECT COUNT(*) FROM t_more", "") != ALM_OK || n != 0)
            _exit(2);
        if (store_begin(store, true, &err) != ALM_NO_PERMISSION)
            _exit(3);
        store_close(store);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(chmod(file_of(suite), 0600), 0);
    OK(suite_open(suite, false, false, &suite->store, &err));
}

/* ---- a full disk ---- */

/* In a child, for the limit holds for the whole process.  Exit status: the step that went wrong. */
static int fill_the_disk(struct suite *suite, bool bulk)
{
    static const struct store_bulk_spec columns[] = {{"code", ALM_BULK_KEY, true}, {"id", ALM_BULK_SET, false}};
    struct alm_error err = {0};
    struct store *store;
    static char text[10000];
    memset(text, 'x', sizeof text - 1);
    signal(SIGXFSZ, SIG_IGN);
    if (suite_open(suite, false, false, &store, &err) != ALM_OK)
        return 1;
    const struct rlimit limit = {4 << 20, 4 << 20};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    if (store_begin(store, true, &err) != ALM_OK)
        return 3;
    enum alm_status status = ALM_OK;
    struct store_bulk *rows = store_bulk_new(store, "t_code", ALM_BULK_APPEND, columns, 2);
    for (int64_t i = 0; i < 4000 && status == ALM_OK; i++) {
        memcpy(text, &(char[8]){(char)('a' + i / 676), (char)('a' + i / 26 % 26), (char)('a' + i % 26)}, 3);
        if (bulk) {
            store_bulk_row(rows);
            store_bulk_text(rows, 0, text_of(text));
            store_bulk_int(rows, 1, i);
            if (i % 500 == 499)
                status = store_bulk_flush(rows, 1, NULL, &err);
        } else {
            status = store_run(store, NULL, &err, "INSERT INTO t_code (code, id) VALUES ($1, $2)", "ti", text, i);
        }
    }
    store_bulk_free(rows);
    if (status == ALM_OK)
        status = store_commit(store, &err);
    if (status != ALM_IO)
        return 4;
    if (!strstr(err.text, "disk full"))
        return 5;
    /* whatever comes after it in this transaction must not be committed on its own */
    if (store_in_transaction(store)) {
        store_run(store, NULL, &err, "INSERT INTO t_code (code, id) VALUES ('late', 1)", "");
        store_rollback(store);
    }
    int64_t n;
    if (store_number(store, &n, -1, &err, "SELECT COUNT(*) FROM t_code", "") != ALM_OK || n != 0)
        return 6;
    store_close(store);
    return 0;
}

static void test_full_disk(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    for (int bulk = 0; bulk < 2; bulk++) {
        store_close(suite->store);
        suite->store = NULL;
        pid_t child = fork();
        if (child == 0)
            _exit(fill_the_disk(suite, bulk));
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        OK(suite_open(suite, false, false, &suite->store, &err));
        assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_code"), 0);
        OK(store_check(suite->store, &err));
    }
    OK(store_begin(suite->store, true, &err));
    add(suite->store, 1);
    OK(store_commit(suite->store, &err));
}

/* ---- copies ---- */

static void test_backup_and_restore(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    char backup[96], other[96];
    struct stat st;
    snprintf(backup, sizeof backup, "%s/backup.db", suite->folder);
    snprintf(other, sizeof other, "%s/other", suite->folder);
    OK(store_begin(suite->store, true, &err));
    add(suite->store, 1);
    FAILS(ALM_INTERNAL, store_backup(suite->store, backup, &err));
    FAILS(ALM_INTERNAL, store_restore(suite->store, backup, &err));
    OK(store_commit(suite->store, &err));
    /* online: another one writes meanwhile, and what it has not committed is not in the copy */
    struct store *writer;
    OK(suite_open(suite, false, false, &writer, &err));
    OK(store_begin(writer, true, &err));
    add(writer, 2);
    OK(store_backup(suite->store, backup, &err));
    OK(store_commit(writer, &err));
    store_close(writer);
    assert_int_equal(stat(backup, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    FAILS(ALM_CANT_CREATE, store_backup(suite->store, backup, &err));
    assert_non_null(strstr(err.text, "exists already"));
    FAILS(ALM_CANT_CREATE, store_backup(suite->store, "/nowhere/at/all", &err));

    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 2);
    OK(store_restore(suite->store, backup, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 1);
    OK(store_begin(suite->store, true, &err)); /* and it can be written */
    add(suite->store, 3);
    OK(store_commit(suite->store, &err));
    OK(store_check(suite->store, &err));

    /* what is no sound store is refused, and the store stays */
    FAILS(ALM_NO_INPUT, store_restore(suite->store, other, &err));
    write_file(other,
               "no store at all, but long enough to have a header of a hundred bytes, as every SQLite file has one");
    FAILS(ALM_BAD_DATA, store_restore(suite->store, other, &err));
    write_file(other, "");
    FAILS(ALM_BAD_DATA, store_restore(suite->store, other, &err));
    int fd = open(backup, O_RDWR);
    char rubbish[2000];
    memset(rubbish, 0x5a, sizeof rubbish);
    assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, 16384), (ssize_t)sizeof rubbish);
    close(fd);
    FAILS(ALM_IO, store_restore(suite->store, backup, &err));
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM t_more"), 2);
    /* nothing is left lying about */
    char command[160];
    snprintf(command, sizeof command, "! ls -a '%s' | grep -q tmp-", suite->folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TEST(test_open),
        SUITE_TEST(test_another_programs_database_is_refused),
        SUITE_TEST(test_ddl),
        SUITE_TEST(test_two_writers),
        SUITE_TEST(test_writers_in_processes_take_turns),
        SUITE_TEST(test_a_killed_writer_leaves_nothing),
        SUITE_TEST(test_read_only),
        SUITE_TEST(test_full_disk),
        SUITE_TEST(test_backup_and_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
