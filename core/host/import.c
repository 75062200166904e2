/* SPDX-License-Identifier: MIT */
/* host->import: a plug-in's list through the runner of the register, row by row. */
#include "host/internal.h"

#include <stdlib.h>

/* Rows in a transaction.  A row may deliver, which locks its household until the commit, in the order of the file: the
 * fewer are held, the less others who deliver to the same ones wait. */
enum { CHUNK = 1024 };

struct adapter {
    struct host_programme *programme;
    const struct alm_import *import;
    struct alm_value *values;
};

static enum alm_status cell_value(struct adapter *adapter, const struct alm_import_column *column,
                                  struct alm_text field, struct arena *arena, struct alm_value *value,
                                  struct alm_error *err)
{
    const struct conf_rule rule = {.type = column->type,
                                   .choices = column->choices,
                                   .currency_decimals = (int)adapter->programme->host->conf.almoner->currency_decimals};

    *value = alm_null();
    if (!field.at || field.len == 0) {
        if (column->flags & ALM_REQUIRED)
            return error_set(err, ALM_BAD_DATA, NULL, _("the value is missing"));
        return ALM_OK;
    }
    if (column->type == ALM_ID && column->noun) {
        char *text = arena_strndup(arena, field.at, field.len);

        *value = alm_number(0);
        return adapter->programme->services.find(&adapter->programme->services, (enum alm_noun)column->noun, text,
                                                 &value->number, err);
    }
    return conf_value_parse(&rule, field, arena, value, err);
}

static bool row_fault(enum alm_status status)
{
    return status == ALM_BAD_DATA || status == ALM_REFUSED;
}

static enum alm_status adapt_row(struct adapter *adapter, struct import_row *row, struct arena *arena,
                                 struct store_entry *entry, struct alm_error *err)
{
    static const enum import_outcome outcomes[] = {
        [ALM_ROW_NEW] = IMPORT_ADDED, [ALM_ROW_CHANGED] = IMPORT_CHANGED, [ALM_ROW_SAME] = IMPORT_SAME};
    const struct alm_import *import = adapter->import;
    struct store *store = adapter->programme->host->store;
    enum alm_row_outcome outcome = ALM_ROW_NEW;
    enum alm_status status;

    for (size_t i = 0; i < import->n_columns; i++) {
        struct alm_error fault = {0};

        if (cell_value(adapter, &import->columns[i], row->fields[i], arena, &adapter->values[i], &fault) != ALM_OK) {
            import_reject(row, (int)i, arena, "%s", fault.text);
            return ALM_OK;
        }
    }
    const struct store_entry before = *entry;

    status = store_savepoint(store, err);
    if (status != ALM_OK)
        return status;
    struct plugin_call call = host_call(adapter->programme, PLUGIN_IMPORT, NULL);
    host_set_entry(adapter->programme->host, entry);
    plugin_enter(&call);
    status = import->row(&adapter->programme->services, import->context, adapter->values, &outcome, err);
    plugin_leave(&call);
    host_set_entry(adapter->programme->host, NULL);
    if (status != ALM_OK && !row_fault(status))
        return status;
    if (status != ALM_OK) {
        import_reject(row, -1, arena, "%s", err->text);
        *entry = before; /* the lines that it had delivered are undone */
    } else {
        row->outcome = outcomes[outcome];
    }
    entry->added += status == ALM_OK && outcome == ALM_ROW_NEW;
    entry->changed += status == ALM_OK && outcome == ALM_ROW_CHANGED;
    /* What the row drew is undone. */
    if (status != ALM_OK && adapter->programme->host->stock)
        stock_forget(adapter->programme->host->stock);
    return store_release(store, status == ALM_OK, err);
}

static enum alm_status adapt_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                  struct store_entry *entry, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    for (size_t i = 0; i < n && status == ALM_OK; i++)
        status = adapt_row(context, &rows[i], arena, entry, err);
    return status;
}

static void run_again(void *adapter)
{
    host_again(((struct adapter *)adapter)->programme->host);
}

static void tell_unread(void *context, const char *headers)
{
    const struct host_terminal *terminal = &((struct host *)context)->options.terminal;
    struct strbuf text = {0};

    import_unread_text(headers, &text);
    terminal->warn(terminal->context, text.at);
    strbuf_release(&text);
}

enum alm_status host_import(struct host_programme *programme, const struct alm_import *import, struct alm_error *err)
{
    struct host *host = programme->host;
    const struct host_terminal *terminal = &host->options.terminal;
    struct adapter adapter = {programme, import, NULL};
    struct import_column *columns = xcalloc(import->n_columns, sizeof *columns);
    struct import_counts counts = {0};
    char rejects[512] = "";
    struct strbuf text = {0};
    int64_t resumed = 0;
    struct store *store;
    enum alm_status status;

    adapter.values = xcalloc(import->n_columns, sizeof *adapter.values);
    for (size_t i = 0; i < import->n_columns; i++)
        columns[i] = (struct import_column){import->columns[i].name, import->columns[i].aliases,
                                            (import->columns[i].flags & ALM_REQUIRED) != 0};
    const struct import run = {.command = host->command,
                               .file = import->file,
                               .map = host->map,
                               .rejects = host->rejects,
                               .columns = columns,
                               .n_columns = import->n_columns,
                               .chunk = CHUNK,
                               .dry_run = host->options.dry_run,
                               .rows = adapt_rows,
                               .again = run_again,
                               .context = &adapter,
                               .progress = terminal->progress,
                               .progress_context = terminal->context,
                               .unread = tell_unread,
                               .unread_context = host};

    status = host_store(host, 0, &store, err);
    if (status == ALM_OK)
        status = import_run(store, &run, &counts, rejects, sizeof rejects, &resumed, err);
    if (status == ALM_OK) {
        import_counts_text(&counts, &text);
        terminal->say(terminal->context, text.at);
    }
    if (status == ALM_OK && counts.rejected)
        status = error_set(err, ALM_BAD_DATA,
                           run.dry_run ? NULL : _("mend the rows there and import that file; the other rows are in"),
                           ngettext("%lld row of %s was rejected; it is in %s",
                                    "%lld rows of %s were rejected; they are in %s", (unsigned long)counts.rejected),
                           (long long)counts.rejected, import->file, rejects);
    strbuf_release(&text);
    free(adapter.values);
    free(columns);
    return status;
}
