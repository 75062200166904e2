/* SPDX-License-Identifier: MIT */
/*
 * The import runner: one for every CSV file.  A run is a row of transactions, each with its rows, its journal entry and
 * its position in the file; an exit in between leaves all that was committed, and repeating the command goes on from
 * there.
 */
#include "register/import-internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK_MOST =
        49152, /* every chunk of a list in the order of dates meets most households again: few large ones are best */
    CHUNK_BYTES = 24 << 20, /* of text in a chunk: rows may be long */
    FINGERPRINT_BYTES = 64 << 10
};
/* A chunk that took longer than the one is followed by a smaller one, and by a larger one if less than the other.  In a
 * large store a chunk meets most pages whatever its size, so it is made smaller only when others wait too long. */
#define CHUNK_SECONDS_MOST 1.0
#define CHUNK_SECONDS_LEAST 0.4

/* A record as it came, for the rejects file: its fields one after the other, each ended by a NUL. */
struct raw {
    const char *at;
    size_t n;
    const size_t *lengths; /* only if a field may hold a NUL */
};

struct chunk {
    struct arena arena; /* of the rows' text and of the reasons */
    struct import_row *rows;
    struct alm_text *fields; /* n_columns for each row */
    struct raw *raws;
    size_t n, capacity;
    struct import_row *faults; /* records that never reach the chunk function */
    struct raw *fault_raws;
    size_t n_faults, faults_capacity, fault_raws_capacity;
    bool end; /* of the file */
};

struct run {
    struct store *store;
    const struct import *import;
    struct csv_reader *reader;
    struct import_header header;
    struct import_rejects rejects;
    struct import_counts counts;
    char fingerprint[2 * DIGEST_SIZE + 1]; /* "": the file cannot be read twice, so the run can't be resumed */
    bool recorded;                         /* the store has a row for this run */
    struct chunk chunk;
};

void import_reject(struct import_row *row, int column, struct arena *arena, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* A cut may fall into a letter. */
    size_t len = strlen(text);
    if (len == sizeof text - 1)
        text[text_valid_length((struct alm_text){text, len})] = '\0';
    row->outcome = IMPORT_REJECTED;
    row->column = column;
    row->reason = arena_strdup(arena, text);
}

/* ---- chunks ---- */

static struct alm_text trimmed(struct alm_text text)
{
    /* Nearly no field has anything to trim: both ends are printing ASCII, or lead a letter that is no blank. */
    if (text.len) {
        unsigned char first = (unsigned char)text.at[0], last = (unsigned char)text.at[text.len - 1];
        if (first > ' ' && last > ' ' && first != 0xC2 && last != 0xA0)
            return text;
    }
    return text_trim(text);
}

static struct raw keep_raw(struct arena *arena, const struct csv_record *record)
{
    size_t len = 0;
    for (size_t i = 0; i < record->n; i++)
        len += record->fields[i].len + 1;
    char *at = arena_alloc(arena, len + 1), *to = at;
    for (size_t i = 0; i < record->n; i++) {
        memcpy(to, record->fields[i].at, record->fields[i].len);
        to += record->fields[i].len + 1;
    }
    return (struct raw){.at = at, .n = record->n};
}

static void add_fault(struct run *run, const struct csv_record *record, const char *reason)
{
    struct chunk *chunk = &run->chunk;
    ARRAY_ROOM(chunk->faults, chunk->n_faults, chunk->faults_capacity);
    ARRAY_ROOM(chunk->fault_raws, chunk->n_faults, chunk->fault_raws_capacity);
    struct raw raw = keep_raw(&chunk->arena, record);
    size_t *lengths = arena_alloc(&chunk->arena, record->n * sizeof *lengths + 1);
    for (size_t i = 0; i < record->n; i++)
        lengths[i] = record->fields[i].len;
    raw.lengths = lengths;
    chunk->fault_raws[chunk->n_faults] = raw;
    chunk->faults[chunk->n_faults++] = (struct import_row){
        .line = record->line,
        .outcome = IMPORT_REJECTED,
        .column = record->fault_field < run->header.n_fields ? (int)record->fault_field : -1,
        .reason = arena_strdup(&chunk->arena, reason),
    };
}

/* Rows that spreadsheets leave behind hold nothing at all. */
static bool is_blank(const struct csv_record *record)
{
    for (size_t i = 0; i < record->n; i++)
        if (trimmed(record->fields[i]).len)
            return false;
    return true;
}

