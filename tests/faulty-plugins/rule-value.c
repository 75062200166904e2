/* SPDX-License-Identifier: MIT */
/* Its rule gives a unit a worth below nothing. */
#define RULE                                                                                                           \
    e->quantity = ALM_UNIT;                                                                                            \
    e->has_value = true;                                                                                               \
    e->unit_value = -1;
#include "faulty.h"
