/* SPDX-License-Identifier: MIT */
/* It never comes out of its constructor. */
#include <unistd.h>
__attribute__((constructor)) static void for_ever(void)
{
    for (;;)
        pause();
}
#include "faulty.h"
