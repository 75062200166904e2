/* SPDX-License-Identifier: MIT */
/* enter: what was judged goes to the writer, owner by owner, and its beneficiaries are counted. */
#include "ledger/chunk.h"
#include "ledger/lines.h"
#include "ledger/recount.h"

#include <stdlib.h>

/* Lines that reach a person who keeps marks of their own. */
struct own_list {
    struct chunk_pair *at; /* person, row */
    size_t n, capacity;
};

static struct alm_text detail_text(struct ledger_chunk *chunk, size_t i)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    const struct alm_programme *rule = offer->programme->rule;
    if (!offer->detail || !rule->n_detail)
        return (struct alm_text){0};
    strbuf_reset(&chunk->text);
    ledger_detail_write(&chunk->text, rule->detail, offer->detail, rule->n_detail);
    return chunk->text.len ? (struct alm_text){chunk->text.at, chunk->text.len} : (struct alm_text){0};
}

/* A line that was recorded past a double leaves the claim with the line that has it. */
static void enter_claims(struct ledger_chunk *chunk, size_t i)
{
    const struct chunk_row *row = &chunk->rows[i];
    for (size_t c = 0; c < 2; c++)
        if (row->claims[c] && chunk->claims[row->claims[c] - 1].row == i + 1)
            ledger_write_claim(chunk->ledger->writer, chunk->claims[row->claims[c] - 1].recipient,
                               chunk->programmes[row->programme].programme->id, row->period,
                               chunk->owners[row->owner].id, row->id);
}

/* Add the line to the owner's state, which is loaded; persons with a row of their own wait in `own`. */
static void reach_line(struct ledger_chunk *chunk, size_t i, const struct alm_line *line, struct own_list *own)
{
    const struct chunk_row *row = &chunk->rows[i];
    uint32_t number = chunk->owners[row->owner].household;
    const struct register_household *household = number ? &chunk->members.households[number - 1] : NULL;
    const alm_id named[2] = {line->person, line->partner};
    const alm_id *persons = named;
    alm_id kept[2];
    size_t n = line->person ? line->partner ? 2 : 1 : 0, n_own = 0;
    if (lines_reach_members(line)) {
        chunk_members(chunk, row->owner, line->date);
        persons = chunk->present_ids;
        n = chunk->n_present;
    }
    for (size_t p = 0; household && p < n; p++)
        if (reach_own_row(&chunk->members, household, persons[p])) {
            ARRAY_ROOM(own->at, own->n, own->capacity);
            own->at[own->n++] = (struct chunk_pair){(uint64_t)persons[p], i};
            n_own++;
        }
    if (!n_own) {
        reach_add(chunk->ledger->reach, line, persons, n, chunk->ledger->counts);
        return;
    }
    alm_id *others = n <= 2 ? kept : arena_alloc(&chunk->arena, n * sizeof *others);
    size_t n_others = 0;
    for (size_t p = 0; p < n; p++)
        if (!reach_own_row(&chunk->members, household, persons[p]))
            others[n_others++] = persons[p];
    reach_add(chunk->ledger->reach, line, others, n_others, chunk->ledger->counts);
}

static void enter_row(struct ledger_chunk *chunk, size_t i, struct store_entry *entry, struct own_list *own)
{
    struct chunk_row *row = &chunk->rows[i];
    struct ledger_answer *answer = &chunk->answers[i];
    struct ledger_writer *writer = chunk->ledger->writer;
    struct alm_line line;
    chunk_line(chunk, i, &line);
    bool known = row->state == ROW_REFUSED && (row->refusal || (chunk->flags & LEDGER_RUN_PAST_DOUBLE));
    answer->line = known ? row->refusal : row->id;
    struct ledger_extra extra = {detail_text(chunk, i), chunk->offers[i].note, ALM_NULL};
    if (row->state == ROW_REFUSED) {
        /* An offer past its double, or one that is judged anew, is on record already. */
        if (!known)
            ledger_write_refusal(writer, &line, &extra, row->key, answer, entry->id);
        return;
    }
    answer->value = line.value;
    if (row->has_period)
        extra.period = row->period;
    enter_claims(chunk, i);
    ledger_write_line(writer, &line, &extra, entry);
    struct chunk_account *account = &chunk->accounts[row->account - 1];
    account->deliveries++;
    account->quantity += line.quantity;
    account->value += line.value;
    reach_line(chunk, i, &line, own);
}

/* The states of these owners in step with the loop over them. */
struct states {
    struct store_stmt *stmt;
    bool row;
};

static enum alm_status states_open(struct ledger_chunk *chunk, struct states *states, const alm_id *owners, size_t n,
                                   struct alm_error *err)
{
    states->row = false;
    if (!n)
        return ALM_OK;
    enum alm_status status =
        store_query(chunk->ledger->services.store, &states->stmt, err,
                    "SELECT owner, state FROM reach WHERE owner = ANY ($1) ORDER BY owner", "I", owners, n);
    return status == ALM_OK ? store_next(states->stmt, &states->row, err) : status;
}

static enum alm_status states_load(struct ledger_chunk *chunk, struct states *states, alm_id owner,
                                   struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && states->row && store_int(states->stmt, 0) < owner)
        status = store_next(states->stmt, &states->row, err);
    if (status != ALM_OK)
        return status;
    bool known = states->row && store_int(states->stmt, 0) == owner;
    struct alm_text state = known ? store_text(states->stmt, 1) : (struct alm_text){0};
    return reach_load(chunk->ledger->reach, state.len ? state : (struct alm_text){0}, err);
}

