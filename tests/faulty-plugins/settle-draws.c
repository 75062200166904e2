/* SPDX-License-Identifier: MIT */
/* Its settle() draws stock for a line that is not among its own, and keeps what it is told to itself. */
#define SETTLE                                                                                                         \
    struct alm_draw draw = {.line = lines[0].id + 1, .date = lines[0].date};                                           \
    if (host->stock_draw(host, &draw, 1, err) == ALM_OK)                                                               \
        host->say(host, "it was let draw");
#include "faulty.h"
