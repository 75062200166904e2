/* SPDX-License-Identifier: MIT */
/* stock: the struct, and the words of kinds. */
#include "stock/internal.h"

#include <stdlib.h>

const char *const stock_kinds[] = {[0] = "",
                                   [STOCK_RECEIVE] = N_("receive"),
                                   [STOCK_MOVE] = N_("move"),
                                   [STOCK_ISSUE] = N_("issue"),
                                   [STOCK_RETURN] = N_("return"),
                                   [STOCK_LOSS] = N_("loss"),
                                   [STOCK_COUNT] = N_("count"),
                                   [STOCK_DRAW] = N_("draw"),
                                   [STOCK_UNDRAW] = N_("draw back"),
                                   [STOCK_USE] = N_("use"),
                                   [STOCK_MADE] = N_("make"),
                                   NULL};

struct stock *stock_new(struct store *store, struct register_directory *directory)
{
    struct stock *stock = xcalloc(1, sizeof *stock);
    stock->store = store;
    stock->directory = directory;
    stock->seen = seen_new();
    return stock;
}

void stock_free(struct stock *stock)
{
    if (!stock)
        return;
    stock_journal_reset(stock, true);
    stock_cells_release(stock);
    stock_short_reset(stock);
    stock_names_reset(&stock->items);
    stock_names_reset(&stock->depots);
    seen_free(stock->seen);
    free(stock);
}

void stock_forget(struct stock *stock)
{
    stock_journal_reset(stock, false);
    stock_cells_reset(stock);
    stock_short_reset(stock);
    stock_names_reset(&stock->items);
    stock_names_reset(&stock->depots);
}

void stock_again(struct stock *stock)
{
    seen_again(stock->seen);
    stock_forget(stock);
}
