/* SPDX-License-Identifier: MIT */
/* Its command aborts. */
#define COMMAND abort();
#include "faulty.h"
