/* SPDX-License-Identifier: MIT */
/* What the files of `almoner doctor` share: a finding is told, and becomes a line with its mend. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"

enum doctor_result { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_WRONG };

struct doctor {
    struct cli *cli;
    const char *check;     /* what is being looked at: "store", "clock" ... */
    int pipe;              /* in a child process: to the parent; -1 in the parent */
    int64_t wrong;         /* findings so far, in the parent */
    bool has_store;        /* one that can be opened */
    struct alm_error sink; /* the report itself failed */
    struct strbuf told;    /* faults so far: one that several checks meet is told once */
};

/* A line of the report.  `mend` may be NULL; it says what to do, as a command where there is one. */
ALM_PRINTF(4, 5)
void doctor_tell(struct doctor *, enum doctor_result, const char *mend, const char *format, ...);
/* An error that a room gave, as a fault. */
void doctor_tell_error(struct doctor *, const struct alm_error *);
/* For people at a terminal, while a long check runs. */
void doctor_progress(struct doctor *, int64_t done, int64_t total);
/* Run `work` in a child process, where a plug-in may crash, exit or hang without harm; its findings arrive here.
 * `seconds` is how long it may take at most (0: as long as it takes); `what` completes "crashed while ...". */
void doctor_in_child(struct doctor *, void (*work)(struct doctor *, void *context), void *context, int seconds,
                     const char *what);

/* ---- doctor-machine.c: what is around the program ---- */

/* Settings and state: who may read and write them. */
void doctor_permissions(struct doctor *);
/* A file that settings name.  `secret`: others may not read it either. */
void doctor_file(struct doctor *, const char *path, bool secret);
void doctor_clock(struct doctor *, alm_time newest_entry); /* 0: not known */
/* Room where `path` lies, for a store of `bytes`. */
void doctor_disk(struct doctor *, const char *path, int64_t bytes);
void doctor_locale(struct doctor *);
void doctor_time_zone(struct doctor *);

#endif
