/* SPDX-License-Identifier: MIT */
/* settle: accepted lines go to their programme, which draws what they use. */
#include "ledger/chunk.h"

/* The offer's own columns as they came; settle() may write into them, and a second judging must begin from these. */
static void keep_details(struct ledger_chunk *chunk)
{
    for (size_t i = 0; i < chunk->n; i++) {
        const struct ledger_offer *offer = &chunk->offers[i];
        if (chunk->rows[i].state == ROW_OUT || !offer->detail || !chunk->programmes[chunk->rows[i].programme].settles)
            continue;
        size_t size = offer->programme->rule->n_detail * sizeof *offer->detail;
        struct alm_value *kept = arena_alloc(&chunk->arena, size);
        memcpy(kept, offer->detail, size);
        chunk->rows[i].detail = kept;
    }
}

static void restore_details(struct ledger_chunk *chunk)
{
    for (size_t i = 0; i < chunk->n; i++) {
        const struct ledger_offer *offer = &chunk->offers[i];
        if (chunk->rows[i].detail)
            memcpy(offer->detail, chunk->rows[i].detail, offer->programme->rule->n_detail * sizeof *offer->detail);
    }
}

static enum alm_status settle(const struct ledger_programme *programme, struct alm_line *lines, size_t n,
                              struct alm_verdict *verdicts, struct alm_error *err)
{
    struct plugin_call call = {.plugin = programme->plugin, .programme = programme->name, .what = PLUGIN_SETTLE};
    plugin_enter(&call);
    enum alm_status status = programme->rule->settle(programme->host, programme->state, lines, n, verdicts, err);
    plugin_leave(&call);
    return status == ALM_OK ? ALM_OK : error_prefix(err, "%s", programme->name);
}

static enum alm_status settle_programme(struct ledger_chunk *chunk, uint32_t number, bool *refused,
                                        struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->programmes[number].programme;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < chunk->n; i++)
        n += chunk->rows[i].state == ROW_ACCEPTED && chunk->rows[i].programme == number;
    if (!n)
        return ALM_OK;
    struct alm_line *lines = arena_alloc(&chunk->arena, n * sizeof *lines);
    struct alm_verdict *verdicts = arena_alloc(&chunk->arena, n * sizeof *verdicts);
    for (size_t i = 0; i < chunk->n; i++)
        if (chunk->rows[i].state == ROW_ACCEPTED && chunk->rows[i].programme == number)
            chunk_line(chunk, i, &lines[at++]);
    enum alm_status status = settle(programme, lines, n, verdicts, err);
    if (status != ALM_OK)
        return status;
    at = 0;
    for (size_t i = 0; i < chunk->n; i++) {
        if (chunk->rows[i].state != ROW_ACCEPTED || chunk->rows[i].programme != number)
            continue;
        *refused = *refused || verdicts[at].refused;
        chunk->rows[i].value = lines[at++].value;
    }
    return ALM_OK;
}

enum alm_status chunk_settle_all(struct ledger_chunk *chunk, bool *refused, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    *refused = false;
    keep_details(chunk);
    for (uint32_t p = 0; status == ALM_OK && !*refused && p < chunk->n_programmes; p++)
        if (chunk->programmes[p].settles)
            status = settle_programme(chunk, p, refused, err);
    if (*refused)
        restore_details(chunk);
    return status;
}

enum alm_status chunk_settle_one(struct ledger_chunk *chunk, size_t i, struct alm_verdict *verdict,
                                 struct alm_error *err)
{
    const struct ledger_programme *programme = chunk->offers[i].programme;
    struct alm_line line;
    chunk_line(chunk, i, &line);
    enum alm_status status = settle(programme, &line, 1, verdict, err);
    if (status != ALM_OK)
        return status;
    verdict->reason[sizeof verdict->reason - 1] = '\0';
    chunk->rows[i].value = line.value;
    return ALM_OK;
}
