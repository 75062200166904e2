/* SPDX-License-Identifier: MIT */
/*
 * The seal: link n = BLAKE2b(link n - 1, entry).  Entries are chained after they were committed, by whoever gets the
 * lock of the file of heads, so that no writer waits for the chain.  The heads stand outside the store, with a key: who
 * can write the store alone can't make a new chain that fits them.
 */
#include "store/seal.h"
#include "store/internal.h"
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum { ENTRIES_AT_ONCE = 4096 };

/* What is read of an entry; its columns come in this order everywhere here. */
#define ENTRY_COLUMNS                                                                                                  \
    "j.id, j.at, j.who, j.office, j.command, j.subject, j.reason, j.added, j.changed, j.removed, j.lines,\n"           \
    "j.digest_high, j.digest_low\n"
enum { ENTRY_N_COLUMNS = 13 };
static const bool entry_is_text[ENTRY_N_COLUMNS] = {[2] = true, [4] = true, [5] = true, [6] = true};

/* Each field with its length, so that no two entries share their bytes; null is no length at all. */
static void add_entry(struct strbuf *bytes, struct store_stmt *stmt)
{
    for (int i = 0; i < ENTRY_N_COLUMNS; i++) {
        if (store_is_null(stmt, i)) {
            strbuf_adds(bytes, "-,");
        } else if (entry_is_text[i]) {
            struct alm_text text = store_text(stmt, i);
            strbuf_addf(bytes, "%zu:", text.len);
            strbuf_add(bytes, text.at, text.len);
            strbuf_addc(bytes, ',');
        } else {
            strbuf_addf(bytes, "%" PRId64 ",", store_int(stmt, i));
        }
    }
}

/* Go one link on: `link` holds link n - 1 and then link n. */
static void next_link(char link[SEAL_HEX], struct strbuf *bytes, struct store_stmt *entry)
{
    unsigned char out[DIGEST_SIZE];
    struct digest digest;
    strbuf_reset(bytes);
    add_entry(bytes, entry);
    digest_init(&digest, NULL, 0);
    digest_add(&digest, link, strlen(link));
    digest_add(&digest, bytes->at, bytes->len);
    digest_final(&digest, out);
    digest_hex(out, sizeof out, link);
}

/* The last link; n 0 and "" before the first. */
static enum alm_status last_head(struct store *store, struct seal_head *head, struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *head = (struct seal_head){0};
    enum alm_status status =
        store_query(store, &stmt, err, "SELECT n, link\nFROM journal_seal\nORDER BY n DESC\nLIMIT 1", "");
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        head->n = store_int(stmt, 0);
        snprintf(head->link, sizeof head->link, "%s", store_string(stmt, 1));
        store_done(stmt);
    }
    return status;
}

/* ---- sealing ---- */

static enum alm_status chain_some(struct store *store, struct seal_head *head, size_t *count, struct alm_error *err)
{
    static const struct store_bulk_spec columns[] = {
        {"n", ALM_BULK_KEY, false}, {"entry", ALM_BULK_SET, false}, {"link", ALM_BULK_SET, true}};
    struct strbuf bytes = {0};
    struct store_stmt *stmt = NULL;
    struct store_bulk *links = store_bulk_new(store, "journal_seal", ALM_BULK_APPEND, columns, COUNT_OF(columns));
    int64_t *entries = xcalloc(ENTRIES_AT_ONCE, sizeof *entries);
    *count = 0;
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT " ENTRY_COLUMNS "FROM journal_unsealed u\n"
                                         "JOIN journal j ON j.id = u.entry\n"
                                         "ORDER BY u.entry\n"
                                         "LIMIT $1",
                                         "i", (int64_t)ENTRIES_AT_ONCE);
    while (status == ALM_OK) {
        bool row;
        if ((status = store_next(stmt, &row, err)) != ALM_OK || !row)
            break;
        next_link(head->link, &bytes, stmt);
        entries[(*count)++] = store_int(stmt, 0);
        store_bulk_row(links);
        store_bulk_int(links, 0, ++head->n);
        store_bulk_int(links, 1, store_int(stmt, 0));
        store_bulk_text(links, 2, text_of(head->link));
    }
    if (status == ALM_OK)
        status = store_bulk_flush(links, 0, NULL, err);
    if (status == ALM_OK && *count)
        status =
            store_run(store, NULL, err, "DELETE FROM journal_unsealed WHERE entry = ANY ($1)", "I", entries, *count);
    store_bulk_free(links);
    free(entries);
    strbuf_release(&bytes);
    return status;
}

