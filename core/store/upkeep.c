/* SPDX-License-Identifier: MIT */
/* The store as a whole: copies of it, its engine's own check, its size. */
#include "store/internal.h"

static enum alm_status unsupported(const char *what, struct alm_error *err)
{
    return error_set(err, ALM_UNAVAILABLE, _("use the engine's own tools"), _("this store's driver has no %s"), what);
}

enum alm_status store_backup(struct store *store, const char *file, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    if (store->in_transaction)
        return error_set(err, ALM_INTERNAL, NULL, _("a backup inside a transaction"));
    if (!store->driver->backup)
        return unsupported(_("backup"), err);
    IN_DRIVER(store);
    return store->driver->backup(store->connection, file, err);
}

enum alm_status store_restore(struct store *store, const char *file, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    if (store->in_transaction)
        return error_set(err, ALM_INTERNAL, NULL, _("a restore inside a transaction"));
    if (!store->driver->restore)
        return unsupported(_("restore"), err);
    /* Statements belong to the tables that go. */
    statement_forget_all(store);
    IN_DRIVER(store);
    return store->driver->restore(store->connection, file, err);
}

enum alm_status store_check(struct store *store, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    IN_DRIVER(store);
    return store->driver->check ? store->driver->check(store->connection, err) : ALM_OK;
}

int64_t store_bytes(struct store *store)
{
    return store->driver->bytes ? store->driver->bytes(store->connection) : 0;
}
