/* SPDX-License-Identifier: MIT */
/*
 * elsewhere: a couple's partner may live in a household that the line does not name.  Two owners' lines reach them
 * then, so when that happens first they are marked, and what they were counted for under their own household moves to a
 * row of their own (reach_own_row()).  Their household was locked with the chunk's.
 */
#include "ledger/chunk.h"
#include "ledger/lines.h"
#include "ledger/recount.h"

#include <stdlib.h>

/* The partner of an accepted row who is to be marked; NULL: none. */
static const struct register_member *stranger(const struct ledger_chunk *chunk, size_t i)
{
    const struct chunk_row *row = &chunk->rows[i];
    if (row->state != ROW_ACCEPTED || !row->partner)
        return NULL;
    const struct register_member *partner = &chunk->members.members[row->partner - 1];
    const struct register_household *owner = register_members_find(&chunk->members, chunk->owners[row->owner].id);
    for (size_t m = 0; owner && m < owner->n; m++)
        if (chunk->members.members[owner->first + m].member.id == partner->member.id)
            return NULL;
    const struct register_household *home = register_members_find(&chunk->members, partner->home);
    return home && reach_own_row(&chunk->members, home, partner->member.id) ? NULL : partner;
}

static void mark_members(struct ledger_chunk *chunk, const struct lines_ids *persons)
{
    for (size_t m = 0; m < chunk->members.n_members; m++)
        if (lines_ids_have(persons, chunk->members.members[m].member.id))
            chunk->members.members[m].elsewhere = true;
}

enum alm_status chunk_mark_partners(struct ledger_chunk *chunk, struct alm_error *err)
{
    struct ledger *ledger = chunk->ledger;
    struct lines_ids persons = {0}, homes = {0};
    for (size_t i = 0; i < chunk->n; i++) {
        const struct register_member *partner = stranger(chunk, i);
        if (!partner)
            continue;
        lines_ids_add(&persons, partner->member.id);
        lines_ids_add(&homes, partner->home);
    }
    if (!persons.n)
        return ALM_OK;
    lines_ids_sort(&persons);
    lines_ids_sort(&homes);
    enum alm_status status =
        register_person_elsewhere(ledger->services.store, homes.at, homes.n, persons.at, persons.n, err);
    if (status == ALM_OK)
        status = recount_owners(ledger, homes.at, homes.n, err);
    if (status == ALM_OK)
        status = ledger_writer_flush(ledger->writer, ledger->counts, err);
    mark_members(chunk, &persons);
    free(persons.at);
    free(homes.at);
    return status;
}
