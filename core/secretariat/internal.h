/* SPDX-License-Identifier: MIT */
/* What the files of the secretariat share. */
#ifndef SECRETARIAT_INTERNAL_H
#define SECRETARIAT_INTERNAL_H

#include "secretariat/secretariat.h"

/* No number of a sheet is larger, so that those of all areas add up. */
#define SHEET_MOST INT64_C(1000000000000000)

#endif