static void add_record(struct run *run, const struct csv_record *record)
{
    struct chunk *chunk = &run->chunk;
    size_t n = record->n;
    if (record->fault) {
        add_fault(run, record, record->fault);
        return;
    }
    while (n > run->header.n_fields && trimmed(record->fields[n - 1]).len == 0)
        n--; /* delimiters at the end of a line */
    if (n != run->header.n_fields) {
        char reason[120];
        snprintf(reason, sizeof reason, _("has %zu fields, the header has %zu"), record->n, run->header.n_fields);
        add_fault(run, record, reason);
        return;
    }
    size_t n_columns = run->import->n_columns;
    if (chunk->n == chunk->capacity) {
        chunk->capacity = chunk->capacity ? chunk->capacity * 2 : 1024;
        chunk->rows = xreallocarray(chunk->rows, chunk->capacity, sizeof *chunk->rows);
        chunk->raws = xreallocarray(chunk->raws, chunk->capacity, sizeof *chunk->raws);
        chunk->fields = xreallocarray(chunk->fields, chunk->capacity * n_columns, sizeof *chunk->fields);
    }
    struct raw raw = keep_raw(&chunk->arena, record);
    struct alm_text *fields = &chunk->fields[chunk->n * n_columns];
    const char *copies[CSV_MAX_FIELDS];
    const char *at = raw.at;
    for (size_t i = 0; i < n; i++) {
        copies[i] = at;
        at += record->fields[i].len + 1;
    }
    for (size_t c = 0; c < n_columns; c++) {
        int32_t field = run->header.field_of[c];
        fields[c] = field < 0 ? (struct alm_text){NULL, 0}
                              : trimmed((struct alm_text){copies[field], record->fields[field].len});
    }
    chunk->raws[chunk->n] = raw;
    chunk->rows[chunk->n++] = (struct import_row){.line = record->line, .column = -1};
}

static enum alm_status read_chunk(struct run *run, size_t most, int64_t *first_line, struct alm_error *err)
{
    struct chunk *chunk = &run->chunk;
    size_t bytes = 0;
    arena_reset(&chunk->arena);
    chunk->n = chunk->n_faults = 0;
    while (chunk->n + chunk->n_faults < most && bytes < CHUNK_BYTES) {
        struct csv_record record;
        bool end;
        enum alm_status status = csv_next(run->reader, &record, &end, err);
        if (status != ALM_OK)
            return error_prefix(err, "%s", run->import->file);
        if (end) {
            chunk->end = true;
            break;
        }
        if (!record.fault && is_blank(&record))
            continue;
        if (*first_line == 0)
            *first_line = record.line;
        add_record(run, &record);
        for (size_t i = 0; i < record.n; i++)
            bytes += record.fields[i].len + 1;
    }
    for (size_t i = 0; i < chunk->n; i++)
        chunk->rows[i].fields = &chunk->fields[i * run->import->n_columns];
    return ALM_OK;
}

/* ---- outcomes ---- */

static void reject_row(struct run *run, const struct import_row *row, const struct raw *raw, struct alm_text column)
{
    if (run->import->answer)
        return;
    import_rejects_add(&run->rejects, &run->header, row->line, column, row->reason ? row->reason : "", raw->at, raw->n,
                       raw->lengths);
}

static void count_row(struct import_counts *counts, enum import_outcome outcome)
{
    counts->read++;
    switch (outcome) {
    case IMPORT_ADDED:
        counts->added++;
        break;
    case IMPORT_CHANGED:
        counts->changed++;
        break;
    case IMPORT_SAME:
        counts->same++;
        break;
    case IMPORT_REFUSED:
        counts->refused++;
        break;
    case IMPORT_HELD:
        counts->held++;
        break;
    case IMPORT_REJECTED:
        counts->rejected++;
        break;
    }
}

/* Count the chunk's rows, and gather those that were not taken in the order of the file. */
static void sum_up(struct run *run, struct import_counts *counts)
{
    const struct chunk *chunk = &run->chunk;
    size_t fault = 0;
    for (size_t i = 0; i <= chunk->n; i++) {
        for (; fault < chunk->n_faults && (i == chunk->n || chunk->faults[fault].line < chunk->rows[i].line); fault++) {
            const struct import_row *row = &chunk->faults[fault];
            count_row(counts, IMPORT_REJECTED);
            reject_row(run, row, &chunk->fault_raws[fault],
                       row->column >= 0 ? run->header.fields[row->column] : text_of(""));
        }
        if (i == chunk->n)
            break;
        const struct import_row *row = &chunk->rows[i];
        count_row(counts, row->outcome);
        if (row->outcome == IMPORT_REJECTED || row->outcome == IMPORT_REFUSED) {
            bool named = row->column >= 0 && (size_t)row->column < run->import->n_columns;
            int32_t field = named ? run->header.field_of[row->column] : -1;
            reject_row(run, row, &chunk->raws[i],
                       field >= 0 ? run->header.fields[field]
                                  : text_of(named ? run->import->columns[row->column].name : ""));
        }
    }
}

