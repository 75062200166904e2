/* SPDX-License-Identifier: MIT */
/* Its import crashes at the second row. */
#define ROW                                                                                                            \
    if (values[0].number == 2)                                                                                         \
        crash();
#include "faulty.h"
