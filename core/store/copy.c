/* SPDX-License-Identifier: MIT */
/*
 * A whole store into another one.  Rows go over in the order of their keys, so what stands in a table of the copy is
 * itself the position: an interrupted copy goes on after it, once it is known to be what the source begins with.
 *
 * A copy that is not finished is marked among its migrations, in its first transaction; every later one looks whether
 * the mark is still that of this run, so that of two that meet, the one that came first stops.
 */
#include "store/copy.h"
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

enum { PROGRESS_ROWS = 8192 };

static const char migrations[] = "store_migration"; /* of the copy's own: made by the same program, at another time */

/* What changes with every command that writes to the source, and with every seal. */
struct journal_end {
    int64_t entries, links;
};

struct run {
    struct store_copy *copy;
    const struct relation **tables; /* of the target; the arena's */
    size_t n_tables;
    bool begun; /* by an earlier run */
    char token[40];
    int64_t done, total;
    struct journal_end end; /* of the source, in the snapshot that is copied */
};

static enum alm_status of_source(enum alm_status status, struct alm_error *err)
{
    return status == ALM_OK ? status : error_prefix(err, _("the source"));
}

static enum alm_status of_target(enum alm_status status, struct alm_error *err)
{
    return status == ALM_OK ? status : error_prefix(err, _("the target"));
}

/* ---- looking ---- */

static bool is_copied(const struct relation *relation)
{
    return relation->table && strcmp(relation->name, migrations) != 0;
}

static enum alm_status count_rows(struct store *store, const char *table, int64_t *rows, struct alm_error *err)
{
    char sql[256];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM \"%.200s\"", table);
    return store_number(store, rows, 0, err, sql, "");
}

enum alm_status store_copy_list(struct store *from, struct arena *arena, struct store_copied **tables, size_t *n,
                                struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    struct relation *relations;
    size_t count;
    enum alm_status status = relations_read(from, arena, &relations, &count, err);
    if (status != ALM_OK)
        return of_source(status, err);
    *tables = arena_alloc(arena, (count + 1) * sizeof **tables);
    *n = 0;
    for (size_t i = 0; i < count && status == ALM_OK; i++)
        if (is_copied(&relations[i])) {
            (*tables)[*n].table = relations[i].name;
            status = count_rows(from, relations[i].name, &(*tables)[(*n)++].read, err);
        }
    return of_source(status, err);
}

/* What tells a campaign's store from all others: the first entry that its journal ever had. */
static enum alm_status identity_of(struct store *store, char identity[24], struct alm_error *err)
{
    int64_t first = 0;
    enum alm_status status = store_number(store, &first, 0, err, "SELECT MIN(id) FROM journal", "");
    snprintf(identity, 24, "%" PRId64, first);
    return status;
}

static enum alm_status mark_of(struct store *store, struct arena *arena, const char **identity, const char **token,
                               struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *identity = *token = NULL;
    enum alm_status status =
        store_query(store, &stmt, err, "SELECT checksum, name FROM store_migration WHERE owner = $1 AND version = $2",
                    "ti", "store", (int64_t)STORE_COPY_MARK);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        *identity = arena_strdup(arena, store_string(stmt, 0));
        *token = arena_strdup(arena, store_string(stmt, 1));
        store_done(stmt);
    }
    return status;
}

static enum alm_status filled(struct store *to, const char *table, const char *source, struct alm_error *err)
{
    static const char mend[] = N_("name an empty one: another file, schema or database");
    char identity[24];
    if (identity_of(to, identity, err) == ALM_OK && strcmp(identity, "0") != 0 && strcmp(identity, source) == 0)
        return error_set(err, ALM_CANT_CREATE, _(mend),
                         _("it holds this campaign already: it is a finished copy, or the source itself"));
    return error_set(err, ALM_CANT_CREATE, _(mend), _("it holds something already: there are rows in %s"), table);
}

/*
 * Of a store that was made and never used, all tables are empty.  Only the journal tells of migrations, if they were
 * applied by several commands: those of a copy that was interrupted there.
 */
