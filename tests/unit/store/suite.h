/* SPDX-License-Identifier: MIT */
/*
 * What a store test needs of a driver, so that the same tests run on each: how to make an empty store and how to open
 * it once more.  test-sqlite.c shows what a driver's test program looks like.
 */
#ifndef TESTS_STORE_SUITE_H
#define TESTS_STORE_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct suite {
    const struct alm_store_driver *driver;
    void *driver_state;
    char folder[64]; /* a new one for each test: ids, seals, and what else is needed */
    char ids[96];
    alm_time now;
    struct store *store;
};

static inline alm_time suite_clock(void *context)
{
    return *(const alm_time *)context;
}

static inline enum alm_status suite_open(struct suite *suite, bool create, bool read_only, struct store **store,
                                         struct alm_error *err)
{
    const struct store_options options = {.driver = suite->driver,
                                          .driver_state = suite->driver_state,
                                          .create = create,
                                          .read_only = read_only,
                                          .id_file = suite->ids,
                                          .office = 7,
                                          .clock = suite_clock,
                                          .clock_context = &suite->now,
                                          .clock_fixed = true};
    return store_open(store, &options, err);
}

#define OK(expression)                                                                                                 \
    do {                                                                                                               \
        enum alm_status ok_status = (expression);                                                                      \
        if (ok_status != ALM_OK)                                                                                       \
            fail_msg("%s: %d %s | %s", #expression, (int)ok_status, err.text, err.hint);                               \
    } while (0)

#define FAILS(status, expression) assert_int_equal((expression), (status))

/* The tables of the tests. */
static const struct alm_migration suite_migrations[] = {
    {1, "tables",
     "-- a comment; with a semicolon (and a bracket\n"
     "CREATE TABLE t_line (\n"
     "    owner BIGINT NOT NULL,\n"
     "    id BIGINT NOT NULL,\n"
     "    amount BIGINT,\n"
     "    rate DOUBLE PRECISION,\n"
     "    name TEXT COLLATE \"C\" DEFAULT 'BIGINT, (''PRIMARY KEY',\n"
     "    PRIMARY KEY (owner, id)\n"
     ");\n"
     "CREATE TABLE t_code (code TEXT PRIMARY KEY, id BIGINT NOT NULL);\n"
     "CREATE TABLE t_sum (programme BIGINT NOT NULL, area TEXT NOT NULL, quantity BIGINT NOT NULL, last BIGINT,\n"
     "    PRIMARY KEY (programme, area));\n"},
    {2, "more", "CREATE TABLE t_more (id BIGINT PRIMARY KEY, line BIGINT);\nALTER TABLE t_code ADD COLUMN at BIGINT;"},
};

static inline void suite_migrate(struct suite *suite)
{
    struct alm_error err = {0};
    OK(store_migrate(suite->store, "store", store_migrations, store_n_migrations, NULL, &err));
    OK(store_migrate(suite->store, "t", suite_migrations, COUNT_OF(suite_migrations), NULL, &err));
}

static inline int64_t suite_number(struct store *store, const char *sql)
{
    struct alm_error err = {0};
    int64_t number = 0;
    OK(store_number(store, &number, -1, &err, sql, ""));
    return number;
}

static inline const struct alm_plugin *suite_load(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.so", PLUGIN_BUILD_DIR, name);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        fail_msg("%s", dlerror());
    const struct alm_plugin *(*entry)(void);
    *(void **)&entry = dlsym(handle, "alm_plugin_entry");
    assert_non_null(entry);
    return entry();
}

/* ---- the drivers: $STORE names the one that is under test, SQLite by default ---- */

struct suite_sqlite {
    const char *path;
    int64_t cache;
    int64_t busy_timeout;
    char file[96];
};

/* As the plug-in's; the server is the one that $PGHOST and the like name. */
struct suite_postgres {
    const char *connection;
    const char *schema;
    int64_t connect_timeout;
    int64_t lock_timeout;
    int64_t statement_timeout;
    char name[48];
};

static inline bool suite_is_postgres(void)
{
    const char *store = getenv("STORE");
    return store && strcmp(store, "postgres") == 0;
}

static inline void *suite_sqlite_settings(const struct suite *suite)
{
    struct suite_sqlite *settings = calloc(1, sizeof *settings);
    assert_non_null(settings);
    snprintf(settings->file, sizeof settings->file, "%s/almoner.db", suite->folder);
    settings->path = settings->file;
    settings->cache = 4;
    settings->busy_timeout = 0;
    return settings;
}

static inline void *suite_postgres_settings(void)
{
    static unsigned number;
    struct suite_postgres *settings = calloc(1, sizeof *settings);
    assert_non_null(settings);
    snprintf(settings->name, sizeof settings->name, "unit_%d_%u", (int)getpid(), number++);
    settings->connection = "";
    settings->schema = settings->name;
    settings->connect_timeout = 5;
    settings->lock_timeout = 1;
    return settings;
}

static inline int suite_start(void **state)
{
    struct suite *suite = calloc(1, sizeof *suite);
    struct alm_error err = {0};
    assert_non_null(suite);
    const char *scratch = getenv("TMPDIR");
    snprintf(suite->folder, sizeof suite->folder, "%s/almoner-store-XXXXXX",
             scratch && strlen(scratch) < 40 ? scratch : "/tmp");
    assert_non_null(mkdtemp(suite->folder));
    snprintf(suite->ids, sizeof suite->ids, "%s/ids", suite->folder);
    suite->driver_state = suite_is_postgres() ? suite_postgres_settings() : suite_sqlite_settings(suite);
    suite->driver = suite_load(suite_is_postgres() ? "store-postgres" : "store-sqlite")->store;
    suite->now = 1607171400;
    OK(suite_open(suite, true, false, &suite->store, &err));
    suite_migrate(suite);
    *state = suite;
    return 0;
}

static inline void suite_drop_schema(const struct suite *suite)
{
    const struct suite_postgres *settings = suite->driver_state;
    struct alm_connection *connection;
    struct alm_error err = {0};
    char sql[96];
    snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", settings->schema);
    OK(suite->driver->open(NULL, suite->driver_state, 0, &connection, &err));
    OK(suite->driver->exec(connection, sql, &err));
    suite->driver->close(connection);
}

static inline int suite_stop(void **state)
{
    struct suite *suite = *state;
    char command[128];
    store_close(suite->store);
    if (suite_is_postgres())
        suite_drop_schema(suite);
    snprintf(command, sizeof command, "rm -rf '%s'", suite->folder);
    int rc = system(command);
    free(suite->driver_state);
    free(suite);
    return rc;
}

#define SUITE_TEST(f) cmocka_unit_test_setup_teardown(f, suite_start, suite_stop)

#endif