/* Chain what waits, in transactions that are short enough for other writers. */
static enum alm_status chain(struct store *store, struct seal_head *head, int64_t *sealed, struct alm_error *err)
{
    for (;;) {
        int64_t waiting;
        enum alm_status status =
            store_number(store, &waiting, 0, err, "SELECT 1 FROM journal_unsealed ORDER BY entry LIMIT 1", "");
        if (status != ALM_OK || !waiting)
            return status == ALM_OK ? last_head(store, head, err) : status;
        size_t count = 0;
        if ((status = store_begin(store, true, err)) != ALM_OK)
            return status;
        if ((status = last_head(store, head, err)) == ALM_OK)
            status = chain_some(store, head, &count, err);
        if (status == ALM_OK)
            status = store_commit(store, err);
        store_rollback(store);
        if (status != ALM_OK)
            return status;
        *sealed += (int64_t)count;
        if (count < ENTRIES_AT_ONCE)
            return ALM_OK;
    }
}

enum alm_status store_seal(struct store *store, const char *seal_file, const char *key_file, int64_t *sealed,
                           struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    unsigned char key[DIGEST_SIZE];
    struct seal_heads heads = {0};
    struct seal_head head;
    int64_t count = 0;
    int fd = -1;
    if (store->in_transaction)
        return error_set(err, ALM_INTERNAL, NULL, _("the journal is sealed inside a transaction"));
    enum alm_status status = seal_heads_lock(seal_file, &fd, err);
    if (status != ALM_OK || fd < 0)
        goto out;
    /* A new key beside old heads would make all of them look forged: the old one must come back. */
    bool fresh = lseek(fd, 0, SEEK_END) == 0;
    if ((status = seal_key(key_file, fresh, key, err)) != ALM_OK)
        goto out;
    status = chain(store, &head, &count, err);
    /* Another one writes and will seal after it, or seals for another office. */
    if (status == ALM_AGAIN || (status != ALM_OK && store_again(store, 0))) {
        status = ALM_OK;
        goto out;
    }
    if (status != ALM_OK || head.n == 0)
        goto out;
    /* After a crash between commit and append, the head is still owed. */
    if ((status = seal_heads_read(seal_file, key, &heads, err)) != ALM_OK)
        goto out;
    if (heads.count == 0 || heads.items[heads.count - 1].n < head.n)
        status = seal_heads_append(fd, seal_file, key, &head, store_clock(store), err);
out:
    if (fd >= 0)
        close(fd);
    free(heads.items);
    if (sealed)
        *sealed = count;
    return status;
}

enum alm_status store_seal_restored(struct store *store, const char *seal_file, const char *key_file,
                                    struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    unsigned char key[DIGEST_SIZE];
    struct seal_head head;
    int fd = -1;
    if (access(seal_file, F_OK) != 0) /* nothing was ever sealed from here */
        return ALM_OK;
    enum alm_status status = seal_heads_lock(seal_file, &fd, err);
    if (status == ALM_OK && fd < 0)
        status = error_set(err, ALM_AGAIN, _("say it again: almoner audit seal --restored"),
                           _("the journal is being sealed at this moment"));
    if (status == ALM_OK)
        status = seal_key(key_file, false, key, err);
    if (status == ALM_OK)
        status = last_head(store, &head, err);
    head.restored = true;
    if (status == ALM_OK)
        status = seal_heads_append(fd, seal_file, key, &head, store_clock(store), err);
    if (fd >= 0)
        close(fd);
    return status;
}

/* ---- verifying ---- */

static const char put_back[] = N_("if a backup was put back past almoner, say so with: almoner audit seal --restored");