static enum alm_status look_at_rows(struct store *to, const struct relation *relation, const char *source,
                                    struct alm_error *err)
{
    char sql[256];
    int64_t row = 0;
    if (!is_copied(relation) || strcmp(relation->name, "journal_unsealed") == 0)
        return ALM_OK;
    snprintf(sql, sizeof sql, "SELECT 1 FROM \"%.200s\"%s LIMIT 1", relation->name,
             strcmp(relation->name, "journal") == 0 ? " WHERE command <> 'init'" : "");
    enum alm_status status = store_number(to, &row, 0, err, sql, "");
    return status == ALM_OK && row ? filled(to, relation->name, source, err) : status;
}

enum alm_status store_copy_look(struct store *from, struct store *to, struct arena *arena, bool *begun,
                                struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    char source[24];
    const char *identity, *token;
    struct relation *relations;
    size_t n;
    *begun = false;
    enum alm_status status = identity_of(from, source, err);
    if (status != ALM_OK)
        return of_source(status, err);
    status = relations_read(to, arena, &relations, &n, err);
    if (status == ALM_OK && !relation_find(relations, n, migrations)) {
        if (n)
            status = error_set(err, ALM_CANT_CREATE, _("name another file, schema or database"),
                               _("it holds tables of something else, such as %s"), relations[0].name);
        return of_target(status, err);
    }
    if (status == ALM_OK)
        status = mark_of(to, arena, &identity, &token, err);
    for (size_t i = 0; i < n && status == ALM_OK && !identity; i++)
        status = look_at_rows(to, &relations[i], source, err);
    if (status == ALM_OK && identity && strcmp(identity, source) != 0)
        status = error_set(err, ALM_CANT_CREATE, _("name an empty one: another file, schema or database"),
                           _("it holds an unfinished copy of another store"));
    *begun = status == ALM_OK && identity;
    return of_target(status, err);
}

/* ---- shapes ---- */

static enum alm_status fits(const struct relation *table, const struct relation *source, struct alm_error *err)
{
    static const char mend[] = N_("take out what was changed there past almoner");
    if (!source)
        return error_set(err, ALM_BAD_DATA, _(mend), _("the source has no table %s"), table->name);
    if (table->n_key == 0)
        return error_set(err, ALM_BAD_DATA, _("the plug-in that made it has to give it one"),
                         _("the table %s has no primary key, and so no order"), table->name);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct relation_column *column = &table->columns[i];
        if (!column->type)
            return error_set(err, ALM_BAD_DATA, _("almoner's tables are of BIGINT, TEXT and DOUBLE PRECISION"),
                             _("%s.%s is of the type %s"), table->name, column->name, column->as);
        if (!relation_has_column(source, column->name))
            return error_set(err, ALM_BAD_DATA, _(mend), _("the source's table %s has no column %s"), table->name,
                             column->name);
    }
    for (size_t i = 0; i < source->n_columns; i++)
        if (!relation_has_column(table, source->columns[i].name))
            return error_set(err, ALM_BAD_DATA, _(mend),
                             _("the source's table %s has a column %s that is not almoner's"), table->name,
                             source->columns[i].name);
    return ALM_OK;
}

/*
 * The target's tables are what is to be filled: its migrations have just made them.  A relation may be a table on one
 * engine and a view on another: of a view nothing is copied, and a view is read as a table is.
 */
static enum alm_status take_tables(struct run *run, struct alm_error *err)
{
    struct arena *arena = run->copy->arena;
    struct relation *from, *to;
    size_t n_from, n_to;
    enum alm_status status = of_source(relations_read(run->copy->from, arena, &from, &n_from, err), err);
    if (status == ALM_OK)
        status = of_target(relations_read(run->copy->to, arena, &to, &n_to, err), err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < n_from; i++)
        if (from[i].table && !relation_find(to, n_to, from[i].name))
            return error_set(err, ALM_BAD_DATA, _("take it out of there, or keep it elsewhere"),
                             _("the source has a table %s that is not almoner's"), from[i].name);
    run->tables = arena_alloc(arena, (n_to + 1) * sizeof *run->tables);
    for (size_t i = 0; i < n_to && status == ALM_OK; i++)
        if (is_copied(&to[i])) {
            run->tables[run->n_tables++] = &to[i];
            status = fits(&to[i], relation_find(from, n_from, to[i].name), err);
        }
    run->copy->tables = arena_alloc(arena, (run->n_tables + 1) * sizeof *run->copy->tables);
    run->copy->n_tables = run->n_tables;
    for (size_t i = 0; i < run->n_tables && status == ALM_OK; i++) {
        int64_t rows = 0;
        run->copy->tables[i].table = run->tables[i]->name;
        status = of_source(count_rows(run->copy->from, run->tables[i]->name, &rows, err), err);
        run->total += 2 * rows; /* copied, then read once more over there */
    }
    return status;
}

