/* SPDX-License-Identifier: MIT */
/*
 * claim: periods that are used up, by recipient and programme.  What the rows of a chunk ask for is gathered first, so
 * that only that is kept of what is read, however much a recipient had before.
 */
#include "ledger/chunk.h"

/* Past so many stored lines for each row that asks, single look-ups read less than a range does. */
enum { RANGE_FACTOR = 8 };

static size_t claim_slot(const struct ledger_chunk *chunk, alm_id recipient, uint32_t programme, int64_t period)
{
    uint64_t hash = (uint64_t)recipient * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 29) ^ (uint64_t)period ^ ((uint64_t)programme << 40)) * UINT64_C(0xbf58476d1ce4e5b9);
    hash ^= hash >> 32;
    for (size_t at = hash & (chunk->n_claim_slots - 1);; at = (at + 1) & (chunk->n_claim_slots - 1)) {
        uint32_t number = chunk->claim_slots[at];
        if (!number)
            return at;
        const struct chunk_claim *claim = &chunk->claims[number - 1];
        if (claim->recipient == recipient && claim->period == period && claim->programme == programme)
            return at;
    }
}

static void claim_grow(struct ledger_chunk *chunk)
{
    size_t n = chunk->n_claim_slots ? chunk->n_claim_slots * 2 : 64;
    while (n < chunk->n * 2)
        n *= 2;
    chunk->claim_slots = arena_alloc(&chunk->arena, n * sizeof *chunk->claim_slots);
    chunk->n_claim_slots = n;
    for (size_t i = 0; i < chunk->n_claims; i++) {
        const struct chunk_claim *claim = &chunk->claims[i];
        chunk->claim_slots[claim_slot(chunk, claim->recipient, claim->programme, claim->period)] = (uint32_t)i + 1;
    }
}

uint32_t chunk_claim(struct ledger_chunk *chunk, alm_id recipient, uint32_t programme, int64_t period)
{
    if (chunk->n_claims * 4 >= chunk->n_claim_slots * 3)
        claim_grow(chunk);
    size_t at = claim_slot(chunk, recipient, programme, period);
    if (!chunk->claim_slots[at]) {
        ARRAY_ROOM(chunk->claims, chunk->n_claims, chunk->claims_capacity);
        chunk->claims[chunk->n_claims++] =
            (struct chunk_claim){.recipient = recipient, .period = period, .programme = programme};
        chunk->claim_slots[at] = (uint32_t)chunk->n_claims;
    }
    return chunk->claim_slots[at];
}

enum alm_status chunk_claim_read(struct ledger_chunk *chunk, struct chunk_claim *claim, struct alm_error *err)
{
    static const char sql[] = "SELECT line, owner FROM claim WHERE recipient = $1 AND programme = $2 AND period = $3";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(chunk->ledger->services.store, &stmt, err, sql, "iii", claim->recipient,
                                         chunk->programmes[claim->programme].programme->id, claim->period);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status == ALM_OK && row) {
        claim->line = store_int(stmt, 0);
        claim->owner = store_int(stmt, 1);
        store_done(stmt);
    }
    return status;
}

static enum alm_status read_range(struct ledger_chunk *chunk, uint32_t programme, const alm_id *recipients, size_t n,
                                  int64_t from, int64_t to, struct alm_error *err)
{
    static const char sql[] = "SELECT recipient, period, line, owner "
                              "FROM claim "
                              "WHERE recipient = ANY ($1) AND programme = $2 AND period BETWEEN $3 AND $4";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(chunk->ledger->services.store, &stmt, err, sql, "Iiii", recipients, n,
                                         chunk->programmes[programme].programme->id, from, to);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        size_t at = claim_slot(chunk, store_int(stmt, 0), programme, store_int(stmt, 1));
        if (!chunk->claim_slots[at])
            continue;
        struct chunk_claim *claim = &chunk->claims[chunk->claim_slots[at] - 1];
        claim->line = store_int(stmt, 2);
        claim->owner = store_int(stmt, 3);
    }
    return status;
}

static enum alm_status read_programme(struct ledger_chunk *chunk, uint32_t programme, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    int64_t from = INT64_MAX, to = INT64_MIN, stored = 0;
    size_t n = 0, asking = 0;
    uint32_t owner = UINT32_MAX;
    bool person = chunk->programmes[programme].recipient == ALM_PERSON, full = false;
    /* Rows by owner, so that single look-ups go through the store in order. */
    for (size_t k = 0; k < chunk->n_by_owner; k++) {
        size_t i = chunk->by_owner[k];
        struct chunk_row *row = &chunk->rows[i];
        if (row->state == ROW_OUT || row->programme != programme || !row->claims[0])
            continue;
        const struct chunk_account *account = &chunk->accounts[row->account - 1];
        /* Nothing was ever given to this household or place: nothing is claimed.  A person may have come from
         * elsewhere. */
        if (!person && !account->stored_line)
            continue;
        if (row->owner != owner)
            stored += account->stored_deliveries;
        owner = row->owner;
        asking++;
        for (size_t c = 0; c < 2; c++) {
            if (!row->claims[c])
                continue;
            alm_id recipient = chunk->claims[row->claims[c] - 1].recipient;
            if (n && chunk->pairs[n - 1].key == (uint64_t)recipient)
                continue;
            if (n < chunk->n)
                chunk->pairs[n++].key = (uint64_t)recipient;
            else
                full = true; /* couples: more persons than rows */
        }
        from = row->period < from ? row->period : from;
        to = row->period > to ? row->period : to;
    }
    if (!asking)
        return ALM_OK;
    if (full || stored > RANGE_FACTOR * (int64_t)asking + 1000) {
        for (size_t k = 0; status == ALM_OK && k < chunk->n_by_owner; k++) {
            const struct chunk_row *row = &chunk->rows[chunk->by_owner[k]];
            if (row->state == ROW_OUT || row->programme != programme)
                continue;
            for (size_t c = 0; status == ALM_OK && c < 2; c++)
                if (row->claims[c] && (person || chunk->accounts[row->account - 1].stored_line))
                    status = chunk_claim_read(chunk, &chunk->claims[row->claims[c] - 1], err);
        }
        return status;
    }
    chunk_sort(chunk->pairs, chunk->scratch, n);
    alm_id *recipients = arena_alloc(&chunk->arena, n * sizeof *recipients);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!kept || recipients[kept - 1] != (alm_id)chunk->pairs[i].key)
            recipients[kept++] = (alm_id)chunk->pairs[i].key;
    return read_range(chunk, programme, recipients, kept, from, to, err);
}

enum alm_status chunk_read_claims(struct ledger_chunk *chunk, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (uint32_t i = 0; status == ALM_OK && i < chunk->n_programmes; i++)
        if (!chunk->programmes[i].looks_back)
            status = read_programme(chunk, i, err);
    return status;
}
