/* SPDX-License-Identifier: MIT */
/* store: opening, transactions, ids. */
#include "store/internal.h"
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* ---- opening ---- */

enum alm_status store_open(struct store **out, const struct store_options *options, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    struct store *store = xcalloc(1, sizeof *store);
    store->driver = options->driver;
    store->options = *options;
    store->id_file = options->id_file ? xstrdup(options->id_file) : NULL;
    store->ids.fd = -1;
    uint32_t flags =
        (options->create ? (uint32_t)ALM_STORE_CREATE : 0) | (options->read_only ? (uint32_t)ALM_STORE_READ_ONLY : 0);
    IN_DRIVER(store);
    enum alm_status status = store->driver->open(options->host, options->driver_state, flags, &store->connection, err);
    *out = NULL;
    if (status != ALM_OK) {
        free(store->id_file);
        free(store);
        return status;
    }
    *out = store;
    return ALM_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    IN_DRIVER(store);
    store_rollback(store);
    statement_forget_all(store);
    store->driver->close(store->connection);
    if (store->ids_open)
        id_close(&store->ids);
    free(store->id_file);
    free(store->who);
    free(store);
}

const struct alm_store_driver *store_driver(const struct store *store)
{
    return store->driver;
}

void store_describe(struct store *store, char *buf, size_t size)
{
    IN_DRIVER(store);
    store->driver->describe(store->connection, buf, size);
}

alm_time store_clock(const struct store *store)
{
    return store->options.clock ? store->options.clock(store->options.clock_context) : (alm_time)time(NULL);
}

/* ---- transactions ---- */

enum alm_status store_begin(struct store *store, bool write, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    if (store->in_transaction)
        return error_set(err, ALM_INTERNAL, NULL, _("a transaction is begun inside another one"));
    if (write && store->options.read_only)
        return error_set(err, ALM_NO_PERMISSION, NULL, _("the store was opened for reading only"));
    IN_DRIVER(store);
    enum alm_status status = store->driver->begin(store->connection, write, err);
    if (status != ALM_OK)
        return status;
    store->in_transaction = true;
    store->writing = write;
    store->savepoints = store->savepoints_set = 0;
    return ALM_OK;
}

static void transaction_ended(struct store *store)
{
    store->in_transaction = false;
    store->writing = false;
    store->savepoints = store->savepoints_set = 0;
}

enum alm_status store_commit(struct store *store, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    if (!store->in_transaction)
        return error_set(err, ALM_INTERNAL, NULL, _("a commit without a transaction"));
    if (store->savepoints) {
        store_rollback(store);
        return error_set(err, ALM_INTERNAL, NULL, _("a commit with a savepoint still open"));
    }
    IN_DRIVER(store);
    /* A cursor that is left open would keep an old picture of the store alive on some engines. */
    statement_reset_all(store);
    enum alm_status status = store->driver->commit(store->connection, err);
    if (status != ALM_OK)
        store->driver->rollback(store->connection);
    transaction_ended(store);
    return status;
}

void store_rollback(struct store *store)
{
    if (!store->in_transaction)
        return;
    IN_DRIVER(store);
    statement_reset_all(store);
    store->driver->rollback(store->connection);
    transaction_ended(store);
}

bool store_again(struct store *store, unsigned attempt)
{
    enum { ATTEMPTS = 6, FIRST_PAUSE = 5000000 /* nanoseconds */ };
    const struct alm_store_driver *driver = store->driver;
    if (attempt >= ATTEMPTS || !DRIVER_HAS(driver, again) || !driver->again(store->connection))
        return false;
    /* Of several that met, each waits a time of its own, so that they don't meet again. */
    uint32_t chance = 0;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != (ssize_t)sizeof chance)
        chance = (uint32_t)getpid() * 2654435761u;
    const int64_t most = (int64_t)FIRST_PAUSE << attempt;
    const struct timespec pause = {.tv_nsec = (long)(most / 2 + most * (int64_t)(chance >> 16) / 65536)};
    nanosleep(&pause, NULL);
    return true;
}

