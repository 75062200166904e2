/* SPDX-License-Identifier: MIT */
/*
 * A store in one SQLite file: WAL, every commit on disk before it counts, one writer at a time and any number of
 * readers. This file: settings, opening, transactions, and the table of what the driver can do.
 */
#include "sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct alm_setting rows[] = {
    {.key = "path",
     .type = ALM_PATH,
     .offset = offsetof(struct settings, path),
     .fallback = "almoner.db",
     .help = "The store's file, on a local disk; two more (-wal, -shm) stand beside it while it is open."},
    {.key = "cache",
     .type = ALM_INT,
     .offset = offsetof(struct settings, cache),
     .fallback = "32",
     .min = "1",
     .max = "65536",
     .unit = "MiB",
     .help = "Memory for pages of the file, for each running command."},
    {.key = "busy_timeout",
     .type = ALM_DURATION,
     .offset = offsetof(struct settings, busy_timeout),
     .fallback = "5 seconds",
     .min = "0 seconds",
     .max = "1 hour",
     .help = "How long a command waits while another one writes."},
};

/* ---- errors and small questions ---- */

enum alm_status sqlite_fail(sqlite3 *db, int rc, const char *what, struct alm_error *err)
{
    const char *colon = *what ? ": " : "";
    const char *message = db && sqlite3_errcode(db) != SQLITE_OK ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    int why = db ? sqlite3_system_errno(db) : 0;
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return alm_fail(err, ALM_AGAIN, "another command is writing; or raise busy_timeout in [store-sqlite]",
                        "%s%sthe store is busy; try again", what, colon);
    case SQLITE_FULL:
        return alm_fail(err, ALM_IO, "make room and run the command again: what was under way was not kept",
                        "%s%sdisk full", what, colon);
    case SQLITE_IOERR:
        if (why == ENOSPC || why == EDQUOT || why == EFBIG)
            return alm_fail(err, ALM_IO, "make room and run the command again: what was under way was not kept",
                            "%s%sdisk full (%s)", what, colon, strerror(why));
        return alm_fail(err, ALM_IO, "is the disk full, or failing? what was under way was not kept", "%s%s%s%s%s",
                        what, colon, message, why ? ": " : "", why ? strerror(why) : "");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return alm_fail(err, ALM_NO_PERMISSION,
                        "let this user write the file, those beside it (-wal, -shm) and its folder",
                        "%s%sthe store cannot be written: %s", what, colon, message);
    case SQLITE_CANTOPEN:
        return alm_fail(err, why == EACCES || why == EPERM || why == EROFS ? ALM_NO_PERMISSION : ALM_UNAVAILABLE,
                        "reading, too, needs leave to write the store's folder", "%s%s%s%s%s", what, colon, message,
                        why ? ": " : "", why ? strerror(why) : "");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return alm_fail(err, ALM_IO, "put back the last backup: almoner store restore FILE",
                        "%s%sthe store is damaged: %s", what, colon, message);
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
        return alm_fail(err, ALM_BAD_DATA, NULL, "%s%s%s", what, colon, message);
    case SQLITE_NOMEM:
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "%s%sout of memory", what, colon);
    default:
        return alm_fail(err, ALM_INTERNAL, NULL, "%s%s%s", what, colon, message);
    }
}

int sqlite_number(sqlite3 *db, const char *sql, int64_t otherwise, int64_t *number)
{
    sqlite3_stmt *stmt = NULL;
    *number = otherwise;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        *number = sqlite3_column_int64(stmt, 0);
    int finalized = sqlite3_finalize(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? finalized : rc;
}

/* ---- opening ---- */

/* What every connection is told before it looks into the file, so that a strange file can do no harm. */
static int guard(sqlite3 *db, const struct settings *settings)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "text" in double quotes is a mistake, never a string */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_busy_timeout(db, (int)(settings->busy_timeout * 1000));
    return rows_register(db);
}