/* ---- the row that remembers how far a run got ---- */

/* A file that can be read again is known by its beginning; others can't be resumed. */
static enum alm_status take_fingerprint(struct run *run, struct alm_error *err)
{
    struct stat st;
    if (strcmp(run->import->file, "-") == 0 || run->import->dry_run || run->import->look)
        return ALM_OK;
    int fd = open(run->import->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return ALM_OK; /* csv_open() says what is wrong with it */
    }
    enum alm_status status = ALM_OK;
    struct digest digest;
    unsigned char sum[DIGEST_SIZE];
    char buf[4096];
    digest_init(&digest, NULL, 0);
    for (size_t done = 0; done < FINGERPRINT_BYTES;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = error_set(err, ALM_IO, NULL, _("%s: cannot be read: %s"), run->import->file, strerror(errno));
        if (n <= 0)
            break;
        digest_add(&digest, buf, (size_t)n);
        done += (size_t)n;
    }
    digest_final(&digest, sum);
    digest_hex(sum, DIGEST_SIZE, run->fingerprint);
    close(fd);
    return status;
}

static void position_digest(const struct run *run, char hex[2 * DIGEST_SIZE + 1])
{
    unsigned char sum[DIGEST_SIZE];
    csv_digest(run->reader, sum);
    digest_hex(sum, DIGEST_SIZE, hex);
}

static enum alm_status save_position(struct run *run, const struct import_counts *counts, int64_t rejects_length,
                                     alm_time now, struct alm_error *err)
{
    if (!*run->fingerprint)
        return ALM_OK;
    if (run->chunk.end) {
        if (!run->recorded)
            return ALM_OK;
        return store_run(run->store, NULL, err, "DELETE FROM import_run WHERE command = $1 AND fingerprint = $2", "tt",
                         run->import->command, run->fingerprint);
    }
    char prefix[2 * DIGEST_SIZE + 1], text[200];
    position_digest(run, prefix);
    snprintf(text, sizeof text, "%lld %lld %lld %lld %lld %lld %lld", (long long)counts->read, (long long)counts->added,
             (long long)counts->changed, (long long)counts->same, (long long)counts->refused, (long long)counts->held,
             (long long)counts->rejected);
    return store_run(
        run->store, NULL, err,
        "INSERT INTO import_run (command, fingerprint, position, prefix, rejects_length, counts, at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (command, fingerprint) DO UPDATE SET position = excluded.position, prefix = excluded.prefix, "
        "rejects_length = excluded.rejects_length, counts = excluded.counts, at = excluded.at",
        "ttititi", run->import->command, run->fingerprint, csv_position(run->reader), prefix, rejects_length, text,
        (int64_t)now);
}

static bool parse_counts(const char *text, struct import_counts *counts)
{
    long long n[7];
    if (sscanf(text, "%lld %lld %lld %lld %lld %lld %lld", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6]) != 7)
        return false;
    *counts = (struct import_counts){n[0], n[1], n[2], n[3], n[4], n[5], n[6]};
    return true;
}

static enum alm_status open_reader(struct run *run, struct alm_error *err)
{
    struct csv_record record;
    bool end = false;
    csv_close(run->reader);
    run->reader = NULL;
    import_header_release(&run->header);
    run->header = (struct import_header){0};
    enum alm_status status = csv_open(&run->reader, run->import->file, err);
    if (status == ALM_OK)
        status = csv_next(run->reader, &record, &end, err);
    if (status == ALM_OK && end)
        status =
            error_set(err, ALM_BAD_DATA, _("its first line names the columns"), _("%s: is empty"), run->import->file);
    if (status == ALM_OK)
        status = import_header_read(&run->header, run->import, &record, err);
    return status;
}

