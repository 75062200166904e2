/* SPDX-License-Identifier: MIT */
/*
 * The whole store: a copy of it in one file, putting one back, and a check that every row can be read.
 *
 * A copy is a mark, then frames: a letter, a length (8 bytes, big-endian) and so many bytes.
 *     M  the migrations that were applied, one a line: a store of other ones cannot take the copy
 *     T  a table and its columns, as they stand in COPY
 *     D  a piece of its rows, as COPY (FORMAT binary) gives them
 *     Z  the sum of all bytes before it, so that a copy that was cut or changed is known
 */
#include "postgres.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char mark[] = "almoner store-postgres copy 1\n";

enum { FRAME_HEAD = 9, PIECE_MOST = 1 << 30 };

struct file {
    FILE *stream;
    const char *path;
    uint64_t sum;
};

/* FNV-1a: it finds accidents, not forgers. */
static uint64_t sum_of(uint64_t sum, const void *bytes, size_t len)
{
    for (const unsigned char *at = bytes; len > 0; at++, len--)
        sum = (sum ^ *at) * UINT64_C(0x100000001b3);
    return sum;
}

/* ---- tables ---- */

static const char migrations_sql[] =
    "SELECT owner || ' ' || version || ' ' || checksum FROM store_migration ORDER BY owner, version";

/* Every table of the schema with its columns, ready for COPY. */
static const char tables_sql[] =
    "SELECT quote_ident(c.relname) || ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'\n"
    "FROM pg_class c\n"
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped\n"
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition\n"
    "GROUP BY c.relname\n"
    "ORDER BY c.relname COLLATE \"C\"";

static enum alm_status ask(struct alm_connection *connection, const char *sql, PGresult **result, struct alm_error *err)
{
    enum alm_status status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    *result = PQexec(connection->pg, sql);
    return PQresultStatus(*result) == PGRES_TUPLES_OK ? ALM_OK : postgres_fail(connection, *result, "", err);
}

/* The answers of a question, one a line; NULL when memory is out. */
static char *lines_of(const PGresult *result)
{
    struct bytes text = {0};
    for (int i = 0; i < PQntuples(result); i++) {
        bytes_text(&text, PQgetvalue(result, i, 0));
        bytes_text(&text, "\n");
    }
    bytes_add(&text, "", 1);
    if (text.failed) {
        free(text.at);
        return NULL;
    }
    return text.at;
}

static enum alm_status migrations_of(struct alm_connection *connection, char **text, struct alm_error *err)
{
    PGresult *result = NULL;
    *text = NULL;
    enum alm_status status = ask(connection, migrations_sql, &result, err);
    if (status == ALM_OK && !(*text = lines_of(result)))
        status = out_of_memory(err);
    PQclear(result);
    return status;
}

/* ---- writing ---- */

static bool put(struct file *file, const void *bytes, size_t len)
{
    file->sum = sum_of(file->sum, bytes, len);
    return len == 0 || fwrite(bytes, len, 1, file->stream) == 1;
}

static enum alm_status put_frame(struct file *file, char letter, const void *bytes, size_t len, struct alm_error *err)
{
    unsigned char head[FRAME_HEAD] = {(unsigned char)letter};
    for (size_t i = 0; i < 8; i++)
        head[1 + i] = (unsigned char)((uint64_t)len >> (56 - 8 * i));
    if (put(file, head, sizeof head) && put(file, bytes, len))
        return ALM_OK;
    return alm_fail(err, ALM_IO, NULL, "%s: %s", file->path, strerror(errno));
}

