/* SPDX-License-Identifier: MIT */
/*
 * reverse: take a line back.  The line stays; a second one with the opposite amounts names it.  Claim, account, tallies
 * and unique counts become what they would be without both.
 */
#include "ledger/lines.h"
#include "ledger/recount.h"

#include <stdlib.h>

/* In the reverse of the order in which it was settled. */
static enum alm_status unsettle(struct ledger *ledger, const struct ledger_line *original, alm_id reversal,
                                alm_id entry, struct arena *arena, struct alm_error *err)
{
    const struct ledger_services *services = &ledger->services;
    const struct ledger_programme *programme =
        services->programme_by_id(services->context, original->line.programme, err);
    if (!programme)
        return err->status;
    const struct alm_programme *rule = programme->rule;
    if (!rule)
        return error_set(err, ALM_BAD_DATA, _("enable it first, so that what it drew can be given back"),
                         _("programme %s is not enabled: its deliveries cannot be taken back"), programme->name);
    struct alm_line line = original->line;
    line.n_detail = rule->n_detail;
    line.detail = arena_alloc(arena, (rule->n_detail + 1) * sizeof *line.detail);
    enum alm_status status =
        ledger_detail_read(text_of(original->detail_text), rule->detail, rule->n_detail, line.detail, arena, err);
    if (status == ALM_OK && rule->unsettle) {
        struct plugin_call call = {.plugin = programme->plugin, .programme = programme->name, .what = PLUGIN_UNSETTLE};
        plugin_enter(&call);
        status = rule->unsettle(programme->host, programme->state, &line, 1, err);
        plugin_leave(&call);
    }
    /* Whether it drew is asked of the stock: the settings may have changed since. */
    if (status == ALM_OK && services->stock)
        status = stock_undraw(services->stock, line.id, reversal, line.date, entry, err);
    for (size_t g = programme->n_unsettle; g > 0 && status == ALM_OK; g--)
        if (programme->gates[g - 1]->unsettle)
            status = programme->gates[g - 1]->unsettle(programme->gate_contexts[g - 1], &line, 1, err);
    return status;
}

/* Another line that stands and uses the same period, recorded past the double: the earliest of them. */
static enum alm_status find_heir(struct ledger *ledger, const struct ledger_line *original, alm_id recipient,
                                 alm_id *heir, alm_id *owner, struct alm_error *err)
{
    static const char sql[] =
        "SELECT l.id, l.owner FROM owner_line o JOIN line l ON l.id = o.id AND l.owner = o.owner "
        "WHERE o.owner = ANY ($1) AND o.span = ANY ($2) AND l.programme = $3 AND l.period = $4 AND l.id <> $5 "
        "AND (COALESCE(l.person, l.owner) = $6 OR l.partner = $6) AND l.reverses IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = l.owner AND r.line = l.id) "
        "ORDER BY l.id LIMIT 1";
    const struct alm_line *line = &original->line;
    struct store *store = ledger->services.store;
    struct lines_ids owners = {0}, spans = {0};
    struct store_stmt *stmt;
    bool row = false;
    lines_ids_add(&owners, line->owner);
    enum alm_status status = line->person ? lines_owners_of_person(store, recipient, &owners, err) : ALM_OK;
    if (status == ALM_OK)
        status = lines_all_spans(store, &spans, err);
    if (status == ALM_OK)
        status = store_query(store, &stmt, err, sql, "IIiiii", owners.at, owners.n, spans.at, spans.n, line->programme,
                             original->period, line->id, recipient);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    *heir = 0;
    if (status == ALM_OK && row) {
        *heir = store_int(stmt, 0);
        *owner = store_int(stmt, 1);
        store_done(stmt);
    }
    free(owners.at);
    free(spans.at);
    return status;
}

static enum alm_status give_back_claims(struct ledger *ledger, const struct ledger_line *original,
                                        struct alm_error *err)
{
    static const char sql[] = "DELETE FROM claim WHERE recipient = $1 AND programme = $2 AND period = $3 AND line = $4";
    const struct alm_line *line = &original->line;
    const alm_id recipients[] = {line->person ? line->person : line->owner, line->partner};
    enum alm_status status = ALM_OK;
    if (original->period == ALM_NULL)
        return ALM_OK;
    for (size_t i = 0; i < COUNT_OF(recipients) && status == ALM_OK; i++) {
        alm_id heir = 0, owner;
        int64_t freed = 0;
        if (recipients[i])
            status = store_run(ledger->services.store, &freed, err, sql, "iiii", recipients[i], line->programme,
                               original->period, line->id);
        if (status == ALM_OK && freed)
            status = find_heir(ledger, original, recipients[i], &heir, &owner, err);
        if (status == ALM_OK && heir)
            ledger_write_claim(ledger->writer, recipients[i], line->programme, original->period, owner, heir);
    }
    return status;
}

