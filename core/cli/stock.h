/* SPDX-License-Identifier: MIT */
/* What the files of `almoner stock` share: its verbs stand in stock.c, in one table. */
#ifndef CLI_STOCK_H
#define CLI_STOCK_H

#include "cli/cli.h"

#define CLI_RUN(name)                                                                                                  \
    enum alm_status name(const struct alm_host *, void *state, const struct alm_args *, struct alm_error *)

/* ---- stock-list.c ---- */
CLI_RUN(cli_stock_list);
CLI_RUN(cli_stock_show);

/* ---- stock-lists.c ---- */
CLI_RUN(cli_stock_item_list);
CLI_RUN(cli_stock_item_add);
CLI_RUN(cli_stock_item_edit);
CLI_RUN(cli_stock_item_import);
CLI_RUN(cli_stock_depot_list);
CLI_RUN(cli_stock_depot_add);
CLI_RUN(cli_stock_depot_edit);
CLI_RUN(cli_stock_depot_import);
enum { CLI_STOCK_ITEM_OPTIONS = 6, CLI_STOCK_DEPOT_OPTIONS = 5 };
extern const struct alm_option cli_stock_item_options[CLI_STOCK_ITEM_OPTIONS];
extern const struct alm_option cli_stock_depot_options[CLI_STOCK_DEPOT_OPTIONS];

/* --item or ITEM, and --depot, by their codes; 0 where not given (stock.c). */
enum alm_status cli_stock_find(struct cli *, const struct alm_args *, struct stock **, alm_id *item, alm_id *depot,
                               struct alm_error *);

#endif
