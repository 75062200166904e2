/* SPDX-License-Identifier: MIT */
/* Its rule grants less than nothing. */
#define RULE e->quantity = -5000;
#include "faulty.h"
