/* SPDX-License-Identifier: MIT */
/* Its command draws stock, which only settle() may, for the line of a delivery. */
#define COMMAND                                                                                                        \
    struct alm_draw draw = {.line = 1, .date = host->today(host)};                                                     \
    return host->stock_draw(host, &draw, 1, err);
#include "faulty.h"
