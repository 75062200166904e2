/* SPDX-License-Identifier: MIT */
/* The whole file: a checked copy of it, putting one back, and SQLite's own check. */
#include "sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Both of SQLite's checks; the first fault is the error. */
static enum alm_status check_file(sqlite3 *db, const char *path, struct alm_error *err)
{
    static const char hint[] = "put back the last backup: almoner store restore FILE";
    enum alm_status status = ALM_OK;
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *answer = (const char *)sqlite3_column_text(stmt, 0);
        if (!answer || strcmp(answer, "ok") != 0) {
            status = alm_fail(err, ALM_IO, hint, "%s is damaged: %.300s", path, answer ? answer : "no answer");
            goto out;
        }
    }
    if (rc != SQLITE_ROW) {
        status = sqlite_fail(db, rc, path, err);
        goto out;
    }
    sqlite3_finalize(stmt);
    stmt = NULL;
    rc = sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        status = alm_fail(err, ALM_IO, hint, "%s: a row of %s names a row of %s that is not there", path,
                          (const char *)sqlite3_column_text(stmt, 0), (const char *)sqlite3_column_text(stmt, 2));
    else if (rc != SQLITE_DONE)
        status = sqlite_fail(db, rc, path, err);
out:
    sqlite3_finalize(stmt);
    return status;
}

enum alm_status copy_check(struct alm_connection *connection, struct alm_error *err)
{
    return check_file(connection->db, connection->path, err);
}

static enum alm_status copy_database(sqlite3 *from, sqlite3 *to, const char *path, struct alm_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite_fail(to, sqlite3_errcode(to), path, err);
    /* In one step: one snapshot, and in WAL nobody waits for its end. */
    int rc = sqlite3_backup_step(backup, -1);
    int finished = sqlite3_backup_finish(backup);
    if (rc == SQLITE_DONE)
        return ALM_OK;
    if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        return alm_fail(err, ALM_AGAIN, NULL, "%s: the store is busy; try again", path);
    return sqlite_fail(to, finished != SQLITE_OK ? finished : rc, path, err);
}

/* What a copy that is broken off leaves behind is for nobody: a signal that would end the program waits until the half
 * file is gone. */
static void hold_signals(sigset_t *before)
{
    static const int enders[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof enders / sizeof *enders; i++) {
        struct sigaction action;
        if (sigaction(enders[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&held, enders[i]);
    }
    sigprocmask(SIG_BLOCK, &held, before);
}

static bool told_to_stop(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) || sigismember(&pending, SIGHUP));
}

static enum alm_status stopped(const char *file, struct alm_error *err)
{
    return alm_fail(err, ALM_AGAIN, NULL, "%s: stopped", file);
}

static int stop_check(void *context)
{
    (void)context;
    return told_to_stop();
}

