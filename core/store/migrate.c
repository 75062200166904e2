/* SPDX-License-Identifier: MIT */
/* Migrations and small facts about the store. */
#include "store/internal.h"

#include "store-schema.h"

const struct alm_migration *const store_migrations = schema;
const size_t store_n_migrations = COUNT_OF(schema);

static const char own[] = "store";

static void checksum_of(const struct alm_migration *migration, char hex[2 * DIGEST_SIZE + 1])
{
    unsigned char bytes[DIGEST_SIZE];
    struct digest digest;
    digest_init(&digest, NULL, 0);
    digest_add(&digest, migration->sql, strlen(migration->sql));
    digest_final(&digest, bytes);
    digest_hex(bytes, sizeof bytes, hex);
}

/* An array as plug-ins hand it over is checked too: 1, 2, 3 ... without a gap. */
static enum alm_status check_array(const char *owner, const struct alm_migration *migrations, size_t n,
                                   struct alm_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (migrations[i].version != i + 1)
            return error_set(err, ALM_INTERNAL, _("number them 1, 2, 3 ..."),
                             _("%s: migration %u stands where %zu should"), owner, migrations[i].version, i + 1);
    return ALM_OK;
}

/*
 * How many of an owner's migrations are applied, after comparing each with what the program knows.  *bare: the store
 * has not even the table of migrations.  No engine shares a catalogue with another, so that is told by a query that
 * cannot be prepared; should it fail for another reason, what follows fails as well.
 */
static enum alm_status applied(struct store *store, const char *owner, const struct alm_migration *migrations, size_t n,
                               uint32_t *count, bool *bare, struct alm_error *err)
{
    struct store_stmt *stmt;
    *count = 0;
    *bare = false;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT version, name, checksum\n"
                                         "FROM store_migration\n"
                                         "WHERE owner = $1\n"
                                         "ORDER BY version",
                                         "t", owner);
    if (status == ALM_INTERNAL) {
        *bare = true;
        return ALM_OK;
    }
    while (status == ALM_OK) {
        bool row;
        if ((status = store_next(stmt, &row, err)) != ALM_OK || !row)
            return status;
        int64_t version = store_int(stmt, 0);
        const char *name = store_string(stmt, 1);
        char checksum[2 * DIGEST_SIZE + 1];
        if (version == STORE_COPY_MARK)
            status = error_set(err, ALM_UNAVAILABLE, _("repeat the almoner store copy that began it: it goes on"),
                               _("the store is a copy that was not finished"));
        else if (version > (int64_t)n)
            status = error_set(err, ALM_UNAVAILABLE, _("use the newer almoner (or plug-in) that made it"),
                               _("the store is newer than the program: it has %s %lld (%s), the program knows %zu"),
                               owner, (long long)version, name, n);
        else if (version != (int64_t)*count + 1)
            status =
                error_set(err, ALM_UNAVAILABLE, _("put back the last backup: almoner store restore FILE"),
                          _("migration %s %u was never applied, and %lld was"), owner, *count + 1, (long long)version);
        else if (checksum_of(&migrations[version - 1], checksum), !text_equal(store_text(stmt, 2), checksum))
            status = error_set(err, ALM_UNAVAILABLE,
                               _("a released migration is never changed: use the program that made the store"),
                               _("migration %s %lld (%s) is not the one that was applied to the store"), owner,
                               (long long)version, name);
        *count = (uint32_t)version;
    }
    store_done(stmt);
    return status;
}

/* An upgrade of what was there before changes the data of others: the journal tells it. */
static enum alm_status write_down(struct store *store, const char *owner, const struct alm_migration *migration,
                                  struct alm_error *err)
{
    char subject[200];
    snprintf(subject, sizeof subject, "schema of %s from %u to %u: %s", owner, migration->version - 1,
             migration->version, migration->name);
    const struct store_entry entry = {.command = "init", .subject = subject, .changed = 1};
    return store->made_here ? ALM_OK : store_journal_add(store, &entry, err);
}

