/* SPDX-License-Identifier: MIT */
/* Its migration is not SQL. */
#define MIGRATION "MAKE IT SO;"
#include "faulty.h"