/* A file of its own kind and in its own shape; only a file that is still empty. */
static enum alm_status make(struct alm_connection *connection, struct alm_error *err)
{
    char *sql = sqlite3_mprintf("PRAGMA page_size = %d; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE;"
                                "PRAGMA journal_mode = WAL; PRAGMA application_id = %d; PRAGMA user_version = 1;",
                                PAGE_SIZE, APPLICATION_ID);
    int rc = sql ? sqlite3_exec(connection->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc == SQLITE_OK ? ALM_OK : sqlite_fail(connection->db, rc, connection->path, err);
}

/* Is it ours?  An empty file is, for init. */
static enum alm_status recognise(struct alm_connection *connection, bool create, struct alm_error *err)
{
    int64_t id = 0, pages = 0;
    int rc = sqlite_number(connection->db, "PRAGMA application_id", 0, &id);
    if (rc == SQLITE_OK)
        rc = sqlite_number(connection->db, "PRAGMA page_count", 0, &pages);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_NOTADB)
        return sqlite_fail(connection->db, rc, connection->path, err);
    if (rc == SQLITE_OK && id == APPLICATION_ID)
        return ALM_OK;
    if (rc == SQLITE_OK && pages == 0 && create)
        return make(connection, err);
    if (rc == SQLITE_OK && pages == 0)
        return alm_fail(err, ALM_UNAVAILABLE, "make it with: almoner init", "the store at %s is empty",
                        connection->path);
    return alm_fail(err, ALM_UNAVAILABLE, "name another file under path in [store-sqlite]",
                    "%s is not an almoner store", connection->path);
}

