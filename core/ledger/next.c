/* SPDX-License-Identifier: MIT */
/*
 * next: from which day on may they have it?  Day by day from the one that was offered, each time as far ahead as what
 * stands in the way reaches, until nothing does: lines before and after the day, periods that are used up, what has to
 * come first, and the programme's rule.
 */
#include "ledger/chunk.h"

/* More steps than any recipient has lines; then nobody can say. */
enum { MAX_STEPS = 4000 };

/* What the row's own windows, exclusions and requirements make of a day: the day itself, or the one to look at after
 * it; ALM_NO_DATE: none will do by what is known. */
static alm_date clear_of_lines(struct ledger_chunk *chunk, size_t i, alm_date day)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    struct chunk_block block;
    for (size_t r = 0; r < programme->n_requirements; r++)
        if (!chunk_required(chunk, i, day, &programme->requirements[r]))
            return chunk_line_after(chunk, i, day, programme->requirements[r].programme);
    for (size_t x = 0; x < programme->n_exclusions; x++)
        if (chunk_nearest(chunk, i, day, programme->exclusions[x].programme, programme->exclusions[x].days, &block))
            return block.date + programme->exclusions[x].days;
    if (programme->window_days > 0 && chunk_nearest(chunk, i, day, programme->id, programme->window_days, &block))
        return block.date + programme->window_days;
    return day;
}

/* Whether a later period than that of the row can be used up.  Periods grow with time, nothing is dated after today,
 * and what is of a household or place stands under it alone. */
static bool may_be_used(struct ledger_chunk *chunk, size_t i, int64_t period)
{
    const struct chunk_row *row = &chunk->rows[i];
    const struct chunk_account *account = &chunk->accounts[row->account - 1];
    if (!row->has_period || period <= row->period)
        return true;
    return chunk->offers[i].date < chunk->ledger->services.today &&
           (chunk->programmes[row->programme].recipient == ALM_PERSON || chunk->owners[row->owner].n_stand_ins ||
            (account->last_date != ALM_NO_DATE && account->last_date > chunk->offers[i].date));
}

static enum alm_status is_used(struct ledger_chunk *chunk, size_t i, int64_t period, bool *used, struct alm_error *err)
{
    const alm_id recipients[] = {chunk_claimant(chunk, i), chunk->offers[i].partner};
    enum alm_status status = ALM_OK;
    *used = false;
    for (size_t c = 0; status == ALM_OK && !*used && c < 2 && recipients[c]; c++) {
        const size_t known = chunk->n_claims;
        const uint32_t number = chunk_claim(chunk, recipients[c], chunk->rows[i].programme, period);
        /* What is new here is read at once: the rows to come find it as the rest. */
        if (chunk->n_claims > known)
            status = chunk_claim_read(chunk, &chunk->claims[number - 1], err);
        *used = chunk->claims[number - 1].line || chunk->claims[number - 1].row;
    }
    return status;
}

enum alm_status chunk_next(struct ledger_chunk *chunk, size_t i, alm_date *next, struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    alm_date day = chunk->offers[i].date;
    enum alm_status status = chunk_read_ahead(chunk, i, err);
    *next = ALM_NO_DATE;
    for (int step = 0; status == ALM_OK && step < MAX_STEPS; step++) {
        if (day == ALM_NO_DATE || (programme->until != ALM_NO_DATE && day > programme->until))
            break;
        alm_date clear = clear_of_lines(chunk, i, day);
        if (clear != day) {
            day = clear;
            continue;
        }
        struct alm_entitlement rule;
        bool used = false;
        chunk_ask(chunk, i, day, &rule);
        if (rule.quantity > 0 && rule.has_period && may_be_used(chunk, i, rule.period))
            status = is_used(chunk, i, rule.period, &used, err);
        if (status == ALM_OK && rule.quantity > 0 && !used) {
            *next = day;
            break;
        }
        day = rule.next != ALM_NO_DATE && rule.next > day ? rule.next : ALM_NO_DATE;
    }
    return status;
}
