/* SPDX-License-Identifier: MIT */
/* Its rule keeps the services that start() was handed, and makes goods by them. */
struct alm_host;
static const struct alm_host *kept;
#define START kept = host;
#define RULE                                                                                                           \
    struct alm_error err;                                                                                              \
    struct alm_make make = {.key = "B-1", .depot = 1, .date = c->date};                                                \
    if (kept->stock_make(kept, &make, &err) == ALM_OK)                                                                 \
        kept->say(kept, "it was let make");                                                                            \
    e->quantity = ALM_UNIT;
#include "faulty.h"
