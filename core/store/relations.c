/* SPDX-License-Identifier: MIT */
/* The shapes of all tables and views, as they are in the store and not as somebody wrote them down. */
#include "store/copy.h"
#include <stdlib.h>

static char type_of(const char *as)
{
    return strcmp(as, "BIGINT") == 0             ? 'i'
           : strcmp(as, "TEXT") == 0             ? 's'
           : strcmp(as, "DOUBLE PRECISION") == 0 ? 'd'
                                                 : 0;
}

/* Columns come one after the other; a relation is whole when the next one begins. */
struct gathering {
    struct arena *arena;
    struct relation *relations;
    size_t n, capacity;
    struct relation_column *columns;
    int64_t *places;
    size_t n_columns, columns_capacity, places_capacity;
};

static void finish(struct gathering *gathering)
{
    if (gathering->n == 0)
        return;
    struct relation *relation = &gathering->relations[gathering->n - 1];
    const size_t n = gathering->n_columns;
    relation->n_columns = n;
    relation->columns = arena_alloc(gathering->arena, n * sizeof *relation->columns);
    relation->key = arena_alloc(gathering->arena, n * sizeof *relation->key);
    memcpy(relation->columns, gathering->columns, n * sizeof *relation->columns);
    for (size_t place = 1; place <= n; place++)
        for (size_t i = 0; i < n; i++)
            if (gathering->places[i] == (int64_t)place)
                relation->key[relation->n_key++] = i;
    gathering->n_columns = 0;
}

static void take(struct gathering *gathering, struct store_stmt *stmt)
{
    struct arena *arena = gathering->arena;
    const char *name = store_string(stmt, 0);
    if (gathering->n == 0 || strcmp(gathering->relations[gathering->n - 1].name, name) != 0) {
        finish(gathering);
        ARRAY_ROOM(gathering->relations, gathering->n, gathering->capacity);
        gathering->relations[gathering->n++] =
            (struct relation){.name = arena_strdup(arena, name), .table = store_int(stmt, 1) == 1};
    }
    size_t n = gathering->n_columns;
    ARRAY_ROOM(gathering->columns, n, gathering->columns_capacity);
    ARRAY_ROOM(gathering->places, n, gathering->places_capacity);
    const char *as = store_string(stmt, 3);
    gathering->columns[n] = (struct relation_column){.name = arena_strdup(arena, store_string(stmt, 2)),
                                                     .type = type_of(as ? as : ""),
                                                     .as = arena_strdup(arena, as ? as : "")};
    gathering->places[n] = store_int(stmt, 4);
    gathering->n_columns++;
}

enum alm_status relations_read(struct store *store, struct arena *arena, struct relation **relations, size_t *n,
                               struct alm_error *err)
{
    const struct alm_store_driver *driver = store->driver;
    struct gathering gathering = {.arena = arena};
    struct store_stmt *stmt;
    bool row = true;
    *n = 0;
    if (!DRIVER_HAS(driver, relations))
        return error_set(err, ALM_UNAVAILABLE, _("use a newer version of its plug-in"),
                         _("this store's driver cannot tell what tables there are"));
    enum alm_status status = store_query(store, &stmt, err, driver->relations, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        take(&gathering, stmt);
    finish(&gathering);
    *relations = arena_alloc(arena, (gathering.n + 1) * sizeof **relations);
    if (gathering.n)
        memcpy(*relations, gathering.relations, gathering.n * sizeof **relations);
    *n = gathering.n;
    free(gathering.relations);
    free(gathering.columns);
    free(gathering.places);
    return status;
}

const struct relation *relation_find(const struct relation *relations, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(relations[i].name, name) == 0)
            return &relations[i];
    return NULL;
}

bool relation_has_column(const struct relation *relation, const char *name)
{
    for (size_t i = 0; i < relation->n_columns; i++)
        if (strcmp(relation->columns[i].name, name) == 0)
            return true;
    return false;
}