static enum alm_status migrations_text(struct store *store, struct strbuf *text, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = true;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT owner, version, name, checksum\n"
                                         "FROM store_migration\n"
                                         "WHERE version <> $1\n"
                                         "ORDER BY owner, version",
                                         "i", (int64_t)STORE_COPY_MARK);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        strbuf_addf(text, "%s %" PRId64 " %s %s\n", store_string(stmt, 0), store_int(stmt, 1), store_string(stmt, 2),
                    store_string(stmt, 3));
    return status;
}

static enum alm_status compare_migrations(struct run *run, struct alm_error *err)
{
    struct strbuf from = {0}, to = {0};
    enum alm_status status = of_source(migrations_text(run->copy->from, &from, err), err);
    if (status == ALM_OK)
        status = of_target(migrations_text(run->copy->to, &to, err), err);
    if (status == ALM_OK && strcmp(from.at ? from.at : "", to.at ? to.at : "") != 0)
        status = error_set(err, ALM_UNAVAILABLE, _("begin with an empty target"),
                           _("the schema of the source is not the one with which the copy was begun"));
    strbuf_release(&from);
    strbuf_release(&to);
    return status;
}

/* ---- the mark ---- */

static enum alm_status another(struct alm_error *err)
{
    return error_set(err, ALM_AGAIN, _("let that one come to its end"), _("another command copies into it"));
}

/* Until the transaction ends nobody else can take the mark. */
static enum alm_status may_write(void *context, struct alm_error *err)
{
    const struct run *run = context;
    int64_t marked = 0;
    enum alm_status status =
        store_run(run->copy->to, &marked, err,
                  "UPDATE store_migration SET name = name WHERE owner = $1 AND version = $2 AND name = $3", "tit",
                  "store", (int64_t)STORE_COPY_MARK, run->token);
    return status == ALM_OK && marked != 1 ? another(err) : status;
}

static enum alm_status empty(struct store *store, const struct relation *table, struct alm_error *err)
{
    char sql[256];
    snprintf(sql, sizeof sql, "DELETE FROM \"%.200s\"", table->name);
    return store_run(store, NULL, err, sql, "");
}

/* What other commands recorded since the look is not this one's to overwrite. */
static enum alm_status look_and_forget_init(struct run *run, const char *source, struct alm_error *err)
{
    struct store *to = run->copy->to;
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < run->n_tables && status == ALM_OK; i++)
        status = look_at_rows(to, run->tables[i], source, err);
    if (status == ALM_OK)
        status = store_run(to, NULL, err,
                           "DELETE FROM journal_unsealed\n"
                           "WHERE entry IN (SELECT id FROM journal WHERE command = 'init')",
                           "");
    return status == ALM_OK ? store_run(to, NULL, err, "DELETE FROM journal WHERE command = 'init'", "") : status;
}

/* Mark the target as this run's. */
static enum alm_status claim(struct run *run, struct alm_error *err)
{
    struct store *to = run->copy->to;
    uint64_t number = 0;
    int64_t marked = 0;
    char source[24];
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return error_set(err, ALM_UNAVAILABLE, NULL, _("the system gives no random number"));
    snprintf(run->token, sizeof run->token, "copy %016" PRIx64, number);
    enum alm_status status = of_source(identity_of(run->copy->from, source, err), err);
    if (status != ALM_OK)
        return status;
    if ((status = store_begin(to, true, err)) != ALM_OK)
        return of_target(status, err);
    if (run->begun)
        status = store_run(to, &marked, err, "UPDATE store_migration SET name = $1 WHERE owner = $2 AND version = $3",
                           "tti", run->token, "store", (int64_t)STORE_COPY_MARK);
    else
        status = store_run(to, &marked, err,
                           "INSERT INTO store_migration (owner, version, name, checksum, applied_at)\n"
                           "VALUES ($1, $2, $3, $4, $5)\n"
                           "ON CONFLICT (owner, version) DO NOTHING",
                           "titti", "store", (int64_t)STORE_COPY_MARK, run->token, source, store_clock(to));
    if (status == ALM_OK && marked != 1)
        status = another(err);
    if (status == ALM_OK && !run->begun)
        status = look_and_forget_init(run, source, err);
    if (status == ALM_OK)
        status = store_commit(to, err);
    store_rollback(to);
    return of_target(status, err);
}

