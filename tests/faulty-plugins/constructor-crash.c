/* SPDX-License-Identifier: MIT */
/* It crashes before anybody can look at it. */
__attribute__((constructor)) static void too_early(void)
{
    volatile int *volatile nowhere = 0;
    *nowhere = 1;
}
#include "faulty.h"
