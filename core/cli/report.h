/* SPDX-License-Identifier: MIT */
/*
 * The reports of the core beside the common one: a row in report.c's table for each, its options and its function in a
 * file of its subject (report-NAME.c).
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/cli.h"

/* report-targets.c, report-coverage.c, report-complaints.c */
enum { CLI_REPORT_TARGETS_OPTIONS = 3, CLI_REPORT_COVERAGE_OPTIONS = 5, CLI_REPORT_COMPLAINTS_OPTIONS = 4 };
extern const struct alm_option cli_report_targets_options[CLI_REPORT_TARGETS_OPTIONS];
extern const struct alm_option cli_report_coverage_options[CLI_REPORT_COVERAGE_OPTIONS];
extern const struct alm_option cli_report_complaints_options[CLI_REPORT_COMPLAINTS_OPTIONS];
enum alm_status cli_report_targets(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_report_coverage(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);
enum alm_status cli_report_complaints(const struct alm_host *, void *cli, const struct alm_args *, struct alm_error *);

/* ---- shared (report-areas.c) ---- */

/* An area and what lies directly in it: the rows of a report by area. */
struct cli_areas {
    struct register_directory *directory;
    const struct register_area *all;
    size_t n_all;
    int32_t base;   /* the area; -1: there is no one above all the others */
    int32_t *shown; /* for each area the one under which its numbers stand: one in base, or base itself; -1: none */
};
/* --area, or the top of the tree; `shown` lives in the arena. */
enum alm_status cli_areas(struct cli *, const struct alm_args *, struct cli_areas *, struct alm_error *);
/* A share in percent, for a column of ALM_DECIMAL: 12.5 is 12500; null if there is nothing to share. */
struct alm_value cli_share(int64_t part, int64_t whole);

#endif