/* Go on where an interrupted run of this file stopped, if what lies before that place is still the same. */
static enum alm_status resume(struct run *run, bool *resumed, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    int64_t position = 0, rejects_length = 0;
    char prefix[2 * DIGEST_SIZE + 1] = "", here[2 * DIGEST_SIZE + 1];
    struct import_counts counts = {0};
    *resumed = false;
    if (!*run->fingerprint)
        return ALM_OK;
    enum alm_status status = store_begin(run->store, false, err);
    if (status != ALM_OK)
        return status;
    status = store_query(
        run->store, &stmt, err,
        "SELECT position, prefix, rejects_length, counts FROM import_run WHERE command = $1 AND fingerprint = $2", "tt",
        run->import->command, run->fingerprint);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        run->recorded = true;
        position = store_int(stmt, 0);
        snprintf(prefix, sizeof prefix, "%s", store_string(stmt, 1));
        rejects_length = store_int(stmt, 2);
        if (!parse_counts(store_string(stmt, 3), &counts))
            position = 0;
        store_done(stmt);
    }
    store_rollback(run->store);
    if (status != ALM_OK || position == 0)
        return status;
    while (csv_position(run->reader) < position) {
        struct csv_record record;
        bool end;
        status = csv_next(run->reader, &record, &end, err);
        if (status != ALM_OK)
            return error_prefix(err, "%s", run->import->file);
        if (end)
            break;
    }
    position_digest(run, here);
    if (csv_position(run->reader) != position || strcmp(here, prefix) != 0)
        return open_reader(run, err); /* another file with the same beginning */
    *resumed = true;
    run->counts = counts;
    return import_rejects_resume(&run->rejects, rejects_length, err);
}

/* ---- the run ---- */

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One chunk, inside its transaction, up to the commit.  *journal is its entry; 0 if there is nothing to tell of it. */
static enum alm_status write_chunk(struct run *run, struct import_counts *counts, alm_id *journal,
                                   struct alm_error *err)
{
    const struct import *import = run->import;
    struct chunk *chunk = &run->chunk;
    const char *slash = strrchr(import->file, '/');
    struct store_entry entry = {.command = import->command, .subject = slash ? slash + 1 : import->file};
    struct import_counts before = *counts;
    *journal = 0;
    enum alm_status status = store_id(run->store, &entry.id, err);
    if (status == ALM_OK && chunk->n)
        status = import->rows(import->context, chunk->rows, chunk->n, &chunk->arena, &entry, err);
    if (status != ALM_OK)
        return status;
    sum_up(run, counts);
    if (!entry.added && !entry.changed && !entry.removed) {
        entry.added = counts->added - before.added;
        entry.changed = counts->changed - before.changed;
    }
    /* A file that changes nothing leaves no trace; what was refused or held is kept by the chunk function, and is one.
     */
    bool wrote = entry.added || entry.changed || entry.removed || entry.lines || counts->refused != before.refused ||
                 counts->held != before.held;
    if (!import->dry_run &&
        (status = store_defer(run->store, true, err)) != ALM_OK) /* what comes of it, commit tells */
        return status;
    *journal = wrote ? entry.id : 0;
    if (wrote)
        status = store_journal_add(run->store, &entry, err);
    if (status == ALM_OK)
        status = import_rejects_write(&run->rejects, err);
    if (status == ALM_OK)
        status =
            save_position(run, counts, run->rejects.length + (int64_t)run->rejects.buf.len, (alm_time)time(NULL), err);
    return status;
}

/* The rows of a chunk: one, of a stream. */
static void answer_rows(const struct run *run)
{
    const struct chunk *chunk = &run->chunk;
    for (size_t i = 0; i < chunk->n_faults; i++)
        run->import->answer(run->import->answer_context, &chunk->faults[i]);
    for (size_t i = 0; i < chunk->n; i++)
        run->import->answer(run->import->answer_context, &chunk->rows[i]);
}

/* Whether a chunk whose commit failed was kept after all (the answer alone was lost), or is to be run again. */
static enum alm_status look_up(struct run *run, alm_id journal, unsigned attempt, enum alm_status status, bool *again,
                               struct alm_error *err)
{
    enum { ATTEMPTS = 3 };
    const bool keyed = run->import->keyed || !journal;
    enum store_outcome outcome = store_outcome(run->store, journal);
    if (outcome == STORE_KEPT)
        return ALM_OK;
    *again = outcome == STORE_NOT_FOUND && keyed && attempt < ATTEMPTS;
    if (err && outcome != STORE_FAILED && (keyed || *run->fingerprint))
        snprintf(err->hint, sizeof err->hint, "%s", _("run the command again: what was kept is not kept twice"));
    return status;
}

/* From begin to commit; again if it was others that made it fail.  What a dry run writes has to be seen by its own
 * later rows: it is one transaction, undone at the end. */