enum store_outcome store_outcome(struct store *store, alm_id entry)
{
    const struct alm_store_driver *driver = store->driver;
    struct alm_error unused;
    int64_t n = 0;
    if (!DRIVER_HAS(driver, unsure) || !driver->unsure(store->connection))
        return STORE_FAILED;
    enum alm_status status = store_begin(store, false, &unused);
    if (status == ALM_OK)
        status = store_number(store, &n, 0, &unused, "SELECT COUNT(*) FROM journal WHERE id = $1", "i", entry);
    store_rollback(store);
    return status != ALM_OK ? STORE_UNSURE : n ? STORE_KEPT : STORE_NOT_FOUND;
}

enum alm_status store_defer(struct store *store, bool on, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    const struct alm_store_driver *driver = store->driver;
    if (!DRIVER_HAS(driver, defer))
        return ALM_OK;
    IN_DRIVER(store);
    return driver->defer(store->connection, on, err);
}

int64_t store_slot(const struct store *store)
{
    enum { SLOTS = 64 }; /* sessions, and processes, that began together have neighbouring numbers */
    const struct alm_store_driver *driver = store->driver;
    if (driver->flags & ALM_STORE_ONE_WRITER)
        return 0;
    return (DRIVER_HAS(driver, session) ? driver->session(store->connection) : getpid()) & (SLOTS - 1);
}

bool store_in_transaction(const struct store *store)
{
    return store->in_transaction;
}

enum alm_status store_need_write(const struct store *store, const char *what, struct alm_error *err)
{
    if (store->in_transaction && store->writing)
        return ALM_OK;
    return error_set(err, ALM_INTERNAL, NULL, _("a write outside a write transaction: %.200s"), what);
}

enum alm_status store_savepoint(struct store *store, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    enum alm_status status = store_need_write(store, "SAVEPOINT", err);
    if (status == ALM_OK)
        store->savepoints++;
    return status;
}

enum alm_status store_set_savepoints(struct store *store, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && store->savepoints_set < store->savepoints) {
        IN_DRIVER(store);
        status = store->driver->savepoint(store->connection, err);
        if (status == ALM_OK)
            store->savepoints_set++;
    }
    return status;
}

enum alm_status store_release(struct store *store, bool keep, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    if (store->savepoints == 0)
        return error_set(err, ALM_INTERNAL, NULL, _("a savepoint is released that was not set"));
    if (store->savepoints_set == store->savepoints) {
        IN_DRIVER(store);
        enum alm_status status = store->driver->release(store->connection, keep, err);
        if (status != ALM_OK)
            return status;
        store->savepoints_set--;
    }
    store->savepoints--;
    return ALM_OK;
}

/* ---- ids ---- */

static int64_t fixed_clock_ms(void *context)
{
    return store_clock(context) * 1000;
}

static enum alm_status open_ids(struct store *store, struct alm_error *err)
{
    if (store->ids_open)
        return ALM_OK;
    if (!store->id_file || store->options.read_only)
        return error_set(err, ALM_INTERNAL, NULL, _("ids are asked for, and the store was opened without them"));
    enum alm_status status = id_open(&store->ids, store->id_file, store->options.office, err);
    if (status != ALM_OK)
        return status;
    store->ids_open = true;
    if (store->options.clock_fixed) {
        store->ids.clock_ms = fixed_clock_ms;
        store->ids.context = store;
    }
    return ALM_OK;
}

enum alm_status store_id(struct store *store, alm_id *out, struct alm_error *err)
{
    enum alm_status status = open_ids(store, err);
    return status == ALM_OK ? id_next(&store->ids, out, err) : status;
}

enum alm_status store_ids(struct store *store, alm_id *out, size_t n, struct alm_error *err)
{
    enum alm_status status = open_ids(store, err);
    return status == ALM_OK ? id_fill(&store->ids, out, n, err) : status;
}
