/* SPDX-License-Identifier: MIT */
/* Its settle() writes a table of the core, and says that all is well. */
#define SETTLE                                                                                                         \
    struct alm_error ignored;                                                                                          \
    run_sql(host, "UPDATE line SET quantity = 0", 0, &ignored);
#include "faulty.h"
