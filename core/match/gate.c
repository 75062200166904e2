/* SPDX-License-Identifier: MIT */
/* gate: aid to somebody who may be registered twice waits until somebody has decided. */
#include "match/match.h"

#include <math.h>
#include <stdlib.h>

/* Somebody who is flagged, with the likeliest of those whom they may be. */
struct flagged {
    alm_id person, other;
    int64_t bits;
};
struct gate {
    const struct match_register *of;
    struct register_members members;
    alm_id *ids; /* whom the lines may reach */
    size_t n;
    struct flagged *flagged; /* by person, each once */
    size_t n_flagged, capacity;
};

static int compare_ids(const void *left, const void *right)
{
    const alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;
    return (a > b) - (a < b);
}

static size_t unique(alm_id *ids, size_t n)
{
    size_t kept = 0;
    if (n)
        qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (!kept || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    return kept;
}

/* By person, the likeliest first. */
static int compare_flagged(const void *left, const void *right)
{
    const struct flagged *a = left, *b = right;
    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    return (a->other > b->other) - (a->other < b->other);
}

/* Aid for a household reaches its members of that day. */
static enum alm_status read_members(struct gate *gate, const struct alm_line *lines, size_t n, struct alm_error *err)
{
    alm_id *households = xcalloc(n + 1, sizeof *households);
    size_t n_households = 0;
    for (size_t i = 0; i < n; i++)
        if (lines[i].household && !lines[i].person)
            households[n_households++] = lines[i].household;
    n_households = unique(households, n_households);
    const enum alm_status status =
        n_households ? register_members_read(gate->of->store, &gate->members, households, n_households, err) : ALM_OK;
    gate->ids = xcalloc(2 * n + gate->members.n_members + 1, sizeof *gate->ids);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].person)
            gate->ids[gate->n++] = lines[i].person;
        if (lines[i].partner)
            gate->ids[gate->n++] = lines[i].partner;
    }
    for (size_t m = 0; m < gate->members.n_members; m++)
        gate->ids[gate->n++] = gate->members.members[m].member.id;
    gate->n = unique(gate->ids, gate->n);
    free(households);
    return status;
}

static enum alm_status read_flagged(struct gate *gate, struct alm_error *err)
{
    static const char *const ways[] = {"SELECT first, second, bits FROM match_flag WHERE first = ANY ($1) "
                                       "ORDER BY first, bits DESC, second, owner",
                                       "SELECT second, first, bits FROM match_flag WHERE second = ANY ($1) "
                                       "ORDER BY second, bits DESC, first, owner"};
    enum alm_status status = ALM_OK;
    for (size_t way = 0; way < COUNT_OF(ways) && status == ALM_OK; way++) {
        struct store_stmt *stmt;
        bool row;
        status = store_query(gate->of->store, &stmt, err, ways[way], "I", gate->ids, gate->n);
        while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
            ARRAY_ROOM(gate->flagged, gate->n_flagged, gate->capacity);
            gate->flagged[gate->n_flagged++] =
                (struct flagged){store_int(stmt, 0), store_int(stmt, 1), store_int(stmt, 2)};
        }
    }
    if (gate->n_flagged)
        qsort(gate->flagged, gate->n_flagged, sizeof *gate->flagged, compare_flagged);
    size_t kept = 0;
    for (size_t i = 0; i < gate->n_flagged; i++)
        if (!kept || gate->flagged[kept - 1].person != gate->flagged[i].person)
            gate->flagged[kept++] = gate->flagged[i];
    gate->n_flagged = kept;
    return status;
}

static const struct flagged *find_flagged(const struct gate *gate, alm_id person)
{
    return person && gate->n_flagged
               ? bsearch(&person, gate->flagged, gate->n_flagged, sizeof *gate->flagged, compare_ids)
               : NULL;
}

static const struct flagged *whom_it_meets(const struct gate *gate, const struct alm_line *line)
{
    const struct flagged *flagged = find_flagged(gate, line->person);
    if (!flagged)
        flagged = find_flagged(gate, line->partner);
    if (flagged || line->person || !line->household)
        return flagged;
    const struct register_household *household = register_members_find(&gate->members, line->household);
    for (size_t m = 0; household && m < household->n; m++) {
        const struct register_member *member = &gate->members.members[household->first + m];
        const struct flagged *found =
            register_member_on(member, line->date) ? find_flagged(gate, member->member.id) : NULL;
        if (found && (!flagged || found->bits > flagged->bits))
            flagged = found;
    }
    return flagged;
}

static enum alm_status hold(void *context, const struct alm_line *lines, size_t n, struct alm_verdict *verdicts,
                            struct alm_error *err)
{
    struct gate gate = {.of = context};
    int64_t any = 0;
    /* Where nobody is flagged, nothing has to be read of anybody. */
    enum alm_status status = store_number(gate.of->store, &any, 0, err,
                                          "SELECT first FROM match_flag ORDER BY owner, first, second LIMIT 1", "");
    if (status == ALM_OK && any)
        status = read_members(&gate, lines, n, err);
    if (status == ALM_OK && gate.n)
        status = read_flagged(&gate, err);
    for (size_t i = 0; i < n && status == ALM_OK && gate.n_flagged; i++) {
        const struct flagged *flagged = whom_it_meets(&gate, &lines[i]);
        if (flagged)
            alm_refuse(&verdicts[i],
                       _("person %lld may be person %lld, registered twice (probability %.4f): almoner match review"),
                       (long long)flagged->person, (long long)flagged->other,
                       1 / (1 + exp2(-(double)flagged->bits / 1000)));
    }
    register_members_release(&gate.members);
    free(gate.ids);
    free(gate.flagged);
    return status;
}

const struct ledger_gate match_gate = {.name = "match", .hold = hold};
