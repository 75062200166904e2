/* SPDX-License-Identifier: MIT */
/* The journal and its seal: what was written is found again, and what was changed afterwards is found out. */
#include "suite.h"
#include <sys/file.h>

struct files {
    char seal[96], key[96];
};

static struct files files_of(const struct suite *suite)
{
    struct files files;
    snprintf(files.seal, sizeof files.seal, "%s/seal", suite->folder);
    snprintf(files.key, sizeof files.key, "%s/key", suite->folder);
    return files;
}

static void add_entries(struct suite *suite, int n)
{
    struct alm_error err = {0};
    OK(store_begin(suite->store, true, &err));
    for (int i = 0; i < n; i++) {
        const struct store_entry entry = {.command = "delivery import",
                                          .subject = i % 2 ? "list.csv" : NULL,
                                          .added = i,
                                          .lines = i,
                                          .digest = {UINT64_MAX, (uint64_t)i}};
        OK(store_journal_add(suite->store, &entry, &err));
    }
    OK(store_commit(suite->store, &err));
}

static void run(struct suite *suite, const char *sql)
{
    struct alm_error err = {0};
    OK(store_begin(suite->store, true, &err));
    OK(store_run(suite->store, NULL, &err, sql, ""));
    OK(store_commit(suite->store, &err));
}

static int64_t seal(struct suite *suite)
{
    struct alm_error err = {0};
    struct files files = files_of(suite);
    int64_t sealed;
    OK(store_seal(suite->store, files.seal, files.key, &sealed, &err));
    return sealed;
}

static enum alm_status verify(struct suite *suite, int64_t *sealed, int64_t *unsealed, struct alm_error *err)
{
    struct files files = files_of(suite);
    return store_seal_verify(suite->store, files.seal, files.key, sealed, unsealed, err);
}

static void test_entry(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    const struct store_entry entry = {
        .command = "person erase", .reason = "asked for", .removed = 1, .digest = {UINT64_MAX, 1}};
    FAILS(ALM_INTERNAL, store_journal_add(suite->store, &entry, &err));
    OK(store_begin(suite->store, true, &err));
    OK(store_journal_add(suite->store, &entry, &err));
    store_rollback(suite->store);
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM journal"), 0);
    assert_int_equal(suite_number(suite->store, "SELECT COUNT(*) FROM journal_unsealed"), 0);
    OK(store_begin(suite->store, true, &err));
    setenv("USER", "somebody-else", 1); /* who it was is not for the environment to say */
    setenv("LOGNAME", "somebody-else", 1);
    OK(store_journal_add(suite->store, &entry, &err));
    OK(store_commit(suite->store, &err));
    struct store_stmt *stmt;
    bool row;
    OK(store_query(suite->store, &stmt, &err,
                   "SELECT at, who, office, command, subject, reason, removed, digest_high, digest_low FROM journal",
                   ""));
    OK(store_next(stmt, &row, &err));
    assert_int_equal(store_int(stmt, 0), suite->now);
    assert_string_not_equal(store_string(stmt, 1), "somebody-else");
    assert_string_not_equal(store_string(stmt, 1), "");
    assert_int_equal(store_int(stmt, 2), 7);
    assert_string_equal(store_string(stmt, 3), "person erase");
    assert_true(store_is_null(stmt, 4));
    assert_string_equal(store_string(stmt, 5), "asked for");
    assert_int_equal(store_int(stmt, 6), 1);
    assert_true(store_int(stmt, 7) == -1);
    assert_int_equal(store_int(stmt, 8), 1);
}

