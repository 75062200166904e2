/* SPDX-License-Identifier: MIT */
/* Its command commits, then fails. */
#define COMMAND                                                                                                        \
    struct alm_error ignored;                                                                                          \
    run_sql(host, "COMMIT", 0, &ignored);                                                                              \
    return alm_fail(err, ALM_BAD_DATA, "", "after the commit");
#include "faulty.h"