static enum alm_status verify_chain(struct store *store, const struct seal_heads *heads, int64_t *sealed,
                                    struct alm_error *err)
{
    struct strbuf bytes = {0};
    struct store_stmt *stmt;
    char link[SEAL_HEX] = "";
    int64_t n = 0;
    size_t at = 0;
    /* The entry's columns come first, so that an entry that is gone shows as null. */
    enum alm_status status = store_query(store, &stmt, err,
                                         "SELECT " ENTRY_COLUMNS ", s.n, s.entry, s.link\n"
                                         "FROM journal_seal s\n"
                                         "LEFT JOIN journal j ON j.id = s.entry\n"
                                         "ORDER BY s.n",
                                         "");
    while (status == ALM_OK) {
        bool row;
        if ((status = store_next(stmt, &row, err)) != ALM_OK || !row)
            break;
        int64_t entry = store_int(stmt, ENTRY_N_COLUMNS + 1);
        if (store_int(stmt, ENTRY_N_COLUMNS) != ++n) {
            status = error_set(err, ALM_BAD_DATA, NULL, _("the journal's seal lacks link %" PRId64), n);
        } else if (store_is_null(stmt, 0)) {
            status = error_set(err, ALM_BAD_DATA, NULL, _("journal entry %" PRId64 " (link %" PRId64 ") is missing"),
                               entry, n);
        } else {
            next_link(link, &bytes, stmt);
            if (strcmp(link, store_string(stmt, ENTRY_N_COLUMNS + 2)) != 0)
                status = error_set(err, ALM_BAD_DATA, NULL,
                                   _("journal entry %" PRId64 " (link %" PRId64 ") was changed after it was sealed"),
                                   entry, n);
        }
        for (; status == ALM_OK && at < heads->count && heads->items[at].n <= n; at++)
            if (heads->items[at].n != n || strcmp(heads->items[at].link, link) != 0)
                status = error_set(err, ALM_BAD_DATA, _(put_back),
                                   _("the journal up to link %" PRId64 " is not the one that was sealed"), n);
        if (status != ALM_OK)
            store_done(stmt);
    }
    if (status == ALM_OK && at < heads->count)
        status = error_set(err, ALM_BAD_DATA, _(put_back),
                           _("the journal's seal ends at link %" PRId64 ", and link %" PRId64 " was sealed"), n,
                           heads->items[at].n);
    if (status == ALM_OK && n > 0 && heads->count == 0)
        status = error_set(err, ALM_BAD_DATA, NULL, _("the journal is sealed, and the file of its heads is empty"));
    *sealed = n;
    strbuf_release(&bytes);
    return status;
}

/* Entries that are neither sealed nor waiting were not written by almoner, or taken out of the queue. */
static enum alm_status verify_tail(struct store *store, int64_t sealed, int64_t *unsealed, struct alm_error *err)
{
    int64_t entries, waiting, stray = 0;
    enum alm_status status = store_number(store, &entries, 0, err, "SELECT COUNT(*) FROM journal", "");
    if (status == ALM_OK)
        status = store_number(store, &waiting, 0, err,
                              "SELECT COUNT(*)\n"
                              "FROM journal_unsealed u\n"
                              "JOIN journal j ON j.id = u.entry",
                              "");
    if (status != ALM_OK)
        return status;
    *unsealed = waiting;
    if (entries == sealed + waiting)
        return ALM_OK;
    status = store_number(store, &stray, 0, err,
                          "SELECT MIN(j.id)\n"
                          "FROM journal j\n"
                          "LEFT JOIN journal_seal s ON s.entry = j.id\n"
                          "LEFT JOIN journal_unsealed u ON u.entry = j.id\n"
                          "WHERE s.entry IS NULL\n"
                          "AND u.entry IS NULL",
                          "");
    if (status != ALM_OK)
        return status;
    return stray ? error_set(err, ALM_BAD_DATA, NULL,
                             _("journal entry %" PRId64 " is neither sealed nor waiting for the seal"), stray)
                 : error_set(err, ALM_BAD_DATA, NULL, _("an entry of the journal is sealed twice"));
}

enum alm_status store_seal_verify(struct store *store, const char *seal_file, const char *key_file, int64_t *sealed,
                                  int64_t *unsealed, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    unsigned char key[DIGEST_SIZE];
    struct seal_heads heads = {0};
    int64_t n = 0, tail = 0, links;
    bool begun = false;
    enum alm_status status = ALM_OK;
    /* One picture of the store for all questions. */
    if (!store->in_transaction) {
        if ((status = store_begin(store, false, err)) != ALM_OK)
            return status;
        begun = true;
    }
    status = store_number(store, &links, 0, err, "SELECT MAX(n) FROM journal_seal", "");
    /* A store that was never sealed has no key yet. */
    if (status == ALM_OK && (links || access(seal_file, F_OK) == 0)) {
        status = seal_key(key_file, false, key, err);
        if (status == ALM_OK)
            status = seal_heads_read(seal_file, key, &heads, err);
    }
    if (status == ALM_OK)
        status = verify_chain(store, &heads, &n, err);
    if (status == ALM_OK)
        status = verify_tail(store, n, &tail, err);
    if (begun)
        store_rollback(store);
    free(heads.items);
    if (sealed)
        *sealed = n;
    if (unsealed)
        *unsealed = tail;
    return status;
}