/* copy_database() of one snapshot, some pages after the other. */
static enum alm_status copy_snapshot(sqlite3 *from, sqlite3 *to, const char *path, struct alm_error *err)
{
    enum { PAGES = 4096 };
    enum alm_status status = ALM_OK;
    /* With a read transaction around it, no step meets what others write meanwhile. */
    int rc = sqlite3_exec(from, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
    sqlite3_backup *backup = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", from, "main") : NULL;
    if (backup) {
        do {
            rc = sqlite3_backup_step(backup, PAGES);
        } while (rc == SQLITE_OK && !told_to_stop());
        int finished = sqlite3_backup_finish(backup);
        if (rc == SQLITE_OK)
            status = stopped(path, err);
        else if (rc != SQLITE_DONE)
            status = sqlite_fail(to, finished != SQLITE_OK ? finished : rc, path, err);
    } else {
        status = rc == SQLITE_OK ? sqlite_fail(to, sqlite3_errcode(to), path, err) : sqlite_fail(from, rc, path, err);
    }
    sqlite3_exec(from, "COMMIT", NULL, NULL, NULL);
    return status;
}

/* The copy and whatever SQLite keeps beside it. */
static void remove_copy(const char *copy)
{
    static const char *const beside[] = {"", "-journal", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        char *name = sqlite3_mprintf("%s%s", copy, beside[i]);
        if (name)
            unlink(name);
        sqlite3_free(name);
    }
}

static enum alm_status sync_path(const char *path, int flags, struct alm_error *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    return synced ? ALM_OK : alm_fail(err, ALM_IO, NULL, "%s: %s", path, strerror(why));
}

/* Give the finished copy its name, without replacing anything, and make that last. */
static enum alm_status name_copy(const char *copy, const char *file, struct alm_error *err)
{
    enum alm_status status = sync_path(copy, O_RDONLY, err);
    if (status != ALM_OK)
        return status;
    if (renameat2(AT_FDCWD, copy, AT_FDCWD, file, RENAME_NOREPLACE) != 0) {
        /* Some file systems cannot rename without replacing; link() refuses an existing name everywhere. */
        if ((errno != EINVAL && errno != ENOSYS) || link(copy, file) != 0)
            return alm_fail(err, ALM_CANT_CREATE, NULL, "%s: %s", file, strerror(errno));
        unlink(copy);
    }
    const char *slash = strrchr(file, '/');
    char *folder = slash ? strndup(file, (size_t)(slash - file) + 1) : strdup(".");
    if (!folder)
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
    status = sync_path(folder, O_RDONLY | O_DIRECTORY, err);
    free(folder);
    return status;
}

enum alm_status copy_backup(struct alm_connection *connection, const char *file, struct alm_error *err)
{
    enum alm_status status;
    sqlite3 *to = NULL;
    sigset_t before;
    struct stat st;
    if (lstat(file, &st) == 0)
        return alm_fail(err, ALM_CANT_CREATE, "name a file that is not there yet", "%s exists already", file);
    char *copy = sqlite3_mprintf("%s.tmp-%d", file, (int)getpid());
    if (!copy)
        return alm_fail(err, ALM_UNAVAILABLE, NULL, "out of memory");
    hold_signals(&before);
    int fd = open(copy, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600); /* personal data: the user's alone */
    if (fd < 0) {
        status = alm_fail(err, errno == EACCES ? ALM_NO_PERMISSION : ALM_CANT_CREATE,
                          "name a file in a folder that is there, and that you may write to", "%s: %s", file,
                          strerror(errno));
        goto free_name;
    }
    close(fd);
    int rc = sqlite3_open_v2(copy, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA synchronous = OFF", NULL, NULL, NULL); /* the whole file is synced at the end */
    sqlite3_progress_handler(to, 100000, stop_check, NULL);
    status = rc == SQLITE_OK ? copy_snapshot(connection->db, to, file, err) : sqlite_fail(to, rc, file, err);
    if (status == ALM_OK && (rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL)) != SQLITE_OK)
        status = sqlite_fail(to, rc, file, err); /* one file, that a read-only medium can hold */
    if (status == ALM_OK)
        status = check_file(to, file, err);
    rc = sqlite3_close(to);
    to = NULL;
    if (status == ALM_OK && rc != SQLITE_OK)
        status = alm_fail(err, ALM_IO, NULL, "%s: %s", file, sqlite3_errstr(rc));
    if (status == ALM_OK)
        status = name_copy(copy, file, err);
    if (status != ALM_OK)
        remove_copy(copy);
free_name:
    sigprocmask(SIG_SETMASK, &before, NULL);
    sqlite3_free(copy);
    return status;
}

enum alm_status copy_restore(struct alm_connection *connection, const char *file, struct alm_error *err)
{
    enum alm_status status;
    sqlite3 *from = NULL;
    struct stat st;
    int64_t id = 0;
    if (connection->in_transaction)
        return alm_fail(err, ALM_INTERNAL, NULL, "restore inside a transaction");
    if (stat(file, &st) != 0)
        return alm_fail(err, ALM_NO_INPUT, NULL, "%s: %s", file, strerror(errno));
    int rc = sqlite3_open_v2(file, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite_number(from, "PRAGMA application_id", 0, &id);
    if ((rc & 0xff) == SQLITE_NOTADB || (rc == SQLITE_OK && id != APPLICATION_ID))
        status = alm_fail(err, ALM_BAD_DATA, "restore what `almoner store backup` has written",
                          "%s is not an almoner store", file);
    else if (rc != SQLITE_OK)
        status = sqlite_fail(from, rc, file, err);
    else
        status = check_file(from, file, err);
    if (status == ALM_OK)
        status = copy_database(from, connection->db, connection->path, err);
    sqlite3_close(from);
    return status;
}