static enum alm_status tune(struct alm_connection *connection, const struct settings *settings, struct alm_error *err)
{
    /*
     * A checkpoint copies each changed page once however often it changed, so few of them serve bulk work: one for 64
     * MiB of log.  No mmap: reports touch a few pages, and a big scan through a mapping counts as memory of the
     * command.
     */
    char *sql = sqlite3_mprintf("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                                "PRAGMA cache_size = -%lld; PRAGMA wal_autocheckpoint = 4000;"
                                "PRAGMA journal_size_limit = 67108864;%s",
                                (long long)settings->cache * 1024,
                                connection->read_only ? " PRAGMA query_only = ON;" : " PRAGMA journal_mode = WAL;");
    int rc = sql ? sqlite3_exec(connection->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc == SQLITE_OK ? ALM_OK : sqlite_fail(connection->db, rc, connection->path, err);
}

static void store_close(struct alm_connection *connection)
{
    if (!connection)
        return;
    bulk_release(connection);
    sqlite3_close_v2(connection->db);
    free(connection->path);
    free(connection);
}

static enum alm_status store_open(const struct alm_host *host, void *state, uint32_t flags, struct alm_connection **out,
                                  struct alm_error *err)
{
    (void)host;
    const struct settings *settings = state;
    const char *path = settings->path;
    enum alm_status status = ALM_OK;
    struct stat st;
    bool made = false;
    *out = NULL;
    struct alm_connection *connection = calloc(1, sizeof *connection);
    if (!connection || !(connection->path = strdup(path))) {
        status = alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
        goto out;
    }
    if (stat(path, &st) != 0) {
        if (errno == ENOENT && !(flags & ALM_STORE_CREATE)) {
            status = alm_fail(err, ALM_UNAVAILABLE, "make it with: almoner init", "no store at %s", path);
            goto out;
        }
        /* Personal data will stand in it: for this user alone, until its owner decides otherwise with chmod. */
        int fd = errno == ENOENT ? open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600) : -1;
        if (fd < 0 && errno != EEXIST) {
            status =
                alm_fail(err, errno == EACCES || errno == EPERM || errno == EROFS ? ALM_NO_PERMISSION : ALM_CANT_CREATE,
                         NULL, "%s: %s", path, strerror(errno));
            goto out;
        }
        made = fd >= 0;
        if (made)
            close(fd);
    }
    int open_flags = flags & ALM_STORE_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    int rc = sqlite3_open_v2(path, &connection->db, open_flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = guard(connection->db, settings);
    if (rc != SQLITE_OK) {
        status = sqlite_fail(connection->db, rc, path, err);
        goto out;
    }
    /* SQLite opens a file that may only be read for reading, whatever was asked for. */
    connection->read_only = sqlite3_db_readonly(connection->db, "main") == 1;
    status = recognise(connection, flags & ALM_STORE_CREATE, err);
    if (status == ALM_OK)
        status = tune(connection, settings, err);
out:
    if (status != ALM_OK) {
        store_close(connection);
        if (made)
            unlink(path);
        return status;
    }
    *out = connection;
    return ALM_OK;
}

static void store_describe(struct alm_connection *connection, char *buf, size_t size)
{
    snprintf(buf, size, "SQLite %s, %s", sqlite3_libversion(), connection->path);
}

static int64_t store_bytes(struct alm_connection *connection)
{
    int64_t bytes = 0;
    struct stat st;
    if (stat(connection->path, &st) == 0)
        bytes = st.st_size;
    const char *wal = sqlite3_filename_wal(sqlite3_db_filename(connection->db, "main"));
    if (wal && *wal && stat(wal, &st) == 0)
        bytes += st.st_size;
    return bytes;
}

/* ---- transactions ---- */

static enum alm_status run(struct alm_connection *connection, const char *sql, struct alm_error *err)
{
    int rc = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ALM_OK : sqlite_fail(connection->db, rc, "", err);
}

static enum alm_status store_exec(struct alm_connection *connection, const char *sql, struct alm_error *err)
{
    char *translated = translate_ddl(sql);
    if (!translated)
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
    enum alm_status status = run(connection, translated, err);
    free(translated);
    return status;
}

static enum alm_status store_begin(struct alm_connection *connection, bool write, struct alm_error *err)
{
    if (write && connection->read_only)
        return alm_fail(err, ALM_NO_PERMISSION,
                        "let this user write the file, those beside it (-wal, -shm) and its folder",
                        "%s can only be read", connection->path);
    enum alm_status status = run(connection, write ? "BEGIN IMMEDIATE" : "BEGIN", err);
    connection->in_transaction = status == ALM_OK;
    return status;
}

static void store_rollback(struct alm_connection *connection)
{
    connection->in_transaction = false;
    /* It may be undone already; the one way in which this can fail leaves nothing to undo either. */
    if (!sqlite3_get_autocommit(connection->db))
        sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum alm_status store_commit(struct alm_connection *connection, struct alm_error *err)
{
    if (sqlite3_get_autocommit(connection->db)) {
        connection->in_transaction = false;
        return alm_fail(err, ALM_IO, NULL, "the transaction was undone by an earlier error");
    }
    enum alm_status status = run(connection, "COMMIT", err);
    if (status == ALM_OK)
        connection->in_transaction = false;
    else
        store_rollback(connection);
    return status;
}

static enum alm_status store_savepoint(struct alm_connection *connection, struct alm_error *err)
{
    return run(connection, "SAVEPOINT almoner", err);
}

/* Savepoints of one name nest; the name means the last of them. */
static enum alm_status store_release(struct alm_connection *connection, bool keep, struct alm_error *err)
{
    return run(connection, keep ? "RELEASE almoner" : "ROLLBACK TO almoner; RELEASE almoner", err);
}

static const char relations_sql[] =
    "SELECT m.name, m.type = 'table', c.name,\n"
    "    CASE c.type WHEN 'INTEGER' THEN 'BIGINT' WHEN 'REAL' THEN 'DOUBLE PRECISION' ELSE c.type END, c.pk\n"
    "FROM sqlite_schema m\n"
    "JOIN pragma_table_info(m.name) c\n"
    "WHERE m.type IN ('table', 'view')\n"
    "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'\n"
    "ORDER BY m.rowid, c.cid";

static const struct alm_store_driver driver = {
    .size = sizeof(struct alm_store_driver),
    .flags = ALM_STORE_ONE_WRITER,
    .open = store_open,
    .close = store_close,
    .describe = store_describe,
    .exec = store_exec,
    .begin = store_begin,
    .commit = store_commit,
    .rollback = store_rollback,
    .savepoint = store_savepoint,
    .release = store_release,
    .prepare = statement_prepare,
    .finalize = statement_finalize,
    .bind_int = statement_bind_int,
    .bind_double = statement_bind_double,
    .bind_text = statement_bind_text,
    .bind_null = statement_bind_null,
    .bind_ints = statement_bind_ints,
    .bind_texts = statement_bind_texts,
    .step = statement_step,
    .reset = statement_reset,
    .changes = statement_changes,
    .columns = statement_columns,
    .column_name = statement_column_name,
    .column_is_null = statement_column_is_null,
    .column_int = statement_column_int,
    .column_double = statement_column_double,
    .column_text = statement_column_text,
    .bulk = bulk_write,
    .backup = copy_backup,
    .restore = copy_restore,
    .check = copy_check,
    .bytes = store_bytes,
    .relations = relations_sql,
};

ALM_PLUGIN(.name = "store-sqlite", .version = "1.0", .summary = "A store in one SQLite file", .kind = ALM_KIND_STORE,
           .settings = {.rows = rows, .n_rows = sizeof rows / sizeof rows[0], .size = sizeof(struct settings)},
           .store = &driver)
