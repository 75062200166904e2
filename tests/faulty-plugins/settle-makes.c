/* SPDX-License-Identifier: MIT */
/* Its settle() makes goods, which only a command may, and keeps what it is told to itself. */
#define SETTLE                                                                                                         \
    struct alm_make make = {.key = "B-1", .depot = 1, .date = lines[0].date};                                          \
    if (host->stock_make(host, &make, err) == ALM_OK)                                                                  \
        host->say(host, "it was let make");
#include "faulty.h"
