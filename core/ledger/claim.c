/* SPDX-License-Identifier: MIT */
/*
 * claim: periods that are used up, by recipient and programme.  What the rows of a chunk ask for is gathered first, so
 * that only that is kept of what is read, however much a recipient had before.
 */
#include "ledger/chunk.h"

#include <stdlib.h>

enum { CLAIMANTS_MAX = 64 };

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

/* A recipient with all aliases, into `ids`. */
static size_t claimants(const struct ledger_chunk *chunk, alm_id recipient, alm_id ids[CLAIMANTS_MAX])
{
    ids[0] = recipient;
    return 1 + register_stand_ins(&chunk->aliases, recipient, ids + 1, CLAIMANTS_MAX - 1);
}

/* What the recipient claimed goes before what an alias did; of several aliases the one of the first line. */
static void take_claim(struct chunk_claim *claim, alm_id recipient, alm_id line, alm_id owner)
{
    const bool of_alias = recipient != claim->recipient;
    if (claim->line && of_alias && (!claim->of_alias || claim->line < line))
        return;
    claim->line = line;
    claim->owner = owner;
    claim->of_alias = of_alias;
}

enum alm_status chunk_claim_read(struct ledger_chunk *chunk, struct chunk_claim *claim, struct alm_error *err)
{
    static const char sql[] = "SELECT recipient, line, owner FROM claim "
                              "WHERE recipient = ANY ($1) AND programme = $2 AND period = $3";
    struct store_stmt *stmt;
    bool row;
    alm_id ids[CLAIMANTS_MAX];
    const size_t n = claimants(chunk, claim->recipient, ids);
    enum alm_status status = store_query(chunk->ledger->services.store, &stmt, err, sql, "Iii", ids, n,
                                         chunk->programmes[claim->programme].programme->id, claim->period);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row)
        take_claim(claim, store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2));
    return status;
}

/* The claims of some recipients on one period. */
static enum alm_status read_period(struct ledger_chunk *chunk, uint32_t programme, int64_t period,
                                   const alm_id *recipients, size_t n, struct alm_error *err)
{
    static const char sql[] = "SELECT recipient, line, owner FROM claim "
                              "WHERE programme = $1 AND period = $2 AND recipient = ANY ($3)";
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = store_query(chunk->ledger->services.store, &stmt, err, sql, "iiI",
                                         chunk->programmes[programme].programme->id, period, recipients, n);
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const alm_id recipient = store_int(stmt, 0), survivor = register_survivor(&chunk->aliases, recipient);
        take_claim(&chunk->claims[chunk->claim_slots[claim_slot(chunk, survivor, programme, period)] - 1], recipient,
                   store_int(stmt, 1), store_int(stmt, 2));
    }
    return status;
}

/* Whether something may be claimed: to a household or place, only if anything was given to it before; a person may
 * have come from elsewhere. */
static bool may_be_claimed(const struct ledger_chunk *chunk, const struct chunk_row *row)
{
    return chunk->programmes[row->programme].recipient == ALM_PERSON || chunk->accounts[row->account - 1].stored_line ||
           chunk->owners[row->owner].n_stand_ins;
}

static enum alm_status read_programme(struct ledger_chunk *chunk, uint32_t programme, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    size_t n = 0, n_recipients = 0;
    /* By period; recipients within one stay in the order of their owners, which is about that of the store. */
    for (size_t k = 0; k < chunk->n_by_owner; k++) {
        const struct chunk_row *row = &chunk->rows[chunk->by_owner[k]];
        if (row->state != ROW_OUT && row->programme == programme && row->claims[0] && may_be_claimed(chunk, row))
            chunk->pairs[n++] = (struct chunk_pair){(uint64_t)row->period, chunk->by_owner[k]};
    }
    chunk_sort(chunk->pairs, chunk->scratch, n);
    size_t capacity = 2 * n + 2 * CLAIMANTS_MAX;
    alm_id *recipients = xreallocarray(NULL, capacity, sizeof *recipients);
    for (size_t i = 0; status == ALM_OK && i < n; i++) {
        const struct chunk_row *row = &chunk->rows[chunk->pairs[i].value];
        for (size_t c = 0; c < 2; c++) {
            if (!row->claims[c])
                continue;
            if (n_recipients + CLAIMANTS_MAX > capacity) {
                capacity *= 2;
                recipients = xreallocarray(recipients, capacity, sizeof *recipients);
            }
            n_recipients += claimants(chunk, chunk->claims[row->claims[c] - 1].recipient, recipients + n_recipients);
        }
        if (i + 1 < n && chunk->pairs[i + 1].key == chunk->pairs[i].key)
            continue;
        status = read_period(chunk, programme, row->period, recipients, n_recipients, err);
        n_recipients = 0;
    }
    free(recipients);
    return status;
}

enum alm_status chunk_read_claims(struct ledger_chunk *chunk, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    for (uint32_t i = 0; status == ALM_OK && i < chunk->n_programmes; i++)
        if (!chunk->programmes[i].looks_back)
            status = read_programme(chunk, i, err);
    return status;
}
