/* SPDX-License-Identifier: MIT */
/* The reading half of `almoner delivery` (delivery-list.c). */
#ifndef CLI_DELIVERY_H
#define CLI_DELIVERY_H

#include "cli/cli.h"

enum alm_status cli_delivery_list(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_delivery_show(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_delivery_held(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);

#endif
