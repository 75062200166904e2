/* SPDX-License-Identifier: MIT */
/* record: from offers to lines, in the one order of work: check, claim the key, read, judge, settle, write. */
#include "ledger/chunk.h"

#include <stdlib.h>

enum {
    KEPT_HOUSEHOLDS = 50000,
    COUNTED_ENTRIES = 1000000 /* counting a longer journal would cost more than it saves */
};

void ledger_forget(struct ledger *ledger)
{
    register_members_reset(&ledger->chunk->members);
    ledger_codes_reset(ledger->codes);
    ledger->journal_count = -1;
}

enum alm_status ledger_refresh(struct ledger *ledger, alm_id entry, struct alm_error *err)
{
    struct store *store = ledger->services.store;
    if (entry && entry == ledger->fresh_for)
        return ALM_OK;
    int64_t known = ledger->journal_count, count = -1;
    enum alm_status status = ALM_OK;
    ledger->fresh_for = entry;
    /* Where writers don't exclude each other, another's entry may be on its way. */
    if (entry && known < COUNTED_ENTRIES && (store_driver(store)->flags & ALM_STORE_ONE_WRITER))
        status = store_number(store, &count, -1, err, "SELECT COUNT(*) FROM journal", "");
    if (status != ALM_OK || known < 0 || count != known + 1 || ledger->chunk->members.n_households > KEPT_HOUSEHOLDS)
        ledger_forget(ledger);
    ledger->journal_count = count;
    return status;
}

enum { MOST_LINES = 2 << 20 };

struct ledger *ledger_new(const struct ledger_services *services)
{
    struct ledger *ledger = xcalloc(1, sizeof *ledger);
    ledger->services = *services;
    ledger->writer = ledger_writer_new(services->store, services->directory);
    ledger->chunk = xcalloc(1, sizeof *ledger->chunk);
    chunk_init(ledger->chunk, ledger);
    ledger->seen = seen_new();
    ledger->codes = ledger_codes_new();
    ledger->journal_count = -1;
    ledger->most_lines = MOST_LINES;
    ledger->reach = reach_new(services->directory);
    ledger->counts = reach_counts_new();
    return ledger;
}

void ledger_only(struct ledger *ledger, const alm_id *bodies, size_t n)
{
    ledger->only = bodies;
    ledger->n_only = n;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    ledger_writer_free(ledger->writer);
    chunk_release(ledger->chunk);
    free(ledger->chunk);
    seen_free(ledger->seen);
    ledger_codes_free(ledger->codes);
    free(ledger->settling.ids);
    free(ledger->settling.drawn);
    reach_free(ledger->reach);
    reach_counts_free(ledger->counts);
    free(ledger);
}

static enum alm_status judge_and_write(struct ledger_chunk *chunk, struct store_entry *entry, struct alm_error *err)
{
    struct ledger *ledger = chunk->ledger;
    enum alm_status status = chunk_check(chunk, err);
    if (status == ALM_OK)
        status = chunk_keys(chunk, err);
    if (status == ALM_OK)
        status = chunk_read_accounts(chunk, err);
    if (status != ALM_OK)
        return status;
    chunk_ask_rules(chunk);
    chunk_need_history(chunk);
    status = chunk_read_claims(chunk, err);
    if (status == ALM_OK)
        status = chunk_ask_holds(chunk, err);
    if (status == ALM_OK)
        status = chunk_judge(chunk, err);
    if (status != ALM_OK || (chunk->flags & LEDGER_RUN_ASK))
        return status;
    status = chunk_enter(chunk, entry, err);
    if (status == ALM_OK)
        status = ledger_writer_flush(ledger->writer, ledger->counts, err);
    return status;
}

enum alm_status ledger_run(struct ledger *ledger, const struct ledger_offer *offers, size_t n,
                           struct ledger_answer *answers, struct arena *arena, struct store_entry *entry,
                           uint32_t flags, struct alm_error *err)
{
    enum alm_status status =
        flags & LEDGER_RUN_WALK ? ALM_OK : ledger_refresh(ledger, entry ? entry->id : 0, err);
    seen_begin(ledger->seen, entry ? entry->id : 0);
    ledger->fault.status = ALM_OK;
    for (size_t from = 0; status == ALM_OK && from < n; from += LEDGER_MAX_CHUNK) {
        size_t count = n - from < LEDGER_MAX_CHUNK ? n - from : LEDGER_MAX_CHUNK;
        chunk_begin(ledger->chunk, offers + from, answers + from, count, arena, flags);
        ledger->chunk->entry = entry;
        status = judge_and_write(ledger->chunk, entry, err);
    }
    if (status != ALM_OK) {
        /* The transaction will be rolled back: what was gathered must not come with the next one. */
        ledger_writer_reset(ledger->writer);
        reach_counts_free(ledger->counts);
        ledger->counts = reach_counts_new();
        ledger_forget(ledger);
        ledger_forget_stock(ledger);
    }
    return status;
}

enum alm_status ledger_record(struct ledger *ledger, const struct ledger_offer *offers, size_t n,
                              struct ledger_answer *answers, struct arena *arena, struct store_entry *entry,
                              struct alm_error *err)
{
    return ledger_run(ledger, offers, n, answers, arena, entry, 0, err);
}

enum alm_status ledger_entitlement(struct ledger *ledger, const struct ledger_offer *offer,
                                   struct ledger_answer *answer, struct arena *arena, struct alm_error *err)
{
    struct ledger_offer question = *offer;
    question.quantity = 0;
    enum alm_status status = ledger_run(ledger, &question, 1, answer, arena, NULL, LEDGER_RUN_ASK, err);
    if (status == ALM_OK && answer->outcome == LEDGER_RECORDED)
        answer->value = ledger->chunk->rows[0].value;
    return status;
}
