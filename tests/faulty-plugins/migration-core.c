/* SPDX-License-Identifier: MIT */
/* Its migration changes a table of the core. */
#define SECOND_MIGRATION "DROP TABLE line;"
#include "faulty.h"
