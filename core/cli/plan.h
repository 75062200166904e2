/* SPDX-License-Identifier: MIT */
/* What the files of `almoner plan` share: listing (plan-list.c), lists for those who deliver (plan-export.c,
 * plan-page.c). */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "cli/cli.h"

struct plan_listing {
    struct cli *cli;
    const struct plans *plans;
    const struct register_area *areas;
    size_t n_areas;
};
enum alm_status cli_plan_open(struct cli *, struct plan_listing *, struct alm_error *);
struct alm_value cli_plan_area(const struct plan_listing *, alm_id area); /* its code */

enum alm_status cli_plan_list(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_plan_show(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_plan_diff(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_plan_progress(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_plan_export(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
/* One list of an export: whose it is, and what of the plan. */
struct plan_export {
    struct plan_listing listing;
    struct plan plan;
    struct plan_filter filter;
    alm_id body, group; /* whose list is at hand */
    int64_t n;          /* of its lines so far */
    struct strbuf text;
};
/* What the code to scan on a beneficiary's card says: the household's code and this installation's mark for it, which
 * tells a card of ours from one that somebody made; nothing of who they are. */
enum alm_status cli_plan_card(struct cli *, const char *code, char *buf, size_t size, struct alm_error *);
enum { PLAN_CARD_SIZE = 160 };
/* The page to print (plan-page.c): begin, for each list its title and lines, end. */
void cli_plan_page_begin(struct plan_export *);
void cli_plan_page_list(struct plan_export *);
enum alm_status cli_plan_page_line(struct plan_export *, const struct plan_card *, struct alm_error *);
void cli_plan_page_list_end(struct plan_export *);
enum alm_status cli_plan_page_end(struct plan_export *, struct alm_error *);

/* A draft of what a new plan would be, as `plan make` of these names; in the open write transaction. */
enum alm_status cli_plan_draft(struct cli *, const char *programme, const char *stage, const char *area,
                               const struct alm_value *date, struct plan *, struct alm_error *);

#endif
