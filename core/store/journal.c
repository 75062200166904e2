/* SPDX-License-Identifier: MIT */
/* The journal: an entry for each transaction that wrote, and its place in the queue for the seal. */
#include "store/internal.h"
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* What the kernel says, never what an option or the environment says. */
void store_user(struct strbuf *name)
{
    struct passwd entry, *found = NULL;
    char buf[4096];
    if (getpwuid_r(geteuid(), &entry, buf, sizeof buf, &found) == 0 && found)
        strbuf_adds(name, found->pw_name);
    else
        strbuf_addf(name, "uid %u", (unsigned)geteuid());
}

const char *store_who(struct store *store)
{
    struct strbuf name = {0};
    if (store->who)
        return store->who;
    store_user(&name);
    store->who = name.at;
    return store->who;
}

void store_set_who(struct store *store, const char *name)
{
    free(store->who);
    store->who = xstrdup(name);
}

enum alm_status store_journal_add(struct store *store, const struct store_entry *entry, struct alm_error *err)
{
    ERROR_OR_UNUSED(err);
    alm_id id = entry->id;
    enum alm_status status = store_need_write(store, "journal", err);
    if (status == ALM_OK && id == 0)
        status = store_id(store, &id, err);
    if (status == ALM_OK)
        status =
            store_run(store, NULL, err,
                      "INSERT INTO journal (id, at, who, office, command, subject, reason, added, changed, removed,\n"
                      "                     lines, digest_high, digest_low)\n"
                      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                      "iititttiiiiii", id, store_clock(store), store_who(store), (int64_t)store->options.office,
                      entry->command, entry->subject, entry->reason, entry->added, entry->changed, entry->removed,
                      entry->lines, (int64_t)entry->digest[0], (int64_t)entry->digest[1]);
    if (status == ALM_OK)
        status = store_run(store, NULL, err, "INSERT INTO journal_unsealed (entry) VALUES ($1)", "i", id);
    return status;
}