/* ---- copying ---- */

static void progress(struct run *run, bool show)
{
    run->done++;
    if (show)
        run->copy->progress(run->copy->context, run->done < run->total ? run->done : run->total, run->total);
}

/* Count and add up what stands in a table of the target; in a transaction. */
static enum alm_status sum_target(struct run *run, const struct relation *table, bool shown, int64_t *rows,
                                  unsigned char sum[DIGEST_SIZE], struct alm_error *err)
{
    struct reader reader;
    bool row = true;
    enum alm_status status = ALM_OK;
    reader_open(&reader, run->copy->to, table);
    while (status == ALM_OK && (status = reader_next(&reader, &row, err)) == ALM_OK && row)
        if (shown)
            progress(run, reader.rows % PROGRESS_ROWS == 0);
    *rows = reader.rows;
    reader_sum(&reader, sum);
    reader_close(&reader);
    return of_target(status, err);
}

static enum alm_status empty_again(struct run *run, const struct relation *table, struct alm_error *err)
{
    struct store *to = run->copy->to;
    char text[200];
    snprintf(text, sizeof text, _("%.100s: what was copied is not what stands in the source now; it is copied again"),
             table->name);
    run->copy->warn(run->copy->context, text);
    enum alm_status status = store_begin(to, true, err);
    if (status == ALM_OK)
        status = may_write(run, err);
    if (status == ALM_OK)
        status = empty(to, table, err);
    if (status == ALM_OK)
        status = store_commit(to, err);
    store_rollback(to);
    return of_target(status, err);
}

/* Read on in the source up to the last row that an earlier run has copied; if that is not what stands there now, none
 * of it holds. */
static enum alm_status go_on(struct run *run, const struct relation *table, struct reader *reader,
                             struct alm_error *err)
{
    struct store *to = run->copy->to;
    unsigned char sum[DIGEST_SIZE], there[DIGEST_SIZE];
    int64_t rows = 0;
    bool row = true;
    enum alm_status status = store_begin(to, false, err);
    if (status != ALM_OK)
        return of_target(status, err);
    status = sum_target(run, table, false, &rows, there, err);
    store_rollback(to);
    const int64_t done = run->done;
    while (status == ALM_OK && row && reader->rows < rows) {
        status = of_source(reader_next(reader, &row, err), err);
        if (status == ALM_OK && row)
            progress(run, reader->rows % PROGRESS_ROWS == 0);
    }
    if (status != ALM_OK)
        return status;
    reader_sum(reader, sum);
    if (reader->rows == rows && memcmp(sum, there, sizeof sum) == 0)
        return ALM_OK;
    run->done = done;
    reader_close(reader);
    reader_open(reader, run->copy->from, table);
    return empty_again(run, table, err);
}

static enum alm_status copy_table(struct run *run, size_t i, struct alm_error *err)
{
    const struct relation *table = run->tables[i];
    struct store_copied *copied = &run->copy->tables[i];
    enum alm_status status = ALM_OK;
    struct reader reader;
    struct writer writer;
    bool row = true;
    reader_open(&reader, run->copy->from, table);
    writer_open(&writer, run->copy->to, table);
    writer.may = may_write;
    writer.context = run;
    if (run->begun)
        status = go_on(run, table, &reader, err);
    while (status == ALM_OK) {
        status = of_source(reader_next(&reader, &row, err), err);
        if (status != ALM_OK || !row)
            break;
        status = of_target(writer_row(&writer, reader.values, err), err);
        progress(run, writer.rows == 0);
    }
    if (status == ALM_OK)
        status = of_target(writer_flush(&writer, err), err);
    copied->read = reader.rows;
    reader_sum(&reader, copied->sum);
    writer_close(&writer);
    reader_close(&reader);
    return status == ALM_OK ? status : error_prefix(err, "%s", table->name);
}