/* The account without the line: its last date and line are those of the lines that stand. An account of nothing has no
 * row. */
static enum alm_status mend_account(struct ledger *ledger, const struct alm_line *line, struct alm_error *err)
{
    static const char last_sql[] =
        "SELECT l.date, l.id FROM owner_line o JOIN line l ON l.id = o.id AND l.owner = o.owner "
        "WHERE o.owner = $1 AND o.span = ANY ($2) AND l.programme = $3 "
        "AND l.reverses IS NULL AND l.id <> $4 "
        "AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.owner = $1 AND r.line = l.id) "
        "ORDER BY l.date DESC, l.id DESC LIMIT 1";
    struct store *store = ledger->services.store;
    struct store_stmt *stmt;
    bool row;
    struct lines_ids spans = {0};
    enum alm_status status = lines_all_spans(store, &spans, err);
    if (status == ALM_OK)
        status =
            store_query(store, &stmt, err, last_sql, "iIii", line->owner, spans.at, spans.n, line->programme, line->id);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        ledger_write_account(ledger->writer, line->owner, line->programme, (alm_date)store_int(stmt, 0),
                             store_int(stmt, 1), -1, -line->quantity, -line->value);
        store_done(stmt);
    } else if (status == ALM_OK) {
        status = store_run(store, NULL, err, "DELETE FROM account WHERE owner = $1 AND programme = $2", "ii",
                           line->owner, line->programme);
    }
    free(spans.at);
    return status;
}

enum alm_status ledger_reverse(struct ledger *ledger, alm_id id, const char *reason, alm_id *reversal,
                               struct store_entry *entry, struct alm_error *err)
{
    struct arena arena = {0};
    struct ledger_line original;
    alm_id owner = 0;
    enum alm_status status =
        store_number(ledger->services.store, &owner, 0, err, "SELECT owner FROM line WHERE id = $1", "i", id);
    /* Lock first: what is read below may not change any more. */
    if (status == ALM_OK && owner)
        status = recount_lock_all(ledger, &owner, 1, err);
    if (status == ALM_OK)
        status = ledger_line_read(ledger, id, &original, &arena, err);
    if (status != ALM_OK)
        goto out;
    const struct alm_line *line = &original.line;
    if (line->reverses) {
        status = error_set(err, ALM_BAD_DATA, _("record the delivery again instead"),
                           _("line %lld takes line %lld back: it cannot be taken back itself"), (long long)id,
                           (long long)line->reverses);
        goto out;
    }
    if (original.reversed_by) {
        status = error_set(err, ALM_BAD_DATA, NULL, _("line %lld was taken back already, by line %lld"), (long long)id,
                           (long long)original.reversed_by);
        goto out;
    }
    status = store_id(ledger->services.store, reversal, err);
    if (status == ALM_OK)
        status = unsettle(ledger, &original, *reversal, entry->id, &arena, err);
    if (status == ALM_OK)
        status = give_back_claims(ledger, &original, err);
    if (status != ALM_OK)
        goto out;
    struct alm_line back = *line;
    back.id = *reversal;
    back.quantity = -line->quantity;
    back.value = -line->value;
    back.reverses = id;
    const struct ledger_extra extra = {text_of(original.detail_text), text_of(reason), ALM_NULL};
    ledger_write_line(ledger->writer, &back, &extra, entry);
    status = mend_account(ledger, line, err);
    if (status == ALM_OK && ledger->services.written)
        status = ledger->services.written(ledger->services.written_context, &back, 1, err);
    /* The recount reads the lines, so this one has to be there. */
    if (status == ALM_OK)
        status = ledger_writer_flush(ledger->writer, ledger->counts, err);
    if (status == ALM_OK)
        status = recount_owners(ledger, &line->owner, 1, err);
    if (status == ALM_OK)
        status = ledger_writer_flush(ledger->writer, ledger->counts, err);
out:
    if (status != ALM_OK) {
        ledger_writer_reset(ledger->writer);
        reach_counts_reset(ledger->counts);
        ledger_forget_stock(ledger);
    }
    arena_release(&arena);
    return status;
}