/* All rows of a table through `take`; *err may be set by it. */
static enum alm_status copy_out(struct alm_connection *connection, const char *table,
                                enum alm_status (*take)(void *, const char *, size_t, struct alm_error *),
                                void *context, struct alm_error *err)
{
    struct bytes sql = {0};
    enum alm_status status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    bytes_text(&sql, "COPY ");
    bytes_text(&sql, table);
    bytes_add(&sql, " TO STDOUT (FORMAT binary)", sizeof " TO STDOUT (FORMAT binary)");
    if (sql.failed)
        return out_of_memory(err);
    PGresult *result = PQexec(connection->pg, sql.at);
    free(sql.at);
    if (PQresultStatus(result) != PGRES_COPY_OUT) {
        status = postgres_fail(connection, result, table, err);
        PQclear(result);
        return status;
    }
    PQclear(result);
    char *row = NULL;
    for (int len; (len = PQgetCopyData(connection->pg, &row, 0)) > 0;) {
        if (status == ALM_OK && take)
            status = take(context, row, (size_t)len, err);
        PQfreemem(row);
    }
    result = PQgetResult(connection->pg);
    if (status == ALM_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
        status = postgres_fail(connection, result, table, err);
    while (result) {
        PQclear(result);
        result = PQgetResult(connection->pg);
    }
    return status;
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

static enum alm_status put_piece(void *context, const char *bytes, size_t len, struct alm_error *err)
{
    const struct file *file = context;
    if (told_to_stop())
        return stopped(file->path, err);
    return put_frame(context, 'D', bytes, len, err);
}

static enum alm_status write_copy(struct alm_connection *connection, struct file *file, struct alm_error *err)
{
    PGresult *tables = NULL;
    char *migrations = NULL;
    if (!put(file, mark, sizeof mark - 1))
        return alm_fail(err, ALM_IO, NULL, "%s: %s", file->path, strerror(errno));
    enum alm_status status = migrations_of(connection, &migrations, err);
    if (status == ALM_OK)
        status = put_frame(file, 'M', migrations, strlen(migrations), err);
    if (status == ALM_OK)
        status = ask(connection, tables_sql, &tables, err);
    for (int i = 0; status == ALM_OK && i < PQntuples(tables); i++) {
        const char *table = PQgetvalue(tables, i, 0);
        status = put_frame(file, 'T', table, strlen(table), err);
        if (status == ALM_OK)
            status = copy_out(connection, table, put_piece, file, err);
    }
    struct bytes sum = {0};
    bytes_int8(&sum, (int64_t)file->sum);
    if (status == ALM_OK)
        status = put_frame(file, 'Z', sum.at, sum.len, err);
    if (status == ALM_OK && (fflush(file->stream) != 0 || fsync(fileno(file->stream)) != 0))
        status = alm_fail(err, ALM_IO, NULL, "%s: %s", file->path, strerror(errno));
    free(sum.at);
    free(migrations);
    PQclear(tables);
    return status;
}

/* In one read transaction: one state of the store, and nobody waits. */
static enum alm_status in_snapshot(struct alm_connection *connection,
                                   enum alm_status (*work)(struct alm_connection *, struct file *, struct alm_error *),
                                   struct file *file, struct alm_error *err)
{
    struct alm_error ignored;
    enum alm_status status = connection_mend(connection, err);
    if (status == ALM_OK)
        status = connection_run(
            connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0", err);
    if (status == ALM_OK)
        status = work(connection, file, err);
    if (!connection_lost(connection))
        connection_run(connection, "ROLLBACK", &ignored);
    return status;
}

enum alm_status copy_backup(struct alm_connection *connection, const char *file, struct alm_error *err)
{
    struct file out = {.path = file};
    struct stat st;
    if (lstat(file, &st) == 0)
        return alm_fail(err, ALM_CANT_CREATE, "name a file that is not there yet", "%s exists already", file);
    char copy[4096];
    if (snprintf(copy, sizeof copy, "%s.tmp-%d", file, (int)getpid()) >= (int)sizeof copy)
        return alm_fail(err, ALM_CANT_CREATE, NULL, "%s: %s", file, strerror(ENAMETOOLONG));
    sigset_t before;
    enum alm_status status;
    hold_signals(&before);
    int fd = open(copy, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600); /* personal data: the user's alone */
    if (fd < 0) {
        status = alm_fail(err, errno == EACCES ? ALM_NO_PERMISSION : ALM_CANT_CREATE,
                          "name a file in a folder that is there, and that you may write to", "%s: %s", file,
                          strerror(errno));
        goto out;
    }
    out.stream = fdopen(fd, "wb");
    if (out.stream) {
        status = in_snapshot(connection, write_copy, &out, err);
        if (fclose(out.stream) != 0 && status == ALM_OK)
            status = alm_fail(err, ALM_IO, NULL, "%s: %s", file, strerror(errno));
    } else {
        status = alm_fail(err, ALM_UNAVAILABLE, NULL, "%s: %s", file, strerror(errno));
        close(fd);
    }
    /* link() never replaces what came to have that name meanwhile. */
    if (status == ALM_OK && link(copy, file) != 0)
        status = alm_fail(err, ALM_CANT_CREATE, NULL, "%s: %s", file, strerror(errno));
    unlink(copy);
out:
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* ---- reading ---- */

static enum alm_status damaged(const struct file *file, struct alm_error *err)
{
    return alm_fail(err, ALM_BAD_DATA, "take another copy: this one was cut or changed", "%s is damaged", file->path);
}

/* The next frame; its bytes are in `frame`, which grows. */
static enum alm_status get_frame(struct file *file, char *letter, struct bytes *frame, struct alm_error *err)
{
    char head[FRAME_HEAD];
    if (fread(head, sizeof head, 1, file->stream) != 1)
        return damaged(file, err);
    int64_t len = bytes_read_int8(head + 1);
    *letter = head[0];
    if (len < 0 || len > PIECE_MOST)
        return damaged(file, err);
    frame->len = 0;
    if (frame->capacity <= (size_t)len) {
        char *grown = realloc(frame->at, (size_t)len + 1);
        if (!grown)
            return out_of_memory(err);
        frame->at = grown;
        frame->capacity = (size_t)len + 1;
    }
    if (len && fread(frame->at, (size_t)len, 1, file->stream) != 1)
        return damaged(file, err);
    frame->len = (size_t)len;
    frame->at[len] = '\0';
    if (*letter != 'Z') {
        file->sum = sum_of(file->sum, head, sizeof head);
        file->sum = sum_of(file->sum, frame->at, frame->len);
    }
    return ALM_OK;
}

static enum alm_status get_mark(struct file *file, struct alm_error *err)
{
    char found[sizeof mark];
    rewind(file->stream);
    file->sum = 0;
    if (fread(found, sizeof mark - 1, 1, file->stream) != 1 || memcmp(found, mark, sizeof mark - 1) != 0)
        return alm_fail(err, ALM_BAD_DATA, "restore what `almoner store backup` has written with this store plug-in",
                        "%s is not a copy of an almoner store", file->path);
    file->sum = sum_of(0, mark, sizeof mark - 1);
    return ALM_OK;
}

/* From end to end, before anything is touched. */
static enum alm_status check_copy(struct file *file, const char *migrations, struct alm_error *err)
{
    struct bytes frame = {0};
    char letter = 0;
    enum alm_status status = get_mark(file, err);
    if (status == ALM_OK)
        status = get_frame(file, &letter, &frame, err);
    if (status == ALM_OK && letter != 'M')
        status = damaged(file, err);
    bool fits = status == ALM_OK && strcmp(frame.at, migrations) == 0;
    while (status == ALM_OK && letter != 'Z')
        status = get_frame(file, &letter, &frame, err);
    if (status == ALM_OK &&
        (frame.len != 8 || bytes_read_int8(frame.at) != (int64_t)file->sum || fgetc(file->stream) != EOF))
        status = damaged(file, err);
    if (status == ALM_OK && !fits)
        status =
            alm_fail(err, ALM_UNAVAILABLE, "restore it with the programmes and the version of almoner that made it",
                     "%s is of a store with other tables", file->path);
    free(frame.at);
    return status;
}

static enum alm_status empty_tables(struct alm_connection *connection, struct alm_error *err)
{
    PGresult *tables = NULL;
    struct bytes sql = {0};
    enum alm_status status = ask(connection, tables_sql, &tables, err);
    bytes_text(&sql, "TRUNCATE ");
    for (int i = 0; status == ALM_OK && i < PQntuples(tables); i++) {
        const char *table = PQgetvalue(tables, i, 0);
        bytes_text(&sql, i ? ", " : "");
        bytes_add(&sql, table, strcspn(table, " "));
    }
    bytes_add(&sql, "", 1);
    if (status == ALM_OK)
        status = sql.failed ? out_of_memory(err) : connection_run(connection, sql.at, err);
    free(sql.at);
    PQclear(tables);
    return status;
}

static enum alm_status end_copy(struct alm_connection *connection, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    PQputCopyEnd(connection->pg, NULL);
    PGresult *result = PQgetResult(connection->pg);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        status = postgres_fail(connection, result, "", err);
    while (result) {
        PQclear(result);
        result = PQgetResult(connection->pg);
    }
    return status;
}

static enum alm_status begin_copy(struct alm_connection *connection, const char *table, struct alm_error *err)
{
    struct bytes sql = {0};
    enum alm_status status = ALM_OK;
    bytes_text(&sql, "COPY ");
    bytes_text(&sql, table);
    bytes_add(&sql, " FROM STDIN (FORMAT binary)", sizeof " FROM STDIN (FORMAT binary)");
    if (sql.failed)
        return out_of_memory(err);
    PGresult *result = PQexec(connection->pg, sql.at);
    if (PQresultStatus(result) != PGRES_COPY_IN)
        status = postgres_fail(connection, result, table, err);
    PQclear(result);
    free(sql.at);
    return status;
}

static enum alm_status read_copy(struct alm_connection *connection, struct file *file, struct alm_error *err)
{
    struct bytes frame = {0};
    bool copying = false;
    enum alm_status status = get_mark(file, err);
    if (status == ALM_OK)
        status = empty_tables(connection, err);
    for (char letter = 0; status == ALM_OK && letter != 'Z';) {
        status = get_frame(file, &letter, &frame, err);
        if (status == ALM_OK && copying && letter != 'D') {
            copying = false;
            status = end_copy(connection, err);
        }
        if (status == ALM_OK && letter == 'T') {
            status = begin_copy(connection, frame.at, err);
            copying = status == ALM_OK;
        } else if (status == ALM_OK && letter == 'D') {
            if (PQputCopyData(connection->pg, frame.at, (int)frame.len) != 1)
                status = postgres_fail(connection, NULL, "", err);
        }
    }
    if (copying) {
        struct alm_error ignored;
        end_copy(connection, &ignored);
    }
    free(frame.at);
    return status;
}

enum alm_status copy_restore(struct alm_connection *connection, const char *file, struct alm_error *err)
{
    struct file in = {.path = file, .stream = fopen(file, "rbe")};
    struct alm_error ignored;
    char *migrations = NULL;
    if (!in.stream)
        return alm_fail(err, ALM_NO_INPUT, NULL, "%s: %s", file, strerror(errno));
    enum alm_status status = connection_mend(connection, err);
    if (status == ALM_OK)
        status = migrations_of(connection, &migrations, err);
    if (status == ALM_OK)
        status = check_copy(&in, migrations, err);
    if (status == ALM_OK)
        status = connection_run(connection, "BEGIN; SET LOCAL statement_timeout = 0", err);
    if (status == ALM_OK) {
        status = read_copy(connection, &in, err);
        if (status == ALM_OK)
            status = connection_run(connection, "COMMIT", err);
        if (status != ALM_OK && !connection_lost(connection))
            connection_run(connection, "ROLLBACK", &ignored);
    }
    free(migrations);
    fclose(in.stream);
    return status;
}

/* ---- checking ---- */

/* Every row of every table is read, which tells a page whose sum is wrong; and the indexes, where amcheck is installed.
 */
static enum alm_status check_rows(struct alm_connection *connection, struct file *file, struct alm_error *err)
{
    (void)file;
    PGresult *tables = NULL;
    int64_t amcheck = 0;
    enum alm_status status = ask(connection, tables_sql, &tables, err);
    for (int i = 0; status == ALM_OK && i < PQntuples(tables); i++)
        status = copy_out(connection, PQgetvalue(tables, i, 0), NULL, NULL, err);
    PQclear(tables);
    if (status == ALM_OK)
        status =
            connection_number(connection,
                              "SELECT COUNT(*) FROM pg_extension e JOIN pg_proc p ON p.pronamespace = e.extnamespace"
                              " WHERE e.extname = 'amcheck' AND p.proname = 'bt_index_check'"
                              " AND has_function_privilege(p.oid, 'EXECUTE')",
                              &amcheck, err);
    if (status == ALM_OK && amcheck > 0)
        status = connection_run(
            connection,
            "DO $$ DECLARE i regclass; f text; BEGIN"
            " SELECT quote_ident(n.nspname) INTO f FROM pg_extension e"
            " JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck';"
            " FOR i IN SELECT c.oid FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
            " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'i' AND a.amname = 'btree'"
            " LOOP EXECUTE format('SELECT %s.bt_index_check(%L::regclass)', f, i::oid); END LOOP; END $$",
            err);
    return status;
}

enum alm_status copy_check(struct alm_connection *connection, struct alm_error *err)
{
    /* The core checks inside a read transaction of its own too. */
    return connection->in_transaction ? check_rows(connection, NULL, err)
                                      : in_snapshot(connection, check_rows, NULL, err);
}