static enum alm_status commit_chunk(struct run *run, struct import_counts *counts, struct alm_error *err)
{
    const struct import *import = run->import;
    const struct import_counts before = *counts;
    enum alm_status status = ALM_OK;
    for (unsigned attempt = 0;; attempt++) {
        if (!store_in_transaction(run->store))
            status = store_begin(run->store, true, err);
        alm_id journal = 0;
        bool again = false;
        if (status == ALM_OK)
            status = write_chunk(run, counts, &journal, err);
        if (status == ALM_OK && !import->dry_run && (status = store_commit(run->store, err)) != ALM_OK)
            status = look_up(run, journal, attempt, status, &again, err);
        import_rejects_keep(&run->rejects, status == ALM_OK);
        if (status == ALM_OK || import->dry_run)
            return status;
        store_rollback(run->store);
        if (!again && !store_again(run->store, attempt))
            return status;
        if (import->again)
            import->again(import->context);
        for (size_t i = 0; i < run->chunk.n; i++)
            run->chunk.rows[i] =
                (struct import_row){.line = run->chunk.rows[i].line, .fields = run->chunk.rows[i].fields, .column = -1};
        *counts = before;
        status = ALM_OK;
    }
}

/* Nothing to begin, to write or to commit. */
static enum alm_status look_at_chunk(struct run *run, struct import_counts *counts, struct alm_error *err)
{
    const struct import *import = run->import;
    struct chunk *chunk = &run->chunk;
    enum alm_status status =
        chunk->n ? import->rows(import->context, chunk->rows, chunk->n, &chunk->arena, NULL, err) : ALM_OK;
    if (status == ALM_OK)
        sum_up(run, counts);
    return status;
}

static enum alm_status run_chunks(struct run *run, int64_t *first_line, struct alm_error *err)
{
    const struct import *import = run->import;
    const bool stream = import->answer && !import->look, fixed = stream || import->chunk;
    size_t most = stream ? 1 : import->chunk ? import->chunk : CHUNK_MOST;
    enum alm_status status = ALM_OK;
    while (!run->chunk.end) {
        double began = seconds_now();
        status = read_chunk(run, most, first_line, err);
        if (status != ALM_OK)
            return status;
        if (run->chunk.n + run->chunk.n_faults == 0 && !run->recorded)
            break;
        struct import_counts counts = run->counts;
        status = import->look ? look_at_chunk(run, &counts, err) : commit_chunk(run, &counts, err);
        if (status != ALM_OK)
            return status;
        if (import->answer)
            answer_rows(run);
        run->counts = counts;
        run->recorded = *run->fingerprint && !run->chunk.end;
        if (import->progress)
            import->progress(import->progress_context, csv_position(run->reader), csv_size(run->reader));
        double took = seconds_now() - began;
        if (!fixed && took < CHUNK_SECONDS_LEAST && most < CHUNK_MOST)
            most *= 2;
        else if (!fixed && took > CHUNK_SECONDS_MOST && most > 1024)
            most /= 2;
    }
    return ALM_OK;
}

enum alm_status import_run(struct store *store, const struct import *import, struct import_counts *counts,
                           char *rejects_path, size_t size, int64_t *resumed_at, struct alm_error *err)
{
    struct run run = {.store = store, .import = import};
    bool resumed = false;
    int64_t first_line = 0;
    *counts = (struct import_counts){0};
    *resumed_at = 0;
    if (size)
        *rejects_path = '\0';
    if (!import->answer)
        memory_for_bulk();
    import_rejects_init(&run.rejects, import);
    enum alm_status status = take_fingerprint(&run, err);
    if (status == ALM_OK)
        status = open_reader(&run, err);
    if (status == ALM_OK && import->unread && *run.header.unread)
        import->unread(import->unread_context, run.header.unread);
    if (status == ALM_OK)
        status = resume(&run, &resumed, err);
    if (status == ALM_OK)
        status = run_chunks(&run, &first_line, err);
    if (!import->look && store_in_transaction(store))
        store_rollback(store);
    *counts = run.counts;
    if (resumed)
        *resumed_at = first_line;
    if (run.rejects.length)
        snprintf(rejects_path, size, "%s", run.rejects.path);
    import_rejects_release(&run.rejects);
    import_header_release(&run.header);
    csv_close(run.reader);
    arena_release(&run.chunk.arena);
    free(run.chunk.rows);
    free(run.chunk.fields);
    free(run.chunk.raws);
    free(run.chunk.faults);
    free(run.chunk.fault_raws);
    return status;
}