static enum alm_status enter_owners(struct ledger_chunk *chunk, struct store_entry *entry, struct own_list *own,
                                    struct alm_error *err)
{
    struct ledger *ledger = chunk->ledger;
    struct states states;
    alm_id *served = arena_alloc(&chunk->arena, chunk->n_owners * sizeof *served);
    size_t n_served = 0;
    for (size_t o = 0; o < chunk->n_owners; o++)
        if (chunk->owners[o].last_row)
            served[n_served++] = chunk->owners[o].id;
    enum alm_status status = states_open(chunk, &states, served, n_served, err);
    for (size_t k = 0; status == ALM_OK && k < chunk->n_by_owner;) {
        uint32_t number = chunk->rows[chunk->by_owner[k]].owner;
        struct chunk_owner *owner = &chunk->owners[number];
        if (owner->last_row)
            status = states_load(chunk, &states, owner->id, err);
        for (; status == ALM_OK && k < chunk->n_by_owner && chunk->rows[chunk->by_owner[k]].owner == number; k++)
            if (chunk->rows[chunk->by_owner[k]].state != ROW_OUT)
                enter_row(chunk, chunk->by_owner[k], entry, own);
        if (status != ALM_OK || !owner->last_row)
            continue;
        if (reach_changed(ledger->reach))
            ledger_write_reach(ledger->writer, owner->id, reach_text(ledger->reach));
        for (uint32_t at = owner->accounts; at; at = chunk->accounts[at - 1].next) {
            const struct chunk_account *account = &chunk->accounts[at - 1];
            if (account->deliveries)
                ledger_write_account(ledger->writer, owner->id, account->programme, account->last_date,
                                     account->last_line, account->deliveries, account->quantity, account->value);
        }
    }
    return status;
}

/* Persons who moved: what reaches them under any household of the chunk. */
static enum alm_status enter_own(struct ledger_chunk *chunk, struct own_list *own, struct alm_error *err)
{
    struct ledger *ledger = chunk->ledger;
    struct states states;
    struct chunk_pair *scratch = arena_alloc(&chunk->arena, own->n * sizeof *scratch);
    alm_id *persons = arena_alloc(&chunk->arena, own->n * sizeof *persons);
    size_t n_persons = 0;
    chunk_sort(own->at, scratch, own->n);
    for (size_t k = 0; k < own->n; k++)
        if (!n_persons || persons[n_persons - 1] != (alm_id)own->at[k].key)
            persons[n_persons++] = (alm_id)own->at[k].key;
    /* Another of their households may be written to at this time. */
    enum alm_status status = recount_lock(ledger, persons, n_persons, err);
    if (status == ALM_OK)
        status = states_open(chunk, &states, persons, n_persons, err);
    for (size_t p = 0, k = 0; status == ALM_OK && p < n_persons; p++) {
        status = states_load(chunk, &states, persons[p], err);
        for (; status == ALM_OK && k < own->n && (alm_id)own->at[k].key == persons[p]; k++) {
            struct alm_line line;
            chunk_line(chunk, (size_t)own->at[k].value, &line);
            reach_add_person(ledger->reach, &line, persons[p], ledger->counts);
        }
        if (status == ALM_OK && reach_changed(ledger->reach))
            ledger_write_reach(ledger->writer, persons[p], reach_text(ledger->reach));
    }
    return status;
}

/* Offers that were refused before: the refusal stays, with what became of it now. */
static enum alm_status enter_reopened(struct ledger_chunk *chunk, struct alm_error *err)
{
    static const char sql[] = "UPDATE refusal SET state = $3, line = $4 WHERE owner = $1 AND id = $2";
    enum alm_status status = ALM_OK;
    for (size_t i = 0; i < chunk->n && status == ALM_OK; i++) {
        const struct chunk_row *row = &chunk->rows[i];
        bool accepted = row->state == ROW_ACCEPTED;
        if (row->state != ROW_OUT && row->refusal && (accepted || chunk->answers[i].outcome == LEDGER_HELD))
            status = store_run(chunk->ledger->services.store, NULL, err, sql, "iiii", row->refused_under, row->refusal,
                               (int64_t)(accepted ? 2 : 1), accepted ? row->id : ALM_NULL);
    }
    return status;
}

/* Who is told of what was written. */
static enum alm_status tell_written(struct ledger_chunk *chunk, struct alm_error *err)
{
    const struct ledger_services *services = &chunk->ledger->services;
    size_t n = 0;
    if (!services->written)
        return ALM_OK;
    struct alm_line *lines = arena_alloc(&chunk->arena, chunk->n * sizeof *lines);
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED)
            chunk_line(chunk, i, &lines[n++]);
    return n ? services->written(services->written_context, lines, n, err) : ALM_OK;
}

enum alm_status chunk_enter(struct ledger_chunk *chunk, struct store_entry *entry, struct alm_error *err)
{
    struct own_list own = {0};
    enum alm_status status = chunk_mark_partners(chunk, err);
    if (status == ALM_OK)
        status = enter_owners(chunk, entry, &own, err);
    if (status == ALM_OK && own.n)
        status = enter_own(chunk, &own, err);
    if (status == ALM_OK)
        status = enter_reopened(chunk, err);
    if (status == ALM_OK)
        status = tell_written(chunk, err);
    free(own.at);
    return status;
}
