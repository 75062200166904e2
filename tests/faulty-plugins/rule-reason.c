/* SPDX-License-Identifier: MIT */
/* Its rule gives a reason that is no text. */
#define RULE memset(e->reason, 0xff, sizeof e->reason);
#include "faulty.h"
