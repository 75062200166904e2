/* SPDX-License-Identifier: MIT */
/*
 * The importer of a list: which columns it has, and rows() for the import runner; register_put() sends a single row
 * through the same code.
 */
#include "register/list-internal.h"
#include <stdlib.h>

const struct import_column *register_list_columns(enum register_list list, size_t *n)
{
    *n = list == LIST_PERSON ? person_n_columns : small_tables[list].n_cells;
    return list == LIST_PERSON ? person_columns : small_tables[list].columns;
}

struct register_importer *register_importer_new(enum register_list list, struct store *store,
                                                struct register_directory *directory, const struct register_gate *gate,
                                                alm_date today, bool move)
{
    struct register_importer *importer = xcalloc(1, sizeof *importer);
    *importer = (struct register_importer){.list = list,
                                           .table = list == LIST_PERSON ? NULL : &small_tables[list],
                                           .store = store,
                                           .directory = directory,
                                           .today = today,
                                           .move = move};
    if (gate)
        importer->gate = *gate;
    return importer;
}

struct register_importer *register_table_importer_new(const struct register_table *table, struct store *store,
                                                      struct register_directory *directory, alm_date today)
{
    struct register_importer *importer = xcalloc(1, sizeof *importer);
    *importer = (struct register_importer){
        .list = LISTS, .table = table, .store = store, .directory = directory, .today = today};
    return importer;
}

void register_importer_free(struct register_importer *importer)
{
    if (!importer)
        return;
    people_free(importer->people);
    free(importer);
}

void list_reject(struct import_row *row, int column, struct arena *arena, const struct alm_error *err)
{
    if (*err->hint)
        import_reject(row, column, arena, "%s; %s", err->text, err->hint);
    else
        import_reject(row, column, arena, "%s", err->text);
}

enum alm_status register_importer_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                       struct store_entry *entry, struct alm_error *err)
{
    struct register_importer *importer = context;
    (void)entry; /* rows added and changed are counted by the runner */
    if (importer->list == LIST_PERSON)
        return person_rows(importer, rows, n, arena, err);
    return small_rows(importer, rows, n, arena, err);
}

/* One row through the importer, which is freed. */
static enum alm_status put(struct register_importer *importer, const struct import_column *columns,
                           const struct alm_text *values, bool must_exist, alm_id *id, struct alm_error *err)
{
    struct arena arena = {0};
    struct import_row row = {.line = 1, .fields = values, .column = -1};
    importer->put = true;
    importer->edit = must_exist;
    importer->id = importer->list == LIST_PERSON && must_exist ? *id : 0;
    enum alm_status status = register_importer_rows(importer, &row, 1, &arena, NULL, err);
    if (status == ALM_OK && row.outcome == IMPORT_REJECTED)
        status = error_set(err, ALM_BAD_DATA, NULL, "%s%s%s", row.column >= 0 ? columns[row.column].name : "",
                           row.column >= 0 ? ": " : "", row.reason);
    else if (status == ALM_OK && !must_exist && row.outcome != IMPORT_ADDED)
        status = error_set(err, ALM_BAD_DATA, _("edit changes what is there"),
                           _("it is in the register already, with id %lld"), (long long)importer->id);
    if (status == ALM_OK)
        *id = importer->id;
    register_importer_free(importer);
    arena_release(&arena);
    return status;
}

enum alm_status register_put(enum register_list list, struct store *store, struct register_directory *directory,
                             const struct register_gate *gate, alm_date today, const struct alm_text *values,
                             bool must_exist, alm_id *id, struct alm_error *err)
{
    size_t n;
    const struct import_column *columns = register_list_columns(list, &n);
    return put(register_importer_new(list, store, directory, gate, today, must_exist), columns, values, must_exist, id,
               err);
}

enum alm_status register_table_put(const struct register_table *table, struct store *store,
                                   struct register_directory *directory, alm_date today, const struct alm_text *values,
                                   bool must_exist, alm_id *id, struct alm_error *err)
{
    return put(register_table_importer_new(table, store, directory, today), table->columns, values, must_exist, id,
               err);
}
