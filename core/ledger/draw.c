/* SPDX-License-Identifier: MIT */
/* draw: what settle() takes out of stock, for the lines that it was handed and for no others. */
#include "ledger/internal.h"

#include <stdlib.h>

void ledger_forget_stock(struct ledger *ledger)
{
    if (ledger->services.stock)
        stock_forget(ledger->services.stock);
}

void ledger_fault(struct ledger *ledger, const struct alm_error *fault)
{
    if (ledger->fault.status == ALM_OK)
        ledger->fault = *fault;
}

/* ---- the settle() that runs ---- */

static int compare_ids(const void *left, const void *right)
{
    alm_id a = *(const alm_id *)left, b = *(const alm_id *)right;
    return (a > b) - (a < b);
}

/* The ids are kept apart: the lines are the plug-in's to write into. */
static void settling_begin(struct ledger_settling *settling, const struct ledger_programme *programme,
                           const struct alm_line *lines, size_t n, alm_id entry)
{
    bool sorted = true;
    settling->programme = programme;
    settling->entry = entry;
    settling->n = 0;
    for (size_t i = 0; i < n; i++) {
        ARRAY_ROOM(settling->ids, settling->n, settling->capacity);
        settling->ids[settling->n++] = lines[i].id;
        sorted = sorted && (i == 0 || lines[i - 1].id <= lines[i].id);
    }
    if (!sorted)
        qsort(settling->ids, settling->n, sizeof *settling->ids, compare_ids);
}

bool ledger_settles(const struct ledger *ledger, alm_id programme, alm_id line)
{
    const struct ledger_settling *settling = &ledger->settling;
    return settling->programme && settling->programme->id == programme && settling->n &&
           bsearch(&line, settling->ids, settling->n, sizeof *settling->ids, compare_ids);
}

enum alm_status ledger_call_settle(struct ledger *ledger, const struct ledger_programme *programme,
                                   struct alm_line *lines, size_t n, struct alm_verdict *verdicts, alm_id entry,
                                   struct alm_error *err)
{
    struct plugin_call call = {.plugin = programme->plugin, .programme = programme->name, .what = PLUGIN_SETTLE};
    settling_begin(&ledger->settling, programme, lines, n, entry);
    plugin_enter(&call);
    enum alm_status status = programme->rule->settle(programme->host, programme->state, lines, n, verdicts, err);
    plugin_leave(&call);
    ledger->settling.programme = NULL;
    if (ledger->fault.status != ALM_OK) {
        *err = ledger->fault;
        return err->status;
    }
    return status == ALM_OK ? ALM_OK : error_prefix(err, "%s", programme->name);
}

enum alm_status ledger_try_settle(struct ledger *ledger, const struct ledger_programme *programme,
                                  struct alm_line *lines, size_t n, struct alm_verdict *verdicts, alm_id entry,
                                  struct alm_error *err)
{
    ledger->fault.status = ALM_OK;
    ledger_draws_reset(ledger);
    return ledger_call_settle(ledger, programme, lines, n, verdicts, entry, err);
}

/* ---- what was drawn ---- */

void ledger_draws_reset(struct ledger *ledger)
{
    ledger->settling.n_drawn = 0;
}

static void note_item(struct ledger_settling *settling, alm_id item)
{
    const alm_id programme = settling->programme->id;
    for (size_t i = 0; i < settling->n_drawn; i++)
        if (settling->drawn[i].item == item) {
            settling->drawn[i].twice = settling->drawn[i].twice || settling->drawn[i].programme != programme;
            return;
        }
    ARRAY_ROOM(settling->drawn, settling->n_drawn, settling->drawn_capacity);
    settling->drawn[settling->n_drawn++] = (struct ledger_drawn){item, programme, false};
}

bool ledger_draws_meet(const struct ledger *ledger, const struct alm_goods *goods, size_t n)
{
    const struct ledger_settling *settling = &ledger->settling;
    for (size_t i = 0; i < settling->n_drawn; i++) {
        if (settling->drawn[i].twice)
            return true;
        for (size_t k = 0; k < n; k++)
            if (goods[k].item == settling->drawn[i].item)
                return true;
    }
    return false;
}

static enum alm_status not_theirs(struct ledger *ledger, const struct alm_draw *draw, struct alm_error *err)
{
    const struct ledger_programme *programme = ledger->settling.programme;
    char hint[160];
    if (!programme)
        return error_set(err, ALM_INTERNAL, NULL, _("stock is drawn for line %lld, and nothing is being settled"),
                         (long long)draw->line);
    snprintf(hint, sizeof hint,
             _("nothing was recorded; turn it off by `almoner programme disable %.40s`, and tell its author"),
             programme->name);
    error_set(err, ALM_INTERNAL, hint,
              _("settle() of plug-in %s drew stock for line %lld, which is none of those that it was handed"),
              programme->plugin, (long long)draw->line);
    ledger_fault(ledger, err);
    return err->status;
}

enum alm_status ledger_draw(struct ledger *ledger, alm_id programme, struct alm_draw *draws, size_t n,
                            struct alm_error *err)
{
    struct ledger_settling *settling = &ledger->settling;
    for (size_t i = 0; i < n; i++) {
        if (!ledger_settles(ledger, programme, draws[i].line))
            return not_theirs(ledger, &draws[i], err);
        for (size_t g = 0; g < draws[i].n_goods; g++)
            note_item(settling, draws[i].goods[g].item);
    }
    return n ? stock_draw(ledger->services.stock, draws, n, settling->entry, err) : ALM_OK;
}
