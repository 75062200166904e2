/* SPDX-License-Identifier: MIT */
/* The reading half of `almoner complaint` (complaint-list.c), and who may see which. */
#ifndef CLI_COMPLAINT_H
#define CLI_COMPLAINT_H

#include "cli/cli.h"

/*
 * The room, for who may use it: nobody who is staff of a body, whatever other roles they have, so that nobody learns
 * who complained about them.  *sensitive: whether sensitive ones are theirs to see; those whom [roles] complaints
 * names.
 */
enum alm_status cli_complaints(struct cli *, const struct monitor **, bool *sensitive, struct alm_error *);
/* The complaint that the argument ID names; ALM_NO_PERMISSION if it is not theirs to see. */
enum alm_status cli_complaint_arg(struct cli *, const struct alm_args *, const struct monitor **,
                                  struct monitor_complaint *, struct alm_error *);

enum alm_status cli_complaint_list(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_complaint_show(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);

#endif
