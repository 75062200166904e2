/* SPDX-License-Identifier: MIT */
/* chunk: the offers of one call and what is known of their owners. */
#include "ledger/chunk.h"

#include <stdlib.h>

void chunk_init(struct ledger_chunk *chunk, struct ledger *ledger)
{
    *chunk = (struct ledger_chunk){.ledger = ledger};
}

void chunk_release(struct ledger_chunk *chunk)
{
    arena_release(&chunk->arena);
    arena_release(&chunk->past_arena);
    register_members_release(&chunk->members);
    register_aliases_release(&chunk->aliases);
    strbuf_release(&chunk->text);
    free(chunk->accounts);
    free(chunk->programmes);
    free(chunk->moved);
    free(chunk->claims);
    free(chunk->past);
    free(chunk->look);
    free(chunk->present);
    free(chunk->present_ids);
}

void chunk_begin(struct ledger_chunk *chunk, const struct ledger_offer *offers, struct ledger_answer *answers, size_t n,
                 struct arena *texts, uint32_t flags)
{
    arena_reset(&chunk->arena);
    arena_reset(&chunk->past_arena);
    chunk->offered = chunk->offers = offers;
    register_aliases_reset(&chunk->aliases);
    chunk->answers = answers;
    chunk->n = n;
    chunk->texts = texts;
    chunk->flags = flags;
    chunk->fault.status = ALM_OK;
    chunk->rows = arena_alloc(&chunk->arena, n * sizeof *chunk->rows);
    chunk->pairs = arena_alloc(&chunk->arena, n * sizeof *chunk->pairs);
    chunk->scratch = arena_alloc(&chunk->arena, n * sizeof *chunk->scratch);
    chunk->by_owner = arena_alloc(&chunk->arena, n * sizeof *chunk->by_owner);
    chunk->n_by_owner = 0;
    chunk->owners = NULL;
    chunk->n_owners = 0;
    chunk->n_accounts = 0;
    chunk->n_programmes = 0;
    chunk->n_moved = 0;
    chunk->n_claims = 0;
    chunk->claim_slots = NULL;
    chunk->n_claim_slots = 0;
    chunk->n_past = 0;
    chunk->past_batch = 0;
    chunk->past_until = 0;
    chunk->present_owner = 0;
    for (size_t i = 0; i < n; i++)
        answers[i] = (struct ledger_answer){.next = ALM_NO_DATE, .blocking_date = ALM_NO_DATE, .reason = ""};
}

void chunk_sort(struct chunk_pair *pairs, struct chunk_pair *scratch, size_t n)
{
    if (n < 48) {
        for (size_t i = 1; i < n; i++) {
            struct chunk_pair pair = pairs[i];
            size_t at = i;
            for (; at > 0 && pairs[at - 1].key > pair.key; at--)
                pairs[at] = pairs[at - 1];
            pairs[at] = pair;
        }
        return;
    }
    /* Radix by byte; ids share most of their bytes, which cost nothing then. */
    uint64_t differ = 0;
    bool sorted = true;
    for (size_t i = 1; i < n; i++) {
        differ |= pairs[i].key ^ pairs[0].key;
        sorted = sorted && pairs[i - 1].key <= pairs[i].key;
    }
    if (sorted)
        return;
    struct chunk_pair *from = pairs, *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (!((differ >> shift) & 0xff))
            continue;
        size_t starts[257] = {0};
        for (size_t i = 0; i < n; i++)
            starts[((from[i].key >> shift) & 0xff) + 1]++;
        for (size_t i = 1; i < 257; i++)
            starts[i] += starts[i - 1];
        for (size_t i = 0; i < n; i++)
            to[starts[(from[i].key >> shift) & 0xff]++] = from[i];
        struct chunk_pair *swap = from;
        from = to;
        to = swap;
    }
    if (from != pairs)
        memcpy(pairs, from, n * sizeof *pairs);
}

/* Whoever was registered there twice is one member. */
static void add_present(struct ledger_chunk *chunk, const struct register_member *member)
{
    for (size_t i = 0; member->alias && i < chunk->n_present; i++)
        if (chunk->present_ids[i] == member->member.id)
            return;
    chunk->present[chunk->n_present] = member->member;
    chunk->present_ids[chunk->n_present++] = member->member.id;
}

void chunk_members(struct ledger_chunk *chunk, uint32_t owner, alm_date date)
{
    if (chunk->present_owner == owner + 1 && chunk->present_date == date)
        return;
    chunk->present_owner = owner + 1;
    chunk->present_date = date;
    chunk->n_present = 0;
    if (!chunk->owners[owner].household)
        return;
    const struct register_household *household = &chunk->members.households[chunk->owners[owner].household - 1];
    if (household->n > chunk->present_capacity) {
        chunk->present_capacity = household->n * 2;
        chunk->present = xreallocarray(chunk->present, chunk->present_capacity, sizeof *chunk->present);
        chunk->present_ids = xreallocarray(chunk->present_ids, chunk->present_capacity, sizeof *chunk->present_ids);
    }
    const struct register_member *members = chunk->members.members + household->first;
    bool aliases = false;
    for (size_t i = 0; i < household->n; i++) {
        aliases = aliases || members[i].alias;
        if (!members[i].alias && register_member_on(&members[i], date))
            add_present(chunk, &members[i]);
    }
    for (size_t i = 0; aliases && i < household->n; i++)
        if (members[i].alias && register_member_on(&members[i], date))
            add_present(chunk, &members[i]);
}

/* ---- accounts ---- */

