/* SPDX-License-Identifier: MIT */
/*
 * Files to records.  A file is read in pieces: while one thread cuts the next piece into fields, the others turn the
 * fields of the last one into values, one field each at a time, so that values get their numbers in the file's order
 * however many threads there are.
 */
#include "match/internal.h"

#include <stdlib.h>

enum { PIECE_ROWS = 1 << 13, SAMPLE_ROWS = 1000 };

struct piece {
    struct strbuf text;
    uint32_t *ends;  /* of the fields' texts, row by row */
    size_t n, first; /* rows; number of the first record */
};

struct reading {
    struct table *table;
    struct rules *rules;
    const char *path;
    int file;
    struct csv_reader *csv;
    const struct match_list *list; /* instead */
    struct alm_text *fields;       /* of its record at hand */
    size_t n_headers;
    bool end;
    int64_t row;
    enum alm_status status;
    struct alm_error *err;
    struct piece pieces[2];
    int now; /* the piece that is turned into values; the other one is read */
};

/* ---- cutting ---- */

static void reject(struct table *table, const char *file, int fileno, int64_t line, const char *why)
{
    ARRAY_ROOM(table->rejects, table->n_rejects, table->rejects_capacity);
    table->rejects[table->n_rejects++] = (struct table_reject){file, line, arena_strdup(&table->arena, why)};
    table->rejected[fileno]++;
}

static void add_id(struct table *table, const struct reading *reading, const struct csv_record *record)
{
    char number[24];
    struct alm_text id = {0};
    const int column = reading->rules->id_column[reading->file];
    if (column >= 0)
        id = record->fields[column];
    if (!id.len) {
        snprintf(number, sizeof number, "%lld", (long long)reading->row);
        id = text_of(number);
    }
    ARRAY_ROOM(table->id_at, table->n + 1, table->n_ids_room);
    while (table->ids_room - table->ids_used < id.len) {
        table->ids_room = table->ids_room ? 2 * table->ids_room : 4096;
        table->ids = xreallocarray(table->ids, table->ids_room, 1);
    }
    memcpy(table->ids + table->ids_used, id.at, id.len);
    if (table->n == 0)
        table->id_at[0] = 0;
    table->ids_used += id.len;
    table->id_at[table->n + 1] = table->ids_used;
}

static enum alm_status next_record(struct reading *reading, struct csv_record *record)
{
    const struct match_list *list = reading->list;
    if (!list)
        return csv_next(reading->csv, record, &reading->end, reading->err);
    *record = (struct csv_record){.line = reading->row + 1, .n = list->n, .fields = reading->fields};
    return list->next(list->context, reading->fields, &reading->end, reading->err);
}

static void read_piece(struct reading *reading)
{
    struct piece *piece = &reading->pieces[!reading->now];
    struct table *table = reading->table;
    const size_t n_fields = table->n_fields;
    struct csv_record record;
    char why[120];
    strbuf_reset(&piece->text);
    piece->n = 0;
    piece->first = table->n;
    if (!piece->ends)
        piece->ends = xcalloc(PIECE_ROWS * n_fields, sizeof *piece->ends);
    while (piece->n < PIECE_ROWS && !reading->end) {
        reading->status = next_record(reading, &record);
        if (reading->status != ALM_OK) {
            error_prefix(reading->err, "%s", reading->path);
            reading->end = true;
        }
        if (reading->end)
            break;
        reading->row++;
        if (record.fault) {
            reject(table, reading->path, reading->file, record.line, record.fault);
            continue;
        }
        if (record.n != reading->n_headers) {
            snprintf(why, sizeof why, _("has %zu fields, the header has %zu"), record.n, reading->n_headers);
            reject(table, reading->path, reading->file, record.line, why);
            continue;
        }
        for (size_t f = 0; f < n_fields; f++) {
            const int column = reading->rules->fields[f].column[reading->file];
            if (column >= 0)
                strbuf_add(&piece->text, record.fields[column].at, record.fields[column].len);
            piece->ends[piece->n * n_fields + f] = (uint32_t)piece->text.len;
        }
        add_id(table, reading, &record);
        piece->n++;
        table->n++;
    }
}