static void test_seal(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct files files = files_of(suite);
    struct stat st;
    int64_t sealed, unsealed;
    OK(verify(suite, &sealed, &unsealed, &err)); /* nothing yet, and nothing is made for it */
    assert_int_not_equal(stat(files.key, &st), 0);
    add_entries(suite, 10);
    OK(verify(suite, &sealed, &unsealed, &err));
    assert_int_equal(sealed, 0);
    assert_int_equal(unsealed, 10);
    assert_int_equal(seal(suite), 10);
    assert_int_equal(seal(suite), 0);
    add_entries(suite, 5000); /* more than are chained at once */
    assert_int_equal(seal(suite), 5000);
    add_entries(suite, 3);
    OK(verify(suite, &sealed, &unsealed, &err));
    assert_int_equal(sealed, 5010);
    assert_int_equal(unsealed, 3);
    assert_int_equal(stat(files.key, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_seal_does_not_wait(void **state)
{
    struct suite *suite = *state;
    struct files files = files_of(suite);
    add_entries(suite, 3);
    int fd = open(files.seal, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(seal(suite), 0);
    close(fd);
    /* another one writes to the store: where writers exclude each other, that one seals after it */
    struct alm_error err = {0};
    struct store *other;
    OK(suite_open(suite, false, false, &other, &err));
    OK(store_begin(other, true, &err));
    const int64_t now = suite->driver->flags & ALM_STORE_ONE_WRITER ? 0 : 3;
    assert_int_equal(seal(suite), now);
    store_close(other);
    assert_int_equal(seal(suite), 3 - now);
}

static void test_what_was_changed_is_found(void **state)
{
    struct suite *suite = *state;
    static const struct {
        const char *sql, *expected;
    } cases[] = {
        {"UPDATE journal SET added = 99 WHERE id = (SELECT entry FROM journal_seal WHERE n = 3)", "changed"},
        {"UPDATE journal SET subject = '' WHERE id = (SELECT entry FROM journal_seal WHERE n = 3)", "changed"},
        {"DELETE FROM journal WHERE id = (SELECT entry FROM journal_seal WHERE n = 3)", "missing"},
        {"DELETE FROM journal_seal WHERE n = 3", "lacks link 3"},
        {"DELETE FROM journal_seal WHERE n = 5", "ends at link 4, and link 5 was sealed"},
        {"UPDATE journal_seal SET link = 'x' WHERE n = 2", "changed"},
        {"INSERT INTO journal (id, at, who, office, command, added, changed, removed, lines, digest_high, digest_low)\n"
         "VALUES (42, 1, 'root', 7, 'x', 0, 0, 0, 0, 0, 0)",
         "entry 42 is neither sealed nor waiting"},
    };
    struct alm_error err = {0};
    struct files files = files_of(suite);
    char backup[96];
    snprintf(backup, sizeof backup, "%s/backup", suite->folder);
    add_entries(suite, 5);
    seal(suite);
    OK(store_backup(suite->store, backup, &err));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t sealed, unsealed;
        run(suite, cases[i].sql);
        FAILS(ALM_BAD_DATA, verify(suite, &sealed, &unsealed, &err));
        if (!strstr(err.text, cases[i].expected))
            fail_msg("%s: %s", cases[i].sql, err.text);
        assert_false(store_in_transaction(suite->store));
        OK(store_restore(suite->store, backup, &err));
        OK(verify(suite, &sealed, &unsealed, &err));
    }
    /* A whole new chain that is sound in itself: the heads outside don't fit it. */
    char kept[96];
    snprintf(kept, sizeof kept, "%s/kept", suite->folder);
    assert_int_equal(rename(files.seal, kept), 0);
    run(suite, "UPDATE journal SET added = 99");
    run(suite, "DELETE FROM journal_seal");
    run(suite, "INSERT INTO journal_unsealed (entry) SELECT id FROM journal");
    seal(suite);
    int64_t sealed, unsealed;
    OK(verify(suite, &sealed, &unsealed, &err));
    assert_int_equal(rename(kept, files.seal), 0);
    FAILS(ALM_BAD_DATA, verify(suite, &sealed, &unsealed, &err));
    assert_non_null(strstr(err.text, "is not the one that was sealed"));
}

static void append(const char *file, const char *text)
{
    FILE *out = fopen(file, "a");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static void test_heads_file(void **state)
{
    struct suite *suite = *state;
    struct alm_error err = {0};
    struct files files = files_of(suite);
    int64_t sealed, unsealed;
    add_entries(suite, 2);
    seal(suite);
    /* a crash in the midst of a line is no fault, and the next seal takes it back */
    append(files.seal, "4 0123abc");
    OK(verify(suite, &sealed, &unsealed, &err));
    add_entries(suite, 2);
    seal(suite);
    OK(verify(suite, &sealed, &unsealed, &err));
    assert_int_equal(sealed, 4);
    append(files.seal, "9 00 00 2020-12-05T12:30:00Z\n");
    FAILS(ALM_BAD_DATA, verify(suite, &sealed, &unsealed, &err));
    assert_non_null(strstr(err.text, "seal:3: head 9 was not written with this key"));
    assert_int_equal(truncate(files.seal, 0), 0);
    FAILS(ALM_BAD_DATA, verify(suite, &sealed, &unsealed, &err));
    /* a head that is owed after a crash between commit and append */
    assert_int_equal(seal(suite), 0);
    OK(verify(suite, &sealed, &unsealed, &err));
    assert_int_equal(chmod(files.key, 0644), 0);
    FAILS(ALM_NO_PERMISSION, verify(suite, &sealed, &unsealed, &err));
    assert_int_equal(unlink(files.key), 0);
    FAILS(ALM_NO_INPUT, verify(suite, &sealed, &unsealed, &err));
    FAILS(ALM_NO_INPUT, store_seal(suite->store, files.seal, files.key, &sealed, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TEST(test_entry),
        SUITE_TEST(test_seal),
        SUITE_TEST(test_seal_does_not_wait),
        SUITE_TEST(test_what_was_changed_is_found),
        SUITE_TEST(test_heads_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
