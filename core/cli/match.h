/* SPDX-License-Identifier: MIT */
/* Between the files of `match`: files (match.c) and the register (match-list.c). */
#ifndef CLI_MATCH_H
#define CLI_MATCH_H

#include "cli/cli.h"

/* --threads of all three; 0: one for each processor. */
enum alm_status cli_match_threads(const struct alm_args *, int *threads, struct alm_error *);
extern const char *const cli_match_verdicts[]; /* ends with NULL */
enum alm_status cli_match_list(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);

#endif
