/* SPDX-License-Identifier: MIT */
/* Its command leaves the rows of a question unread. */
#define COMMAND                                                                                                        \
    struct alm_statement *open;                                                                                        \
    bool row;                                                                                                          \
    status = host->prepare(host, "SELECT id FROM " TABLE, &open, err);                                                 \
    if (status == ALM_OK)                                                                                              \
        status = host->step(host, open, &row, err);
#include "faulty.h"
