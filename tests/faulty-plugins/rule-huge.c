/* SPDX-License-Identifier: MIT */
/* Its rule grants more than can be added up. */
#define RULE e->quantity = INT64_MAX;
#include "faulty.h"
