/* SPDX-License-Identifier: MIT */
/* alias: who stands for whom, for one or for many; persons and households alike, since ids are never shared. */
#include "register/keys.h"
#include <stdlib.h>

/* Of more ids than that, all aliases are read: they are fewer. */
enum { IDS_MOST = 65536 };

static int compare_aliases(const void *left, const void *right)
{
    return register_compare_ids(&((const struct register_alias *)left)->id,
                                &((const struct register_alias *)right)->id);
}

static const struct register_alias *find(const struct register_aliases *aliases, alm_id id)
{
    const struct register_alias key = {.id = id};
    return aliases->n ? bsearch(&key, aliases->at, aliases->n, sizeof key, compare_aliases) : NULL;
}

const struct register_alias *register_alias_of(const struct register_aliases *aliases, alm_id id)
{
    return find(aliases, id);
}

alm_id register_survivor(const struct register_aliases *aliases, alm_id id)
{
    const struct register_alias *alias = find(aliases, id);
    return alias ? alias->survivor : id;
}

bool register_has_aliases(const struct register_aliases *aliases, alm_id id)
{
    return aliases->n &&
           bsearch(&id, aliases->survivors, aliases->n_survivors, sizeof id, register_compare_ids) != NULL;
}

size_t register_stand_ins(const struct register_aliases *aliases, alm_id survivor, alm_id *ids, size_t max)
{
    size_t n = 0;
    if (!register_has_aliases(aliases, survivor))
        return 0;
    for (size_t i = 0; i < aliases->n && n < max; i++)
        if (aliases->at[i].survivor == survivor)
            ids[n++] = aliases->at[i].id;
    return n;
}

static enum alm_status add_rows(struct register_aliases *aliases, struct store_stmt *stmt, struct alm_error *err)
{
    enum alm_status status;
    bool row;
    while ((status = store_next(stmt, &row, err)) == ALM_OK && row) {
        ARRAY_ROOM(aliases->at, aliases->n, aliases->capacity);
        aliases->at[aliases->n++] = (struct register_alias){store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2),
                                                            (alm_date)store_int(stmt, 3)};
    }
    return status;
}

/* In order, each once, and their survivors. */
static void tidy(struct register_aliases *aliases)
{
    size_t kept = 0;
    if (!aliases->n)
        return;
    qsort(aliases->at, aliases->n, sizeof *aliases->at, compare_aliases);
    for (size_t i = 0; i < aliases->n; i++)
        if (!kept || aliases->at[kept - 1].id != aliases->at[i].id)
            aliases->at[kept++] = aliases->at[i];
    aliases->n = kept;
    aliases->survivors = xreallocarray(aliases->survivors, kept, sizeof *aliases->survivors);
    for (size_t i = 0; i < kept; i++)
        aliases->survivors[i] = aliases->at[i].survivor;
    aliases->n_survivors = register_unique_ids(aliases->survivors, kept);
}

enum alm_status register_aliases_exist(struct store *store, bool *any, struct alm_error *err)
{
    int64_t id = 0;
    const enum alm_status status = store_number(store, &id, 0, err, "SELECT id FROM alias LIMIT 1", "");
    *any = id != 0;
    return status;
}

enum alm_status register_aliases_read(struct store *store, struct register_aliases *aliases, const alm_id *ids,
                                      size_t n, struct alm_error *err)
{
    static const char all[] = "SELECT id, survivor, owner, since FROM alias WHERE until IS NULL";
    static const char of_survivors[] = "SELECT id, survivor, owner, since FROM alias "
                                       "WHERE survivor = ANY ($1) AND until IS NULL";
    struct store_stmt *stmt;
    alm_id *survivors = NULL;
    size_t n_survivors = n;
    bool row, any = false;
    if (ids && !n)
        return ALM_OK;
    enum alm_status status = register_aliases_exist(store, &any, err);
    if (status != ALM_OK || !any)
        return status;
    if (!ids || n > IDS_MOST) {
        status = store_query(store, &stmt, err, all, "");
    } else {
        survivors = xreallocarray(NULL, 2 * n, sizeof *survivors);
        memcpy(survivors, ids, n * sizeof *ids);
        status = store_query(store, &stmt, err, "SELECT survivor FROM alias WHERE id = ANY ($1) AND until IS NULL", "I",
                             ids, n);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
            if (n_survivors < 2 * n)
                survivors[n_survivors++] = store_int(stmt, 0);
        n_survivors = register_unique_ids(survivors, n_survivors);
        if (status == ALM_OK)
            status = store_query(store, &stmt, err, of_survivors, "I", survivors, n_survivors);
    }
    if (status == ALM_OK)
        status = add_rows(aliases, stmt, err);
    tidy(aliases);
    free(survivors);
    return status;
}

enum alm_status register_aliases_add(struct store *store, struct register_aliases *aliases, alm_id **ids, size_t *n,
                                     struct alm_error *err)
{
    enum alm_status status = register_aliases_read(store, aliases, *ids, *n, err);
    const size_t known = *n;
    size_t more = known;
    if (status != ALM_OK || !aliases->n || !known)
        return status;
    /* A group is wanted when one of it is. */
    alm_id *all = xreallocarray(NULL, known + 2 * aliases->n, sizeof *all);
    alm_id *wanted = xreallocarray(NULL, known, sizeof *wanted);
    memcpy(all, *ids, known * sizeof *all);
    for (size_t k = 0; k < known; k++)
        wanted[k] = register_survivor(aliases, (*ids)[k]);
    const size_t n_wanted = register_unique_ids(wanted, known);
    for (size_t i = 0; i < aliases->n; i++)
        if (bsearch(&aliases->at[i].survivor, wanted, n_wanted, sizeof *wanted, register_compare_ids)) {
            all[more++] = aliases->at[i].id;
            all[more++] = aliases->at[i].survivor;
        }
    free(wanted);
    free(*ids);
    *ids = all;
    *n = register_unique_ids(all, more);
    return ALM_OK;
}

void register_aliases_reset(struct register_aliases *aliases)
{
    aliases->n = aliases->n_survivors = 0;
}

void register_aliases_release(struct register_aliases *aliases)
{
    free(aliases->at);
    free(aliases->survivors);
    *aliases = (struct register_aliases){0};
}

enum alm_status register_resolve(struct store *store, alm_id *id, struct alm_error *err)
{
    return store_number(store, id, *id, err, "SELECT survivor FROM alias WHERE id = $1 AND until IS NULL", "i", *id);
}