static enum alm_status apply(struct store *store, const char *owner, const struct alm_migration *migration,
                             struct alm_error *err)
{
    char checksum[2 * DIGEST_SIZE + 1];
    checksum_of(migration, checksum);
    enum alm_status status = store_begin(store, true, err);
    if (status != ALM_OK)
        return status;
    int64_t there = 0;
    /* Another init may have been here between the look and the lock.  For the very first migration there is no table to
     * ask. */
    if (strcmp(owner, own) != 0 || migration->version > 1)
        status = store_number(store, &there, 0, err,
                              "SELECT COUNT(*) FROM store_migration WHERE owner = $1 AND version = $2", "ti", owner,
                              (int64_t)migration->version);
    if (status == ALM_OK && there) {
        store_rollback(store);
        return ALM_OK;
    }
    if (status == ALM_OK) {
        IN_DRIVER(store);
        status = store->driver->exec(store->connection, migration->sql, err);
    }
    if (status == ALM_OK)
        status = store_run(store, NULL, err,
                           "INSERT INTO store_migration (owner, version, name, checksum, applied_at)\n"
                           "VALUES ($1, $2, $3, $4, $5)",
                           "titti", owner, (int64_t)migration->version, migration->name, checksum, store_clock(store));
    if (status == ALM_OK && strcmp(owner, own) == 0 && migration->version == 1)
        store->made_here = true;
    if (status == ALM_OK)
        status = write_down(store, owner, migration, err);
    if (status == ALM_OK)
        status = store_commit(store, err);
    store_rollback(store);
    return status == ALM_OK ? ALM_OK
                            : error_prefix(err, _("migration %s %u (%s)"), owner, migration->version, migration->name);
}

enum alm_status store_migrate(struct store *store, const char *owner, const struct alm_migration *migrations, size_t n,
                              struct store_migrated *migrated, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    bool bare = false;
    uint32_t count = 0;
    enum alm_status status = check_array(owner, migrations, n, err);
    if (status == ALM_OK)
        status = applied(store, owner, migrations, n, &count, &bare, err);
    if (status == ALM_OK && bare && strcmp(owner, own) != 0)
        status = store_migrate(store, own, store_migrations, store_n_migrations, NULL, err);
    if (migrated)
        *migrated = (struct store_migrated){owner, count, count};
    for (; status == ALM_OK && count < n; count++) {
        status = apply(store, owner, &migrations[count], err);
        if (status == ALM_OK && migrated)
            migrated->to = count + 1;
    }
    return status;
}

enum alm_status store_migrated(struct store *store, const char *owner, const struct alm_migration *migrations, size_t n,
                               struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    bool bare;
    uint32_t count;
    enum alm_status status = check_array(owner, migrations, n, err);
    if (status == ALM_OK)
        status = applied(store, owner, migrations, n, &count, &bare, err);
    if (status != ALM_OK)
        return status;
    if (bare)
        return error_set(err, ALM_UNAVAILABLE, _("make it with: almoner init"), _("the store has no tables yet"));
    if (count < n)
        return error_set(err, ALM_UNAVAILABLE, _("bring it up to date with: almoner init"),
                         _("the store's tables are too old: %s is at %u, the program needs %zu"), owner, count, n);
    return ALM_OK;
}

/* ---- facts ---- */

enum alm_status store_meta_get(struct store *store, const char *key, struct arena *arena, const char **value,
                               struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *value = NULL;
    enum alm_status status = store_query(store, &stmt, err, "SELECT value FROM store_meta WHERE key = $1", "t", key);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        struct alm_text text = store_text(stmt, 0);
        *value = arena_strndup(arena, text.at, text.len);
        store_done(stmt);
    }
    return status;
}

enum alm_status store_meta_set(struct store *store, const char *key, const char *value, struct alm_error *err)
{
    if (!value)
        return store_run(store, NULL, err, "DELETE FROM store_meta WHERE key = $1", "t", key);
    return store_run(store, NULL, err,
                     "INSERT INTO store_meta (key, value)\n"
                     "VALUES ($1, $2)\n"
                     "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                     "tt", key, value);
}
