/* SPDX-License-Identifier: MIT */
/* The reading half of `almoner case` (case-list.c). */
#ifndef CLI_CASE_H
#define CLI_CASE_H

#include "cli/cli.h"

enum alm_status cli_case_list(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_case_show(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);

#endif