static void take_field(struct reading *reading, size_t f)
{
    const struct piece *piece = &reading->pieces[reading->now];
    struct table *table = reading->table;
    const size_t n_fields = table->n_fields;
    for (size_t i = 0; i < piece->n; i++) {
        const size_t at = i * n_fields + f;
        const uint32_t from = at ? piece->ends[at - 1] : 0;
        table->cells[(piece->first + i) * n_fields + f] =
            column_take(&table->columns[f], &reading->rules->fields[f],
                        (struct alm_text){piece->text.at + from, piece->ends[at] - from});
    }
}

static void do_task(void *context, size_t task, unsigned thread)
{
    struct reading *reading = context;
    (void)thread;
    if (task == 0)
        read_piece(reading);
    else
        take_field(reading, task - 1);
}

static void do_field(void *context, size_t task, unsigned thread)
{
    (void)thread;
    take_field(context, task);
}

static void make_room(struct table *table, size_t *capacity)
{
    if (table->n <= *capacity)
        return;
    while (*capacity < table->n)
        *capacity = *capacity ? *capacity * 3 / 2 : PIECE_ROWS;
    table->cells = xreallocarray(table->cells, *capacity * table->n_fields, sizeof *table->cells);
}

static enum alm_status read_header(struct reading *reading)
{
    struct csv_record header;
    enum alm_status status = csv_open(&reading->csv, reading->path, reading->err);
    if (status != ALM_OK)
        return status;
    status = csv_next(reading->csv, &header, &reading->end, reading->err);
    if (status == ALM_OK && (reading->end || header.fault))
        status = error_set(reading->err, ALM_BAD_DATA, _("its first row has to name the columns"), "%s: %s",
                           reading->path, header.fault ? header.fault : _("is empty"));
    if (status == ALM_OK)
        status = rules_bind(reading->rules, reading->file, reading->path, header.fields, header.n, reading->err);
    reading->n_headers = header.n;
    return status;
}

static enum alm_status read_file(struct table *table, struct rules *rules, const struct match_options *options,
                                 int file, unsigned threads, size_t *capacity, struct alm_error *err)
{
    const struct match_list *list = options->lists[file];
    struct reading reading = {.table = table,
                              .rules = rules,
                              .path = list ? list->name : options->files[file],
                              .file = file,
                              .list = list,
                              .err = err};
    enum alm_status status;
    if (list) {
        reading.n_headers = list->n;
        reading.fields = xcalloc(list->n + 1, sizeof *reading.fields);
        status = rules_bind(rules, file, list->name, list->headers, list->n, err);
    } else {
        status = read_header(&reading);
    }
    if (status != ALM_OK)
        goto out;
    table->n_fields = rules->n_fields;
    read_piece(&reading);
    while (reading.status == ALM_OK && reading.pieces[!reading.now].n) {
        reading.now = !reading.now;
        make_room(table, capacity);
        if (list) { /* next() is its owner's, who knows of no other thread */
            parallel_run(threads, table->n_fields, do_field, &reading);
            read_piece(&reading);
        } else {
            parallel_run(threads, table->n_fields + 1, do_task, &reading);
        }
    }
    status = reading.status;
out:
    csv_close(reading.csv);
    for (int i = 0; i < 2; i++) {
        strbuf_release(&reading.pieces[i].text);
        free(reading.pieces[i].ends);
    }
    free(reading.fields);
    return status;
}

/* ---- rules by what the files hold ---- */

struct sampling {
    struct arena arena;
    struct alm_text headers[CSV_MAX_FIELDS];
    size_t n;
    char **rows[SAMPLE_ROWS];
    size_t n_rows;
};