struct chunk_account *chunk_account(struct ledger_chunk *chunk, uint32_t owner, alm_id programme)
{
    for (uint32_t at = chunk->owners[owner].accounts; at; at = chunk->accounts[at - 1].next)
        if (chunk->accounts[at - 1].programme == programme)
            return &chunk->accounts[at - 1];
    return NULL;
}

static struct chunk_account *account_push(struct ledger_chunk *chunk, uint32_t owner, alm_id programme)
{
    ARRAY_ROOM(chunk->accounts, chunk->n_accounts, chunk->accounts_capacity);
    struct chunk_account *account = &chunk->accounts[chunk->n_accounts++];
    *account = (struct chunk_account){.programme = programme,
                                      .stored_date = ALM_NO_DATE,
                                      .last_date = ALM_NO_DATE,
                                      .next = chunk->owners[owner].accounts};
    chunk->owners[owner].accounts = (uint32_t)chunk->n_accounts;
    return account;
}

uint32_t chunk_account_add(struct ledger_chunk *chunk, uint32_t owner, alm_id programme)
{
    struct chunk_account *account = chunk_account(chunk, owner, programme);
    if (!account)
        account = account_push(chunk, owner, programme);
    return (uint32_t)(account - chunk->accounts) + 1;
}

enum alm_status chunk_read_accounts(struct ledger_chunk *chunk, struct alm_error *err)
{
    static const char some[] = "SELECT owner, programme, last_date, last_line, deliveries "
                               "FROM account "
                               "WHERE owner = ANY ($1) "
                               "ORDER BY owner, programme";
    static const char all[] = "SELECT owner, programme, last_date, last_line, deliveries "
                              "FROM account "
                              "WHERE owner BETWEEN $1 AND $2 "
                              "ORDER BY owner, programme";
    alm_id *ids = arena_alloc(&chunk->arena, chunk->n_owners * sizeof *ids);
    for (size_t i = 0; i < chunk->n_owners; i++)
        ids[i] = chunk->owners[i].id;
    struct store_stmt *stmt;
    enum alm_status status = ALM_OK;
    bool row = chunk->n_owners > 0;
    uint32_t owner = 0;
    /* Households of aliases and of those who moved may lie far from the others. */
    if (row && (chunk->flags & LEDGER_RUN_RANGE) && !chunk->aliases.n && !chunk->n_moved)
        status = store_query(chunk->ledger->services.store, &stmt, err, all, "ii", ids[0], ids[chunk->n_owners - 1]);
    else if (row)
        status = store_query(chunk->ledger->services.store, &stmt, err, some, "I", ids, chunk->n_owners);
    while (status == ALM_OK && row && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        alm_id id = store_int(stmt, 0);
        while (owner < chunk->n_owners && ids[owner] < id)
            owner++;
        if (owner == chunk->n_owners || ids[owner] != id)
            continue;
        struct chunk_account *account = account_push(chunk, owner, store_int(stmt, 1));
        int64_t last = store_int(stmt, 2);
        account->stored_date = last == ALM_NULL ? ALM_NO_DATE : (alm_date)last;
        account->stored_line = store_int(stmt, 3);
        account->stored_deliveries = store_int(stmt, 4);
        account->last_date = account->stored_date;
        account->last_line = account->stored_line;
    }
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < chunk->n; i++) {
        struct chunk_row *at = &chunk->rows[i];
        if (at->state != ROW_OUT)
            at->account = chunk_account_add(chunk, at->owner, chunk->offers[i].programme->id);
    }
    return ALM_OK;
}

/* ---- lines ---- */

void chunk_line(struct ledger_chunk *chunk, size_t i, struct alm_line *line)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    const struct chunk_row *row = &chunk->rows[i];
    const struct chunk_owner *owner = &chunk->owners[row->owner];
    uint32_t recipient = chunk->programmes[row->programme].recipient;
    const struct register_entry *stage = register_stage_of(chunk->ledger->services.directory, offer->date);
    *line = (struct alm_line){.id = row->id,
                              .owner = owner->id,
                              .household = owner->household ? owner->id : 0,
                              .person = recipient == ALM_PERSON ? offer->person : 0,
                              .partner = recipient == ALM_PERSON ? offer->partner : 0,
                              .place = recipient == ALM_PLACE ? owner->id : 0,
                              .programme = offer->programme->id,
                              .date = offer->date,
                              .quantity = row->state == ROW_ACCEPTED ? row->quantity : offer->quantity,
                              .value = row->value,
                              .area = owner->area,
                              .body = row->body,
                              .group = offer->group,
                              .stage = stage ? stage->id : 0,
                              .detail = offer->detail,
                              .n_detail = offer->detail ? offer->programme->rule->n_detail : 0};
}

void chunk_rewind(struct ledger_chunk *chunk)
{
    for (size_t i = 0; i < chunk->n_accounts; i++) {
        struct chunk_account *account = &chunk->accounts[i];
        account->last_date = account->stored_date;
        account->last_line = account->stored_line;
        account->last_row = 0;
    }
    for (size_t i = 0; i < chunk->n_owners; i++)
        chunk->owners[i].last_row = 0;
    for (size_t i = 0; i < chunk->n_claims; i++)
        chunk->claims[i].row = 0;
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state != ROW_OUT) {
            chunk->rows[i].state = ROW_PENDING;
            chunk->answers[i] = (struct ledger_answer){.next = ALM_NO_DATE, .blocking_date = ALM_NO_DATE, .reason = ""};
        }
    chunk->past_until = 0;
}
