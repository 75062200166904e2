/* SPDX-License-Identifier: MIT */
/* Its rule calls itself until the stack is full. */
static int deep(volatile int *at)
{
    volatile int more[1024];
    more[0] = *at + 1;
    return more[0] < 0 ? 0 : deep(more) + more[0];
}
#define RULE                                                                                                           \
    volatile int zero = 0;                                                                                             \
    e->quantity = deep(&zero);
#include "faulty.h"