static enum alm_status sample_file(struct sampling *sampling, const char *path, struct alm_error *err)
{
    struct csv_reader *csv = NULL;
    struct csv_record record;
    bool end = false;
    if (strcmp(path, "-") == 0)
        return error_set(err, ALM_USAGE, _("write the rules into a file and name it with --rules"),
                         _("rules cannot be guessed from standard input, which can be read only once"));
    enum alm_status status = csv_open(&csv, path, err);
    if (status == ALM_OK)
        status = csv_next(csv, &record, &end, err);
    if (status == ALM_OK && !end && !record.fault)
        for (; sampling->n < record.n; sampling->n++) {
            const struct alm_text header = record.fields[sampling->n];
            sampling->headers[sampling->n] =
                (struct alm_text){arena_strndup(&sampling->arena, header.at, header.len), header.len};
        }
    while (status == ALM_OK && !end && sampling->n_rows < SAMPLE_ROWS) {
        status = csv_next(csv, &record, &end, err);
        if (status != ALM_OK || end || record.fault || record.n != sampling->n)
            continue;
        char **row = arena_alloc(&sampling->arena, record.n * sizeof *row);
        for (size_t i = 0; i < record.n; i++)
            row[i] = arena_strndup(&sampling->arena, record.fields[i].at, record.fields[i].len);
        sampling->rows[sampling->n_rows++] = row;
    }
    csv_close(csv);
    return status;
}

/* Whoever brings a list names its columns by what they hold: there is no need to look at rows. */
static void guess_by_headers(struct rules *rules, const struct match_options *options)
{
    struct rules_sample samples[2] = {{.n = 0}};
    for (int i = 0; i < 2 && options->lists[i]; i++)
        samples[i] = (struct rules_sample){.headers = options->lists[i]->headers, .n = options->lists[i]->n};
    rules_guess(rules, &samples[0], options->lists[1] ? &samples[1] : NULL);
}

static enum alm_status guess(struct rules *rules, const struct match_options *options, struct alm_error *err)
{
    if (options->lists[0]) {
        guess_by_headers(rules, options);
        return ALM_OK;
    }
    struct sampling *of = xcalloc(2, sizeof *of);
    struct rules_sample samples[2];
    enum alm_status status = ALM_OK;
    for (int i = 0; i < 2 && options->files[i] && status == ALM_OK; i++) {
        status = sample_file(&of[i], options->files[i], err);
        samples[i] = (struct rules_sample){of[i].headers, of[i].n, (char *const *const *)of[i].rows, of[i].n_rows};
    }
    if (status == ALM_OK)
        rules_guess(rules, &samples[0], options->files[1] ? &samples[1] : NULL);
    if (status == ALM_OK && rules->n_fields == 0) {
        struct strbuf found = {0};
        for (size_t i = 0; i < of[0].n; i++)
            strbuf_addf(&found, "%s%s", i ? ", " : "", of[0].headers[i].at);
        status = error_set(err, ALM_BAD_DATA, _("write rules for it: --rules"),
                           _("%s has no column that could be matched by; its columns are: %s"), options->files[0],
                           found.at ? found.at : "");
        strbuf_release(&found);
    }
    for (int i = 0; i < 2; i++)
        arena_release(&of[i].arena);
    free(of);
    return status;
}

/* ---- the table ---- */

enum alm_status table_read(struct table *table, struct rules *rules, const struct match_options *options,
                           unsigned threads, struct alm_error *err)
{
    size_t capacity = 0;
    enum alm_status status = options->rules ? rules_read(rules, options, err) : guess(rules, options, err);
    for (int file = 0; file < 2 && status == ALM_OK && (options->files[file] || options->lists[file]); file++) {
        status = read_file(table, rules, options, file, threads, &capacity, err);
        if (file == 0)
            table->first = table->n;
    }
    for (size_t f = 0; f < rules->n_fields && status == ALM_OK; f++)
        column_finish(&table->columns[f], &rules->fields[f], table->n);
    if (status == ALM_OK && table->n > UINT32_MAX / 2)
        status = error_set(err, ALM_BAD_DATA, NULL, _("more than %u records"), UINT32_MAX / 2);
    return status;
}

struct alm_text table_id(const struct table *table, size_t record)
{
    const size_t from = table->id_at[record];
    return (struct alm_text){table->ids + from, table->id_at[record + 1] - from};
}

double table_pairs(const struct table *table)
{
    const double n = (double)table->n, first = (double)table->first;
    return table->first < table->n ? first * (n - first) : n * (n - 1) / 2;
}

void table_release(struct table *table)
{
    for (size_t f = 0; f < MATCH_MAX_FIELDS; f++)
        column_release(&table->columns[f]);
    free(table->cells);
    free(table->id_at);
    free(table->ids);
    free(table->rejects);
    arena_release(&table->arena);
}
