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

/* A person in the household, as themselves and not as an alias of theirs. */
static const struct register_member *in_person(const struct ledger_chunk *chunk,
                                               const struct register_household *household, alm_id person)
{
    for (size_t m = 0; household && m < household->n; m++) {
        const struct register_member *member = &chunk->members.members[household->first + m];
        if (member->member.id == person && !member->alias)
            return member;
    }
    return NULL;
}

/* A partner who was met under an alias, in the household that registered them. */
static const struct register_member *at_home(const struct ledger_chunk *chunk, const struct register_member *partner)
{
    for (size_t h = 0; partner->alias && h < chunk->members.n_households; h++) {
        const struct register_household *household = &chunk->members.households[h];
        const struct register_member *self = in_person(chunk, household, partner->member.id);
        if (self && self->home == household->id)
            return self;
    }
    return partner;
}

/* The partner of an accepted row who is to be marked; NULL: none.  An alias may be split off again: the mark is needed
 * although both are met in several places now. */
static const struct register_member *stranger(const struct ledger_chunk *chunk, size_t i)
{
    const struct chunk_row *row = &chunk->rows[i];
    if (row->state != ROW_ACCEPTED || !row->partner)
        return NULL;
    const struct register_member *partner = at_home(chunk, &chunk->members.members[row->partner - 1]);
    const struct register_household *owner = register_members_find(&chunk->members, chunk->owners[row->owner].id);
    if (in_person(chunk, owner, partner->member.id))
        return NULL;
    const struct register_household *home = register_members_find(&chunk->members, partner->home);
    if (partner->aliased && !partner->elsewhere)
        return partner;
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
