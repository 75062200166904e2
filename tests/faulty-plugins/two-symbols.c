/* SPDX-License-Identifier: MIT */
/* It exports more than its entry function. */
int more(void);
__attribute__((visibility("default"))) int more(void)
{
    return 1;
}
#include "faulty.h"