/* ---- the end ---- */

static enum alm_status compare(struct run *run, struct alm_error *err)
{
    struct store *to = run->copy->to;
    size_t differ = 0;
    enum alm_status status = store_begin(to, false, err);
    if (status != ALM_OK)
        return of_target(status, err);
    for (size_t i = 0; i < run->n_tables && status == ALM_OK; i++) {
        struct store_copied *copied = &run->copy->tables[i];
        unsigned char sum[DIGEST_SIZE];
        char text[300];
        status = sum_target(run, run->tables[i], true, &copied->written, sum, err);
        if (status != ALM_OK || (copied->written == copied->read && memcmp(sum, copied->sum, sizeof sum) == 0))
            continue;
        differ++;
        if (copied->written != copied->read)
            snprintf(text, sizeof text, _("%.100s: %" PRId64 " rows in the source, %" PRId64 " in the copy"),
                     copied->table, copied->read, copied->written);
        else
            snprintf(text, sizeof text, _("%.100s: the rows of the copy are not those of the source"), copied->table);
        run->copy->warn(run->copy->context, text);
    }
    store_rollback(to);
    if (status == ALM_OK && differ)
        status = error_set(err, ALM_IO, _("repeat the command: what differs is copied again"),
                           ngettext("%zu table of the copy is not as it is in the source",
                                    "%zu tables of the copy are not as they are in the source", differ),
                           differ);
    return status;
}

static enum alm_status read_end(struct store *store, struct journal_end *end, struct alm_error *err)
{
    enum alm_status status = store_number(store, &end->entries, 0, err, "SELECT COUNT(*) FROM journal", "");
    return status == ALM_OK ? store_number(store, &end->links, 0, err, "SELECT MAX(n) FROM journal_seal", "") : status;
}

/* Whether somebody wrote to the source after its picture was taken. */
static enum alm_status look_again(struct run *run, struct alm_error *err)
{
    struct store *from = run->copy->from;
    struct journal_end end;
    enum alm_status status = store_begin(from, false, err);
    if (status == ALM_OK)
        status = read_end(from, &end, err);
    store_rollback(from);
    if (status != ALM_OK)
        return of_source(status, err);
    if (end.entries != run->end.entries || end.links != run->end.links)
        return error_set(err, ALM_AGAIN,
                         _("stop what writes to it, and repeat the command: it takes over what was added"),
                         _("the source was written to while it was copied"));
    return ALM_OK;
}

static enum alm_status finish(struct run *run, struct store_entry *entry, struct alm_error *err)
{
    struct store *to = run->copy->to;
    enum alm_status status = store_begin(to, true, err);
    if (status == ALM_OK)
        status = may_write(run, err);
    if (status == ALM_OK)
        status = store_journal_add(to, entry, err);
    if (status == ALM_OK)
        status = store_run(to, NULL, err, "DELETE FROM store_migration WHERE owner = $1 AND version = $2", "ti",
                           "store", (int64_t)STORE_COPY_MARK);
    if (status == ALM_OK)
        status = store_commit(to, err);
    store_rollback(to);
    return of_target(status, err);
}

static enum alm_status copy_all(struct run *run, struct alm_error *err)
{
    enum alm_status status = take_tables(run, err);
    if (status == ALM_OK)
        status = compare_migrations(run, err);
    if (status == ALM_OK)
        status = of_source(read_end(run->copy->from, &run->end, err), err);
    if (status == ALM_OK)
        status = claim(run, err);
    for (size_t i = 0; i < run->n_tables && status == ALM_OK; i++)
        status = copy_table(run, i, err);
    return status == ALM_OK ? compare(run, err) : status;
}

enum alm_status store_copy_run(struct store_copy *copy, bool begun, struct store_entry *entry, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    struct run run = {.copy = copy, .begun = begun};
    enum alm_status status = of_source(store_begin(copy->from, false, err), err);
    if (status != ALM_OK)
        return status;
    status = copy_all(&run, err);
    store_rollback(copy->from);
    if (status == ALM_OK)
        status = look_again(&run, err);
    for (size_t i = 0; i < copy->n_tables; i++)
        entry->added += copy->tables[i].written;
    return status == ALM_OK ? finish(&run, entry, err) : status;
}
